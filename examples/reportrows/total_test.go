package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// places are the databases to try, each with its data source name.
var places = []struct {
	kind
	dsn func(t testing.TB) string
}{
	{sqlite, func(t testing.TB) string { return config{}.sources(t.TempDir())[0].dsn }},
	{duckDB, func(t testing.TB) string { return config{}.sources(t.TempDir())[1].dsn }},
	{postgreSQL, func(t testing.TB) string { return testserver.Need(t, sharedPostgreSQL) }},
	{mariaDB, func(t testing.TB) string { return testserver.Need(t, sharedMariaDB) }},
}

// small is a tenth of the world, but on a server for tests.
var small = sync.OnceValues(func() (*world, error) {
	if os.Getenv("CI") == "true" {
		return whole()
	}
	return newWorld(2_000, 20_000)
})

// whole is the world of the figures.
var whole = sync.OnceValues(func() (*world, error) { return newWorld(20_000, 200_000) })

// filled returns a world, and a database that is filled with it.
func filled(t testing.TB, k kind, dsn string, make func() (*world, error)) (*database, *world) {
	t.Helper()
	w, err := make()
	if err != nil {
		t.Fatal(err)
	}
	d, err := k.open(dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.db.Close() })
	if err := d.fill(t.Context(), w.document.Accounts, w.report); err != nil {
		t.Fatal(err)
	}
	return d, w
}

// TestTotals: on each database each way has the totals that Decide gives row by row,
// for all readers and for who sees nothing. For each team, the statements have that of
// Sees.
func TestTotals(t *testing.T) {
	t.Parallel()
	for _, place := range places {
		t.Run(place.name, func(t *testing.T) {
			t.Parallel()
			d, w := filled(t, place.kind, place.dsn(t), small)
			check := func(name string, v access.View, want total, ways []way) {
				for _, way := range ways {
					if got, err := way.total(d, t.Context(), v); err != nil || got != want {
						t.Errorf("%s %s: %+v (%v), want %+v", name, way.name, got, err, want)
					}
				}
			}
			for i, reader := range readers {
				if want := w.decide(reader); want != w.want[i] {
					t.Errorf("%v: Decide gives %+v, and Sees %+v", reader, want, w.want[i])
				}
				check(reader.String(), w.policy.View(reader), w.want[i], ways)
			}
			for team := range w.policy.Directory().Teams() {
				v := w.policy.Directory().ViewOfTeam(team.ID)
				check("team "+string(team.ID), v, w.sees(v), ways[:len(ways)-1])
			}
			check("a stranger", w.policy.View(access.User("vic")), total{}, ways)
			check("nobody", access.View{}, total{}, ways)
		})
	}
}

// decide computes the total of a reader by a decision for each row. A link decides
// nothing about accounts, so it is its maker's.
func (w *world) decide(reader access.Subject) (sum total) {
	if reader == access.ViaLink("press") {
		reader = access.Session("mia", "DE")
	}
	for _, r := range w.report {
		if w.policy.Decide(reader, access.ViewAccount, access.Account(r.account)).Allowed {
			sum.add(r.clicks, r.spend)
		}
	}
	return sum
}

// TestWorld: the readers differ, the view recommends each way to one of them, and
// there are rows that nobody sees.
func TestWorld(t *testing.T) {
	t.Parallel()
	w, err := small()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(w.policy, access.User("vic")); !errors.Is(err, access.ErrDenied) {
		t.Errorf("a stranger opens the report: %v, want it denied", err)
	}
	shapes := make(map[sqlfilter.Shape]bool)
	var all int64
	for i, reader := range readers {
		shapes[sqlfilter.ShapeOf(w.policy.View(reader))] = true
		all = max(all, w.want[i].rows)
		if w.want[i].rows == 0 {
			t.Errorf("%v sees no row", reader)
		}
	}
	for _, shape := range []sqlfilter.Shape{sqlfilter.Everything, sqlfilter.ByFilter, sqlfilter.ByIDs} {
		if !shapes[shape] {
			t.Errorf("no view recommends %s", shape)
		}
	}
	if want := int64(len(w.report)) * 98 / 100; all != want {
		t.Errorf("who sees most sees %d rows, want %d of %d", all, want, len(w.report))
	}
}

// TestDifferentTotal: a database that lost a row is told.
func TestDifferentTotal(t *testing.T) {
	t.Parallel()
	w, err := newWorld(200, 2_000)
	if err != nil {
		t.Fatal(err)
	}
	d, err := sqlite.open("file:" + filepath.Join(t.TempDir(), "report.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.db.Close()
	lost := *w
	lost.report = w.report[1:]
	if err := new(page).show(t.Context(), d, &lost, 1); err == nil || !strings.Contains(err.Error(), "want {rows:") {
		t.Errorf("a row is lost: %v", err)
	}
}
