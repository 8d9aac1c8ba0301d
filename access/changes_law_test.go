package access_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestSinceLaw: what differs between two policies is what differs between their
// documents, whether one came from the other, both from one, or each from its own
// document.
func TestSinceLaw(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	branches := []string{"user", "user gone", "team", "team gone", "group", "group gone", "account", "account gone", "report", "report gone",
		"link", "link gone", "catalog", "attributes", "same", "accounts since", "group in one only"}
	for range rounds(t, &hits, branches...) {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			d := model.Draw{T: t}
			one, two := grown(t, d, w, p), grown(t, d, w, p)
			apart, err := access.Compile(two.Document(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for name, pair := range map[string][2]*access.Policy{
				"from one to the other": {p, one}, "two of one": {one, two}, "apart": {one, apart}, "the same apart": {two, apart}, "from nothing": {nil, one},
			} {
				for range 2 {
					old, next := pair[0], pair[1]
					want := changesOf(old.Document(), next.Document())
					if old == nil || next == nil {
						want.Catalog = false
						want.Catalog = !old.Directory().Catalog().Equal(next.Directory().Catalog())
					}
					got := next.Directory().Since(old.Directory())
					if diff := cmp.Diff(want, got); diff != "" {
						t.Fatalf("%s: (-want +got)\n%s\n%s", name, diff, cmp.Diff(model.Print(t, old.Document()), model.Print(t, next.Document())))
					}
					if got.IsZero() != (cmp.Diff(got, document.Changes{}) == "") {
						t.Fatalf("%s: %+v is zero: %v", name, got, got.IsZero())
					}
					countChanges(&hits, got, next.Directory())
					compareAccountsSince(t, &hits, old, next)
					pair[0], pair[1] = next, old
				}
			}
			compareUsersWith(t, one)
		})
	}
}

