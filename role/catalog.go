package role

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Catalog is an ordered set of roles, with the kinds of resources that the host
// declares. It is immutable and safe for concurrent use. A nil or zero Catalog
// knows no role and denies every question.
type Catalog struct {
	entries []entry // in the order given
	index   map[Name]int
	kinds   []Kind // canonical, in byte order of names
}

// entry is a role in canonical form, with its capabilities as a set: Can lies
// on the path of every decision.
type entry struct {
	role  Role
	holds map[Action]struct{}
}

// NewCatalog returns the catalog of the given roles, in the given order, and of
// the given kinds. It copies what it keeps; all that is handed in remains the
// caller's.
//
// It refuses what breaks a rule of this package, and then returns a nil catalog
// and the [errors.Join] of one [*Error] for each problem, those of the roles
// first, in their order. Each wraps one of:
//
//   - [ErrEmpty]: there are no roles;
//   - [ErrLimit]: there are more than 256 roles, 256 kinds or 1,024 distinct
//     actions, or one role or kind lists more than that;
//   - [ErrInvalidName], [ErrInvalidAction]: the name of a role, a kind or an
//     action is missing or malformed;
//   - [ErrDuplicate]: two roles or two kinds share a name, or one lists an
//     action or a managed role twice;
//   - [ErrLevelAction]: a role holds an action of [Action.LevelOnly];
//   - [ErrTeamScope]: a role of scope [ByTeams] holds [TransferOwner],
//     [SetTeamMembers], [SetTeamGroups], [CreateGroup], [EditGroup], [AddSource]
//     or [EditSource], or manages a role of scope [AllData];
//   - [ErrUnknownRole]: a role manages one that is not among the roles;
//   - [ErrUnknownScope]: a scope is neither [ByTeams] nor [AllData];
//   - [ErrDefault]: a second role is the default, or the default is not
//     offered;
//   - [ErrHolders]: a bound on holders is negative, or the maximum is below
//     the minimum;
//   - [ErrText]: a title or summary is not the line of text that [Role] wants;
//   - [ErrReserved]: a kind has the name of a built-in one that lists nothing;
//   - [ErrPlace]: a kind belongs to nothing, or a built-in kind to something;
//   - [ErrKindAction]: a kind lists a built-in action that it may not;
//   - [ErrLink]: a kind's link action is not among its actions, or a built-in
//     kind has one;
//   - [ErrUnlisted]: a role holds an action of the host's that no kind lists;
//   - [ErrUnheld]: a kind lists an action of the host's that no role holds.
//
// The names in an error are as given, and may be as long.
func NewCatalog(roles []Role, kinds ...Kind) (*Catalog, error) {
	var p problems
	p.check(roles, kinds)
	if err := errors.Join(p...); err != nil {
		return nil, err
	}
	return build(roles, kinds), nil
}

