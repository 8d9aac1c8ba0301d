package company_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
)

// everybody is a company of n users who are all in one team and each in one of
// their own, with twice as many accounts, none of which the team sees.
func everybody(n int) *document.Document {
	d := &document.Document{
		Groups: []document.Group{{ID: "g", Filter: "nothing"}, {ID: "big", Filter: "everything"}},
		Users:  []document.User{{ID: "dan", Email: "dan@x.test", Role: "data-manager"}, {ID: "uma", Email: "uma@x.test", Role: "user-manager"}},
	}
	all := document.Team{ID: "all", Groups: []string{"g"}}
	for i := range n {
		id := fmt.Sprint("u", i)
		d.Users = append(d.Users, document.User{ID: id, Role: "team-member"})
		all.Members = append(all.Members, document.Member{User: id})
		d.Teams = append(d.Teams, document.Team{ID: "own-" + id, Members: []document.Member{{User: id}}})
	}
	d.Teams = append(d.Teams, all)
	for i := range 2 * n {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "s"})
	}
	return d
}

// TestImpactHasABudget counts at most a fixed number of accounts and users,
// however large the company, and says so.
func TestImpactHasABudget(t *testing.T) {
	for _, tt := range []struct {
		users int
		more  bool
	}{{10, false}, {2000, true}} {
		c := newCompany(t, "ann admin", options{document: func(d *document.Document) {
			all := everybody(tt.users)
			d.Groups, d.Teams, d.Accounts = all.Groups, all.Teams, all.Accounts
			d.Users = append(d.Users, all.Users...)
		}})
		impacts := make(map[string]company.Impact)
		r := c.must("dan", company.EditGroup{Group: "g", Filter: company.To("everything")})
		edit, _ := company.Outcome[company.EditGroup](r)
		impacts["edit"] = edit.Impact
		r = c.must("uma", company.DetachGroup{Team: "all", Group: "g"})
		detach, _ := company.Outcome[company.DetachGroup](r)
		impacts["detach"] = detach.Impact
		r = c.must("uma", company.AttachGroup{Team: "all", Group: "big"})
		attach, _ := company.Outcome[company.AttachGroup](r)
		impacts["attach"] = attach.Impact
		r = c.must("dan", company.DeleteGroup{Group: "big"})
		deleted, _ := company.Outcome[company.DeleteGroup](r)
		impacts["delete"] = deleted.Impact
		for name, i := range impacts {
			if i.More != tt.more || i.IsZero() {
				t.Errorf("%d users, %s: %+v, want more %t", tt.users, name, i, tt.more)
			}
			if n := max(i.Gained, i.Lost); !tt.more && (i.Users != tt.users || n != 2*tt.users*tt.users) || n > 100_000 {
				t.Errorf("%d users, %s: %d users, %d accounts", tt.users, name, i.Users, n)
			}
		}
		if d := c.Decide(access.User("u1"), access.ViewAccount, access.Account("a1")); d.Allowed {
			t.Errorf("%d users: %s", tt.users, d)
		}
	}
}

// TestContextEndsBeforeAppend: a change whose caller gave up while it was judged
// and its impact counted is not made.
func TestContextEndsBeforeAppend(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newCompany(t, "ann admin", options{groups: "g nothing"})
	before, now := c.state(), c.clock.Now
	c.config.Now = func() time.Time { cancel(); return now() } // it is asked while a change is judged
	again := c.second(&c.config)
	_, err := again.Do(ctx, c.by("ann"), company.EditGroup{Group: "g", Filter: company.To("everything")})
	if e, ok := errors.AsType[*company.Error](err); !ok || !errors.Is(err, context.Canceled) || e.Refused() || errors.Is(err, company.ErrUncertain) {
		t.Errorf("%v", err)
	}
	if after := c.state(); after != before || again.Checkpoint() != c.Checkpoint() {
		t.Errorf("the change was made:\n%s", after)
	}
}

// TestImpactsOfOneDoShareTheBudget makes many changes at once.
func TestImpactsOfOneDoShareTheBudget(t *testing.T) {
	c := newCompany(t, "ann admin", options{document: func(d *document.Document) {
		all := everybody(300)
		d.Groups, d.Teams, d.Accounts = all.Groups, all.Teams, all.Accounts
		d.Users = append(d.Users, all.Users...)
	}})
	var changes []company.Change
	for range 50 {
		changes = append(changes, company.EditGroup{Group: "g", Filter: company.To("everything")}, company.EditGroup{Group: "g", Filter: company.To("nothing")})
	}
	counted := 0
	for _, change := range c.must("dan", changes...).Changes {
		i := change.(company.EditGroup).Impact
		counted += i.Gained + i.Lost
	}
	if counted > 100_000 || counted == 0 {
		t.Errorf("%d accounts were counted", counted)
	}
}
