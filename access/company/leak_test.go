package company_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// These are classes of bugs as well: by which too much was told, or too much
// could be done to people who are not there yet.

// Class: a user is made when he is invited, and claimed by who knows the address.
func TestNoUserBeforeAcceptance(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	before := text(t, h.co.Policy())
	h.invite("i", teams(to("bob@x.test", "admin"), "t"))
	h.pass(time.Hour)
	h.must(company.User("ann"), company.ResendInvitation{Invitation: "i"})
	if got := text(t, h.co.Policy()); got != before {
		t.Errorf("who has access is\n%s\nand was\n%s", got, before)
	}
	if u, ok := h.co.Policy().Directory().UserByAddress(mustAddress("bob@x.test")); ok {
		t.Errorf("there is %+v", u)
	}
	for _, id := range []string{"bob", "bob@x.test", "i", ""} {
		if d := h.co.Decide(access.User(id), access.ViewAccount, access.Company()); d.Allowed {
			t.Errorf("%q: %s", id, d)
		}
	}
}

// Class: a link that is out is moved to another address, or sent to one that
// came with the request.
func TestAmendCannotMoveAddress(t *testing.T) {
	h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.Cooldown = -1 })
	terms := to("Bob@x.test", "viewer")
	terms.Name = "Bob"
	h.invite("i", terms)
	other := terms
	other.Address = mustAddress("BOB@X.TEST")
	for _, change := range []company.Change{
		company.AmendInvitation{Invitation: "i", Role: "user", Days: 3}, company.ResendInvitation{Invitation: "i"},
		company.Invite{Invitation: "j", Terms: with(other, func(t *invite.Terms) { t.Role, t.Days = "user", 3 })},
	} {
		h.must(company.User("ann"), change)
		i, _ := h.co.Invitation("i")
		if m := h.mail[len(h.mail)-1]; m.Invitation != "i" || m.To.String() != "Bob@x.test" || m.Name != "Bob" || i.Terms.Address != m.To || i.Terms.Name != "Bob" {
			t.Errorf("%T went to %s as %s: %+v", change, m.To, m.Name, i)
		}
	}
	if _, ok := h.co.Invitation("j"); ok || len(h.mail) != 4 {
		t.Errorf("%d messages, and j is there: %t", len(h.mail), ok)
	}
}

// Class: lists and records have the token in them.
func TestSecretNeverListed(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	h.invite("i", to("bob@x.test", "admin"))
	h.must(company.User("uma"), company.CreateReport{Report: "r"})
	made := h.must(company.User("uma"), company.MakeLink{Link: "l", Resource: access.Report("r")}).Changes[0].(company.MakeLink)
	has, _ := h.co.Holdings("ann")
	link, _ := h.co.Policy().Directory().Link("l")
	past, err := h.co.At(t.Context(), h.co.Checkpoint().Seq)
	if err != nil || len(has.Invitations) != 1 {
		t.Fatalf("%v; ann holds %v", err, has.Invitations)
	}
	listed := []string{h.state(), fmt.Sprintf("%+v %#v", has, has), fmt.Sprintf("%+v", link), text(t, past)}
	for i := range h.co.Invitations() {
		listed = append(listed, fmt.Sprintf("%+v %#v", i, i))
	}
	for _, e := range events(t, h.log) {
		line, err := audit.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, string(line), fmt.Sprintf("%+v %#v", e, e))
		for _, c := range e.Changes {
			listed = append(listed, string(c.Data))
		}
	}
	for _, s := range []invite.Secret{h.letter("i").Secret, made.Secret} {
		for _, list := range listed {
			if strings.Contains(list, s.Reveal()) {
				t.Errorf("the secret is in %s", list)
			}
		}
	}
}

