package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
)

// companyX has accounts in six countries, a data group for each, a team for
// each, and three teams of two countries. "ann" is in Americas and UK.
func companyX() *document.Document {
	d := &document.Document{
		Attributes: map[string]string{"country": "string"},
		Users:      []document.User{{ID: "ann", Email: "ann@x.test", Role: "team-member"}},
	}
	member := []document.Member{{User: "ann"}}
	for _, c := range []string{"au", "ca", "de", "nz", "uk", "us"} {
		d.Groups = append(d.Groups, document.Group{ID: c, Filter: fmt.Sprintf("country = '%s'", c)})
		team := document.Team{ID: c, Groups: []string{c}}
		if c == "uk" {
			team.Members = member
		}
		d.Teams = append(d.Teams, team)
		for i := range 2 {
			account := document.Account{ID: fmt.Sprint(c, "-", i+1), Source: "google",
				Values: map[string]datagroup.Value{"country": datagroup.Text(c)}}
			d.Accounts = append(d.Accounts, account)
		}
	}
	d.Teams = append(d.Teams,
		document.Team{ID: "americas", Groups: []string{"us", "ca"}, Members: member},
		document.Team{ID: "europe", Groups: []string{"uk", "de"}},
		document.Team{ID: "oceania", Groups: []string{"au", "nz"}})
	return d
}

func TestCompanyX(t *testing.T) {
	p := mustCompile(t, companyX())
	if n := len(slices.Collect(p.Directory().Teams())); n != 9 {
		t.Fatalf("%d teams, want 9", n)
	}
	for _, row := range []struct {
		sees string
		s    access.Subject
	}{
		{"ca-1 ca-2 uk-1 uk-2 us-1 us-2", access.User("ann")},
		{"uk-1 uk-2", access.Session("ann", "uk")},
		{"ca-1 ca-2 us-1 us-2", access.Session("ann", "americas")},
		{"", access.Session("ann", "us")},
		{"", access.Session("ann", "europe")},
	} {
		t.Run(row.s.String(), func(t *testing.T) {
			if got := strings.Join(ids(p.View(row.s).Accounts()), " "); got != row.sees {
				t.Errorf("sees %q, want %q", got, row.sees)
			}
		})
	}
	for _, row := range []struct {
		verdict string
		s       access.Subject
		account string
	}{
		{"allow: team americas, data group us", access.User("ann"), "us-1"},
		{"allow: team americas, data group ca", access.User("ann"), "ca-2"},
		{"allow: team uk, data group uk", access.User("ann"), "uk-1"},
		{"allow: team uk, data group uk", access.Session("ann", "uk"), "uk-2"},
		{"out-of-reach", access.User("ann"), "de-1"},
		{"out-of-reach", access.Session("ann", "uk"), "us-1"},
		{"not-a-member", access.Session("ann", "us"), "us-1"},
	} {
		t.Run(row.s.String()+" at "+row.account, func(t *testing.T) {
			d := p.Decide(row.s, access.ViewAccount, access.Account(row.account))
			if got := d.String(); d.Allowed && got != row.verdict || !d.Allowed && string(d.Reason) != row.verdict {
				t.Errorf("%v, want %s", d, row.verdict)
			}
		})
	}
}

