package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// extent is how much a data group matches, and the first of the data groups that
// mean the same, which may be itself.
type extent struct {
	datagroup.Extent
	meaning datagroup.ID
	size    int // of the filter
}

// filterOf is the place of the filter of a data group.
func filterOf(id datagroup.ID) place { return place{list: groupList, id: string(id), nested: filter} }

// quoted returns a filter for a sentence.
func quoted(f datagroup.Filter) string { return text.Quote(f.String()) }

// checkGroups looks at the data groups.
func (k *checker) checkGroups() {
	k.groups = make(map[datagroup.ID]extent)
	alike := make(map[datagroup.ID][]datagroup.Extent)
	for x := range k.d.Extents() {
		k.groups[x.Group.ID] = extent{x, x.Group.ID, x.Group.Filter.Size()}
		alike[x.Like] = append(alike[x.Like], x)
		if !k.attached[x.Group.ID] {
			k.add(GroupWithoutTeams, place{list: groupList, id: string(x.Group.ID)}, sayf("no team has data group %s, so nobody sees anything by it", text.Quote(x.Group.ID)))
		}
		k.checkReach(x)
		if x.Unknown > 0 {
			k.addHidden(x)
		}
		if k.accounts > 0 {
			k.checkValues(x.Group)
		}
	}
	// In a fixed order, as the budget may end.
	for _, same := range slices.SortedFunc(maps.Values(alike), func(a, b []datagroup.Extent) int { return strings.Compare(string(first(a)), string(first(b))) }) {
		if len(same) > 1 {
			k.checkAlike(same)
		}
	}
}

// checkReach looks at whether a filter matches no account, or all.
func (k *checker) checkReach(x datagroup.Extent) {
	f, at := x.Group.Filter, filterOf(x.Group.ID)
	id := text.Quote(x.Group.ID)
	switch {
	case f.IsEverything():
		k.add(FilterEverything, at, sayf("data group %s is everything: all accounts, and those to come", id))
	case x.Matches == 0 && k.implies(FilterImpossible, f, datagroup.Filter{}):
		k.add(FilterImpossible, at, func(g *Finding) { g.Text = fmt.Sprintf("data group %s can match no account: %s", id, quoted(f)) })
	case x.Matches == k.accounts && k.implies(FilterEverything, everything, f):
		k.add(FilterEverything, at, func(g *Finding) {
			g.Text = fmt.Sprintf("data group %s can leave out no account, as everything: %s", id, quoted(f))
		})
	case k.accounts == 0: // every filter matches none of them, and all
	case x.Matches == 0:
		k.add(FilterMatchesNone, at, func(g *Finding) { g.Text = fmt.Sprintf("data group %s matches no account today: %s", id, quoted(f)) })
	case x.Matches == k.accounts:
		k.add(FilterMatchesAll, at, func(g *Finding) {
			g.Text = fmt.Sprintf("data group %s matches all accounts today, %d: %s", id, k.accounts, quoted(f))
		})
	}
}

// addHidden adds a data group that leaves out accounts because they lack an
// attribute.
func (k *checker) addHidden(x datagroup.Extent) {
	k.add(HiddenByMissing, filterOf(x.Group.ID), func(f *Finding) {
		f.Text = fmt.Sprintf("data group %s leaves out %s only because an attribute is missing", text.Quote(x.Group.ID), plural(x.Unknown, "account"))
		if !k.walks() {
			return
		}
		ids, missing := k.unknown(x.Group.Filter)
		f.Text += fmt.Sprintf(" (%s): %s", strings.Join(missing, ", "), listed(ids, x.Unknown))
		for _, id := range ids {
			f.Others = append(f.Others, access.Account(id))
		}
	})
}

// unknown returns the first accounts of which it is unknown whether a filter
// matches them, and which attributes they lack for it.
func (k *checker) unknown(f datagroup.Filter) (ids []datagroup.AccountID, missing []string) {
	for a, t := range k.policy.Truths(f) {
		if t == datagroup.Unknown && (len(ids) < maxNamed || a.ID() < ids[maxNamed-1]) {
			at, _ := slices.BinarySearch(ids, a.ID())
			ids = slices.Insert(ids, at, a.ID())
			ids = ids[:min(len(ids), maxNamed)]
		}
	}
	for _, id := range ids {
		a, _ := k.d.Account(id)
		for _, leaf := range f.Explain(a) {
			if leaf.Missing && leaf.Truth == datagroup.Unknown {
				missing = append(missing, text.Plain(leaf.Attribute))
			}
		}
	}
	slices.Sort(missing)
	return ids, slices.Compact(missing)
}

