package role

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/internal/text"
)

// Extension is what a catalog gets besides what it has.
type Extension struct {
	// Kinds are declared besides those of the catalog. One with the name of a
	// kind that is there adds its Actions to it: its In is the same or left
	// out, and so is its Link, unless the kind had none.
	Kinds []Kind

	// Roles are added after those of the catalog. The catalog's first role
	// manages each of them. Of the others, those that name it do, and only an
	// added role can.
	Roles []Role

	// Grant has actions of the host's for roles that the catalog has: never
	// built-in ones, whose holders the catalog is trusted for.
	Grant map[Name][]Action
}

// Extend returns a catalog with what is added to c, which stays as it is. It
// refuses what [NewCatalog] would refuse of the outcome, in the same form, and
// wraps besides:
//
//   - [ErrBuiltIn]: a built-in action is granted;
//   - [ErrUnknownRole]: an action is granted to a role that c does not have;
//   - [ErrDuplicate]: two kinds of e share a name;
//   - [ErrPlace]: a kind that is there is added in another place;
//   - [ErrLink]: a kind that is there has another link action already.
func (c *Catalog) Extend(e Extension) (*Catalog, error) {
	var p problems
	if len(e.Roles) > maxRoles || len(e.Kinds) > maxKinds {
		p.check(append(c.Roles(), e.Roles...), append(c.Kinds(), e.Kinds...)) // which looks no further
		return nil, errors.Join(p...)
	}
	roles := p.grant(c.Roles(), e.Grant)
	if len(roles) > 0 {
		for _, r := range e.Roles {
			if !slices.Contains(roles[0].Manages, r.Name) {
				roles[0].Manages = append(roles[0].Manages, r.Name)
			}
		}
	}
	roles = append(roles, e.Roles...)
	kinds := p.addKinds(c.Kinds(), e.Kinds)
	p.check(roles, kinds)
	p = slices.DeleteFunc(p, e.follows(c))
	if err := errors.Join(p...); err != nil {
		return nil, err
	}
	return build(roles, kinds), nil
}

// follows returns what reports whether a problem is there only because an action
// is granted to a role that c does not have.
func (e Extension) follows(c *Catalog) func(error) bool {
	lost := make(map[Action]bool)
	for name, actions := range e.Grant {
		if _, ok := c.Role(name); ok {
			continue
		}
		for _, a := range actions {
			lost[a] = true
		}
	}
	return func(err error) bool {
		problem := (*Error)(nil)
		return errors.As(err, &problem) && errors.Is(err, ErrUnheld) && lost[problem.Action]
	}
}

// grant adds actions to roles, which it changes.
func (p *problems) grant(roles []Role, more map[Name][]Action) []Role {
	for _, name := range slices.Sorted(maps.Keys(more)) {
		i := slices.IndexFunc(roles, func(r Role) bool { return r.Name == name })
		if i < 0 {
			p.add(name, "", fmt.Errorf("%w: actions are granted to it", ErrUnknownRole))
			continue
		}
		for _, a := range more[name] {
			if a.builtIn() {
				p.add(name, a, ErrBuiltIn)
				continue
			}
			roles[i].Capabilities = append(roles[i].Capabilities, a)
		}
	}
	return roles
}

// addKinds adds kinds to those that are there, which it changes.
func (p *problems) addKinds(kinds, more []Kind) []Kind {
	there := len(kinds)
	for n, k := range more {
		i := slices.IndexFunc(kinds[:there], func(old Kind) bool { return old.Name == k.Name })
		if i < 0 {
			kinds = append(kinds, k)
			continue
		}
		if slices.ContainsFunc(more[:n], func(m Kind) bool { return m.Name == k.Name }) {
			p.addKind(k.Name, "", fmt.Errorf("%w: again as kind %d of the extension", ErrDuplicate, n+1))
			continue
		}
		old := &kinds[i]
		switch {
		case k.In == 0 || k.In == old.In:
		case old.In == 0:
			p.addKind(k.Name, "", ErrPlace)
		default:
			p.addKind(k.Name, "", fmt.Errorf("%w: things of this kind belong to the %v", ErrPlace, old.In))
		}
		switch k.Link {
		case "", old.Link:
		default:
			if old.Link != "" {
				p.addKind(k.Name, k.Link, fmt.Errorf("%w: the catalog has %s", ErrLink, text.Quote(old.Link)))
			}
			old.Link = k.Link
		}
		old.Actions = append(old.Actions, k.Actions...)
	}
	return kinds
}
