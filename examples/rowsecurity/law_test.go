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
	"github.com/jackc/pgx/v5"
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
	"ChangeAddress": "of a person", "SetLimits": "of the company", "CorrectClock": "no clock is read",
	"CreateReport": "of reports", "RenameReport": "of reports", "NameCreator": "of reports", "DeleteReport": "of reports", "ShareReport": "of reports", "UnshareReport": "of reports",
	"MakeLink": "of links", "RevokeLink": "of links",
	"ResendInvitation": "nobody is a user yet", "AmendInvitation": "as well", "RevokeInvitation": "as well", "DeclineInvitation": "as well", "RecordDelivery": "as well", "RedeliverInvitation": "as well",
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

// The clock of a test's database, and a function that reads the table as many users
// at many times. It has the rights of who calls it, and no WHERE.
const testClock = `
CREATE OR REPLACE FUNCTION ambit.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	RETURN current_setting('test.now')::timestamptz;
CREATE FUNCTION seen(users text[], times timestamptz[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	FOR u IN 1..cardinality(users) LOOP
		FOR t IN 1..cardinality(times) LOOP
			PERFORM set_config('ambit.user_id', users[u], true), set_config('test.now', times[t]::text, true);
			RETURN NEXT (SELECT coalesce(string_agg(account_id, ' ' ORDER BY account_id COLLATE "C"), '') FROM spend);
		END LOOP;
	END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION seen TO ambit_app`

// TestRandomChanges: after random changes, a query without WHERE shows each user
// exactly the rows whose account their View sees, at every time.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	answers := map[string]bool{}
	for seed := range uint64(rounds(2, 5, 200)) {
		w := newWorld(t)
		w.exec(t, "ambit_owner", testClock)
		d, _ := newDrawing(t, 1000+seed)
		w.company = d.company
		k, app := w.keeper(t, nil), w.conn(t, "ambit_app")
		for n := range 40 {
			for range 1 + d.IntN(3) {
				d.step()
			}
			if n%8 == 7 {
				k = w.keeper(t, nil) // as of a new process, which knows nothing
			}
			catchUp(t, k)
			times := instants(d.company.Policy())
			rows, err := app.Query(t.Context(), "SELECT seen($1, $2)", append(d.users, ""), times)
			if err != nil {
				t.Fatal(err)
			}
			seen, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range seen {
				answers[got] = true
				user, now := append(d.users, "")[i/len(times)], times[i%len(times)]
				if want := strings.Join(viewOf(d.company.Policy().At(now), user), " "); got != want {
					t.Fatalf("seed %d, event %d: at %s %s sees %q, want %q", seed, d.company.Checkpoint().Seq, now, user, got, want)
				}
			}
		}
	}
	if len(answers) < 8 {
		t.Errorf("there were %d different answers only", len(answers))
	}
}
