package console_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestWhoInPages walks through all who see an account, and searches among them.
func TestWhoInPages(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 70 {
		id := fmt.Sprintf("u%02d", i)
		doc.Users = append(doc.Users, document.User{ID: id, Name: "Name of " + id, Email: id + "@example.com", Role: "team-member"})
		doc.Teams[0].Members = append(doc.Teams[0].Members, document.Member{User: id})
	}
	s := newSiteOf(t, doc)
	p := s.get("ann", "/account?id=us-1").want(t, http.StatusOK, "Ann Admin", "And 56 more.", "All of them, to search").lacks(t, "u40")
	_, next, _ := strings.Cut(p.body, `<p class="more"><a href="/admin`)
	next, _, _ = strings.Cut(next, `"`)
	link := strings.ReplaceAll(next, "&amp;", "&")
	seen, pages := map[string]bool{}, 0
	for link != "" {
		p := s.get("ann", link).want(t, http.StatusOK, "see accounts (account.view)", "account: us-1", "76 may, in the order of their ids")
		for u := range s.company.Policy().Directory().Users() {
			if strings.Contains(p.body, `/person?id=`+string(u.ID)+`"`) {
				if seen[string(u.ID)] {
					t.Errorf("%s is there twice", u.ID)
				}
				seen[string(u.ID)] = true
			}
		}
		pages++
		_, after, _ := strings.Cut(p.body, `rel="next"`)
		before, _, found := strings.Cut(p.body, `" rel="next"`)
		if link = ""; found && after != "" {
			link = strings.ReplaceAll(before[strings.LastIndex(before, `"/admin`)+len(`"/admin`):], "&amp;", "&")
		}
	}
	want := map[string]bool{}
	for id := range s.company.Policy().Who(access.ViewAccount, access.Account("us-1")).All() {
		want[string(id)] = true
	}
	if !maps.Equal(seen, want) || pages != 2 {
		t.Errorf("%d pages show %d users, want %d", pages, len(seen), len(want))
	}
	who := "/who?action=account.view&kind=account&id=us-1"
	s.get("ann", who+"&find=U33%40").want(t, http.StatusOK, "Name of u33", "Team member").lacks(t, "u34")
	s.get("ann", who+"&find=Mia").want(t, http.StatusOK, "Mia Viewer").lacks(t, "Tom Team")
	s.get("ann", who+"&find=Sam").want(t, http.StatusOK, "Nobody is found.")
	s.get("ann", "/who?action=account.view&kind=account&id=none").want(t, http.StatusOK, "Nobody is found.")
	s.get("dan", who).want(t, http.StatusForbidden)
}

// TestWhyNames calls actions, kinds, people, teams, data groups and accounts by
// their names, with the code or the id beside each; what is the host's own has its
// code alone.
func TestWhyNames(t *testing.T) {
	t.Parallel()
	s := withBudgets(t)
	why := func(pairs ...string) page { return s.get("ann", "/why?"+in(pairs...).Encode()) }
	why().want(t, http.StatusOK).wantOptions(t, "see accounts (account.view)", "edit teams (team.edit)", "budget.set", "team", "person (user)", "data group (group)", "budget")
	why("user", "tom@example.com", "action", "account.view", "kind", "account", "id", "de-1").want(t, http.StatusOK,
		"Who Tom Team (tom)", "May do what see accounts (account.view)", "At account: de-1",
		"closed team West (west), data group United States (us): ", "Add tom to team east, which sees it. Tom Team (tom), East (east) May do it: Ann Admin, Uma User Do it")
	why("user", "tom", "team", "west", "action", "account.view", "kind", "account", "id", "us-1").want(t, http.StatusOK, "Who Tom Team (tom), acting in team West (west)", "open team West (west), data group United States (us)")
	why("user", "ann", "action", "account.view", "kind", "account", "id", "us-1").want(t, http.StatusOK, "open role Admin (admin)")
	why("user", "mia", "action", "report.view", "kind", "report", "id", "q3").want(t, http.StatusOK, "At report: Third quarter (q3)", "viewer, through team West (west)")
	why("user", "eve", "action", "report.view", "kind", "report", "id", "q3").want(t, http.StatusOK, "creator, shared directly")
	why("user", "mia", "action", "budget.set", "kind", "budget", "id", "b1", "account", "us-1").want(t, http.StatusOK, "May do what budget.set", "At budget: b1", "Account us-1")
	s.do("ann", "source.edit", in("source", "google", "v-name", "First account", "v-country", ""), "account", "us-1")
	why("user", "tom", "action", "account.view", "kind", "account", "id", "us-1").want(t, http.StatusOK, "At account: First account (us-1)", "Fill in country of account us-1").
		wantLink(t, "/admin/change?account=us-1&amp;do=source.edit")
}

