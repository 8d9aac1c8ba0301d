package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/team"
)

// list writes n entries, each from a format with its number.
func list(n int, entry string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(entry, "#", fmt.Sprintf("%06d", i))
	}
	return "[" + strings.Join(all, ",") + "]"
}

// foreignTexts are documents of n entries such as somebody else might write.
var foreignTexts = []struct {
	name string
	text func(n int) string
}{
	{"users", func(n int) string { return `{"users":` + list(n, `{"id":"user-#","email":"u#@x.test"}`) + `}` }},
	{"memberships of one user", func(n int) string {
		return `{"users":[{"id":"u"}],"teams":` + list(n, `{"id":"t#","members":[{"user":"u"}]}`) + `}`
	}},
	{"grants of one user", func(n int) string {
		return `{"users":[{"id":"u"}],"reports":` + list(n, `{"id":"r#","name":"R  #","grants":[{"user":"u","level":"viewer"}]}`) + `}`
	}},
	{"grants of one team", func(n int) string {
		return `{"teams":[{"id":"t"}],"reports":` + list(n, `{"id":"r#","grants":[{"team":"t","level":"viewer"}]}`) + `}`
	}},
	{"links of one user to one report", func(n int) string {
		return `{"users":[{"id":"u"}],"reports":[{"id":"r"}],"links":` + list(n, `{"id":"l#","maker":"u","action":"report.view","resource":{"kind":"report","id":"r"}}`) + `}`
	}},
	{"groups that read an id", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"id = 'a#'"}`) + `}`
	}},
	{"groups that exclude an id", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"id not in ('a#')"}`) + `}`
	}},
	{"groups that read the beginning of a name", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"name prefix 'n#'"}`) + `}`
	}},
	{"groups that read a number", func(n int) string {
		return `{"attributes":{"spend":"number"},"accounts":` + list(n, `{"id":"a#","source":"s","spend":1#}`) + `,"groups":` + list(n, `{"id":"g#","filter":"spend > 1#"}`) + `}`
	}},
	{"groups that read labels", func(n int) string {
		return `{"attributes":{"l":"labels"},"accounts":` + list(n, `{"id":"a#","source":"s","l":["l#","x#"]}`) + `,"groups":` + list(n, `{"id":"g#","filter":"l has any ('x#')"}`) + `}`
	}},
	{"attributes and accounts", func(n int) string {
		fields := list(n/10, `"a#":"string"`)
		return `{"attributes":{` + fields[1:len(fields)-1] + `},"accounts":` + list(n, `{"id":"a#","source":"s"}`) + `}`
	}},
	{"groups that look inside a name", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"name contains 'n#'"}`) + `}`
	}},
	{"groups of everything in teams", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":[{"id":"g","filter":"name present"}],"teams":` + list(n, `{"id":"t#","groups":["g"]}`) + `}`
	}},
	{"groups of one comparison each", func(n int) string {
		return `{"accounts":` + list(n, `{"id":"a#","source":"s","name":"n#"}`) + `,"groups":` + list(n, `{"id":"g#","filter":"not name prefix 'n1' and (id != 'a#' or name suffix 'x#')"}`) + `}`
	}},
	{"references to nobody", func(n int) string {
		return `{"users":` + list(n, `{"id":"user-#"}`) + `,"teams":[{"id":"t","members":` + list(n, `{"user":"usex-#"}`) + `}]}`
	}},
	{"grants to nobody", func(n int) string {
		return `{"users":` + list(n, `{"id":"user-#"}`) + `,"reports":[{"id":"r","grants":` + list(n, `{"user":"usex-#","level":"viewer"}`) + `}]}`
	}},
	{"groups that there are not", func(n int) string {
		return `{"groups":` + list(n, `{"id":"group-#","filter":"nothing"}`) + `,"teams":[{"id":"t","groups":` + list(n, `"grouq-#"`) + `}]}`
	}},
	{"links of nobody", func(n int) string {
		return `{"users":` + list(n, `{"id":"user-#"}`) + `,"links":` + list(n, `{"id":"l#","maker":"usex-#","action":"report.view","resource":{"kind":"report","id":"r"}}`) + `}`
	}},
	{"references of one broken entry", func(n int) string {
		return `{"users":[{"id":"u","role":"king"}],"teams":` + list(n, `{"id":"t#","members":[{"user":"u"}]}`) + `}`
	}},
	{"unknown fields", func(n int) string { return `{"users":` + list(n, `{"id":"user-#","emial":"x"}`) + `}` }},
	{"unknown fields of one entry", func(n int) string {
		fields := list(n, `"emial#":"x"`)
		return `{"users":[{"id":"u",` + fields[1:len(fields)-1] + `}]}`
	}},
	{"names twice below a long name", func(n int) string {
		fields := list(n, `"x":1`)
		return `{"users":[{"id":"u","` + strings.Repeat("x", 10*n) + `":[{` + fields[1:len(fields)-1] + `}]}]}`
	}},
	{"lists below a long name", func(n int) string {
		return `{"users":[{"id":"u","` + strings.Repeat("x", 10*n) + `":` + list(n, `{"x":1,"x":1}`) + `}]}`
	}},
	{"long names of dots", func(n int) string {
		return `{"user":1,"attributes":{"` + strings.Repeat(".", 10*n) + `":"x","` + strings.Repeat("[", 10*n) + `":"x"},"catalog":{"extends":"company","grant":{"` + strings.Repeat(".", 10*n) + `":["x"]}}}`
	}},
	{"ids twice", func(n int) string { return `{"users":` + list(n, `{"id":"u"}`) + `}` }},
	{"addresses twice", func(n int) string { return `{"users":` + list(n, `{"id":"u#","email":"u@x.test"}`) + `}` }},
	{"members twice", func(n int) string {
		return `{"users":[{"id":"u"}],"teams":[{"id":"t","members":` + list(n, `{"user":"u"}`) + `}]}`
	}},
	{"attributes of a near type", func(n int) string {
		fields := list(n, `"a#":"strin"`)
		return `{"attributes":{` + fields[1:len(fields)-1] + `}}`
	}},
}

