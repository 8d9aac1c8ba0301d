package access_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

const editBase = `{
  "catalog": {"extends": "company", "kinds": [
    {"name": "page", "in": "account", "actions": ["recording.view", "insight.view"], "link": "recording.view"},
    {"name": "board", "in": "company", "actions": ["insight.view"], "link": "insight.view"},
    {"name": "row", "in": "account"}]},
  "attributes": {"country": "string", "spend": "number"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}],
  "teams": [{"id": "emea", "groups": ["us"], "members": [{"user": "ann"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}, {"id": "bob", "email": "bob@example.com"}],
  "reports": [{"id": "q3", "name": "Quarter", "grants": [{"user": "ann", "level": "creator"}, {"team": "emea", "level": "viewer"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
            {"id": "l2", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "ended": true}]
}`

var (
	beforeYear1 = time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)
	year10000   = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// newUser returns a user who could be added, but for what a row changes.
func newUser(change func(*document.User)) document.User {
	u := document.User{ID: "new", Email: "new@example.com", Role: "viewer"}
	change(&u)
	return u
}

// newLink returns a link that could be added, but for what a row changes.
func newLink(change func(*document.Link)) document.Link {
	l := document.Link{ID: "new", Maker: "ann", Action: "report.view", Resource: access.Report("q3").Entry()}
	change(&l)
	return l
}

// foreignFilter parses a filter under a schema of its own.
func foreignFilter(text string, attributes ...datagroup.Attribute) datagroup.Filter {
	s, err := datagroup.NewSchema(attributes...)
	if err != nil {
		panic(err)
	}
	f, err := s.Parse(text)
	if err != nil {
		panic(err)
	}
	return f
}

func sameAddress(u *document.User) { u.Email = "BOB@example.COM" }

