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

// TestNoNewAccess keeps the report on each of some changes of the example's policy.
func TestNoNewAccess(t *testing.T) {
	var report strings.Builder
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
		old, next := loadPolicyCI(t), loadPolicyCI(t)
		tt.change(next)
		got := mocked(func(t testing.TB) { NoNewAccess(t, compile(t, old), compile(t, next)) })
		if passed := got == "pass\n"; passed != (tt.want == "pass") {
			t.Errorf("%s: want %s, got %s", tt.name, tt.want, got)
		}
		fmt.Fprintf(&report, "--- %s\n%s\n", tt.name, got)
	}
	golden(t, filepath.Join("testdata", "gain.golden"), report.String())
}

func TestNoNewAccessNil(t *testing.T) {
	p := compile(t, nil)
	for _, pair := range [][2]*access.Policy{{nil, p}, {p, nil}, {nil, nil}} {
		if got := mocked(func(t testing.TB) { NoNewAccess(t, pair[0], pair[1]) }); got != "a policy is nil: there is nothing to compare" {
			t.Errorf("the report is %s", got)
		}
	}
	if got := mocked(func(t testing.TB) { NoNewAccess(t, p, p) }); got != "pass\n" {
		t.Errorf("two empty policies: %s", got)
	}
}

// TestNoNewAccessCounts: after the first fifty, gains are counted.
func TestNoNewAccessCounts(t *testing.T) {
	d := new(document.Document)
	for i := range maxGains + 7 {
		id := fmt.Sprintf("u%02d", i)
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: "data-manager"})
	}
	got := mocked(func(t testing.TB) { NoNewAccess(t, compile(t, nil), compile(t, d)) })
	lines := strings.Split(got, "\n")
	if len(lines) != 1+maxGains+1 || lines[maxGains+1] != "  and 7 more" || !strings.HasPrefix(lines[maxGains], "  u49 may datagroup.create, ") {
		t.Errorf("%d lines:\n%s", len(lines), got)
	}
}
