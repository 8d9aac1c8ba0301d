package story

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// branches counts the cases that random tests took.
type branches map[string]int

// until repeats a random test until every branch was taken.
func (b branches) until(t *testing.T, test func(*rapid.T), wanted ...string) {
	t.Helper()
	for range 50 {
		rapid.Check(t, test)
		left := slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return b[w] > 0 })
		if t.Failed() || testing.Short() || len(left) == 0 {
			return
		}
	}
	t.Errorf("not every branch of %q was taken: %v", wanted, b)
}

// drawPolicy draws a policy: that of the example stories without some of its
// parts, and sometimes with a user in a team who sees all data.
func drawPolicy(t *rapid.T, p *access.Policy) *access.Policy {
	if rapid.Bool().Draw(t, "ada in europe") {
		e := p.Edit()
		e.SetMember("europe", document.Member{User: "ada"})
		p, _ = e.Policy()
	}
	parts := partsOf(p)
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(parts)-1), 0, 3, rapid.ID).Draw(t, "dropped") {
		e := p.Edit()
		parts[i].drop(e) // of the policy as it was: catalogs and teams come back
		p, _ = e.Policy()
	}
	return p
}

func drawSubject(t *rapid.T) access.Subject {
	user := rapid.SampledFrom([]string{"ada", "mia", "tom", "ida"}).Draw(t, "user")
	switch rapid.IntRange(0, 9).Draw(t, "subject") {
	case 0:
		return access.ViaLink("l1")
	case 1:
		return access.Subject{}
	case 2, 3, 4:
		return access.Session(user, rapid.SampledFrom([]string{"americas", "europe"}).Draw(t, "team"))
	}
	return access.User(user)
}

// drawQuestion draws a question about what exists.
func drawQuestion(t *rapid.T, k *known) question {
	for {
		q := question{
			at:      rapid.SampledFrom([]time.Time{{}, {}, time.Date(2027, 6, 30, 23, 59, 59, 5, time.UTC), time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)}).Draw(t, "at"),
			subject: drawSubject(t),
			action:  rapid.SampledFrom([]access.Action{"account.view", "account.view", "campaign.edit", "report.view", "report.explore", "user.invite", "team.set-members", "source.edit", "link.revoke"}).Draw(t, "action"),
			resource: rapid.SampledFrom([]access.Resource{
				access.Company(), access.Account("us-search"), access.Account("us-social"), access.Account("de-search"), access.Account("new app"),
				access.Item("campaign", "c 1", "us-search"), access.Item("campaign", "c2", "new app"), access.CompanyItem("budget", "b"),
				access.Report("q3"), access.Report("board"), access.Team("europe"), access.Link("l1"),
			}).Draw(t, "resource"),
		}
		if k.together(q.action, q.resource) {
			return q
		}
	}
}

