package company

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/role"
)

// SystemConfig says what one of the host's own systems may do. The zero
// SystemConfig may do nothing.
type SystemConfig struct {
	// Changes has a zero value of every type of change that the system may make,
	// such as SuspendUser{}; [ChangeTypes] returns all of them. Any other change
	// of its is refused.
	Changes []Change

	// Roles are the roles that the system may give, by whatever change. Nil means
	// every role of the catalog that another role than the first one manages too;
	// an empty slice means none. A name that the catalog does not have does
	// nothing, so one Config fits companies with different catalogs.
	Roles []role.Name
}

// system is a SystemConfig as it is asked.
type system struct {
	changes  map[string]bool // by the name of their type in the log
	roles    map[role.Name]bool
	anyLower bool // any role that another than the first one manages too
}

// systemsOf checks what is configured for systems.
func systemsOf(all map[string]SystemConfig) (map[string]system, error) {
	systems := make(map[string]system, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		if name == "" || name == deliverySystem {
			return nil, fmt.Errorf("the name %q of a system %w: it is empty, or that of the company's own", name, ErrInvalid)
		}
		s := system{changes: make(map[string]bool), roles: make(map[role.Name]bool), anyLower: c.Roles == nil}
		for _, change := range c.Changes {
			row := rowOf(change)
			if row == nil {
				return nil, fmt.Errorf("the changes of system %q: %w", name, noChange(change))
			}
			s.changes[row.name] = true
		}
		for _, r := range c.Roles {
			s.roles[r] = true
		}
		systems[name] = s
	}
	return systems, nil
}

// mayGive refuses a role that a system may not give. Users are asked about the
// role instead.
func (g *guard) mayGive(by Actor, r role.Name) error {
	if by.system == "" {
		return nil
	}
	s := g.company.systems[by.system]
	if s.roles[r] || s.anyLower && managedBelowFirst(g.directory().Catalog(), r) {
		return nil
	}
	return fmt.Errorf("%w: %s may not give role %q", ErrSystem, by, r)
}

// managedBelowFirst reports whether a role of a catalog other than its first one
// manages a role.
func managedBelowFirst(c *role.Catalog, r role.Name) bool {
	roles := c.Roles()
	return len(roles) > 0 && slices.ContainsFunc(roles[1:], func(above role.Role) bool { return c.Manages(above.Name, r) })
}

// noChange says why a value is no change, though the compiler takes it for one.
func noChange(c Change) error {
	if c == nil {
		return fmt.Errorf("nil %w as a change", ErrInvalid)
	}
	switch c.(type) {
	case Founded, FoundedPart:
		return errFounded
	}
	return fmt.Errorf("a %T %w as a change: pass the value, as in company.SetRole{…}", c, ErrInvalid)
}