// first returns the first id of some groups.
func first(groups []datagroup.Extent) datagroup.ID {
	id := groups[0].Group.ID
	for _, x := range groups[1:] {
		id = min(id, x.Group.ID)
	}
	return id
}

// checkAlike looks at data groups that match the same accounts: whether they are
// written alike, or mean the same. Of those that match none only what is written
// counts, as there may be many, and each is a finding by itself.
func (k *checker) checkAlike(same []datagroup.Extent) {
	slices.SortFunc(same, func(a, b datagroup.Extent) int { return strings.Compare(string(a.Group.ID), string(b.Group.ID)) })
	written := make(map[string]datagroup.Group) // the first group by text
	var meanings []datagroup.Group              // the first of those that mean the same
	for _, x := range same {
		g, words := x.Group, x.Group.Filter.String()
		if of, found := written[words]; found {
			k.addDuplicate(g, of, "has the filter of")
			continue
		}
		written[words] = g
		if x.Matches == 0 {
			continue
		}
		if equal := k.firstEqual(g, meanings); equal >= 0 {
			written[words] = meanings[equal]
			k.addDuplicate(g, meanings[equal], "matches, whatever accounts there are, the same as")
			continue
		}
		if len(meanings) > 0 && x.Matches < k.accounts {
			k.addSame(g, meanings[0], x.Matches)
		}
		meanings = append(meanings, g)
	}
}

// addDuplicate adds a group that means what another one does.
func (k *checker) addDuplicate(g, of datagroup.Group, how string) {
	x := k.groups[g.ID]
	x.meaning = of.ID
	k.groups[g.ID] = x
	k.add(GroupDuplicate, filterOf(g.ID), func(f *Finding) {
		f.Text = fmt.Sprintf("data group %s %s data group %s: %s", text.Quote(g.ID), how, text.Quote(of.ID), quoted(g.Filter))
		f.Others = append(f.Others, access.Group(of.ID))
	})
}

// addSame adds a group that matches the accounts that another one does today.
func (k *checker) addSame(g, as datagroup.Group, n int) {
	k.add(GroupSameAccounts, filterOf(g.ID), func(f *Finding) {
		f.Text = fmt.Sprintf("data group %s matches the same %s as data group %s today, by another filter: %s and %s",
			text.Quote(g.ID), plural(n, "account"), text.Quote(as.ID), quoted(g.Filter), quoted(as.Filter))
		f.Others = append(f.Others, access.Group(as.ID))
	})
}

// checkSubsumed looks for data groups of a team that add nothing to another one of
// it, whatever accounts there are. Those that match none today are left out.
func (k *checker) checkSubsumed() {
	if !k.wants(GroupSubsumed) {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(k.teamSize)) {
		if k.teamSize[id] < 2 {
			continue
		}
		groups := k.groupsOf(id)
		for _, x := range groups {
			if by, ok := k.subsuming(x, groups); ok {
				k.addSubsumed(id, x.Group.ID, by)
			}
		}
	}
}

// subsuming returns the first of some data groups that matches whatever x does and
// does not mean the same, if that is certain of one.
func (k *checker) subsuming(x extent, groups []extent) (datagroup.ID, bool) {
	sample, some := k.d.Account(x.Sample)
	if !some {
		return "", false
	}
	for _, y := range groups {
		if !k.spend(GroupSubsumed, 1) {
			break
		}
		if x.meaning == y.meaning || x.Matches > y.Matches {
			continue
		}
		if !k.spend(GroupSubsumed, y.size) {
			break
		}
		if y.Group.Filter.Match(sample) == datagroup.True && k.implies(GroupSubsumed, x.Group.Filter, y.Group.Filter) {
			return y.Group.ID, true
		}
	}
	return "", false
}

// groupsOf returns the data groups of a team, in byte order of ids.
func (k *checker) groupsOf(id string) []extent {
	t, _ := k.d.Team(team.ID(id))
	groups := make([]extent, len(t.Groups))
	for i, g := range t.Groups {
		groups[i] = k.groups[g]
	}
	return groups
}

// addSubsumed adds a data group of a team to which another one of it adds.
func (k *checker) addSubsumed(in string, g, by datagroup.ID) {
	k.add(GroupSubsumed, place{teamList, in, assignment, string(g)}, func(f *Finding) {
		f.Text = fmt.Sprintf("data group %s gives team %s nothing: data group %s of the team matches all that it can match",
			text.Quote(g), text.Quote(in), text.Quote(by))
		f.Others = append(f.Others, access.Group(by))
	})
}
