package company_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
)

// keptTable has edits: what is recorded, as the log has it, and a part of the
// document afterwards that shows what changed and what stayed.
var keptTable = []struct{ edit, recorded, after string }{
	{`team.edit t U`, `{"team":"t","name":"U"}`, `{"id":"t","name":"U","description":"all","groups":["gu"]`},
	{`team.edit t none`, `{"team":"t","name":null}`, `{"id":"t","description":"all","groups":["gu"]`},
	{`team.edit t ""`, `{"team":"t","name":null}`, `{"id":"t","description":"all","groups":["gu"]`},
	{`team.edit t description=some`, `{"team":"t","description":"some"}`, `{"id":"t","name":"T","description":"some","groups":["gu"]`},
	{`team.edit t U description=none`, `{"team":"t","name":"U","description":null}`, `{"id":"t","name":"U","groups":["gu"]`},
	{`team.set-member-end t ugo 2h`, `{"team":"t","user":"ugo","until":"2026-01-01T11:00:00Z","from":"2026-01-01T10:00:00Z"}`, `{"user":"ugo","until":"2026-01-01T11:00:00Z"}`},
	{`team.set-member-end t ugo none`, `{"team":"t","user":"ugo","until":null,"from":"2026-01-01T10:00:00Z"}`, `{"user":"ugo"}`},
	{`team.set-member-end t max 1h`, `{"team":"t","user":"max","until":"2026-01-01T10:00:00Z"}`, `{"user":"max","until":"2026-01-01T10:00:00Z"}`},
	{`team.add-member t ann 1h`, `{"team":"t","user":"ann","until":"2026-01-01T10:00:00Z","from":"2026-01-01T08:00:00Z"}`, `{"user":"ann","until":"2026-01-01T10:00:00Z"}`},
	{`team.add-member t ann`, `{"team":"t","user":"ann","from":"2026-01-01T08:00:00Z"}`, `{"user":"ann"}`},
	{`team.remove-member t ugo`, `{"team":"t","user":"ugo","until":"2026-01-01T10:00:00Z"}`, `{"user":"eve","until":"2026-01-01T12:00:00Z"},{"user":"max"}]`},
	{`datagroup.edit gu US`, `{"group":"gu","name":"US"}`, `{"id":"gu","name":"US","filter":"country = 'US'"}`},
	{`datagroup.edit gu filter=nothing`, `{"group":"gu","filter":"nothing","from":"country = 'US'","impact":{"users":1,"gained":0,"lost":1,"first":[{"user":"max","gained":0,"lost":1}]}}`, `{"id":"gu","filter":"nothing"}`},
	{`source.edit us/tier=a`, `{"accounts":[{"account":{"id":"us","tier":"a"}}],"from":` + bounded(`{"id":"us","source":"google","country":"US"}`) + `}`, `{"id":"us","source":"google","country":"US","tier":"a"}`},
	{`source.edit us@bing`, `{"accounts":[{"account":{"id":"us","source":"bing"}}],"from":` + bounded(`{"id":"us","source":"google","country":"US"}`) + `}`, `{"id":"us","source":"bing","country":"US"}`},
	{`source.edit de/!tier/!country/!tier`, `{"accounts":[{"account":{"id":"de"},"clear":["country","tier"]}],"from":` + bounded(`{"id":"de","source":"google","country":"DE"}`) + `}`, `{"id":"de","source":"google"}`},
	{`report.set r none`, `{"report":"r","name":null,"from":"R"}`, `{"id":"r","grants"`},
	{`report.share r vic until=3h`, `{"report":"r","user":"vic","level":"editor","until":"2026-01-01T12:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`, `{"user":"vic","level":"editor","until":"2026-01-01T12:00:00Z"}`},
	{`report.share r vic until=none`, `{"report":"r","user":"vic","level":"editor","until":null,"fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`, `{"user":"vic","level":"editor"}`},
	{`report.share r vic level=creator`, `{"report":"r","user":"vic","level":"creator","until":"2026-01-01T11:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`, `{"user":"vic","level":"creator","until":"2026-01-01T11:00:00Z"}`},
	{`report.share r sol until=2h`, `{"report":"r","user":"sol","level":"viewer","until":"2026-01-01T11:00:00Z","fromLevel":"viewer","fromUntil":"2026-01-01T10:00:00Z"}`, `{"user":"sol","level":"viewer","until":"2026-01-01T11:00:00Z"}`},
	{`report.share r sol level=explorer`, `{"report":"r","user":"sol","level":"explorer","until":"2026-01-01T10:00:00Z","fromLevel":"viewer","fromUntil":"2026-01-01T10:00:00Z"}`, `{"user":"sol","level":"explorer","until":"2026-01-01T10:00:00Z"}`},
	{`report.share r dan level=editor`, `{"report":"r","user":"dan","level":"editor","fromLevel":"viewer"}`, `{"user":"dan","level":"editor"}`},
	{`report.share r sue`, `{"report":"r","user":"sue","level":"explorer"}`, `{"user":"sue","level":"explorer"}`},
	{`report.share r team=n until=none`, `{"report":"r","team":"n","level":"explorer"}`, `{"team":"n","level":"explorer"}`},
	{`report.share r old`, `{"report":"r","user":"old","level":"explorer","fromLevel":"editor","fromUntil":"2026-01-01T08:00:00Z"}`, `{"user":"old","level":"explorer"}`},
	{`company.set-limits 30`, `{"seats":30}`, ``},
}

