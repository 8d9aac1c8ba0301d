package document_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/role"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// compactOf returns a document as JSON without spaces.
func compactOf(t rapid.TB, d *document.Document) string {
	t.Helper()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// drawDocument draws a document whose ids are each used once in its list. It need
// not make a policy.
func drawDocument(t *rapid.T) *document.Document {
	few := func(label string) int { return rapid.SampledFrom([]int{0, 0, 1, 2, 3, 40}).Draw(t, label) }
	text := func(label string) string {
		return rapid.SampledFrom([]string{"", "x", "Ж\"\\<&>\u2028", strings.Repeat("long ", 20)}).Draw(t, label)
	}
	d := new(document.Document)
	switch rapid.IntRange(0, 4).Draw(t, "catalog") {
	case 1:
		d.Catalog.Extends = "company"
	case 2:
		d.Catalog = document.Catalog{Extends: "project", Grant: map[role.Name][]role.Action{"owner": {"board.view"}}, Kinds: []role.Kind{{Name: "board", Actions: []role.Action{"board.view"}}}}
	case 3:
		d.Catalog = document.CatalogOf(role.CompanyCatalog())
	case 4:
		d.Catalog.Grant = map[role.Name][]role.Action{"owner": {"board.view"}}
	}
	d.Attributes = make(map[string]string)
	for i := range few("attributes") {
		d.Attributes[fmt.Sprint("the-name-of-an-attribute-", i)] = "string"
	}
	for i := range few("accounts") {
		e := document.Account{ID: fmt.Sprint("a", i), Source: text("source"), Values: map[string]datagroup.Value{}}
		for v := range few("values") {
			e.Values[fmt.Sprint("v", v)] = rapid.SampledFrom([]datagroup.Value{datagroup.Text(text("value")), datagroup.Number(1e21), datagroup.Labels("a", "b"), datagroup.Labels()}).Draw(t, "value")
		}
		d.Accounts = append(d.Accounts, e)
	}
	for i := range few("groups") {
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: text("filter")})
	}
	for i := range few("teams") {
		e := document.Team{ID: fmt.Sprint("t", i), Name: text("name"), Description: text("text"), Note: text("note")}
		for g := range few("team groups") {
			e.Groups = append(e.Groups, fmt.Sprint("g", g))
		}
		for m := range few("members") {
			e.Members = append(e.Members, document.Member{User: fmt.Sprint("u", m), Note: text("note")})
		}
		d.Teams = append(d.Teams, e)
	}
	for i := range few("users") {
		d.Users = append(d.Users, document.User{ID: fmt.Sprint("u", i), Name: text("name"), Suspended: i%2 == 0})
	}
	for i := range few("reports") {
		e := document.Report{ID: fmt.Sprint("r", i), Name: text("name")}
		for g := range few("grants") {
			e.Grants = append(e.Grants, document.Grant{User: fmt.Sprint("u", g), Level: "viewer", Note: text("note")})
		}
		d.Reports = append(d.Reports, e)
	}
	for i := range few("links") {
		d.Links = append(d.Links, document.Link{ID: fmt.Sprint("l", i), Maker: text("maker")})
	}
	return d
}

// TestSplitLaw: parts joined are the document again, each is as small as asked
// for, and no two that follow each other would be one.
func TestSplitLaw(t *testing.T) {
	t.Parallel()
	cut := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		n := rapid.SampledFrom([]int{document.MinPart, document.MinPart + 1, 1500, 5000, 1 << 20}).Draw(t, "size")
		want := compactOf(t, d)
		parts, err := d.Split(n)
		if err != nil {
			t.Fatal(err)
		}
		before := n
		for i, p := range parts {
			size := len(compactOf(t, p))
			// In a part there may be 200 bytes and 32 an entry to spare, and the next has
			// begun with the piece that did not fit: the largest here has less than 1,000.
			if size > n || i > 0 && before+size+32*(len(p.Accounts)+len(p.Teams)+len(p.Reports)) < n-1200 && i < len(parts)-1 {
				t.Fatalf("part %d of %d has %d bytes after %d, asked for %d", i+1, len(parts), size, before, n)
			}
			before = size
		}
		if cut += len(parts) - 1; len(parts) == 1 && len(want) > n {
			t.Fatalf("one part of %d bytes", len(want))
		}
		checkAgain(t, d, n, parts)
		joined, err := document.Join(parts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, compactOf(t, joined)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, compactOf(t, d)); diff != "" {
			t.Fatalf("the document changed (-want +got):\n%s", diff)
		}
		read := make([]*document.Document, len(parts)) // the parts are documents
		for i, p := range parts {
			if read[i], err = document.Parse([]byte(compactOf(t, p))); err != nil {
				t.Fatalf("part %d: %v", i+1, err)
			}
		}
		if joined, err = document.Join(read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, compactOf(t, joined)); diff != "" {
			t.Fatalf("joined again (-want +got):\n%s", diff)
		}
	})
	if cut < 10 { // with -short there are 20 documents, which make some hundred
		t.Errorf("%d cuts are too few", cut)
	}
}

