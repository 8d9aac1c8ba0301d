package sqlfilters

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
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

// TestNoPolicy: without a policy, SQL selects no row, for whomever.
func TestNoPolicy(t *testing.T) {
	t.Parallel()
	c := newCompany(t, 1, 24)
	h, err := newHost(t, setups[0], c, viewOf, newBranches())
	if err != nil {
		t.Fatal(err)
	}
	c.policy = nil
	for _, s := range c.subjects() {
		if err := h.check(c.policy, s); err != nil || h.policy.View(s).Len() > 0 {
			t.Errorf("%v: %v", s, err)
		}
	}
	if err := h.selectsExactly(access.View{}, nil); err != nil {
		t.Error(err)
	}
}