// TestEditsSayOnlyWhatTheyChange makes the edits of the table: what is left out
// stays, in what follows from the log as well.
func TestEditsSayOnlyWhatTheyChange(t *testing.T) {
	for _, tt := range keptTable {
		t.Run(tt.edit, func(t *testing.T) {
			c := staffCompany(t)
			e := c.Policy().Edit()
			west, _ := c.Policy().Directory().Team("t")
			west.Description = "all"
			e.SetTeam(document.TeamOf(west))
			e.SetGrant("r", access.Grant{User: "old", Level: access.Editor, Until: hours(-1)}.Entry())
			e.SetGrant("r", access.Grant{User: "sol", Level: access.Viewer, Until: hours(1)}.Entry())
			policy, err := e.Policy()
			if err != nil {
				t.Fatal(err)
			}
			c.log = audit.NewMemory()
			founded := company.Founding{ID: "acme", Name: "Acme", Document: policy.Document()}
			if c.Company, err = company.Found(t.Context(), c.log, founded, &c.config); err != nil {
				t.Fatal(err)
			}
			r := c.must("system ops", parseChange(t, tt.edit))
			if got, err := json.Marshal(r.Changes[0]); err != nil || string(got) != tt.recorded {
				t.Errorf("recorded is\n%s, want\n%s", got, tt.recorded)
			}
			if got := strings.Join(strings.Fields(text(t, c.Policy())), ""); !strings.Contains(got, strings.Join(strings.Fields(tt.after), "")) {
				t.Errorf("the document is\n%s\nwithout\n%s", text(t, c.Policy()), tt.after)
			}
			c.checkReplay()
		})
	}
}

// TestAddingAMemberAgainLiftsNoEnd: a system that adds a temporary member again is
// told to move the end, and the member stays temporary.
func TestAddingAMemberAgainLiftsNoEnd(t *testing.T) {
	c := newCompany(t, "ann admin; tom viewer", options{teams: "west: tom 1h"})
	_, err := c.do("system scim", company.AddMember{Team: "west", User: "tom"})
	if !errors.Is(err, company.ErrTaken) || !strings.Contains(err.Error(), "use SetMemberEnd") {
		t.Errorf("Do = %v, want ErrTaken that names SetMemberEnd", err)
	}
	if m := slices.Collect(c.Policy().Directory().Memberships("tom"))[0]; !m.Until.Equal(hours(1)) {
		t.Errorf("tom is a member until %v", m.Until)
	}
}

