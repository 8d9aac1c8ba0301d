package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// oddRoles hold what no shipped role holds alone.
var oddRoles = map[role.Name][]role.Action{
	"nothing":  {},
	"inviter":  {access.InviteUser, access.GrantRole, access.SetTeamMembers},
	"teamer":   {access.CreateTeam, access.EditTeam, access.DeleteTeam, access.SetTeamMembers, access.SetTeamGroups},
	"grouper":  {access.CreateGroup, access.EditGroup, access.DeleteGroup},
	"remover":  {access.RemoveUser, access.SuspendUser, access.SetUserExpiry, access.SetUserRole, access.EditUser, access.GrantRole},
	"setter":   {access.EditCompany},
	"auditor":  {access.ReadAudit},
	"reviewer": {access.RunReview},
	"lister":   {access.ViewDirectory},
	"asker":    {access.InviteUser, access.GrantRole},
	"cleaner":  {access.ViewDirectory, access.DeleteTeam, access.RemoveUser},
	"definer":  {access.ViewDirectory, access.CreateGroup, access.EditGroup},
	"pauser":   {access.ViewAccount, "campaign.pause", access.ShareSession},
}

// oddUser is who holds an odd role.
func oddUser(name role.Name) string { return "odd-" + string(name) }

// newRolesSite is the company of acme with somebody of each odd role, and a kind
// of the host's.
func newRolesSite(t *testing.T) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	roles := role.CompanyCatalog().Roles()
	for name, holds := range oddRoles {
		roles[0].Manages = append(roles[0].Manages, name)
		r := role.Role{Name: name, Title: "The " + string(name), Scope: role.ByTeams, Capabilities: holds}
		if !slices.Contains([]role.Name{"nothing", "lister", "auditor", "pauser"}, name) {
			r.Scope = role.AllData // as a catalog demands
		}
		if slices.Contains(holds, access.GrantRole) || slices.Contains(holds, access.RemoveUser) {
			r.Manages = []role.Name{"team-member", "viewer", "editor"}
		}
		roles = append(roles, r)
		doc.Users = append(doc.Users, document.User{ID: oddUser(name), Name: "Odd " + string(name), Role: string(name)})
	}
	catalog, err := role.NewCatalog(roles, role.Kind{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.pause"}, Link: "campaign.pause"})
	if err != nil {
		t.Fatal(err)
	}
	doc.Reports = append(doc.Reports, document.Report{ID: "q4", Name: "Fourth quarter", Grants: []document.Grant{{User: "eve", Level: "creator"}}})
	s := found(t, audit.NewMemory(), company.Founding{Catalog: catalog, Document: doc})
	s.must("ann", company.Invite{Invitation: "i1", Terms: s.terms("new@example.com")})
	s.must("ann", company.OpenReview{Review: "may"})
	s.must("eve", company.MakeLink{Link: "l1", Resource: access.Report("q4")})
	return s
}

// others are names that only those may read who have one of some rights.
var others = []struct {
	names  []string
	rights []access.Action
}{
	{[]string{"Dan Data", "Eve Editor", "Tom Team", "Mia Viewer", "Uma User", "tom@example.com"}, []access.Action{access.ViewDirectory, access.ReadAudit, access.RunReview}},
	{[]string{"new@example.com"}, []access.Action{access.ViewDirectory, access.ReadAudit, access.RunReview}},
	{[]string{"East", "West", "The west coast"}, []access.Action{access.ViewDirectory, access.ReadAudit, access.RunReview}},
	{[]string{"United States", "Germany"}, []access.Action{access.ViewDirectory, access.ReadAudit}},
	{[]string{"Third quarter", "Fourth quarter"}, []access.Action{access.ReadAudit}},
}

// tells fails if a page has a name that its reader may not know. What a form
// changes, it shows.
func (s *site) tells(as string, page string, p page) {
	s.t.Helper()
	for _, o := range others {
		if slices.ContainsFunc(o.rights, func(a access.Action) bool {
			return s.company.Decide(access.User(team.UserID(as)), a, access.Company()).Allowed
		}) {
			continue
		}
		for _, name := range o.names {
			if strings.Contains(p.body, name) {
				s.t.Errorf("%s tells %s of %s: %s", page, as, name, p.text)
			}
		}
	}
}

// TestOddRoles: somebody with a role that holds few things finds no dead link, and
// no page, form or what-if tells them a name that is not for them.
func TestOddRoles(t *testing.T) {
	t.Parallel()
	for name := range oddRoles {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			s, as := newRolesSite(t), oddUser(name)
			for link := range s.crawl(as) {
				s.tells(as, link, s.get(as, strings.TrimPrefix(link, "/admin")))
			}
			for _, path := range console.RoutePaths() {
				s.tells(as, path, s.get(as, path+"?"+queryOf(path)))
			}
			for _, form := range console.FormNames() {
				for _, keys := range keysFor(form) {
					s.tellsByForm(as, form, keys.Encode())
				}
			}
		})
	}
}