// drawAssertions draws assertions that hold of a policy, each question once.
func drawAssertions(t *rapid.T, p *access.Policy) []assertion {
	var all []assertion
	asked := make(map[question]bool)
	k := newKnown(p)
	for range rapid.IntRange(1, 12).Draw(t, "assertions") {
		q := drawQuestion(t, k)
		if asked[q] {
			continue
		}
		asked[q] = true
		d := q.decide(p.At(moments(&claim{question: q})[0]))
		c := &claim{question: q, allow: d.Allowed}
		if rapid.Bool().Draw(t, "because") || k.deniedEverything(c) != "" {
			c.because = d.Reason
		}
		if holds(c, p) {
			all = append(all, c)
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "listings") {
		q := drawQuestion(t, k)
		q.action = rapid.SampledFrom([]access.Action{access.ViewAccount, access.ViewReport}).Draw(t, "listed")
		q.resource = access.Resource{}
		if rapid.IntRange(0, 3).Draw(t, "of a team") == 0 {
			q = question{action: access.ViewAccount, resource: access.Team(rapid.SampledFrom([]string{"americas", "europe"}).Draw(t, "its accounts"))}
		}
		l := &listing{question: q, want: make(map[string]bool)}
		if asked[q] {
			continue
		}
		asked[q] = true
		l.atLeast = rapid.IntRange(0, 3).Draw(t, "at least") == 0
		for id := range l.found(p.At(moments(l)[0])) {
			if !l.atLeast || len(l.ids) == 0 || rapid.Bool().Draw(t, "this one") {
				l.ids = append(l.ids, id)
				l.want[id] = true
			}
		}
		l.atLeast = l.atLeast && len(l.ids) > 0
		slices.Sort(l.ids)
		if why := k.deniedEverything(l); why != "" {
			l.because = why
		}
		if holds(l, p) {
			all = append(all, l)
		}
	}
	return all
}

// titled writes each assertion as a story of its own.
func titled(all []assertion) string {
	var b strings.Builder
	for i, a := range all {
		b.WriteString(strings.Replace(writeAssertion(a), "story -", fmt.Sprintf("story %d", i), 1))
	}
	return b.String()
}

// failing returns the titles of the stories that fail.
func failing(p *access.Policy, text string) (titles []string) {
	suite := Read(p, fstest.MapFS{"s.story": {Data: []byte(text)}})
	for _, f := range suite.Failures {
		titles = append(titles, f.Error())
	}
	for _, s := range suite.Stories {
		if len(s.Failures(p)) > 0 {
			titles = append(titles, s.Title)
		}
	}
	return titles
}

// TestWrittenHolds writes what a policy answers as stories, which then hold. It
// negates one of them, and then only that one fails.
func TestWrittenHolds(t *testing.T) {
	base, seen := loadPolicy(t), branches{}
	seen.until(t, func(t *rapid.T) {
		p := drawPolicy(t, base)
		all := drawAssertions(t, p)
		for _, a := range all {
			if c, ok := a.(*claim); ok {
				seen[string(c.decide(p.At(moments(c)[0])).Reason)]++
			} else {
				seen["listing"]++
				if l := a.(*listing); l.atLeast {
					seen["at least"]++
				}
				if ofTeam(a) != "" {
					seen["team sees"]++
				}
			}
		}
		if len(all) == 0 {
			return
		}
		if titles := failing(p, titled(all)); titles != nil {
			t.Fatalf("stories %q fail of\n%s", titles, titled(all))
		}
		negated := rapid.IntRange(0, len(all)-1).Draw(t, "negated")
		switch a := all[negated].(type) {
		case *claim:
			opposite := *a
			opposite.allow, opposite.because = !a.allow, ""
			all[negated] = &opposite
		case *listing:
			short := *a
			short.atLeast = false
			found := slices.Sorted(a.found(p.At(moments(a)[0])))
			if short.ids = found; len(found) > 0 {
				short.ids = found[1:]
			} else {
				short.because = ""
				short.ids = []string{string(map[access.Action]string{access.ViewAccount: "us-search", access.ViewReport: "q3"}[a.action])}
			}
			all[negated] = &short
		}
		titles := failing(p, titled(all))
		if !slices.Contains(titles, fmt.Sprint(negated)) {
			t.Fatalf("story %d does not fail, but %q, of\n%s", negated, titles, titled(all))
		}
		// A listing may contradict a line, and then that line fails instead.
		if len(titles) > 1 && !strings.Contains(titled(all), "sees") && !strings.Contains(titled(all), "opens") {
			t.Fatalf("stories %q fail of\n%s", titles, titled(all))
		}
	}, "role", "team", "grant", "link", "maker", "listing", "at least", "team sees", "no-subject", "not-a-member", "link-scope", "link-expired",
		"no-capability", "no-level", "level-too-low", "out-of-reach")
}

// TestCoverageDefinition compares what Coverage finds with the definition: drop
// each part, and ask everything again; look at every explanation.
func TestCoverageDefinition(t *testing.T) {
	base, seen := loadPolicy(t), branches{}
	seen.until(t, func(t *rapid.T) {
		p := drawPolicy(t, base)
		all := drawAssertions(t, p)
		for _, a := range all {
			if c, ok := a.(*claim); ok {
				c.because = "" // an action no role holds any more is another reason, for everybody
			}
		}
		got := Cover(p, suiteOf(all))
		if got.Failed != "" {
			t.Fatalf("%s does not hold", got.Failed)
		}
		missing := notMissed(t, p, all, seen)
		var found []string
		for _, part := range got.missing {
			if part.kind != "filter" {
				found = append(found, part.text)
			}
		}
		if diff := cmp.Diff(missing, found); diff != "" {
			t.Fatalf("the definition leaves -, Coverage +:\n%s\n%s", diff, titled(all))
		}
		filters := newComparisons(p)
		for _, a := range all {
			subject := a.asks().subject
			if subject.Link() != "" {
				subject = access.User("mia")
			}
			filters.ask(a, subject)
		}
		if diff := cmp.Diff(explained(p, all), filters.seen, cmp.AllowUnexported(comparison{})); diff != "" {
			t.Fatalf("explanations look at -, Coverage at +:\n%s\n%s", diff, titled(all))
		}
		for _, truths := range filters.seen {
			for truth, ok := range truths {
				if ok {
					seen[datagroup.Truth(truth).String()]++
				}
			}
		}
	}, "missed membership", "missed assignment", "missed capability", "missed kind", "missed grant", "kept membership", "kept assignment",
		"kept capability", "kept kind", "kept grant", "true", "false", "unknown")
}

// notMissed drops each part of a policy, and returns those without which all
// assertions still hold.
func notMissed(t *rapid.T, p *access.Policy, all []assertion, seen branches) []string {
	var missing []string
	for _, part := range partsOf(p) {
		e := p.Edit()
		part.drop(e)
		without, err := e.Policy()
		if err != nil {
			t.Fatalf("%s %s cannot be dropped: %v", part.kind, part.text, err)
		}
		if kind, action, _ := strings.Cut(part.text, ", "); part.kind == "kind" && !lost(p, without, kind, action) {
			t.Fatalf("without %s the catalog lists it, or lacks another", part.text)
		}
		missed := slices.ContainsFunc(all, func(a assertion) bool { return !holds(a, without) })
		if len(part.users) > 0 && !missed {
			missing = append(missing, part.text)
		}
		if missed {
			seen["missed "+part.kind]++
		} else {
			seen["kept "+part.kind]++
		}
	}
	return missing
}

// lost reports whether the kinds of a policy list what those of another do, but for
// one action of one kind.
func lost(p, without *access.Policy, kind, action string) bool {
	all := make(map[string]bool)
	for _, k := range p.Directory().Catalog().Kinds() {
		for _, a := range k.Actions {
			all[k.Name+", "+string(a)] = true
		}
	}
	for _, k := range without.Directory().Catalog().Kinds() {
		for _, a := range k.Actions {
			delete(all, k.Name+", "+string(a))
		}
	}
	return len(all) == 1 && all[kind+", "+action]
}

// suiteOf returns a suite with one story.
func suiteOf(all []assertion) *Suite { return &Suite{Stories: []*Story{{assertions: all}}} }

// explained returns what the explanations of all assertions say about filters.
// The role of a user who sees all data is asked first, and then no filter.
func explained(p *access.Policy, all []assertion) map[comparison]truths {
	seen := make(map[comparison]truths)
	look := func(p *access.Policy, q question) {
		for _, r := range p.Explain(q.subject, q.action, q.resource).Routes {
			if r.Reason == access.ReasonRole && r.Open {
				return
			}
			if r.Lacks == "the membership has ended" {
				continue
			}
			for i, at := range r.Leaves {
				note(seen, comparison{r.Group, i}, at.Truth)
			}
		}
	}
	for _, a := range all {
		for _, at := range moments(a) {
			switch a := a.(type) {
			case *claim:
				if d := a.decide(p.At(at)); d.Allowed || d.Step == access.StepReach || d.Step == access.StepGuard {
					look(p.At(at), a.question)
				}
			case *listing:
				if of := ofTeam(a); of != "" {
					lookAtTeam(p, a, of, seen)
					continue
				}
				for account := range p.Directory().Accounts() {
					q := question{subject: a.subject, action: access.ViewAccount, resource: access.Account(account.ID())}
					if a.action == access.ViewAccount && a.subject.Link() == "" && (!a.atLeast || a.want[string(account.ID())]) {
						if d := q.decide(p.At(at)); d.Allowed || d.Step == access.StepReach {
							look(p.At(at), q)
						}
					}
					if a.action == access.ViewAccount && a.subject.Link() != "" && a.want[string(account.ID())] {
						q.subject = access.User("mia")
						look(p.At(at), q)
					}
				}
			}
		}
	}
	return seen
}

// lookAtTeam notes what the filters of a team say about the accounts of a line.
func lookAtTeam(p *access.Policy, l *listing, of team.ID, seen map[comparison]truths) {
	t, _ := p.Directory().Team(of)
	for account := range p.Directory().Accounts() {
		for _, id := range t.Groups {
			group, _ := p.Directory().Group(id)
			for i, at := range group.Filter.Explain(account) {
				if !l.atLeast || l.want[string(account.ID())] {
					note(seen, comparison{id, i}, at.Truth)
				}
			}
		}
	}
}

// TestCoverageMonotone: more stories never cover less.
func TestCoverageMonotone(t *testing.T) {
	base := loadPolicy(t)
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t, base)
		all := drawAssertions(t, p)
		some := all[:rapid.IntRange(0, len(all)).Draw(t, "some")]
		more, fewer := Cover(p, suiteOf(all)), Cover(p, suiteOf(some))
		if !maps.Equal(more.total, fewer.total) || more.nobody != fewer.nobody {
			t.Fatalf("parts %v and %v", more.total, fewer.total)
		}
		for _, kind := range partKinds {
			if more.missed[kind] < fewer.missed[kind] {
				t.Fatalf("%s: %d with more stories, %d with fewer", kind, more.missed[kind], fewer.missed[kind])
			}
		}
	})
}

