package rowsecurity

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
)

// TestInStep: what each user sees follows each kind of change.
func TestInStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.keeper(t, nil)
	w.check(t, "not filled", nil)
	catchUp(t, k)
	w.check(t, "filled", w.company.Policy())
	if w.sees("ann") != "de-1 uk-1 us-1 us-2" || w.sees("tom") != "us-1 us-2" {
		t.Fatal("the world is another one")
	}
	later := time.Now().Add(time.Hour)
	for _, tt := range []struct {
		name   string
		change company.Change
	}{
		{"a membership", company.AddMember{Team: "europe", User: "tom"}},
		{"a membership with an end", company.SetMemberEnd{Team: "europe", User: "tom", Until: company.To(later)}},
		{"an account", company.ConnectAccounts{Accounts: []document.Account{{ID: "fr-1", Source: "x", Values: country("DE")}}}},
		{"a filter", company.EditGroup{Group: "us", Filter: company.To("country = 'UK'")}},
		{"a role that sees all", company.SetRole{User: "mia", Role: "editor"}},
		{"an account for those", company.ConnectAccounts{Accounts: []document.Account{{ID: "x'); --", Source: "x"}}}},
		{"a suspension", company.SuspendUser{User: "tom"}},
		{"and its end", company.ReinstateUser{User: "tom"}},
		{"an account less", company.DisconnectAccounts{Accounts: accounts("fr-1")}},
		{"a role that does not", company.SetRole{User: "mia", Role: "viewer"}},
		{"a team less", company.DeleteTeam{Team: "europe"}},
		{"a user less", company.RemoveUser{User: "tom"}},
	} {
		do(t, w.company, tt.change)
		catchUp(t, k)
		w.check(t, tt.name, w.company.Policy())
	}
}

// TestBehind: a keeper that is behind says so, and whoever waits for their change
// reads with it, also in a process without a keeper.
func TestBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, app := w.keeper(t, nil), w.pool(t, "ambit_app", 2)
	behind := func(want uint64) {
		t.Helper()
		if n, err := k.Behind(t.Context()); err != nil || n != want {
			t.Errorf("it is %d events behind, want %d: %v", n, want, err)
		}
	}
	behind(1)
	catchUp(t, k)
	behind(0)
	do(t, w.company, company.AddMember{Team: "europe", User: "tom"})
	seq := do(t, w.company, company.AddMember{Team: "americas", User: "mia"})
	behind(2)
	given, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	if err := WaitFor(given, askedOnce{app, giveUp}, seq, time.Hour); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the tables are at 1") {
		t.Errorf("nobody catches up: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- k.Keep(ctx) }()
	for range 20 {
		if err := WaitFor(t.Context(), app, seq, time.Millisecond); err != nil {
			t.Fatal(err)
		}
		behind(0)
		w.check(t, "after the wait", w.company.Policy())
		if _, member := w.company.Policy().Directory().User("mia"); !member {
			break
		}
		seq = do(t, w.company, company.SuspendUser{User: "mia"})
		if err := WaitFor(t.Context(), app, seq, time.Millisecond); err != nil || w.seen(t, app, "mia") != "" {
			t.Fatalf("mia is suspended and sees rows: %v", err)
		}
		seq = do(t, w.company, company.ReinstateUser{User: "mia"})
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Keep ends with %v", err)
	}
}

// askedOnce calls something after the first question.
type askedOnce struct {
	Queryer
	after func()
}

func (q askedOnce) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	defer q.after()
	return q.Queryer.QueryRow(context.Background(), sql, args...)
}

// TestResume: a keeper that knows nothing goes on where the tables are: after a
// crash, after the work of another keeper, and twice.
func TestResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	catchUp(t, w.keeper(t, nil))
	for i, u := range []team.UserID{"bob", "eve"} {
		do(t, w.company, company.AddUser{User: u, Role: "team-member"})
		do(t, w.company, company.AddMember{Team: "europe", User: u, Until: time.Now().Add(time.Hour)})
		do(t, w.company, company.RemoveMember{Team: "europe", User: []team.UserID{"mia", "bob"}[i]})
		again, err := company.Open(t.Context(), w.log, config()) // the process that comes after
		if err != nil {
			t.Fatal(err)
		}
		k := New(w.pool(t, "ambit_keeper", 1), again, nil)
		for range 2 {
			if seq := catchUp(t, k); seq != w.company.Checkpoint().Seq {
				t.Errorf("it is at %d", seq)
			}
			w.check(t, "resumed", w.company.Policy())
		}
	}
}

