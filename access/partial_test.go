package access_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// partly loads a text without what is wrong in it, and returns what was said.
func partly(text string) (*access.Policy, *document.Error, error) {
	var said *document.Error
	p, err := access.Load([]byte(text), &access.Config{Partial: func(e *document.Error) { said = e }})
	return p, said, err
}

// leftOut lists the paths of what was left out.
func leftOut(e *document.Error) string {
	var paths []string
	for _, entry := range e.LeftOut {
		paths = append(paths, entry.Path)
	}
	return strings.Join(paths, " ")
}

// TestPartialLeavesOut adds one entry that is wrong to a sound document, and
// sees what goes with it.
func TestPartialLeavesOut(t *testing.T) {
	for _, tt := range []struct{ name, list, entry, out string }{
		{"bad address", "users", `{"id": "x", "email": "x"}`, "users[2]"},
		{"unknown field", "users", `{"id": "x", "nick": "x"}`, "users[2]"},
		{"entry that is text", "users", `"x"`, "users[2]"},
		{"user id twice, with what names it", "users", `{"id": "ann", "role": "admin"}`, "teams[0].members[0] users[0] users[2] reports[0].grants[0] links[0]"},
		{"user id twice, one broken", "users", `{"id": "bob", "role": "king"}`, "users[1] users[2]"},
		{"user id twice, one not read", "users", `{"id": "bob", "role": 1}`, "users[1] users[2]"},
		{"address twice", "users", `{"id": "x", "email": "BOB@example.com"}`, "users[1] users[2]"},
		{"report name twice", "reports", `{"id": "q4", "name": "quarter"}`, "reports[0] reports[1] links[0]"},
		{"bad member", "teams", `{"id": "t", "members": [{"user": "ann"}, {"user": "bob", "until": "soon"}]}`, "teams[1].members[1]"},
		{"member with an unknown field", "teams", `{"id": "t", "members": [{"user": "ann", "x": 1}, {"user": "bob"}]}`, "teams[1].members[0]"},
		{"member twice", "teams", `{"id": "t", "members": [{"user": "ann", "until": "2027-01-01"}, {"user": "ann"}, {"user": "bob"}]}`, "teams[1].members[0] teams[1].members[1]"},
		{"members that are no list", "teams", `{"id": "t", "members": {}}`, "teams[1]"},
		{"team of an unknown group, with its members", "teams", `{"id": "t", "groups": ["us", "uk"], "members": [{"user": "ann"}]}`, "teams[1]"},
		{"group twice, with the teams", "groups", `{"id": "us", "filter": "everything"}`, "groups[0] groups[1] teams[0]"},
		{"bad filter", "groups", `{"id": "g", "filter": "contry = 'US'"}`, "groups[1]"},
		{"bad value", "accounts", `{"id": "us-2", "source": "meta", "spend": "1"}`, "accounts[1]"},
		{"grant twice", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "viewer"}, {"team": "emea", "level": "viewer"}, {"user": "ann", "level": "editor"}]}`, "reports[1].grants[0] reports[1].grants[2]"},
		{"grant to a team at a high level", "reports", `{"id": "q4", "grants": [{"team": "emea", "level": "creator"}]}`, "reports[1].grants[0]"},
		{"link of nobody", "links", `{"id": "x", "maker": "tim", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, _ := withEntry(tt.list, tt.entry)
			p, said, err := partly(text)
			if err != nil || said == nil {
				t.Fatalf("Load: %v, said %v", err, said)
			}
			if got := leftOut(said); got != tt.out {
				t.Errorf("left out %s, want %s", got, tt.out)
			}
			if n := len(said.Problems); n != 1 && (n != 2 || !strings.HasSuffix(tt.name, "not read")) {
				t.Errorf("the problems are %v", said)
			}
			if _, err := access.Compile(p.Document(), nil); err != nil {
				t.Error(err)
			}
			if _, err := access.Load([]byte(text), nil); err == nil {
				t.Error("without Partial the document is loaded")
			}
		})
	}
}

// TestPartialKnowsEntriesFromAttributes: what is at members[1] of an account is
// a part of the account, and no entry of its own.
func TestPartialKnowsEntriesFromAttributes(t *testing.T) {
	for _, name := range []string{"members", "grants"} {
		p, said, err := partly(fmt.Sprintf(`{"attributes": {%q: "labels"}, "groups": [{"id": "g", "filter": "not %s has 'vip'"}],
			"accounts": [{"id": "us-1", "source": "meta", %q: ["x", 1]}, {"id": "us-2", "source": "meta", %q: []}],
			"teams": [{"id": "t", "groups": ["g"], "members": [{"user": "ann"}]}], "users": [{"id": "ann"}]}`, name, name, name, name))
		if err != nil || said == nil || leftOut(said) != "accounts[0]" {
			t.Fatalf("%s: left out %v, %v", name, said, err)
		}
		if v := p.View(access.User("ann")); v.Sees("us-1") || !v.Sees("us-2") {
			t.Errorf("%s: an account that was not read is seen, or another is not", name)
		}
	}
}

