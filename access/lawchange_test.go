package access_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// permission is one question that is about seeing.
type permission struct {
	subject  access.Subject
	action   access.Action
	resource access.Resource
}

// allowances returns all that anybody is allowed at accounts, at what belongs
// to them, and at reports. The ids are those of the pools, so that two
// policies are asked the same.
func (w *world) allowances(p *access.Policy) map[permission]bool {
	var subjects []who
	for _, u := range userIDs {
		subjects = append(subjects, inCompany(u))
		for _, name := range teamIDs {
			subjects = append(subjects, inSession(u, name))
		}
	}
	for _, l := range linkIDs {
		subjects = append(subjects, who{link: l})
	}
	all := map[permission]bool{}
	ask := func(action string, r thing) {
		for _, s := range subjects {
			q := permission{s.subject(), access.Action(action), r.resource()}
			if p.Decide(q.subject, q.action, q.resource).Allowed {
				all[q] = true
			}
		}
	}
	for _, a := range accountIDs {
		for _, action := range []string{"account.view", "recording.view", "campaign.pause"} {
			ask(action, accountThing(a))
			ask(action, thing{kind: "campaign", id: "c1", account: a})
		}
	}
	for _, r := range reportIDs {
		for action := range levelActions {
			ask(action, thing{kind: "report", id: r})
		}
		ask("campaign.pause", thing{kind: "report", id: r})
	}
	return all
}

// within reports whether everything allowed in a is allowed in b.
func within(a, b map[permission]bool) (permission, bool) {
	for q := range a {
		if !b[q] {
			return q, false
		}
	}
	return permission{}, true
}

// TestGrantsNeverTakeAway: putting somebody into a team, sharing, giving a team
// a group or widening a group takes nothing from anybody.
func TestGrantsNeverTakeAway(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		before := w.allowances(p)
		for _, c := range w.gifts(draw{t}) {
			next, err := edit(p, c)
			if err != nil {
				t.Fatalf("%s: %v", c.op, err)
			}
			after := w.allowances(next)
			if q, ok := within(before, after); !ok {
				t.Fatalf("%s: takes %v from %v at %v\n%s", c.op, q.action, q.subject, q.resource, printed(t, w.document()))
			}
			if len(after) > len(before) {
				hits.hit(c.kind())
			}
		}
	})
	hits.want(t, "set member", "set grant", "set team", "set group")
}

// gifts returns changes that give something to somebody, if he has not got it.
func (w *world) gifts(d draw) []change {
	var all []change
	users := sortedKeys(w.users)
	for _, g := range sortedKeys(w.groups) {
		all = append(all, setGroup(g, modelGroup{"", modelRules[1]}))
	}
	for _, name := range sortedKeys(w.teams) {
		groups := w.teams[name].groups
		for _, g := range sortedKeys(w.groups) {
			if !slices.Contains(groups, g) {
				all = append(all, setTeam(name, "", append(slices.Clone(groups), g)))
				break
			}
		}
		if len(users) > 0 {
			all = append(all, setMember(name, d.one("user", users...), time.Time{}))
		}
	}
	for _, id := range sortedKeys(w.reports) {
		r := w.reports[id]
		for _, u := range users {
			all = append(all, setGrant(id, u, "", d.raised(r.users[u], levelCreator)))
		}
		for _, name := range sortedKeys(w.teams) {
			all = append(all, setGrant(id, "", name, d.raised(r.teams[name], levelExplorer)))
		}
	}
	return all
}

// raised draws a grant that is no lower than g and does not end.
func (d draw) raised(g modelGrant, highest access.Level) modelGrant {
	lowest := max(g.level, levelViewer)
	return modelGrant{level: access.Level(rapid.IntRange(int(lowest), int(highest)).Draw(d.T, "level"))}
}

// TestRemovalsNeverGive: whatever is removed, nobody sees or may do more at an
// account or a report than before.
func TestRemovalsNeverGive(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		before := w.allowances(p)
		for _, c := range w.losses() {
			next, err := edit(p, c)
			if err != nil {
				t.Fatalf("%s: %v", c.op, err)
			}
			after := w.allowances(next)
			if q, ok := within(after, before); !ok {
				t.Fatalf("%s: gives %v to %v at %v\n%s", c.op, q.action, q.subject, q.resource, printed(t, w.document()))
			}
			if len(after) < len(before) {
				hits.hit(c.kind())
			}
		}
	})
	hits.want(t, "remove account", "remove group", "remove team", "remove user", "remove report", "remove link",
		"remove member", "remove grant", "set team", "set group")
}

