package rowsecurity

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// rounds returns how many seeds a search tries.
func rounds(short, ci, long int) int {
	switch {
	case os.Getenv("AMBIT_LONG") != "":
		return long
	case os.Getenv("CI") == "true":
		return ci
	}
	return short
}

// without has the changes that touch no sight, and why a search need not make them.
var without = map[string]string{
	"ChangeAddress": "of a person", "SetLimits": "of the company", "CorrectClock": "no clock is read", "AcceptInvitation": "see TestAcceptance",
	"CreateReport": "of reports", "RenameReport": "of reports", "NameCreator": "of reports", "DeleteReport": "of reports", "ShareReport": "of reports", "UnshareReport": "of reports",
	"MakeLink": "of links", "RevokeLink": "of links",
	"Invite": "nobody is a user by it", "ResendInvitation": "as well", "AmendInvitation": "as well", "RevokeInvitation": "as well", "DeclineInvitation": "as well", "RecordDelivery": "as well", "RedeliverInvitation": "as well",
	"ScheduleReviews": "of reviews", "OpenReview": "of reviews", "DecideItem": "of reviews", "CloseReview": "of reviews",
}

// covered fails if a search did not make a change that there is.
func covered(t *testing.T, made map[string]int) {
	t.Helper()
	for _, c := range company.ChangeTypes() {
		name := strings.TrimPrefix(fmt.Sprintf("%T", c), "company.")
		if n := made["company."+name]; (n == 0) == (without[name] == "") {
			t.Errorf("%s was made %d times", name, n)
		}
	}
}

// memory is the tables of the schema, in memory.
type memory struct {
	visible, seesAll, accounts map[row]time.Time // by their key: a row without end
}

func (m *memory) apply(d difference) {
	for table, changed := range map[*map[row]time.Time]rows{&m.visible: d.visible, &m.seesAll: d.seesAll, &m.accounts: d.accounts} {
		if *table == nil {
			*table = map[row]time.Time{}
		}
		for _, r := range changed.remove {
			if _, ok := (*table)[row{user: r.user, account: r.account}]; !ok {
				panic("a row is removed that is not there")
			}
			delete(*table, row{user: r.user, account: r.account})
		}
		for _, r := range changed.put {
			(*table)[row{user: r.user, account: r.account}] = r.until
		}
	}
}

// sees is what the function ambit.accounts does.
func (m *memory) sees(user team.UserID, account datagroup.AccountID, now time.Time) bool {
	live := func(table map[row]time.Time, key row) bool {
		until, ok := table[key]
		return ok && (until.IsZero() || now.Before(until))
	}
	return live(m.visible, row{user: user, account: account}) ||
		live(m.seesAll, row{user: user}) && live(m.accounts, row{account: account})
}

// instants returns times around every end of a policy, at which it may decide
// differently, in microseconds.
func instants(p *access.Policy) []time.Time {
	var all []time.Time
	around := func(end time.Time) {
		if !end.IsZero() {
			down := end.Truncate(time.Microsecond)
			all = append(all, down.Add(-time.Microsecond), down, down.Add(time.Microsecond))
		}
	}
	for u := range p.Directory().Users() {
		around(u.Until)
	}
	for m := range p.Directory().AllMembers() {
		around(m.Until)
	}
	all = append(all, start, start.AddDate(50, 0, 0))
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// TestDifferences: the tables that the differences make show exactly what Decide
// allows, to every user, of every account, at every time.
func TestDifferences(t *testing.T) {
	t.Parallel()
	made := map[string]int{}
	for seed := range uint64(rounds(15, 40, 3000)) {
		d, _ := newDrawing(t, seed)
		var m memory
		for part := range everything(d.company.Policy()) {
			m.apply(part)
		}
		for range 60 {
			old := d.company.Now()
			for range 1 + d.IntN(3) {
				d.step()
			}
			m.apply(compare(old.Policy(), d.company.Policy(), targetsSince(d.company, old)))
			if err := m.check(d); err != "" {
				t.Fatalf("seed %d, event %d: %s", seed, d.company.Checkpoint().Seq, err)
			}
		}
		for name, n := range d.made {
			made[name] += n
		}
	}
	covered(t, made)
}

// targetsSince returns the targets of the events after a moment.
func targetsSince(c *company.Company, m company.Moment) (all []string) {
	for e, err := range c.History(context.Background(), company.HistoryQuery{After: m.Checkpoint().Seq}) {
		if err != nil {
			panic(err)
		}
		all = append(all, e.Targets...)
	}
	return all
}

// check asks Decide about everything, and returns the first difference.
func (m *memory) check(d *drawing) string {
	for _, now := range instants(d.company.Policy()) {
		p := d.company.Policy().At(now)
		for _, user := range d.users {
			for _, id := range accountPool {
				want := p.Decide(access.User(user), access.ViewAccount, access.Account(id))
				if m.sees(user, datagroup.AccountID(id), now) != want.Allowed {
					return fmt.Sprintf("at %s: %v", now.Format(time.RFC3339Nano), want)
				}
			}
		}
	}
	return ""
}
