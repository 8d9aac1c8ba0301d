package company_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

// Each test names the class of bugs that it rules out: bugs by which a person
// was told too much, or could do too much with people who are not there yet.

// Class: a user is added when a person is invited, and is claimed by anyone who
// knows the address.
func TestNoUserBeforeAcceptance(t *testing.T) {
	c := inviteCompany(t, nil)
	before := text(t, c.Policy())
	c.invite("i", intoTeams(termsTo("bob@x.test", "admin"), "t"))
	c.pass(time.Hour)
	c.must("ann", company.ResendInvitation{Invitation: "i"})
	if got := text(t, c.Policy()); got != before {
		t.Errorf("who has access is\n%s\nand was\n%s", got, before)
	}
	if u, ok := c.Policy().Directory().UserByAddress(mustAddress("bob@x.test")); ok {
		t.Errorf("there is %+v", u)
	}
	for _, id := range []string{"bob", "bob@x.test", "i", ""} {
		if d := c.Decide(access.User(id), access.ViewAccount, access.Company()); d.Allowed {
			t.Errorf("%q: %s", id, d)
		}
	}
}

// Class: a link that was sent is moved to another address, or sent to one that
// came with the request.
func TestAmendCannotMoveAddress(t *testing.T) {
	c := inviteCompany(t, instant)
	terms := termsTo("Bob@x.test", "viewer")
	terms.Name = "Bob"
	c.invite("i", terms)
	other := terms
	other.Address = mustAddress("BOB@X.TEST")
	for _, change := range []company.Change{
		company.AmendInvitation{Invitation: "i", Role: toRole("user"), Days: company.To(3)}, company.ResendInvitation{Invitation: "i"},
		company.Invite{Invitation: "j", Terms: withTerm(other, func(t *invite.Terms) { t.Role, t.Days = "user", 3 })},
	} {
		c.must("ann", change)
		i, _ := c.Invitation("i")
		if m := c.mail[len(c.mail)-1]; m.Invitation != "i" || m.To.String() != "Bob@x.test" || m.Name != "Bob" || i.Terms.Address != m.To || i.Terms.Name != "Bob" {
			t.Errorf("%T went to %s as %s: %+v", change, m.To, m.Name, i)
		}
	}
	if _, ok := c.Invitation("j"); ok || len(c.mail) != 4 {
		t.Errorf("%d messages, and j is there: %t", len(c.mail), ok)
	}
}

// Class: lists and records hold the secret.
func TestSecretNeverListed(t *testing.T) {
	c := inviteCompany(t, nil)
	c.invite("i", termsTo("bob@x.test", "admin"))
	c.must("uma", company.CreateReport{Report: "r"})
	made := c.must("uma", company.MakeLink{Link: "l", Resource: access.Report("r")}).Changes[0].(company.MakeLink)
	has, _ := c.Holdings("ann")
	link, _ := c.Policy().Directory().Link("l")
	past, err := c.PolicyAfter(t.Context(), c.Checkpoint().Seq)
	if err != nil || len(has.Invitations) != 1 {
		t.Fatalf("%v; ann holds %v", err, has.Invitations)
	}
	listed := []string{c.state(), fmt.Sprintf("%+v %#v", has, has), fmt.Sprintf("%+v", link), text(t, past)}
	for i := range c.Invitations() {
		listed = append(listed, fmt.Sprintf("%+v %#v", i, i))
	}
	for _, e := range events(t, c.log) {
		line, err := audit.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, string(line), fmt.Sprintf("%+v %#v", e, e))
		for _, c := range e.Changes {
			listed = append(listed, string(c.Data))
		}
	}
	for _, s := range []invite.Secret{c.message("i").Secret, made.Secret} {
		for _, list := range listed {
			if strings.Contains(list, s.Reveal()) {
				t.Errorf("the secret is in %s", list)
			}
		}
	}
}

