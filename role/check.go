package role

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
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
		p.add("", "", fmt.Errorf("%w: %d roles, at most %d", ErrLimit, len(roles), maxRoles))
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
			p.add(r.Name, "", fmt.Errorf("%w: %.64q is the default already", ErrDefault, string(fallback.Name)))
		}
		if r.Default && !r.Offered {
			p.add(r.Name, "", fmt.Errorf("%w: not offered", ErrDefault))
		}
		if r.Default && fallback == nil {
			fallback = &r
		}
	}
	if len(actions) > maxActions {
		p.add("", "", fmt.Errorf("%w: %d distinct actions, at most %d", ErrLimit, len(actions), maxActions))
	}
	return errors.Join(p...)
}

// checkName adds the i-th role's name to seen. The position is in the message
// because the name alone does not tell which role is meant.
func (p *problems) checkName(i int, name Name, seen map[Name]bool) {
	switch {
	case !validName(string(name)):
		p.add(name, "", fmt.Errorf("%w: at position %d", ErrInvalidName, i+1))
	case seen[name]:
		p.add(name, "", fmt.Errorf("%w: again at position %d", ErrDuplicate, i+1))
	}
	seen[name] = true
}

func (p *problems) checkText(r Role) {
	if !validText(r.Title, maxTitle) {
		p.add(r.Name, "", fmt.Errorf("%w: title: want one line of UTF-8, at most %d bytes", ErrText, maxTitle))
	}
	if !validText(r.Summary, maxSummary) {
		p.add(r.Name, "", fmt.Errorf("%w: summary: want one line of UTF-8, at most %d bytes", ErrText, maxSummary))
	}
}

// validText reports whether s is one line for people to read. The two Unicode
// separators break lines too, but are not control characters.
func validText(s string, limit int) bool {
	if len(s) > limit || !utf8.ValidString(s) {
		return false
	}
	for _, c := range s {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' {
			return false
		}
	}
	return true
}

// checkCapabilities adds the valid actions of r to actions, the union over the
// catalog. It reports each action once, for the first reason that applies.
func (p *problems) checkCapabilities(r Role, actions map[Action]bool) {
	if r.Scope > AllData {
		p.add(r.Name, "", fmt.Errorf("%w: %v", ErrUnknownScope, r.Scope))
	}
	if n := len(r.Capabilities); n > maxActions {
		p.add(r.Name, "", fmt.Errorf("%w: %d capabilities, at most %d", ErrLimit, n, maxActions))
		return
	}
	seen := make(map[Action]bool, len(r.Capabilities))
	for i, a := range r.Capabilities {
		switch {
		case !validName(string(a)):
			p.add(r.Name, a, fmt.Errorf("%w: capability %d", ErrInvalidAction, i+1))
			continue
		case seen[a]:
			p.add(r.Name, a, fmt.Errorf("%w: capability %d", ErrDuplicate, i+1))
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
		p.add(r.Name, "", fmt.Errorf("%w: manages %d roles, at most %d", ErrLimit, n, maxRoles))
		return
	}
	seen := make(map[Name]bool, len(r.Manages))
	for _, m := range r.Manages {
		switch {
		case seen[m]:
			p.add(r.Name, "", fmt.Errorf("%w: manages %.64q", ErrDuplicate, string(m)))
		case !known[m]:
			p.add(r.Name, "", fmt.Errorf("%w: manages %.64q", ErrUnknownRole, string(m)))
		}
		seen[m] = true
	}
}

func (p *problems) checkHolders(r Role) {
	switch {
	case r.MinHolders < 0 || r.MaxHolders < 0:
		p.add(r.Name, "", fmt.Errorf("%w: minimum %d, maximum %d: negative", ErrHolders, r.MinHolders, r.MaxHolders))
	case r.MaxHolders != 0 && r.MaxHolders < r.MinHolders:
		p.add(r.Name, "", fmt.Errorf("%w: maximum %d is below minimum %d", ErrHolders, r.MaxHolders, r.MinHolders))
	}
}
