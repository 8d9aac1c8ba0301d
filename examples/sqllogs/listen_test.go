package sqllogs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/jackc/pgx/v5/pgconn"
)

// listen follows a log of PostgreSQL by notifications only: its poll is an hour.
// The channel gets what the watch yields, and ends with ctx.
func listen(t testing.TB, ctx context.Context, p *place) <-chan audit.Event {
	t.Helper()
	if err := Notify(ctx, p.db(t)); err != nil {
		t.Fatal(err)
	}
	s := p.store(t, p.db(t), &sqllog.Options{Poll: time.Hour})
	listening, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- Listen(ctx, dsn("pgx", p.server.Address(), p.name), s, func() { close(listening) })
	}()
	select {
	case <-listening:
	case err := <-ended:
		t.Fatal(err)
	}
	return watch(ctx, named(t, s, "acme"))
}

// TestListen: who listens knows at once of what another process appended.
func TestListen(t *testing.T) {
	t.Parallel()
	p := worlds[1].place(t)
	l := named(t, p.store(t, p.db(t), nil), "acme")
	head := fill(t, l, audit.Checkpoint{}, 1)
	ctx, cancel := context.WithCancel(patient(t))
	events := listen(t, ctx, p)
	for seq := uint64(1); seq <= 20; seq++ {
		if e := <-events; e.Seq != seq {
			t.Fatalf("got event %d, want %d", e.Seq, seq)
		}
		head = fill(t, l, head, 1)
	}
	cancel()
	for range events {
	}
}

// TestListenFails: who cannot listen is told why.
func TestListenFails(t *testing.T) {
	t.Parallel()
	p := worlds[1].place(t)
	if err := Notify(t.Context(), p.db(t)); err == nil {
		t.Error("there is no table yet, and the trigger is made")
	}
	s := p.store(t, p.db(t), nil)
	if err := Listen(t.Context(), "postgres://nobody@"+p.server.Address()+"/"+p.name+"?sslmode=disable", s, nil); !errors.As(err, new(*pgconn.ConnectError)) {
		t.Error(err)
	}
	// A connection that breaks ends it.
	db := p.db(t)
	err := Listen(t.Context(), dsn("pgx", p.server.Address(), p.name), s, func() {
		go db.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN ambit_event'")
	})
	if err == nil {
		t.Error("it ends without an error")
	}
}
