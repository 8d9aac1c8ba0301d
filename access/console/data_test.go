package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// sighted is a company whose role "auditor" may have everything explained and sees its
// teams' data only, and whose role "reader" reads the directory and nothing else. It has more
// of everything than a page shows.
func sighted(t *testing.T) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	doc.Users = append(doc.Users, document.User{ID: "wil", Name: "Wil Auditor", Role: "auditor"}, document.User{ID: "rea", Name: "Rea Reader", Role: "reader"})
	doc.Teams[0].Members = append(doc.Teams[0].Members, document.Member{User: "wil"}, document.Member{User: "rea"})
	doc.Attributes["labels"] = "labels"
	for i := range 55 {
		id := fmt.Sprintf("x%02d", i)
		doc.Accounts = append(doc.Accounts, document.Account{ID: id, Source: "bing", Values: map[string]datagroup.Value{"name": datagroup.Text("Name of " + id)}})
		doc.Groups = append(doc.Groups, document.Group{ID: id, Name: "Group " + id, Filter: "labels has 'a' and country = 'US' or country = 'FR' or id = 'us-1' or source = 'bing'"})
		doc.Teams = append(doc.Teams, document.Team{ID: id, Name: "Team " + id, Groups: []string{"de"}})
		doc.Reports = append(doc.Reports, document.Report{ID: id, Name: "Report " + id, Grants: []document.Grant{{User: "eve", Level: "creator"}}})
	}
	catalog, err := role.NewCatalog(append(role.CompanyCatalog().Roles(),
		role.Role{Name: "auditor", Scope: role.ByTeams, Capabilities: []role.Action{access.ViewAccount, access.ViewDirectory, access.ReadAudit}},
		role.Role{Name: "reader", Scope: role.ByTeams, Capabilities: []role.Action{access.ViewAccount, access.ViewDirectory}}))
	if err != nil {
		t.Fatal(err)
	}
	return found(t, audit.NewMemory(), company.Founding{Catalog: catalog, Document: doc})
}

// TestPreviewOfUnseen counts accounts that the reader does not see, and names those
// that they do. Who writes no filter, and may have nothing explained, is told nothing
// of them.
func TestPreviewOfUnseen(t *testing.T) {
	t.Parallel()
	s := sighted(t)
	s.get("wil", "/group?id=x00").want(t, http.StatusOK, "56 accounts match", "bing 55 0", "google 1 0", "meta 0 1", "1 more account might match", "us-1", "55 of them are not yours to see").
		lacks(t, "x01", "Name of")
	s.get("ann", "/group?id=x00").want(t, http.StatusOK, "us-1", "Name of x08", "There are more.").lacks(t, "not yours to see", "Name of x11")
	s.get("rea", "/group?id=x00").want(t, http.StatusOK, "Filter").lacks(t, "accounts match", "us-1<", "bing 55")
	s.get("wil", "/picture?team=west").want(t, http.StatusOK)
	for _, path := range []string{"/picture", "/picture?team=west", "/picture.svg"} {
		s.get("rea", path).want(t, http.StatusForbidden, "Your role does not let you do this.").lacks(t, "google")
	}
	s.get("wil", "/picture.svg?team=none").want(t, http.StatusNotFound)
}

// TestAccountGroups says which data groups match an account, and which do not only
// for want of a value.
func TestAccountGroups(t *testing.T) {
	t.Parallel()
	s := sighted(t)
	s.get("ann", "/account?id=x00").want(t, http.StatusOK, "Data groups", "Group x01", "United States Left out only because the account has no value for country.", "Name of x00")
	s.get("ann", "/account?id=us-2").want(t, http.StatusOK, "United States", "Group x01 Left out only because the account has no value for labels.")
	s.get("rea", "/account?id=us-2").want(t, http.StatusOK, "United States").lacks(t, "Who sees it", "Wil")
	s.get("rea", "/account?id=x00").want(t, http.StatusNotFound)
}

// TestPagesOfData goes through lists that have more than a page.
func TestPagesOfData(t *testing.T) {
	t.Parallel()
	s := sighted(t)
	for _, c := range []struct{ as, path, first, last string }{
		{"ann", "/groups", "Group x00", "Group x54"},
		{"ann", "/group?id=de", "Team x00", "Team x54"},
		{"ann", "/accounts", "de-1", "x54"},
		{"ann", "/accounts?find=NAME+OF", "Name of x00", "Name of x54"},
		{"ann", "/reports?all=1", "Third quarter", "Report x54"},
		{"eve", "/reports", "Third quarter", "Report x54"},
		{"ann", "/view-as?user=eve", "de-1", "Name of x54"},
	} {
		p := s.get(c.as, c.path).want(t, http.StatusOK, c.first).lacks(t, c.last)
		next, found := "", false
		if _, next, found = strings.Cut(p.body, `<p class="more"><a href="/admin`); !found {
			t.Errorf("%s has no next page", c.path)
			continue
		}
		next, _, _ = strings.Cut(next, `"`)
		s.get(c.as, strings.ReplaceAll(next, "&amp;", "&")).want(t, http.StatusOK, c.last).lacks(t, c.first+"<")
	}
	s.get("ann", "/view-as?user=eve").want(t, http.StatusOK, "Report x01 creator", "There are more.")
	s.get("ann", "/why?user=eve&action=account.view&kind=account&id=x00").want(t, http.StatusOK, "Allow")
}

// TestComparedOnlyInPart has filters of which one direction is not decided, or
// refuted alone.
func TestComparedOnlyInPart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.company.Do(t.Context(), company.By{Actor: company.User("dan")}, company.CreateGroup{Group: "any", Name: "Any", Filter: "everything"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"any", "country present", "It can only match less than before."},
		{"any", "country present or country missing", "It means the same as before."},
		{"us", "everything", "It can only match more than before."},
		{"us", "nothing", "It can only match less than before."},
	} {
		form := s.fill("dan", "datagroup.edit", in("filter", c[1]), "group", c[0])
		form.Set("step", "check")
		s.post("dan", "/change", form).want(t, http.StatusOK, c[2])
	}
	s.refused("dan", "datagroup.create", in("name", "Long", "filter", strings.Repeat("x", 70_000))).want(t, http.StatusUnprocessableEntity)
}
