package access

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Since returns what differs between two directories, so that you know whose
// pages, caches or sessions to renew.
//
// It costs what was changed, if the policy of d came from that of before by
// [Policy.Edit], or the other way round, or both came from one: what they share is
// passed over. Of two that were loaded apart it compares all records.
func (d Directory) Since(before Directory) document.Changes {
	now, old := d.policy.ready(), before.policy.ready()
	c := now.state.Since(old.state)
	return document.Changes{
		Users: c.Users, Teams: c.Teams, Groups: c.Groups, Accounts: c.Accounts, Reports: c.Reports, Links: c.Links,
		Catalog:    now.catalog != old.catalog && !now.catalog.source.Equal(old.catalog.source),
		Attributes: now.state.Schema != old.state.Schema && !slices.Equal(now.state.Schema.Attributes(), old.state.Schema.Attributes()),
	}
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