// badEdits are changes that cannot be made, with the error that says so.
var badEdits = []struct {
	name   string
	change func(*access.Edit)
	op, id string
	is     error
	text   string
}{
	{"user without id", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.ID = "" })) }, "set user", "", access.ErrInvalid, "empty"},
	{"user with a long id", func(e *access.Edit) {
		e.SetUser(newUser(func(u *document.User) { u.ID = strings.Repeat("x", 257) }))
	}, "set user", strings.Repeat("x", 257), access.ErrInvalid, "256"},
	{"user id not UTF-8", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.ID = "\xff" })) }, "set user", "\xff", access.ErrInvalid, "UTF-8"},
	{"user with a control character", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.ID = "a\nb" })) }, "set user", "a\nb", access.ErrInvalid, "control"},
	{"user of an unknown role", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Role = "adnim" })) }, "set user", "new", access.ErrUnknown, `did you mean "admin"?`},
	{"user with half an address", func(e *access.Edit) {
		e.SetUser(newUser(func(u *document.User) { u.Email = "new@" }))
	}, "set user", "new", team.ErrAddress, "address"},
	{"user of a taken address", func(e *access.Edit) { e.SetUser(newUser(sameAddress)) }, "set user", "new", access.ErrTaken, `"bob"`},
	{"user name not UTF-8", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Name = "\xff" })) }, "set user", "new", access.ErrInvalid, "UTF-8"},
	{"user name that turns its direction", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Name = "Ann\u202e" })) }, "set user", "new", access.ErrInvalid, "U+202E"},
	{"user name with a zero-width space", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Name = "An\u200bn" })) }, "set user", "new", access.ErrInvalid, "U+200B"},
	{"user name of two lines", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Name = "Ann\nLee" })) }, "set user", "new", access.ErrInvalid, "control"},
	{"user name that ends in a space", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Name = "Ann " })) }, "set user", "new", access.ErrInvalid, "space"},
	{"team name that turns its direction", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t", Name: "\u202eT"}) }, "set team", "t", access.ErrInvalid, "U+202E"},
	{"team description that turns its direction", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t", Description: "a\nb\u202e"}) }, "set team", "t", access.ErrInvalid, "U+202E"},
	{"data group name that turns its direction", func(e *access.Edit) { e.SetGroup(document.Group{ID: "g", Name: "\u202eG"}) }, "set group", "g", access.ErrInvalid, "U+202E"},
	{"report name that turns its direction", func(e *access.Edit) { e.SetReport(document.Report{ID: "r", Name: "\u202eR"}) }, "set report", "r", access.ErrInvalid, "U+202E"},
	{"report name of only a space", func(e *access.Edit) { e.SetReport(document.Report{ID: "r", Name: " "}) }, "set report", "r", access.ErrInvalid, "space"},
	{"user until before the calendar", func(e *access.Edit) {
		e.SetUser(newUser(func(u *document.User) { u.Until = document.End(beforeYear1) }))
	}, "set user", "new", access.ErrInvalid, "year 0"},
	{"user until beyond the calendar", func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Until = document.End(year10000) })) }, "set user", "new", access.ErrInvalid, "10000"},
	{"remove unknown user", func(e *access.Edit) { e.RemoveUser("anne") }, "remove user", "anne", access.ErrUnknown, `did you mean "ann"?`},
	{"remove user twice", func(e *access.Edit) { e.RemoveUser("bob"); e.RemoveUser("bob") }, "remove user", "bob", access.ErrUnknown, ""},

	{"team without id", func(e *access.Edit) { e.SetTeam(document.Team{}) }, "set team", "", access.ErrInvalid, "empty"},
	{"team of an unknown group", func(e *access.Edit) { e.SetTeam(document.Team{ID: "t", Groups: []string{"sus"}}) }, "set team", "t", access.ErrUnknown, `did you mean "us"?`},
	{"team of a group twice", func(e *access.Edit) {
		e.SetTeam(document.Team{ID: "t", Groups: []string{"us", "us"}})
	}, "set team", "t", access.ErrTaken, "twice"},
	{"team described at length", func(e *access.Edit) {
		e.SetTeam(document.Team{ID: "t", Description: strings.Repeat("x", 4097)})
	}, "set team", "t", access.ErrInvalid, "4096"},
	{"remove unknown team", func(e *access.Edit) { e.RemoveTeam("emma") }, "remove team", "emma", access.ErrUnknown, `did you mean "emea"?`},
	{"team with a list of members", func(e *access.Edit) {
		e.SetTeam(document.Team{ID: "t", Members: []document.Member{{User: "ann"}}})
	}, "set team", "t", access.ErrInvalid, "members: list of members is not valid here: set them with SetMember"},
	{"report with a list of grants", func(e *access.Edit) {
		e.SetReport(document.Report{ID: "q4", Grants: []document.Grant{{User: "ann", Level: "viewer"}}})
	}, "set report", "q4", access.ErrInvalid, "set them with SetGrant"},
	{"member of an unknown team", func(e *access.Edit) { e.SetMember("emma", document.Member{User: "ann"}) }, "set member", "emma/ann", access.ErrUnknown, "team"},
	{"unknown member", func(e *access.Edit) { e.SetMember("emea", document.Member{User: "anne"}) }, "set member", "emea/anne", access.ErrUnknown, "user"},
	{"member until beyond the calendar", func(e *access.Edit) {
		e.SetMember("emea", document.Member{User: "bob", Until: document.End(year10000)})
	}, "set member", "emea/bob", access.ErrInvalid, "10000"},
	{"remove member of an unknown team", func(e *access.Edit) { e.RemoveMember("emma", "ann") }, "remove member", "emma/ann", access.ErrUnknown, "team"},
	{"remove unknown user from a team", func(e *access.Edit) { e.RemoveMember("emea", "anne") }, "remove member", "emea/anne", access.ErrUnknown, "user"},
	{"remove who is no member", func(e *access.Edit) { e.RemoveMember("emea", "bob") }, "remove member", "emea/bob", access.ErrUnknown, "member"},

	{"attribute that is built in", func(e *access.Edit) { e.SetAttributes(map[string]string{"id": "string"}) }, "set attributes", "", datagroup.ErrName, "id"},
	{"drop an attribute in use", func(e *access.Edit) { e.SetAttributes(nil) }, "set attributes", "", access.ErrInvalid, "country"},
	{"retype an attribute in use", func(e *access.Edit) {
		e.SetAttributes(map[string]string{"country": "number"})
	}, "set attributes", "", access.ErrInvalid, "country"},
	{"drop an attribute that a filter reads", func(e *access.Edit) {
		e.RemoveAccount("us-1")
		e.RemoveAccount("de-1")
		e.SetAttributes(map[string]string{"spend": "number"})
	}, "set attributes", "", access.ErrInvalid, "country"},

	{"zero account", func(e *access.Edit) { e.SetAccount(document.Account{}) }, "set account", "", access.ErrInvalid, "empty"},
	{"account of a foreign schema", func(e *access.Edit) {
		e.SetAccount(document.Account{ID: "x", Source: "google", Values: map[string]datagroup.Value{"city": datagroup.Text("x")}})
	}, "set account", "x", datagroup.ErrUnknownAttribute, "city"},
	{"account of another type", func(e *access.Edit) {
		e.SetAccount(document.Account{ID: "x", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Number(1)}})
	}, "set account", "x", datagroup.ErrType, "country"},
	{"account with a control character", func(e *access.Edit) { e.SetAccount(document.Account{ID: "a\tb", Source: "google"}) }, "set account", "a\tb", access.ErrInvalid, "control"},
	{"remove unknown account", func(e *access.Edit) { e.RemoveAccount("us-9") }, "remove account", "us-9", access.ErrUnknown, "account"},
	{"group without id", func(e *access.Edit) { e.SetGroup(document.Group{}) }, "set group", "", access.ErrInvalid, "empty"},
	{"group named at length", func(e *access.Edit) {
		e.SetGroup(document.Group{ID: "g", Name: strings.Repeat("x", 4097)})
	}, "set group", "g", access.ErrInvalid, "4096"},
	{"group of a foreign filter", func(e *access.Edit) {
		e.SetGroup(document.Group{ID: "g", Filter: "city = 'x'"})
	}, "set group", "g", datagroup.ErrUnknownAttribute, "city"},
	{"group of another type", func(e *access.Edit) {
		e.SetGroup(document.Group{ID: "g", Filter: "country > 1"})
	}, "set group", "g", datagroup.ErrType, "country"},
	{"remove unknown group", func(e *access.Edit) { e.RemoveGroup("uk") }, "remove group", "uk", access.ErrUnknown, "data group"},

	{"report without id", func(e *access.Edit) { e.SetReport(document.Report{ID: "", Name: "x"}) }, "set report", "", access.ErrInvalid, "empty"},
	{"report of a taken name", func(e *access.Edit) { e.SetReport(document.Report{ID: "q4", Name: "Quarter"}) }, "set report", "q4", access.ErrTaken, `"q3"`},
	{"report named at length", func(e *access.Edit) { e.SetReport(document.Report{ID: "q4", Name: strings.Repeat("x", 4097)}) }, "set report", "q4", access.ErrInvalid, "4096"},
	{"remove unknown report", func(e *access.Edit) { e.RemoveReport("q33") }, "remove report", "q33", access.ErrUnknown, `did you mean "q3"?`},
	{"grant of an unknown report", func(e *access.Edit) { e.SetGrant("q4", document.Grant{User: "ann", Level: "viewer"}) }, "set grant", "q4/ann", access.ErrUnknown, "report"},
	{"grant to an unknown user", func(e *access.Edit) { e.SetGrant("q3", document.Grant{User: "anne", Level: "viewer"}) }, "set grant", "q3/anne", access.ErrUnknown, "user"},
	{"grant to an unknown team", func(e *access.Edit) { e.SetGrant("q3", document.Grant{Team: "emma", Level: "viewer"}) }, "set grant", "q3/team emma", access.ErrUnknown, "team"},
	{"grant to nobody", func(e *access.Edit) { e.SetGrant("q3", document.Grant{Level: "viewer"}) }, "set grant", "q3/", access.ErrInvalid, "one user or to one team"},
	{"grant to two", func(e *access.Edit) { e.SetGrant("q3", document.Grant{User: "ann", Team: "emea", Level: "viewer"}) }, "set grant", "q3/team emea", access.ErrInvalid, "one user or to one team"},
	{"grant of no level", func(e *access.Edit) { e.SetGrant("q3", document.Grant{User: "bob", Level: "none"}) }, "set grant", "q3/bob", access.ErrInvalid, "none"},
	{"grant beyond creator", func(e *access.Edit) { e.SetGrant("q3", document.Grant{User: "bob", Level: "Level(5)"}) }, "set grant", "q3/bob", access.ErrInvalid, "Level(5)"},
	{"team as editor", func(e *access.Edit) { e.SetGrant("q3", document.Grant{Team: "emea", Level: "editor"}) }, "set grant", "q3/team emea", access.ErrInvalid, "explorer is the highest"},
	{"grant until beyond the calendar", func(e *access.Edit) {
		e.SetGrant("q3", document.Grant{User: "bob", Level: "viewer", Until: document.End(year10000)})
	}, "set grant", "q3/bob", access.ErrInvalid, "10000"},
	{"remove grant of an unknown report", func(e *access.Edit) { e.RemoveGrant("q4", document.Grant{User: "ann"}) }, "remove grant", "q4/ann", access.ErrUnknown, "report"},
	{"remove grant nobody has", func(e *access.Edit) { e.RemoveGrant("q3", document.Grant{User: "bob"}) }, "remove grant", "q3/bob", access.ErrUnknown, "grant"},
	{"remove grant of nobody", func(e *access.Edit) { e.RemoveGrant("q3", document.Grant{}) }, "remove grant", "q3/", access.ErrUnknown, "grant"},
	{"remove grant of two", func(e *access.Edit) { e.RemoveGrant("q3", document.Grant{User: "ann", Team: "emea"}) }, "remove grant", "q3/team emea", access.ErrUnknown, "grant"},

	{"link without id", func(e *access.Edit) { e.SetLink(newLink(func(l *document.Link) { l.ID = "" })) }, "set link", "", access.ErrInvalid, "empty"},
	{"zero link", func(e *access.Edit) { e.SetLink(document.Link{}) }, "set link", "", access.ErrInvalid, "empty"},
	{"link of an unknown maker", func(e *access.Edit) { e.SetLink(newLink(func(l *document.Link) { l.Maker = "anne" })) }, "set link", "new", access.ErrUnknown, `did you mean "ann"?`},
	{"link to an unknown report", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.Resource = access.Report("q33").Entry() }))
	}, "set link", "new", access.ErrUnknown, `did you mean "q3"?`},
	{"link to an account", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.Action, l.Resource = "account.view", access.Account("us-1").Entry() }))
	}, "set link", "new", access.ErrInvalid, "account:us-1"},
	{"link to edit", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.Action = "report.edit" }))
	}, "set link", "new", access.ErrInvalid, "report.edit"},
	{"link to an unknown kind", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) {
			l.Action, l.Resource = "recording.view", access.Item("pag", "p", "us-1").Entry()
		}))
	}, "set link", "new", access.ErrUnknown, `did you mean "page"?`},
	{"link to a kind without links", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.Action, l.Resource = "account.view", access.Item("row", "p", "us-1").Entry() }))
	}, "set link", "new", access.ErrInvalid, `"row"`},
	{"link to a page without an account", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.Action, l.Resource = "recording.view", access.Item("page", "p", "").Entry() }))
	}, "set link", "new", access.ErrInvalid, "page:p"},
	{"link to a board in an account", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) {
			l.Action, l.Resource = "insight.view", access.Item("board", "b", "us-1").Entry()
		}))
	}, "set link", "new", access.ErrInvalid, "board:b"},
	{"link for another action of the kind", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) {
			l.Action, l.Resource = "insight.view", access.Item("page", "p", "us-1").Entry()
		}))
	}, "set link", "new", access.ErrInvalid, "insight.view"},
	{"link until beyond the calendar", func(e *access.Edit) { e.SetLink(newLink(func(l *document.Link) { l.Until = document.End(year10000) })) }, "set link", "new", access.ErrInvalid, "10000"},
	{"link to something else than before", func(e *access.Edit) {
		e.SetReport(document.Report{ID: "q4"})
		e.SetLink(newLink(func(l *document.Link) { l.ID, l.Resource = "l1", access.Report("q4").Entry() }))
	}, "set link", "l1", access.ErrInvalid, "stays"},
	{"link of somebody else", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.ID, l.Maker = "l1", "bob" }))
	}, "set link", "l1", access.ErrInvalid, "stays"},
	{"link in another scope", func(e *access.Edit) {
		e.SetLink(newLink(func(l *document.Link) { l.ID, l.Session = "l1", "emea" }))
	}, "set link", "l1", access.ErrInvalid, "stays"},
	{"link that had ended", func(e *access.Edit) { e.SetLink(newLink(func(l *document.Link) { l.ID = "l2" })) }, "set link", "l2", access.ErrInvalid, "ended"},
	{"link ended with its maker", func(e *access.Edit) {
		e.RemoveUser("ann")
		e.SetLink(newLink(func(l *document.Link) { l.ID = "l1" }))
	}, "set link", "l1", access.ErrInvalid, "ended"},
	{"remove unknown link", func(e *access.Edit) { e.RemoveLink("l9") }, "remove link", "l9", access.ErrUnknown, "link"},
}