// checkAgain checks that a document is always cut alike, and that nothing goes on
// with an entry that has no more to say.
func checkAgain(t *rapid.T, d *document.Document, n int, parts []*document.Document) {
	again, err := d.Split(n)
	if err != nil || len(again) != len(parts) {
		t.Fatalf("%d parts, and then %d, %v", len(parts), len(again), err)
	}
	for i, p := range parts {
		if diff := cmp.Diff(compactOf(t, p), compactOf(t, again[i])); diff != "" {
			t.Fatalf("part %d (-first +again):\n%s", i+1, diff)
		}
		if i == 0 {
			continue
		}
		before := parts[i-1]
		if len(p.Accounts) > 0 && len(before.Accounts) > 0 && len(p.Accounts[0].Values) == 0 && p.Accounts[0].ID == before.Accounts[len(before.Accounts)-1].ID ||
			len(p.Teams) > 0 && len(before.Teams) > 0 && len(p.Teams[0].Groups)+len(p.Teams[0].Members) == 0 && p.Teams[0].ID == before.Teams[len(before.Teams)-1].ID ||
			len(p.Reports) > 0 && len(before.Reports) > 0 && len(p.Reports[0].Grants) == 0 && p.Reports[0].ID == before.Reports[len(before.Reports)-1].ID {
			t.Fatalf("part %d goes on with nothing: %.200s", i+1, compactOf(t, p))
		}
	}
}

// TestJoinKeepsItsParts: what is joined shares no list with its parts that would
// grow into them, and can be joined twice.
func TestJoinKeepsItsParts(t *testing.T) {
	t.Parallel()
	d := &document.Document{Teams: []document.Team{{ID: "t"}}, Reports: []document.Report{{ID: "r"}}, Accounts: []document.Account{{ID: "a", Source: "s", Values: map[string]datagroup.Value{}}}}
	for i := range 200 {
		id := fmt.Sprintf("u%03d", i)
		d.Accounts[0].Values[id] = datagroup.Text("x")
		d.Teams[0].Groups = append(d.Teams[0].Groups, id)
		d.Teams[0].Members = append(d.Teams[0].Members, document.Member{User: id})
		d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: id, Level: "viewer"})
	}
	for _, n := range []int{document.MinPart, 1 << 20} {
		parts, err := d.Split(n)
		if err != nil || len(parts) < 10 && n == document.MinPart {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		var before []string
		for _, p := range parts {
			before = append(before, compactOf(t, p))
		}
		for range 2 {
			joined, err := document.Join(parts)
			if err != nil || compactOf(t, joined) != compactOf(t, d) {
				t.Fatalf("joined is another document, %v", err)
			}
			joined.Accounts[0].Values["u000"] = datagroup.Text("y")
			joined.Teams[0].Groups[0], joined.Teams[0].Members[0].User, joined.Reports[0].Grants[0].User = "v", "v", "v"
		}
		for i, p := range parts {
			if compactOf(t, p) != before[i] {
				t.Errorf("part %d of %d changed", i+1, len(parts))
			}
		}
	}
}

