package access_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// badBase is a sound document with a place at the end of each list where a row
// puts one more entry, on a line of its own.
const badBase = `{"catalog": {"extends": "company", "kinds": [{"name": "page", "in": "account", "actions": ["recording.view", "insight.view"], "link": "recording.view"}, {"name": "board", "in": "company", "actions": ["insight.view"], "link": "insight.view"}, {"name": "row", "in": "account"}]},
  "attributes": {"country": "string", "spend": "number", "labels": "labels"@attributes@},
  "accounts": [{"id": "us-1", "source": "google"}@accounts@],
  "groups": [{"id": "us", "filter": "country = 'US'"}@groups@],
  "teams": [{"id": "emea", "groups": ["us"], "members": [{"user": "ann"}]}@teams@],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"},
            {"id": "bob", "email": "bob@example.com", "role": "viewer"}@users@],
  "reports": [{"id": "q3", "name": "Quarter", "grants": [{"user": "ann", "level": "creator"}]}@reports@],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}@links@]
}`

var badLists = []string{"attributes", "accounts", "groups", "teams", "users", "reports", "links"}

// withEntry returns badBase with one more entry, and the line it stands on.
func withEntry(list, entry string) (text string, line int) {
	text = badBase
	for _, l := range badLists {
		added := ""
		if l == list {
			added = ",\n" + entry
		}
		text = strings.ReplaceAll(text, "@"+l+"@", added)
	}
	before, _, _ := strings.Cut(text, ",\n"+entry)
	return text, 2 + strings.Count(before, "\n")
}

// wrap returns a text of n bytes.
func wrap(open, fill, end string, n int) string { return open + strings.Repeat(fill, n) + end }

const mega = 1 << 20

