package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
)

// TestTransfer hands the ownership of a project over.
func TestTransfer(t *testing.T) {
	t.Parallel()
	s := found(t, audit.NewMemory(), company.Founding{Catalog: role.ProjectCatalog(), Document: &document.Document{
		Users: []document.User{{ID: "bob", Name: "Bob", Role: "member"}},
	}})
	s.do("ann", "owner.transfer", in("reason", "x"), "user", "bob").want(t, http.StatusOK, "Done", "Bob", "Owner")
	s.get("ann", "/change?do=owner.transfer&user=bob").want(t, http.StatusForbidden)
}

// blind is a role that manages people, and may not read who there is.
func blind(t *testing.T) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	doc.Users = append(doc.Users, document.User{ID: "lea", Name: "Lea Lead", Role: "lead"})
	roles := role.CompanyCatalog().Roles()
	roles[0].Manages = append(roles[0].Manages, "lead")
	catalog, err := role.NewCatalog(append(roles, role.Role{
		Name: "lead", Title: "Lead", Scope: role.AllData, Manages: []role.Name{"team-member", "viewer"},
		Capabilities: []role.Action{access.EditUser, access.SuspendUser, access.InviteUser, access.GrantRole, access.SetTeamMembers, access.EditTeam, access.RemoveUser, access.SetUserRole},
	}))
	if err != nil {
		t.Fatal(err)
	}
	return found(t, audit.NewMemory(), company.Founding{Catalog: catalog, Document: doc})
}

// TestBlind makes changes as somebody who may not read the directory. They name
// people by exact ids and addresses, and are told of nobody else.
func TestBlind(t *testing.T) {
	t.Parallel()
	s := blind(t)
	names := []string{"Tom Team", "Mia", "West", "East", "Dan", "datalist", "<select"}
	s.get("lea", "/change?do=user.suspend&user=tom").want(t, http.StatusOK, "Of tom").lacks(t, names...)
	s.get("lea", "/change?do=team.add-member&team=west").want(t, http.StatusOK, "An id or an e-mail address.").lacks(t, "Tom Team", "East", "Dan", "data-suggest")
	s.get("lea", "/suggest?of=user&find=t").want(t, http.StatusForbidden)
	form := s.fill("lea", "team.add-member", in("user", "mia@example.com", "reason", "x"), "team", "east")
	s.post("lea", "/change", form).want(t, http.StatusOK, "What others gain or lose is for those who may read the directory.").lacks(t, "Mia", "de-1", "People:", "Gained")
	s.post("uma", "/change", s.fill("uma", "team.add-member", in("user", "mia", "reason", "x"), "team", "east")).want(t, http.StatusOK, "People: 1", "Mia Viewer sees 1 account: de-1")
	s.do("lea", "team.add-member", in("user", "sam@example.com", "reason", "x"), "team", "west").want(t, http.StatusOK, "Done", "You")
	s.do("lea", "user.suspend", in("reason", "x"), "user", "tom").want(t, http.StatusOK, "Done", "You")
	s.refused("lea", "team.add-member", in("user", "mio", "reason", "x"), "team", "west").want(t, http.StatusUnprocessableEntity, "does not exist").lacks(t, "did you mean")
	s.do("lea", "invitation.send", in("address", "n@example.com", "role", "viewer", "reason", "x")).want(t, http.StatusOK, "Done", "You")
	edit := s.fill("lea", "team.edit", in("name", "New", "description", "x"), "team", "west")
	s.do("ann", "team.edit", in("name", "Wild", "description", "x"), "team", "west")
	s.post("lea", "/change", edit).want(t, http.StatusConflict, "Somebody: Change name or description").lacks(t, "ann")
}

// TestRolesToChoose offers the roles that somebody manages, and in an invitation
// those of them that it may offer.
func TestRolesToChoose(t *testing.T) {
	t.Parallel()
	s := blind(t)
	s.get("ann", "/change?do=user.set-role&user=tom").want(t, http.StatusOK, "Lead", "Admin")
	s.get("ann", "/change?do=invitation.send").want(t, http.StatusOK, "Admin").lacks(t, `value="lead"`)
	s.get("uma", "/change?do=user.set-role&user=tom").want(t, http.StatusOK, "Editor").lacks(t, `value="lead"`, `value="admin"`)
}

// TestMute asks a company that cannot send messages to invite somebody.
func TestMute(t *testing.T) {
	t.Parallel()
	s := foundSending(t, audit.NewMemory(), company.Founding{}, true)
	s.get("ann", "/people").want(t, http.StatusOK).lacks(t, "invitation.send")
	s.get("ann", "/change?do=invitation.send").want(t, http.StatusNotImplemented, "This cannot be done here", "This service sends no invitations.")
	s.post("ann", "/change", in("do", "invitation.send", "for", "ann", "since", "1", "step", "do", "address", "n@example.com", "role", "viewer", "reason", "x")).want(t, http.StatusNotImplemented)
}

// TestChoices leaves out of lists what would be refused in any case.
func TestChoices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("ann", "user.set-expiry", in("until", "2026-12-31", "reason", "x"), "user", "dan")
	for _, tt := range []struct {
		form      string
		has, lack []string
	}{
		{"team.add-member&team=west", []string{"dan", "eve", "sam"}, []string{"tom", "mia", "ann"}},
		{"user.add-to-team&user=tom", []string{"east"}, []string{"west"}},
		{"team.attach-group&team=west", []string{"de"}, []string{"us"}},
		{"user.remove&user=eve", []string{"uma", "tom"}, []string{"eve", "ann", "dan", "sam"}},
	} {
		p := s.get("ann", "/change?do="+tt.form).want(t, http.StatusOK)
		for _, id := range tt.has {
			if !strings.Contains(p.body, `<option value="`+id+`"`) {
				t.Errorf("%s lacks %s", tt.form, id)
			}
		}
		for _, id := range tt.lack {
			p.lacks(t, `<option value="`+id+`"`)
		}
	}
}

