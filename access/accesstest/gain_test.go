package accesstest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// TestNoNewAccess shows what is told of one change each to the example's policy.
func TestNoNewAccess(t *testing.T) {
	var told strings.Builder
	for _, tt := range []struct {
		want, name string
		change     func(d *document.Document)
	}{
		{"pass", "nothing", func(*document.Document) {}},
		{"pass", "a member less", func(d *document.Document) { d.Teams[0].Members = d.Teams[0].Members[1:] }},
		{"pass", "a suspended member", func(d *document.Document) {
			d.Teams[1].Members = append(d.Teams[1].Members, document.Member{User: "sam"})
		}},
		{"pass", "a lower role", func(d *document.Document) { d.Users[4].Role = "viewer" }},
		{"fail", "a member more", func(d *document.Document) {
			d.Teams[3].Members = append(d.Teams[3].Members, document.Member{User: "tom", Until: "2027-01-01T00:00:00Z"})
		}},
		{"fail", "a wider filter", func(d *document.Document) { d.Groups[2].Filter = "everything" }},
		{"fail", "a value filled in", func(d *document.Document) {
			d.Accounts[16].Values = map[string]datagroup.Value{"country": datagroup.Text("US")}
		}},
		{"fail", "an account more", func(d *document.Document) {
			d.Accounts = append(d.Accounts, document.Account{ID: "fr-search", Source: "google-ads"})
		}},
		{"fail", "a higher role", func(d *document.Document) { d.Users[4].Role = "user-manager" }},
		{"fail", "a later end of access", func(d *document.Document) { d.Users[8].Until = "2028-01-01T00:00:00Z" }},
		{"fail", "a later end of a membership", func(d *document.Document) { d.Teams[1].Members[1].Until = "2027-05-01T00:00:00Z" }},
		{"fail", "no suspension", func(d *document.Document) { d.Users[7].Suspended = false }},
		{"fail", "a user more", func(d *document.Document) {
			d.Users = append(d.Users, document.User{ID: "new", Email: "new@northwind.example", Role: "editor"})
		}},
		{"fail", "a role that may do more with accounts", func(d *document.Document) { d.Users[3].Role = "data-manager" }},
		{"fail", "a team more", func(d *document.Document) { d.Teams = append(d.Teams, document.Team{ID: "france"}) }},
		{"fail", "a higher level", func(d *document.Document) { d.Reports[0].Grants[1].Level = "creator" }},
		{"fail", "a level of a team", func(d *document.Document) { d.Reports[2].Grants[1] = document.Grant{Team: "lab", Level: "viewer"} }},
		{"fail", "a link more", func(d *document.Document) {
			d.Links = append(d.Links, document.Link{ID: "door", Maker: "kim", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "weekly"}})
		}},
		{"fail", "a later end of a link", func(d *document.Document) { d.Links[0].Until = "" }},
		{"fail", "a last admin who is no longer the last", func(d *document.Document) { d.Users[2].Role = "admin" }},
	} {
		old := loadPolicyCI(t)
		next := clone(t, old)
		tt.change(next)
		got := mocked(func(t testing.TB) { NoNewAccess(t, compile(t, old), compile(t, next)) })
		if passed := got == "pass\n"; passed != (tt.want == "pass") {
			t.Errorf("%s: want %s, got %s", tt.name, tt.want, got)
		}
		fmt.Fprintf(&told, "--- %s\n%s\n", tt.name, got)
	}
	golden(t, filepath.Join("testdata", "gain.golden"), told.String())
}

func TestNoNewAccessNil(t *testing.T) {
	p := compile(t, nil)
	for _, pair := range [][2]*access.Policy{{nil, p}, {p, nil}, {nil, nil}} {
		if got := mocked(func(t testing.TB) { NoNewAccess(t, pair[0], pair[1]) }); got != "a policy is nil: there is nothing to compare" {
			t.Errorf("it tells %s", got)
		}
	}
	if got := mocked(func(t testing.TB) { NoNewAccess(t, p, p) }); got != "pass\n" {
		t.Errorf("two empty policies: %s", got)
	}
}

// TestNoNewAccessCounts: past the limit, gains are counted.
func TestNoNewAccessCounts(t *testing.T) {
	got := mocked(func(t testing.TB) { NoNewAccess(t, compile(t, nil), compile(t, large(300, 500, 40, 20))) })
	lines := strings.Split(got, "\n")
	if len(lines) != 1+maxGains+1 || lines[len(lines)-1] != "  and 1120 more" {
		t.Errorf("%d lines:\n%s", len(lines), got)
	}
	if !strings.Contains(got, " and 289 more (role admin)\n") {
		t.Errorf("it names too many users:\n%s", got)
	}
}

// TestGainsOfOne: of two users with one role one gains, and the other does not or
// in another way.
func TestGainsOfOne(t *testing.T) {
	changed := func(change func(d *document.Document)) *access.Policy {
		d := &document.Document{
			Users: []document.User{
				{ID: "ann", Email: "ann@x.test", Role: "user-manager"},
				{ID: "ben", Email: "ben@x.test", Role: "user-manager", Until: "2027-01-01T00:00:00Z"},
				{ID: "tom", Email: "tom@x.test", Role: "viewer"}},
			Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "tom", Level: "creator"}}}},
			Links:   []document.Link{{ID: "l1", Maker: "tom", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}}},
		}
		change(d)
		return compile(t, d)
	}
	creator := func(user string) func(d *document.Document) {
		return func(d *document.Document) {
			for i := range 2 {
				d.Users[i].Role = "viewer"
			}
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: user, Level: "creator"})
		}
	}
	for _, tt := range []struct {
		want, wantNot, name string
		old, next           func(d *document.Document)
	}{
		{"ben may user.remove", "ann", "he stays longer",
			func(*document.Document) {}, func(d *document.Document) { d.Users[1].Until = "2027-02-01T00:00:00Z" }},
		{"ben may link.revoke at link l1", "ann may link.revoke", "the first of them could revoke a link as a creator", creator("ann"), func(*document.Document) {}},
		{"ann may link.revoke at link l1", "ben may link.revoke", "one could revoke a link as a creator, and the other could not", func(d *document.Document) { creator("ben")(d); d.Users[1].Until = "" }, func(d *document.Document) { d.Users[1].Until = "" }},
	} {
		g := newGains(changed(tt.old), changed(tt.next))
		told := "\n" + strings.Join(g.lines, "\n") + "\n"
		if !strings.Contains(told, "\n"+tt.want) || strings.Contains(told, "\n"+tt.wantNot) {
			t.Errorf("%s: it tells%s", tt.name, told)
		}
	}
}