// TestAPartOfAnAccountWipesNothing: an update that leaves an attribute out shows
// nobody an account that the attribute hid.
func TestAPartOfAnAccountWipesNothing(t *testing.T) {
	c := newCompany(t, "ann admin; tom team-member", options{
		attributes: "country string; labels labels",
		groups:     "us country = 'US' and (labels missing or not labels has 'test')",
		teams:      "west us: tom",
		document: func(d *document.Document) {
			d.Accounts = []document.Account{{ID: "lab", Source: "google", Values: map[string]datagroup.Value{
				"country": datagroup.Text("US"), "labels": datagroup.Labels("test")}}}
		},
	})
	update := func(e company.AccountEdit) error {
		_, err := c.do("system ops", company.UpdateAccounts{Accounts: []company.AccountEdit{e}})
		return err
	}
	name := map[string]datagroup.Value{"name": datagroup.Text("Lab")}
	if err := update(company.AccountEdit{ID: "lab", Values: name}); err != nil || c.Policy().View(access.User("tom")).Sees("lab") {
		t.Errorf("%v; tom sees lab: %t", err, err == nil)
	}
	// No zero Value takes a value away either.
	err := update(company.AccountEdit{ID: "lab", Values: map[string]datagroup.Value{"labels": {}}})
	if !errors.Is(err, company.ErrInvalid) || !strings.Contains(err.Error(), "use Clear") {
		t.Errorf("the zero Value: %v, want ErrInvalid that names Clear", err)
	}
	if err := update(company.AccountEdit{ID: "lab", Clear: []string{"labels"}}); err != nil || !c.Policy().View(access.User("tom")).Sees("lab") {
		t.Errorf("cleared: %v, and tom does not see it", err)
	}
	c.checkReplay()
}

// TestABadNameIsInvalid: of a bad name nothing is told that only follows from it.
func TestABadNameIsInvalid(t *testing.T) {
	for _, tt := range []struct{ change, text string }{
		{`report.create q name="Q3\nfinal"`, `report.create: set report "q": name is not valid`},
		{`report.create q name="Q\u202e"`, `report.create: set report "q": name is not valid`},
		{"report.create q name=" + strings.Repeat("x", 5000), `report.create: set report "q": name is not valid`},
		{`report.create "q\n"`, `report.create: set report "q\n": id`},
		{`report.create q name=R`, `report.create: set report "q": name "R" is already taken`},
		{`report.set r "Q3\nfinal"`, `report.set: set report "r": name is not valid`},
		{`team.create x "\u202eX"`, `team.create: set team "x": name is not valid`},
		{`team.edit t " T"`, `team.edit: set team "t": name is not valid`},
		{`team.edit t description="a\u0000"`, `team.edit: set team "t": description is not valid`},
		{`datagroup.create x name="a\tb" filter=nothing`, `datagroup.create: set group "x": name is not valid`},
		{`datagroup.edit gu "a\nb"`, `datagroup.edit: set group "gu": name is not valid`},
		{`company.set-name "Bolt "`, `company.set-name: the company name is not valid`},
		{`attribute.declare "a b" string`, `attribute.declare: `},
	} {
		c := staffCompany(t)
		_, err := c.do("system ops", withCreator(parseChange(t, tt.change)))
		if err == nil || errors.Is(err, company.ErrUnknown) || !strings.HasPrefix(err.Error(), "company: do: change 1, "+tt.text) || strings.Contains(err.Error(), "set grant") {
			t.Errorf("%s: %v, want %s", tt.change, err, tt.text)
		}
		if taken := strings.Contains(tt.text, "taken"); err != nil && errors.Is(err, company.ErrInvalid) == taken {
			t.Errorf("%s: %v, invalid %t", tt.change, err, !taken)
		}
	}
}

// withCreator gives a new report a creator.
func withCreator(c company.Change) company.Change {
	if create, ok := c.(company.CreateReport); ok {
		create.Creator = "uma"
		return create
	}
	return c
}