// TestCut: a keeper whose connection ends in the middle of its transaction leaves the
// tables as they were, and the next one does all of it.
func TestCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.keeper(t, nil)
	catchUp(t, k)
	before := w.company.Policy()
	w.exec(t, "postgres", `CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
		AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'`)
	for _, table := range []string{"position", "visible", "sees_all", "account"} {
		w.exec(t, "postgres", "CREATE TRIGGER cut AFTER INSERT OR UPDATE OR DELETE ON ambit."+table+" FOR EACH STATEMENT EXECUTE FUNCTION cut()")
		if table == "position" {
			do(t, w.company, company.SuspendUser{User: "tom"}, company.SetRole{User: "mia", Role: "editor"},
				company.ConnectAccounts{Accounts: []document.Account{{ID: "fr-1", Source: "x"}}})
		}
		if _, err := k.CatchUp(t.Context()); err == nil {
			t.Errorf("%s: no error", table)
		}
		w.check(t, "cut at "+table, before)
		if n, err := k.Behind(t.Context()); err != nil || n != 1 {
			t.Errorf("%s: %d behind, %v", table, n, err)
		}
		w.exec(t, "postgres", "DROP TRIGGER cut ON ambit."+table)
	}
	catchUp(t, k)
	w.check(t, "in the end", w.company.Policy())
}

// TestKill: the server is killed between the changes, again and again.
func TestKill(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, testserver.Need(t, newServer))
	k := w.keeper(t, nil)
	catchUp(t, k)
	for i := range rounds(2, 4, 50) {
		do(t, w.company, []company.Change{company.SuspendUser{User: "tom"}, company.ReinstateUser{User: "tom"}}[i%2])
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			w.server.Kill()
		}()
		_, err := k.CatchUp(t.Context()) // or not
		<-killed
		if err := w.server.Start(); err != nil {
			t.Fatal(err)
		}
		left, behindErr := k.Behind(t.Context())
		if behindErr != nil || left > 1 || err == nil && left != 0 {
			t.Fatalf("%d behind, %v, after %v", left, behindErr, err)
		}
		catchUp(t, k)
		w.check(t, "after the kill", w.company.Policy())
	}
}

// TestNeverBack: a keeper whose company is behind the tables first reads the log, and
// the tables never go back.
func TestNeverBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old, err := company.Open(t.Context(), w.log, config())
	if err != nil {
		t.Fatal(err)
	}
	do(t, w.company, company.SuspendUser{User: "tom"})
	seq := catchUp(t, w.keeper(t, nil))
	k := New(w.pool(t, "ambit_keeper", 1), old, nil)
	if got := catchUp(t, k); got != seq {
		t.Errorf("it is at %d, want %d", got, seq)
	}
	w.check(t, "caught up", w.company.Policy())
	// As it would be if it had looked at the tables before another one changed them.
	head := w.company.Checkpoint()
	for _, m := range []move{{from: audit.Checkpoint{}, to: old.Now()}, {from: audit.Checkpoint{Seq: 1, Hash: head.Hash}, to: old.Now()}, {from: audit.Checkpoint{Seq: head.Seq}, to: old.Now()}} {
		if moved, err := k.write(t.Context(), m, difference{seesAll: rows{put: []row{{user: "tom"}}}}); moved || err != nil {
			t.Errorf("from %v: %v, %v", m.from, moved, err)
		}
	}
	w.check(t, "as it was", w.company.Policy())
}

