package access

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Changes is what differs between the records of two policies: the ids of what is
// in one only, or is not the same in both, in byte order. Package diff says what
// the difference means for who may do what.
type Changes struct {
	Users    []team.UserID         // also where memberships or direct grants differ
	Teams    []team.ID             // also where grants differ, but not where only members do
	Groups   []datagroup.ID        // where the name, the note or the filter differs
	Accounts []datagroup.AccountID // where the source or any attribute differs
	Reports  []ReportID            // also where grants differ
	Links    []LinkID

	Catalog    bool // the role catalogs are not equal
	Attributes bool // the declared attributes are not the same
}

// Since returns what differs between two directories, so that you know whose
// pages, caches or sessions to renew.
//
// It costs what was changed, if the policy of d came from that of before by
// [Policy.Edit], or the other way round, or both came from one: what they share is
// passed over. Of two that were loaded apart it compares all records.
func (d Directory) Since(before Directory) Changes {
	now, old := d.policy.ready(), before.policy.ready()
	c := now.state.Since(old.state)
	return Changes{
		Users: typed[team.UserID](c.Users), Teams: typed[team.ID](c.Teams), Groups: typed[datagroup.ID](c.Groups),
		Accounts: typed[datagroup.AccountID](c.Accounts), Reports: typed[ReportID](c.Reports), Links: typed[LinkID](c.Links),
		Catalog:    now.catalog != old.catalog && !now.catalog.source.Equal(old.catalog.source),
		Attributes: now.state.Schema != old.state.Schema && !slices.Equal(now.state.Schema.Attributes(), old.state.Schema.Attributes()),
	}
}

func typed[ID ~string](all []string) []ID {
	if all == nil {
		return nil
	}
	ids := make([]ID, len(all))
	for i, id := range all {
		ids[i] = ID(id)
	}
	return ids
}

// IsZero reports whether nothing differs.
func (c Changes) IsZero() bool {
	return len(c.Users)+len(c.Teams)+len(c.Groups)+len(c.Accounts)+len(c.Reports)+len(c.Links) == 0 && !c.Catalog && !c.Attributes
}

// AccountsSince returns the accounts that a data group matches in one of two
// directories and not in the other, with whether it does in d. Of a group that is
// in one directory only, these are all that it matches there. It costs a look at
// each account that the group matches in either, but for those in whose
// combination of attributes nothing changed.
func (d Directory) AccountsSince(before Directory, id datagroup.ID) iter.Seq2[datagroup.AccountID, bool] {
	now, old := d.policy.ready().state, before.policy.ready().state
	return func(yield func(datagroup.AccountID, bool) bool) {
		_, is, _ := now.Groups.Find(string(id))
		_, was, _ := old.Groups.Find(string(id))
		for a := range matchedOnlyIn(now, is, old, was) {
			if !yield(datagroup.AccountID(a), true) {
				return
			}
		}
		for a := range matchedOnlyIn(old, was, now, is) {
			if !yield(datagroup.AccountID(a), false) {
				return
			}
		}
	}
}

func matchedOnlyIn(s *store.State, g *store.Group, other *store.State, there *store.Group) iter.Seq[string] {
	if g == nil {
		return func(func(string) bool) {}
	}
	return s.MatchedOnlyIn(g, other, there)
}

// UsersWith returns the users who have a role, also those who are suspended or
// whose access has ended.
func (d Directory) UsersWith(name role.Name) iter.Seq[team.User] {
	p := d.policy.ready()
	return func(yield func(team.User) bool) {
		no, ok := p.catalog.numbers[name]
		if !ok {
			return
		}
		for user := range p.state.Holding(p.state.Roles[no]) {
			if !yield(p.state.User(user)) {
				return
			}
		}
	}
}