// shownByForm are the forms that show what they change: its name is there to be
// edited.
var shownByForm = []string{"team.edit", "user.edit", "datagroup.edit"}

// tellsByForm opens a form and checks it, as it is and filled in.
func (s *site) tellsByForm(as, name, keys string) {
	s.t.Helper()
	p, m := s.open(as, "/admin/change?do="+name+"&"+keys)
	if slices.Contains(shownByForm, name) {
		return
	}
	s.tells(as, name+" "+keys, p)
	if p.status != http.StatusOK {
		return
	}
	for _, f := range m.sheets() {
		if f.action != "/admin/change" {
			continue
		}
		for n := range 3 {
			form := f.filled(n)
			form.Set("step", "check")
			s.tells(as, name+" "+keys+", checked as "+form.Encode(), s.post(as, "/change", form))
		}
	}
}

// TestHalfTheRights: where a page or a part of it needs one right besides another,
// one of them is not enough.
func TestHalfTheRights(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	for _, page := range []string{"/picture", "/picture?team=west", "/picture.svg?team=nothing"} {
		s.get(oddUser("lister"), page).want(t, http.StatusForbidden)
		s.get(oddUser("grouper"), page).want(t, http.StatusForbidden)
		s.get(oddUser("auditor"), page).want(t, http.StatusForbidden)
	}
	s.get("tom", "/account?id=us-1").want(t, http.StatusOK).lacks(t, "Mia", "mia", "Dan", "United States")
	s.get("dan", "/account?id=us-1").want(t, http.StatusOK, "United States").lacks(t, "Mia Viewer", "Tom Team") // the lists, and not the log
	s.get(oddUser("auditor"), "/account?id=us-1").want(t, http.StatusOK, "Mia Viewer").lacks(t, "/person?id=", "United States")
}

// TestPreviewByRight: how many accounts a data group matches is for those who
// write filters and those who read the log, and which ones for those who see them.
func TestPreviewByRight(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	s.get("dan", "/group?id=us").want(t, http.StatusOK, "us-1", "us-2")
	s.get(oddUser("definer"), "/group?id=us").want(t, http.StatusOK, "google").lacks(t, "us-1", "us-2")
	s.get(oddUser("lister"), "/group?id=us").want(t, http.StatusOK, "United States").lacks(t, "us-1", "us-2", "google")
}

// TestLinksOfOthers: a creator of a report knows of the links to it, and by whose
// id they were made; other readers of the report do not.
func TestLinksOfOthers(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	s.must("eve", company.ShareReport{Report: "q3", User: "ann", Level: access.Creator}, company.ShareReport{Report: "q3", User: "mia", Level: access.Explorer})
	s.must("ann", company.MakeLink{Link: "press", Resource: access.Report("q3")})
	for _, page := range []string{"/report?id=q3", "/link?id=press"} {
		s.get("eve", page).want(t, http.StatusOK, "press", "ann").lacks(t, "Ann Admin")
		s.get("ann", page).want(t, http.StatusOK, "Ann Admin")
		s.get("mia", page).lacks(t, ">press<", "ann")
	}
	s.get("eve", "/links").want(t, http.StatusOK).lacks(t, "press")
	s.get(oddUser("auditor"), "/link?id=press").want(t, http.StatusOK, "Ann Admin")
}

