package authzen_test

import (
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// TestNull puts null, a string and a number in place of each member of the
// protocol: null is a wrong type as the others are, wherever it stands.
func TestNull(t *testing.T) {
	const whole = `{"subject":{"type":"user","id":"ann","properties":{}},"action":{"name":"read","properties":{}},` +
		`"resource":{"type":"book","id":"b1","properties":{}},"context":{}`
	bodies := map[string]string{
		"evaluation":      whole + `}`,
		"evaluations":     whole + `,"evaluations":[` + whole + `}],"options":{"evaluations_semantic":"execute_all"}}`,
		"search/subject":  whole + `,"page":{"limit":9,"token":"","properties":{}}}`,
		"search/resource": whole + `,"page":{"limit":9,"token":"","properties":{}}}`,
		"search/action":   whole + `,"page":{"limit":9,"token":"","properties":{}}}`,
	}
	const (
		subject    = `"subject":{"type":"user","id":"ann","properties":{}}`
		action     = `"action":{"name":"read","properties":{}}`
		resource   = `"resource":{"type":"book","id":"b1","properties":{}}`
		everywhere = "evaluation evaluations search/subject search/resource search/action"
		searches   = "search/subject search/resource search/action"
	)
	h := handle(t, library().both(), authzen.Config{})
	for _, c := range []struct {
		name, at  string
		old, null string // a part of the body, and how it is with null
		want      string // what is missing: the path and the type
		ignored   string // where the member is ignored, whatever it is
	}{
		{"subject", everywhere, subject, `"subject":null`, "subject must be of type object", ""},
		{"subject.type", everywhere, `"type":"user"`, `"type":null`, "subject.type must be of type string", ""},
		{"subject.id", everywhere, `"id":"ann"`, `"id":null`, "subject.id must be of type string", "search/subject"},
		{"subject.properties", everywhere, `"id":"ann","properties":{}`, `"id":"ann","properties":null`, "subject.properties must be of type object", ""},
		{"action", everywhere, action, `"action":null`, "action must be of type object", "search/action"},
		{"action.name", everywhere, `"name":"read"`, `"name":null`, "action.name must be of type string", "search/action"},
		{"action.properties", everywhere, `"name":"read","properties":{}`, `"name":"read","properties":null`, "action.properties must be of type object", "search/action"},
		{"resource", everywhere, resource, `"resource":null`, "resource must be of type object", ""},
		{"resource.type", everywhere, `"type":"book"`, `"type":null`, "resource.type must be of type string", ""},
		{"resource.id", everywhere, `"id":"b1"`, `"id":null`, "resource.id must be of type string", "search/resource"},
		{"resource.properties", everywhere, `"id":"b1","properties":{}`, `"id":"b1","properties":null`, "resource.properties must be of type object", ""},
		{"context", everywhere, `"context":{}`, `"context":null`, "context must be of type object", ""},
		{"evaluations", "evaluations", `"evaluations":[` + whole + `}]`, `"evaluations":null`, "evaluations must be of type array", ""},
		{"options", "evaluations", `"options":{"evaluations_semantic":"execute_all"}`, `"options":null`, "options must be of type object", ""},
		{"options.evaluations_semantic", "evaluations", `"execute_all"`, `null`, "options.evaluations_semantic must be of type string", ""},
		{"page", searches, `"page":{"limit":9,"token":"","properties":{}}`, `"page":null`, "page must be of type object", ""},
		{"page.limit", searches, `"limit":9`, `"limit":null`, "page.limit must be of type number", ""},
		{"page.token", searches, `"token":""`, `"token":null`, "page.token must be of type string", ""},
		{"page.properties", searches, `"token":"","properties":{}`, `"token":"","properties":null`, "page.properties must be of type object", ""},
	} {
		for endpoint := range strings.FieldsSeq(c.at) {
			body := bodies[endpoint]
			if status, answer := post(t, h, endpoint, body); status != 200 {
				t.Fatalf("%s: %d %s", endpoint, status, answer)
			}
			for _, wrong := range []string{"null", "false"} { // false has the type of no member
				text := strings.Replace(body, c.old, strings.Replace(c.null, "null", wrong, 1), 1)
				if text == body {
					t.Fatalf("%s at %s: %s is not there", c.name, endpoint, c.old)
				}
				status, answer := post(t, h, endpoint, text)
				switch {
				case endpoint == c.ignored:
					if status != 200 {
						t.Errorf("%s is %s at %s, which ignores it: %d %s", c.name, wrong, endpoint, status, answer)
					}
				case status != 400 || answer != c.want+"\n":
					t.Errorf("%s is %s at %s: %d %s", c.name, wrong, endpoint, status, answer)
				}
			}
		}
	}
	// In an item of a batch it denies the item.
	for _, c := range []struct{ item, want string }{
		{`null`, "400 an evaluation must be of type object"},
		{`{"subject":null}`, "400 subject must be of type object"},
		{`{"subject":{"type":null,"id":"ann"}}`, "400 subject.type must be of type string"},
		{`{"subject":{"type":"user","id":null}}`, "400 subject.id must be of type string"},
		{`{"subject":{"type":"user","id":"ann","properties":null}}`, "400 subject.properties must be of type object"},
		{`{"action":null}`, "400 action must be of type object"},
		{`{"action":{"name":null}}`, "400 action.name must be of type string"},
		{`{"action":{"name":"read","properties":null}}`, "400 action.properties must be of type object"},
		{`{"resource":null}`, "400 resource must be of type object"},
		{`{"resource":{"type":null,"id":"b1"}}`, "400 resource.type must be of type string"},
		{`{"resource":{"type":"book","id":null}}`, "400 resource.id must be of type string"},
		{`{"resource":{"type":"book","id":"b1","properties":null}}`, "400 resource.properties must be of type object"},
		{`{"context":null}`, "400 context must be of type object"},
	} {
		body := whole + `,"evaluations":[{},` + c.item + `]}`
		if status, answer := post(t, h, "evaluations", body); status != 200 || answer != batch("true", c.want) {
			t.Errorf("%s: %d %s", c.item, status, answer)
		}
	}
	// Within properties and a context it is a value.
	f := library()
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		for _, values := range []map[string]any{r.Subject.Properties, r.Action.Properties, r.Resource.Properties, r.Context} {
			if value, given := values["x"]; !given || value != nil {
				t.Errorf("null is %v, %t", value, given)
			}
		}
		return authzen.Decision{Allowed: true}, nil
	}
	body := strings.ReplaceAll(bodies["evaluation"], "{}", `{"x":null}`)
	if status, answer := post(t, handle(t, f.both(), authzen.Config{}), "evaluation", body); status != 200 || answer != yes {
		t.Errorf("null among the properties: %d %s", status, answer)
	}
}
