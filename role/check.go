package role

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/internal/text"
)

// The limits keep a catalog from outside, and the errors about it, to a size a
// person could have meant.
const (
	maxRoles   = 256
	maxKinds   = 256
	maxActions = 1024 // distinct, in the whole catalog
	maxName    = 64   // bytes
	maxTitle   = 128  // bytes
	maxSummary = 512  // bytes
)

// problems collects what is wrong with the roles and kinds, in their order.
type problems []error

func (p *problems) add(r Name, a Action, err error) {
	*p = append(*p, &Error{Role: r, Action: a, Err: err})
}

func (p *problems) addKind(kind string, a Action, err error) {
	*p = append(*p, &Error{Kind: kind, Action: a, Err: err})
}

// check looks at all that NewCatalog refuses in roles and kinds. Past the limit
// on roles, or on kinds, it looks at none of them.
func (p *problems) check(roles []Role, kinds []Kind) {
	if len(roles) == 0 {
		p.add("", "", ErrEmpty)
	}
	if len(roles) > maxRoles {
		p.add("", "", fmt.Errorf("%w: %d roles, and %d are allowed", ErrLimit, len(roles), maxRoles))
		return
	}
	if len(kinds) > maxKinds {
		p.add("", "", fmt.Errorf("%w: %d kinds, and %d are allowed", ErrLimit, len(kinds), maxKinds))
		return
	}
	held := p.checkRoles(roles)
	if len(held) > maxActions {
		p.add("", "", fmt.Errorf("%w: %d distinct actions, and %d are allowed", ErrLimit, len(held), maxActions))
	}
	if slices.ContainsFunc(roles, func(r Role) bool { return len(r.Capabilities) > maxActions }) {
		held = nil // what such a role holds was not looked at
	}
	listed := p.checkKinds(kinds, held)
	p.checkListed(roles, held, listed)
}

// checkRoles returns the valid actions that the roles hold.
func (p *problems) checkRoles(roles []Role) (held map[Action]bool) {
	scopes := make(map[Name]Scope, len(roles))
	for _, r := range roles {
		scopes[r.Name] = r.Scope
	}
	held = make(map[Action]bool)
	seen := make(map[Name]bool, len(roles))
	var fallback *Role
	for i, r := range roles {
		p.checkName(i, r.Name, seen)
		p.checkText(r)
		p.checkCapabilities(r, held)
		p.checkManages(r, scopes)
		p.checkHolders(r)
		if r.Default && fallback != nil {
			p.add(r.Name, "", fmt.Errorf("%w: role %s is the default already", ErrDefault, text.Quote(fallback.Name)))
		}
		if r.Default && !r.Offered {
			p.add(r.Name, "", fmt.Errorf("%w: this one is not offered", ErrDefault))
		}
		if r.Default && fallback == nil {
			fallback = &r
		}
	}
	return held
}

// checkName adds the i-th role's name to seen. The position is in the message
// because the name alone does not say which role is meant.
func (p *problems) checkName(i int, name Name, seen map[Name]bool) {
	switch {
	case !validName(string(name)):
		p.add(name, "", fmt.Errorf("%w: see role %d", ErrInvalidName, i+1))
	case seen[name]:
		p.add(name, "", fmt.Errorf("%w: again as role %d", ErrDuplicate, i+1))
	}
	seen[name] = true
}

func (p *problems) checkText(r Role) {
	if err := text.Line(r.Title, maxTitle); err != nil {
		p.add(r.Name, "", fmt.Errorf("%w: the title %w", ErrText, err))
	}
	if err := text.Line(r.Summary, maxSummary); err != nil {
		p.add(r.Name, "", fmt.Errorf("%w: the summary %w", ErrText, err))
	}
}

// checkCapabilities adds the valid actions of r to actions, the union over the
// catalog. It reports each action once, for the first reason that applies.
func (p *problems) checkCapabilities(r Role, actions map[Action]bool) {
	if r.Scope > AllData {
		p.add(r.Name, "", fmt.Errorf("%w: this one is %v", ErrUnknownScope, r.Scope))
	}
	if n := len(r.Capabilities); n > maxActions {
		p.add(r.Name, "", fmt.Errorf("%w: %d capabilities, and %d are allowed", ErrLimit, n, maxActions))
		return
	}
	seen := make(map[Action]bool, len(r.Capabilities))
	for i, a := range r.Capabilities {
		switch {
		case !validName(string(a)):
			p.add(r.Name, a, fmt.Errorf("%w: see capability %d", ErrInvalidAction, i+1))
			continue
		case seen[a]:
			p.add(r.Name, a, fmt.Errorf("%w: again as capability %d", ErrDuplicate, i+1))
		case a.LevelOnly():
			p.add(r.Name, a, ErrLevelAction)
		case r.Scope == ByTeams && a.needsAllData():
			p.add(r.Name, a, ErrTeamScope)
		}
		seen[a], actions[a] = true, true
	}
}

