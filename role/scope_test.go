package role_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/role"
)

// TestScopeText writes scopes as text and reads them back, in a role as well.
func TestScopeText(t *testing.T) {
	for text, scope := range map[string]role.Scope{"teams": role.ByTeams, "all": role.AllData} {
		got, err := scope.MarshalText()
		if err != nil || string(got) != text {
			t.Errorf("%v is written as %q, %v", scope, got, err)
		}
		var back role.Scope
		if err := back.UnmarshalText([]byte(text)); err != nil || back != scope {
			t.Errorf("%q is read as %v, %v", text, back, err)
		}
	}
	if _, err := role.Scope(2).MarshalText(); !errors.Is(err, role.ErrUnknownScope) || err.Error() != `role: a scope is "teams" or "all": this one is Scope(2)` {
		t.Errorf("Scope(2) is written, %v", err)
	}
	scope := role.AllData
	for _, text := range []string{"", "All", "everything", "Scope(2)"} {
		if err := scope.UnmarshalText([]byte(text)); !errors.Is(err, role.ErrUnknownScope) || scope != role.AllData {
			t.Errorf("%q is read as %v, %v", text, scope, err)
		}
	}
	for _, r := range role.CompanyCatalog().Roles() {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back role.Role
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		a, errA := role.NewCatalog(rs{alone(r)})
		b, errB := role.NewCatalog(rs{alone(back)})
		if errA != nil || errB != nil || !a.Equal(b) {
			t.Errorf("%s comes back as %+v, %v, %v", text, back, errA, errB)
		}
	}
}

// alone returns a role that can stand in a catalog by itself.
func alone(r role.Role) role.Role {
	r.Manages = nil
	return r
}