// TestDiverged: tables that are in step with another log, or with a log that lost its
// end, are left alone.
func TestDiverged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	catchUp(t, w.keeper(t, nil))
	do(t, w.company, company.SuspendUser{User: "tom"})
	catchUp(t, w.keeper(t, nil))
	shorter, other := audit.NewMemory(), audit.NewMemory()
	for e, err := range w.log.Events(t.Context(), 0) {
		if err == nil && e.Seq == 1 {
			err = shorter.Append(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cut, err := company.Open(t.Context(), shorter, config())
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := found(t, other, config())
	do(t, elsewhere, company.SuspendUser{User: "mia"})
	for name, c := range map[string]*company.Company{"shorter": cut, "another": elsewhere} {
		k := New(w.pool(t, "ambit_keeper", 1), c, nil)
		if _, err := k.CatchUp(t.Context()); !errors.Is(err, ErrDiverged) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := k.Rebuild(t.Context()); !errors.Is(err, ErrDiverged) {
			t.Errorf("%s: Rebuild returns %v", name, err)
		}
	}
	do(t, cut, company.SuspendUser{User: "mia"}) // as long as the tables know it
	if _, err := New(w.pool(t, "ambit_keeper", 1), cut, nil).CatchUp(t.Context()); !errors.Is(err, ErrDiverged) {
		t.Errorf("as long: got %v", err)
	}
	w.check(t, "as it was", w.company.Policy())
}

// TestKeepers: several keepers at once, each with a company of its own, while there
// are changes, also for the first fill.
func TestKeepers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	var keepers sync.WaitGroup
	for range 4 {
		c, err := company.Open(t.Context(), w.log, config())
		if err != nil {
			t.Fatal(err)
		}
		k := New(w.pool(t, "ambit_keeper", 2), c, &Config{Every: time.Millisecond})
		keepers.Go(func() {
			if err := k.Keep(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	app := w.pool(t, "ambit_app", 1)
	for i := range 40 {
		seq := do(t, w.company, []company.Change{
			company.AddMember{Team: "europe", User: "tom"}, company.SetRole{User: "mia", Role: "editor"},
			company.RemoveMember{Team: "europe", User: "tom"}, company.SetRole{User: "mia", Role: "viewer"},
		}[i%4])
		if i%5 == 0 {
			if err := WaitFor(t.Context(), app, seq, time.Millisecond); err != nil {
				t.Fatal(err)
			}
			w.check(t, "with four keepers", w.company.Policy())
		}
	}
	if err := WaitFor(t.Context(), app, w.company.Checkpoint().Seq, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	stop()
	keepers.Wait()
	w.check(t, "in the end", w.company.Policy())
}

// TestOneEvent: a reader has all of an event or nothing of it.
func TestOneEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, app := w.keeper(t, nil), w.pool(t, "ambit_app", 1)
	catchUp(t, k)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := range 60 {
			// Tom sees what he saw, and something else instead.
			do(t, w.company, company.EditGroup{Group: "us", Filter: company.To([]string{"id = 'de-1'", "id = 'us-1'"}[i%2])})
			catchUp(t, k)
		}
	}()
	before := w.seen(t, app, "tom")
	for {
		seen := w.seen(t, app, "tom")
		if seen != before && seen != "de-1" && seen != "us-1" {
			t.Fatalf("tom sees %q", seen)
		}
		select {
		case <-ended:
			return
		default:
		}
	}
}

// TestMaxAge: beyond the bound nobody sees anything, until a keeper catches up.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.keeper(t, &Config{MaxAge: time.Hour})
	catchUp(t, k)
	w.check(t, "good", w.company.Policy())
	w.exec(t, "postgres", "UPDATE ambit.position SET good_until = now()")
	w.check(t, "too old", nil)
	catchUp(t, k) // there is no event, and it renews all the same
	w.check(t, "good again", w.company.Policy())
	if n := number(t, w.conn(t, "postgres"), "SELECT count(*) FROM ambit.position WHERE good_until BETWEEN now() + '50 min' AND now() + '1 h'"); n != 1 {
		t.Error("it is not good for an hour")
	}
	catchUp(t, w.keeper(t, &Config{MaxAge: time.Hour}))
	do(t, w.company, company.SuspendUser{User: "tom"})
	catchUp(t, w.keeper(t, nil)) // a keeper without a bound
	w.check(t, "without a bound", w.company.Policy())
	if n := number(t, w.conn(t, "postgres"), "SELECT count(*) FROM ambit.position WHERE good_until IS NULL"); n != 1 {
		t.Error("there is a bound")
	}
}

// TestClock: the time of the last event counts if the clock of the database is
// behind it; and a company without a policy changes nothing.
func TestClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.log = audit.NewMemory()
	c := config()
	ahead := time.Now().Add(1000 * time.Hour)
	c.Now = func() time.Time { return ahead }
	w.company = found(t, w.log, c)
	do(t, w.company, company.AddMember{Team: "europe", User: "tom", Until: ahead.Add(time.Hour)})
	ahead = ahead.Add(2 * time.Hour)
	k := w.keeper(t, nil)
	catchUp(t, k)
	app := w.conn(t, "ambit_app")
	if got := w.seen(t, app, "tom"); got != "de-1 us-1 us-2" {
		t.Errorf("before the end, by the last event, tom sees %q", got)
	}
	do(t, w.company, company.SetCompanyName{Name: "Later"})
	catchUp(t, k)
	if got := w.seen(t, app, "tom"); got != "us-1 us-2" {
		t.Errorf("after it tom sees %q", got)
	}
	ahead = time.Now()
	do(t, w.company, company.CorrectClock{})
	catchUp(t, k)
	w.check(t, "the clock is right again", w.company.Policy())
	if got := w.seen(t, app, "tom"); got != "de-1 us-1 us-2" {
		t.Errorf("with the right clock tom sees %q", got)
	}
}

// TestUnavailable: a company that may be too old changes nothing.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	catchUp(t, w.keeper(t, nil))
	c := config()
	now := time.Now()
	c.MaxAge, c.Now = time.Hour, func() time.Time { now = now.Add(2 * time.Hour); return now } // too old at once
	follower, err := company.Open(t.Context(), w.log, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(w.pool(t, "ambit_keeper", 1), follower, nil).CatchUp(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	w.check(t, "as it was", w.company.Policy())
}

// TestRebuild: what somebody wrote by hand is mended.
func TestRebuild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.keeper(t, nil)
	catchUp(t, k)
	w.exec(t, "postgres", "INSERT INTO ambit.sees_all VALUES ('tom', NULL); DELETE FROM ambit.visible WHERE user_id = 'mia'; DELETE FROM ambit.account WHERE account_id = 'uk-1'")
	if w.seen(t, w.conn(t, "ambit_app"), "tom") == w.sees("tom") {
		t.Error("nothing is broken")
	}
	do(t, w.company, company.AddMember{Team: "americas", User: "mia"})
	if err := k.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.check(t, "rebuilt", w.company.Policy())
	if n, err := k.Behind(t.Context()); n != 0 || err != nil {
		t.Errorf("%d behind, %v", n, err)
	}
}