func (p *problems) checkManages(r Role, scopes map[Name]Scope) {
	if n := len(r.Manages); n > maxRoles {
		p.add(r.Name, "", fmt.Errorf("%w: %d managed roles, and %d are allowed", ErrLimit, n, maxRoles))
		return
	}
	seen := make(map[Name]bool, len(r.Manages))
	for _, m := range r.Manages {
		switch scope, known := scopes[m]; {
		case seen[m]:
			p.add(r.Name, "", fmt.Errorf("%w: managed role %s", ErrDuplicate, text.Quote(m)))
		case !known:
			p.add(r.Name, "", fmt.Errorf("%w: managed role %s", ErrUnknownRole, text.Quote(m)))
		case r.Scope == ByTeams && scope == AllData:
			p.add(r.Name, "", fmt.Errorf("%w: managed role %s", ErrTeamScope, text.Quote(m)))
		}
		seen[m] = true
	}
}

func (p *problems) checkHolders(r Role) {
	switch {
	case r.MinHolders < 0 || r.MaxHolders < 0:
		p.add(r.Name, "", fmt.Errorf("%w: the minimum is %d and the maximum %d, and neither may be negative", ErrHolders, r.MinHolders, r.MaxHolders))
	case r.MaxHolders != 0 && r.MaxHolders < r.MinHolders:
		p.add(r.Name, "", fmt.Errorf("%w: the maximum, %d, is below the minimum, %d", ErrHolders, r.MaxHolders, r.MinHolders))
	}
}

// checkKinds returns the valid actions that the kinds list. It reports each
// action of a kind once, for the first reason that applies. What the roles hold
// is nil if that is not known.
func (p *problems) checkKinds(kinds []Kind, held map[Action]bool) (listed map[Action]bool) {
	listed = make(map[Action]bool)
	seen := make(map[string]bool, len(kinds))
	for i, k := range kinds {
		mayList, builtIn := builtInKinds[k.Name]
		switch {
		case !validName(k.Name):
			p.addKind(k.Name, "", fmt.Errorf("%w: see kind %d", ErrInvalidName, i+1))
		case seen[k.Name]:
			p.addKind(k.Name, "", fmt.Errorf("%w: again as kind %d", ErrDuplicate, i+1))
		case builtIn && !mayList:
			p.addKind(k.Name, "", ErrReserved)
		}
		seen[k.Name] = true
		if builtIn && k.In != 0 || !builtIn && k.In != InAccount && k.In != InCompany {
			p.addKind(k.Name, "", ErrPlace)
		}
		if k.Link != "" && (builtIn || !slices.Contains(k.Actions, k.Link)) {
			p.addKind(k.Name, k.Link, ErrLink)
		}
		p.checkKindActions(k, held, listed)
	}
	return listed
}

func (p *problems) checkKindActions(k Kind, held, listed map[Action]bool) {
	if n := len(k.Actions); n > maxActions {
		p.addKind(k.Name, "", fmt.Errorf("%w: %d actions, and %d are allowed", ErrLimit, n, maxActions))
		return
	}
	data := k.Name == "account" || k.Name == "report"
	seen := make(map[Action]bool, len(k.Actions))
	for i, a := range k.Actions {
		switch {
		case !validName(string(a)):
			p.addKind(k.Name, a, fmt.Errorf("%w: see action %d", ErrInvalidAction, i+1))
			continue
		case seen[a]:
			p.addKind(k.Name, a, fmt.Errorf("%w: again as action %d", ErrDuplicate, i+1))
		case a.builtIn() && (!a.viewing() || data):
			p.addKind(k.Name, a, ErrKindAction)
		case held != nil && !a.builtIn() && !held[a]:
			p.addKind(k.Name, a, ErrUnheld)
		}
		seen[a], listed[a] = true, true
	}
}

// checkListed reports each action of the host's that is held and not listed, at
// the first role that holds it.
func (p *problems) checkListed(roles []Role, held, listed map[Action]bool) {
	for _, r := range roles {
		for _, a := range r.Capabilities {
			if held[a] && !a.builtIn() && !listed[a] {
				p.add(r.Name, a, ErrUnlisted)
				listed[a] = true
			}
		}
	}
}
