package company_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestLastHolder: the last admin stays for every actor, and may go once there
// is another one.
func TestLastHolder(t *testing.T) {
	const users = "ann admin; abe admin 1h; ugo user-manager; uma user"
	for _, text := range []string{"user.set-role ann user", "user.remove ann", "user.suspend ann", "user.set-expiry ann 1h"} {
		c, change := newCompany(t, users, options{}), parseChange(t, text)
		c.refuses("denied last-holder", "abe", change)
		c.refuses("ErrLastHolder", "system ops", change)
		c.must("system ops", company.SetRole{User: "uma", Role: "admin"}, change)
	}
	c := newCompany(t, users, options{})
	c.refuses("denied last-holder @2", "abe", company.SuspendUser{User: "uma"}, company.SuspendUser{User: "ann"})
	c.must("ann", company.SetRole{User: "uma", Role: "admin"})
	c.must("abe", company.SetRole{User: "ann", Role: "user"})
}

// TestOwner: the only owner goes by a transfer and in no other way.
func TestOwner(t *testing.T) {
	c := newCompany(t, "own owner; adm admin; mem member; end member 1h; sus member suspended", options{roles: role.ProjectCatalog().Roles()})
	for line := range split(`
		denied above-ceiling     | adm        | user.remove own
		denied above-ceiling     | own        | user.set-role mem owner
		denied self              | own        | user.set-role own admin
		denied ineligible-target | own        | owner.transfer own
		denied ineligible-target | own        | owner.transfer end
		denied ineligible-target | own        | owner.transfer sus
		denied no-capability     | adm        | owner.transfer mem
		ErrRoleFull              | system ops | user.set-role mem owner
		ErrRoleFull              | system ops | user.add two email=two@x.test role=owner
		ErrLastHolder            | system ops | user.remove own
		ErrUnknown               | system ops | owner.transfer mem from=ghost
		ErrInvalid               | system ops | owner.transfer mem from=adm
		ErrInvalid               | system ops | owner.transfer sus from=own`, "\n") {
		cells := cellsOf(line)
		c.refuses(cells[0], cells[1], parseChange(t, cells[2]))
	}
	receipt := c.must("own", company.TransferOwnership{To: "mem"})
	want := company.TransferOwnership{
		To: "mem", From: "own", TransferOwnershipOutcome: company.TransferOwnershipOutcome{Role: "owner", Becomes: "admin"},
	}
	if receipt.Changes[0] != want {
		t.Errorf("recorded %#v, want %#v", receipt.Changes[0], want)
	}
	c.refuses("denied above-ceiling", "own", company.SuspendUser{User: "mem"})
	c.must("system ops", company.TransferOwnership{To: "own", From: "mem"})
}

// TestTransferIsByActor: a user gives away their own role, whomever they name.
func TestTransferIsByActor(t *testing.T) {
	roles := role.ProjectCatalog().Roles()
	roles[0].MaxHolders = 0
	c := newCompany(t, "ann owner; abe owner; mem member", options{roles: roles})
	made, _ := company.Outcome[company.TransferOwnership](c.must("ann", company.TransferOwnership{To: "mem", From: "abe"}))
	if made.From != "ann" {
		t.Errorf("recorded %+v", made)
	}
	for id, want := range map[team.UserID]role.Name{"ann": "admin", "abe": "owner", "mem": "owner"} {
		if u, _ := c.Policy().Directory().User(id); u.Role != want {
			t.Errorf("%s is %s, want %s", id, u.Role, want)
		}
	}
}

// TestReportIsByActor: a user is the creator of the report they make, whomever
// they name.
func TestReportIsByActor(t *testing.T) {
	c := newCompany(t, "ann admin; uma user", options{})
	made, _ := company.Outcome[company.CreateReport](c.must("uma", company.CreateReport{Report: "r", Creator: "ann"}))
	if got := slices.Collect(c.Policy().Directory().Grants("r")); made.Creator != "uma" || len(got) != 1 || got[0].User != "uma" {
		t.Errorf("recorded %+v, shared %+v", made, got)
	}
}

