package access_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// TestEndsAreExclusive: what is allowed through something that ends is allowed
// one nanosecond before the end, and denied at the end.
func TestEndsAreExclusive(t *testing.T) {
	end := model.Start.Add(time.Hour)
	grant := model.Grant{Level: model.Viewer, Until: end}
	item := model.Resource{Kind: "campaign", ID: "c1", Account: "a1"}
	report := model.OfReport("r1")
	base := []model.Change{
		model.SetAccount("a1", model.Account{Source: "google"}), model.SetGroup("g1", model.Group{Rule: model.Everything}),
		model.SetTeam("t1", "", []string{"g1"}), model.SetReport("r1", ""),
		model.SetUser("u1", model.User{Email: "u1@x.test", Role: "crew"}), model.SetUser("u2", model.User{Email: "u2@x.test", Role: "chief"}),
	}
	for _, row := range []struct {
		at      string
		name    string
		changes []model.Change
		s       model.Subject
		action  string
		r       model.Resource
	}{
		{"ended", "access", []model.Change{model.SetUser("u1", model.User{Email: "u1@x.test", Role: "crew", Until: end})},
			model.InCompany("u1"), "report.create", model.Resource{Kind: "company"}},
		{"out-of-reach", "membership", []model.Change{model.SetMember("t1", "u1", end)}, model.InCompany("u1"), "account.view", model.OfAccount("a1")},
		{"not-a-member", "membership in a session", []model.Change{model.SetMember("t1", "u1", end)},
			model.InSession("u1", "t1"), "account.view", model.OfAccount("a1")},
		{"no-level", "direct grant", []model.Change{model.SetGrant("r1", "u1", "", grant)}, model.InCompany("u1"), "report.view", report},
		{"no-level", "grant of a team", []model.Change{model.SetMember("t1", "u1", time.Time{}), model.SetGrant("r1", "", "t1", grant)},
			model.InCompany("u1"), "report.view", report},
		{"no-level", "membership of a team with a grant",
			[]model.Change{model.SetMember("t1", "u1", end), model.SetGrant("r1", "", "t1", model.Grant{Level: model.Viewer})},
			model.InCompany("u1"), "report.view", report},
		{"link-expired", "link", []model.Change{model.SetLink("l1", model.Link{Maker: "u2", Action: "campaign.pause", Resource: item, Until: end})},
			model.ByLink("l1"), "campaign.pause", item},
		{"link-paused", "maker of a link", []model.Change{model.SetUser("u2", model.User{Email: "u2@x.test", Role: "chief", Until: end}),
			model.SetLink("l1", model.Link{Maker: "u2", Action: "campaign.pause", Resource: item})},
			model.ByLink("l1"), "campaign.pause", item},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, ok := model.New(model.HostCatalog()).Apply(append(slices.Clone(base), row.changes...)...)
			if !ok {
				t.Fatal("the world cannot be made")
			}
			p := w.Compile(t)
			ask := func(at time.Time) access.Decision {
				return p.At(at).Decide(row.s.Access(), access.Action(row.action), row.r.Access())
			}
			if d := ask(end.Add(-time.Nanosecond)); !d.Allowed {
				t.Errorf("a nanosecond before: %v", d)
			}
			if d := ask(end); d.Allowed || string(d.Reason) != row.at {
				t.Errorf("at the end: %v, want %s", d, row.at)
			}
			if d := ask(end.Add(1000 * time.Hour)); d.Allowed {
				t.Errorf("long after: %v", d)
			}
		})
	}
}

// TestClockIsReadOnceAndOnlyIfSomethingEnds: a decision reads the clock at most
// once, and never for a subject of whom nothing ends. A policy whose time is
// fixed never reads it.
func TestClockIsReadOnceAndOnlyIfSomethingEnds(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "read", "not read") {
		rapid.Check(t, func(t *rapid.T) {
			w := model.Draw{T: t}.World()
			reads := 0
			p, err := access.Compile(w.Document(), &access.Config{Now: func() time.Time { reads++; return w.Now }})
			if err != nil {
				t.Fatalf("compile: %v", err)
			}
			if reads != 0 {
				t.Fatalf("to compile reads the clock %d times", reads)
			}
			questions := w.Questions()
			still := p.At(w.Now)
			for _, s := range w.Subjects() {
				for _, q := range questions {
					reads = 0
					d := q.Decide(p, s)
					switch ends := w.HasEnd(s); {
					case reads > 1, reads > 0 && !ends:
						t.Fatalf("%v: read the clock %d times; anything ends: %v", d, reads, ends)
					case reads == 1:
						hits.Hit("read")
					case ends:
						hits.Hit("not read")
					}
					reads = 0
					if got := q.Decide(still, s); got != d || reads != 0 {
						t.Fatalf("%v; at the same time standing still %v, after %d reads", d, got, reads)
					}
				}
			}
		})
	}
}

// TestReadersDuringEdits: many read old snapshots while edits derive new ones
// from them; each reader finds the snapshot as it was made.
func TestReadersDuringEdits(t *testing.T) {
	t.Parallel()
	w := model.Worlds().Example(7)
	p := w.Compile(t)
	var readers sync.WaitGroup
	for i, c := range losses(w) {
		next, ok := w.Apply(c)
		if !ok || i%4 != 0 {
			continue // removed along with something earlier; or one of many alike
		}
		before, old, snapshot := recorded(t, w, p), p, w
		for range 3 {
			readers.Go(func() {
				if diff := before.diff(recorded(t, snapshot, old)); diff != "" {
					t.Errorf("before %s: the snapshot changed: %s", c.Name, diff)
				}
			})
		}
		var err error
		if p, err = model.Edit(p, c); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		w = next
	}
	readers.Wait()
	isWorld(t, w, p, nil, nil)
}
