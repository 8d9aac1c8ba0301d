package access_test

import (
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// FuzzLoad loads texts as documents. Nothing may panic; what is refused leaves
// no policy; and what loads is written as a text that loads to itself.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{``, `{}`, `{} {}`, `null`, `{"users": [`, editBase, reasonWorld, badBase,
		`{"catalog": "project"}`, `{"catalog": {"roles": [{"name": "a", "data": "all", "capabilities": ["x.y"], "manages": ["a"], "minHolders": 1}], "kinds": [{"name": "x", "in": "account", "actions": ["x.y"], "link": "x.y"}]}}`,
		`{"catalog": {"extends": "company", "kinds": [{"name": "campaign", "in": "account", "actions": ["campaign.pause"]}], "grant": {"editor": ["campaign.pause"]}}}`,
		`{"accounts": [{"id": "a", "source": "s", "name": "\u212a\ud83d\ude00\ud800"}]}`,
		`{"attributes": {"n": "number", "l": "labels"}, "accounts": [{"id": "a", "source": "s", "n": -0.0, "l": ["b", "a", "a"]}, {"id": "b", "source": "s", "n": 1e21, "l": []}]}`,
		`{"groups": [{"id": "g", "filter": "not (id = \"it's\" or source in ('a', 'b'))"}]}`,
		`{"users": [{"id": "a", "email": "A@b.c", "until": "2027-01-01T00:00:00.5+01:00"}], "teams": [{"id": "t", "members": [{"user": "a", "until": "2027-01-01T00:00:00Z"}]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := access.Load(data, nil)
		if err != nil {
			var all *document.Error
			if p != nil || !errors.As(err, &all) || len(all.Problems) == 0 || err.Error() == "" {
				t.Fatalf("Load = %v, %v", p, err)
			}
			return
		}
		text, err := p.Document().JSON()
		if err != nil {
			t.Fatalf("what loads cannot be written: %v", err)
		}
		again, err := access.Load(text, nil)
		if err != nil {
			t.Fatalf("what was written does not load: %v\n%s", err, text)
		}
		if second, err := again.Document().JSON(); string(second) != string(text) || err != nil {
			t.Fatalf("written as\n%s\nand then as\n%s, %v", text, second, err)
		}
	})
}

// FuzzResourceText parses texts as resources. What is accepted is written as a
// text that parses to the same resource.
func FuzzResourceText(f *testing.F) {
	for _, text := range []string{``, `company`, `company:`, `company:x`, `nothing`, `:`, `:x`, `account:us-1`, `report:q3`,
		`campaign:c1 in account:us-1`, `budget:b1 in company`, `account:a in account:a`, `account:a in account:b`,
		`row:x in account:`, `row: in company`, `row: in account:`, `row:a in account:b in account:c`, `row:a in company in company`, "row:\x00\xff",
		`"a:b":c`, `row:"a in company" in company`, `row:a in account:"b in account:c"`, `row:"a`, `row:"a"b`, `row:a in account:"b"c`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseResource(text)
		if err != nil {
			if !errors.Is(err, access.ErrInvalid) || !r.IsZero() {
				t.Fatalf("the text %q = %v, %v", text, r, err)
			}
			return
		}
		if r.IsZero() || r.Kind() == "" {
			t.Fatalf("the text %q names nothing", text)
		}
		if again, err := parseResource(r.String()); again != r || err != nil {
			t.Fatalf("the text %q = %v, and then %v, %v", text, r, again, err)
		}
	})
}