// build makes the catalog of roles and kinds that would pass check. The shipped
// catalogs come straight from here, as a test passes them through NewCatalog.
func build(roles []Role, kinds []Kind) *Catalog {
	c := &Catalog{
		entries: make([]entry, 0, len(roles)),
		index:   make(map[Name]int, len(roles)),
		kinds:   make([]Kind, 0, len(kinds)),
	}
	for i, r := range roles {
		e := entry{role: r.canonical(), holds: make(map[Action]struct{}, len(r.Capabilities))}
		for _, a := range r.Capabilities {
			e.holds[a] = struct{}{}
		}
		c.entries = append(c.entries, e)
		c.index[r.Name] = i
	}
	for _, k := range kinds {
		c.kinds = append(c.kinds, k.canonical())
	}
	slices.SortFunc(c.kinds, func(a, b Kind) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// all returns the roles of c, which may be nil.
func (c *Catalog) all() []entry {
	if c == nil {
		return nil
	}
	return c.entries
}

// find returns the named role. For one c does not know it returns the zero
// entry, which holds and manages nothing, and false.
func (c *Catalog) find(name Name) (entry, bool) {
	if c == nil {
		return entry{}, false
	}
	i, ok := c.index[name]
	if !ok {
		return entry{}, false
	}
	return c.entries[i], true
}

// Roles returns the roles in catalog order, each with its capabilities and
// managed roles in byte order. The slice and all in it are the caller's; a
// change to them does not reach the catalog.
func (c *Catalog) Roles() []Role {
	roles := make([]Role, 0, len(c.all()))
	for _, e := range c.all() {
		roles = append(roles, e.role.clone())
	}
	return roles
}

// Names yields the names of the roles, in the order of [Catalog.Roles], and copies
// nothing.
func (c *Catalog) Names() iter.Seq[Name] {
	return func(yield func(Name) bool) {
		for _, e := range c.all() {
			if !yield(e.role.Name) {
				return
			}
		}
	}
}

// Holders returns how many holders the named role must have, and how many it may
// have, 0 for any number; see MinHolders and MaxHolders of [Role]. Both are 0 for a
// role that the catalog does not know.
func (c *Catalog) Holders(name Name) (least, most int) {
	e, _ := c.find(name)
	return e.role.MinHolders, e.role.MaxHolders
}

// Role returns a copy of the named role, and whether the catalog has it. It
// returns the zero Role if not.
func (c *Catalog) Role(name Name) (Role, bool) {
	e, ok := c.find(name)
	return e.role.clone(), ok
}

// Can reports whether the named role holds a. It is false for a role or an
// action the catalog does not know. It takes two map lookups and allocates
// nothing.
func (c *Catalog) Can(name Name, a Action) bool {
	e, _ := c.find(name)
	_, ok := e.holds[a]
	return ok
}

// Manages reports whether actor lists target among the roles it may grant and
// take away. It is false if the catalog does not know either. It allocates
// nothing.
//
// Whether the actor may act at all is a second question, asked with [Can] of
// [GrantRole] or of the action on the user.
//
// [Can]: Catalog.Can
func (c *Catalog) Manages(actor, target Name) bool {
	e, _ := c.find(actor)
	_, ok := slices.BinarySearch(e.role.Manages, target)
	return ok
}

// Covers reports whether a may do all that b may: it holds every action b
// holds and its scope is no narrower. Managed roles are not compared. Every
// role covers itself; an unknown role covers nothing and nothing covers it.
func (c *Catalog) Covers(a, b Name) bool {
	wide, okA := c.find(a)
	narrow, okB := c.find(b)
	if !okA || !okB || wide.role.Scope < narrow.role.Scope {
		return false
	}
	for _, action := range narrow.role.Capabilities {
		if _, ok := wide.holds[action]; !ok {
			return false
		}
	}
	return true
}

// Difference returns the actions that a holds and b does not, in byte order,
// for pages that compare roles. An unknown role holds no action. The slice is
// the caller's, and nil if empty.
//
// An empty difference is not yet Covers(b, a), which also compares scopes.
func (c *Catalog) Difference(a, b Name) []Action {
	first, _ := c.find(a)
	second, _ := c.find(b)
	var only []Action
	for _, action := range first.role.Capabilities {
		if _, ok := second.holds[action]; !ok {
			only = append(only, action)
		}
	}
	return only
}

// Default returns the role meant where one may be left out, or "" if the
// catalog has none.
func (c *Catalog) Default() Name {
	for _, e := range c.all() {
		if e.role.Default {
			return e.role.Name
		}
	}
	return ""
}

// Actions returns every action some role holds, in byte order: with [BuiltIn],
// the actions that may be asked about at all. The slice is the caller's, and
// nil if empty. It is computed on each call.
func (c *Catalog) Actions() []Action {
	union := make(map[Action]struct{})
	for _, e := range c.all() {
		maps.Copy(union, e.holds)
	}
	return slices.Sorted(maps.Keys(union))
}

// Equal reports whether c and d have the same roles in the same order, and the
// same kinds, equal in every field; the order of the kinds, and that within any
// other list, does not count. A nil catalog equals a zero one.
func (c *Catalog) Equal(d *Catalog) bool {
	return slices.EqualFunc(c.all(), d.all(), func(a, b entry) bool { return a.role.equal(b.role) }) &&
		slices.EqualFunc(c.declared(), d.declared(), Kind.equal)
}
