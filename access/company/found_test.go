package company_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// foundingOfOne is a company with ann, its admin, alone.
func foundingOfOne() company.Founding {
	return company.Founding{ID: "a", Name: "A", Document: &document.Document{
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "admin"}},
	}}
}

// TestFounderIsNew founds with a founder that the document has too.
func TestFounderIsNew(t *testing.T) {
	f := foundingOfOne()
	f.Founder = team.User{ID: "ann", Email: mustAddress("other@example.com")}
	if _, err := company.Found(t.Context(), audit.NewMemory(), f, nil); !errors.Is(err, company.ErrTaken) {
		t.Errorf("Found = %v, want ErrTaken", err)
	}
}

// TestDocumentMayBreakWhatChangesKeep: minima, maxima and creators are rules
// for changes. A document has the host's own authority.
func TestDocumentMayBreakWhatChangesKeep(t *testing.T) {
	for name, tt := range map[string]struct {
		users string
		options
	}{
		"no admin":          {"uma user", options{}},
		"two owners":        {"a owner; b owner", options{roles: role.ProjectCatalog().Roles()}},
		"no creator":        {"ann admin", options{reports: "r"}},
		"no lasting holder": {"ann admin 1h", options{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCompany(t, tt.users, tt.options)
			c.must("system ops", company.SetCompanyName{Name: "Bolt"})
			c.must("system ops", company.AddUser{User: "new", Person: company.Person{Email: "new@x.test"}}, company.SuspendUser{User: "new"}, company.RemoveUser{User: "new"})
		})
	}
}

// TestDocumentNamesItsCatalog loads the document of a policy of the company
// catalog where another catalog is configured.
func TestDocumentNamesItsCatalog(t *testing.T) {
	p, err := access.Compile(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Document().JSON()
	if err != nil || !bytes.Contains(text, []byte(`"company"`)) {
		t.Fatalf("the document is %s, %v", text, err)
	}
	if _, err := access.Load(text, &access.Config{Catalog: role.ProjectCatalog()}); !errors.Is(err, access.ErrInvalid) {
		t.Errorf("Load = %v, want ErrInvalid", err)
	}
}

// TestSystemWithoutName: nobody is the system of an empty name, so a Config that
// lets it make changes is a mistake.
func TestSystemWithoutName(t *testing.T) {
	config := &company.Config{Systems: map[string]company.SystemConfig{"": {Changes: company.ChangeTypes()}}}
	if _, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), config); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Found = %v, want ErrInvalid", err)
	}
}