// grown returns a policy some edits away.
func grown(t *rapid.T, d model.Draw, w *model.World, p *access.Policy) *access.Policy {
	for range rapid.IntRange(0, 4).Draw(t, "edits") {
		changes := d.Changes(w, 3)
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
	return p
}

// changesOf compares documents entry by entry.
func changesOf(old, next *document.Document) document.Changes {
	c := document.Changes{
		Users: differing(usersOf(old), usersOf(next)), Teams: differing(teamsOf(old), teamsOf(next)),
		Groups:   differing(groupsOf(old), groupsOf(next)),
		Accounts: differing(accountsOf(old), accountsOf(next)),
		Reports:  differing(reportsOf(old), reportsOf(next)),
		Links:    differing(linksOf(old), linksOf(next)),
	}
	c.Catalog = fmt.Sprintf("%+v", old.Catalog) != fmt.Sprintf("%+v", next.Catalog)
	c.Attributes = !maps.Equal(old.Attributes, next.Attributes)
	return c
}

func differing(old, next map[string]string) (ids []string) {
	for id, text := range next {
		if was, ok := old[id]; !ok || was != text {
			ids = append(ids, id)
		}
	}
	for id := range old {
		if _, ok := next[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func usersOf(d *document.Document) map[string]string {
	all := map[string]string{}
	for _, u := range d.Users {
		all[u.ID] = fmt.Sprintf("%+v", u)
	}
	for _, t := range d.Teams {
		for _, m := range t.Members {
			all[m.User] += fmt.Sprintf(" %s %+v", t.ID, m)
		}
	}
	for _, r := range d.Reports {
		for _, g := range r.Grants {
			if g.User != "" {
				all[g.User] += fmt.Sprintf(" %s %+v", r.ID, g)
			}
		}
	}
	return all
}

func teamsOf(d *document.Document) map[string]string {
	all := map[string]string{}
	for _, t := range d.Teams {
		t.Members = nil
		all[t.ID] = fmt.Sprintf("%+v", t)
	}
	for _, r := range d.Reports {
		for _, g := range r.Grants {
			if g.Team != "" {
				all[g.Team] += fmt.Sprintf(" %s %+v", r.ID, g)
			}
		}
	}
	return all
}

// groupsOf adds to the text of a filter the types of what it reads.
func groupsOf(d *document.Document) map[string]string {
	p, err := access.Compile(&document.Document{Attributes: d.Attributes, Groups: d.Groups}, nil)
	if err != nil {
		panic(err)
	}
	all := map[string]string{}
	for _, g := range d.Groups {
		all[g.ID] = fmt.Sprintf("%+v", g)
		rec, _ := p.Directory().Group(datagroup.ID(g.ID))
		for _, name := range rec.Filter.Reads() {
			all[g.ID] += " " + d.Attributes[name]
		}
	}
	return all
}

func accountsOf(d *document.Document) map[string]string {
	all := map[string]string{}
	for _, a := range d.Accounts {
		all[a.ID] = fmt.Sprintf("%+v", a)
	}
	return all
}

func reportsOf(d *document.Document) map[string]string {
	all := map[string]string{}
	for _, r := range d.Reports {
		all[r.ID] = fmt.Sprintf("%+v", r)
	}
	return all
}

func linksOf(d *document.Document) map[string]string {
	all := map[string]string{}
	for _, l := range d.Links {
		all[l.ID] = fmt.Sprintf("%+v", l)
	}
	return all
}

func countChanges(hits *model.Branches, c document.Changes, next access.Directory) {
	count := func(what string, r access.Resource) {
		hits.Hit(what)
		if !next.Has(r) {
			hits.Hit(what + " gone")
		}
	}
	for _, id := range c.Users {
		count("user", access.TargetUser(id))
	}
	for _, id := range c.Teams {
		count("team", access.Team(id))
	}
	for _, id := range c.Groups {
		count("group", access.Group(id))
	}
	for _, id := range c.Accounts {
		count("account", access.Account(id))
	}
	for _, id := range c.Reports {
		count("report", access.Report(access.ReportID(id)))
	}
	for _, id := range c.Links {
		count("link", access.Link(access.LinkID(id)))
	}
	if c.Catalog {
		hits.Hit("catalog")
	}
	if c.Attributes {
		hits.Hit("attributes")
	}
	if c.IsZero() {
		hits.Hit("same")
	}
}

// compareAccountsSince compares with the match of every account.
func compareAccountsSince(t model.TB, hits *model.Branches, old, next *access.Policy) {
	t.Helper()
	a, b := old.Directory(), next.Directory()
	for _, id := range []datagroup.ID{"g1", "g2", "g3", "ghost"} {
		was, before := matches(a, id)
		is, now := matches(b, id)
		want := map[datagroup.AccountID]bool{}
		for account := range is {
			if !was[account] {
				want[account] = true
			}
		}
		for account := range was {
			if !is[account] {
				want[account] = false
			}
		}
		if got := maps.Collect(b.AccountsSince(a, id)); !maps.Equal(got, want) {
			t.Fatalf("accounts of %s: %v, want %v\n%s\n%s", id, got, want, model.Print(t, old.Document()), model.Print(t, next.Document()))
		}
		for range b.AccountsSince(a, id) { // one that goes on after a break panics
			break
		}
		if len(want) > 0 {
			hits.Hit("accounts since")
		}
		if before != now {
			hits.Hit("group in one only")
		}
	}
}

// matches returns the accounts that a data group matches, and whether it exists.
func matches(d access.Directory, id datagroup.ID) (map[datagroup.AccountID]bool, bool) {
	g, ok := d.Group(id)
	all := map[datagroup.AccountID]bool{}
	for a := range d.Accounts() {
		if g.Filter.Match(a) == datagroup.True {
			all[a.ID()] = true
		}
	}
	return all, ok
}

func compareUsersWith(t model.TB, p *access.Policy) {
	t.Helper()
	for _, r := range append(p.Directory().Catalog().Roles(), role.Role{Name: "ghost"}) {
		want := map[team.User]bool{}
		for u := range p.Directory().Users() {
			if u.Role == r.Name {
				want[u] = true
			}
		}
		got := map[team.User]bool{}
		for u := range p.Directory().UsersWith(r.Name) {
			got[u] = true
		}
		if !maps.Equal(got, want) {
			t.Fatalf("with role %s: %v, want %v", r.Name, got, want)
		}
		for range p.Directory().UsersWith(r.Name) {
			break
		}
	}
}
