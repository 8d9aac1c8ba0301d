package access_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"pgregory.net/rapid"
)

// TestEndsAreExclusive: whatever is allowed through something that ends is
// allowed one nanosecond before its end and denied at it.
func TestEndsAreExclusive(t *testing.T) {
	end := modelStart.Add(time.Hour)
	grant := modelGrant{levelViewer, end}
	item := thing{kind: "campaign", id: "c1", account: "a1"}
	report := thing{kind: "report", id: "r1"}
	base := []change{
		setAccount("a1", modelAccount{source: "google"}), setGroup("g1", modelGroup{"", modelRules[1]}),
		setTeam("t1", "", []string{"g1"}), setReport("r1", ""),
		setUser("u1", modelUser{email: "u1@x.test", role: "crew"}), setUser("u2", modelUser{email: "u2@x.test", role: "chief"}),
	}
	for _, row := range []struct {
		at      string
		name    string
		changes []change
		s       who
		action  string
		r       thing
	}{
		{"ended", "access", []change{setUser("u1", modelUser{email: "u1@x.test", role: "crew", until: end})},
			inCompany("u1"), "report.create", thing{kind: "company"}},
		{"out-of-reach", "membership", []change{setMember("t1", "u1", end)}, inCompany("u1"), "account.view", accountThing("a1")},
		{"not-a-member", "membership in a session", []change{setMember("t1", "u1", end)},
			inSession("u1", "t1"), "account.view", accountThing("a1")},
		{"no-level", "direct grant", []change{setGrant("r1", "u1", "", grant)}, inCompany("u1"), "report.view", report},
		{"no-level", "grant of a team", []change{setMember("t1", "u1", time.Time{}), setGrant("r1", "", "t1", grant)},
			inCompany("u1"), "report.view", report},
		{"no-level", "membership of a team with a grant",
			[]change{setMember("t1", "u1", end), setGrant("r1", "", "t1", modelGrant{level: levelViewer})},
			inCompany("u1"), "report.view", report},
		{"link-expired", "link", []change{setLink("l1", modelLink{maker: "u2", action: "account.view", shows: item, until: end})},
			who{link: "l1"}, "account.view", item},
		{"link-paused", "maker of a link", []change{setUser("u2", modelUser{email: "u2@x.test", role: "chief", until: end}),
			setLink("l1", modelLink{maker: "u2", action: "account.view", shows: item})},
			who{link: "l1"}, "account.view", item},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, ok := newWorld(hostModel()).apply(append(slices.Clone(base), row.changes...)...)
			if !ok {
				t.Fatal("the world cannot be made")
			}
			p := w.compile(t)
			ask := func(at time.Time) access.Decision {
				return p.At(at).Decide(row.s.subject(), access.Action(row.action), row.r.resource())
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
// once, and not at all about a subject of whom nothing ends; a policy whose
// time stands still never reads it.
func TestClockIsReadOnceAndOnlyIfSomethingEnds(t *testing.T) {
	var hits branches
	rapid.Check(t, func(t *rapid.T) {
		w := draw{t}.world()
		reads := 0
		p, err := access.Compile(w.document(), &access.Config{Now: func() time.Time { reads++; return w.now }})
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		if reads != 0 {
			t.Fatalf("to compile reads the clock %d times", reads)
		}
		questions := w.questions()
		still := p.At(w.now)
		for _, s := range w.subjects() {
			for _, q := range questions {
				reads = 0
				d := p.Decide(s.subject(), q.action, q.resource)
				switch ends := w.ends(s); {
				case reads > 1, reads > 0 && !ends:
					t.Fatalf("%v: read the clock %d times; anything ends: %v", d, reads, ends)
				case reads == 1:
					hits.hit("read")
				case ends:
					hits.hit("not read")
				}
				reads = 0
				if got := still.Decide(s.subject(), q.action, q.resource); got != d || reads != 0 {
					t.Fatalf("%v; at the same time standing still %v, after %d reads", d, got, reads)
				}
			}
		}
	})
	hits.want(t, "read", "not read")
}

// publicCodes are the reasons that may be shown to the subject.
var publicCodes = []access.Reason{
	"no-subject", "unknown-user", "suspended", "ended", "not-a-member", "link-ended", "link-expired", "link-scope",
	"link-paused", "unknown-action", "no-resource", "malformed-resource", "wrong-kind", "no-capability",
	"level-too-low", "out-of-reach", "self", "above-ceiling", "last-holder", "ineligible-target", "role-full",
}

// TestPublicTellsNothingElse: what may be shown is a code of a smaller set, and
// the error of a denial has no more in its text.
func TestPublicTellsNothingElse(t *testing.T) {
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		questions := w.questions()
		for _, s := range w.subjects() {
			for _, q := range questions {
				d := p.Decide(s.subject(), q.action, q.resource)
				public := d.Public()
				if public.Allowed != d.Allowed || d.Allowed && public.Reason != "" ||
					!d.Allowed && !slices.Contains(publicCodes, public.Reason) {
					t.Fatalf("%v is shown as %+v", d, public)
				}
				if !d.Allowed && (d.Step == access.StepReach) != (public.Reason == "out-of-reach") &&
					d.Reason != "no-level" && d.Reason != "link-paused" {
					t.Fatalf("%v is shown as %+v", d, public)
				}
				err := d.Err()
				if (err == nil) != d.Allowed || err != nil && !errors.Is(err, access.ErrDenied) {
					t.Fatalf("%v: error %v", d, err)
				}
				if err != nil && !strings.Contains(err.Error(), string(public.Reason)) {
					t.Fatalf("%v: error %v", d, err)
				}
				for _, id := range []string{"t1", "t2", "t3", "g1", "g2", "g3", "g4", "u1", "chief", "crew", "admin"} {
					if err != nil && strings.Contains(err.Error(), id) {
						t.Fatalf("%v: the error names %s: %v", d, id, err)
					}
				}
			}
		}
	})
}

// TestExistenceDoesNotShow: what is out of reach is shown like what is not
// there, in two worlds that differ in nothing else.
func TestExistenceDoesNotShow(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for _, s := range w.subjects() {
			if s.session && has(w.teams, s.team) && !w.member(s.user, s.team) {
				without, err := edit(p, removeTeam(s.team))
				if err != nil {
					t.Fatalf("remove %s: %v", s.team, err)
				}
				sameShown(t, p, without, s, "account.view", accountThing("a1"))
				hits.hit("team")
			}
		}
		if got := p.Decide(access.ViaLink("ghost"), "report.view", access.Report("r1")).Public().Reason; got != "link-ended" {
			t.Fatalf("an unknown link is shown as %v", got)
		}
		subjects, questions := w.subjects(), w.questions()
		for _, removal := range w.hidden() {
			without, err := edit(p, removal.change)
			if err != nil {
				t.Fatalf("%s: %v", removal.change.op, err)
			}
			about := slices.DeleteFunc(slices.Clone(questions), func(q permission) bool {
				return q.resource != removal.of.resource()
			})
			for _, s := range subjects {
				for _, q := range about {
					d := p.Decide(s.subject(), q.action, q.resource)
					if d.Step == access.StepReach || d.Reason == "no-level" {
						sameShown(t, p, without, s, string(q.action), removal.of)
						hits.hit(string(d.Reason) + " " + removal.of.kind)
					}
				}
			}
		}
	})
	hits.want(t, "team", "out-of-reach account", "out-of-reach campaign", "no-level report", "out-of-reach link")
}

