package company_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// hall is a company that people are invited to, with a clock that moves when
// told and a box of every message it sent.
type hall struct {
	t     testing.TB
	co    *company.Company
	log   audit.Log
	stage *storyHost
	conf  company.Config

	mu   sync.Mutex
	mail []invite.Message
	lost error // what the delivery of messages fails with
}

// mint is randomness in which no two secrets are alike. It is no good for
// anything but tests, as they must come out the same each time.
type mint struct {
	mu sync.Mutex
	n  uint64
}

// Read implements [io.Reader].
func (m *mint) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for left := p; len(left) > 0; {
		m.n++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("mint"), m.n))
		left = left[copy(left, sum[:]):]
	}
	return len(p), nil
}

// guessed is a secret that nothing was sent with.
func guessed() invite.Secret {
	s, err := invite.NewSecret(&mint{n: 1 << 40})
	if err != nil {
		panic(err)
	}
	return s
}

// hallRoles is the company catalog, and three roles behind it: a recruiter, who
// invites but puts nobody into teams, one that has room for a single holder, and
// one that nobody is invited to.
func hallRoles() []role.Role {
	more := []role.Role{
		{Name: "recruiter", Scope: role.AllData, Manages: []role.Name{"team-member", "viewer", "one"}, Offered: true,
			Capabilities: []role.Action{role.InviteUser, role.GrantRole, role.ViewAccount}},
		{Name: "one", MaxHolders: 1, Offered: true},
		{Name: "backstage"},
	}
	all := append(role.CompanyCatalog().Roles(), more...)
	for _, r := range more {
		all[0].Manages = append(all[0].Manages, r.Name)
	}
	return all
}

// hallUsers are those who are in the hall: ann and abe are admins, ugo manages
// users, eve as well but for another 30 days, rex recruits, uma has nothing to
// say, sue manages users and is suspended.
func hallUsers() []document.User {
	return []document.User{
		{ID: "ann", Name: "Ann Archer", Email: "ann@x.test", Role: "admin"}, {ID: "abe", Email: "abe@x.test", Role: "admin"},
		{ID: "ugo", Email: "ugo@x.test", Role: "user-manager"}, {ID: "eve", Email: "eve@x.test", Role: "user-manager", Until: "2026-01-31T09:00:00Z"},
		{ID: "rex", Email: "rex@x.test", Role: "recruiter"}, {ID: "uma", Email: "uma@x.test", Role: "user"},
		{ID: "sue", Email: "sue@x.test", Role: "user-manager", Suspended: true},
	}
}

// newHall founds a company on a log, with a configuration that may be changed.
// Its systems are desk, which makes every type of change, and clerk, which makes
// none that has to do with invitations.
func newHall(t testing.TB, log audit.Log, change func(*company.Config)) *hall {
	t.Helper()
	return newHallOf(t, "acme", log, change)
}