// TestJoinWithin: in one part nothing goes on, even under the same id.
func TestJoinWithin(t *testing.T) {
	t.Parallel()
	d := &document.Document{
		Accounts: []document.Account{{ID: "a"}, {ID: "a"}}, Teams: []document.Team{{ID: "t"}, {ID: "t"}}, Reports: []document.Report{{ID: "r"}, {ID: "r"}},
	}
	joined, err := document.Join([]*document.Document{d})
	if err != nil || compactOf(t, joined) != compactOf(t, d) {
		t.Errorf("Join = %v, %v", joined, err)
	}
}

// TestSplitRefuses: what cannot be cut small enough is named.
func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", document.MinPart)
	for name, tt := range map[string]struct {
		d    document.Document
		n    int
		want string
		is   error
	}{
		"size":    {document.Document{}, document.MinPart - 1, "document: 1 problem\npart of 1023 bytes is not valid: it has room for 1024 at least", document.ErrInvalid},
		"catalog": {document.Document{Catalog: document.Catalog{Extends: long}}, document.MinPart, "catalog: 1027 bytes of JSON that cannot be cut is not valid: a part has room for 824", document.ErrInvalid},
		"kind":    {document.Document{Catalog: document.Catalog{Kinds: []role.Kind{{Name: "x"}, {Name: "k", Link: role.Action(long)}}}}, document.MinPart, `catalog.kinds[1] "k": `, document.ErrInvalid},
		"role":    {document.Document{Catalog: document.Catalog{Roles: []role.Role{{Name: "r", Summary: long}}}}, document.MinPart, `catalog.roles[0] "r": `, document.ErrInvalid},
		"attribute": {document.Document{Attributes: map[string]string{"a": "string", "b": long}}, document.MinPart,
			"attributes.b: ", document.ErrInvalid},
		"value": {document.Document{Accounts: []document.Account{{ID: "a", Values: map[string]datagroup.Value{"v": datagroup.Text(long)}}}}, document.MinPart, `accounts[0] "a": `, document.ErrInvalid},
		"group": {document.Document{Groups: []document.Group{{ID: "a"}, {ID: "g", Filter: long}}}, document.MinPart, `groups[1] "g": `, document.ErrInvalid},
		"team":  {document.Document{Teams: []document.Team{{ID: "t", Description: long}}}, document.MinPart, `teams[0] "t": `, document.ErrInvalid},
		"member": {document.Document{Teams: []document.Team{{ID: "s"}, {ID: "t", Members: []document.Member{{User: "u"}, {User: "v", Note: long}}}}}, document.MinPart,
			`teams[1] "t": `, document.ErrInvalid},
		"member beside a long id": {document.Document{Teams: []document.Team{{ID: long[:600], Members: []document.Member{{User: "v", Note: long[:300]}}}}}, document.MinPart,
			`teams[0] "` + long[:20], document.ErrInvalid},
		"user":   {document.Document{Users: []document.User{{ID: "u", Note: long}}}, document.MinPart, `users[0] "u": `, document.ErrInvalid},
		"grant":  {document.Document{Reports: []document.Report{{ID: "r", Grants: []document.Grant{{User: "u", Note: long}}}}}, document.MinPart, `reports[0] "r": `, document.ErrInvalid},
		"link":   {document.Document{Links: []document.Link{{ID: "l", Maker: long}}}, document.MinPart, `links[0] "l": `, document.ErrInvalid},
		"twice":  {document.Document{Teams: []document.Team{{ID: "s"}, {ID: "t"}, {ID: "t"}}}, document.MinPart, `teams[2] "t": id is already taken: it would go on with the one before`, document.ErrTaken},
		"number": {document.Document{Accounts: []document.Account{{ID: "a", Values: map[string]datagroup.Value{"v": datagroup.Number(math.NaN())}}}}, document.MinPart, `accounts[0] "a": `, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parts, err := tt.d.Split(tt.n)
			var e *document.Error
			if parts != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("Split = %d parts, %v; want %q", len(parts), err, tt.want)
			}
		})
	}
}

