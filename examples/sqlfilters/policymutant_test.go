package sqlfilters

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// TestWrongViews: what a host could do wrong with a view is noticed by the search
// of TestPolicies.
func TestWrongViews(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(setups, func(s setup) bool { return s.name == "SQLite" })
	for name, view := range map[string]viewing{
		"the filter of another user": func(p *access.Policy, s access.Subject) sqlfilter.View {
			return otherFilter{p.View(s), p.View(access.User("u0")).Filter()}
		},
		"a session without its team": func(p *access.Policy, s access.Subject) sqlfilter.View {
			if _, ok := s.Team(); ok && p.Active(s).Allowed {
				s = access.User(s.User())
			}
			return p.View(s)
		},
		"the team of a session, whoever its members are": func(p *access.Policy, s access.Subject) sqlfilter.View {
			if id, ok := s.Team(); ok {
				return p.Directory().ViewOfTeam(id)
			}
			return p.View(s)
		},
		"a link as its maker": func(p *access.Policy, s access.Subject) sqlfilter.View {
			if l, ok := p.Directory().Link(s.Link()); ok {
				s = access.User(l.Maker)
			}
			return p.View(s)
		},
		"a view of an hour before": func(p *access.Policy, s access.Subject) sqlfilter.View {
			return p.At(firstHour.Add(-time.Hour)).View(s)
		},
		"ids without the last": func(p *access.Policy, s access.Subject) sqlfilter.View {
			ids := slices.Collect(p.View(s).Accounts())
			return otherIDs{p.View(s), ids[:max(len(ids)-1, 0)]}
		},
		"ids and that of another account": func(p *access.Policy, s access.Subject) sqlfilter.View {
			ids := slices.Collect(p.View(s).Accounts())
			for a := range p.Directory().Accounts() {
				if !slices.Contains(ids, a.ID()) {
					return otherIDs{p.View(s), append(ids, a.ID())}
				}
			}
			return p.View(s)
		},
		"everything for a group of everything": func(p *access.Policy, s access.Subject) sqlfilter.View {
			return everything{p.View(s), len(slices.Collect(p.Directory().Accounts()))}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(20) {
				if err := searchCompany(t, setups[i], seed, false, view, newBranches()); err != nil {
					t.Logf("seed %d: %.300v", seed, err)
					return
				}
			}
			t.Error("nothing was noticed")
		})
	}
}

type otherFilter struct {
	sqlfilter.View
	filter datagroup.Filter
}

func (v otherFilter) Filter() datagroup.Filter { return v.filter }

type otherIDs struct {
	sqlfilter.View
	ids []datagroup.AccountID
}

func (v otherIDs) Accounts() iter.Seq[datagroup.AccountID] { return slices.Values(v.ids) }

// everything takes a view that lacks few accounts for one of all data.
type everything struct {
	sqlfilter.View
	accounts int
}

func (v everything) SeesAll() bool { return v.Len() > v.accounts/2 }

// TestNoPolicy: without a policy, and with one that has no accounts, SQL selects no
// row, for whomever.
func TestNoPolicy(t *testing.T) {
	t.Parallel()
	h, err := newHost(t, setups[0], newCompany(t, 1, 24), viewOf, newBranches())
	if err != nil {
		t.Fatal(err)
	}
	empty, err := access.Compile(&document.Document{Catalog: catalog, Users: []document.User{{ID: "u0", Role: "lead"}, {ID: "u1", Role: "marketer"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	views := []sqlfilter.View{nil, access.View{}}
	for _, p := range []*access.Policy{nil, new(access.Policy), empty} {
		for _, s := range h.subjects() {
			if h.decided(p, s) != nil {
				t.Errorf("%v may see something", s)
			}
			views = append(views, p.View(s), p.Directory().ViewOfTeam("t0"))
		}
	}
	for _, v := range views {
		p, err := h.db.Table.View(v)
		if err := h.is(p, err, nil); err != nil {
			t.Errorf("%#v: %v", v, err)
		}
	}
}
