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
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

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
func recorded(t model.TB, w *model.World, p *access.Policy) record {
	t.Helper()
	r := summed(t, w, p)
	questions, subjects := w.Questions(), w.Subjects()
	r.decisions = make([]access.Decision, 0, len(questions)*len(subjects))
	for _, s := range subjects {
		for _, q := range questions {
			r.decisions = append(r.decisions, q.Decide(p, s))
		}
	}
	return r
}

// summed returns the record without its decisions.
func summed(t model.TB, w *model.World, p *access.Policy) record {
	t.Helper()
	r := record{text: model.Print(t, p.Document())}
	for _, s := range w.Subjects() {
		r.views = append(r.views, seen(p, s))
		r.listed = append(r.listed, ids(p.Reports(s.Access(), "report.view")))
	}
	for _, id := range append(model.SortedKeys(w.Reports), "ghost") {
		r.listed = append(r.listed, ids(p.Who("report.view", model.OfReport(id).Access()).All()))
		var links []string
		for l := range p.Directory().LinksTo(model.OfReport(id).Access()) {
			links = append(links, fmt.Sprint(l))
		}
		slices.Sort(links)
		r.listed = append(r.listed, links)
	}
	return r
}

// difference returns what two policies answer differently, "" if nothing. It
// keeps no decisions: they are most of what a record costs.
func difference(t model.TB, w *model.World, one, two *access.Policy) string {
	t.Helper()
	questions := w.Questions()
	for _, s := range w.Subjects() {
		for _, q := range questions {
			if a, b := q.Decide(one, s), q.Decide(two, s); a != b {
				return fmt.Sprintf("%v %s %v: %v; %v", a.Subject, a.Action, a.Resource, a, b)
			}
		}
	}
	return summed(t, w, one).diff(summed(t, w, two))
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
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "failed", "made") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			d := model.Draw{T: t}
			before := recorded(t, w, p)
			left, right := d.Changes(w, 5), d.Changes(w, 5)
			one, two, abandoned := p.Edit(), p.Edit(), p.Edit()
			for i := range max(len(left), len(right)) {
				if i < len(left) {
					left[i].Edit(one)
					left[i].Edit(abandoned)
				}
				if i < len(right) {
					right[i].Edit(two)
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
				t.Fatalf("%v and %v changed the policy they started from: %s", model.Names(left), model.Names(right), diff)
			}
			isWorld(t, w, p1, err1, left)
			isWorld(t, w, p2, err2, right)
			if err1 != nil || err2 != nil {
				hits.Hit("failed")
			} else {
				hits.Hit("made")
			}
		})
	}
}

// isWorld fails unless p is what the changes make of w.
func isWorld(t model.TB, w *model.World, p *access.Policy, err error, changes []model.Change) {
	t.Helper()
	next, ok := w.Apply(changes...)
	switch {
	case ok != (err == nil) || ok != (p != nil):
		t.Fatalf("%v: policy %v, error %v", model.Names(changes), p != nil, err)
	case ok && model.Print(t, p.Document()) != model.Print(t, next.Compile(t).Document()):
		t.Fatalf("%v: got\n%s\nwant\n%s", model.Names(changes), model.Print(t, p.Document()), model.Print(t, next.Document()))
	}
}

// TestEditIsLoad: a policy that Edits led to answers every question as the one
// made of its document, and is written down in the same bytes.
func TestEditIsLoad(t *testing.T) {
	t.Parallel()
	law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
		for range rapid.IntRange(1, 8).Draw(t, "edits") {
			changes := model.Draw{T: t}.Changes(w, 5)
			next, ok := w.Apply(changes...)
			if !ok {
				continue
			}
			var err error
			if p, err = model.Edit(p, changes...); err != nil {
				t.Fatalf("%v: %v", model.Names(changes), err)
			}
			w = next
		}
		config := &access.Config{Now: func() time.Time { return w.Now }}
		compiled, err := access.Compile(p.Document(), config)
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		loaded, err := access.Load([]byte(model.Print(t, p.Document())), config)
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		p = p.At(w.Now) // its clock is that of the world it began with
		if diff := difference(t, w, compiled, p); diff != "" {
			t.Fatalf("edited and compiled differ: %s\n%s", diff, model.Print(t, w.Document()))
		}
		if diff := difference(t, w, compiled, loaded); diff != "" {
			t.Fatalf("loaded and compiled differ: %s\n%s", diff, model.Print(t, w.Document()))
		}
	})
}