// newHallOf is newHall for a company of another id.
func newHallOf(t testing.TB, id string, log audit.Log, change func(*company.Config)) *hall {
	t.Helper()
	h := &hall{t: t, log: log, stage: newStoryHost()}
	h.conf = company.Config{
		Now: h.stage.now, Rand: new(mint), Deliver: h.deliver, Origin: "https://acme.example/join",
		Systems: map[string][]company.Change{"desk": company.Types(), "clerk": {company.AddUser{}, company.RemoveUser{}}},
	}
	if change != nil {
		change(&h.conf)
	}
	catalog, err := role.NewCatalog(hallRoles()...)
	if err != nil {
		t.Fatal(err)
	}
	h.co, err = company.Found(t.Context(), log, company.Founding{
		ID: id, Name: "Acme", Catalog: catalog,
		Document: &document.Document{Users: hallUsers(), Teams: []document.Team{{ID: "t"}, {ID: "n"}}},
	}, &h.conf)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// deliver puts a message into the box, unless messages are lost.
func (h *hall) deliver(_ context.Context, m invite.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lost == nil {
		h.mail = append(h.mail, m)
	}
	return h.lost
}

// letter returns the last message about an invitation.
func (h *hall) letter(id invite.ID) invite.Message {
	h.t.Helper()
	for _, m := range slices.Backward(h.mail) {
		if m.Invitation == id {
			return m
		}
	}
	h.t.Fatalf("no message about %s", id)
	return invite.Message{}
}

func (h *hall) pass(d time.Duration) { h.stage.pass(d) }

// day returns an instant so many days from the beginning.
func day(n int) time.Time { return begin.AddDate(0, 0, n) }

func (h *hall) do(by company.Actor, changes ...company.Change) (company.Receipt, error) {
	return h.co.Do(context.Background(), company.By{Actor: by, Reason: "needed at the desk"}, changes...)
}

// must makes changes that must not be refused.
func (h *hall) must(by company.Actor, changes ...company.Change) company.Receipt {
	h.t.Helper()
	r, err := h.do(by, changes...)
	if err != nil {
		h.t.Fatalf("%v: %v, because of %s", by, err, heard(err))
	}
	return r
}

// invite sends an invitation, by ann unless somebody else is named.
func (h *hall) invite(id invite.ID, t invite.Terms, by ...string) invite.Secret {
	h.t.Helper()
	h.must(actorOf(append(by, "ann")[0]), company.Invite{Invitation: id, Terms: t})
	return h.letter(id).Secret
}

// to returns terms for an address, with a role; "" is the default.
func to(email string, r role.Name) invite.Terms {
	return invite.Terms{Address: mustAddress(email), Role: r}
}

// proven is somebody whose address was verified just now, by the provider "idp".
func (h *hall) proven(email string) company.Actor {
	p, err := invite.Verified(mustAddress(email), "https://id.example", "idp", h.stage.now())
	if err != nil {
		h.t.Fatal(err)
	}
	return company.Invitee(p)
}

// accept accepts an invitation by its last message, as the address it was sent
// to, and becomes the user named.
func (h *hall) accept(id invite.ID, user team.UserID) (company.Receipt, error) {
	m := h.letter(id)
	return h.do(h.proven(m.To.String()), company.AcceptInvitation{Invitation: id, Secret: m.Secret, User: user})
}

// state is all there is to see of a company.
func (h *hall) state() string {
	h.t.Helper()
	all := []string{h.co.Checkpoint().String(), h.co.Name(), fmt.Sprint(h.co.Limits()), text(h.t, h.co.Policy())}
	for i := range h.co.Invitations() {
		all = append(all, fmt.Sprintf("%+v", i))
	}
	return strings.Join(append(all, fmt.Sprint(len(events(h.t, h.log)), " events, ", len(h.mail), " messages")), "\n")
}

// beside opens the log once more. The messages are those until now.
func (h *hall) beside(c *company.Config) *hall {
	h.t.Helper()
	co, err := company.Open(context.Background(), h.log, c)
	if err != nil {
		h.t.Fatal(err)
	}
	return &hall{t: h.t, co: co, log: h.log, stage: h.stage, conf: h.conf, mail: h.mail}
}

// reopen opens the company from its log, as it is configured by now.
func (h *hall) reopen() {
	h.t.Helper()
	h.co = h.beside(&h.conf).co
}

// replayed fails unless the log tells of the very company there is.
func (h *hall) replayed() {
	h.t.Helper()
	if got, want := h.beside(nil).state(), h.state(); got != want {
		h.t.Errorf("the log tells of\n%s\nand the company is\n%s", got, want)
	}
}

// refuses makes changes that must be refused as wanted, and change nothing.
func (h *hall) refuses(want string, by company.Actor, changes ...company.Change) {
	h.t.Helper()
	before := h.state()
	r, err := h.do(by, changes...)
	if got := heard(err); got != want {
		h.t.Errorf("%v is told %q, want %q: %v", by, got, want, err)
	}
	var e *company.Error
	if !errors.As(err, &e) || e.Op != "do" || e.Refused() != (want != "ErrNoDelivery") || r.Seq != 0 || r.ID != "" || r.Changes != nil || r.Undelivered != nil {
		h.t.Errorf("the error is %#v, and the receipt %+v", err, r)
	}
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) && !strings.HasSuffix(e.Detail(), ": "+denied.Decision.String()) {
		h.t.Errorf("the host is told %q", e.Detail())
	}
	if after := h.state(); after != before {
		h.t.Errorf("the state is\n%s\nand was\n%s", after, before)
	}
}