// TestOneReportThreeReaders: the same report shows each reader their own data.
func TestOneReportThreeReaders(t *testing.T) {
	d := &document.Document{}
	for i := range 6 {
		n := fmt.Sprint(i + 1)
		d.Accounts = append(d.Accounts, document.Account{ID: "account-" + n, Source: "meta"})
		d.Groups = append(d.Groups, document.Group{ID: n, Filter: "id = 'account-" + n + "'"})
	}
	member := func(users ...string) (all []document.Member) {
		for _, u := range users {
			all = append(all, document.Member{User: u})
		}
		return all
	}
	d.Teams = []document.Team{
		{ID: "a", Groups: []string{"1", "2", "3", "5"}, Members: member("x", "z")},
		{ID: "b", Groups: []string{"4", "5", "6"}, Members: member("y", "z")},
	}
	for _, u := range []string{"x", "y", "z"} {
		d.Users = append(d.Users, document.User{ID: u, Email: u + "@x.test", Role: "viewer"})
	}
	d.Reports = []document.Report{{ID: "q3", Grants: []document.Grant{
		{Team: "a", Level: "explorer"}, {Team: "b", Level: "viewer"}}}}
	p := mustCompile(t, d)
	for _, row := range []struct {
		user, level, team, sees string
	}{
		{"x", "explorer", "a", "1 2 3 5"},
		{"y", "viewer", "b", "4 5 6"},
		{"z", "explorer", "a", "1 2 3 4 5 6"},
	} {
		t.Run(row.user, func(t *testing.T) {
			d := p.Decide(access.User(row.user), access.ViewReport, access.Report("q3"))
			if !d.Allowed || d.Level.String() != row.level || string(d.Team) != row.team {
				t.Errorf("%v, want %s through team %s", d, row.level, row.team)
			}
			var accounts []string
			for a := range p.View(access.User(row.user)).Accounts() { // each once
				accounts = append(accounts, strings.TrimPrefix(string(a), "account-"))
			}
			slices.Sort(accounts)
			if got := strings.Join(accounts, " "); got != row.sees {
				t.Errorf("sees %q, want %q", got, row.sees)
			}
		})
	}
	five := p.Decide(access.User("z"), access.ViewAccount, access.Account("account-5"))
	if five.Team != "a" || five.Group != "5" {
		t.Errorf("%v: of two ways the first team is reported", five)
	}
}

// TestAgency: the client owns the project, the agency is admin for three
// months and lets in a helper for no longer. Then it is out without anybody
// acting. Nobody can remove the owner in between, the owner included.
func TestAgency(t *testing.T) {
	end := model.Start.AddDate(0, 3, 0)
	d := &document.Document{
		Catalog:  document.Catalog{Extends: "project"},
		Accounts: []document.Account{{ID: "site", Source: "clarity"}},
		Users: []document.User{
			{ID: "client", Email: "client@x.test", Role: "owner"},
			{ID: "agency", Email: "agency@y.test", Role: "admin", Until: model.EndText(end)},
			{ID: "helper", Email: "helper@y.test", Role: "member", Until: model.EndText(end)},
			{ID: "staff", Email: "staff@x.test", Role: "member"},
		},
	}
	p := mustCompile(t, d)
	before, after := p.At(end.Add(-time.Nanosecond)), p.At(end)
	site, client := access.Account("site"), access.TargetUser("client")
	for _, row := range []struct {
		verdict string
		name    string
		p       *access.Policy
		user    string
		action  access.Action
		r       access.Resource
	}{
		{"role", "the agency sees at first", p, "agency", "account.view", site},
		{"role", "the agency invites at first", p, "agency", "user.invite", access.Company()},
		{"role", "the agency sees to the last", before, "agency", "account.view", site},
		{"role", "its helper sees to the last", before, "helper", "account.view", site},
		{"ended", "the agency is out", after, "agency", "account.view", site},
		{"ended", "the agency invites no more", after, "agency", "user.invite", access.Company()},
		{"ended", "its helper is out", after, "helper", "account.view", site},
		{"role", "the staff stays", after, "staff", "account.view", site},
		{"role", "the client still owns", after, "client", "project.delete", access.Company()},
		{"role", "the client hands over to the staff", after, "client", "owner.transfer", access.TargetUser("staff")},
		{"ineligible-target", "not to the agency, which ends", before, "client", "owner.transfer", access.TargetUser("agency")},
		{"no-capability", "the agency hands nothing over", before, "agency", "owner.transfer", access.TargetUser("staff")},
		{"above-ceiling", "the agency cannot remove the owner", before, "agency", "user.remove", client},
		{"above-ceiling", "nor suspend the owner", before, "agency", "user.suspend", client},
		{"above-ceiling", "nor demote the owner", before, "agency", "user.set-role", client},
		{"above-ceiling", "nor give the owner an end", before, "agency", "user.set-expiry", client},
		{"above-ceiling", "nor make another owner", before, "agency", "role.grant", access.Role("owner")},
		{"self", "the owner cannot remove the owner", p, "client", "user.remove", client},
		{"no-capability", "the staff removes nobody", p, "staff", "user.remove", client},
	} {
		t.Run(row.name, func(t *testing.T) {
			if d := row.p.Decide(access.User(row.user), row.action, row.r); string(d.Reason) != row.verdict {
				t.Errorf("%v, want %s", d, row.verdict)
			}
		})
	}
	if got := ids(after.Who("account.view", site).All()); !slices.Equal(got, []string{"client", "staff"}) {
		t.Errorf("at the end %v see the site", got)
	}
}