func TestBadEdits(t *testing.T) {
	base := access.MustLoad(editBase)
	before, err := base.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, tt := range badEdits {
		if names[tt.name] {
			t.Fatalf("two rows are called %q", tt.name)
		}
		names[tt.name] = true
		t.Run(tt.name, func(t *testing.T) {
			e := base.Edit()
			e.SetTeam(document.Team{ID: "fine"}) // does not count either
			tt.change(e)
			e.RemoveTeam("fine")
			p, err := e.Policy()
			if p != nil || err == nil {
				t.Fatalf("Policy() = %v, %v, want an error", p, err)
			}
			var one *access.Error
			if !errors.As(err, &one) || one.Op != tt.op || one.ID != tt.id || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v\nwant %s %q, %v, text %q", err, tt.op, tt.id, tt.is, tt.text)
			}
			if again, err := e.Policy(); again != nil || !errors.Is(err, access.ErrSpent) {
				t.Errorf("the second Policy() = %v, %v, want ErrSpent", again, err)
			}
			if after, err := base.Document().JSON(); string(after) != string(before) || err != nil {
				t.Errorf("the base became %s, %v", after, err)
			}
		})
	}
}

// TestEveryMistakeOfAnEdit makes three mistakes and gets three errors.
func TestEveryMistakeOfAnEdit(t *testing.T) {
	e := access.MustLoad(editBase).Edit()
	e.RemoveUser("x")
	e.SetTeam(document.Team{ID: "fine"})
	e.SetReport(document.Report{ID: ""})
	e.RemoveLink("y")
	_, err := e.Policy()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 3 {
		t.Fatalf("Policy() = %v, want three errors", err)
	}
	for i, op := range []string{"remove user", "set report", "remove link"} {
		var one *access.Error
		if !errors.As(joined.Unwrap()[i], &one) || one.Op != op {
			t.Errorf("error %d is %v, want %s", i, joined.Unwrap()[i], op)
		}
	}
}

