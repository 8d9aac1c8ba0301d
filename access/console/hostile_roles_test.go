package console_test

import (
	"net/http"
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
		if slices.Contains(holds, access.GrantRole) {
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
