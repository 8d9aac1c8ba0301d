package access

import (
	"math/bits"
	"slices"
	"sync"

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
	actions []*actionEntry // open table, by the key of the name
	names   []Action       // of actions, sorted
	levels  [Creator + 1]actionSet

	viewAccount *actionEntry // of actions
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
	seesAll bool // without a session
	manages map[role.Name]bool
}

type actionEntry struct {
	name      Action
	number    int
	levelOnly bool // no role holds it
	atAccount bool // it may be asked of accounts
}

// action returns the entry of an action, nil if it is unknown. It hashes no more
// than the length and three letters: what a table of a catalog's own actions has
// cannot be chosen by those who ask.
func (n *catalog) action(a Action) *actionEntry {
	mask := len(n.actions) - 1
	for i := actionKey(a) & mask; ; i = (i + 1) & mask {
		if e := n.actions[i]; e == nil || e.name == a {
			return e
		}
	}
}

func actionKey(a Action) int {
	if a == "" {
		return 0
	}
	return len(a)*5 + int(a[0])*31 + int(a[len(a)/2])*67 + int(a[len(a)-1])*131
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

// newCatalog returns c as decisions look it up. That of a catalog which equals a
// shipped one is shared: thousands of companies may have it, and it is the largest
// part of a small one.
func newCatalog(c *role.Catalog) *catalog {
	for _, shared := range shippedCatalogs() {
		if shared.source.Equal(c) {
			return shared
		}
	}
	return numberCatalog(c)
}

var shippedCatalogs = sync.OnceValue(func() []*catalog {
	return []*catalog{numberCatalog(role.CompanyCatalog()), numberCatalog(role.ProjectCatalog())}
})

// numberCatalog numbers the built-in actions and those that roles of c hold
// besides. Any other action, and any kind that is neither built in nor declared
// by c, is unknown.
func numberCatalog(c *role.Catalog) *catalog {
	n := &catalog{
		source: c, numbers: map[role.Name]int{}, kinds: map[Kind]*kindEntry{},
	}
	n.addActions(slices.Concat(role.BuiltIn(), c.Actions()))
	for l := Viewer; l <= Creator; l++ {
		n.levels[l] = n.with(slices.Clone(n.levels[l-1]), levels[l].adds)
	}
	n.addKinds(c)
	for i, r := range c.Roles() {
		e := roleEntry{Role: r, holds: n.with(nil, r.Capabilities), seesAll: r.Scope == role.AllData, manages: map[role.Name]bool{}}
		for _, m := range r.Manages {
			e.manages[m] = true
		}
		n.roles = append(n.roles, e)
		n.numbers[r.Name] = i
	}
	return n
}

// addActions numbers actions in the order of their names.
func (n *catalog) addActions(all []Action) {
	n.names = slices.Compact(slices.Sorted(slices.Values(all)))
	n.actions = make([]*actionEntry, 1<<bits.Len(uint(4*len(n.names))))
	mask := len(n.actions) - 1
	for number, a := range n.names {
		i := actionKey(a) & mask
		for n.actions[i] != nil {
			i = (i + 1) & mask
		}
		n.actions[i] = &actionEntry{name: a, number: number, levelOnly: a.LevelOnly()}
	}
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
	for _, a := range n.names {
		e := n.action(a)
		e.atAccount = n.kinds[KindAccount].asked.has(e.number)
	}
	n.viewAccount = n.action(ViewAccount)
}

// with returns a set with the numbers of more actions, all of which are known.
func (n *catalog) with(s actionSet, more []Action) actionSet {
	for _, a := range more {
		s = s.with(n.action(a).number)
	}
	return s
}

// roleNames returns the names of the roles, by their numbers.
func (n *catalog) roleNames() []role.Name {
	names := make([]role.Name, len(n.roles))
	for i, r := range n.roles {
		names[i] = r.Name
	}
	return names
}
