package access

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/role"
)

// catalog is a role catalog prepared for deciding: actions and roles have
// numbers, and what a role or a level holds is a set of numbers.
type catalog struct {
	source  *role.Catalog
	roles   []roleEntry
	numbers map[role.Name]int
	actions map[Action]actionEntry
	names   []Action // of actions, sorted
	levels  [Creator + 1]actionSet
}

type roleEntry struct {
	role.Role
	holds   actionSet
	manages map[role.Name]bool
}

type actionEntry struct {
	number    int
	askedOf   kindBit // kinds
	levelOnly bool    // no role holds it
}

// actionSet is a set of action numbers.
type actionSet []uint64

func (s actionSet) has(n int) bool { return n/64 < len(s) && s[n/64]&(1<<(n%64)) != 0 }

func (s actionSet) with(n int) actionSet {
	for n/64 >= len(s) {
		s = append(s, 0)
	}
	s[n/64] |= 1 << (n % 64)
	return s
}

// newCatalog numbers the built-in actions and those that roles of c hold
// besides. Any other action is unknown.
func newCatalog(c *role.Catalog) *catalog {
	n := &catalog{source: c, numbers: map[role.Name]int{}, actions: map[Action]actionEntry{}}
	for _, p := range askedOf {
		for _, a := range p.actions {
			n.actions[a] = actionEntry{len(n.actions), p.kinds, a.LevelOnly()}
		}
	}
	for _, a := range c.Actions() {
		if _, builtIn := n.actions[a]; !builtIn {
			n.actions[a] = actionEntry{len(n.actions), hostKinds, false}
		}
	}
	n.names = slices.Sorted(maps.Keys(n.actions))
	for l := Viewer; l <= Creator; l++ {
		n.levels[l] = append(actionSet(nil), n.levels[l-1]...)
		for _, a := range levels[l].adds {
			n.levels[l] = n.levels[l].with(n.actions[a].number)
		}
	}
	for i, r := range c.Roles() {
		e := roleEntry{Role: r, manages: map[role.Name]bool{}}
		for _, a := range r.Capabilities {
			e.holds = e.holds.with(n.actions[a].number)
		}
		for _, m := range r.Manages {
			e.manages[m] = true
		}
		n.roles = append(n.roles, e)
		n.numbers[r.Name] = i
	}
	return n
}
