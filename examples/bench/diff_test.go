package bench

import (
	"context"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/access/document"
)

// BenchmarkDiff compares the companies M and L with what an edit of a filter
// makes of them: all gains and losses, and the summary that a page shows while
// somebody types. "edits" has another filter for 33 data groups, by one edit. "apart"
// loads the second policy from a document of its own, and so does "much", which has
// another filter for a hundred data groups and another role for a thousand users.
func BenchmarkDiff(b *testing.B) {
	for _, name := range []string{"M-ends", "L-ends"} {
		b.Run(name, func(b *testing.B) { benchmarkDiff(b, name) })
	}
}

func benchmarkDiff(b *testing.B, name string) {
	i := slices.IndexFunc(Sizes, func(s Size) bool { return s.Name == name })
	w, _ := newTables(Sizes[i])
	doc := NewDocument(w)
	compiled := func(doc *document.Document) *access.Policy {
		p, err := access.Compile(doc, nil)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	old := compiled(doc)
	edited := func(groups ...document.Group) *access.Policy {
		edit := old.Edit()
		for _, g := range groups {
			edit.SetGroup(g)
		}
		p, err := edit.Policy()
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	var some []document.Group
	for i := range 33 {
		some = append(some, document.Group{ID: doc.Groups[i].ID, Filter: doc.Groups[i+100].Filter})
	}
	next := edited(document.Group{ID: doc.Groups[len(doc.Groups)/2].ID, Filter: doc.Groups[0].Filter})
	for _, pair := range []struct {
		name string
		next *access.Policy
	}{{"edited", next}, {"edits", edited(some...)}, {"apart", compiled(next.Document())}, {"much", compiled(changedMuch(b, old, doc))}} {
		b.Run(pair.name+"/all", func(b *testing.B) {
			for b.Loop() {
				d, n := diff.Compare(old, pair.next), 0
				for range d.Gains() {
					n++
				}
				for range d.Losses() {
					n++
				}
				b.ReportMetric(float64(n), "rights")
			}
		})
		b.Run(pair.name+"/summary", func(b *testing.B) {
			for b.Loop() {
				s := diff.Compare(old, pair.next).Summary(context.Background(), diff.Limits{})
				b.ReportMetric(float64(s.Gains.Users+s.Losses.Users), "users")
			}
		})
	}
}

// changedMuch returns the document of a policy with a hundred filters and a thousand
// roles changed.
func changedMuch(b *testing.B, p *access.Policy, doc *document.Document) *document.Document {
	edit, left := p.Edit(), 1000
	for i := range 100 {
		edit.SetGroup(document.Group{ID: doc.Groups[i].ID, Filter: doc.Groups[i+100].Filter})
	}
	for _, u := range doc.Users {
		if u.Role == "team-member" && left > 0 {
			u.Role, left = "viewer", left-1
			edit.SetUser(u)
		}
	}
	next, err := edit.Policy()
	if err != nil || left > 0 {
		b.Fatal(err, left)
	}
	return next.Document()
}
