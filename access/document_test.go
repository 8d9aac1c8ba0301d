package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

func TestParse(t *testing.T) {
	d, err := document.Parse([]byte(routesWorld))
	if err != nil || len(d.Users) != 6 || d.Attributes["country"] != "string" {
		t.Fatalf("Parse = %v, %v", d, err)
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.Document().JSON()
	want, _ := access.MustLoad(routesWorld).Document().JSON()
	if !bytes.Equal(got, want) {
		t.Errorf("Parse and Compile give\n%s\nLoad gives\n%s", got, want)
	}
}

// TestParsePartial: nothing is answered by a document that was read in part,
// even by a caller who does not look at the error.
func TestParsePartial(t *testing.T) {
	const text = `{"users": [{"id": "ann", "email": "ann@x.test", "until": 1}]}`
	d, err := document.Parse([]byte(text))
	wrong, ok := errors.AsType[*document.Error](err)
	if d != nil || !ok || !strings.Contains(err.Error(), `line 1: users[0] "ann".until`) {
		t.Fatalf("Parse = %v, %v, want no document and a problem", d, err)
	}
	if p, err := access.Compile(d, nil); err != nil || p.Active(access.User("ann")).Allowed {
		t.Errorf("Compile = %v, and the user is allowed", err)
	}
	if d, problems := document.ParsePart([]byte(text)); len(problems) != 1 || problems[0].Error() != wrong.Problems[0].Error() || len(d.Users) != 1 || d.Users[0].ID != "ann" {
		t.Errorf("Read = %v, %v, want the user and the problem", d, problems)
	}
}

func TestAccountEntryJSON(t *testing.T) {
	const text = `{"id":"a","source":"s","country":"<US>","labels":["a","b"],"none":[],"spend":0.5}`
	var e document.Account
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	e.Values["missing"] = datagroup.Value{}
	if got, err := e.MarshalJSON(); string(got) != text || err != nil {
		t.Errorf("MarshalJSON = %s, %v", got, err)
	}
	for _, bad := range []string{`null`, `[]`, `{"id": 1}`, `{"id": "a", "x": null}`, `{"id": "a", "x": true}`, `{"id": "\ud800"}`, `{"id": "a", "id": "b"}`} {
		before := e
		if err := json.Unmarshal([]byte(bad), &e); bad != `null` && err == nil {
			t.Errorf("%s was read as %v", bad, e)
		}
		if e.ID != before.ID {
			t.Errorf("%s changed the entry", bad)
		}
	}
}