// removal is a change that takes away what a question is about.
type removal struct {
	change change
	of     thing
}

func (w *world) hidden() []removal {
	var all []removal
	for _, id := range sortedKeys(w.accounts) {
		all = append(all, removal{removeAccount(id), accountThing(id)},
			removal{removeAccount(id), thing{kind: "campaign", id: "c1", account: id}})
	}
	for _, id := range sortedKeys(w.reports) {
		all = append(all, removal{removeReport(id), thing{kind: "report", id: id}})
	}
	for _, id := range sortedKeys(w.links) {
		all = append(all, removal{removeLink(id), thing{kind: "link", id: id}})
	}
	return all
}

func sameShown(t *rapid.T, with, without *access.Policy, s who, action string, r thing) {
	a := with.Decide(s.subject(), access.Action(action), r.resource())
	b := without.Decide(s.subject(), access.Action(action), r.resource())
	if a.Public() != b.Public() || a.Err().Error() != b.Err().Error() {
		t.Fatalf("%v and %v are shown as %+v and %+v", a, b, a.Public(), b.Public())
	}
}

// TestReadersDuringEdits: many read old snapshots while edits derive new ones
// from them; each reader finds the snapshot as it was made.
func TestReadersDuringEdits(t *testing.T) {
	w := worlds().Example(7)
	p := w.compile(t)
	var readers sync.WaitGroup
	for i, c := range w.losses() {
		next, ok := w.apply(c)
		if !ok || i%4 != 0 {
			continue // removed along with something earlier; or one of many alike
		}
		before, old, snapshot := recorded(t, w, p), p, w
		for range 3 {
			readers.Go(func() {
				if diff := before.diff(recorded(t, snapshot, old)); diff != "" {
					t.Errorf("before %s: the snapshot changed: %s", c.op, diff)
				}
			})
		}
		var err error
		if p, err = edit(p, c); err != nil {
			t.Fatalf("%s: %v", c.op, err)
		}
		w = next
	}
	readers.Wait()
	isWorld(t, w, p, nil, nil)
}