// hallErrors are the errors there are about invitations, by name.
var hallErrors = map[string]error{
	"ErrNoActor": company.ErrNoActor, "ErrSystem": company.ErrSystem, "ErrSystemOnly": company.ErrSystemOnly, "ErrReason": company.ErrReason,
	"ErrInvalid": company.ErrInvalid, "ErrUnknown": company.ErrUnknown, "ErrTaken": company.ErrTaken, "ErrReused": company.ErrReused,
	"ErrNoChange": company.ErrNoChange, "ErrBeyondOwnEnd": company.ErrBeyondOwnEnd, "ErrRoleFull": company.ErrRoleFull, "ErrSeats": company.ErrSeats,
	"ErrNotOffered": company.ErrNotOffered, "ErrPast": company.ErrPast, "ErrLimit": company.ErrLimit, "ErrTooSoon": company.ErrTooSoon,
	"ErrNoDelivery": company.ErrNoDelivery, "ErrInvitee": company.ErrInvitee, "ErrInviteeOnly": company.ErrInviteeOnly, "ErrRefused": company.ErrRefused, "ErrHeld": company.ErrHeld,
	"ErrUncertain": company.ErrUncertain, "ErrDiverged": company.ErrDiverged, "ErrBroken": company.ErrBroken,
	"ErrNone": invite.ErrNone, "ErrPending": invite.ErrPending, "ErrExpired": invite.ErrExpired, "ErrAccepted": invite.ErrAccepted,
	"ErrDeclined": invite.ErrDeclined, "ErrRevoked": invite.ErrRevoked, "ErrTerms": invite.ErrTerms,
	"canceled": context.Canceled,
}

// heard names what an error is: each of the errors above that it wraps, or the
// reason of a denial, or, of a refusal, what is said and what is kept quiet.
func heard(err error) string {
	if err == nil {
		return ""
	}
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		return string(denial(denied.Decision))
	}
	var names []string
	for _, name := range sortedKeys(hallErrors) {
		if errors.Is(err, hallErrors[name]) {
			names = append(names, name)
		}
	}
	if refusal := (*company.Refusal)(nil); errors.As(err, &refusal) {
		names = append(names, "for "+heard(refusal.Cause))
	}
	if names == nil {
		return err.Error()
	}
	return strings.Join(names, " ")
}

// What a refusal keeps quiet that has no name.
const (
	wrongSecret   = "ErrRefused for the secret is not that of the invitation as it was sent last"
	wrongAddress  = "ErrRefused for the verified address is not the invited one"
	wrongProvider = "ErrRefused for the address was verified by another provider than the invitation names"
	staleProof    = "ErrRefused for the address was verified too long ago, or in the future"
)

// cell is one of the documented table of states and commands.
type cell struct{ state, command, next string }