// TestNoSuggestionAmongMany has more ids than are looked through for one that
// was meant.
func TestNoSuggestionAmongMany(t *testing.T) {
	t.Parallel()
	e := new(access.Policy).Edit()
	for i := range 10_001 {
		e.SetTeam(document.Team{ID: strconv.Itoa(i + 100_000)})
	}
	e.RemoveTeam("1OOOOO")
	if _, err := e.Policy(); !errors.Is(err, access.ErrUnknown) || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("Policy() = %v", err)
	}
}

// TestEditIsSpent makes one policy, and no second one.
func TestEditIsSpent(t *testing.T) {
	e := access.MustLoad(editBase).Edit()
	e.RemoveUser("bob")
	p, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	e.RemoveUser("ann")
	again, err := e.Policy()
	var one *access.Error
	if again != nil || !errors.Is(err, access.ErrSpent) || !errors.As(err, &one) || err.Error() != "access: Edit.Policy called twice" {
		t.Errorf("the second Policy() = %v, %v", again, err)
	}
	if d := p.Decide(access.User("ann"), "report.view", access.Report("q3")); !d.Allowed {
		t.Errorf("a change after Policy() reached the policy: %v", d)
	}
}

// TestGoOnAfterAFailedEdit makes many more changes after one that failed half
// way. None panics, and there is no policy in the end.
func TestGoOnAfterAFailedEdit(t *testing.T) {
	t.Parallel()
	base := access.MustLoad(editBase)
	for _, tt := range badEdits {
		e := base.Edit()
		tt.change(e)
		e.SetAccount(document.Account{ID: "us-1", Source: "google"})
		e.SetAccount(document.Account{ID: "new-1", Source: "google"})
		e.SetGroup(document.Group{ID: "us", Filter: "everything"})
		e.SetGroup(document.Group{ID: "new", Filter: "id = 'new-1'"})
		e.SetTeam(document.Team{ID: "emea", Groups: []string{"new", "us"}})
		e.RemoveAccount("de-1")
		e.RemoveGroup("us")
		e.RemoveTeam("emea")
		e.RemoveReport("q3")
		e.RemoveUser("ann")
		if p, err := e.Policy(); p != nil || err == nil {
			t.Errorf("%s: Policy() = %v, %v, want an error", tt.name, p, err)
		}
	}
}