// Class: who invites is told the token, and accepts in the other's place.
func TestInviterNeverGetsTheSecret(t *testing.T) {
	h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.Cooldown = -1 })
	ann := company.User("ann")
	var told []any
	for _, change := range []company.Change{
		company.Invite{Invitation: "i", Terms: to("bob@x.test", "admin")}, company.Invite{Terms: to("bob@x.test", "admin")},
		company.ResendInvitation{Invitation: "i"}, company.AmendInvitation{Invitation: "i", Role: "viewer"},
	} {
		told = append(told, h.must(ann, change))
	}
	h.lost = errors.New("no mail today")
	told = append(told, h.must(ann, company.ResendInvitation{Invitation: "i"}))
	h.lost = nil
	told = append(told, h.must(h.proven("bob@x.test"), company.DeclineInvitation{Invitation: "i", Secret: first(h.resent("i"))}))
	rows, err := h.co.SendInvitations(t.Context(), company.By{Actor: ann, Reason: "all"}, []invite.Row{{Terms: to("cat@x.test", ""), Code: invite.OK}})
	if err != nil {
		t.Fatal(err)
	}
	told = append(told, rows)
	for _, r := range told {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range h.mail {
			if out := fmt.Sprintf("%+v %#v %s", r, r, data); strings.Contains(out, m.Secret.Reveal()) {
				t.Errorf("ann is told %s", out)
			}
		}
		if receipt, ok := r.(company.Receipt); ok {
			for _, c := range receipt.Changes {
				if answer, ok := c.(company.DeclineInvitation); ok && !answer.Secret.IsZero() {
					t.Errorf("the receipt has the secret: %+v", c)
				}
			}
		}
	}
}

// resent sends an invitation anew, by ann.
func (h *hall) resent(id invite.ID) (invite.Secret, int) {
	h.t.Helper()
	h.must(company.User("ann"), company.ResendInvitation{Invitation: id})
	return h.letter(id).Secret, len(h.mail)
}

// Class: the answer to who has no business with an invitation tells him whether
// there is one, or a user. Every text is the same, byte by byte, and what is
// kept quiet comes by none of the ways there are to take an error apart.
func TestStrangersHearTheSame(t *testing.T) {
	bob := "bob@x.test"
	quiet := map[string]bool{}
	texts := map[string]map[string]bool{"accept": {}, "decline": {}, "look": {}, "resolve": {}}
	note := func(call string, err error) {
		t.Helper()
		var refusal *company.Refusal
		if !errors.As(err, &refusal) || refusal.Public != company.ErrRefused || refusal.Cause == nil || errors.Is(err, refusal.Cause) {
			t.Errorf("%s: %#v", call, err)
			return
		}
		if inner := errors.Unwrap(refusal); inner != company.ErrRefused {
			t.Errorf("%s unwraps to %v", call, inner)
		}
		for _, text := range []string{err.Error(), fmt.Sprint(err), fmt.Sprintf("%+v %s %q", err, err, err), refusal.Error()} {
			if strings.Contains(text, refusal.Cause.Error()) {
				t.Errorf("%s says %q", call, text)
			}
		}
		var e *company.Error
		if !errors.As(err, &e) || e.Detail() != err.Error()+": "+refusal.Cause.Error() {
			t.Errorf("%s tells the host %q", call, e.Detail())
		}
		quiet[refusal.Cause.Error()] = true
		texts[call][err.Error()] = true
	}
	ask := func(h *hall, who company.Actor, id invite.ID, s invite.Secret, look bool) {
		t.Helper()
		_, err := h.do(who, company.AcceptInvitation{Invitation: id, Secret: s, User: "ann"})
		note("accept", err)
		_, err = h.do(who, company.DeclineInvitation{Invitation: id, Secret: s})
		note("decline", err)
		if look {
			_, err = h.co.Offer(id, s)
			note("look", err)
		}
	}
	for _, state := range []string{"expired", "accepted", "declined", "revoked"} {
		h := newHall(t, audit.NewMemory(), nil)
		h.arrange(state)
		ask(h, h.proven(bob), "i", h.letter("i").Secret, true)
		ask(h, h.proven(bob), "i", guessed(), true)
		ask(h, h.proven("cat@x.test"), "i", h.letter("i").Secret, false)
	}
	h := newHall(t, audit.NewMemory(), nil)
	terms := to(bob, "viewer")
	terms.Provider = "idp"
	old := h.invite("i", terms)
	stale := h.proven(bob)
	h.pass(2 * time.Hour)
	s, _ := h.resent("i")
	ask(h, h.proven(bob), "i", old, true)
	ask(h, h.proven(bob), "nobody", s, true)
	ask(h, h.proven(bob), "", invite.Secret{}, true)
	ask(h, h.proven("uma@x.test"), "i", s, false) // a user
	ask(h, h.proven("new@x.test"), "i", s, false)
	ask(h, stale, "i", s, false)
	elsewhere, err := invite.Verified(mustAddress(bob), "https://id.example", "other", h.stage.now())
	if err != nil {
		t.Fatal(err)
	}
	ask(h, company.Invitee(elsewhere), "i", s, false)
	h.must(company.User("uma"), company.CreateReport{Report: "r"}, company.MakeLink{Link: "l", Resource: access.Report("r")})
	h.must(company.User("uma"), company.RevokeLink{Link: "l"})
	for _, id := range []access.LinkID{"l", "nobody", ""} {
		_, err := h.co.LinkSubject(id, s)
		note("resolve", err)
	}
	for call, want := range map[string]string{
		"accept": "company: do: change 0, invitation.accept: it cannot be used", "decline": "company: do: change 0, invitation.decline: it cannot be used",
		"look": "company: look: it cannot be used", "resolve": "company: resolve: it cannot be used",
	} {
		if got := slices.Sorted(maps.Keys(texts[call])); !slices.Equal(got, []string{want}) {
			t.Errorf("%s says %q, want %q alone", call, got, want)
		}
	}
	if len(quiet) < 8 {
		t.Errorf("%d causes, want 8 at least: %q", len(quiet), slices.Sorted(maps.Keys(quiet)))
	}
}

