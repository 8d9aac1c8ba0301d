package access

import (
	"iter"
	"slices"
	"sync"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// View is the accounts that one subject sees, the visible accounts, fixed at
// one instant: exactly those for which [Policy.Decide] allows [ViewAccount].
// Make one for a request and ask it for each row. [Directory.ViewOfTeam] is the
// same for a team.
//
// A View is safe for concurrent use. The zero View sees nothing.
type View struct {
	*view
}

type view struct {
	policy *Policy
	all    bool
	teams  []uint32
	only   datagroup.AccountID // the one account, for a link to something in it

	once    sync.Once
	visible store.Reach
}

// ViewOfTeam returns the accounts that a team sees, whoever its members are:
// those that any of its data groups matches. It is empty without such a team.
func (d Directory) ViewOfTeam(id team.ID) View {
	p := d.policy.ready()
	no, _, ok := p.state.Teams.Find(string(id))
	if !ok {
		return View{}
	}
	return View{&view{policy: p, teams: []uint32{no}}}
}

// View returns the accounts that s sees. It is empty for a subject that is
// denied, and for a role without [ViewAccount].
//
// For a link it is what the maker sees, in the scope they made the link in. If
// the link shows an item of an account, it is that account at most. It is empty
// if the link has ended, or if its maker could no longer do what it allows.
//
// View costs a look at each team of the user. The first question to the View
// unites what the teams see.
func (p *Policy) View(s Subject) View {
	p = p.ready()
	q := question{p: p, Decision: &Decision{Subject: s, Action: ViewAccount, Resource: Account("")}}
	if s.kind == linkSubject {
		_, l, ok := p.state.Links.Find(s.id)
		if !ok {
			return View{}
		}
		live := question{p: p, Decision: &Decision{Subject: s, Action: Action(l.Action), Resource: linkResource(l)}}
		if live.decide(); !live.Allowed {
			return View{}
		}
		q.Subject, q.now, q.timed = makerOf(l), live.now, live.timed
		if l.Account != "" {
			q.Resource = Account(l.Account)
			if q.decide(); !q.Allowed {
				return View{}
			}
			return View{&view{policy: p, only: datagroup.AccountID(l.Account)}}
		}
	}
	if !q.subjectStep() || !q.kindStep() || !q.capabilityStep() {
		return View{}
	}
	v := &view{policy: p, all: q.seesAll()}
	if !v.all {
		q.eachTeam(func(no uint32) bool {
			v.teams = append(v.teams, no)
			return true
		})
	}
	return View{v}
}

// Sees reports whether the account is in the view. It costs one look-up.
func (v View) Sees(id datagroup.AccountID) bool {
	if v.view == nil {
		return false
	}
	if v.only != "" {
		return id == v.only
	}
	account := v.policy.state.Accounts.Get(string(id))
	return account != nil && (v.all || v.united().Has(account))
}

// Accounts returns the accounts in the view, in an order that is fixed for the
// view and means nothing. It costs a look at each of them.
func (v View) Accounts() iter.Seq[datagroup.AccountID] {
	return func(yield func(datagroup.AccountID) bool) {
		switch {
		case v.view == nil:
		case v.only != "":
			yield(v.only)
		case v.all:
			for _, id := range persist.IDs(&v.policy.state.Accounts) {
				if !yield(datagroup.AccountID(id)) {
					return
				}
			}
		case len(v.teams) > 0:
			for id := range v.policy.state.Reached(v.united()) {
				if !yield(datagroup.AccountID(id)) {
					return
				}
			}
		}
	}
}

// Len returns how many accounts are in the view. It costs a look at each group of
// accounts that are alike, and as much as [View.Accounts] at most.
func (v View) Len() int {
	switch {
	case v.view == nil:
		return 0
	case v.only != "":
		return 1
	case v.all:
		return v.policy.state.Accounts.Len()
	case len(v.teams) == 0:
		return 0
	}
	return v.policy.state.Count(v.united())
}

// Empty reports whether no account is in the view. It is quicker than Len.
func (v View) Empty() bool {
	if v.view == nil || v.only != "" || v.all {
		return v.Len() == 0
	}
	return !slices.ContainsFunc(v.teams, v.policy.state.Shows)
}

// SeesAll reports whether the view is that of a role that sees all data: it has
// every account of the company, whatever they are.
func (v View) SeesAll() bool { return v.view != nil && v.all }

// Filter returns the view as one filter: of the accounts of the company it
// matches those of the view, and no others. It is as long as the filters of all
// the data groups together: see [View.FilterSize]. Package sqlfilter makes SQL of
// it.
func (v View) Filter() datagroup.Filter {
	switch {
	case v.view == nil:
		return datagroup.Filter{}
	case v.only != "":
		only, _ := v.policy.state.Schema.Parse("id = " + datagroup.Text(string(v.only)).String()) // a quoted id always parses
		return only
	case v.all:
		all, _ := v.policy.state.Schema.Parse("everything") // which no schema refuses
		return all
	}
	teams := make([]team.Team, len(v.teams))
	for i, t := range v.teams {
		teams[i] = v.policy.state.Teams.At(t).Team
	}
	return team.Union(slices.Values(teams), v.policy.Directory().Group)
}

// FilterSize returns the [datagroup.Filter.Size] of [View.Filter], or somewhat
// more, as data groups may repeat what others have. It costs a look at each
// comparison of the data groups, and makes nothing.
func (v View) FilterSize() int {
	switch {
	case v.view == nil:
		return 0
	case v.only != "" || v.all:
		return 1
	}
	size := 0
	seen := make(map[datagroup.ID]bool)
	for _, t := range v.teams {
		for _, id := range v.policy.state.Teams.At(t).Groups {
			if g, ok := v.policy.Directory().Group(id); ok && !seen[id] {
				seen[id] = true
				size += g.Filter.Size()
			}
		}
	}
	return size
}

func (v *view) united() *store.Reach {
	v.once.Do(func() { v.visible = v.policy.state.Unite(v.teams) })
	return &v.visible
}