// losses returns every removal there is, and for each team one group taken off
// it and for each group a filter that matches nothing.
func (w *world) losses() []change {
	var all []change
	for _, id := range sortedKeys(w.accounts) {
		all = append(all, removeAccount(id))
	}
	for _, id := range sortedKeys(w.groups) {
		all = append(all, removeGroup(id), setGroup(id, modelGroup{"", modelRules[0]}))
	}
	for _, id := range sortedKeys(w.teams) {
		all = append(all, removeTeam(id))
		if groups := w.teams[id].groups; len(groups) > 0 {
			all = append(all, setTeam(id, "", groups[1:]))
		}
		for _, u := range sortedKeys(w.teams[id].members) {
			all = append(all, removeMember(id, u))
		}
	}
	for _, id := range sortedKeys(w.users) {
		all = append(all, removeUser(id))
	}
	for _, id := range sortedKeys(w.links) {
		all = append(all, removeLink(id))
	}
	for _, id := range sortedKeys(w.reports) {
		all = append(all, removeReport(id))
		for _, u := range sortedKeys(w.reports[id].users) {
			all = append(all, removeGrant(id, u, ""))
		}
		for _, name := range sortedKeys(w.reports[id].teams) {
			all = append(all, removeGrant(id, "", name))
		}
	}
	return all
}

// record is all that can be found out about a policy: its text, and its answer
// to every question about one world.
type record struct {
	text      string
	decisions []access.Decision
	views     [][]string
	listed    [][]string
}

// recorded asks p everything there is to ask about the subjects and resources
// of a world.
func recorded(t fataler, w *world, p *access.Policy) record {
	t.Helper()
	r := record{text: printed(t, p.Document())}
	questions := w.questions()
	for _, s := range w.subjects() {
		subject := s.subject()
		for _, q := range questions {
			r.decisions = append(r.decisions, p.Decide(subject, q.action, q.resource))
		}
		r.views = append(r.views, seen(p, s))
		r.listed = append(r.listed, ids(p.Reports(s.subject(), "report.view")))
	}
	for _, id := range append(sortedKeys(w.reports), "ghost") {
		r.listed = append(r.listed, ids(p.Who("report.view", access.Report(id))))
		var links []string
		for l := range p.Directory().LinksTo(access.Report(id)) {
			links = append(links, fmt.Sprint(l))
		}
		slices.Sort(links)
		r.listed = append(r.listed, links)
	}
	return r
}

// questions returns every action with every resource it may be asked of, and
// one more that may not.
func (w *world) questions() []permission {
	var all []permission
	actions := w.catalog.actions()
	for i, r := range w.things() {
		for j, a := range actions {
			kinds, _ := w.catalog.askable(a)
			if slices.Contains(kinds, r.sort()) || j == i%len(actions) {
				all = append(all, permission{action: access.Action(a), resource: r.resource()})
			}
		}
	}
	return all
}

// diff returns what is different in another record, "" if nothing is.
func (r record) diff(o record) string {
	if r.text != o.text {
		return cmp.Diff(r.text, o.text)
	}
	for i, d := range r.decisions {
		if d != o.decisions[i] {
			return fmt.Sprintf("%v %s %v: %v; %v", d.Subject, d.Action, d.Resource, d, o.decisions[i])
		}
	}
	return cmp.Diff(r.views, o.views) + cmp.Diff(r.listed, o.listed)
}

// TestPolicyPersists: an Edit leaves the policy it started from as it was,
// also one that fails, one that is abandoned, and two from the same policy;
// and none of them sees the other.
func TestPolicyPersists(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		d := draw{t}
		before := recorded(t, w, p)
		left, right := d.changes(w), d.changes(w)
		one, two, abandoned := p.Edit(), p.Edit(), p.Edit()
		for i := range max(len(left), len(right)) {
			if i < len(left) {
				left[i].edit(one)
				left[i].edit(abandoned)
			}
			if i < len(right) {
				right[i].edit(two)
			}
		}
		p1, err1 := one.Policy()
		p2, err2 := two.Policy()
		for _, e := range []*access.Edit{one, two} {
			if again, err := e.Policy(); again != nil || !errors.Is(err, access.ErrSpent) {
				t.Fatalf("a second policy from one edit: %v, %v", again != nil, err)
			}
		}
		if diff := before.diff(recorded(t, w, p)); diff != "" {
			t.Fatalf("%v and %v changed the policy they started from: %s", ops(left), ops(right), diff)
		}
		isWorld(t, w, p1, err1, left)
		isWorld(t, w, p2, err2, right)
		if err1 != nil || err2 != nil {
			hits.hit("failed")
		} else {
			hits.hit("made")
		}
	})
	hits.want(t, "failed", "made")
}

// isWorld fails unless p is what the changes make of w.
func isWorld(t fataler, w *world, p *access.Policy, err error, changes []change) {
	t.Helper()
	next, ok := w.apply(changes...)
	switch {
	case ok != (err == nil) || ok != (p != nil):
		t.Fatalf("%v: policy %v, error %v", ops(changes), p != nil, err)
	case ok && printed(t, p.Document()) != printed(t, next.compile(t).Document()):
		t.Fatalf("%v: got\n%s\nwant\n%s", ops(changes), printed(t, p.Document()), printed(t, next.document()))
	}
}