// Class: invitations without number, to many addresses or to one.
func TestFloodIsBounded(t *testing.T) {
	h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.Pending = 10 })
	ann := company.User("ann")
	said := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for n := range 25 {
				_, err := h.do(ann, company.Invite{Terms: to(fmt.Sprintf("x%d-%d@x.test", k, n), "viewer")})
				mu.Lock()
				said[heard(err)]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(h.mail) != 10 || said["ErrLimit"] != 90 || said[""] != 10 {
		t.Errorf("%d messages; said were %v", len(h.mail), said)
	}
	id := h.mail[0].Invitation
	for n := range 100 { // which takes 99 s
		_, err := h.do(ann, []company.Change{
			company.ResendInvitation{Invitation: id}, company.AmendInvitation{Invitation: id, Days: 1 + n}, company.Invite{Terms: to(h.mail[0].To.String(), "viewer")},
		}[n%3])
		said[heard(err)]++
		h.pass(time.Second)
	}
	if sent := len(h.mail) - 10; sent != 1 {
		t.Errorf("%d more messages in 99 s, want 1; said were %v", sent, said)
	}
	first := h.mail[0].To.String()
	for n := range 40 { // taken back and sent again: another minute and a half, in which 20 were made
		id := invite.ID(fmt.Sprint("again-", n/2))
		if n%2 == 0 {
			id = h.last(first)
			_, err := h.do(ann, company.RevokeInvitation{Invitation: id})
			said[heard(err)]++
			continue
		}
		_, err := h.do(ann, company.Invite{Invitation: id, Terms: to(strings.ToUpper(first), "viewer")})
		said[heard(err)]++
		h.pass(9 * time.Second / 2)
	}
	if sent := len(h.mail) - 11; sent != 2 {
		t.Errorf("%d more messages in 90 s, want 2; said were %v", sent, said)
	}
}

// last returns the invitation sent last to an address.
func (h *hall) last(address string) (id invite.ID) {
	for i := range h.co.Invitations() {
		if i.Terms.Address.Equal(mustAddress(address)) {
			id = i.ID
		}
	}
	return id
}

// Class: the origin of links in a message is taken from the request, or what
// people wrote becomes part of the link.
func TestOriginIsConfigured(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	evil := "https://evil.example/"
	terms := to("bob@x.test", "viewer")
	terms.Name, terms.Note = evil, "<a href="+evil+">\nHost: evil.example"
	for _, id := range []invite.ID{"../../evil", "//evil.example", "i#s", "i?next=evil", "i j", "i%2f", "i\n", "\u00ef", invite.ID(strings.Repeat("i", 65))} {
		h.refuses("ErrInvalid", company.User("ann"), company.Invite{Invitation: id, Terms: to("bob@x.test", "viewer")})
	}
	const id = "Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09"
	_, err := h.co.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: evil, Approval: evil, Correlation: "X-Forwarded-Host: evil.example"},
		company.SetCompanyName{Name: evil}, company.Invite{Invitation: id, Terms: terms})
	if err != nil {
		t.Fatal(err)
	}
	m := h.letter(id)
	want := "https://acme.example/join/" + id + "#" + m.Secret.Reveal()
	if m.Origin != "https://acme.example/join" || m.Link() != want {
		t.Errorf("the link is %s, want %s", m.Link(), want)
	}
	if m.Name != terms.Name || m.Note != terms.Note || m.Company != evil {
		t.Errorf("the texts are not as they were written: %+v", m)
	}
}