// TestRoleFull: suspended users, and users who have ended, count as holders
// too.
func TestRoleFull(t *testing.T) {
	roles := []role.Role{
		{Name: "head", Capabilities: []role.Action{"user.set-role", "role.grant"}, Scope: role.AllData, Manages: []role.Name{"few", "many"}},
		{Name: "few", MaxHolders: 2}, {Name: "many"},
	}
	c := newCompany(t, "hal head; a few suspended; b few -1h; c many", options{roles: roles})
	c.refuses("denied role-full", "hal", company.SetRole{User: "c", Role: "few"})
	c.refuses("ErrRoleFull", "system ops", company.SetRole{User: "c", Role: "few"})
	c.must("hal", company.SetRole{User: "a", Role: "many"}, company.SetRole{User: "c", Role: "few"})
	roles[1].MaxHolders = 1
	c.refuses("ErrRoleFull", "system ops", company.ReplaceCatalog{Roles: roles})
	roles[1].MaxHolders, roles[1].MinHolders = 0, 1
	c.must("system ops", company.ReplaceCatalog{Roles: roles})
	c.refuses("ErrLastHolder", "system ops", company.SetEnd{User: "c", Until: company.To(hours(1))})
}

func TestSeats(t *testing.T) {
	c := newCompany(t, "ann admin; sue viewer suspended; old viewer -1h", options{seats: 3})
	c.refuses("ErrSeats", "system ops", company.AddUser{User: "new", Person: company.Person{Email: "new@x.test"}})
	c.refuses("ErrSeats", "ann", company.SetLimits{Seats: company.To(2)})
	c.must("system ops", company.RemoveUser{User: "old"}, company.AddUser{User: "new", Person: company.Person{Email: "old@x.test"}})
	c.must("ann", company.SetLimits{Seats: company.None[int]()})
	c.must("system ops", company.AddUser{Person: company.Person{Email: "more@x.test"}})
}

// TestSuccessor: the successor is never the actor. They become the creator of the
// reports whose last creator leaves. If only the actor qualifies, there is none.
func TestSuccessor(t *testing.T) {
	const reports = "r: uma creator, ann viewer; s: uma creator, ann creator; q: uma creator"
	c := newCompany(t, "ann admin; uma user; bob viewer", options{reports: reports})
	c.refuses("ErrSuccessor", "ann", company.RemoveUser{User: "uma"})
	c.refuses("ErrSelf ErrSuccessor", "ann", company.RemoveUser{User: "uma", Successor: "ann"})
	c.refuses("ErrSuccessor", "ann", company.RemoveUser{User: "uma", Successor: "uma"})
	c.must("system ops", company.SuspendUser{User: "uma"})
	r, _ := company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "uma", Successor: "bob"}))
	if !slices.Equal(r.HandedOver.First, []access.ReportID{"q", "r"}) || r.HandedOver.Count != 2 || r.Orphaned.Count != 0 ||
		r.Reports.Count != 3 || r.Role != "user" || r.Person != (company.Person{Email: "uma@x.test"}) {
		t.Errorf("recorded %+v", r)
	}
	if d := c.Policy().Decide(access.User("bob"), "report.delete", access.Report("r")); !d.Allowed {
		t.Errorf("the successor is not a creator: %v", d)
	}
	c.checkReplay()

	c = newCompany(t, "ann admin; uma user; max user 1h; sue user suspended", options{reports: reports})
	c.refuses("ErrSelf ErrSuccessor", "ann", company.RemoveUser{User: "uma", Successor: "ann"})
	c.refuses("ErrSuccessor", "ann", company.RemoveUser{User: "uma", Successor: "max"})
	r, _ = company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "uma"}))
	if !slices.Equal(r.Orphaned.First, []access.ReportID{"q", "r"}) || r.HandedOver.Count != 0 {
		t.Errorf("recorded %+v", r)
	}
	c.checkReplay()
}

