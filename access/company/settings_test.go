package company_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestShownTexts gives a company a name, a role a title and a change a reason.
// All three are shown to people; an invitation shows name and title to strangers.
func TestShownTexts(t *testing.T) {
	for _, tt := range []struct {
		named, titled, reasoned bool
		name, text              string
	}{
		{true, true, true, "plain", "Acme & Söhne <GmbH>"},
		{false, true, false, "nothing", ""},
		{false, false, false, "only a space", " "},
		{false, false, true, "space at the end", "Acme "},
		{false, false, true, "two lines", "Acme\nGmbH"},
		{false, false, false, "tab", "Ac\tme"},
		{false, false, false, "turned direction", "Acme \u202egpj.exe"},
		{false, false, false, "zero-width space", "Ac\u200bme"},
		{false, false, false, "line separator", "Acme\u2028GmbH"},
		{false, false, false, "not UTF-8", "Acme\xff"},
		{false, false, false, "long", strings.Repeat("x", 501)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := func(name string) (*company.Company, error) {
				return company.Found(t.Context(), audit.NewMemory(), company.Founding{
					ID: "acme", Name: name, Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
					Document: &document.Document{
						Teams: []document.Team{{ID: "west"}}, Users: []document.User{{ID: "bob", Email: "bob@example.com"}},
					},
				}, nil)
			}
			check := func(what string, want bool, err error) {
				t.Helper()
				if (err == nil) != want || err != nil && !errors.Is(err, company.ErrInvalid) && !errors.Is(err, company.ErrReason) {
					t.Errorf("%s: %v, want it accepted: %t", what, err, want)
				}
			}
			_, err := found(tt.text)
			check("founded", tt.named, err)
			co, err := found("Other")
			if err != nil {
				t.Fatal(err)
			}
			by := company.By{Actor: company.User("ann"), Reason: tt.text}
			_, err = co.Do(t.Context(), by, company.AddMember{Team: "west", User: "bob"})
			check("reasoned", tt.reasoned, err)
			by.Reason, by.Approval = "", tt.text
			_, err = co.Do(t.Context(), by, company.SetLimits{Seats: company.To(9)})
			check("approved", tt.titled, err)
			_, err = co.Do(t.Context(), company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: tt.text})
			check("renamed", tt.named, err)
			_, err = role.NewCatalog([]role.Role{{Name: "r", Title: tt.text}})
			if (err == nil) != tt.titled {
				t.Errorf("titled: %v, want it accepted: %t", err, tt.titled)
			}
		})
	}
}
