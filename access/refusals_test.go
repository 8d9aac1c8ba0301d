package access_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
)

func TestLinkFields(t *testing.T) {
	for name, l := range map[string]access.ShareLink{
		"session":  {ID: "l", Maker: "ann", Session: "\xff", Action: "report.view", Resource: access.Report("q3")},
		"maker":    {ID: "l", Maker: "\xff", Action: "report.view", Resource: access.Report("q3"), Ended: true},
		"no maker": {ID: "l", Action: "report.view", Resource: access.Report(""), Ended: true},
		"report":   {ID: "l", Maker: "ann", Action: "report.view", Resource: access.Report("\xff"), Ended: true},
		"item":     {ID: "l", Maker: "ann", Action: "recording.view", Resource: access.Item("page", "\xff", "us-1")},
		"kind":     {ID: "l", Maker: "ann", Action: "recording.view", Resource: access.Item("\xff", "p", "us-1")},
		"account":  {ID: "l", Maker: "ann", Action: "recording.view", Resource: access.Item("page", "p", strings.Repeat("x", 1<<20))},
	} {
		e := access.MustLoad(routesWorld).Edit()
		e.SetLink(l)
		if p, err := e.Policy(); err == nil {
			text, _ := p.Document().JSON()
			again, err := access.Load(text, nil)
			t.Errorf("%s was accepted; reloading: %v %v", name, err, again != nil && slices.Contains(slices.Collect(again.Directory().LinksTo(l.Resource)), l))
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty roles":   `{"roles": []}`,
		"empty catalog": `{"catalog": ""}`,
		"comma":         `{"users": [{"id": "x", "email": "x@y.z", "until": "2027-01-01T00:00:00,5Z"}]}`,
	} {
		if _, err := access.Load([]byte(text), nil); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestProblemPlaces(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"{\"attributes\":{\n\"x\":\"string\",\n\"a b\":\"string\"}}", `line 3: attributes["a b"]`},
		{"{\"roles\":[{\"name\":\"a\"},\n{\"name\":\"a\"}]}", `line 2: roles[1]`},
	} {
		_, err := access.Load([]byte(tt.text), nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

func TestLongNamesAreCut(t *testing.T) {
	_, err := access.Load([]byte(`{"teams":[{"id":"t","members":[{"user":"`+strings.Repeat("a", 1<<20)+`"}]}]}`), nil)
	if err == nil || len(err.Error()) > 10_000 {
		t.Errorf("%d bytes of error", len(err.Error()))
	}
}

func TestTextOfNothing(t *testing.T) {
	if got := (access.Public{}).String(); got != "deny" {
		t.Errorf("%q", got)
	}
	if got := (access.Decision{}).Err().Error(); strings.HasSuffix(got, " ") {
		t.Errorf("%q", got)
	}
}

func TestParseResourceWithoutID(t *testing.T) {
	for _, text := range []string{"row: in company", "row: in account:", "row:x in account:", "row: in account:us-1"} {
		if r, err := access.ParseResource(text); err == nil {
			t.Errorf("ParseResource(%q) = %v", text, r)
		}
	}
}

// TestSentencesAreOneLine puts into a question what would forge a second line
// of a log, or flood it.
func TestSentencesAreOneLine(t *testing.T) {
	p := access.MustLoad(routesWorld)
	for _, id := range []string{"x\n2026 allow: role admin", "x\u2028y", "\xff", strings.Repeat("a", 1<<20)} {
		for _, d := range []access.Decision{
			p.Decide(access.User(id), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.Session("ann", id), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.ViaLink(access.LinkID(id)), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.User("ann"), access.Action(id), access.Account("us-1")),
			p.Decide(access.User("ann"), access.ViewAccount, access.Account(id)),
			p.Decide(access.User("ann"), access.ViewAccount, access.Item("row", id, id)),
			p.Decide(access.User("ann"), access.ViewAccount, access.Item(access.Kind(id), id, "")),
			p.Decide(access.User("ann"), access.ViewAccount, access.Team(id)),
			p.Decide(access.User("ann"), access.ViewReport, access.Report(id)),
		} {
			if text := d.String(); strings.ContainsAny(text, "\n\u2028") || len(text) > 1000 || !utf8.ValidString(text) {
				t.Errorf("%.200q", text)
			}
		}
	}
}

// TestItemNamedLikeItsAccount asks about something of the host's whose id is
// that of its account.
func TestItemNamedLikeItsAccount(t *testing.T) {
	p := access.MustLoad(`{
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "ada", "email": "ada@example.com", "role": "admin"}]
	}`)
	r := access.Item("row", "us-1", "us-1")
	if d := p.Decide(access.User("ada"), access.ViewAccount, r); !d.Allowed || r.Account() != "us-1" {
		t.Errorf("%s: %s", r, d)
	}
}

// TestViewOfALinkNeedsTheView makes a link for an action whose maker may take it
// but not see accounts. It shows no account.
func TestViewOfALinkNeedsTheView(t *testing.T) {
	p := access.MustLoad(`{
	  "roles":    [{"name": "pilot", "data": "all", "capabilities": ["campaign.pause"]},
	               {"name": "chief", "data": "all", "capabilities": ["campaign.pause", "account.view"]}],
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "pia", "email": "pia@example.com", "role": "pilot"},
	               {"id": "cem", "email": "cem@example.com", "role": "chief"}],
	  "links":    [{"id": "p", "maker": "pia", "action": "campaign.pause", "resource": {"kind": "campaign", "id": "c", "account": "us-1"}},
	               {"id": "c", "maker": "cem", "action": "campaign.pause", "resource": {"kind": "campaign", "id": "c", "account": "us-1"}}]
	}`)
	for link, want := range map[access.LinkID]int{"p": 0, "c": 1} {
		if d := p.Decide(access.ViaLink(link), "campaign.pause", access.Item("campaign", "c", "us-1")); !d.Allowed {
			t.Errorf("link %s: %s", link, d)
		}
		if v := p.View(access.ViaLink(link)); v.Len() != want || v.Sees("us-1") != (want == 1) {
			t.Errorf("link %s shows %d accounts, want %d", link, v.Len(), want)
		}
	}
}
