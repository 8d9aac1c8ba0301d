package access_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/google/go-cmp/cmp"
)

// linkWorld has a link of each sort: to a report, to something in an account
// from within a team, to something of the company, and one that is over whose
// maker and report are gone.
const linkWorld = `{
  "accounts": [{"id": "us-1", "source": "google"}],
  "teams": [{"id": "emea", "members": [{"user": "ann"}]}],
  "users": [{"id": "ann", "email": "ann@example.com"}],
  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "creator"}]}],
  "links": [
    {"id": "report", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2027-01-01T00:00:00Z"},
    {"id": "item", "maker": "ann", "session": "emea", "action": "recording.view", "resource": {"kind": "campaign", "id": "c1", "account": "us-1"}},
    {"id": "wide", "maker": "ann", "action": "insight.view", "resource": {"kind": "page", "id": "p1", "company": true}},
    {"id": "gone", "maker": "left", "action": "report.view", "resource": {"kind": "report", "id": "lost"}, "until": "2026-01-01T00:00:00Z", "ended": true}]
}`

var linkRecords = []access.ShareLink{
	{ID: "report", Maker: "ann", Action: "report.view", Resource: access.Report("q3"), Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	{ID: "item", Maker: "ann", Session: "emea", Action: "recording.view", Resource: access.Item("campaign", "c1", "us-1")},
	{ID: "wide", Maker: "ann", Action: "insight.view", Resource: access.CompanyItem("page", "p1")},
	{ID: "gone", Maker: "left", Action: "report.view", Resource: access.Report("lost"), Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Ended: true},
}

// TestLink: a link is found by its id, also one that is over, and as what it
// was made.
func TestLink(t *testing.T) {
	p := access.MustLoad(linkWorld)
	for _, want := range linkRecords {
		if got, ok := p.Directory().Link(want.ID); got != want || !ok {
			t.Errorf("Link(%s) = %+v, %t, want %+v", want.ID, got, ok, want)
		}
	}
	for _, tt := range []struct {
		name   string
		policy *access.Policy
		id     access.LinkID
	}{
		{"an unknown id", p, "other"},
		{"no id", p, ""},
		{"the id of a user", p, "ann"},
		{"an id in another case", p, "Report"},
		{"a zero policy", new(access.Policy), "report"},
		{"a nil policy", nil, "report"},
	} {
		if got, ok := tt.policy.Directory().Link(tt.id); got != (access.ShareLink{}) || ok {
			t.Errorf("%s: found %+v, %t", tt.name, got, ok)
		}
	}
}

// TestLinkFollowsEdits: the record says what became of a link, and an older
// policy what it was.
func TestLinkFollowsEdits(t *testing.T) {
	p := access.MustLoad(linkWorld)
	e := p.Edit()
	e.RemoveReport("q3")
	e.RemoveLink("wide")
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := next.Directory().Link("report"); !got.Ended || !ok {
		t.Errorf("the link to a report that was removed is %+v, %t, want it ended", got, ok)
	}
	if got, ok := next.Directory().Link("wide"); ok {
		t.Errorf("a link that was forgotten is %+v", got)
	}
	if got, ok := p.Directory().Link("report"); got.Ended || !ok {
		t.Errorf("in the policy before, the link is %+v, %t", got, ok)
	}
	if got, ok := p.Directory().Link("wide"); got != linkRecords[2] || !ok {
		t.Errorf("in the policy before, the link is %+v, %t", got, ok)
	}
}

// resourceTexts has a resource of every sort, and how it is written.
var resourceTexts = []struct {
	name string
	r    access.Resource
	text string
}{
	{"nothing", access.Resource{}, `{"kind":"","id":""}`},
	{"company", access.Company(), `{"kind":"company","id":""}`},
	{"account", access.Account("us-1"), `{"kind":"account","id":"us-1"}`},
	{"user", access.TargetUser("ann"), `{"kind":"user","id":"ann"}`},
	{"role", access.Role("admin"), `{"kind":"role","id":"admin"}`},
	{"team", access.Team("emea"), `{"kind":"team","id":"emea"}`},
	{"data group", access.Group("us"), `{"kind":"group","id":"us"}`},
	{"report", access.Report("q3"), `{"kind":"report","id":"q3"}`},
	{"link", access.Link("l1"), `{"kind":"link","id":"l1"}`},
	{"item", access.Item("campaign", "c1", "us-1"), `{"kind":"campaign","id":"c1","account":"us-1"}`},
	{"item without an account", access.Item("campaign", "c1", ""), `{"kind":"campaign","id":"c1"}`},
	{"item of the company", access.CompanyItem("page", "p1"), `{"kind":"page","id":"p1","company":true}`},
	{"malformed", access.Item(access.KindReport, "q3", "us-1"), `{"kind":"report","id":"q3","account":"us-1"}`},
	{"an id like none", access.Item("page", " in company", "a:b in account:c"), `{"kind":"page","id":" in company","account":"a:b in account:c"}`},
	{"an id to escape", access.Report("<\"\u2028\\\n>"), `{"kind":"report","id":"<\"\u2028\\\n>"}`},
}

// TestResourceJSON: every resource survives the trip, by itself and within
// something else.
func TestResourceJSON(t *testing.T) {
	type holder struct {
		Resource access.Resource `json:"resource"`
	}
	for _, tt := range resourceTexts {
		t.Run(tt.name, func(t *testing.T) {
			text, err := tt.r.MarshalJSON()
			if string(text) != tt.text || err != nil {
				t.Fatalf("MarshalJSON = %s, %v, want %s", text, err, tt.text)
			}
			got := access.CompanyItem("stale", "what was there before")
			if err := got.UnmarshalJSON(text); err != nil || got != tt.r {
				t.Errorf("UnmarshalJSON(%s) = %#v, %v, want %#v", text, got, err, tt.r)
			}
			within, err := json.Marshal(holder{tt.r})
			if err != nil {
				t.Fatal(err)
			}
			h := holder{access.Account("stale")}
			if err := json.Unmarshal(within, &h); err != nil || h.Resource != tt.r {
				t.Errorf("json.Unmarshal(%s) = %#v, %v, want %#v", within, h.Resource, err, tt.r)
			}
		})
	}
}

// TestResourceJSONInAnyOrder: what was written by hand may have its members in
// another order, with blanks between them.
func TestResourceJSONInAnyOrder(t *testing.T) {
	want := access.Item("campaign", "c1", "us-1")
	var got access.Resource
	text := "\n{ \"company\": false, \"account\": \"us-1\",\t\"id\": \"c\\u0031\", \"kind\": \"campaign\" }\n"
	if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
		t.Errorf("got %#v, %v, want %#v", got, err, want)
	}
}

