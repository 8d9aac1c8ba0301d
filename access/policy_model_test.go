package access_test

import (
	"errors"
	"iter"
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
	for range rounds(t, &hits, policyBranches()...) {
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
				"again":     m.edit,
				"questions": m.questions,
				"kinds": func(t *rapid.T) {
					if d := (model.Draw{T: t}); d.Chance(3, "kinds") {
						m.apply(t, d.SetKinds(m.world))
					}
					m.questions(t)
				},
				"time": func(t *rapid.T) {
					clock = model.Draw{T: t}.Clock()
					m.world.Now = clock
				},
				"": m.invariant,
			})
		})
	}
}

// policyBranches are what a comparison of a policy with the model reaches.
func policyBranches() []string {
	all := append(strings.Fields(allReasons), kindBranches()...)
	for _, step := range []string{"subject", "kind", "capability", "reach", "guard"} {
		if step != "guard" && step != "kind" { // a link leads to nothing that is guarded, and ends when its kind does
			all = append(all, "link-paused at "+step)
		}
		all = append(all, "denied at "+step)
	}
	for _, kind := range []string{"account", "user", "role", "team", "group", "report", "link"} {
		all = append(all, "unknown-resource "+kind)
	}
	return append(all, "links ended by a catalog", "a report's name taken", "edit made", "edit refused", "host action at a report", "view of a link",
		"set user", "remove user", "set member", "remove member", "set team", "remove team", "set group", "remove group",
		"set account", "remove account", "set attributes", "set report", "remove report", "set grant", "remove grant",
		"set link", "remove link", "set catalog")
}

// kindBranches are each sort of question about kinds, and what ends links.
func kindBranches() (all []string) {
	for _, links := range []string{", links true", ", links false"} {
		for _, what := range []string{": host", ": viewing", ": account.view", ": other", ": session.share"} {
			all = append(all, "item"+what+", account true"+links, "item"+what+", account false"+links, "company-item"+what+", account false"+links)
		}
		all = append(all, "malformed: other, account true"+links,
			"item: host, account true"+links+": allowed", "item: viewing, account true"+links+": allowed", "item: account.view, account true"+links+": allowed",
			"company-item: host, account false"+links+": allowed", "company-item: viewing, account false"+links+": allowed")
	}
	const none = ", links false"
	all = append(all, "item: session.share, account true, links true: allowed", "company-item: session.share, account false, links true: allowed",
		"malformed: host, account true, links true", "malformed: viewing, account true, links true",
		"odd: other, account true"+none, "odd: other, account false"+none, "unknown: other, account true"+none, "unknown: other, account false"+none)
	for _, row := range []string{"company: host, account false", "company: viewing, account false", "account: host, account true", "report: host, account false"} {
		all = append(all, row+none, row+none+": allowed")
	}
	return append(all, "links ended: the kind vanished", "links ended: the kind moved", "links ended: another link action",
		"links ended: the team is gone", "a kind came back", "owner.transfer above the ceiling", "the last holder edited",
		"an ended link revoked by its maker", "allowed without an address")
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
	m.apply(t, changes...)
}

// apply makes changes to both.
func (m *machine) apply(t *rapid.T, changes ...model.Change) {
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
			was, _ := m.world.Catalog.Kind(l.Resource.Kind)
			switch is, there := next.Catalog.Kind(l.Resource.Kind); {
			case !there:
				m.hits.Hit("links ended: the kind vanished")
			case is.In != was.In:
				m.hits.Hit("links ended: the kind moved")
			default:
				m.hits.Hit("links ended: another link action")
			}
		}
		if l.Ended && old.Ended && !m.world.LinkFits(live(old)) && next.LinkFits(live(old)) {
			m.hits.Hit("a kind came back")
		}
		if l.Ended && !old.Ended && l.Session != "" && len(next.Teams[l.Session].Members) == 0 {
			if _, there := next.Teams[l.Session]; !there {
				m.hits.Hit("links ended: the team is gone")
			}
		}
	}
}

// live returns a link as it was before it ended.
func live(l model.Link) model.Link {
	l.Ended = false
	return l
}

// questions asks a batch of whatever may be asked.
func (m *machine) questions(t *rapid.T) {
	d := model.Draw{T: t}
	for range 40 {
		s, q := d.Question(m.world)
		want, got := m.world.Decide(s, q.Action, q.Resource), q.Decide(m.policy, s)
		if got != want {
			t.Fatalf("%v %s %v (-want +got):\n%s\n%s", want.Subject, q.Action, want.Resource,
				decisionDiff(want, got), model.Print(t, m.world.Document()))
		}
		m.count(s, q.Action, want)
		if want, got := m.world.Applies(q.Action, q.Resource), m.policy.Applies(want.Action, want.Resource); got != want {
			t.Fatalf("applies: %s %v (-want +got):\n%s", q.Action, want.Resource, decisionDiff(want, got))
		}
	}
	s, q := d.Question(m.world)
	var none *model.World // where there is no policy to ask
	want := none.Decide(s, q.Action, q.Resource)
	if got := q.Decide(nil, s); got != want {
		t.Fatalf("of no policy (-want +got):\n%s", decisionDiff(want, got))
	}
	m.hits.Hit(string(want.Reason))
	r := q.Resource.Access()
	if got, want := texts(m.policy.Actions(s.Access(), r)), m.world.Actions(s, q.Resource); !slices.Equal(got, want) {
		t.Fatalf("actions of %v at %v: %q, want %q\n%s", s.Access(), r, got, want, model.Print(t, m.world.Document()))
	}
	if got, want := ids(m.policy.Who(access.Action(q.Action), r).All()), m.world.Who(q.Action, q.Resource); !slices.Equal(got, want) {
		t.Fatalf("who may %s at %v: %q, want %q\n%s", q.Action, r, got, want, model.Print(t, m.world.Document()))
	}
}

// texts returns actions as text, in their order.
func texts(actions iter.Seq[access.Action]) []string {
	var all []string
	for a := range actions {
		all = append(all, string(a))
	}
	return all
}

func (m *machine) count(s model.Subject, action string, d access.Decision) {
	m.hits.Hit(string(d.Reason))
	m.countKind(s, action, d)
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

// countKind counts the sorts of questions about kinds, and what became of them.
func (m *machine) countKind(s model.Subject, action string, d access.Decision) {
	r := model.Resource{Kind: string(d.Resource.Kind()), ID: d.Resource.ID(), Account: string(d.Resource.Account())}
	sort := m.world.Catalog.Sort(action, r)
	m.hits.Hit(sort)
	if d.Allowed {
		m.hits.Hit(sort + ": allowed")
	}
	u, known := m.world.Users[s.User]
	switch {
	case d.Reason == "ineligible-target" && m.world.Users[r.ID].Lasting() && s.User != r.ID:
		m.hits.Hit("owner.transfer above the ceiling")
	case d.Allowed && action == "user.edit" && m.lastHolder(r.ID):
		m.hits.Hit("the last holder edited")
	case action == "link.revoke" && m.world.Links[r.ID].Ended && m.world.Links[r.ID].Maker == s.User:
		m.hits.Hit("an ended link revoked by its maker")
	case d.Allowed && known && u.Email == "":
		m.hits.Hit("allowed without an address")
	}
}

// lastHolder reports whether a user is the last who counts for their role.
func (m *machine) lastHolder(user string) bool {
	r := m.world.RoleOf(user)
	_, lasting := m.world.Holders(string(r.Name))
	return m.world.Users[user].Lasting() && lasting <= r.MinHolders
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
