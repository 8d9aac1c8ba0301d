package access_test

import (
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// modelReasons is every code there is. "link-paused" may come at any step.
var modelReasons = []access.Reason{
	"role", "team", "grant", "maker", "link",
	"no-subject", "unknown-user", "suspended", "ended", "unknown-session-team", "not-a-member",
	"unknown-link", "link-ended", "link-expired", "link-scope", "link-paused",
	"unknown-action", "no-resource", "malformed-resource", "wrong-kind",
	"no-capability", "no-level", "level-too-low",
	"unknown-resource", "account-required", "out-of-reach", "above-ceiling",
	"self", "last-holder", "ineligible-target", "role-full",
}

// branches counts what a random test came by, so that one that never gets
// somewhere fails instead of passing.
type branches struct {
	mu    sync.Mutex
	count map[string]int
}

func (b *branches) hit(branch string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count == nil {
		b.count = map[string]int{}
	}
	b.count[branch]++
}

// want fails the test for each of the branches that was never hit.
func (b *branches) want(t *testing.T, all ...string) {
	t.Helper()
	if testing.Short() || t.Failed() {
		return
	}
	for _, branch := range all {
		if b.count[branch] == 0 {
			t.Errorf("never hit: %s", branch)
		}
	}
}

// machine is a policy and the world it should be.
type machine struct {
	world  *world
	policy *access.Policy
	hits   *branches
}

// TestPolicyIsTheModel changes a policy and a world alike, at random, and asks
// both. What the world says cannot be done must fail, and change nothing.
func TestPolicyIsTheModel(t *testing.T) {
	var hits branches
	rapid.Check(t, func(t *rapid.T) {
		d := draw{t}
		m := &machine{world: d.world(), hits: &hits}
		clock := m.world.now
		p, err := access.Compile(m.world.document(), &access.Config{Now: func() time.Time { return clock }})
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		m.policy = p
		m.questions(t)
		t.Repeat(map[string]func(*rapid.T){
			"edit":      m.edit,
			"questions": m.questions,
			"time": func(t *rapid.T) {
				clock = draw{t}.clock()
				m.world.now = clock
			},
			"": m.invariant,
		})
	})
	var all []string
	for _, r := range modelReasons {
		all = append(all, string(r))
	}
	for _, kind := range []string{"account", "user", "role", "team", "group", "report", "link"} {
		all = append(all, "unknown-resource "+kind)
	}
	for _, step := range []string{"subject", "kind", "capability", "reach", "guard"} {
		if step != "guard" { // a link leads to nothing that is guarded
			all = append(all, "link-paused at "+step)
		}
		all = append(all, "denied at "+step)
	}
	hits.want(t, all...)
	hits.want(t, "edit made", "edit refused", "host action at a report", "view of a link",
		"set user", "remove user", "set member", "remove member", "set team", "remove team", "set group", "remove group",
		"set account", "remove account", "set attributes", "set report", "remove report", "set grant", "remove grant",
		"set link", "remove link", "set catalog")
}

// edit makes up to four changes at once.
func (m *machine) edit(t *rapid.T) {
	d := draw{t}
	var changes []change
	ahead := m.world.clone()
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		c := d.change(ahead)
		c.world(ahead)
		changes = append(changes, c)
	}
	next, ok := m.world.apply(changes...)
	p, err := edit(m.policy, changes...)
	switch {
	case ok && err != nil:
		t.Fatalf("%v refused: %v\n%s", ops(changes), err, printed(t, m.world.document()))
	case !ok && (err == nil || p != nil):
		t.Fatalf("%v made: policy %v, error %v\n%s", ops(changes), p != nil, err, printed(t, m.world.document()))
	case !ok:
		m.hits.hit("edit refused")
		return
	}
	m.hits.hit("edit made")
	for _, c := range changes {
		m.hits.hit(c.kind())
	}
	m.world, m.policy = next, p
}

func ops(changes []change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, c.op)
	}
	return all
}

// questions asks a batch of whatever may be asked.
func (m *machine) questions(t *rapid.T) {
	d := draw{t}
	for range 30 {
		s, action, r := d.question(m.world)
		want, got := m.world.decide(s, action, r), m.policy.Decide(s.subject(), access.Action(action), r.resource())
		if got != want {
			t.Fatalf("%v %s %v (-want +got):\n%s\n%s", want.Subject, action, want.Resource,
				decisionDiff(want, got), printed(t, m.world.document()))
		}
		m.count(s, action, r, want)
	}
}