func (d draw) changes(w *world) []change {
	var all []change
	for range rapid.IntRange(1, 5).Draw(d.T, "changes") {
		all = append(all, d.change(w))
	}
	return all
}

// TestEditIsLoad: a policy that Edits led to answers every question as the one
// made of its document, and is written down in the same bytes.
func TestEditIsLoad(t *testing.T) {
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			changes := draw{t}.changes(w)
			next, ok := w.apply(changes...)
			if !ok {
				continue
			}
			var err error
			if p, err = edit(p, changes...); err != nil {
				t.Fatalf("%v: %v", ops(changes), err)
			}
			w = next
		}
		config := &access.Config{Now: func() time.Time { return w.now }}
		compiled, err := access.Compile(p.Document(), config)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		loaded, err := access.Load([]byte(printed(t, p.Document())), config)
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		p = p.At(w.now) // its clock is that of the world it began with
		want := recorded(t, w, compiled)
		if diff := want.diff(recorded(t, w, p)); diff != "" {
			t.Fatalf("edited and compiled differ: %s\n%s", diff, want.text)
		}
		if diff := want.diff(recorded(t, w, loaded)); diff != "" {
			t.Fatalf("loaded and compiled differ: %s\n%s", diff, want.text)
		}
	})
}

// TestLinkOutlivesItsAction: a new catalog may no longer know what a link
// allows. The link is paused, and the policy can still be written down and read.
func TestLinkOutlivesItsAction(t *testing.T) {
	item := thing{kind: "campaign", id: "c1", account: "a1"}
	w, _ := newWorld(hostModel()).apply(
		setAccount("a1", modelAccount{source: "google"}),
		setUser("u1", modelUser{email: "u1@x.test", role: "chief"}),
		setLink("l1", modelLink{maker: "u1", action: "campaign.pause", shows: item}))
	ask := func(p *access.Policy) access.Reason {
		return p.Decide(access.ViaLink("l1"), "campaign.pause", item.resource()).Reason
	}
	p := w.compile(t)
	if got := ask(p); got != "link" {
		t.Errorf("at first: %s", got)
	}
	p, err := edit(p, setCatalog(w.catalog.without("campaign.pause")))
	if err != nil {
		t.Fatalf("set catalog: %v", err)
	}
	if p, err = access.Compile(p.Document(), nil); err != nil {
		t.Fatalf("the document of an edited policy does not compile: %v", err)
	}
	if got := ask(p); got != "link-paused" {
		t.Errorf("under a catalog without the action: %s", got)
	}
	if p, err = edit(p, setCatalog(hostModel())); err != nil || ask(p) != "link" {
		t.Errorf("under the old catalog again: %s, %v", ask(p), err)
	}
}

// TestAttributeThatFiltersReadStays: it can be neither dropped nor declared
// with another type, however little of it the filter reads.
func TestAttributeThatFiltersReadStays(t *testing.T) {
	for _, rule := range modelRules {
		if rule.reads == "" {
			continue
		}
		w := newWorld(hostModel())
		w.attributes = modelTypes
		w, _ = w.apply(setGroup("g1", modelGroup{"", rule}))
		dropped, retyped := maps.Clone(modelTypes), maps.Clone(modelTypes)
		delete(dropped, rule.reads)
		retyped[rule.reads] = datagroup.StringType
		if modelTypes[rule.reads] == datagroup.StringType {
			retyped[rule.reads] = datagroup.NumberType
		}
		if _, err := edit(w.compile(t), setAttributes(dropped)); err == nil {
			t.Errorf("%s: dropped", rule.text)
		}
		if _, err := edit(w.compile(t), setAttributes(retyped)); err == nil {
			t.Errorf("%s: retyped", rule.text)
		}
	}
}

// TestOrderAndEncodingNeverMatter: a document in any order, as a value or as
// text, gives a policy that is written down in the same bytes.
func TestOrderAndEncodingNeverMatter(t *testing.T) {
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		want := printed(t, p.Document())
		other, err := access.Compile(shuffled(w.document(), rapid.Uint64().Draw(t, "seed")), nil)
		if err != nil {
			t.Fatalf("compile shuffled: %v", err)
		}
		if got := printed(t, other.Document()); got != want {
			t.Fatalf("in another order (-want +got):\n%s", cmp.Diff(want, got))
		}
		for _, text := range []string{want, printed(t, w.document()), strings.Join(strings.Fields(want), " ")} {
			p, err := access.Load([]byte(text), nil)
			if err != nil {
				t.Fatalf("load: %v\n%s", err, text)
			}
			if got := printed(t, p.Document()); got != want {
				t.Fatalf("read back (-want +got):\n%s", cmp.Diff(want, got))
			}
		}
	})
}
