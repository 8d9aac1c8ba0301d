package access_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestHoldersAreCounted counts the holders of a role after each thing that can
// happen to one.
func TestHoldersAreCounted(t *testing.T) {
	p := access.MustLoad(`{"users": [
	  {"id": "ada", "email": "ada@example.com", "role": "admin"},
	  {"id": "bea", "email": "bea@example.com", "role": "admin"}]}`)
	step := func(name string, change func(e *access.Edit), all, lasting int) {
		t.Helper()
		p = edited(t, p, change)
		if a, l := p.Directory().Holders("admin"); a != all || l != lasting {
			t.Errorf("%s: %d admins, %d for good; want %d, %d", name, a, l, all, lasting)
		}
	}
	set := func(id team.UserID, change func(u *team.User)) func(e *access.Edit) {
		return func(e *access.Edit) {
			u, _ := p.Directory().User(id)
			change(&u)
			e.SetUser(document.UserOf(u))
		}
	}
	step("nothing", func(*access.Edit) {}, 2, 2)
	step("suspended", set("bea", func(u *team.User) { u.Suspended = true }), 2, 1)
	step("reinstated", set("bea", func(u *team.User) { u.Suspended = false }), 2, 2)
	step("demoted", set("bea", func(u *team.User) { u.Role = "viewer" }), 1, 1)
	step("promoted", set("bea", func(u *team.User) { u.Role = "admin" }), 2, 2)
	step("new catalog", func(e *access.Edit) {
		roles := role.CompanyCatalog().Roles()
		roles[0], roles[6] = roles[6], roles[0]
		c, err := role.NewCatalog(roles)
		if err != nil {
			t.Fatal(err)
		}
		e.SetCatalog(c)
	}, 2, 2)
	step("removed", func(e *access.Edit) { e.RemoveUser("bea") }, 1, 1)
	if d := p.Decide(access.User("ada"), access.RemoveUser, access.TargetUser("ada")); d.Reason != access.ReasonSelf {
		t.Errorf("%s", d)
	}
}