// TestAnEmptyTypeDropsNoAttribute: nobody drops an attribute, or makes an event
// that does nothing, who may only declare and retype.
func TestAnEmptyTypeDropsNoAttribute(t *testing.T) {
	c := staffCompany(t)
	for _, change := range []string{"attribute.retype tier", `attribute.retype tier " "`, "attribute.retype tier none", "attribute.declare region", `attribute.declare region ""`} {
		c.refuses("ErrInvalid", "system ops", parseChange(t, change))
	}
	if _, there := c.Policy().Directory().Schema().Position("tier"); !there {
		t.Error("tier is gone")
	}
}

// TestUnshareTellsWhatRemains: the receipt of an unshare lists the teams through
// which the user reads the report still, until when.
func TestUnshareTellsWhatRemains(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{
		teams: "a: bob 1h; b: bob; c: bob; d; e: bob -1h; f: bob",
		reports: "r: ann creator, bob editor 5h, team a viewer 2h, team b explorer 3h, team c viewer, team d viewer, team e viewer, team f viewer -1h; " +
			"s: ann creator, bob viewer",
	})
	for _, tt := range []struct {
		change company.UnshareReport
		want   string
	}{
		{company.UnshareReport{Report: "r", User: "bob"}, "editor 2026-01-01T14:00:00Z: a viewer 2026-01-01T10:00:00Z, b explorer 2026-01-01T12:00:00Z, c viewer "},
		{company.UnshareReport{Report: "s", User: "bob"}, "viewer : "},
		{company.UnshareReport{Report: "r", Team: "c"}, "viewer : "},
	} {
		made, _ := company.Outcome[company.UnshareReport](c.must("ann", tt.change))
		var all []string
		for _, g := range made.Remain.First {
			all = append(all, g.Team+" "+g.Level+" "+g.Until)
		}
		if got := fmt.Sprint(made.Level, " ", document.End(made.Until), ": ", strings.Join(all, ", ")); got != tt.want || made.Remain.Count != len(all) {
			t.Errorf("%+v: %q, want %q", tt.change, got, tt.want)
		}
	}
	if !c.Policy().Decide(access.User("bob"), access.ViewReport, access.Report("r")).Allowed {
		t.Error("bob does not read r through team a")
	}
	c.checkReplay()
}