// TestLoadGrowth reads a hundred times the input, which may cost two hundred
// times the steps: with problems, without, and in part.
func TestLoadGrowth(t *testing.T) {
	for _, tt := range foreignTexts {
		for name, c := range map[string]*access.Config{"": nil, ", in part": {Partial: func(*document.Error) {}}} {
			t.Run(tt.name+name, func(t *testing.T) {
				growth.Hundredfold(t, 60, func(n int) func() {
					text := []byte(tt.text(n))
					return func() { _, _ = access.Load(text, c) }
				})
			})
		}
	}
}

// TestEditGrowth makes many changes in one Edit, of one user or one report, and
// of nothing that there is.
func TestEditGrowth(t *testing.T) {
	for name, change := range map[string]func(e *access.Edit, id string){
		"memberships": func(e *access.Edit, id string) { e.SetMember(team.ID("t"+id), document.Member{User: "u"}) },
		"grants": func(e *access.Edit, id string) {
			e.SetGrant(access.ReportID("r"+id), document.Grant{User: "u", Level: "viewer"})
		},
		"links": func(e *access.Edit, id string) {
			e.SetLink(document.Link{ID: id, Maker: "u", Action: "report.view", Resource: access.Report("r").Entry()})
		},
		"grants again": func(e *access.Edit, id string) { e.SetGrant("r", document.Grant{User: "u", Level: "editor"}) },
		"nobody":       func(e *access.Edit, id string) { e.SetMember(team.ID("t"+id), document.Member{User: "u" + id}) },
		"no team":      func(e *access.Edit, id string) { e.RemoveTeam(team.ID("x" + id)) },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 60, func(n int) func() {
				p := access.MustLoad(`{"users":[{"id":"u"}],"teams":` + list(n, `{"id":"t#"}`) + `,"reports":` + "[{\"id\":\"r\"}," + list(n, `{"id":"r#"}`)[1:] + `}`)
				return func() {
					e := p.Edit()
					for i := range n {
						change(e, fmt.Sprintf("%06d", i))
					}
					_, _ = e.Policy()
				}
			})
		})
	}
}

// TestResourceGrowth: what the text of a resource costs to read grows with it
// only.
func TestResourceGrowth(t *testing.T) {
	for name, part := range map[string]string{
		"letters": "a", "colons": ":", "accounts": " in account:", "quotes": `"`, "escapes": `\"`, "items": "a:b in account:", "no encoding": "\xff",
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 20, func(n int) func() {
				text := strings.Repeat(part, n)
				return func() {
					for _, text := range []string{text, "a:" + text, `"` + text + `":b`, `a:"` + text, "a:b in account:" + text} {
						_, _ = parseResource(text)
					}
				}
			})
		})
	}
}