func (m *machine) count(s who, action string, r thing, d access.Decision) {
	m.hits.hit(string(d.Reason))
	if d.Reason == access.ReasonUnknownResource {
		m.hits.hit(string(d.Reason) + " " + string(d.Resource.Kind()))
	}
	if !d.Allowed {
		m.hits.hit("denied at " + d.Step.String())
	}
	if d.Reason == "link-paused" {
		m.hits.hit("link-paused at " + d.Step.String())
	}
	if d.Reason == "grant" && modelKinds[action] == "" {
		m.hits.hit("host action at a report")
	}
	if s.link != "" && len(m.world.view(s)) > 0 {
		m.hits.hit("view of a link")
	}
}

// decisionDiff shows two decisions apart, without the question.
func decisionDiff(want, got access.Decision) string {
	flat := func(d access.Decision) map[string]string {
		return map[string]string{
			"reason": string(d.Reason), "step": d.Step.String(), "role": string(d.Role), "team": string(d.Team),
			"group": string(d.Group), "level": d.Level.String(),
		}
	}
	return cmp.Diff(flat(want), flat(got))
}

// invariant is what holds between any two steps: the policy is written down as
// the world is, and everybody sees what he should.
func (m *machine) invariant(t *rapid.T) {
	want := printed(t, m.world.compile(t).Document())
	if got := printed(t, m.policy.Document()); got != want {
		t.Fatalf("document (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, s := range m.world.subjects() {
		view := m.policy.View(s.subject())
		if got, want := ids(view.Accounts()), m.world.view(s); !slices.Equal(got, want) || view.Len() != len(want) {
			t.Fatalf("view of %v: %v, %d; want %v\n%s", s.subject(), got, view.Len(), want, printed(t, m.world.document()))
		}
	}
}

// ids returns ids as sorted strings.
func ids[ID ~string](seq iter.Seq[ID]) []string {
	var all []string
	for id := range seq {
		all = append(all, string(id))
	}
	slices.Sort(all)
	return all
}

// question draws a question. Most are well formed, and ask of a resource what
// may be asked of it; about a link, half are the one it is for.
func (d draw) question(w *world) (who, string, thing) {
	s := d.subject()
	if l, ok := w.links[s.link]; ok && d.chance(2, "its own") {
		return s, l.action, l.shows
	}
	r := d.thing(w)
	actions := w.catalog.actions()
	if !d.chance(8, "any action") {
		fit := slices.DeleteFunc(slices.Clone(actions), func(a string) bool {
			kinds, _ := w.catalog.askable(a)
			return !slices.Contains(kinds, r.sort())
		})
		if len(fit) > 0 {
			actions = fit
		}
	}
	return s, d.one("action", actions...), r
}

func (d draw) subject() who {
	switch rapid.IntRange(0, 7).Draw(d.T, "subject") {
	case 0, 1, 2, 3:
		return who{user: d.id(userIDs)}
	case 4, 5:
		return who{user: d.id(userIDs), session: true, team: d.id(teamIDs)}
	}
	return who{link: d.id(linkIDs)}
}

func (d draw) thing(w *world) thing {
	if d.chance(12, "odd") {
		return rapid.SampledFrom(w.things()).Draw(d.T, "thing")
	}
	switch kind := d.one("kind", append([]string{"campaign", "wide", "account", "report"}, builtInKinds...)...); kind {
	case "company":
		return thing{kind: "company"}
	case "account":
		return thing{kind: kind, id: d.id(accountIDs)}
	case "user":
		return thing{kind: kind, id: d.id(userIDs)}
	case "role":
		return thing{kind: kind, id: w.catalog.roles[rapid.IntRange(0, len(w.catalog.roles)-1).Draw(d.T, "role")].name}
	case "team":
		return thing{kind: kind, id: d.id(teamIDs)}
	case "group":
		return thing{kind: kind, id: d.id(groupIDs)}
	case "report":
		return thing{kind: kind, id: d.id(reportIDs)}
	case "link":
		return thing{kind: kind, id: d.id(linkIDs)}
	case "wide":
		return thing{kind: "campaign", id: "c1", wide: true}
	default:
		return thing{kind: kind, id: "c1", account: d.id(accountIDs)}
	}
}
