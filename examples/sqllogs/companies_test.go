package sqllogs

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// manyCompanies is a SQLite file with companies c0, c1 and so on of twenty users,
// of which dan@example.com is one in three.
type manyCompanies struct {
	place *place
	names []string
}

// dansCompanies says in which companies dan is.
func (m *manyCompanies) dansCompanies() []string {
	return []string{m.names[1], m.names[len(m.names)/2], m.names[len(m.names)-1]}
}

// newManyCompanies founds n companies, without a sync for each.
func newManyCompanies(t testing.TB, n int) *manyCompanies {
	t.Helper()
	m := &manyCompanies{place: worlds[0].place(t)}
	for i := range n {
		m.names = append(m.names, fmt.Sprint("c", i))
	}
	db := m.place.db(t, "_pragma=synchronous(OFF)")
	s := m.place.store(t, db, &sqllog.Options{Keys: company.Keys, Accept: []string{"synchronous"}})
	dans := m.dansCompanies()
	for _, name := range m.names {
		f := company.Founding{ID: name, Name: name, Founder: team.User{ID: "boss", Email: team.MustParseAddress("boss@" + name + ".example")}, Document: new(document.Document)}
		for i := range 19 {
			u := document.User{ID: fmt.Sprint("u", i), Name: fmt.Sprint("User ", i), Email: fmt.Sprintf("u%d@%s.example", i, name), Role: "viewer"}
			if i == 0 && slices.Contains(dans, name) {
				u.Email = "dan@example.com"
			}
			f.Document.Users = append(f.Document.Users, u)
		}
		if _, err := company.Found(t.Context(), named(t, s, name), f, nil); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// store opens the file as a service does.
func (m *manyCompanies) store(t testing.TB) *sqllog.Store {
	return m.place.store(t, m.place.db(t), &sqllog.Options{Keys: company.Keys})
}

// opened opens each of the companies.
func (m *manyCompanies) opened(t testing.TB) *companies.Companies {
	t.Helper()
	all, err := companies.New(m.store(t), &companies.Config{Keep: len(m.names)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { all.Close() })
	for _, name := range m.names {
		if _, err := all.Open(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// alone opens a company without the others.
func (m *manyCompanies) alone(t testing.TB, s *sqllog.Store, name string) *company.Company {
	t.Helper()
	co, err := company.Open(t.Context(), named(t, s, name), nil)
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// TestManyCompanies keeps many companies of one SQLite file open: 200, and 10,000
// with AMBIT_LONG. All are kept, none takes more memory than it does alone, and
// those of an address are found without opening another. For what this takes in time
// see BenchmarkManyCompanies.
func TestManyCompanies(t *testing.T) {
	n := 200
	if os.Getenv("AMBIT_LONG") != "" {
		n = 10_000
	}
	m := newManyCompanies(t, n)
	s := m.store(t)
	for address, want := range m.addresses() {
		m.find(t, s, address, want)
	}
	before := heapInUse()
	var apart []*company.Company
	for _, name := range m.names[:min(n, 1000)] {
		apart = append(apart, m.alone(t, s, name))
	}
	alone := (heapInUse() - before) / len(apart)
	runtime.KeepAlive(apart)
	before = heapInUse()
	all := m.opened(t)
	kept := (heapInUse() - before) / n
	t.Logf("a company takes %d bytes alone, and %d as one of %d", alone, kept, n)
	if kept > alone*3/2 {
		t.Errorf("a company takes %d bytes alone, and %d as one of %d", alone, kept, n)
	}
	if all.Len() != n {
		t.Errorf("%d are kept, want %d", all.Len(), n)
	}
}

// addresses are whom to look for, and in how many companies they are.
func (m *manyCompanies) addresses() map[string]int {
	return map[string]int{"boss@" + m.names[0] + ".example": 1, "dan@example.com": 3, "nobody@example.com": 0}
}

// find finds the companies of an address, and opens no other.
func (m *manyCompanies) find(t testing.TB, s *sqllog.Store, address string, want int) {
	t.Helper()
	all, err := companies.New(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	proof, err := invite.Verified(team.MustParseAddress(address), "https://id.example.com", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if found, err := all.Find(t.Context(), proof); err != nil || len(found) != want || all.Len() != want {
		t.Errorf("%s found %v, and %d were opened, want %d: %v", address, found, all.Len(), want, err)
	}
}

// BenchmarkManyCompanies is what one of many companies in a SQLite file takes to be
// opened, to be found, and to decide, beside a decision of one that is open alone.
func BenchmarkManyCompanies(b *testing.B) {
	for _, n := range []int{200, 10_000} {
		m := newManyCompanies(b, n)
		s, all, name := m.store(b), m.opened(b), m.names[n/2]
		one, err := all.Open(b.Context(), name)
		if err != nil {
			b.Fatal(err)
		}
		alone, log := m.alone(b, s, name), named(b, s, name)
		b.Run(fmt.Sprintf("%d/open", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := company.Open(b.Context(), log, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/find", n), func(b *testing.B) {
			for b.Loop() {
				m.find(b, s, "dan@example.com", 3)
			}
		})
		for _, of := range []struct {
			name    string
			company func() *company.Company
		}{
			{"decide alone", func() *company.Company { return alone }},
			{"decide", func() *company.Company { return one }},
			{"open again and decide", func() *company.Company { co, _ := all.Open(b.Context(), name); return co }},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, of.name), func(b *testing.B) {
				for b.Loop() {
					if !of.company().Policy().Decide(access.User("boss"), access.ViewDirectory, access.Company()).Allowed {
						b.Fatal("denied")
					}
				}
			})
		}
	}
}

// heapInUse returns how many bytes of the heap are in use.
func heapInUse() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
