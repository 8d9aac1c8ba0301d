package companies_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The names of the model test are few, so that the same come again.
var (
	modelNames  = []string{"a", "b", "c"}
	modelPeople = []string{"ann", "bob"}
)

// modelPerson is what the model knows of somebody in a company.
type modelPerson struct {
	user      bool
	suspended bool
	invited   time.Time // when; zero for never, or not any more
}

// modelHits counts what the model test came across.
type modelHits struct{ founded, refused, unknown, away, evicted, found, invited, suspended, expired, stale atomic.Int64 }

// world is two processes with one store, and what must be in it.
type world struct {
	store     *testStore
	clock     *clock
	processes []*companies.Companies
	held      []map[string]*company.Company // by process: those that somebody uses
	there     map[string]map[string]modelPerson
	left      map[string]bool // person@company that was once somebody, and is nobody now
	away      string          // the log that cannot be read
	n         int
	hits      *modelHits
}

func newWorld(t *testing.T, hits *modelHits) *world {
	w := &world{store: newTestStore(), clock: new(clock), there: make(map[string]map[string]modelPerson), left: make(map[string]bool), hits: hits}
	for range 2 {
		all, err := companies.New(w.store, &companies.Config{Company: configOf(w.clock, 3), Keep: 2, Now: w.clock.now})
		if err != nil {
			t.Fatal(err)
		}
		w.processes = append(w.processes, all)
		w.held = append(w.held, make(map[string]*company.Company))
	}
	return w
}

// which draws a process and a name. Time passes, so that each process reads again
// what the other one may have written.
func (w *world) which(t *rapid.T) (int, string) {
	w.clock.pass(time.Duration(2))
	return rapid.IntRange(0, 1).Draw(t, "process"), rapid.SampledFrom(modelNames).Draw(t, "name")
}

// open opens a company and compares it with the model: whether it is there, who is
// in it, and that it is the one that is used.
func (w *world) open(t *rapid.T, i int, name string) *company.Company {
	co, err := w.processes[i].Open(t.Context(), name)
	switch {
	case w.there[name] == nil && errors.Is(err, companies.ErrUnknown):
		w.hits.unknown.Add(1)
		return nil
	case w.away == name && errors.Is(err, errAway): // it is not open, or too old
		w.hits.away.Add(1)
		return nil
	case err != nil || w.there[name] == nil:
		t.Fatalf("Open %s = %v, and the model has %v", name, err, w.there[name])
	}
	if h := w.held[i][name]; h != nil && h != co {
		t.Fatalf("%s is open twice", name)
	}
	if w.away == name {
		return nil // it may be behind
	}
	for _, p := range modelPeople {
		u, ok := co.Policy().Directory().UserByAddress(addressOf(p))
		if m := w.there[name][p]; ok != m.user || u.Suspended != m.suspended {
			t.Fatalf("%s in %s is %v, want %+v", p, name, u, m)
		}
	}
	return co
}

func addressOf(person string) team.Address { return team.MustParseAddress(person + "@example.com") }

// actions are what may happen in the world.
func (w *world) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"found": func(t *rapid.T) {
			i, name := w.which(t)
			_, err := w.processes[i].Found(t.Context(), name, foundingOf(name))
			switch {
			case err == nil && w.there[name] == nil:
				w.hits.founded.Add(1)
				w.there[name] = make(map[string]modelPerson)
			case errors.Is(err, company.ErrNotEmpty) && w.there[name] != nil, w.away == name:
				w.hits.refused.Add(1)
			default:
				t.Fatalf("Found %s = %v, and the model has %v", name, err, w.there[name])
			}
		},
		"open": func(t *rapid.T) {
			i, name := w.which(t)
			w.open(t, i, name)
			if w.processes[i].Len() == 2 {
				w.hits.evicted.Add(1)
			}
		},
		"hold": func(t *rapid.T) {
			i, name := w.which(t)
			if co := w.open(t, i, name); co != nil {
				w.held[i][name] = co
			}
		},
		"leave": func(t *rapid.T) {
			i, name := w.which(t)
			delete(w.held[i], name)
		},
		"collect": func(*rapid.T) { collectOnce() },
		"away": func(t *rapid.T) {
			w.away = rapid.SampledFrom(append(slices.Clone(modelNames), "", "", "", "")).Draw(t, "away")
		},
		"wait": func(t *rapid.T) {
			w.clock.pass(rapid.SampledFrom([]time.Duration{time.Hour, 31 * 24 * time.Hour}).Draw(t, "passes"))
		},
		"do":    w.do,
		"again": w.do,
		"find":  w.find,
		"look":  w.find,
	}
}