// Class: the page shows one thing, and accepting makes another.
func TestLookShowsWhatAcceptanceMakes(t *testing.T) {
	h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.Cooldown = -1 })
	terms := to("bob@x.test", "viewer")
	terms.Name, terms.Note = "Bob", "see you"
	h.invite("i", terms)
	for n, change := range []company.Change{company.AmendInvitation{Invitation: "i", Role: "editor"}, company.ResendInvitation{Invitation: "i"}} {
		by, want := company.User("ugo"), invite.Offer{
			Company: "Acme", Inviter: "ugo@x.test", Role: "editor", RoleTitle: "Editor", Name: "Bob", Note: "see you", Expires: begin.AddDate(0, 0, 30),
		}
		if n > 0 {
			by, want.Inviter = company.System("desk"), ""
		}
		h.must(by, change)
		offer, err := h.co.Offer("i", h.letter("i").Secret)
		if err != nil || offer != want || h.letter("i").Offer != want {
			t.Errorf("shown is %+v, %v, and sent was %+v, want %+v", offer, err, h.letter("i").Offer, want)
		}
	}
	if _, err := h.accept("i", "bob"); err != nil {
		t.Fatal(err)
	}
	if u, _ := h.co.Policy().Directory().User("bob"); u.Role != "editor" || u.Name != "Bob" {
		t.Errorf("made %+v", u)
	}
}

// Class: an invitation gets somebody around another gate, as one who was
// suspended.
func TestInvitationDoesNotReinstate(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	s := h.invite("i", to("bob@x.test", "admin"))
	h.must(company.System("desk"), company.AddUser{User: "bob", Email: "bob@x.test", Role: "viewer"}, company.SuspendUser{User: "bob"})
	h.refuses("ErrHeld for ErrTaken", h.proven("bob@x.test"), company.AcceptInvitation{Invitation: "i", Secret: s})
	h.refuses("ErrTaken", company.User("ann"), company.Invite{Terms: to("sue@x.test", "user-manager")})
	for _, id := range []string{"bob", "sue"} {
		if d := h.co.Decide(access.User(id), access.InviteUser, access.Company()); d.Reason != access.ReasonSuspended {
			t.Errorf("%s: %s", id, d)
		}
	}
}

// Class: a team is deleted, and who was invited into it can never accept.
func TestDeletedTeamStrandsNobody(t *testing.T) {
	h := newHall(t, audit.NewMemory(), nil)
	h.invite("i", teams(to("bob@x.test", "viewer"), "n", "t"))
	h.must(company.User("ann"), company.DeleteTeam{Team: "t"})
	if _, err := h.accept("i", "bob"); heard(err) != "ErrHeld for denied unknown-resource team" {
		t.Errorf("told %v", err)
	}
	h.pass(time.Hour)
	h.must(company.User("ann"), company.AmendInvitation{Invitation: "i", Role: "viewer", Teams: teams(invite.Terms{}, "n").Teams})
	if _, err := h.accept("i", "bob"); err != nil {
		t.Error(err)
	}
	h.replayed()
}

// Class: an id comes back, and with it what was said of another.
func TestInvitationIdsNeverComeBack(t *testing.T) {
	for _, state := range []string{"pending", "expired", "accepted", "declined", "revoked"} {
		h := newHall(t, audit.NewMemory(), nil)
		h.arrange(state)
		h.refuses("ErrTaken", company.User("ann"), company.Invite{Invitation: "i", Terms: to("cat@x.test", "viewer")})
		h.reopen()
		h.refuses("ErrTaken", company.System("desk"), company.Invite{Invitation: "i", Terms: to("cat@x.test", "viewer")})
	}
}