// TestWhatGoesIsBounded: who deletes what others made much of records a count, a
// digest and the first 100.
func TestWhatGoesIsBounded(t *testing.T) {
	const n = 130
	c := newCompany(t, "ann admin; bob viewer", options{document: func(d *document.Document) {
		big := document.Team{ID: "t", Members: []document.Member{{User: "ann", Note: "on leave"}}}
		report := document.Report{ID: "r", Grants: []document.Grant{{User: "ann", Level: "creator", Note: "on leave"}}}
		for i := range n {
			id := fmt.Sprintf("x%03d", n-i)
			d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: "viewer"})
			d.Groups = append(d.Groups, document.Group{ID: id, Filter: "nothing"})
			d.Teams = append(d.Teams, document.Team{ID: id, Groups: []string{"x001"}})
			d.Reports = append(d.Reports, document.Report{ID: id, Grants: []document.Grant{{User: "ann", Level: "creator"}, {Team: "t", Level: "viewer"}}})
			d.Links = append(d.Links, document.Link{ID: id, Maker: "ann", Session: "t", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "r"}})
			big.Members = append(big.Members, document.Member{User: id})
			big.Groups = append(big.Groups, id)
			report.Grants = append(report.Grants, document.Grant{User: id, Level: "viewer"})
		}
		d.Teams, d.Reports = append(d.Teams, big), append(d.Reports, report)
	}})
	links := func() (live int) {
		for l := range c.Policy().Directory().Links() {
			if !l.Ended {
				live++
			}
		}
		return live
	}
	deleted, _ := company.Outcome[company.DeleteTeam](c.must("ann", company.DeleteTeam{Team: "t"}))
	if m := deleted.Members; m.Count != n+1 || len(m.First) != 100 || m.First[0].User != "ann" || m.First[99].User != "x099" || m.Digest == "" {
		t.Errorf("members: %+v", m)
	}
	if g := deleted.Groups; g.Count != n || g.First[0] != "x001" || g.First[99] != "x100" {
		t.Errorf("groups: %+v", g)
	}
	if r := deleted.Reports; r.Count != n || r.First[0] != (company.LostGrant{Report: "x001", Level: access.Viewer}) {
		t.Errorf("reports: %+v", r)
	}
	if l := deleted.Links; l.Count != n || l.First[0] != "x001" || links() != 0 {
		t.Errorf("links: %+v, and %d live", l, links())
	}
	group := c.must("ann", company.DeleteGroup{Group: "x001"})
	if g, _ := company.Outcome[company.DeleteGroup](group); g.Teams.Count != n || g.Teams.First[0] != "x001" {
		t.Errorf("teams: %+v", g.Teams)
	}
	if e := events(t, c.log)[group.Seq-1]; len(e.Targets) != 1+100 {
		t.Errorf("%d targets, want the group and 100 teams", len(e.Targets))
	}
	c.must("ann", company.MakeLink{Link: "new", Resource: access.Report("r")})
	report, _ := company.Outcome[company.DeleteReport](c.must("ann", company.DeleteReport{Report: "r"}))
	if g := report.Grants; g.Count != n+1 || len(g.First) != 100 || g.First[0] != (document.Grant{User: "ann", Level: "creator"}) {
		t.Errorf("grants: %+v", g)
	}
	for _, e := range events(t, c.log)[1:] {
		for _, change := range e.Changes {
			if strings.Contains(string(change.Data), "on leave") {
				t.Errorf("%s has a note about a person: %.200s", change.Type, change.Data)
			}
		}
	}
	if l := report.Links; l.Count != 1 || !slices.Equal(l.First, []access.LinkID{"new"}) {
		t.Errorf("links: %+v", l)
	}
	c.checkReplay()
}

// TestEditsLeaveTheCallersDataAlone: what a caller passes is sorted and cleaned in
// a copy.
func TestEditsLeaveTheCallersDataAlone(t *testing.T) {
	c := staffCompany(t)
	clear := []string{"tier", "country", "tier"}
	values := map[string]datagroup.Value{"name": datagroup.Text("US")}
	edits := []company.AccountEdit{{ID: "us", Values: values, Clear: clear}}
	r := c.must("system ops", company.UpdateAccounts{Accounts: edits})
	if !slices.Equal(clear, []string{"tier", "country", "tier"}) || !slices.Equal(edits[0].Clear, clear) {
		t.Errorf("the caller has %q", clear)
	}
	values["country"], clear[0] = datagroup.Text("DE"), "x"
	made := r.Changes[0].(company.UpdateAccounts).Accounts[0]
	if len(made.Values) != 1 || !slices.Equal(made.Clear, []string{"country", "tier"}) {
		t.Errorf("the receipt has %+v", made)
	}
}

// TestLimitsWithinWhatIsSold: a company limits itself to at most what the host
// sells; what it had before that was lowered stays, and bounds nothing more.
func TestLimitsWithinWhatIsSold(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{config: func(c *company.Config) { c.Limits.Seats = 5 }})
	seats := func(n int) company.SetLimits { return company.SetLimits{Seats: company.To(n)} }
	c.refuses("ErrInvalid", "ann", seats(6))
	c.refuses("ErrInvalid", "system ops", seats(6))
	c.must("ann", seats(5))
	c.sells(4)
	c.refuses("ErrNoChange", "ann", seats(5))
	c.refuses("ErrInvalid", "ann", seats(6))
	c.must("ann", seats(3))
	c.must("ann", company.SetLimits{Seats: company.None[int]()})
	if got := c.Limits(); got.Seats != 4 {
		t.Errorf("without a limit of its own: %+v, want what is sold", got)
	}
}
