package access_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// TestPartialNeverGrants breaks entries of a random document: what is loaded of
// it allows only what the whole one would, and is exactly the document without
// what is said to be left out.
func TestPartialNeverGrants(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "something is allowed", "unknown field", "wrong value", "wrong type", "twice", "twice, and wider", "not an entry",
		"accounts", "groups", "teams", "users", "reports", "links", "members", "grants") {
		rapid.Check(t, func(t *rapid.T) {
			w := model.Draw{T: t}.World()
			whole := w.Compile(t)
			text := model.Print(t, w.Document())
			var doc map[string]any
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
			widened := map[string]bool{}
			for range rapid.IntRange(1, 3).Draw(t, "times") {
				breakEntry(t, &hits, doc, widened)
			}
			broken, err := json.MarshalIndent(doc, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			var said *document.Error
			p, err := access.Load(broken, &access.Config{Now: func() time.Time { return w.Now }, Partial: func(e *document.Error) { said = e }})
			if err != nil {
				t.Fatalf("Load: %v\n%s", err, broken)
			}
			if said == nil {
				hits.Hit("sound")
				return
			}
			if q, more := beyond(permissions(p), permissions(whole)); more {
				t.Fatalf("%v is allowed only when loaded in part: %v\n%s\n%s", q, said, text, broken)
			}
			if len(permissions(p)) > 0 {
				hits.Hit("something is allowed")
			}
			checkLeftOut(t, p, said, broken)
		})
	}
}

// lists are the lists of a document.
var lists = []string{"accounts", "groups", "teams", "users", "reports", "links"}

// breakEntry breaks an entry of a document, if there is one where it looks. It
// breaks no more of a list in which it widened a copy of an entry: if the entry
// lost its id, the copy would be the only one of that id, and sound.
func breakEntry(t *rapid.T, hits *model.Branches, doc map[string]any, widened map[string]bool) {
	list := rapid.SampledFrom(lists).Draw(t, "list")
	in := doc
	if nested := map[string]string{"teams": "members", "reports": "grants"}[list]; nested != "" && rapid.Bool().Draw(t, "nested") {
		all, _ := doc[list].([]any)
		if len(all) == 0 {
			return
		}
		around, is := all[rapid.IntRange(0, len(all)-1).Draw(t, "around")].(map[string]any)
		if !is {
			return
		}
		list, in = nested, around
	}
	all, _ := in[list].([]any)
	if len(all) == 0 || widened[list] {
		return
	}
	i := rapid.IntRange(0, len(all)-1).Draw(t, "entry")
	e, is := all[i].(map[string]any)
	if !is || hasTwin(all, i) { // without its twin an entry that is wider would be as good as any
		return
	}
	hits.Hit(list)
	e = maps.Clone(e)
	how := rapid.SampledFrom([]string{"unknown field", "wrong value", "wrong type", "twice", "twice, and wider", "not an entry"}).Draw(t, "how")
	hits.Hit(how)
	switch how {
	case "unknown field":
		e[rapid.SampledFrom([]string{"nick", "untli", "Note"}).Draw(t, "field")] = "x"
	case "wrong value":
		fields := []string{"id", "source"} // another value of an attribute is as good
		if list != "accounts" {
			fields = slices.Sorted(maps.Keys(e))
		}
		e[rapid.SampledFrom(fields).Draw(t, "field")] = ""
	case "wrong type":
		e[rapid.SampledFrom(slices.Sorted(maps.Keys(e))).Draw(t, "field")] = map[string]any{"x": 1}
	case "twice, and wider":
		widened[list] = true
		delete(e, "until")
		delete(e, "suspended")
		for field, wide := range map[string]any{"filter": "everything", "role": "admin", "level": "explorer"} {
			if e[field] != nil {
				e[field] = wide
			}
		}
	case "not an entry":
		in[list] = slices.Concat(all[:i:i], []any{"x"}, all[i+1:])
		return
	}
	if strings.HasPrefix(how, "twice") {
		at := rapid.IntRange(0, len(all)).Draw(t, "at")
		in[list] = slices.Insert(slices.Clone(all), at, any(e))
		return
	}
	in[list] = slices.Concat(all[:i:i], []any{e}, all[i+1:])
}

// hasTwin reports whether another entry of a list is of the same thing.
func hasTwin(all []any, i int) bool {
	of := func(v any) string {
		e, _ := v.(map[string]any)
		return fmt.Sprint(e["id"], e["user"], e["team"])
	}
	for j := range all {
		if j != i && of(all[j]) == of(all[i]) {
			return true
		}
	}
	return false
}

// checkLeftOut takes what is said to be left out of a document, which then is a
// sound one of the same policy.
func checkLeftOut(t *rapid.T, p *access.Policy, said *document.Error, broken []byte) {
	d, _ := document.ParsePart(broken)
	out := map[string]bool{}
	for _, e := range said.LeftOut {
		out[e.Path] = true
	}
	d.Accounts = kept(d.Accounts, out, "accounts")
	d.Groups = kept(d.Groups, out, "groups")
	for i := range d.Teams {
		d.Teams[i].Members = kept(d.Teams[i].Members, out, fmt.Sprintf("teams[%d].members", i))
	}
	d.Teams = kept(d.Teams, out, "teams")
	d.Users = kept(d.Users, out, "users")
	for i := range d.Reports {
		d.Reports[i].Grants = kept(d.Reports[i].Grants, out, fmt.Sprintf("reports[%d].grants", i))
	}
	d.Reports = kept(d.Reports, out, "reports")
	d.Links = kept(d.Links, out, "links")
	rest, err := access.Compile(d, nil)
	if err != nil {
		t.Fatalf("without what was left out: %v\n%v\n%s", err, said.LeftOut, broken)
	}
	if got, want := model.Print(t, p.Document()), model.Print(t, rest.Document()); got != want {
		t.Fatalf("loaded in part\n%s\nwithout what was left out\n%s", got, want)
	}
	if _, err := access.Compile(p.Document(), nil); err != nil {
		t.Fatalf("the document of the policy: %v", err)
	}
}

// kept returns the entries that are not out.
func kept[E any](all []E, out map[string]bool, list string) (in []E) {
	for i, e := range all {
		if !out[fmt.Sprintf("%s[%d]", list, i)] {
			in = append(in, e)
		}
	}
	return in
}
