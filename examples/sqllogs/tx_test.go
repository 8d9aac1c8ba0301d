package sqllogs

import (
	"context"
	"database/sql"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/ambit-authz/ambit/examples/testserver"
	"github.com/ambit-authz/ambit/team"
)

// begin begins a transaction that has a row of the host's own.
func begin(t *testing.T, p *place, db *sql.DB, text string) *sql.Tx {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tx.Rollback() })
	if _, err := tx.Exec(p.marks("INSERT INTO host (id) VALUES (?)"), text); err != nil {
		t.Fatal(err)
	}
	return tx
}

// hostRows returns how many rows of the host's there are.
func hostRows(t *testing.T, db *sql.DB) int {
	t.Helper()
	n := 0
	if err := db.QueryRow("SELECT count(*) FROM host").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTransaction: the event and the host's own row are there, or neither is, while
// others write to the same log.
func TestTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		db := p.db(t)
		if _, err := db.Exec("CREATE TABLE host (id VARCHAR(50) PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		s := p.store(t, db, &sqllog.Options{Keys: audittest.TargetKeys})
		l := named(t, s, "acme")
		head := fill(t, l, audit.Checkpoint{}, 1)
		next := event(head, "in")

		tx := begin(t, p, db, "rolled back")
		if err := l.Tx(tx).Append(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		if got := headOf(t, l.Tx(tx)); got != next.Checkpoint() {
			t.Errorf("in the transaction the log ends at %v", got)
		}
		// Others see nothing of it, and wait for the place.
		if got := headOf(t, l); got != head {
			t.Errorf("beside the transaction the log ends at %v", got)
		}
		answer := make(chan error)
		go func() { answer <- l.Append(t.Context(), event(head, "beside")) }()
		select {
		case err := <-answer:
			t.Errorf("another writer does not wait: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; err != nil {
			t.Errorf("after the rollback: %v", err)
		}
		head = event(head, "beside").Checkpoint()

		tx = begin(t, p, db, "committed")
		in := l.Tx(tx)
		if err := in.Append(t.Context(), event(audit.Checkpoint{Seq: 1, Hash: head.Hash}, "x")); !errors.Is(err, audit.ErrConflict) {
			t.Errorf("a place that is taken: %v", err)
		}
		next = event(head, "in")
		if err := in.Append(t.Context(), next); err != nil {
			t.Errorf("after a conflict: %v", err)
		}
		go func() { answer <- l.Append(t.Context(), event(head, "late")) }()
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; !errors.Is(err, audit.ErrConflict) {
			t.Errorf("after the commit: %v", err)
		}
		if got := headOf(t, l); got != next.Checkpoint() || hostRows(t, db) != 1 {
			t.Errorf("the log ends at %v, and the host has %d rows", got, hostRows(t, db))
		}
		for key, want := range map[string]int{"user:in": 1, "user:beside": 1, "user:late": 0} {
			n := 0
			for range s.Find(t.Context(), key) {
				n++
			}
			if n != want {
				t.Errorf("%d logs have the key %s", n, key)
			}
		}
	})
}

// TestLostTransaction: a transaction that is left open ends with its connection.
func TestLostTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		l := named(t, p.store(t, p.db(t), nil), "acme")
		other := p.db(t)
		ctx, cancel := context.WithCancel(t.Context())
		tx, err := other.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Tx(tx).Append(t.Context(), event(audit.Checkpoint{}, "lost")); err != nil {
			t.Fatal(err)
		}
		waiting, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		mine := event(audit.Checkpoint{}, "mine")
		if err := l.Append(waiting, mine); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, audit.ErrConflict) {
			t.Errorf("while the transaction is open: %v", err)
		}
		cancel()
		other.Close()
		if err := l.Append(patient(t), mine); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// founding is a company with ann, who owns it.