// badEntries are entries that are wrong, each for one reason.
var badEntries = []struct {
	name, list, entry string
	path              string
	is                error
	text              string
}{
	{"attribute of no type", "attributes", `"city": "text"`, "attributes.city", datagroup.ErrType, "string, number or labels"},
	{"attribute of a near type", "attributes", `"city": "strin"`, "attributes.city", datagroup.ErrType, "did you mean string?"},
	{"attribute declared twice", "attributes", `"spend": "number"`, "attributes.spend", access.ErrTaken, "duplicate"},
	{"attribute that is built in", "attributes", `"id": "string"`, "attributes.id", datagroup.ErrName, ""},
	{"attribute below the account", "attributes", `"campaign": "string"`, "attributes.campaign", datagroup.ErrBelowAccount, "account level"},
	{"attribute type null", "attributes", `"city": null`, "attributes.city", access.ErrInvalid, "want string, found null"},

	{"account id twice", "accounts", `{"id": "us-1", "source": "meta"}`, "accounts[1].id", access.ErrTaken, `"us-1"`},
	{"account without id", "accounts", `{"source": "meta"}`, "accounts[1].id", access.ErrInvalid, "empty"},
	{"account with an empty id", "accounts", `{"id": "", "source": "meta"}`, "accounts[1].id", access.ErrInvalid, "empty"},
	{"account with more values than attributes", "accounts", `{"id": "us-2", "source": "meta", "a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}`, "accounts[1]", datagroup.ErrTooLong, "7 values"},
	{"account without source", "accounts", `{"id": "us-2"}`, "accounts[1]", datagroup.ErrRequired, "source"},
	{"account of an unknown attribute", "accounts", `{"id": "us-2", "source": "meta", "contry": "US"}`, "accounts[1]", datagroup.ErrUnknownAttribute, `did you mean country?`},
	{"account with an attribute in the wrong case", "accounts", `{"id": "us-2", "source": "meta", "Country": "US"}`, "accounts[1]", datagroup.ErrUnknownAttribute, "country"},
	{"account below the account", "accounts", `{"id": "us-2", "source": "meta", "campaign": "x"}`, "accounts[1]", datagroup.ErrBelowAccount, ""},
	{"number for text", "accounts", `{"id": "us-2", "source": "meta", "country": 1}`, "accounts[1]", datagroup.ErrType, "country"},
	{"text for a number", "accounts", `{"id": "us-2", "source": "meta", "spend": "1"}`, "accounts[1]", datagroup.ErrType, "spend"},
	{"text for labels", "accounts", `{"id": "us-2", "source": "meta", "labels": "vip"}`, "accounts[1]", datagroup.ErrType, "labels"},
	{"labels that are no text", "accounts", `{"id": "us-2", "source": "meta", "labels": ["vip", 1]}`, "accounts[1].labels[1]", access.ErrInvalid, "want string, found number"},
	{"value null", "accounts", `{"id": "us-2", "source": "meta", "country": null}`, "accounts[1].country", access.ErrInvalid, "want string, found null"},
	{"value true", "accounts", `{"id": "us-2", "source": "meta", "country": true}`, "accounts[1].country", access.ErrInvalid, "want string, found boolean"},
	{"value twice", "accounts", `{"id": "us-2", "source": "meta", "country": "US", "country": "DE"}`, "accounts[1].country", access.ErrTaken, "duplicate"},
	{"integer just beyond 2^53", "accounts", `{"id": "us-2", "source": "meta", "spend": 9007199254740993}`, "accounts[1].spend", access.ErrInvalid, "9007199254740993"},
	{"integer just beyond -2^53", "accounts", `{"id": "us-2", "source": "meta", "spend": -9007199254740993}`, "accounts[1].spend", access.ErrInvalid, "strings"},
	{"integer beyond 2^53", "accounts", `{"id": "us-2", "source": "meta", "spend": 9007199254740994}`, "accounts[1]", datagroup.ErrNumber, ""},
	{"number beyond float64", "accounts", `{"id": "us-2", "source": "meta", "spend": 1e400}`, "accounts[1].spend", access.ErrInvalid, ""},
	{"account is text", "accounts", `"us-2"`, "accounts[1]", access.ErrInvalid, "want object, found string"},
	{"account id is a number", "accounts", `{"id": 7, "source": "meta"}`, "accounts[1].id", access.ErrInvalid, "want string, found number"},
	{"control character in an account id", "accounts", `{"id": "us\n2", "source": "meta"}`, "accounts[1].id", access.ErrInvalid, "control"},

	{"group id twice", "groups", `{"id": "us", "filter": "everything"}`, "groups[1].id", access.ErrTaken, `"us"`},
	{"group without id", "groups", `{"filter": "everything"}`, "groups[1].id", access.ErrInvalid, "empty"},
	{"group with an unknown field", "groups", `{"id": "g", "filter": "everything", "fliter": ""}`, "groups[1].fliter", access.ErrInvalid, `did you mean "filter"?`},
	{"empty filter", "groups", `{"id": "g", "filter": ""}`, "groups[1].filter", datagroup.ErrSyntax, ""},
	{"filter with trailing text", "groups", `{"id": "g", "filter": "everything else"}`, "groups[1].filter", datagroup.ErrSyntax, ""},
	{"filter below the account", "groups", `{"id": "g", "filter": "ad_group = 'x'"}`, "groups[1].filter", datagroup.ErrBelowAccount, "account level"},
	{"filter of an unknown attribute", "groups", `{"id": "g", "filter": "contry = 'US'"}`, "groups[1].filter", datagroup.ErrUnknownAttribute, "did you mean country?"},
	{"filter of the wrong type", "groups", `{"id": "g", "filter": "spend = 'US'"}`, "groups[1].filter", datagroup.ErrType, "1:9"},
	{"filter with the wrong operator", "groups", `{"id": "g", "filter": "country >= 'US'"}`, "groups[1].filter", datagroup.ErrType, ""},
	{"filter with an empty list", "groups", `{"id": "g", "filter": "country in ()"}`, "groups[1].filter", datagroup.ErrEmptyList, ""},
	{"filter with an integer beyond 2^53", "groups", `{"id": "g", "filter": "spend = 9007199254740993"}`, "groups[1].filter", datagroup.ErrNumber, "9007199254740993"},
	{"1 MB of parentheses in a filter", "groups", wrap(`{"id": "g", "filter": "`, "(", `"}`, mega), "groups[1].filter", datagroup.ErrTooLong, ""},
	{"1,000 parentheses in a filter", "groups", wrap(`{"id": "g", "filter": "`, "(", `"}`, 1000), "groups[1].filter", datagroup.ErrTooDeep, ""},
	{"filter is a list", "groups", `{"id": "g", "filter": ["everything"]}`, "groups[1].filter", access.ErrInvalid, "want string, found array"},

	{"team id twice", "teams", `{"id": "emea"}`, "teams[1].id", access.ErrTaken, `"emea"`},
	{"team without id", "teams", `{"name": "x"}`, "teams[1].id", access.ErrInvalid, "empty"},
	{"team of an unknown group", "teams", `{"id": "t", "groups": ["sus"]}`, "teams[1].groups[0]", access.ErrUnknown, `did you mean "us"?`},
	{"team of a group twice", "teams", `{"id": "t", "groups": ["us", "us"]}`, "teams[1].groups[1]", access.ErrTaken, "twice"},
	{"unknown member", "teams", `{"id": "t", "members": [{"user": "ann"}, {"user": "anne"}]}`, "teams[1].members[1].user", access.ErrUnknown, `did you mean "ann"?`},
	{"member twice", "teams", `{"id": "t", "members": [{"user": "ann"}, {"user": "ann"}]}`, "teams[1].members[1].user", access.ErrTaken, "twice"},
	{"member until nothing", "teams", `{"id": "t", "members": [{"user": "ann", "until": ""}]}`, "teams[1].members[0].until", access.ErrInvalid, "leave the field out"},
	{"member until no instant", "teams", `{"id": "t", "members": [{"user": "ann", "until": "soon"}]}`, "teams[1].members[0].until", access.ErrInvalid, `"soon"`},
	{"member until beyond the calendar", "teams", `{"id": "t", "members": [{"user": "ann", "until": "9999-12-31T23:30:00-01:00"}]}`, "teams[1].members[0].until", access.ErrInvalid, "10000"},
	{"members null", "teams", `{"id": "t", "members": null}`, "teams[1].members", access.ErrInvalid, "want array, found null"},
	{"description of 5,000 bytes", "teams", wrap(`{"id": "t", "description": "`, "x", `"}`, 5000), "teams[1].description", access.ErrInvalid, "4096"},

	{"user id twice", "users", `{"id": "ann", "email": "anna@example.com"}`, "users[2].id", access.ErrTaken, `"ann"`},
	{"user without id", "users", `{"email": "x@example.com"}`, "users[2].id", access.ErrInvalid, "empty"},
	{"1 MB of user id", "users", wrap(`{"id": "`, "a", `", "email": "x@example.com"}`, mega), "users[2].id", access.ErrInvalid, "256"},
	{"user id of half a surrogate pair", "users", `{"id": "x\ud800", "email": "x@example.com", "name": "x"}`, "users[2].id", access.ErrInvalid, "lone surrogate"},
	{"user of an empty address", "users", `{"id": "x", "email": ""}`, "users[2].email", access.ErrInvalid, "leave the field out"},
	{"bad address", "users", `{"id": "x", "email": "Ann <ann2@example.com>"}`, "users[2].email", team.ErrAddress, "before the @"},
	{"address with a Kelvin sign", "users", `{"id": "x", "email": "\u212aim@example.com"}`, "users[2].email", team.ErrAddress, ""},
	{"address twice", "users", `{"id": "x", "email": "ann@example.com"}`, "users[2].email", access.ErrTaken, `by user "ann"`},
	{"address twice but for the case", "users", `{"id": "x", "email": "ANN@Example.COM"}`, "users[2].email", access.ErrTaken, `by user "ann"`},
	{"unknown role", "users", `{"id": "x", "email": "x@example.com", "role": "viewr"}`, "users[2].role", access.ErrUnknown, `did you mean "viewer"?`},
	{"role in the wrong case", "users", `{"id": "x", "email": "x@example.com", "role": "Viewer"}`, "users[2].role", access.ErrUnknown, `did you mean "viewer"?`},
	{"empty role", "users", `{"id": "x", "email": "x@example.com", "role": ""}`, "users[2].role", access.ErrInvalid, "leave the field out"},
	{"user until nothing", "users", `{"id": "x", "email": "x@example.com", "until": ""}`, "users[2].until", access.ErrInvalid, "leave the field out"},
	{"user until no instant", "users", `{"id": "x", "email": "x@example.com", "until": "2027-13-01"}`, "users[2].until", access.ErrInvalid, "2027-13-01"},
	{"user until a day of another order", "users", `{"id": "x", "email": "x@example.com", "until": "01.03.2027"}`, "users[2].until", access.ErrInvalid, "2027-03-01T00:00:00Z"},
	{"user until the first day", "users", `{"id": "x", "email": "x@example.com", "until": "0001-01-01"}`, "users[2].until", access.ErrInvalid, "0001"},
	{"user until a day that there is not", "users", `{"id": "x", "email": "x@example.com", "until": "2027-02-29"}`, "users[2].until", access.ErrInvalid, "2027-03-01"},
	{"note of 501 bytes", "users", wrap(`{"id": "x", "email": "x@example.com", "note": "`, "x", `"}`, 501), "users[2].note", access.ErrInvalid, "500"},
	{"note of two lines", "teams", `{"id": "t", "note": "a\nb"}`, "teams[1].note", access.ErrInvalid, "control"},
	{"note with an invisible character", "teams", `{"id": "t", "members": [{"user": "ann", "note": "a\u200bb"}]}`, "teams[1].members[0].note", access.ErrInvalid, "U+200B"},
	{"note that ends in a space", "groups", `{"id": "g", "filter": "nothing", "note": "a "}`, "groups[1].note", access.ErrInvalid, "space"},
	{"note that turns its direction", "reports", `{"id": "q4", "note": "\u202ea"}`, "reports[1].note", access.ErrInvalid, "U+202E"},
	{"note of a grant", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "viewer", "note": "a\tb"}]}`, "reports[1].grants[0].note", access.ErrInvalid, "control"},
	{"note is a list", "users", `{"id": "x", "email": "x@example.com", "note": ["a"]}`, "users[2].note", access.ErrInvalid, "want string, found array"},
	{"user until the zero time", "users", `{"id": "x", "email": "x@example.com", "until": "0001-01-01T00:00:00Z"}`, "users[2].until", access.ErrInvalid, "0001"},
	{"user until the zero time elsewhere", "users", `{"id": "x", "email": "x@example.com", "until": "0001-01-01T01:00:00+01:00"}`, "users[2].until", access.ErrInvalid, "0001"},
	{"user until before the zero time", "users", `{"id": "x", "email": "x@example.com", "until": "0001-01-01T00:30:00+01:00"}`, "users[2].until", access.ErrInvalid, "year 0"},
	{"user until the year 10000", "users", `{"id": "x", "email": "x@example.com", "until": "10000-01-01T00:00:00Z"}`, "users[2].until", access.ErrInvalid, "10000"},
	{"suspended is text", "users", `{"id": "x", "email": "x@example.com", "suspended": "true"}`, "users[2].suspended", access.ErrInvalid, "want boolean, found string"},
	{"name of 5,000 bytes", "users", wrap(`{"id": "x", "email": "x@example.com", "name": "`, "x", `"}`, 5000), "users[2].name", access.ErrInvalid, "4096"},

	{"report id twice", "reports", `{"id": "q3"}`, "reports[1].id", access.ErrTaken, `"q3"`},
	{"report name twice", "reports", `{"id": "q4", "name": "Quarter"}`, "reports[1].name", access.ErrTaken, `by report "q3"`},
	{"report name twice but for case and spaces", "reports", `{"id": "q4", "name": "QUARTER"}`, "reports[1].name", access.ErrTaken, `by report "q3"`},
	{"report without id", "reports", `{"name": "x"}`, "reports[1].id", access.ErrInvalid, "empty"},
	{"grant to nobody", "reports", `{"id": "q4", "grants": [{"level": "viewer"}]}`, "reports[1].grants[0]", access.ErrInvalid, "one user or to one team"},
	{"grant to a user and a team", "reports", `{"id": "q4", "grants": [{"user": "ann", "team": "emea", "level": "viewer"}]}`, "reports[1].grants[0]", access.ErrInvalid, "one user or to one team"},
	{"grant to an unknown user", "reports", `{"id": "q4", "grants": [{"user": "anne", "level": "viewer"}]}`, "reports[1].grants[0].user", access.ErrUnknown, `did you mean "ann"?`},
	{"grant to an unknown team", "reports", `{"id": "q4", "grants": [{"team": "ema", "level": "viewer"}]}`, "reports[1].grants[0].team", access.ErrUnknown, `did you mean "emea"?`},
	{"two direct grants of a user", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "viewer"}, {"user": "ann", "level": "editor"}]}`, "reports[1].grants[1].user", access.ErrTaken, ""},
	{"two direct grants of a team", "reports", `{"id": "q4", "grants": [{"team": "emea", "level": "viewer"}, {"team": "emea", "level": "viewer"}]}`, "reports[1].grants[1].team", access.ErrTaken, ""},
	{"team as editor", "reports", `{"id": "q4", "grants": [{"team": "emea", "level": "editor"}]}`, "reports[1].grants[0].level", access.ErrInvalid, "explorer"},
	{"team as creator", "reports", `{"id": "q4", "grants": [{"team": "emea", "level": "creator"}]}`, "reports[1].grants[0].level", access.ErrInvalid, "explorer"},
	{"grant without level", "reports", `{"id": "q4", "grants": [{"user": "ann"}]}`, "reports[1].grants[0].level", access.ErrInvalid, "write viewer, explorer, editor or creator"},
	{"grant of no level", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "none"}]}`, "reports[1].grants[0].level", access.ErrInvalid, `"none"`},
	{"grant until nothing", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "viewer", "until": ""}]}`, "reports[1].grants[0].until", access.ErrInvalid, ""},
	{"grant until no instant", "reports", `{"id": "q4", "grants": [{"user": "ann", "level": "viewer", "until": "x"}]}`, "reports[1].grants[0].until", access.ErrInvalid, `"x"`},

	{"link id twice", "links", `{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1].id", access.ErrTaken, `"l1"`},
	{"link without id", "links", `{"maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1].id", access.ErrInvalid, "empty"},
	{"link of an unknown maker", "links", `{"id": "l2", "maker": "anne", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1].maker", access.ErrUnknown, `did you mean "ann"?`},
	{"link in sessions of an unknown team", "links", `{"id": "l2", "maker": "ann", "session": "emeaa", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1].session", access.ErrUnknown, `did you mean "emea"?`},
	{"link to an unknown report", "links", `{"id": "l2", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q33"}}`, "links[1].resource.id", access.ErrUnknown, `did you mean "q3"?`},
	{"link to an account", "links", `{"id": "l2", "maker": "ann", "action": "account.view", "resource": {"kind": "account", "id": "us-1"}}`, "links[1].resource", access.ErrInvalid, "account:us-1"},
	{"link to the company", "links", `{"id": "l2", "maker": "ann", "action": "recording.view", "resource": {"kind": "company", "id": ""}}`, "links[1].resource", access.ErrInvalid, "company"},
	{"link to a resource as text", "links", `{"id": "l2", "maker": "ann", "action": "report.view", "resource": "report:q3"}`, "links[1].resource", access.ErrInvalid, `{"kind": "report", "id": "q3"}`},
	{"link to nothing", "links", `{"id": "l2", "maker": "ann", "action": "report.view"}`, "links[1].resource", access.ErrInvalid, "nothing"},
	{"link to an item without account", "links", `{"id": "l2", "maker": "ann", "action": "recording.view", "resource": {"kind": "page", "id": "p"}}`, "links[1].resource", access.ErrInvalid, "page:p"},
	{"link to an item of the company in an account", "links", `{"id": "l2", "maker": "ann", "action": "insight.view", "resource": {"kind": "board", "id": "p", "account": "us-1"}}`, "links[1].resource", access.ErrInvalid, "board:p"},
	{"link to a flag of old", "links", `{"id": "l2", "maker": "ann", "action": "insight.view", "resource": {"kind": "board", "id": "p", "company": true}}`, "links[1].resource.company", access.ErrInvalid, "unknown field"},
	{"link to an unknown kind", "links", `{"id": "l2", "maker": "ann", "action": "insight.view", "resource": {"kind": "bord", "id": "p"}}`, "links[1].resource.kind", access.ErrUnknown, `did you mean "board"?`},
	{"link to a kind without links", "links", `{"id": "l2", "maker": "ann", "action": "account.view", "resource": {"kind": "row", "id": "p", "account": "us-1"}}`, "links[1].resource.kind", access.ErrInvalid, `"row"`},
	{"link of another listed action", "links", `{"id": "l2", "maker": "ann", "action": "insight.view", "resource": {"kind": "page", "id": "p", "account": "us-1"}}`, "links[1].action", access.ErrInvalid, `"insight.view"`},
	{"link to a report in an account", "links", `{"id": "l2", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3", "account": "us-1"}}`, "links[1].resource", access.ErrInvalid, "report:q3"},
	{"link to edit a report", "links", `{"id": "l2", "maker": "ann", "action": "report.edit", "resource": {"kind": "report", "id": "q3"}}`, "links[1].action", access.ErrInvalid, `"report.edit"`},
	{"link without action", "links", `{"id": "l2", "maker": "ann", "resource": {"kind": "page", "id": "p", "account": "us-1"}}`, "links[1].action", access.ErrInvalid, "empty"},
	{"link of an action of another kind", "links", `{"id": "l2", "maker": "ann", "action": "team.edit", "resource": {"kind": "board", "id": "p"}}`, "links[1].action", access.ErrInvalid, `"team.edit"`},
	{"link within no team", "links", `{"id": "l2", "maker": "ann", "session": "", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}`, "links[1].session", access.ErrInvalid, "leave the field out"},
	{"link until nothing", "links", `{"id": "l2", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": ""}`, "links[1].until", access.ErrInvalid, ""},
	{"link until no instant", "links", `{"id": "l2", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "x"}`, "links[1].until", access.ErrInvalid, `"x"`},
}

func TestBadEntries(t *testing.T) {
	t.Parallel()
	text, _ := withEntry("", "")
	if _, err := access.Load([]byte(text), nil); err != nil {
		t.Fatalf("the base is not sound: %v", err)
	}
	names := make(map[string]bool)
	for _, tt := range badEntries {
		if names[tt.name] {
			t.Fatalf("two rows are called %q", tt.name)
		}
		names[tt.name] = true
		t.Run(tt.name, func(t *testing.T) {
			text, line := withEntry(tt.list, tt.entry)
			found := problemsOf(t, text, nil)
			i := 0
			for i < len(found) && found[i].Path != tt.path {
				i++
			}
			if i == len(found) {
				t.Fatalf("no problem at %s, but\n%v", tt.path, found)
			}
			if p := found[i]; p.Line != line || !errors.Is(p, tt.is) || !strings.Contains(p.Error(), tt.text) {
				t.Errorf("%v\nwant line %d, error %v, text %q", p, line, tt.is, tt.text)
			}
		})
	}
}

// problemsOf loads a document that must be refused, and looks at what every
// refusal has in common.
func problemsOf(t *testing.T, text string, c *access.Config) []document.Problem {
	t.Helper()
	p, err := access.Load([]byte(text), c)
	var all *document.Error
	if p != nil || !errors.As(err, &all) || len(all.Problems) == 0 {
		t.Fatalf("Load = %v, %v, want no policy and a DocumentError", p, err)
	}
	line := 0
	for _, problem := range all.Problems {
		if problem.Err == nil || problem.Line < line || !errors.Is(err, problem.Err) {
			t.Errorf("%v: after line %d, or not wrapped by the whole", problem, line)
		}
		line = problem.Line
		if !strings.Contains(err.Error(), problem.Error()) {
			t.Errorf("%q does not report %q", err, problem)
		}
	}
	if len(all.Problems) > 101 {
		t.Errorf("%d problems", len(all.Problems))
	}
	return all.Problems
}

func TestBadTexts(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
	}{
		{"empty text", ``, `line 1: not valid JSON: it is empty`},
		{"text of spaces", " \n ", `line 2: not valid JSON: it is empty`},
		{"empty but for a byte order mark", "\ufeff", `line 1: not valid JSON: it is empty`},
		{"null", `null`, `line 1: wrong type: want object, found null`},
		{"a list", `[]`, `line 1: wrong type: want object, found array`},
		{"a number", `1`, `line 1: wrong type: want object, found number`},
		{"open object", "{\n\"users\": [", `line 2: not valid JSON`},
		{"trailing comma", `{"users": [],}`, `line 1: not valid JSON`},
		{"comment", "{} // why", `line 1: not valid JSON`},
		{"trailing document", "{}\n{}", `line 2: not valid JSON`},
		{"trailing bracket", "{}\n]", `line 2: not valid JSON`},
		{"byte order mark twice", "\ufeff\ufeff{}", `line 1: not valid JSON`},
		{"UTF-16", "\xff\xfe{\x00}\x00", `it looks like UTF-16: save it as UTF-8`},
		{"UTF-16 without its mark", "\x00{\x00}", `it looks like UTF-16: save it as UTF-8`},
		{"not UTF-8", "{\n\"catalog\": \"\xff\"}", `line 2: not valid Unicode`},
		{"unknown field", "{\n\"user\": []}", `line 2: user: unknown field: did you mean "users"?`},
		{"field in the wrong case", "{\n\"Users\": []}", `line 2: Users: unknown field: did you mean "users"?`},
		{"unheard-of field", `{"permissions": []}`, `line 1: permissions: unknown field`},
		{"duplicate key", "{\"users\": [],\n\"users\": []}", `line 2: users: duplicate field`},
		{"duplicate key written otherwise", "{\"users\": [],\n\"\\u0075sers\": []}", `line 2: users: duplicate field`},
		{"list is null", "{\n\"users\": null}", `line 2: users: wrong type: want array, found null`},
		{"list is an object", `{"users": {}}`, `line 1: users: wrong type: want array, found object`},
		{"attributes are a list", `{"attributes": []}`, `line 1: attributes: wrong type: want object, found array`},
		{"unknown catalog", `{"catalog": "compny"}`, `line 1: catalog: catalog "compny" does not exist; did you mean "company"?`},
		{"unknown catalog to extend", "{\"catalog\": {\"kinds\": [],\n\"extends\": \"projct\"}}", `line 2: catalog.extends: catalog "projct" does not exist; did you mean "project"?`},
		{"catalog that is a number", `{"catalog": 7}`, `line 1: catalog: wrong type: want string, found number`},
		{"empty catalog", `{"catalog": {}}`, `line 1: catalog: empty catalog is not valid: leave the field out`},
		{"catalog of kinds alone", `{"catalog": {"kinds": [{"name": "page", "in": "company"}]}}`, `line 1: catalog: a catalog needs a role`},
		{"grant without a catalog to extend", "{\"catalog\": {\"roles\": [{\"name\": \"a\"}],\n\"grant\": {\"a\": [\"x.y\"]}}}", `line 2: catalog.grant: grant is not valid: it adds to the roles of a catalog that is extended`},
		{"grant of a built-in action", "{\"catalog\": {\"extends\": \"company\", \"grant\": {\n\"viewer\": [\"user.invite\"]}}}", `line 2: catalog.grant.viewer: role "viewer": action "user.invite": only actions of the host's own`},
		{"grant to an unknown role", "{\"catalog\": {\"extends\": \"company\", \"grant\": {\n\"viwer\": [\"a.b\"]}}}", `line 2: catalog.grant.viwer: role "viwer": the catalog has no such role`},
		{"grant of what no kind lists", "{\"catalog\": {\"extends\": \"company\", \"grant\": {\n\"viewer\": [\"a.b\"]}}}", `line 2: catalog.grant.viewer: role "viewer": action "a.b": no kind lists it`},
		{"added role that is there", "{\"catalog\": {\"extends\": \"company\", \"roles\": [\n{\"name\": \"viewer\"}]}}", `line 2: catalog.roles[0]: role "viewer": it is listed twice`},
		{"kind of a built-in name", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [\n{\"name\": \"team\"}]}}", `line 2: catalog.kinds[0]: kind "team": a built-in kind`},
		{"kind without a place", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [\n{\"name\": \"page\"}]}}", `line 2: catalog.kinds[0]: kind "page": a kind belongs to`},
		{"kind in a team", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [{\"name\": \"page\",\n\"in\": \"team\"}]}}", `line 2: catalog.kinds[0].in: in "team" is not valid: write account or company`},
		{"kind with an empty link action", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [{\"name\": \"page\", \"in\": \"company\",\n\"link\": \"\"}]}}", `line 2: catalog.kinds[0].link: empty text is not valid`},
		{"kind twice", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [{\"name\": \"page\", \"in\": \"company\"},\n{\"name\": \"page\", \"in\": \"company\"}]}}", `line 2: catalog.kinds[1]: kind "page": it is listed twice`},
		{"kind with a field too many", "{\"catalog\": {\"extends\": \"company\", \"kinds\": [{\"name\": \"page\",\n\"account\": true}]}}", `line 2: catalog.kinds[0].account: unknown field`},
		{"roles beside the catalog", "{\"catalog\": \"company\",\n\"roles\": [{\"name\": \"a\"}]}", `line 2: roles: unknown field`},
		{"link to an unknown kind", "{\"users\": [{\"id\": \"a\", \"email\": \"a@example.com\"}], \"catalog\": \"project\",\n\"links\": [{\"id\": \"l\", \"maker\": \"a\", \"action\": \"recording.view\", \"resource\": {\"kind\": \"sesion\", \"id\": \"s\", \"account\": \"a\"}}]}", `line 2: links[0] "l".resource.kind: kind "sesion" does not exist; did you mean "session"?`},
		{"link to a kind without links", "{\"users\": [{\"id\": \"a\", \"email\": \"a@example.com\"}], \"catalog\": \"project\",\n\"links\": [{\"id\": \"l\", \"maker\": \"a\", \"action\": \"heatmap.view\", \"resource\": {\"kind\": \"heatmap\", \"id\": \"s\", \"account\": \"a\"}}]}", `line 2: links[0] "l".resource.kind: kind "heatmap" is not valid here: it has no link action`},
		{"link without its account", "{\"users\": [{\"id\": \"a\", \"email\": \"a@example.com\"}], \"catalog\": \"project\",\n\"links\": [{\"id\": \"l\", \"maker\": \"a\", \"action\": \"recording.view\", \"resource\": {\"kind\": \"session\", \"id\": \"s\"}}]}", `line 2: links[0] "l".resource: resource "session:s" is not valid: things of this kind belong to an account`},
		{"link for another listed action", "{\"users\": [{\"id\": \"a\", \"email\": \"a@example.com\"}], \"catalog\": \"project\",\n\"links\": [{\"id\": \"l\", \"maker\": \"a\", \"action\": \"session.filter\", \"resource\": {\"kind\": \"session\", \"id\": \"s\", \"account\": \"a\"}}]}", `line 2: links[0] "l".action: action "session.filter" is not valid: a link to session:s in account:a allows recording.view`},
		{"role without name", "{\"catalog\": {\"roles\": [\n{\"title\": \"x\"}]}}", `line 2: catalog.roles[0]: a name has`},
		{"role manages an unknown one", "{\"catalog\": {\"roles\": [\n{\"name\": \"a\", \"manages\": [\"b\"]}]}}", `line 2: catalog.roles[0]: role "a": the catalog has no such role`},
		{"role of a wild card", "{\"catalog\": {\"roles\": [\n{\"name\": \"a\", \"capabilities\": [\"*\"]}]}}", `line 2: catalog.roles[0]: role "a": action "*": an action has`},
		{"role of a level action", "{\"catalog\": {\"roles\": [\n{\"name\": \"a\", \"capabilities\": [\"report.view\"]}]}}", `line 2: catalog.roles[0]: role "a": action "report.view": no role may hold`},
		{"role that revokes links", `{"catalog": {"roles": [{"name": "a", "capabilities": ["link.revoke"]}]}}`, `line 1: catalog.roles[0]: role "a": action "link.revoke": no role may hold`},
		{"role of teams that moves data", `{"catalog": {"roles": [{"name": "a", "capabilities": ["team.set-members"]}]}}`, `line 1: catalog.roles[0]: role "a": action "team.set-members": only a role that sees all data`},
		{"role of some data", "{\"catalog\": {\"roles\": [\n{\"name\": \"a\", \"data\": \"some\"}]}}", `line 2: catalog.roles[0].data: data "some" is not valid`},
		{"role with fewer than no holders", `{"catalog": {"roles": [{"name": "a", "minHolders": -1}]}}`, `line 1: catalog.roles[0].minHolders: number of holders -1 is not valid`},
		{"role with a fraction of holders", `{"catalog": {"roles": [{"name": "a", "maxHolders": 1.5}]}}`, `line 1: catalog.roles[0].maxHolders: wrong type: want integer`},
		{"role with too many holders", `{"catalog": {"roles": [{"name": "a", "maxHolders": 3000000000}]}}`, `line 1: catalog.roles[0].maxHolders: number of holders 3000000000 is not valid`},
		{"role bounded below its minimum", `{"catalog": {"roles": [{"name": "a", "minHolders": 2, "maxHolders": 1}]}}`, `line 1: catalog.roles[0]: role "a": the bounds on holders`},
		{"default role not offered", `{"catalog": {"roles": [{"name": "a", "default": true}]}}`, `line 1: catalog.roles[0]: role "a": only one role may be the default`},
		{"no default role for a user", "{\"catalog\": {\"roles\": [{\"name\": \"a\"}]},\n\"users\": [{\"id\": \"x\", \"email\": \"x@example.com\"}]}", `line 2: users[0] "x".role: role "" does not exist`},
		{"1 MB of brackets", wrap("", "[", "", mega), `line 1: not valid JSON`},
		{"1 MB of matching brackets", wrap(`{"users": `, "[", "", mega) + wrap("", "]", "}", mega), `line 1: not valid JSON`},
		{"1,000 matching brackets", wrap(`{"users": `, "[", "", 1000) + wrap("", "]", "}", 1000), `line 1: nested too deeply`},
		{"1,000 objects in an unknown field", wrap(`{"x": `, `{"y":`, "1", 1000) + wrap("", "}", "}", 1000), `line 1: nested too deeply`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, p := range problemsOf(t, tt.text, nil) {
				if strings.Contains(p.Error(), "duplicate") != errors.Is(p, access.ErrTaken) {
					t.Errorf("%v is not a duplicate, or is", p)
				}
				if strings.HasPrefix(p.Error(), tt.want) {
					return
				}
			}
			t.Errorf("no problem begins with %s, but\n%v", tt.want, problemsOf(t, tt.text, nil))
		})
	}
}

// TestBrokenRolesTellOnce has users of roles that cannot be known. What follows
// from one mistake is not reported again.
func TestBrokenRolesTellOnce(t *testing.T) {
	for name, text := range map[string]string{
		"unknown catalog": `{"catalog": "x", "users": [{"id": "a", "email": "a@example.com", "role": "king"}], "teams": [{"id": "t", "members": [{"user": "a"}]}]}`,
		"broken role":     `{"catalog": {"roles": [{"name": ""}]}, "users": [{"id": "a", "email": "a@example.com", "role": "king"}], "links": [{"id": "l", "maker": "a", "action": "x", "resource": {"kind": "page", "id": "p"}}]}`,
		"broken user":     `{"users": [{"id": "a", "email": "?"}], "teams": [{"id": "t", "members": [{"user": "a"}]}], "reports": [{"id": "r", "grants": [{"user": "a", "level": "viewer"}]}]}`,
		"broken group":    `{"groups": [{"id": "g", "filter": "?"}], "teams": [{"id": "t", "groups": ["g"]}]}`,
		"broken team":     `{"teams": [{"id": "t", "groups": ["g"]}], "reports": [{"id": "r", "grants": [{"team": "t", "level": "viewer"}]}]}`,
		"broken report":   wrap(`{"users": [{"id": "a", "email": "a@example.com"}], "reports": [{"id": "r", "name": "`, "x", `"}], "links": [{"id": "l", "maker": "a", "action": "report.view", "resource": {"kind": "report", "id": "r"}}]}`, 5000),
	} {
		if found := problemsOf(t, text, nil); len(found) != 1 {
			t.Errorf("%s: want one problem, got %v", name, found)
		}
	}
}

func TestAnotherCatalogThanConfigured(t *testing.T) {
	c := &access.Config{Catalog: role.ProjectCatalog()}
	if found := problemsOf(t, "{\n\"catalog\": \"company\"}", c); len(found) != 1 || found[0].Line != 2 || !errors.Is(found[0], access.ErrInvalid) {
		t.Errorf("problems = %v", found)
	}
	for _, text := range []string{`{}`, `{"catalog": "project"}`} {
		if p, err := access.Load([]byte(text), c); err != nil || !p.Directory().Catalog().Equal(role.ProjectCatalog()) {
			t.Errorf("Load(%s) = %v", text, err)
		}
	}
}

// TestCatalogConsequences: what a kind lacks because it could not be read, and what
// no role holds because the one that should does not exist, is not told again.
func TestCatalogConsequences(t *testing.T) {
	for _, kind := range []string{
		`{"name": "page", "in": "acount", "actions": ["page.turn"]}], "grant": {"viewer": ["page.turn"]}`,
		`{"name": "page", "in": "account", "actions": ["page.turn"]}], "grant": {"viwer": ["page.turn"]}`,
	} {
		text := `{"catalog": {"extends": "company", "kinds": [` + kind + `}}`
		if found := problemsOf(t, text, nil); len(found) != 1 {
			t.Errorf("%s: want one problem, got %v", kind, found)
		}
		if p, err := access.Load([]byte(text), &access.Config{Partial: func(*document.Error) {}}); p != nil || err == nil {
			t.Errorf("%s: it is loaded in part", kind)
		}
	}
}

func TestTenMistakes(t *testing.T) {
	const text = `{
  "user": [],
  "attributes": {"city": "strin"},
  "accounts": [{"id": "us-1", "sauce": "google", "source": "google"},
               {"id": "us-1", "source": "google"}],
  "groups": [{"id": "us", "filter": "contry = 'US'"}],
  "teams": [{"id": "emea", "groups": ["asia"]}],
  "users": [{"id": "ann", "email": "ann"},
            {"id": "bob", "email": "bob@example.com", "role": "king"},
            {"id": "cat", "email": "cat@example.com", "until": "never"}],
  "reports": [{"id": "q3", "grants": [{"team": "amer", "level": "viewer"}]}]
}`
	want := []struct {
		line int
		path string
	}{
		{2, "user"}, {3, "attributes.city"}, {4, "accounts[0]"}, {5, "accounts[1].id"}, {6, "groups[0].filter"},
		{7, "teams[0].groups[0]"}, {8, "users[0].email"}, {9, "users[1].role"}, {10, "users[2].until"}, {11, "reports[0].grants[0].team"},
	}
	found := problemsOf(t, text, nil)
	if len(found) != len(want) {
		t.Fatalf("%d problems, want %d: %v", len(found), len(want), found)
	}
	for i, w := range want {
		if found[i].Line != w.line || found[i].Path != w.path {
			t.Errorf("problem %d is %v, want line %d, %s", i, found[i], w.line, w.path)
		}
	}
}

// TestManyMistakes has more mistakes than are reported: of syntax, and of
// references.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{"unread": `{"nome": "x"},`, "looked up": `{"id": "x", "email": "x"},`} {
		text := `{"users": [` + strings.Repeat(entry, 5000) + `{}]}`
		if n := len(problemsOf(t, text, nil)); n < 100 {
			t.Errorf("%s: %d problems, want a hundred", name, n)
		}
	}
}

func TestEmptyDocument(t *testing.T) {
	for _, text := range []string{`{}`, ` { "users" : [ ] } `} {
		p, err := access.Load([]byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Decide(access.User("ann"), "account.view", access.Account("us-1")); d.Allowed || d.Reason != "unknown-user" {
			t.Errorf("%s: %v", text, d)
		}
		if got, err := p.Document().JSON(); string(got) != `{"catalog": "company"}`+"\n" || err != nil {
			t.Errorf("%s is written as %q, %v", text, got, err)
		}
	}
}

func TestMustLoadPanics(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "line 1: users: wrong type") {
			t.Errorf("recovered %q", got)
		}
	}()
	access.MustLoad(`{"users": 1}`)
}

func TestLoadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty roles":   `{"catalog": {"roles": []}}`,
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
		{"{\"catalog\": {\"roles\":[{\"name\":\"a\"},\n{\"name\":\"a\"}]}}", `line 2: catalog.roles[1]`},
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

// TestOneProblemEach: what only follows from a problem of a document is not a
// problem of its own.
func TestOneProblemEach(t *testing.T) {
	const users = `"users": [{"id": "ann", "email": "ann@example.com"}]`
	for _, row := range []struct{ path, name, text string }{
		{"teams[1].id", "members of a team that is there twice",
			`{"teams": [{"id": "t1", "members": [{"user": "ann"}]}, {"id": "t1", "members": [{"user": "ann"}]}], ` + users + `}`},
		{"teams[0].groups[0]", "grant to a team that is broken", `{"teams": [{"id": "t1", "groups": ["ghost"]}], ` + users + `,
			"reports": [{"id": "q3", "grants": [{"team": "t1", "level": "viewer"}]}]}`},
		{"teams[0].name", "grant to a team with too long a name", `{"teams": [{"id": "t1", "name": "` + strings.Repeat("n", 4097) + `"}], ` + users + `,
			"reports": [{"id": "q3", "grants": [{"team": "t1", "level": "viewer"}]}]}`},
		{"catalog", "catalog without roles", `{"catalog": {"roles": []}, ` + users + `}`},
		{"catalog", "catalog that is no text", `{"catalog": true, ` + users + `}`},
		{"catalog", "catalog of half a character", `{"catalog": "\ud800"}`},
		{"catalog.roles[0].data", "data that is no text", `{"catalog": {"roles": [{"name": "a", "data": true}]}, "users": [{"id": "ann", "email": "ann@example.com", "role": "a"}]}`},
		{"users[0].role", "role that is no text", `{"users": [{"id": "ann", "email": "ann@example.com", "role": 7}]}`},
		{"attributs", "attributes misspelt", `{"attributs": {"country": "string"}, "accounts": [{"id": "a", "source": "google", "country": "US"}],
			"groups": [{"id": "us", "filter": "country = 'US'"}]}`},
		{"user", "users misspelt", `{"user": [{"id": "ann", "email": "ann@example.com"}], "teams": [{"id": "t1", "members": [{"user": "ann"}]}],
			"reports": [{"id": "q3", "grants": [{"user": "ann", "level": "viewer"}]}],
			"links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]}`},
		{"users", "users that are no list", `{"users": {}, "teams": [{"id": "t1", "members": [{"user": "ann"}]}]}`},
		{"group", "data groups misspelt", `{"group": [{"id": "us", "filter": "everything"}], "teams": [{"id": "t1", "groups": ["us"]}]}`},
		{"catalogue", "catalog misspelt", `{"catalogue": "project", "users": [{"id": "ann", "email": "ann@example.com", "role": "owner"}]}`},
		{"attributes.country", "attribute of a misspelt type", uses(`"country": "strng", "spend": "number"`)},
		{"attributes.country", "attribute whose type is no text", uses(`"country": 7, "spend": "number"`)},
		{"attributes.country", "attribute whose type is half a character", uses(`"country": "\ud800", "spend": "number"`)},
		{"attributes.country", "attributes that differ in case", uses(`"country": "string", "Country": "string", "spend": "number"`)},
		{`attributes["a b"]`, "attribute of another name that is none", uses(`"country": "string", "a b": "string", "spend": "number"`)},
		{"attributes.campaign", "attribute below the account", `{"attributes": {"campaign": "string"}, "accounts": [{"id": "a", "source": "google", "campaign": "x"}],
			"groups": [{"id": "g", "filter": "campaign = 'x'"}]}`},
		{`attributes[""]`, "too many attributes", uses(manyAttributes() + `"country": "string", "spend": "number"`)},
		{"users[0].until", "end that is no text", `{"users": [{"id": "ann", "email": "ann@example.com", "until": 2027}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := access.Load([]byte(row.text), nil)
			var all *document.Error
			if !errors.As(err, &all) || len(all.Problems) != 1 || all.Problems[0].Path != row.path {
				t.Errorf("problems are %v, want one at %s", err, row.path)
			}
		})
	}
}

// uses returns a document that declares attributes, and has accounts and filters that
// use country and spend.
func uses(attributes string) string {
	return `{"attributes": {` + attributes + `},
		"accounts": [{"id": "a", "source": "google", "country": "US", "spend": 5}, {"id": "b", "source": "google", "country": "DE"}],
		"groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "spend > 3 and not country in ('US', 'CA')"}],
		"teams": [{"id": "t", "groups": ["us", "de"]}],
		"links": [{"id": "l", "maker": "ann", "action": "recording.view", "resource": {"kind": "session", "id": "s", "account": "a"}}],
		"catalog": "project", "users": [{"id": "ann", "email": "ann@example.com", "role": "owner"}]}`
}

// manyAttributes returns as many declarations as there may be.
func manyAttributes() string {
	var b strings.Builder
	for i := range 256 {
		fmt.Fprintf(&b, `"a%d": "string", `, i)
	}
	return b.String()
}

// TestFarProblems: what does not follow from a list that could not be read is told
// beside it.
func TestFarProblems(t *testing.T) {
	for text, want := range map[string]int{
		`{"permissions": [], "teams": [{"id": "t1", "members": [{"user": "ann"}]}]}`:                                                                                   2,
		`{"attributs": {}, "teams": [{"id": "t1", "members": [{"user": "ann"}]}]}`:                                                                                     2,
		`{"user": [], "teams": [{"id": "t1", "groups": ["us"], "members": [{"user": "ann"}]}]}`:                                                                        2,
		`{"user": [], "teams": [{"id": "t1", "members": [{"user": "ann", "until": "soon"}]}, {"id": "t1"}]}`:                                                           3,
		`{"attributes": {"country": "strng"}, "groups": [{"id": "us", "filter": "contry = 'US'"}]}`:                                                                    2,
		`{"attributes": {"country": "strng", "spend": "number"}, "accounts": [{"id": "a", "source": "g", "country": "US", "spend": "x"}]}`:                             2,
		`{"attributes": {"country": "strng"}, "accounts": [{"id": "a", "source": "g", "country": "US", "contry": "US"}]}`:                                              2,
		`{"attributes": {"country": "strng"}, "accounts": [{"id": "country", "source": "g", "region": "US"}]}`:                                                         2,
		`{"attributes": {"country": "string", "a b": "string"}, "groups": [{"id": "us", "filter": "contry = 'US'"}], "accounts": [{"id": "a", "source": ""}]}`:         3,
		`{"attributes": {"spend": "number", "a b": "string"}, "groups": [{"id": "us", "filter": "spend = 'US'"}], "accounts": [{"id": "a", "source": "g", "id": ""}]}`: 3,
		`{"user": [], "users": [{"id": "ann", "email": "ann@example.com"}], "teams": [{"id": "t1", "members": [{"user": "an"}]}]}`:                                     2,
	} {
		_, err := access.Load([]byte(text), nil)
		var all *document.Error
		if !errors.As(err, &all) || len(all.Problems)+all.Untold != want {
			t.Errorf("%s: problems are %v, want %d", text, err, want)
		}
	}
}

// TestCompileLiteral compiles documents that no text could have made.
func TestCompileLiteral(t *testing.T) {
	nan := map[string]datagroup.Value{"spend": datagroup.Number(math.NaN())}
	d := &document.Document{
		Attributes: map[string]string{"spend": "number"},
		Accounts:   []document.Account{{ID: "a", Source: "google", Values: nan}},
		Users:      []document.User{{ID: "\xff", Email: "ann@example.com"}},
	}
	p, err := access.Compile(d, nil)
	var all *document.Error
	if p != nil || !errors.As(err, &all) || len(all.Problems) != 2 {
		t.Fatalf("Compile = %v, %v, want two problems", p, err)
	}
	for i, want := range []struct {
		text string
		is   error
	}{
		{`accounts[0] "a": `, datagroup.ErrNumber},
		{`users[0] "\xff".id: `, access.ErrInvalid},
	} {
		if got := all.Problems[i]; got.Line != 0 || !strings.HasPrefix(got.Error(), want.text) || !errors.Is(got, want.is) {
			t.Errorf("problem %d is %v, want %s%v", i, got, want.text, want.is)
		}
	}
	if text, err := d.JSON(); text != nil || err == nil {
		t.Errorf("JSON() of NaN = %s, %v", text, err)
	}
}