// Class: the user who invites sees the secret, and accepts in place of the
// person.
func TestInviterNeverGetsTheSecret(t *testing.T) {
	c := inviteCompany(t, instant)
	const ann = "ann"
	var seen []any
	for _, change := range []company.Change{
		company.Invite{Invitation: "i", Terms: termsTo("bob@x.test", "admin")}, company.Invite{Terms: termsTo("bob@x.test", "admin")},
		company.ResendInvitation{Invitation: "i"}, company.AmendInvitation{Invitation: "i", Role: toRole("viewer")},
	} {
		seen = append(seen, c.must(ann, change))
	}
	c.lost = errors.New("no mail today")
	seen = append(seen, c.must(ann, company.ResendInvitation{Invitation: "i"}))
	c.lost = nil
	seen = append(seen, c.must("invitee bob@x.test", company.DeclineInvitation{Invitation: "i", Secret: first(c.resend("i"))}))
	rows, err := c.SendInvitations(t.Context(), c.by(ann), []invite.Row{{Terms: termsTo("cat@x.test", ""), Code: invite.OK}})
	if err != nil {
		t.Fatal(err)
	}
	seen = append(seen, rows)
	for _, r := range seen {
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.mail {
			if out := fmt.Sprintf("%+v %#v %s", r, r, data); strings.Contains(out, m.Secret.Reveal()) {
				t.Errorf("ann sees %s", out)
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

// resend re-sends an invitation, by ann, and returns the new secret.
func (c *testCompany) resend(id invite.ID) (invite.Secret, int) {
	c.t.Helper()
	c.must("ann", company.ResendInvitation{Invitation: id})
	return c.message(id).Secret, len(c.mail)
}

// strangerAnswers are the answers to people who have no business with an
// invitation or a link.
type strangerAnswers struct {
	*testing.T
	causes map[string]bool            // not for them
	texts  map[string]map[string]bool // by call
}

// note takes an answer in. The cause may show in the detail alone.
func (a *strangerAnswers) note(call string, err error) {
	a.Helper()
	var refusal *company.Refusal
	if !errors.As(err, &refusal) || refusal.Public != company.ErrRefused || refusal.Cause == nil || errors.Is(err, refusal.Cause) {
		a.Errorf("%s: %#v", call, err)
		return
	}
	if inner := errors.Unwrap(refusal); inner != company.ErrRefused {
		a.Errorf("%s unwraps to %v", call, inner)
	}
	for _, text := range []string{err.Error(), fmt.Sprint(err), fmt.Sprintf("%+v %s %q", err, err, err), refusal.Error()} {
		if strings.Contains(text, refusal.Cause.Error()) {
			a.Errorf("%s says %q", call, text)
		}
	}
	var e *company.Error
	if !errors.As(err, &e) || e.Detail() != err.Error()+": "+strings.TrimPrefix(refusal.Cause.Error(), "invite: ") {
		a.Errorf("%s has the detail %q", call, e.Detail())
	}
	a.causes[refusal.Cause.Error()] = true
	if a.texts[call] == nil {
		a.texts[call] = map[string]bool{}
	}
	a.texts[call][err.Error()] = true
}

// answer has a person answer an invitation in every way.
func (a *strangerAnswers) answer(c *testCompany, who company.Actor, id invite.ID, s invite.Secret) {
	a.Helper()
	_, err := c.doAs(who, company.AcceptInvitation{Invitation: id, Secret: s, User: "ann"})
	a.note("accept", err)
	_, err = c.doAs(who, company.DeclineInvitation{Invitation: id, Secret: s})
	a.note("decline", err)
}

// open has a person look at an invitation, and then answer it.
func (a *strangerAnswers) open(c *testCompany, who company.Actor, id invite.ID, s invite.Secret) {
	a.Helper()
	_, err := c.Offer(id, s)
	a.note("offer", err)
	a.answer(c, who, id, s)
}

// Class: a stranger learns from the answer whether there is an invitation or a
// user. Every text is the same, byte by byte, and the cause does not come out
// of the error in any way.
func TestStrangersHearTheSame(t *testing.T) {
	const bob = "bob@x.test"
	a := &strangerAnswers{t, map[string]bool{}, map[string]map[string]bool{}}
	for _, state := range []string{"expired", "accepted", "declined", "revoked"} {
		c := inviteCompany(t, nil)
		c.arrange(state)
		a.open(c, c.actor("invitee "+bob), "i", c.message("i").Secret)
		a.open(c, c.actor("invitee "+bob), "i", unsentSecret())
		a.answer(c, c.actor("invitee cat@x.test"), "i", c.message("i").Secret)
	}
	c := inviteCompany(t, nil)
	terms := termsTo(bob, "viewer")
	terms.Provider = "idp"
	old := c.invite("i", terms)
	stale := c.actor("invitee " + bob)
	c.pass(2 * time.Hour)
	s, _ := c.resend("i")
	a.open(c, c.actor("invitee "+bob), "i", old)
	a.open(c, c.actor("invitee "+bob), "nobody", s)
	a.open(c, c.actor("invitee "+bob), "", invite.Secret{})
	a.answer(c, c.actor("invitee uma@x.test"), "i", s) // a user
	a.answer(c, c.actor("invitee new@x.test"), "i", s)
	a.answer(c, stale, "i", s)
	a.answer(c, company.Invitee(c.verified(bob, "other", c.now())), "i", s)
	c.must("uma", company.CreateReport{Report: "r"}, company.MakeLink{Link: "l", Resource: access.Report("r")})
	c.must("uma", company.RevokeLink{Link: "l"})
	for _, id := range []access.LinkID{"l", "nobody", ""} {
		_, err := c.LinkSubject(id, s)
		a.note("link subject", err)
	}
	for call, want := range map[string]string{
		"accept": "company: do: change 1, invitation.accept: the invitation or link cannot be used", "decline": "company: do: change 1, invitation.decline: the invitation or link cannot be used",
		"offer": "company: offer: the invitation or link cannot be used", "link subject": "company: link subject: the invitation or link cannot be used",
	} {
		if got := keysOf(a.texts[call]); !slices.Equal(got, []string{want}) {
			t.Errorf("%s says %q, want %q alone", call, got, want)
		}
	}
	if len(a.causes) < 8 {
		t.Errorf("%d causes, want 8 at least: %q", len(a.causes), keysOf(a.causes))
	}
}

// Class: any number of messages, to many addresses or to one.
func TestFloodIsBounded(t *testing.T) {
	c := inviteCompany(t, func(c *company.Config) { c.Invitations.Pending = 10 })
	const ann = "ann"
	count := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for k := range 4 {
		wg.Go(func() {
			for n := range 25 {
				_, err := c.do(ann, company.Invite{Terms: termsTo(fmt.Sprintf("x%d-%d@x.test", k, n), "viewer")})
				mu.Lock()
				count[errorName(err)]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(c.mail) != 10 || count["ErrLimit"] != 90 || count[""] != 10 {
		t.Errorf("%d messages; answers %v", len(c.mail), count)
	}
	id := c.mail[0].Invitation
	for n := range 100 { // which takes 99 s
		_, err := c.do(ann, []company.Change{
			company.ResendInvitation{Invitation: id}, company.AmendInvitation{Invitation: id, Days: company.To(1 + n)}, company.Invite{Terms: termsTo(c.mail[0].To.String(), "viewer")},
		}[n%3])
		count[errorName(err)]++
		c.pass(time.Second)
	}
	if sent := len(c.mail) - 10; sent != 1 {
		t.Errorf("%d more messages in 99 s, want 1; answers %v", sent, count)
	}
	first := c.mail[0].To.String()
	for n := range 40 { // taken back and sent again: another minute and a half, in which 20 were made
		id := invite.ID(fmt.Sprint("again-", n/2))
		if n%2 == 0 {
			id = c.last(first)
			_, err := c.do(ann, company.RevokeInvitation{Invitation: id})
			count[errorName(err)]++
			continue
		}
		_, err := c.do(ann, company.Invite{Invitation: id, Terms: termsTo(strings.ToUpper(first), "viewer")})
		count[errorName(err)]++
		c.pass(9 * time.Second / 2)
	}
	if sent := len(c.mail) - 11; sent != 2 {
		t.Errorf("%d more messages in 90 s, want 2; answers %v", sent, count)
	}
}

// last returns the invitation that was sent last to an address.
func (c *testCompany) last(address string) (id invite.ID) {
	for i := range c.Invitations() {
		if i.Terms.Address.Equal(mustAddress(address)) {
			id = i.ID
		}
	}
	return id
}

// Class: the origin of a link is taken from the request, or text of users
// becomes part of the link.
func TestOriginIsConfigured(t *testing.T) {
	c := inviteCompany(t, nil)
	evil := "https://evil.example/"
	terms := termsTo("bob@x.test", "viewer")
	terms.Name, terms.Note = evil, "<a href="+evil+">\nHost: evil.example"
	for _, id := range []invite.ID{"../../evil", "//evil.example", "i#s", "i?next=evil", "i j", "i%2f", "i\n", "\u00ef", invite.ID(strings.Repeat("i", 65))} {
		c.refuses("ErrInvalid", "ann", company.Invite{Invitation: id, Terms: termsTo("bob@x.test", "viewer")})
	}
	const id = "Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09-_Az09"
	_, err := c.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: evil, Approval: evil, Correlation: "X-Forwarded-Host: evil.example"},
		company.SetCompanyName{Name: evil}, company.Invite{Invitation: id, Terms: terms})
	if err != nil {
		t.Fatal(err)
	}
	m := c.message(id)
	want := "https://acme.example/join/" + id + "#" + m.Secret.Reveal()
	if m.Origin != "https://acme.example/join" || m.Link() != want {
		t.Errorf("the link is %s, want %s", m.Link(), want)
	}
	if m.Name != terms.Name || m.Note != terms.Note || m.Company != evil {
		t.Errorf("the texts are not as they were written: %+v", m)
	}
}

// Class: the page shows one offer, and accepting gives another.
func TestOfferShowsWhatAcceptanceGives(t *testing.T) {
	c := inviteCompany(t, instant)
	terms := termsTo("bob@x.test", "viewer")
	terms.Name, terms.Note = "Bob", "see you"
	c.invite("i", terms)
	for n, change := range []company.Change{company.AmendInvitation{Invitation: "i", Role: toRole("editor")}, company.ResendInvitation{Invitation: "i"}} {
		by, want := "ugo", invite.Offer{
			Company: "Acme", Inviter: "ugo@x.test", Role: "editor", RoleTitle: "Editor", Name: "Bob", Note: "see you", Expires: start.AddDate(0, 0, 30),
		}
		if n > 0 {
			by, want.Inviter = "system ops", ""
		}
		c.must(by, change)
		offer, err := c.Offer("i", c.message("i").Secret)
		if err != nil || offer != want || c.message("i").Offer != want {
			t.Errorf("shown is %+v, %v, and sent was %+v, want %+v", offer, err, c.message("i").Offer, want)
		}
	}
	if _, err := c.accept("i", "bob"); err != nil {
		t.Fatal(err)
	}
	if u, _ := c.Policy().Directory().User("bob"); u.Role != "editor" || u.Name != "Bob" {
		t.Errorf("made %+v", u)
	}
}

// Class: an invitation is a way around another rule, such as a suspension.
func TestInvitationDoesNotReinstate(t *testing.T) {
	c := inviteCompany(t, nil)
	s := c.invite("i", termsTo("bob@x.test", "admin"))
	c.must("system ops", company.AddUser{User: "bob", Person: company.Person{Email: "bob@x.test"}, Role: "viewer"}, company.SuspendUser{User: "bob"})
	c.refuses("ErrRefused for ErrRevoked", "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: s})
	c.refuses("ErrTaken", "ann", company.Invite{Terms: termsTo("sue@x.test", "user-manager")})
	for _, id := range []string{"bob", "sue"} {
		if d := c.Decide(access.User(id), access.InviteUser, access.Company()); d.Reason != access.ReasonSuspended {
			t.Errorf("%s: %s", id, d)
		}
	}
}

// Class: a team is deleted, and a person invited into it can never accept.
func TestDeletedTeamStrandsNobody(t *testing.T) {
	c := inviteCompany(t, nil)
	c.invite("i", intoTeams(termsTo("bob@x.test", "viewer"), "n", "t"))
	c.must("ann", company.DeleteTeam{Team: "t"})
	if _, err := c.accept("i", "bob"); errorName(err) != "ErrOnHold for denied unknown-resource team" {
		t.Errorf("refused as %v", err)
	}
	c.pass(time.Hour)
	c.must("ann", company.AmendInvitation{Invitation: "i", Role: toRole("viewer"), Teams: toTeams(intoTeams(invite.Terms{}, "n").Teams)})
	if _, err := c.accept("i", "bob"); err != nil {
		t.Error(err)
	}
	c.checkReplay()
}

// Class: an id is used again, and what was said of the first holder is taken
// for the second.
func TestInvitationIdsNeverComeBack(t *testing.T) {
	for _, state := range []string{"pending", "expired", "accepted", "declined", "revoked"} {
		c := inviteCompany(t, nil)
		c.arrange(state)
		c.refuses("ErrTaken", "ann", company.Invite{Invitation: "i", Terms: termsTo("cat@x.test", "viewer")})
		c.reopen()
		c.refuses("ErrTaken", "system ops", company.Invite{Invitation: "i", Terms: termsTo("cat@x.test", "viewer")})
	}
}