func founding() company.Founding {
	return company.Founding{ID: "acme", Name: "Acme", Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")}}
}

// TestCompany: two processes have one company; one writes in a transaction with the
// host's own rows, and the other follows.
func TestCompany(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		ctx := patient(t)
		p := w.place(t)
		db := p.db(t)
		if _, err := db.Exec("CREATE TABLE host (id VARCHAR(50) PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		s := p.store(t, db, &sqllog.Options{Poll: 10 * time.Millisecond})
		log, err := s.Log(ctx, "acme")
		if err != nil {
			t.Fatal(err)
		}
		one, err := company.Found(ctx, log, founding(), nil)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := p.store(t, p.db(t), &sqllog.Options{Poll: 10 * time.Millisecond}).Log(ctx, "acme")
		if err != nil {
			t.Fatal(err)
		}
		two, err := company.Open(ctx, theirs, nil)
		if err != nil {
			t.Fatal(err)
		}
		following, stop := context.WithCancel(ctx)
		defer stop()
		go two.Follow(following)
		by := company.By{Actor: company.User("ann")}
		l := named(t, s, "acme")
		for _, commit := range []bool{false, true} {
			tx := begin(t, p, db, "row")
			pending, err := one.DoIn(ctx, l.Tx(tx), by, company.CreateTeam{Team: "west", Name: "West"})
			if err != nil {
				t.Fatal(err)
			}
			if !commit {
				if err := tx.Rollback(); err != nil {
					t.Fatal(err)
				}
				pending.RolledBack()
				if one.Policy().Decide(access.User("ann"), access.EditTeam, access.Team("west")).Allowed {
					t.Error("the company has what was rolled back")
				}
				continue
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			receipt, err := pending.Committed(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if err := two.WaitFor(ctx, receipt.Seq); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []*company.Company{one, two} {
			if d := c.Policy().Decide(access.User("ann"), access.EditTeam, access.Team("west")); !d.Allowed || c.Checkpoint().Seq != 2 {
				t.Errorf("%v at event %d", d, c.Checkpoint().Seq)
			}
		}
		if n := hostRows(t, db); n != 1 {
			t.Errorf("the host has %d rows", n)
		}
	})
}

// TestRestore: a dump of PostgreSQL and MariaDB, restored under a running company:
// it is found out, and there is never a gap.
func TestRestore(t *testing.T) {
	t.Parallel()
	for _, w := range []world{worlds[1], worlds[3]} {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			ctx := patient(t)
			p := w.place(t)
			db := p.db(t)
			s := p.store(t, db, nil)
			log, err := s.Log(ctx, "acme")
			if err != nil {
				t.Fatal(err)
			}
			acme, err := company.Found(ctx, log, founding(), nil)
			if err != nil {
				t.Fatal(err)
			}
			dump := p.dump(t)
			by := company.By{Actor: company.User("ann")}
			if _, err := acme.Do(ctx, by, company.CreateTeam{Team: "west", Name: "West"}); err != nil {
				t.Fatal(err)
			}
			last := acme.Checkpoint()
			if _, err := db.Exec("DROP TABLE ambit_event"); err != nil {
				t.Fatal(err)
			}
			p.restore(t, dump)
			if _, err := acme.Do(ctx, by, company.CreateTeam{Team: "east", Name: "East"}); !errors.Is(err, company.ErrDiverged) {
				t.Errorf("the company goes on: %v", err)
			}
			if n := headOf(t, log).Seq; n != 1 {
				t.Errorf("the log has %d events", n)
			}
			if err := audit.Verify(log.Events(ctx, 0), last); !errors.Is(err, audit.ErrTruncated) {
				t.Errorf("with the last checkpoint: %v", err)
			}
			if _, err := company.Open(ctx, log, nil); err != nil {
				t.Errorf("without it: %v", err)
			}
		})
	}
}

// client returns a command with a program of the server, for the database.
func (p *place) client(program string, args ...string) *exec.Cmd {
	port := strconv.Itoa(p.server.Port())
	if p.server.Kind() == testserver.PostgreSQL {
		return p.server.Command(program, append([]string{"-h", "127.0.0.1", "-p", port, "-U", "postgres"}, append(args, p.name)...)...)
	}
	return p.server.Command(program, append([]string{"-h", "127.0.0.1", "-P", port, "-u", "root"}, append(args, p.name)...)...)
}

// dump returns the table of events as the programs of the database write it.
func (p *place) dump(t *testing.T) string {
	t.Helper()
	cmd := p.client("mariadb-dump", "--single-transaction", "--hex-blob")
	if p.server.Kind() == testserver.PostgreSQL {
		cmd = p.client("pg_dump", "--table=ambit_event")
	} else {
		cmd.Args = append(cmd.Args, "ambit_event")
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func (p *place) restore(t *testing.T, dump string) {
	t.Helper()
	cmd := p.client("mariadb")
	if p.server.Kind() == testserver.PostgreSQL {
		cmd = p.client("psql", "-q", "-v", "ON_ERROR_STOP=1")
	}
	cmd.Stdin = strings.NewReader(dump)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
