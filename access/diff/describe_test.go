package diff

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// described returns a description as one text.
func described(p *access.Policy) string {
	var b strings.Builder
	for _, section := range Describe(p) {
		fmt.Fprintf(&b, "# %s\n%s\n", section.Title, strings.Join(section.Facts, "\n"))
	}
	return b.String()
}

// factsOf returns the lines of a description.
func factsOf(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(text) {
		all[strings.TrimSuffix(line, "\n")] = true
	}
	return all
}

func TestDescribe(t *testing.T) {
	golden(t, filepath.Join("testdata", "describe.golden"), described(compile(t, oddDocument())))
}

// TestDescribeCounts: fifty facts are listed, in a company of any size. More are
// counted, and each still changes the description.
func TestDescribeCounts(t *testing.T) {
	d := large(60, 1400, 40, 20)
	for i := range 52 {
		r := document.Report{ID: fmt.Sprint("r", i), Grants: []document.Grant{{User: d.Users[1].ID, Level: "viewer"}}}
		if i < maxListed {
			r.Grants = append(r.Grants, document.Grant{User: d.Users[2].ID, Level: "viewer"})
		}
		d.Reports = append(d.Reports, r)
	}
	p := compile(t, d)
	before := described(p)
	for _, want := range []string{"account ids: 1400, sha256 ", d.Users[1].ID + " levels at reports: 52, sha256 ", d.Users[2].ID + " is viewer of report r49\n", " sees accounts: 56, sha256 ", " sees account-"} {
		if !strings.Contains(before, want) {
			t.Errorf("it lacks %q\n%s", want, before)
		}
	}
	for i := range 5 {
		id := datagroup.AccountID(d.Accounts[i*280].ID)
		after := described(edited(t, p, func(e *access.Edit) { e.RemoveAccount(id) }))
		seen := 0
		for u := range p.Directory().Users() {
			if v := p.View(access.User(u.ID)); v.Sees(id) && v.Len() < len(d.Accounts) {
				seen++
			}
		}
		changed := 0
		for line := range factsOf(after) {
			if !factsOf(before)[line] && strings.HasPrefix(line, "user-") {
				changed++
			}
		}
		if changed != seen {
			t.Errorf("without %s the lines of %d users change, but %d saw it", id, changed, seen)
		}
	}
	up := edited(t, p, func(e *access.Edit) {
		e.SetGrant("r7", access.Grant{User: "user-000000000000001", Level: access.Explorer}.Entry())
	})
	if described(up) == before {
		t.Error("another level does not show")
	}
}

// TestDescribeKinds: whatever a catalog declares of a kind shows, also where no role
// of a user and no link makes use of it.
func TestDescribeKinds(t *testing.T) {
	d := &document.Document{Catalog: oddCatalog()}
	before, n := described(compile(t, d)), 0
	for _, m := range mutate(t, d) {
		if doc := m.build(); strings.Contains(m.kind, "kind") && valid(doc) || m.kind == "drop a link action" || m.kind == "change a link action" {
			n++
			if after := described(compile(t, doc)); after == before {
				t.Errorf("%s does not show in\n%s", m.what, after)
			}
		}
	}
	if n < 12 {
		t.Errorf("only %d changes of kinds were tried", n)
	}
}

func TestDescribeEmpty(t *testing.T) {
	if got := described(new(access.Policy)); got != "" {
		t.Errorf("the description of nobody is\n%s", got)
	}
}

// TestDescribeFirstEnd: there is an instant before the first possible end, and it
// is not the zero time.
func TestDescribeFirstEnd(t *testing.T) {
	got := described(compile(t, &document.Document{Users: []document.User{
		{ID: "ann", Email: "ann@x.test", Role: "viewer", Until: "0001-01-01T00:00:00.000000001Z"},
		{ID: "bob", Email: "bob@x.test", Role: "user", Until: "0001-01-01T00:00:00.000000002Z"}}}))
	if !strings.Contains(got, "role viewer may account.view at account\n") || !strings.Contains(got, "ann has role viewer until 0001-01-01T00:00:00.000000001Z\n") {
		t.Errorf("the description of a user of a nanosecond is\n%s", got)
	}
}

// TestDescribeOrder: the same policy from a document in another order, with times of
// another zone and in another layout, has the same description.
func TestDescribeOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := worldGen{rt}.document()
		want := described(compile(t, d))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		e := clone(t, d)
		shuffle(r, e.Accounts)
		shuffle(r, e.Groups)
		shuffle(r, e.Teams)
		shuffle(r, e.Users)
		shuffle(r, e.Reports)
		shuffle(r, e.Links)
		for i := range e.Teams {
			shuffle(r, e.Teams[i].Groups)
			shuffle(r, e.Teams[i].Members)
			for k, m := range e.Teams[i].Members {
				e.Teams[i].Members[k].Until = elsewhere(m.Until)
			}
			e.Teams[i].Name = "Team"
		}
		for i, u := range e.Users {
			e.Users[i].Until, e.Users[i].Name = elsewhere(u.Until), "Another name"
		}
		for i := range e.Reports {
			shuffle(r, e.Reports[i].Grants)
		}
		for i := range e.Groups {
			e.Groups[i].Filter = "  " + strings.ReplaceAll(e.Groups[i].Filter, "'", `"`)
		}
		if got := described(compile(t, e)); got != want {
			rt.Fatalf("the description of the same policy is\n%s\nand\n%s", want, got)
		}
	})
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// elsewhere writes an end in another zone.
func elsewhere(end string) string {
	if end == "" {
		return ""
	}
	return parseTime(end).In(time.FixedZone("", 5*3600+1800)).Format(time.RFC3339)
}
