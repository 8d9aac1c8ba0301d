package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// machine is a policy and the world it should be.
type machine struct {
	world  *model.World
	policy *access.Policy
	hits   *model.Branches
}

// TestPolicyIsTheModel changes a policy and a world alike, at random, and asks
// both. A change that the world refuses must fail, and change nothing.
func TestPolicyIsTheModel(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{world: model.Draw{T: t}.World(), hits: &hits}
		clock := m.world.Now
		p, err := access.Compile(m.world.Document(), &access.Config{Now: func() time.Time { return clock }})
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		m.policy = p
		m.questions(t)
		t.Repeat(map[string]func(*rapid.T){
			"edit":      m.edit,
			"questions": m.questions,
			"time": func(t *rapid.T) {
				clock = model.Draw{T: t}.Clock()
				m.world.Now = clock
			},
			"": m.invariant,
		})
	})
	wantBranches(t, &hits, strings.Fields(allReasons)...)
	for _, step := range []string{"subject", "kind", "capability", "reach", "guard"} {
		if step != "guard" && step != "kind" { // a link leads to nothing that is guarded, and ends when its kind does
			wantBranches(t, &hits, "link-paused at "+step)
		}
		wantBranches(t, &hits, "denied at "+step)
	}
	for _, kind := range []string{"account", "user", "role", "team", "group", "report", "link"} {
		wantBranches(t, &hits, "unknown-resource "+kind)
	}
	wantBranches(t, &hits, "links ended by a catalog", "a report's name taken", "edit made", "edit refused", "host action at a report", "view of a link",
		"set user", "remove user", "set member", "remove member", "set team", "remove team", "set group", "remove group",
		"set account", "remove account", "set attributes", "set report", "remove report", "set grant", "remove grant",
		"set link", "remove link", "set catalog")
}

// edit makes up to four changes at once.
func (m *machine) edit(t *rapid.T) {
	d := model.Draw{T: t}
	var changes []model.Change
	ahead := m.world.Clone()
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		c := d.Change(ahead)
		c.Apply(ahead)
		changes = append(changes, c)
	}
	next, ok := m.world.Apply(changes...)
	p, err := model.Edit(m.policy, changes...)
	switch {
	case ok && err != nil:
		t.Fatalf("%v refused: %v\n%s", model.Names(changes), err, model.Print(t, m.world.Document()))
	case !ok && (err == nil || p != nil):
		t.Fatalf("%v made: policy %v, error %v\n%s", model.Names(changes), p != nil, err, model.Print(t, m.world.Document()))
	case !ok:
		m.hits.Hit("edit refused")
		m.countRefused(err)
		return
	}
	m.hits.Hit("edit made")
	for _, c := range changes {
		m.hits.Hit(c.Kind())
	}
	m.countEdit(next)
	m.world, m.policy = next, p
}

// countRefused counts what few edits are refused for.
func (m *machine) countRefused(err error) {
	var e *access.Error
	if errors.As(err, &e) && errors.Is(err, access.ErrTaken) && strings.Contains(e.Op, "report") {
		m.hits.Hit("a report's name taken")
	}
}

// countEdit counts what few edits do.
func (m *machine) countEdit(next *model.World) {
	for id, l := range next.Links {
		old := m.world.Links[id]
		if l.Ended && !old.Ended && next.Users[l.Maker] != (model.User{}) && !next.LinkFits(old) {
			m.hits.Hit("links ended by a catalog")
		}
	}
}

// questions asks a batch of whatever may be asked.
func (m *machine) questions(t *rapid.T) {
	d := model.Draw{T: t}
	for range 30 {
		s, q := d.Question(m.world)
		want, got := m.world.Decide(s, q.Action, q.Resource), q.Decide(m.policy, s)
		if got != want {
			t.Fatalf("%v %s %v (-want +got):\n%s\n%s", want.Subject, q.Action, want.Resource,
				decisionDiff(want, got), model.Print(t, m.world.Document()))
		}
		m.count(s, q.Action, want)
	}
}

func (m *machine) count(s model.Subject, action string, d access.Decision) {
	m.hits.Hit(string(d.Reason))
	if !d.Allowed {
		m.hits.Hit("denied at " + d.Step.String())
	}
	if d.Reason == "link-paused" {
		m.hits.Hit("link-paused at " + d.Step.String())
	}
	if d.Reason == "unknown-resource" {
		m.hits.Hit(string(d.Reason) + " " + string(d.Resource.Kind()))
	}
	if d.Reason == "grant" && !model.IsBuiltIn(action) {
		m.hits.Hit("host action at a report")
	}
	if s.Link != "" && len(m.world.View(s)) > 0 {
		m.hits.Hit("view of a link")
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
// the world is, and everybody sees what they should.
func (m *machine) invariant(t *rapid.T) {
	want := model.Print(t, m.world.Compile(t).Document())
	if got := model.Print(t, m.policy.Document()); got != want {
		t.Fatalf("document (-want +got):\n%s", cmp.Diff(want, got))
	}
	for _, s := range m.world.Subjects() {
		view := m.policy.View(s.Access())
		if got, want := ids(view.Accounts()), m.world.View(s); !slices.Equal(got, want) || view.Len() != len(want) {
			t.Fatalf("view of %v: %v, %d; want %v\n%s", s.Access(), got, view.Len(), want, model.Print(t, m.world.Document()))
		}
	}
}
