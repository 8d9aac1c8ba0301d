package role

import (
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/internal/text"
)

// The limits keep a catalog from outside, and the errors about it, to a size a
// person could have meant.
const (
	maxRoles   = 256
	maxActions = 1024 // distinct, in the whole catalog
	maxName    = 64   // bytes
	maxTitle   = 128  // bytes
	maxSummary = 512  // bytes
)

// problems collects what is wrong with the roles, in their order.
type problems []error

func (p *problems) add(r Name, a Action, err error) {
	*p = append(*p, &Error{Role: r, Action: a, Err: err})
}

// check returns all that NewCatalog refuses in roles, joined, or nil. Past the
// limit on roles it looks at none of them.
func check(roles []Role) error {
	var p problems
	if len(roles) == 0 {
		p.add("", "", ErrEmpty)
	}
	if len(roles) > maxRoles {
		p.add("", "", fmt.Errorf("%w: %d roles, and %d are allowed", ErrLimit, len(roles), maxRoles))
		roles = nil
	}
	known := make(map[Name]bool, len(roles))
	for _, r := range roles {
		known[r.Name] = true
	}
	var (
		seen     = make(map[Name]bool, len(roles))
		actions  = make(map[Action]bool)
		fallback *Role
	)
	for i, r := range roles {
		p.checkName(i, r.Name, seen)
		p.checkText(r)
		p.checkCapabilities(r, actions)
		p.checkManages(r, known)
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
	if len(actions) > maxActions {
		p.add("", "", fmt.Errorf("%w: %d distinct actions, and %d are allowed", ErrLimit, len(actions), maxActions))
	}
	return errors.Join(p...)
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

func (p *problems) checkManages(r Role, known map[Name]bool) {
	if n := len(r.Manages); n > maxRoles {
		p.add(r.Name, "", fmt.Errorf("%w: %d managed roles, and %d are allowed", ErrLimit, n, maxRoles))
		return
	}
	seen := make(map[Name]bool, len(r.Manages))
	for _, m := range r.Manages {
		switch {
		case seen[m]:
			p.add(r.Name, "", fmt.Errorf("%w: managed role %s", ErrDuplicate, text.Quote(m)))
		case !known[m]:
			p.add(r.Name, "", fmt.Errorf("%w: managed role %s", ErrUnknownRole, text.Quote(m)))
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