// TestLinkEndsWithItsAction: a new catalog may no longer know what a link allows.
// The link has ended then, and stays so under the old catalog, and the policy
// can still be written down and read.
func TestLinkEndsWithItsAction(t *testing.T) {
	item := model.Resource{Kind: "campaign", ID: "c1", Account: "a1"}
	w, _ := model.New(model.HostCatalog()).Apply(
		model.SetAccount("a1", model.Account{Source: "google"}),
		model.SetUser("u1", model.User{Email: "u1@x.test", Role: "chief"}),
		model.SetLink("l1", model.Link{Maker: "u1", Action: "campaign.pause", Resource: item}))
	ask := func(p *access.Policy) access.Reason {
		return p.Decide(access.ViaLink("l1"), "campaign.pause", item.Access()).Reason
	}
	p := w.Compile(t)
	if got := ask(p); got != "link" {
		t.Errorf("at first: %s", got)
	}
	p, err := model.Edit(p, model.SetCatalog(w.Catalog.Without("campaign.pause")))
	if err != nil {
		t.Fatalf("set catalog: %v", err)
	}
	if p, err = access.Compile(p.Document(), nil); err != nil {
		t.Fatalf("the document of an edited policy does not compile: %v", err)
	}
	if got := ask(p); got != "link-ended" {
		t.Errorf("under a catalog without the action: %s", got)
	}
	if p, err = model.Edit(p, model.SetCatalog(model.HostCatalog())); err != nil || ask(p) != "link-ended" {
		t.Errorf("under the old catalog again: %s, %v", ask(p), err)
	}
}

// TestAttributeThatFiltersReadStays: it can be neither dropped nor declared
// with another type, however little of it the filter reads.
func TestAttributeThatFiltersReadStays(t *testing.T) {
	for _, rule := range model.Rules {
		w := model.New(model.HostCatalog())
		w.Attributes = maps.Clone(model.Types)
		w, _ = w.Apply(model.SetGroup("g1", model.Group{Rule: rule}))
		for _, name := range rule.Reads {
			dropped, retyped := maps.Clone(model.Types), maps.Clone(model.Types)
			delete(dropped, name)
			retyped[name] = datagroup.StringType
			if model.Types[name] == datagroup.StringType {
				retyped[name] = datagroup.NumberType
			}
			if _, err := model.Edit(w.Compile(t), model.SetAttributes(dropped)); err == nil {
				t.Errorf("%s: dropped", rule.Text)
			}
			if _, err := model.Edit(w.Compile(t), model.SetAttributes(retyped)); err == nil {
				t.Errorf("%s: retyped", rule.Text)
			}
		}
	}
}

// TestOrderAndEncodingNeverMatter: a document in any order, as a value or as
// text, gives a policy that is written down in the same bytes.
func TestOrderAndEncodingNeverMatter(t *testing.T) {
	t.Parallel()
	law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
		want := model.Print(t, p.Document())
		other, err := access.Compile(model.Shuffled(w.Document(), rapid.Uint64().Draw(t, "seed")), nil)
		if err != nil {
			t.Fatalf("compile shuffled: %v", err)
		}
		if got := model.Print(t, other.Document()); got != want {
			t.Fatalf("in another order (-want +got):\n%s", cmp.Diff(want, got))
		}
		for _, text := range []string{want, model.Print(t, w.Document()), strings.Join(strings.Fields(want), " ")} {
			p, err := access.Load([]byte(text), nil)
			if err != nil {
				t.Fatalf("load: %v\n%s", err, text)
			}
			if got := model.Print(t, p.Document()); got != want {
				t.Fatalf("read back (-want +got):\n%s", cmp.Diff(want, got))
			}
		}
	})
}
