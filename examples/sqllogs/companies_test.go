package sqllogs

import (
	"context"
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
	"github.com/ambit-authz/ambit/audit"
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
func newManyCompanies(t *testing.T, n int) *manyCompanies {
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
func (m *manyCompanies) store(t *testing.T) *sqllog.Store {
	return m.place.store(t, m.place.db(t), &sqllog.Options{Keys: company.Keys})
}

// TestManyCompanies keeps many companies of one SQLite file open: 200, and 10,000
// with AMBIT_LONG. It asserts what one of them may take in memory, and in time to
// open, to be found, and to decide.
func TestManyCompanies(t *testing.T) {
	n := 200
	if os.Getenv("AMBIT_LONG") != "" {
		n = 10_000
	}
	began := time.Now()
	m := newManyCompanies(t, n)
	t.Logf("%d companies founded in %s", n, time.Since(began).Round(time.Millisecond))
	m.find(t)
	alone := m.alone(t)
	s := m.store(t)
	before := heapInUse()
	all, err := companies.New(s, &companies.Config{Keep: n})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	times := make([]time.Duration, n)
	for i, name := range m.names {
		began := time.Now()
		if _, err := all.Open(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	kept := (heapInUse() - before) / n
	slices.Sort(times)
	t.Logf("one takes %d bytes alone and %d of %d; opened in %s (median), %s (99 of 100), %s (most)", alone, kept, n, times[n/2], times[n*99/100], times[n-1])
	if kept > alone*3/2 {
		t.Errorf("kept, a company takes %d bytes, and alone %d", kept, alone)
	}
	if times[n*99/100] > 5*time.Millisecond {
		t.Errorf("99 of 100 companies are opened in %s, want 5ms", times[n*99/100])
	}
	if all.Len() != n {
		t.Errorf("%d are kept, want %d", all.Len(), n)
	}
	m.decide(t, s, all)
}

// find finds the companies of an address, and opens no other.
func (m *manyCompanies) find(t *testing.T) {
	all, err := companies.New(m.store(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	for _, address := range []string{"boss@" + m.names[0] + ".example", "dan@example.com", "nobody@example.com"} {
		proof, err := invite.Verified(team.MustParseAddress(address), "https://id.example.com", "", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		before := all.Len()
		began := time.Now()
		found, err := all.Find(t.Context(), proof)
		took := time.Since(began)
		if err != nil || len(found) != all.Len()-before {
			t.Errorf("%s found %v, and %d were opened: %v", address, found, all.Len()-before, err)
		}
		t.Logf("%s: %d of %d found in %s", address, len(found), len(m.names), took)
		if address == "dan@example.com" && len(found) != 3 {
			t.Errorf("dan found %v", found)
		}
		if took > 5*time.Millisecond*time.Duration(max(1, len(found))) {
			t.Errorf("%s found %d in %s, want 5ms for each", address, len(found), took)
		}
	}
}

// alone returns what a company takes in memory that is opened by itself.
func (m *manyCompanies) alone(t *testing.T) int {
	s := m.store(t)
	before := heapInUse()
	var open []*company.Company
	for _, name := range m.names[:min(len(m.names), 1000)] {
		co, err := company.Open(t.Context(), named(t, s, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, co)
	}
	took := (heapInUse() - before) / len(open)
	runtime.KeepAlive(open)
	return took
}

// decide compares a decision in one of the companies that are open with one in a
// company alone.
func (m *manyCompanies) decide(t *testing.T, s audit.Store, all *companies.Companies) {
	name := m.names[len(m.names)/2]
	log, err := s.Log(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := company.Open(t.Context(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	one, err := all.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	const each = 200_000
	measure := func(of func() *company.Company) time.Duration {
		began := time.Now()
		for range each {
			if !of().Policy().Decide(access.User("boss"), access.ViewDirectory, access.Company()).Allowed {
				t.Fatal("denied")
			}
		}
		return time.Since(began) / each
	}
	var least [3]time.Duration
	for round := range 7 {
		for i, of := range []func() *company.Company{
			func() *company.Company { return alone },
			func() *company.Company { return one },
			func() *company.Company { co, _ := all.Open(context.Background(), name); return co },
		} {
			if took := measure(of); round == 0 || took < least[i] {
				least[i] = took
			}
		}
	}
	t.Logf("a decision: alone %s, in one of %d %s, with Open before it %s", least[0], len(m.names), least[1], least[2])
	if least[1] > least[0]*11/10+5 {
		t.Errorf("a decision takes %s in one of %d, and %s alone", least[1], len(m.names), least[0])
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
