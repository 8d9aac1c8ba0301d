package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/google/go-cmp/cmp"
)

// linkWorld has a link of each sort: to a report, to something in an account
// from within a team, to something of the company, and an ended one whose
// maker and report are gone.
const linkWorld = `{
  "catalog": {"extends": "project", "kinds": [
    {"name": "campaign", "in": "account", "actions": ["recording.view"], "link": "recording.view"},
    {"name": "page", "in": "company", "actions": ["insight.view"], "link": "insight.view"}]},
  "accounts": [{"id": "us-1", "source": "google"}],
  "teams": [{"id": "emea", "members": [{"user": "ann"}]}],
  "users": [{"id": "ann", "email": "ann@example.com"}],
  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "creator"}]}],
  "links": [
    {"id": "report", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2027-01-01T00:00:00Z"},
    {"id": "item", "maker": "ann", "session": "emea", "action": "recording.view", "resource": {"kind": "campaign", "id": "c1", "account": "us-1"}},
    {"id": "wide", "maker": "ann", "action": "insight.view", "resource": {"kind": "page", "id": "p1"}},
    {"id": "gone", "maker": "left", "action": "report.view", "resource": {"kind": "report", "id": "lost"}, "until": "2026-01-01T00:00:00Z", "ended": true}]
}`

var linkRecords = []access.ShareLink{
	{ID: "report", Maker: "ann", Action: "report.view", Resource: access.Report("q3"), Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	{ID: "item", Maker: "ann", Session: "emea", Action: "recording.view", Resource: access.Item("campaign", "c1", "us-1")},
	{ID: "wide", Maker: "ann", Action: "insight.view", Resource: access.CompanyItem("page", "p1")},
	{ID: "gone", Maker: "left", Action: "report.view", Resource: access.Report("lost"), Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Ended: true},
}

// TestLink: a link is found by its id, also an ended one, and as what it
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

// TestLinkFollowsEdits: the record shows what became of a link, and an older
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
		e.SetLink(l.Entry())
		if p, err := e.Policy(); err == nil {
			text, _ := p.Document().JSON()
			again, err := access.Load(text, nil)
			t.Errorf("%s was accepted; reloading: %v %v", name, err, again != nil && slices.Contains(slices.Collect(again.Directory().LinksTo(l.Resource)), l))
		}
	}
}

// TestViewOfALinkNeedsTheView makes a link for an action whose maker may take
// it but not see accounts. It shows no account.
func TestViewOfALinkNeedsTheView(t *testing.T) {
	p := access.MustLoad(`{
	  "catalog":  {"roles": [{"name": "pilot", "data": "all", "capabilities": ["campaign.pause"]},
	                         {"name": "chief", "data": "all", "capabilities": ["campaign.pause", "account.view"]}],
	               "kinds": [{"name": "campaign", "in": "account", "actions": ["campaign.pause"], "link": "campaign.pause"}]},
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

// TestCreatorOfTheSameID: a creator of a report may not revoke links to
// something else that happens to have the id of the report.
func TestCreatorOfTheSameID(t *testing.T) {
	p := access.MustLoad(`{
	  "catalog": {"roles": [{"name": "maker", "capabilities": ["board.view"]}, {"name": "idle"}],
	              "kinds": [{"name": "board", "in": "company", "actions": ["board.view"], "link": "board.view"}]},
	  "users": [{"id": "ann", "email": "ann@example.com", "role": "maker"}, {"id": "bob", "email": "bob@example.com", "role": "idle"}],
	  "reports": [{"id": "q3", "grants": [{"user": "bob", "level": "creator"}, {"user": "ann", "level": "viewer"}]}],
	  "links": [{"id": "board", "maker": "ann", "action": "board.view", "resource": {"kind": "board", "id": "q3"}},
	            {"id": "report", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
	}`)
	for _, row := range []struct {
		want access.Reason
		link access.LinkID
	}{{"out-of-reach", "board"}, {"grant", "report"}} {
		if d := p.Decide(access.User("bob"), access.RevokeLink, access.Link(row.link)); d.Reason != row.want {
			t.Errorf("link %s: %v, want %s", row.link, d, row.want)
		}
	}
}

// TestLinkToNoKind: a link to something of no kind could never open.
func TestLinkToNoKind(t *testing.T) {
	for _, r := range []access.Resource{access.Item("", "c1", "us-1"), access.CompanyItem("", "c1")} {
		e := access.MustLoad(editBase).Edit()
		e.SetLink(newLink(func(l *document.Link) { l.Action, l.Resource = "recording.view", r.Entry() }))
		if _, err := e.Policy(); !errors.Is(err, access.ErrInvalid) {
			t.Errorf("%v: %v", r, err)
		}
	}
}

// TestLinkToAKind: a link shows one resource, so one to a kind alone is refused.
func TestLinkToAKind(t *testing.T) {
	for id, want := range map[string]error{"x1": nil, "": access.ErrInvalid} {
		for _, r := range []access.Resource{access.CompanyItem("page", id), access.Item("campaign", id, "us-1")} {
			action := map[access.Kind]string{"page": "insight.view", "campaign": "recording.view"}[r.Kind()]
			e := access.MustLoad(linkWorld).Edit()
			e.SetLink(newLink(func(l *document.Link) { l.Action, l.Resource = action, r.Entry() }))
			if _, err := e.Policy(); !errors.Is(err, want) {
				t.Errorf("%v: %v, want %v", r, err, want)
			}
		}
	}
}