// do changes what somebody is in a company.
func (w *world) do(t *rapid.T) {
	i, name := w.which(t)
	co := w.open(t, i, name)
	if co == nil {
		return
	}
	p := rapid.SampledFrom(modelPeople).Draw(t, "person")
	m, change := w.there[name][p], company.Change(nil)
	u, _ := co.Policy().Directory().UserByAddress(addressOf(p))
	w.n++
	changes := []string{"add", "invite", "invite"}
	if m.user {
		changes = []string{"suspend", "suspend", "remove"}
	}
	switch rapid.SampledFrom(changes).Draw(t, "change") {
	case "add":
		change, m = company.AddUser{User: team.UserID(fmt.Sprint("u", w.n)), Person: company.Person{Email: p + "@example.com"}, Role: "viewer"}, modelPerson{user: true}
	case "invite":
		change, m.invited = company.Invite{Invitation: invite.ID(fmt.Sprint("i", w.n)), Terms: invite.Terms{Address: addressOf(p), Role: "viewer", Note: fmt.Sprint(w.n)}}, w.clock.now()
	case "suspend":
		change, m.suspended = company.SuspendUser{User: u.ID}, true
	case "remove":
		change, m = company.RemoveUser{User: u.ID}, modelPerson{}
		w.left[p+"@"+name] = true
	}
	if _, err := co.Do(t.Context(), host, change); err == nil { // otherwise it is refused, and nothing changed
		w.there[name][p] = m
	}
}

// find compares what somebody finds with the model.
func (w *world) find(t *rapid.T) {
	i, _ := w.which(t)
	p := rapid.SampledFrom(modelPeople).Draw(t, "person")
	proof, err := invite.Verified(addressOf(p), "https://id.example.com", "", w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	var want []companies.Membership
	for name, people := range w.there {
		if m := w.standing(people[p]); m != "" && w.away != name {
			want = append(want, companies.Membership{Name: name, Company: "Company " + name, Standing: m})
		} else if w.left[p+"@"+name] {
			w.hits.stale.Add(1)
		}
	}
	sortByName(want)
	got, err := w.processes[i].Find(t.Context(), proof)
	got = slices.DeleteFunc(got, func(m companies.Membership) bool { return m.Name == w.away })
	for i, m := range got {
		if (m.Standing == companies.Invited) != (m.User == "") {
			t.Fatalf("found %+v", m)
		}
		got[i].User = ""
	}
	if !slices.Equal(got, want) || err != nil && (w.away == "" || !strings.Contains(err.Error(), w.away)) {
		t.Fatalf("%s found (%v): %s", p, err, cmp.Diff(want, got))
	}
}

// standing is what the model says that somebody is.
func (w *world) standing(m modelPerson) companies.Standing {
	switch {
	case m.suspended:
		w.hits.suspended.Add(1)
		return companies.Suspended
	case m.user:
		w.hits.found.Add(1)
		return companies.Active
	case !m.invited.IsZero() && w.clock.now().Sub(m.invited) < 30*24*time.Hour:
		w.hits.invited.Add(1)
		return companies.Invited
	case !m.invited.IsZero():
		w.hits.expired.Add(1)
	}
	return ""
}

// TestModel lets random things happen in two processes that have one store, and
// compares what they show with a map.
func TestModel(t *testing.T) {
	t.Parallel()
	hits := new(modelHits)
	for range 20 { // one round misses something once in a hundred times
		checkModel(t, hits)
		if testing.Short() || t.Failed() || len(hits.missing()) == 0 {
			return
		}
	}
	t.Errorf("never: %q", hits.missing())
}

// missing returns what never happened.
func (h *modelHits) missing() (all []string) {
	for what, n := range map[string]*atomic.Int64{
		"founded": &h.founded, "founding refused": &h.refused, "unknown": &h.unknown, "away": &h.away, "evicted": &h.evicted,
		"user": &h.found, "invited": &h.invited, "suspended": &h.suspended, "expired": &h.expired, "left": &h.stale,
	} {
		if n.Load() == 0 {
			all = append(all, what)
		}
	}
	return all
}

func checkModel(t *testing.T, hits *modelHits) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t, hits)
		w.store.onRead = func(_ context.Context, name string) error {
			if name == w.away {
				return errAway
			}
			return nil
		}
		r.Repeat(w.actions())
		for _, all := range w.processes {
			if err := all.Close(); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// TestRace lets many goroutines open few companies of which one is kept, change
// them, ask, find, and let go.
func TestRace(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, modelNames...)
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 3), Keep: 1, Now: c.now, Opening: 2})
	proof := proofOf(t, c, dan, "")
	const rounds = 20
	var running sync.WaitGroup
	for g := range 8 {
		running.Go(func() {
			for i := range rounds {
				name := modelNames[(g+i)%len(modelNames)]
				co, err := all.Open(t.Context(), name)
				if err != nil {
					t.Error(err)
					return
				}
				c.pass(1)
				id := fmt.Sprintf("u-%d-%d", g, i)
				if _, err := co.Do(t.Context(), host, company.AddUser{User: team.UserID(id), Person: company.Person{Email: id + "@example.com"}, Role: "viewer"}); err != nil {
					t.Error(err)
				}
				if again, err := all.Open(t.Context(), name); err != nil || again != co {
					t.Errorf("%s is open twice: %v", name, err)
				}
				if _, err := all.Find(t.Context(), proof); err != nil {
					t.Error(err)
				}
				if i%7 == 0 {
					collectOnce()
				}
			}
		})
	}
	running.Wait()
	n := 0
	for _, name := range modelNames {
		for u := range open(t, all, name).Policy().Directory().Users() {
			if u.ID != "boss" {
				n++
			}
		}
	}
	if n != 8*rounds {
		t.Errorf("%d users were added, want %d", n, 8*rounds)
	}
	if all.Len() != 1 {
		t.Errorf("%d are kept", all.Len())
	}
}

var _ audit.Store = (*testStore)(nil)