// documented reads the table in the documentation of package invite.
func documented(t *testing.T) []cell {
	t.Helper()
	doc, err := os.ReadFile("../../invite/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	var all []cell
	for line := range strings.Lines(string(doc)) {
		words := strings.Fields(strings.TrimPrefix(line, "//"))
		switch {
		case slices.Equal(words, []string{"send", "resend", "amend", "accept", "decline", "revoke"}):
			commands = words
		case commands != nil && len(words) == len(commands)+1:
			for i, next := range words[1:] {
				all = append(all, cell{words[0], commands[i], next})
			}
		case commands != nil:
			return all
		}
	}
	return all
}

// arrange brings invitation i, to bob, into a state. Its address is held by
// nobody afterwards.
func (h *hall) arrange(state string) {
	h.t.Helper()
	if state == "none" {
		return
	}
	s := h.invite("i", to("bob@x.test", "viewer"), "ugo")
	bob := h.proven("bob@x.test")
	h.pass(time.Hour)
	switch state {
	case "expired":
		h.pass(30*24*time.Hour - time.Hour)
	case "accepted":
		h.must(bob, company.AcceptInvitation{Invitation: "i", Secret: s, User: "bob"})
		h.must(company.User("ann"), company.RemoveUser{User: "bob"})
	case "declined":
		h.must(bob, company.DeclineInvitation{Invitation: "i", Secret: s})
	case "revoked":
		h.must(company.User("ann"), company.RevokeInvitation{Invitation: "i"})
	}
	if i, _ := h.co.Invitation("i"); i.StateAt(h.stage.now()).String() != state {
		h.t.Fatalf("it is %s, want %s", i.StateAt(h.stage.now()), state)
	}
}

// command gives a command about invitation i.
func (h *hall) command(name string, sender company.Actor) (company.Actor, company.Change) {
	h.t.Helper()
	var s invite.Secret
	if len(h.mail) > 0 {
		s = h.letter("i").Secret
	}
	switch name {
	case "send":
		return sender, company.Invite{Invitation: "j", Terms: to("BOB@x.test", "user")}
	case "resend":
		return sender, company.ResendInvitation{Invitation: "i"}
	case "amend":
		return sender, company.AmendInvitation{Invitation: "i", Role: "user"}
	case "accept":
		return h.proven("bob@x.test"), company.AcceptInvitation{Invitation: "i", Secret: s, User: "bob2"}
	case "decline":
		return h.proven("bob@x.test"), company.DeclineInvitation{Invitation: "i", Secret: s}
	case "revoke":
		return sender, company.RevokeInvitation{Invitation: "i"}
	}
	h.t.Fatalf("no command %q", name)
	return company.Actor{}, nil
}

// TestInvitationTable takes an invitation into each state and gives each command
// there, as a user and as a system.
func TestInvitationTable(t *testing.T) {
	table, names := documented(t), map[string]bool{}
	cells := 0
	for _, sender := range []company.Actor{company.User("ann"), company.System("desk")} {
		for _, c := range table {
			names[c.next] = true
			t.Run(fmt.Sprintf("%v %s %s", sender, c.state, c.command), func(t *testing.T) {
				cells++
				h := newHall(t, audit.NewMemory(), nil)
				h.arrange(c.state)
				by, change := h.command(c.command, sender)
				if !strings.HasPrefix(c.next, "Err") {
					h.moves(c, by, change)
					return
				}
				want := c.next
				if c.command == "accept" || c.command == "decline" {
					want = "ErrRefused for " + c.next
				}
				h.refuses(want, by, change)
			})
		}
	}
	if cells != 2*6*6 || len(names) != 4+6 {
		t.Errorf("%d cells with %d outcomes, want 72 with 10", cells, len(names))
	}
}

// moves makes a change that takes an invitation from one state to the next.
func (h *hall) moves(c cell, by company.Actor, change company.Change) {
	h.t.Helper()
	was, _ := h.co.Invitation("i")
	r, mails := h.must(by, change), len(h.mail)
	id, generation, sponsor := invite.ID("i"), was.Generation, was.Sponsor
	switch c.command {
	case "send":
		id, generation = "j", 1
		if is, _ := h.co.Invitation("i"); fmt.Sprint(is) != fmt.Sprint(was) {
			h.t.Errorf("the one before is %+v, and was %+v", is, was)
		}
		fallthrough
	case "resend", "amend":
		sponsor = invite.Sponsor{User: "ann"}
		if by == company.System("desk") {
			sponsor = invite.Sponsor{System: "desk"}
		}
	}
	if c.command == "resend" || c.command == "amend" {
		generation++
	}
	is, _ := h.co.Invitation(id)
	now := h.stage.now()
	if is.StateAt(now).String() != c.next || is.Generation != generation || is.Sponsor != sponsor || len(r.Changes) != 1 {
		h.t.Errorf("it is %s: %+v", is.StateAt(now), is)
	}
	switch c.next {
	case "pending":
		if !is.Sent.Equal(now) || !is.Expires.Equal(now.Add(30*24*time.Hour)) || !is.Closed.IsZero() || mails != 1+min(was.Generation, 1) {
			h.t.Errorf("pending: %+v after %d messages", is, mails)
		}
	default:
		if u, ok := h.co.Policy().Directory().User("bob2"); !is.Closed.Equal(now) || ok != (c.next == "accepted") || is.User != u.ID || mails != 1 {
			h.t.Errorf("%s: %+v, user %+v after %d messages", c.next, is, u, mails)
		}
	}
	h.replayed()
}

// TestSameTermsAreSentAnew invites an address again, with the terms of the
// invitation before. While that is pending, expired or not, it is sent anew.
func TestSameTermsAreSentAnew(t *testing.T) {
	for state, want := range map[string]string{
		"pending": "invitation.resend", "expired": "invitation.resend",
		"accepted": "invitation.send", "declined": "invitation.send", "revoked": "invitation.send",
	} {
		t.Run(state, func(t *testing.T) {
			h := newHall(t, audit.NewMemory(), nil)
			h.arrange(state)
			r := h.must(company.User("ann"), company.Invite{Invitation: "j", Terms: to("bob@x.test", "viewer")})
			if got := events(t, h.log)[r.Seq-1].Changes[0].Type; got != want {
				t.Errorf("recorded %s, want %s", got, want)
			}
			_, made := h.co.Invitation("j")
			if again, ok := r.Changes[0].(company.ResendInvitation); ok && (again.Invitation != "i" || again.Generation != 2 || made) {
				t.Errorf("sent anew as %+v, another made: %t", again, made)
			}
			h.replayed()
		})
	}
}