// TestOffersOfInvitations offers what the reader could do with an invitation.
func TestOffersOfInvitations(t *testing.T) {
	t.Parallel()
	s := blind(t)
	s.do("ann", "invitation.send", in("address", "a@example.com", "role", "admin", "reason", "x"))
	s.do("ann", "invitation.send", in("address", "v@example.com", "role", "viewer", "team", "west", "days", "9", "reason", "x"))
	var ids []string
	for i := range s.company.Invitations() {
		ids = append(ids, string(i.ID))
	}
	for _, id := range ids {
		s.get("dan", "/invitation?id="+id).want(t, http.StatusOK).lacks(t, "do=invitation")
	}
	s.get("uma", "/invitation?id="+ids[0]).want(t, http.StatusOK).lacks(t, "do=invitation")
	for _, form := range []string{"resend", "amend", "revoke"} {
		s.get("uma", "/change?do=invitation."+form+"&invitation="+ids[0]).want(t, http.StatusForbidden, "The role is not one of those that you manage.")
	}
	s.get("lea", "/change?do=invitation.revoke&invitation="+ids[1]).want(t, http.StatusOK)
	p := s.get("uma", "/change?do=invitation.amend&invitation="+ids[1]).want(t, http.StatusOK)
	if !strings.Contains(p.body, `value="west" checked`) || !strings.Contains(p.body, `value="9"`) {
		t.Error("what is offered now is not in the form")
	}
	s.do("uma", "invitation.amend", in("role", "viewer", "team", "", "days", "9", "reason", "x"), "invitation", ids[1]).want(t, http.StatusOK, "Teams None.")
	s.refused("uma", "invitation.amend", in("role", "viewer", "days", "x", "reason", "x"), "invitation", ids[1]).want(t, http.StatusUnprocessableEntity, "whole number")
	s.refused("uma", "invitation.amend", in("role", "viewer", "until", "x", "reason", "x"), "invitation", ids[1]).want(t, http.StatusUnprocessableEntity, "Write the day")
	s.do("ann", "team.delete", nil, "team", "west")
	s.do("uma", "user.remove", in("reason", "x"), "user", "mia")
}

// TestTakeOver removes a person who sent invitations.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("uma", "invitation.send", in("address", "v@example.com", "role", "viewer", "reason", "x"))
	s.refused("ann", "user.remove", in("reason", "x", "takeover", "eve"), "user", "uma").want(t, http.StatusConflict, "Somebody whom you named may not do what this asks of them.")
	s.do("ann", "user.remove", in("reason", "x", "takeover", "ann"), "user", "uma").want(t, http.StatusOK, "Done")
	s.get("ann", "/invitations").want(t, http.StatusOK, "v@example.com")
}

// TestManyInvitations walks through more than a page shows.
func TestManyInvitations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 60 {
		by := company.By{Actor: company.User("ann"), Reason: "x"}
		terms := s.terms(fmt.Sprintf("n%02d@example.com", i))
		if _, err := s.company.Do(t.Context(), by, company.Invite{Terms: terms}); err != nil {
			t.Fatal(err)
		}
	}
	first := s.get("ann", "/invitations").want(t, http.StatusOK, "n00@", "n49@", "Next page").lacks(t, "n50@")
	_, next, _ := strings.Cut(first.body, `<p class="more"><a href="/admin`)
	next, _, _ = strings.Cut(next, `"`)
	s.get("ann", next).want(t, http.StatusOK, "n50@", "n59@").lacks(t, "n49@", "Next page")
	s.get("ann", "/invitations?find=N33").want(t, http.StatusOK, "n33@").lacks(t, "n32@")
	s.get("ann", "/lint").want(t, http.StatusOK)
	s.later = 40 * 24 * time.Hour
	s.get("ann", "/invitations").want(t, http.StatusOK, "No invitation is found.")
	s.get("ann", "/invitations?state=expired").want(t, http.StatusOK, "n00@")
	s.do("ann", "user.set-expiry", in("until", "2026-10-30", "reason", "x"), "user", "tom")
	s.later += 40 * 24 * time.Hour
	s.get("ann", "/people?state=ended").want(t, http.StatusOK, "Tom Team", "ended")
}

// failing is a log that cannot be written any more.
type failing struct {
	audit.Log
	err error
}

func (f *failing) Append(ctx context.Context, e audit.Event) error {
	if f.err != nil {
		return f.err
	}
	return f.Log.Append(ctx, e)
}

// TestLogFails makes a change while the log cannot be written.
func TestLogFails(t *testing.T) {
	t.Parallel()
	log := &failing{Log: audit.NewMemory()}
	s := found(t, log, company.Founding{Document: &document.Document{Users: []document.User{{ID: "tom", Role: "viewer"}}}})
	form := s.fill("ann", "user.suspend", in("reason", "x"), "user", "tom")
	log.err = errors.New("the disk is full")
	form.Set("step", "do")
	p := s.post("ann", "/change", form).want(t, http.StatusServiceUnavailable, "Try again in a moment.").lacks(t, "disk")
	if p.header.Get("Retry-After") == "" || len(s.failed) == 0 {
		t.Errorf("%v %v", p.header, s.failed)
	}
}