// TestJoinRefuses: two parts that both say something of one thing are not those of
// one document.
func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	values := map[string]datagroup.Value{"v": datagroup.Text("x")}
	for name, tt := range map[string]struct{ a, b document.Document }{
		`catalog: part 2: what a part before says is already taken`:                {document.Document{Catalog: document.Catalog{Extends: "company"}}, document.Document{Catalog: document.Catalog{Extends: "company"}}},
		`attributes.a: part 2: what a part before says is already taken`:           {document.Document{Attributes: map[string]string{"a": "string"}}, document.Document{Attributes: map[string]string{"a": "number"}}},
		`accounts[0] "a": part 2: what a part before says is already taken`:        {document.Document{Accounts: []document.Account{{ID: "a", Values: values}}}, document.Document{Accounts: []document.Account{{ID: "a", Values: values}}}},
		`accounts[0] "b": part 2: what a part before says is already taken`:        {document.Document{Accounts: []document.Account{{ID: "b"}}}, document.Document{Accounts: []document.Account{{ID: "b", Source: "s"}}}},
		`teams[0] "name": part 2: what a part before says is already taken`:        {document.Document{Teams: []document.Team{{ID: "name"}}}, document.Document{Teams: []document.Team{{ID: "name", Name: "x"}}}},
		`teams[0] "text": part 2: what a part before says is already taken`:        {document.Document{Teams: []document.Team{{ID: "text"}}}, document.Document{Teams: []document.Team{{ID: "text", Description: "x"}}}},
		`teams[0] "note": part 2: what a part before says is already taken`:        {document.Document{Teams: []document.Team{{ID: "note"}}}, document.Document{Teams: []document.Team{{ID: "note", Note: "x"}}}},
		`reports[0] "name": part 2: what a part before says is already taken`:      {document.Document{Reports: []document.Report{{ID: "name"}}}, document.Document{Reports: []document.Report{{ID: "name", Name: "x"}}}},
		`reports[0] "note": part 2: what a part before says is already taken`:      {document.Document{Reports: []document.Report{{ID: "note"}}}, document.Document{Reports: []document.Report{{ID: "note", Note: "x"}}}},
		`catalog: part 2: what a part before says is already taken, in two grants`: {document.Document{Catalog: document.Catalog{Grant: map[role.Name][]role.Action{}}}, document.Document{Catalog: document.Catalog{Grant: map[role.Name][]role.Action{}}}},
		`catalog: part 2: what a part before says is already taken, in a grant`:    {document.Document{Catalog: document.Catalog{Extends: "company"}}, document.Document{Catalog: document.Catalog{Grant: map[role.Name][]role.Action{}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			joined, err := document.Join([]*document.Document{&tt.a, &tt.b})
			want, _, _ := strings.Cut(name, ", in")
			if joined != nil || !errors.Is(err, document.ErrTaken) || err.Error() != "document: 1 problem\n"+want {
				t.Errorf("Join = %v", err)
			}
		})
	}
}

// TestSplitGrowth: a long list is cut and joined at a cost that grows with it, and
// no faster.
func TestSplitGrowth(t *testing.T) {
	for name, of := range map[string]func(ids []string) *document.Document{
		"users": func(ids []string) *document.Document {
			d := new(document.Document)
			for _, id := range ids {
				d.Users = append(d.Users, document.User{ID: id})
			}
			return d
		},
		"members": func(ids []string) *document.Document {
			d := &document.Document{Teams: []document.Team{{ID: "t"}}}
			for _, id := range ids {
				d.Teams[0].Members = append(d.Teams[0].Members, document.Member{User: id})
			}
			return d
		},
		"values": func(ids []string) *document.Document {
			d := &document.Document{Accounts: []document.Account{{ID: "a", Values: map[string]datagroup.Value{}}}}
			for _, id := range ids {
				d.Accounts[0].Values[id] = datagroup.Text(id)
			}
			return d
		},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 100, func(n int) func() {
				ids := make([]string, n)
				for i := range ids {
					ids[i] = fmt.Sprintf("user-%06d", i)
				}
				slices.Sort(ids)
				d := of(ids)
				return func() {
					parts, err := d.Split(document.MinPart)
					if err == nil {
						_, err = document.Join(parts)
					}
					if err != nil {
						panic(err)
					}
				}
			})
		})
	}
}
