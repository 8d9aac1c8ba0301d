package access

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/role"
)

// catalog is a role catalog prepared for deciding: actions and roles have
// numbers, and what a role or a level holds, and what may be asked of a kind, is
// a set of numbers.
type catalog struct {
	source  *role.Catalog
	roles   []roleEntry
	numbers map[role.Name]int
	kinds   map[Kind]*kindEntry
	actions map[Action]actionEntry
	names   []Action // of actions, sorted
	levels  [Creator + 1]actionSet
}

// kindEntry is a kind that is built in or declared.
type kindEntry struct {
	family family
	asked  actionSet // of it
	link   Action    // that a link to such a thing allows; "" for a kind without links
}

type roleEntry struct {
	role.Role
	holds   actionSet
	manages map[role.Name]bool
}

type actionEntry struct {
	number    int
	levelOnly bool // no role holds it
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
// besides. Any other action, and any kind that is neither built in nor declared
// by c, is unknown.
func newCatalog(c *role.Catalog) *catalog {
	n := &catalog{
		source: c, numbers: map[role.Name]int{}, kinds: map[Kind]*kindEntry{}, actions: map[Action]actionEntry{},
	}
	for _, a := range slices.Concat(role.BuiltIn(), c.Actions()) {
		if _, known := n.actions[a]; !known {
			n.actions[a] = actionEntry{len(n.actions), a.LevelOnly()}
		}
	}
	n.names = slices.Sorted(maps.Keys(n.actions))
	for l := Viewer; l <= Creator; l++ {
		n.levels[l] = n.with(slices.Clone(n.levels[l-1]), levels[l].adds)
	}
	n.addKinds(c)
	for i, r := range c.Roles() {
		e := roleEntry{Role: r, holds: n.with(nil, r.Capabilities), manages: map[role.Name]bool{}}
		for _, m := range r.Manages {
			e.manages[m] = true
		}
		n.roles = append(n.roles, e)
		n.numbers[r.Name] = i
	}
	return n
}

// addKinds adds the built-in kinds and those that c declares.
func (n *catalog) addKinds(c *role.Catalog) {
	for _, k := range builtIn {
		n.kinds[k.kind] = &kindEntry{family: k.family, asked: n.with(nil, k.actions)}
	}
	n.kinds[KindReport].link = ViewReport
	for _, k := range c.Kinds() {
		e := n.kinds[Kind(k.Name)]
		switch k.In {
		case role.InAccount:
			e = &kindEntry{family: atItem, asked: n.with(nil, []Action{ViewAccount}), link: k.Link}
		case role.InCompany:
			e = &kindEntry{family: atCompanyItem, link: k.Link}
		}
		if e.asked = n.with(e.asked, k.Actions); k.Link != "" {
			e.asked = n.with(e.asked, []Action{ShareSession})
		}
		n.kinds[Kind(k.Name)] = e
	}
}

// with returns a set with the numbers of more actions, all of which are known.
func (n *catalog) with(s actionSet, more []Action) actionSet {
	for _, a := range more {
		s = s.with(n.actions[a].number)
	}
	return s
}