// TestResourceJSONIsStrict: what is not a resource to the letter is none, and
// leaves what was there.
func TestResourceJSONIsStrict(t *testing.T) {
	before := access.Item("campaign", "c1", "us-1")
	for _, tt := range []struct{ name, text, want string }{
		{"null", `null`, "wrong type: want object, found null"},
		{"a list", `[]`, "wrong type: want object, found array"},
		{"text", `"report:q3"`, "wrong type: want object, found string"},
		{"a number", `7`, "wrong type: want object, found number"},
		{"unknown field", `{"kind":"report","id":"q3","level":"viewer"}`, "level: unknown field"},
		{"misspelt field", `{"kind":"report","id":"q3","acount":"us-1"}`, `acount: unknown field: did you mean "account"?`},
		{"wrong case", `{"Kind":"report","id":"q3"}`, `Kind: unknown field: did you mean "kind"?`},
		{"wrong case besides the right one", `{"kind":"report","id":"q3","ID":"q4"}`, `ID: unknown field: did you mean "id"?`},
		{"duplicate key", `{"kind":"report","id":"q3","id":"q4"}`, "id: duplicate field"},
		{"duplicate key in escapes", `{"kind":"report","id":"q3","\u0069d":"q4"}`, "id: duplicate field"},
		{"duplicate key of the same value", `{"kind":"report","kind":"report","id":"q3"}`, "kind: duplicate field"},
		{"kind null", `{"kind":null,"id":"q3"}`, "kind: wrong type: want string, found null"},
		{"id null", `{"kind":"report","id":null}`, "id: wrong type: want string, found null"},
		{"account null", `{"kind":"page","id":"p1","account":null}`, "account: wrong type: want string, found null"},
		{"company null", `{"kind":"page","id":"p1","company":null}`, "company: wrong type: want boolean, found null"},
		{"company as text", `{"kind":"page","id":"p1","company":"true"}`, "company: wrong type: want boolean, found string"},
		{"id is a number", `{"kind":"report","id":3}`, "id: wrong type: want string, found number"},
		{"half a surrogate pair", `{"kind":"report","id":"\ud800"}`, "id: not valid Unicode"},
		{"not UTF-8", "{\"kind\":\"report\",\"id\":\"\xff\"}", "not valid Unicode"},
		{"two values", `{"kind":"report","id":"q3"}{}`, "not valid JSON"},
		{"cut off", `{"kind":"report","id":"q3"`, "not valid JSON"},
		{"nothing", ``, "not valid JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := before
			err := r.UnmarshalJSON([]byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("UnmarshalJSON = %v, want %q", err, tt.want)
			}
			if r != before {
				t.Errorf("what was refused left %#v", r)
			}
		})
	}
	var h struct{ Resource access.Resource }
	h.Resource = before
	if err := json.Unmarshal([]byte(`{"Resource":null}`), &h); err == nil || h.Resource != before {
		t.Errorf("null within something else gave %#v, %v", h.Resource, err)
	}
}

// TestLinkSurvivesTheDocument: a link with a resource of each sort is in the
// document as it is in the policy.
func TestLinkSurvivesTheDocument(t *testing.T) {
	text, err := access.MustLoad(linkWorld).Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []access.ShareLink
	for _, want := range linkRecords {
		l, _ := again.Directory().Link(want.ID)
		got = append(got, l)
	}
	if diff := cmp.Diff(linkRecords, got, cmp.Comparer(func(a, b access.Resource) bool { return a == b })); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if _, err := access.Load([]byte(strings.Replace(linkWorld, `"account": "us-1"`, `"acount": "us-1"`, 1)), nil); !errors.As(err, new(*document.Error)) {
		t.Errorf("a misspelt account was read: %v", err)
	}
}