// TestPartialRefuses has what belongs to no entry.
func TestPartialRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[]`, `{"user": []}`, `{"users": {}}`, `{"users": [], "users": []}`, `{"catalog": "copany"}`, `{"catalog": ""}`,
		`{"attributes": {"x": "text"}}`, `{"attributes": {"id": "string"}}`, `{"attributes": {"x": 1}}`,
		uses(`"country": "strng", "spend": "number"`), uses(`"country": "string", "a b": "string", "spend": "number"`), uses(manyAttributes() + `"country": "string", "spend": "number"`),
		`{"catalog": {"roles": []}, "users": [{"id": "a"}]}`, `{"catalog": {"roles": [{"name": "boss", "maxHolders": "1"}]}}`,
		`{"catalog": {"extends": "company", "roles": [{"name": "boss", "boss": true}]}}`, `{"catalog": {"extends": "company", "kinds": [{"name": "row", "in": "account", "x": 1}]}}`,
		`{"catalog": {"extends": "company", "roles": [{"name": "boss", "data": "none"}]}}`, `{"catalog": {"extends": "company", "grant": {"viewer": [1]}}}`, "\xff", `{"links": [{"resource": ` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}]}`,
	} {
		p, said, err := partly(text)
		if wrong := (*document.Error)(nil); p != nil || said != nil || !errors.As(err, &wrong) || len(wrong.LeftOut) > 0 {
			t.Errorf("%.40s: %v, %v, %v", text, p, said, err)
		}
	}
	other := &access.Config{Catalog: role.ProjectCatalog(), Partial: func(e *document.Error) { t.Error(e) }}
	if p, err := access.Load([]byte(`{"catalog": "company"}`), other); p != nil || err == nil {
		t.Error("another catalog than that of the program is loaded")
	}
	p, said, err := partly(strings.NewReplacer("@attributes@", "", "@accounts@", "", "@groups@", "", "@teams@", "", "@users@", "", "@reports@", "", "@links@", "").Replace(badBase))
	if p == nil || said != nil || err != nil {
		t.Errorf("a sound document: %v, %v", said, err)
	}
}

// TestPartialOfMany leaves out more than is told, and tells consequences with
// their ids, but not as problems.
func TestPartialOfMany(t *testing.T) {
	users := []string{`{"id": "ann", "role": "admin"}`, `{"id": "tim", "role": "king"}`}
	for i := range 300 {
		users = append(users, fmt.Sprintf(`{"id": "u%d", "emial": "x"}`, i))
	}
	text := `{"teams": [{"id": "west", "members": [{"user": "u7"}, {"user": "ann"}, {"user": "tim"}]}], "users": [` + strings.Join(users, ", ") +
		`], "reports": [{"id": "q3", "grants": [{"team": "west", "level": "viewer"}, {"user": "u8", "level": "creator"}]}]}`
	p, said, err := partly(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(said.Problems) != document.MaxProblems || said.Untold != 201 || !strings.Contains(said.Error(), "301 problems") || !strings.HasSuffix(said.Error(), "and 201 more") {
		t.Errorf("%d problems, %d untold", len(said.Problems), said.Untold)
	}
	if len(said.LeftOut) != 304 || said.LeftOut[0] != (document.Entry{Path: "teams[0].members[0]", ID: "west/u7"}) || said.LeftOut[303].ID != "q3/u8" {
		t.Errorf("left out %v", said.LeftOut)
	}
	if n := len(slices.Collect(p.Directory().Users())); n != 1 {
		t.Errorf("%d users", n)
	}
}

// TestConsequencesAreNoProblems: what fails only because another entry did is
// not told, and does not take the place of what is.
func TestConsequencesAreNoProblems(t *testing.T) {
	members := make([]string, 500)
	for i := range members {
		members[i] = fmt.Sprintf(`{"id": "t%d", "members": [{"user": "tim"}], "groups": ["g"]}`, i)
	}
	text := `{"groups": [{"id": "g", "filter": "x"}], "users": [{"id": "tim", "role": "king"}], "teams": [` + strings.Join(members, ", ") +
		`], "reports": [{"id": "q3", "grants": [{"user": "tim", "level": "viewer"}]}, {"id": "q4", "name": "a\u200b"}], "links": [
		{"id": "l", "maker": "tim", "action": "report.view", "resource": {"kind": "report", "id": "q4"}}]}`
	_, err := access.Load([]byte(text), nil)
	wrong, _ := errors.AsType[*document.Error](err)
	if len(wrong.Problems) != 3 || wrong.Untold != 0 {
		t.Errorf("the problems are %v", err)
	}
}

// TestProblemsNameIDs has the text of problems in entries of each list.
func TestProblemsNameIDs(t *testing.T) {
	for _, tt := range []struct{ list, entry, want string }{
		{"users", `{"id": "x", "email": "x"}`, `users[2] "x".email: `},
		{"users", `{"id": "x", "nick": 1}`, `users[2] "x".nick: `},
		{"users", `{"nick": 1}`, `users[2].nick: `},
		{"users", `{"id": "a\"b\n", "email": "x"}`, `users[2] "a\"b\n".id: `},
		{"teams", `{"id": "west", "members": [{"user": "tim"}]}`, `teams[1] "west".members[0].user: user "tim" does not exist`},
		{"teams", `{"id": "west", "members": [{"user": 1}]}`, `teams[1] "west".members[0].user: `},
		{"reports", `{"id": "q4", "grants": [{"user": "ann", "level": "x"}]}`, `reports[1] "q4".grants[0].level: `},
		{"accounts", `{"id": "us-2"}`, `accounts[1] "us-2": `},
		{"groups", `{"id": "g", "filter": "x"}`, `groups[1] "g".filter: `},
		{"links", `{"id": "l2", "maker": 1}`, `links[1] "l2".maker: `},
	} {
		text, line := withEntry(tt.list, tt.entry)
		_, err := access.Load([]byte(text), nil)
		if want := fmt.Sprintf("line %d: %s", line, tt.want); err == nil || !strings.Contains(err.Error(), "\n"+want) {
			t.Errorf("%s: %v, want %s", tt.entry, err, want)
		}
	}
}