// TestWhatIfCounts: a what-if counts the accounts, reports and links that are not
// for its reader, and tells who may not read the lists nothing of others.
func TestWhatIfCounts(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	s.must("eve", company.MakeLink{Link: "press", Resource: access.Report("q4")})
	check := func(as, name string, typed url.Values, keys ...string) page {
		form := s.fill(as, name, typed, keys...)
		form.Set("reason", "x")
		form.Set("step", "check")
		return s.post(as, "/change", form).want(t, http.StatusOK, "What would happen")
	}
	check(oddUser("definer"), "datagroup.edit", in("filter", "country = 'DE'"), "group", "us").
		want(t, http.StatusOK, "Tom Team sees 1 account", "Tom Team no longer sees 2 accounts").lacks(t, "de-1", "us-1", "us-2")
	check(oddUser("cleaner"), "team.delete", nil, "team", "west").
		want(t, http.StatusOK, "Tom Team is no longer viewer of 1 report").lacks(t, "Third quarter", "q3", "us-1")
	check(oddUser("cleaner"), "user.remove", in("successor", "dan"), "user", "eve").
		want(t, http.StatusOK, "Eve Editor may no longer revoke 2 share links").lacks(t, "press", "l1", "Fourth quarter", "q4")
	check(oddUser("remover"), "user.remove", nil, "user", "mia").lacks(t, "People:", "us-1", "Mia Viewer")
	check("ann", "team.delete", nil, "team", "west").want(t, http.StatusOK, "People:", "Third quarter", "us-1")
}

// TestFormsOfHalfTheRights: a form that asks for several rights is not opened with
// one of them.
func TestFormsOfHalfTheRights(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	terms := s.terms("west@example.com")
	terms.Teams = []team.ID{"west"}
	s.must("ann", company.Invite{Invitation: "i2", Terms: terms})
	for _, tt := range []struct {
		as, form string
		status   int
	}{
		{"tom", "invitation.send", http.StatusForbidden},
		{oddUser("asker"), "invitation.send", http.StatusOK},
		{oddUser("asker"), "invitation.amend&invitation=i1", http.StatusOK},
		{oddUser("asker"), "invitation.amend&invitation=i2", http.StatusForbidden},
		{oddUser("inviter"), "invitation.amend&invitation=i2", http.StatusOK},
		{oddUser("auditor"), "report.name-creator&report=q3", http.StatusForbidden},
		{oddUser("remover"), "report.name-creator&report=q3", http.StatusForbidden},
		{oddUser("teamer"), "user.add-to-team&user=tom", http.StatusOK},
		{oddUser("teamer"), "user.add-to-team&user=nobody", http.StatusNotFound},
	} {
		if p := s.get(tt.as, "/change?do="+tt.form); p.status != tt.status {
			t.Errorf("%s of %s: %d, want %d: %s", tt.form, tt.as, p.status, tt.status, p.text)
		}
	}
}

// TestBackIsReadable: those who may change something and may read no list come back to
// a page that they may read, before a change and after it.
func TestBackIsReadable(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	for _, f := range []struct {
		as    role.Name
		name  string
		typed url.Values
		keys  []string
	}{
		{"grouper", "datagroup.create", in("name", "France", "filter", "country = 'FR'", "id", "fr"), nil},
		{"grouper", "datagroup.edit", in("name", "All of France", "filter", "country = 'FR'"), []string{"group", "fr"}},
		{"grouper", "datagroup.delete", nil, []string{"group", "fr"}},
		{"teamer", "team.create", in("name", "Paris"), nil},
		{"teamer", "team.edit", in("name", "All of the west"), []string{"team", "west"}},
		{"teamer", "team.delete", nil, []string{"team", "west"}},
		{"inviter", "invitation.send", in("address", "paul@example.com", "role", "viewer", "reason", "x"), nil},
		{"remover", "user.suspend", in("reason", "x"), []string{"user", "tom"}},
		{"remover", "user.remove", in("reason", "x"), []string{"user", "tom"}},
	} {
		as := oddUser(f.as)
		_, form := s.open(as, "/admin/change?"+in(append([]string{"do", f.name}, f.keys...)...).Encode())
		for _, link := range form.links() {
			if p, _ := s.open(as, link); p.status != http.StatusOK {
				t.Errorf("%s: from the form of %s, %s answers %d", as, f.name, link, p.status)
			}
		}
		s.do(as, f.name, f.typed, f.keys...).want(t, http.StatusOK, "Done")
	}
}