// TestTransferGainsNoManaging hands over in a catalog where the role of the new
// owner manages a role that the owner's did not.
func TestTransferGainsNoManaging(t *testing.T) {
	catalog, err := role.NewCatalog([]role.Role{
		{Name: "owner", Scope: role.AllData, Capabilities: []role.Action{role.TransferOwner, role.ViewAccount}, Manages: []role.Name{"admin"}},
		{Name: "admin", Capabilities: []role.Action{role.ViewAccount}, Manages: []role.Name{"auditor"}},
		{Name: "auditor"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := company.Found(t.Context(), audit.NewMemory(), company.Founding{ID: "a", Name: "A", Catalog: catalog, Document: &document.Document{
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "owner"}, {ID: "bob", Email: "bob@example.com", Role: "admin"}},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, company.TransferOwnership{To: "bob"})
	if !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Do = %v, want ErrInvalid", err)
	}
}

// TestTransferEndsAndSystems: who is to end makes nobody owner for longer, and a
// system that may transfer replaces an owner, whatever roles it may give.
func TestTransferEndsAndSystems(t *testing.T) {
	c := newCompany(t, "boss owner 2h; second admin; third owner; max member suspended", options{roles: twoOwners(), config: func(c *company.Config) {
		c.Systems["rescue"] = company.SystemConfig{Changes: []company.Change{company.TransferOwnership{}, company.SetRole{}}, Roles: []role.Name{}}
	}})
	c.refuses("ErrBeyondOwnEnd", "boss", company.TransferOwnership{To: "second"})
	c.refuses("ErrInvalid", "system rescue", company.TransferOwnership{To: "third", From: "boss"}) // a peer
	c.refuses("ErrInvalid", "system rescue", company.TransferOwnership{To: "max", From: "boss"})
	c.refuses("ErrNoChange", "system rescue", company.TransferOwnership{To: "boss", From: "second"}) // as it is
	c.refuses("ErrUnknown", "system rescue", company.TransferOwnership{To: "second"})
	c.refuses("ErrSystem", "system rescue", company.SetRole{User: "max", Role: "admin"})
	c.refuses("ErrSystem", "system scim", company.TransferOwnership{To: "second", From: "boss"})
	r, _ := company.Outcome[company.TransferOwnership](c.must("system rescue", company.TransferOwnership{To: "second", From: "boss"}))
	if r.Role != "owner" || r.Becomes != "admin" {
		t.Errorf("recorded %+v", r)
	}
	c.checkReplay()
}

// TestSystemInvitesToItsRoles: an invitation that a system sent is on hold while the
// system may not give the role.
func TestSystemInvitesToItsRoles(t *testing.T) {
	c := inviteCompany(t, nil)
	c.config.Systems["hr"] = company.SystemConfig{Changes: []company.Change{company.Invite{}, company.AmendInvitation{}, company.RemoveUser{}}, Roles: []role.Name{"viewer", "editor"}}
	c.reopen()
	c.refuses("ErrSystem", "system hr", company.Invite{Terms: termsTo("bob@x.test", "admin")})
	c.refuses("ErrSystem", "system hr", company.Invite{Terms: termsTo("bob@x.test", "user")})
	s := c.invite("i", termsTo("bob@x.test", "editor"), "system hr")
	c.refuses("ErrSystem", "system hr", company.AmendInvitation{Invitation: "i", Role: toRole("user")})
	c.config.Systems["hr"] = company.SystemConfig{Changes: []company.Change{company.Invite{}}, Roles: []role.Name{"viewer"}}
	c.reopen()
	c.refuses("ErrOnHold for ErrSystem", "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
	c.config.Systems["hr"] = company.SystemConfig{Changes: []company.Change{company.Invite{}}}
	c.reopen()
	c.must("invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
}
