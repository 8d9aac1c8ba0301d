package access_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

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
	{"item of the company", access.CompanyItem("page", "p1"), `{"kind":"page","id":"p1"}`},
	{"malformed", access.Item(access.KindReport, "q3", "us-1"), `{"kind":"report","id":"q3","account":"us-1"}`},
	{"an id like none", access.Item("page", " in company", "a:b in account:c"), `{"kind":"page","id":" in company","account":"a:b in account:c"}`},
	{"an id to escape", access.Report("<\"\u2028\\\n>"), `{"kind":"report","id":"<\"\u2028\\\n>"}`},
}

// TestResourceText: what has a kind and an id survives the trip, whatever is in
// it.
func TestResourceText(t *testing.T) {
	parts := []string{"a", "a:b", `"a"`, `a"`, "a in company", " in account:", "a in account:b", ":", "a\xff\n", "company", "nothing", ""}
	n := 0
	for _, kind := range append(parts, "team", "account", "report") {
		for _, id := range parts {
			for _, account := range parts {
				for _, r := range []access.Resource{access.Item(access.Kind(kind), id, account), access.CompanyItem(access.Kind(kind), id)} {
					got, err := parseResource(r.String())
					if bad := kind == "" || id == "" && r != access.Company(); bad != (err != nil) || !bad && got != r && access.Kind(kind).Resource(id, account) != got {
						t.Errorf("the text %q = %#v, %v, want %#v", r.String(), got, err, r)
					}
					n++
				}
			}
		}
	}
	for _, tt := range resourceTexts[1:] {
		if got, err := parseResource(tt.r.String()); got != tt.r || err != nil {
			t.Errorf("the text %q = %v, %v", tt.r, got, err)
		}
	}
	if n != 15*12*12*2 {
		t.Errorf("%d resources", n)
	}
}

// TestKindResource compares the constructor for a kind that is only known later
// with those for each kind.
func TestKindResource(t *testing.T) {
	for _, tt := range []struct{ got, want access.Resource }{
		{access.KindCompany.Resource("", ""), access.Company()},
		{access.KindAccount.Resource("a", ""), access.Account("a")},
		{access.KindAccount.Resource("a", "a"), access.Account("a")},
		{access.KindUser.Resource("a", ""), access.TargetUser("a")},
		{access.KindRole.Resource("a", ""), access.Role("a")},
		{access.KindTeam.Resource("a", ""), access.Team("a")},
		{access.KindGroup.Resource("a", ""), access.Group("a")},
		{access.KindReport.Resource("a", ""), access.Report("a")},
		{access.KindLink.Resource("a", ""), access.Link("a")},
		{access.Kind("row").Resource("a", "b"), access.Item("row", "a", "b")},
		{access.Kind("").Resource("", ""), access.Resource{}},
	} {
		if tt.got != tt.want {
			t.Errorf("%#v, want %#v", tt.got, tt.want)
		}
	}
	p := access.MustLoad(`{"users": [{"id": "ann", "email": "ann@example.com", "role": "admin"}]}`)
	for _, r := range []access.Resource{
		access.KindCompany.Resource("other", ""), access.KindTeam.Resource("a", "b"), access.KindAccount.Resource("a", "b"), access.Item(access.KindAccount, "a", "a"),
	} {
		if d := p.Applies(access.ViewAccount, r); d.Reason != access.ReasonMalformedResource {
			t.Errorf("%v: %v", r, d)
		}
	}
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
// another order, with spaces between them.
func TestResourceJSONInAnyOrder(t *testing.T) {
	want := access.Item("campaign", "c1", "us-1")
	var got access.Resource
	text := "\n{ \"account\": \"us-1\",\t\"id\": \"c\\u0031\", \"kind\": \"campaign\" }\n"
	if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
		t.Errorf("got %#v, %v, want %#v", got, err, want)
	}
}

// TestResourceJSONIsStrict: text that is not exactly a resource is refused, and
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
		{"a flag of old", `{"kind":"page","id":"p1","company":true}`, "company: unknown field"},
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

func TestResourceTextWithoutID(t *testing.T) {
	for _, text := range []string{"row:", "row: in account:", "row:x in account:", "row: in account:us-1"} {
		if r, err := parseResource(text); err == nil {
			t.Errorf("the text %q = %v", text, r)
		}
	}
}

// TestItemNamedLikeItsAccount asks about something of the host's whose id is
// that of its account.
func TestItemNamedLikeItsAccount(t *testing.T) {
	p := access.MustLoad(`{
	  "catalog":  {"extends": "company", "kinds": [{"name": "row", "in": "account"}]},
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "ada", "email": "ada@example.com", "role": "admin"}]
	}`)
	r := access.Item("row", "us-1", "us-1")
	if d := p.Decide(access.User("ada"), access.ViewAccount, r); !d.Allowed || r.Account() != "us-1" {
		t.Errorf("%s: %s", r, d)
	}
}
