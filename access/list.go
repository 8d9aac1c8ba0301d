package access

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
)

// Actions returns the actions that the subject may take on the resource, in
// byte order: those that [Policy.Decide] allows. It asks Decide about every
// action.
func (p *Policy) Actions(s Subject, r Resource) iter.Seq[Action] {
	p = p.ready()
	return func(yield func(Action) bool) {
		for _, a := range p.catalog.names {
			if p.Decide(s, a, r).Allowed && !yield(a) {
				return
			}
		}
	}
}

// Reports returns the reports at which the subject may take the action: those
// for which [Policy.Decide] allows it. The order is fixed for the policy and
// means nothing. It asks Decide about every report that is shared with the user
// or one of their teams.
func (p *Policy) Reports(s Subject, a Action) iter.Seq[ReportID] {
	p = p.ready()
	return func(yield func(ReportID) bool) {
		for _, r := range p.sharedWith(s) {
			id := p.state.Reports.At(r).ID
			if p.Decide(s, a, Report(id)).Allowed && !yield(ReportID(id)) {
				return
			}
		}
	}
}

// sharedWith returns the reports shared with a subject, also where that has
// ended: at no other report can the subject have a level.
func (p *Policy) sharedWith(s Subject) []uint32 {
	id := s.id
	if s.kind == linkSubject {
		if _, l, ok := p.state.Links.Find(s.id); ok {
			id = string(l.Maker)
		}
	}
	user := p.state.Users.Get(id)
	if user == nil {
		return nil
	}
	var all []uint32
	add := func(grants store.Grants) {
		for g := range grants.All() {
			if p.state.Reports.At(g.Of) != nil {
				all = append(all, g.Of)
			}
		}
	}
	add(p.state.More(user.No).Grants)
	for _, t := range p.state.Memberships(user) {
		add(t.Grants)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Preview returns what a data group with this filter would match, before there
// is one: the matching accounts by source, and how many are left out only
// because they lack an attribute. It costs one match for each account; for a
// filter that reads attributes with few values only, one for each combination of
// these, and a look at each account that is counted.
func (p *Policy) Preview(f datagroup.Filter) datagroup.Preview {
	return datagroup.NewPreview(p.Truths(f))
}

// Truths yields the accounts that a filter matches or might match, with which of
// the two: [datagroup.True] or [datagroup.Unknown]. An account has its id, its
// source and what the filter reads, and is good until the next one. The order
// means nothing. It costs what [Policy.Preview] does.
func (p *Policy) Truths(f datagroup.Filter) iter.Seq2[datagroup.Account, datagroup.Truth] {
	if bound, err := f.Bind(p.ready().state.Schema); err == nil {
		return p.ready().state.Truths(bound)
	}
	return func(yield func(datagroup.Account, datagroup.Truth) bool) {
		for a, t := range f.Truths(p.Directory().Accounts()) {
			if t != datagroup.False && !yield(a, t) {
				return
			}
		}
	}
}
