package story

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// drawFiltered draws a policy of some accounts, and of data groups with every sort
// of comparison.
func drawFiltered(t *rapid.T) *access.Policy {
	d := &document.Document{Attributes: map[string]string{"country": "string", "spend": "number", "tags": "labels"}}
	for i := range rapid.IntRange(0, 4).Draw(t, "accounts") {
		values := map[string]datagroup.Value{}
		if c := rapid.SampledFrom([]string{"", "US", "DE"}).Draw(t, "country"); c != "" {
			values["country"] = datagroup.Text(c)
		}
		if n := rapid.IntRange(-1, 2).Draw(t, "spend"); n >= 0 {
			values["spend"] = datagroup.Number(float64(n))
		}
		if tags := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b"}), 0, 2, rapid.ID).Draw(t, "tags"); len(tags) > 0 {
			values["tags"] = datagroup.Labels(tags...)
		}
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "s", Values: values})
	}
	leaves := []string{"country = 'US'", "country != 'US'", "country in ('DE', 'US')", "country not in ('DE')", "country prefix 'U'", "country suffix 'E'",
		"country contains 'S'", "country missing", "country present", "spend >= 1", "spend < 1", "spend = 0", "tags has 'a'", "tags has any ('a', 'b')",
		"tags has all ('a', 'b')", "tags missing", "id = 'a1'", "source = 's'", "name = 'x'"}
	for i := range rapid.IntRange(1, 4).Draw(t, "groups") {
		filter := rapid.SampledFrom([]string{"everything", "nothing", "", "", "", ""}).Draw(t, "whole")
		if filter == "" {
			some := rapid.SliceOfN(rapid.SampledFrom(leaves), 2, 3).Draw(t, "comparisons")
			filter = fmt.Sprintf("not (%s) and %s", some[0], some[1])
			if len(some) > 2 {
				filter += " or " + some[2]
			}
		}
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: filter})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPossibleTruths: what comparisons may say is what they say of some account of
// the policy, looked at one by one; and so is what they say to a line about all
// accounts.
func TestPossibleTruths(t *testing.T) {
	seen := branches{}
	seen.until(t, func(t *rapid.T) {
		p := drawFiltered(t)
		want, got := make(map[comparison]truths), newComparisons(p)
		for g := range p.Directory().Groups() {
			for a := range p.Directory().Accounts() {
				for i, at := range g.Filter.Explain(a) {
					note(want, comparison{g.ID, i}, at.Truth)
					seen[at.Truth.String()]++
					if text := got.texts[g.ID][i]; text != at.Text {
						t.Fatalf("comparison %d of %s is %q, not %q", i, g.Filter, at.Text, text)
					}
				}
			}
		}
		if diff := cmp.Diff(want, got.possible, cmp.AllowUnexported(comparison{})); diff != "" {
			t.Fatalf("one by one they say -, at once +:\n%s", diff)
		}
		ids := slices.Collect(mapped(p.Directory().Groups(), func(g datagroup.Group) datagroup.ID { return g.ID }))
		for name, l := range map[string]*listing{"of a user": {}, "of a link": {question: question{subject: access.ViaLink("l")}, all: true}, "at least": {atLeast: true, all: true}} {
			got.seen = make(map[comparison]truths)
			got.list(l, ids)
			if diff := cmp.Diff(want, got.seen, cmp.AllowUnexported(comparison{})); diff != "" {
				t.Fatalf("one by one they say -, to a line about all accounts %s +:\n%s", name, diff)
			}
		}
	}, "true", "false", "unknown")
}