// TestAllowedTogether: a line that lists several subjects, actions and resources
// of a matrix means what one line for each combination means.
func TestAllowedTogether(t *testing.T) {
	seen := branches{}
	seen.until(t, func(t *rapid.T) {
		axes := [3][]string{{"tom", "mia", "link l", `"link"`, "nobody", "a.b"}, {"a.b", "c.d", "tom", "e"}, {"company", "kind:x", "kind:x in account:us", `"kind:y in account:de"`, "account:us"}}
		var drawn [3][]string
		for i, axis := range axes {
			n := rapid.SampledFrom([]int{1, 2, 3}).Draw(t, "words") // the lengths that rapid draws are short
			drawn[i] = rapid.SliceOfNDistinct(rapid.SampledFrom(axis), n, n, rapid.ID).Draw(t, "axis")
		}
		matrix := "story S\nmatrix\nsubjects tom mia link l \"link\" nobody a.b\nactions a.b c.d tom e\nresources " + strings.Join(axes[2], " ") + "\n"
		together := fmt.Sprintf("%sallow %s %s %s\nend", matrix, strings.Join(drawn[0], " "), strings.Join(drawn[1], " "), strings.Join(drawn[2], " "))
		each := matrix
		for _, s := range drawn[0] {
			for _, a := range drawn[1] {
				for _, r := range drawn[2] {
					each += fmt.Sprintf("allow %s %s %s\n", s, a, r)
				}
			}
		}
		got, _ := parse("s.story", []byte(together))
		want, _ := parse("s.story", []byte(each+"end"))
		if len(want[0].mistakes) > 0 {
			t.Fatal(want[0].mistakes)
		}
		if len(got[0].mistakes) > 0 { // a word that is two things
			seen["refused"]++
			if s := append(drawn[0][1:], drawn[1][0]); !slices.ContainsFunc(s, func(s string) bool { return slices.Contains(axes[0], s) && slices.Contains(axes[1], s) }) {
				t.Fatalf("%s\n%v", together, got[0].mistakes)
			}
			return
		}
		seen[fmt.Sprint(len(drawn[0])*len(drawn[1])*len(drawn[2]))]++
		if diff := cmp.Diff(meaning(want), meaning(got)); diff != "" {
			t.Fatalf("%s\n%s", together, diff)
		}
	}, "refused", "1", "27")
}

// TestNoPolicy reads and runs stories without a policy: they fail or hold as those
// of an empty company do.
func TestNoPolicy(t *testing.T) {
	const text = "story A\ndeny ann user.invite company because unknown-user\nsees ann nothing because unknown-user\n" +
		"story B\ndeny ann user.invite company because unavailable\n"
	run := func(p *access.Policy) string {
		suite := Read(p, fstest.MapFS{"s.story": {Data: []byte(text)}})
		c := Cover(p, suite)
		all := fmt.Sprintln(suite.Failures, c, c.Failed)
		for _, s := range suite.Stories {
			for _, f := range s.Failures(p) {
				all += fmt.Sprintln(f)
			}
		}
		return all
	}
	want := run(access.MustLoad("{}"))
	for name, p := range map[string]*access.Policy{"nil": nil, "zero": new(access.Policy)} {
		if got := run(p); got != want {
			t.Errorf("the %s policy gives\n%s\nand the empty company\n%s", name, got, want)
		}
	}
}