// withBudgets is acme with a role that sets budgets, a kind of the host's.
func withBudgets(t *testing.T) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	doc.Users = append(doc.Users, document.User{ID: "bud", Name: "Bud Budget", Role: "budgeter"})
	doc.Teams[0].Members = append(doc.Teams[0].Members, document.Member{User: "bud"})
	catalog, err := role.NewCatalog(append(role.CompanyCatalog().Roles(), role.Role{
		Name: "budgeter", Title: "Budgeter", Scope: role.ByTeams, Capabilities: []role.Action{access.ViewAccount, "budget.set"},
	}), role.Kind{Name: "budget", In: role.InAccount, Actions: []role.Action{"budget.set"}})
	if err != nil {
		t.Fatal(err)
	}
	return found(t, audit.NewMemory(), company.Founding{Catalog: catalog, Document: doc})
}

// wantOptions checks that a page offers choices, by their words.
func (p page) wantOptions(t *testing.T, words ...string) page {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(p.body, `>`+w+`</option>`) {
			t.Errorf("there is no choice %q", w)
		}
	}
	return p
}

// wantLink checks that a page has a link.
func (p page) wantLink(t *testing.T, link string) page {
	t.Helper()
	if !strings.Contains(p.body, `href="`+link+`"`) {
		t.Errorf("there is no link %s in %s", link, p.body)
	}
	return p
}

// TestMayDo: what the page of somebody says that they may do is what the policy
// allows at one thing at least, asked about every action and everything there is,
// at company level and in each team of theirs.
func TestMayDo(t *testing.T) {
	t.Parallel()
	laws, budgets := newLawSite(t, ""), withBudgets(t)
	listed, denied := 0, 0
	for _, s := range []*site{laws, budgets} {
		d := s.company.Policy().Directory()
		for u := range d.Users() {
			for _, in := range append([]team.ID{""}, teamsOf(d, u.ID)...) {
				who := access.User(u.ID)
				if in != "" {
					who = access.Session(u.ID, in)
				}
				got, want := s.listedActions("/view-as?user="+string(u.ID)+"&team="+string(in)), s.allowedActions(who)
				if !maps.Equal(got, want) {
					t.Errorf("%v may do %v, want %v", who, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
				}
				if listed += len(want); len(want) == 0 {
					denied++
				}
			}
		}
	}
	if listed < 50 || denied < 2 {
		t.Errorf("%d actions were listed, and %d people may do nothing", listed, denied)
	}
	// An owner may hand over what they are, and nobody is there who could take it.
	alone := found(t, audit.NewMemory(), company.Founding{Catalog: role.ProjectCatalog()})
	alone.get("ann", "/view-as?user=ann").want(t, http.StatusOK, "invite people").lacks(t, "hand their own role over", "suspend and reinstate people")
}

// teamsOf returns the teams of a user.
func teamsOf(d access.Directory, id team.UserID) []team.ID {
	var all []team.ID
	for m := range d.Memberships(id) {
		all = append(all, m.Team)
	}
	return all
}

// listedActions returns what a page says that somebody may do, each with its
// heading.
func (s *site) listedActions(path string) map[string]bool {
	s.t.Helper()
	_, m := s.open("ann", "/admin"+path)
	all, begun, heading := map[string]bool{}, false, ""
	for _, e := range m {
		switch {
		case e.name == "h2":
			begun = e.text == "What they may do"
		case e.name == "h3":
			heading = e.text
		case e.name == "li" && begun:
			all[heading+": "+e.text] = true
		}
	}
	return all
}

// allowedActions returns what the policy allows somebody at something.
func (s *site) allowedActions(who access.Subject) map[string]bool {
	p, all := s.company.Policy(), map[string]bool{}
	d := p.Directory()
	ask := func(heading string, r access.Resource) {
		for _, a := range d.Catalog().Actions() {
			if p.Decide(who, a, r).Allowed {
				all[heading+": "+console.ActionWords(a)] = true
			}
		}
	}
	ask("In the company", access.Company())
	for a := range d.Accounts() {
		ask("With accounts", access.Account(a.ID()))
		if p.Decide(who, "budget.set", access.Item("budget", "x", a.ID())).Allowed {
			all["With things of kind budget: budget.set"] = true
		}
	}
	for u := range d.Users() {
		ask("With people", access.TargetUser(u.ID))
	}
	for t := range d.Teams() {
		ask("With teams", access.Team(t.ID))
	}
	for g := range d.Groups() {
		ask("With data groups", access.Group(g.ID))
	}
	for _, r := range d.Catalog().Roles() {
		if p.Decide(who, access.GrantRole, access.Role(r.Name)).Allowed {
			all["Roles that they may give: "+r.Title] = true
		}
	}
	return all
}

// TestLintWords has the sentences of the lint in the words of the host.
func TestLintWords(t *testing.T) {
	t.Parallel()
	words := map[string]string{"warning": "Warnung"}
	for _, rule := range lint.Rules() {
		for _, english := range []string{rule.Means, rule.Matters, rule.Remedy} {
			words[english] = "auf Deutsch: " + string(rule.Code)
		}
	}
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	doc.Teams = append(doc.Teams, document.Team{ID: "idle", Name: "Idle"}) // without data groups
	s := newSiteOf(t, doc, func(c *console.Config) { c.Texts = words })
	p := s.get("ann", "/lint").want(t, http.StatusOK, "auf Deutsch: ", "Warnung")
	for _, rule := range lint.Rules() {
		p.lacks(t, rule.Means, rule.Matters, rule.Remedy)
	}
}
