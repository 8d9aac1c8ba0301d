package access_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

const noted = `{
  "catalog": "company",
  "groups": [{"id": "us", "filter": "nothing", "note": "as agreed"}],
  "teams": [{"id": "west", "note": "pilot", "groups": ["us"], "members": [{"user": "tom", "until": "2027-01-01", "note": "for the launch"}]}],
  "users": [{"id": "sync", "role": "user", "note": "a service"}, {"id": "tom", "role": "user", "until": "2028-03-01", "note": "trial"}],
  "reports": [
    {
      "id": "q3",
      "note": "for the board",
      "grants": [{"team": "west", "level": "viewer", "note": "until they hire"}, {"user": "tom", "level": "creator", "note": "wrote it"}]
    }
  ]
}`

// TestNotesAreKept: through loading, printing, and edits of something else.
func TestNotesAreKept(t *testing.T) {
	p := access.MustLoad(noted)
	text, err := p.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"as agreed", "pilot", "for the launch", "a service", "trial", "for the board", "until they hire", "wrote it", "2027-01-01T00:00:00Z", "2028-03-01T00:00:00Z"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("%q is not printed", want)
		}
	}
	d := p.Directory()
	tom, _ := d.User("tom")
	west, _ := d.Team("west")
	us, _ := d.Group("us")
	grant, _ := d.UserGrant("q3", "tom")
	toWest, _ := d.TeamGrant("q3", "west")
	member := slices.Collect(d.Memberships("tom"))[0]
	for got, want := range map[string]string{
		tom.Note: "trial", west.Note: "pilot", us.Note: "as agreed", grant.Note: "wrote it", toWest.Note: "until they hire",
		member.Note: "for the launch", noteOf(d, "q3"): "for the board", noteOf(d, "q4"): "",
		slices.Collect(d.Members("west"))[0].Note: "for the launch", slices.Collect(d.GrantsOf("tom"))[0].Note: "wrote it",
		slices.Collect(d.GrantsOfTeam("west"))[0].Note: "until they hire",
	} {
		if got != want {
			t.Errorf("a note is %q, want %q", got, want)
		}
	}
	e := p.Edit()
	e.SetUser(document.UserOf(tom))
	e.SetTeam(document.TeamOf(west))
	e.SetGroup(document.GroupOf(us))
	e.SetMember("west", document.MemberOf(member))
	e.SetGrant("q3", grant.Entry())
	e.SetGrant("q3", toWest.Entry())
	e.SetReport(document.Report{ID: "q4"})
	e.RemoveReport("q4")
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := next.Document().JSON(); !bytes.Equal(again, text) {
		t.Errorf("after an edit that says the same:\n%s\nbefore:\n%s", again, text)
	}
	e = p.Edit()
	e.SetReport(document.Report{ID: "q3"})
	e.SetMember("west", document.Member{User: "tom"})
	if next, err := e.Policy(); err != nil || noteOf(next.Directory(), "q3") != "" || slices.Collect(next.Directory().Members("west"))[0].Note != "" {
		t.Errorf("an entry without a note keeps the old one: %v", err)
	}
}

// TestUsersWithoutAddress: any number, whom no address finds, and who may get
// one and lose it.
func TestUsersWithoutAddress(t *testing.T) {
	p := access.MustLoad(noted)
	address := team.MustParseAddress("tom@example.com")
	set := func(p *access.Policy, id, email string) *access.Policy {
		t.Helper()
		e := p.Edit()
		e.SetUser(document.User{ID: id, Email: email, Role: "user"})
		next, err := e.Policy()
		if err != nil {
			t.Fatal(err)
		}
		if u, found := next.Directory().UserByAddress(team.Address{}); found {
			t.Errorf("no address finds %v", u)
		}
		return next
	}
	p = set(p, "tom", "tom@example.com")
	if u, _ := p.Directory().UserByAddress(address); u.ID != "tom" {
		t.Errorf("found %q", u.ID)
	}
	p = set(p, "tom", "")
	if u, found := p.Directory().UserByAddress(address); found {
		t.Errorf("an address that was taken away finds %v", u)
	}
	p = set(p, "sync", "TOM@example.com")
	e := p.Edit()
	e.RemoveUser("tom")
	e.SetUser(document.User{ID: "new", Email: "tom@example.com"})
	if _, err := e.Policy(); err == nil || !strings.Contains(err.Error(), `by user "sync"`) {
		t.Errorf("one address of two users: %v", err)
	}
}

// TestReportNamesAreFolded: as they are unique.
func TestReportNamesAreFolded(t *testing.T) {
	e := access.MustLoad(`{"reports": [{"id": "a", "name": "Quarter 3"}]}`).Edit()
	e.SetReport(document.Report{ID: "a", Name: "QUARTER  3"})
	p, err := e.Policy()
	if r, _ := p.Directory().Report("a"); err != nil || r.Name != "QUARTER  3" {
		t.Fatalf("a report cannot be named as before but for case: %q, %v", r.Name, err)
	}
	for name, free := range map[string]bool{"quarter 3": false, "quarter\u00a0 3": false, "quarter3": true, "": true} {
		e := p.Edit()
		e.SetReport(document.Report{ID: "b", Name: name})
		if _, err := e.Policy(); (err == nil) != free {
			t.Errorf("%q: %v", name, err)
		}
	}
	e = p.Edit()
	e.RemoveReport("a")
	e.SetReport(document.Report{ID: "b", Name: "quarter 3"})
	if _, err := e.Policy(); err != nil {
		t.Errorf("a name is not free after its report is gone: %v", err)
	}
}

// noteOf returns the note on a report.
func noteOf(d access.Directory, id access.ReportID) string {
	r, _ := d.Report(id)
	return r.Note
}
