package company_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// inviting is a company that invites people, and the office it should be.
type inviting struct {
	office  *office
	house   house
	company *company.Company
	reader  *company.Company // of the same log, which makes no change itself
	log     *audit.Memory
	clock   time.Time
	last    time.Time // of the last event
	ids     countingRand
	fails   bool // what Deliver does
	mail    []invite.Message
	checked uint64 // the event after which all was compared
	witness *witness
	twin    *twin
	hits    *seen
}

func newInviting(t *rapid.T, hits *seen) *inviting {
	o, h := dice{t}.office()
	m := &inviting{office: o, house: h, log: audit.NewMemory(), clock: modelStart, last: modelStart, witness: newWitness(), hits: hits}
	f := company.Founding{ID: "acme", Name: "Acme", Limits: o.limits, Document: o.document()}
	co, err := company.Found(context.Background(), m.log, f, m.config())
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	m.company, m.twin = co, newTwin(t, f.Document, &m.clock)
	m.reader = m.again(t)
	return m
}

func (m *inviting) config() *company.Config {
	c := &company.Config{Now: func() time.Time { return m.clock }, Rand: &m.ids, Systems: company.SystemsByName(m.house.systems),
		Invitations: company.InvitationLimits{TTL: m.house.ttl, Cooldown: m.house.cooldown, Pending: m.house.pending, ProofAge: m.house.proofAge}}
	if m.house.delivers {
		c.Origin, c.Deliver = "https://acme.test/join", func(_ context.Context, letter invite.Message) error {
			m.mail = append(m.mail, letter)
			if m.fails {
				return errors.New("the post office burnt down")
			}
			return nil
		}
	}
	return c
}

// at is the time a change would get.
func (m *inviting) at() time.Time {
	if m.clock.Before(m.last) {
		return m.last
	}
	return m.clock
}

// invitingErrors are what can be said about invitations, besides modelErrors.
var invitingErrors = map[verdict]error{
	"ErrNotOffered": company.ErrNotOffered, "ErrLimit": company.ErrLimit, "ErrTooSoon": company.ErrTooSoon,
	"ErrNoDelivery": company.ErrNoDelivery, "ErrInvitee": company.ErrInvitee, "ErrInviteeOnly": company.ErrInviteeOnly, "ErrNone": invite.ErrNone, "ErrPending": invite.ErrPending,
	"ErrExpired": invite.ErrExpired, "ErrAccepted": invite.ErrAccepted, "ErrDeclined": invite.ErrDeclined, "ErrRevoked": invite.ErrRevoked,
	"ErrTerms": invite.ErrTerms,
}

// invitingVerdict names an error, "" if it has no name here.
func invitingVerdict(err error) verdict {
	var denied *access.DeniedError
	if errors.As(err, &denied) {
		return denial(denied.Decision)
	}
	var all []string
	for _, errs := range []map[verdict]error{modelErrors, invitingErrors} {
		for name, is := range errs {
			if errors.Is(err, is) {
				all = append(all, string(name))
			}
		}
	}
	slices.Sort(all)
	return verdict(strings.Join(slices.Compact(all), " "))
}

// invitingBranches are all that must be hit: what each command can be refused
// for, each alone, and what else can become of an invitation.
func invitingBranches() []string {
	strangers := "ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrExpired|secret|address|provider|stale|future"
	held := "ErrNotOffered|ErrPast|ErrRoleFull|ErrSystem|ErrTaken|ErrUnknown|denied above-ceiling|denied ended|denied no-capability|" +
		"denied role-full|denied suspended|denied unknown-resource team"
	sent := "ErrBeyondOwnEnd|ErrNoDelivery|ErrSeats|ErrTooSoon|ErrInvalid ErrTerms|denied unknown-user|" +
		strings.Replace(held, "denied ended|", "", 1)
	codes := "ok|above-ceiling|already-member|already-pending|bad-date|bad-reason|beyond-own-end|failed|not-allowed|not-offered|" +
		"over-limit|too-soon|unknown-role|unknown-team"
	var all []string
	for before, after := range map[string]string{
		"made ": "invitation.send|invitation.resend|invitation.amend|invitation.revoke|invitation.accept|invitation.decline|" +
			"user.remove|user.set-role|user.set-expiry|user.suspend|team.delete|company.set-limits|catalog.replace|user.add",
		"invitation.send ":              sent + "|ErrLimit|ErrPending|denied unknown-resource role",
		"anew ":                         sent + "|ErrNone|ErrAccepted|ErrDeclined|ErrRevoked",
		"invitation.amend ":             "ErrExpired|ErrNoChange",
		"invitation.revoke ":            "ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrSystem|denied above-ceiling|denied no-capability|denied suspended|denied unknown-user",
		"invitation.accept ErrRefused ": strangers, "invitation.decline ErrRefused ": strangers,
		"invitation.accept ErrHeld ": held, "held ": held + "|ErrNone|ErrAccepted|ErrDeclined|ErrRevoked|ErrExpired",
		"invitation.accept ": "ErrInviteeOnly|ErrReused|ErrTaken", "invitation.decline ": "ErrInviteeOnly",
		"take over ": "ErrInvalid|denied no-capability|denied unknown-user",
		"plan ":      codes + "|ErrNoDelivery", "commit ": codes,
		"beyond the end of ": "who takes over|who decides it",
		"": "taken over|taken over but for the expired|revoked by removal|invited again|capped|accepted in another case|not held|" +
			"not delivered|several at once|the second refused|" +
			"nobody ErrNoActor|nobody ErrNoChange|nobody ErrReason|company.set-limits ErrSeats|an older secret tried|another's secret tried|" +
			"another company's secret tried|looked|looked in vain|the last letter|the twin|accepted by the law",
	} {
		for what := range strings.SplitSeq(after, "|") {
			all = append(all, before+what)
		}
	}
	slices.Sort(all)
	return all
}

// only returns the verdict that all causes have, or "".
func (r ruling) only() verdict {
	all := slices.Compact(slices.Sorted(slices.Values(r.verdicts())))
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

// TestInvitationsAreTheModel lets random people invite, answer and leave, and
// says of each step beforehand what must come of it.
func TestInvitationsAreTheModel(t *testing.T) {
	var hits seen
	rounds, most := 1, 40
	if os.Getenv("AMBIT_LONG") != "" {
		rounds, most = 50, 50
	}
	wanted := func() []string {
		if testing.Short() || t.Failed() {
			return nil
		}
		return hits.missing(invitingBranches())
	}
	for round := 0; round < rounds || round < most && len(wanted()) > 0; round++ {
		rapid.Check(t, func(t *rapid.T) {
			m := newInviting(t, &hits)
			for range rapid.IntRange(1, 4).Draw(t, "sent before") {
				m.invite(t)
			}
			t.Repeat(map[string]func(*rapid.T){
				"invite": m.invite, "invite more": m.invite, "answer": m.answer, "people": m.people, "leave": m.leave,
				"hand over": m.handOver, "fall": m.fall, "hold": m.hold, "hold more": m.hold, "stranger": m.stranger,
				"all": m.all, "file": m.file, "reopen": m.reopen, "time": m.time, "": m.invariant,
			})
			replayed := m.again(t)
			m.compare(t, replayed)
			m.same(t, replayed)
			m.lawOnlyTheLastLetterWorks(t)
			m.lawNoSecretIsWrittenDown(t)
		})
	}
	for _, branch := range wanted() {
		t.Errorf("never hit: %s", branch)
	}
}

// by is who makes an errand.
func (e errand) by() company.By {
	by := company.By{Reason: e.reason}
	switch {
	case e.user != "":
		by.Actor = company.User(e.user)
	case e.system != "":
		by.Actor = company.System(e.system)
	default:
		by.Actor = company.Invitee(e.proof)
	}
	return by
}

// do runs an errand in both, and reports whether anything came of it.
func (m *inviting) do(t *rapid.T, e errand) bool {
	at := m.at()
	m.mail, m.fails = nil, dice{t}.chance(8, "no delivery")
	e.right = m.witness.right
	before := m.snapshot()
	receipt, err := m.company.Do(context.Background(), e.by(), e.changes...)
	_, recorded, index, want := m.office.do(m.house, e, at)
	if (err == nil) != (len(want.causes) == 0) {
		t.Fatalf("%v %+v at %v:\n got  %v\n want %q at %d\n%s", e.by().Actor, e.changes, at, err, want.verdicts(), index, m.state(t))
	}
	if err != nil {
		m.refused(t, e, err, index, want)
		return false
	}
	m.made(t, receipt, e, recorded)
	for i, c := range e.changes {
		e.changes[i] = invitingID(c, receipt.Changes[i])
	}
	next, recorded, _, want := m.office.do(m.house, e, at)
	if len(want.causes) > 0 {
		t.Fatalf("with the ids of %+v: %v", receipt.Changes, want.verdicts())
	}
	for i, c := range recorded {
		if want, got := plain(c), plain(receipt.Changes[i]); got != want {
			t.Fatalf("recorded\n     %s\nwant %s", got, want)
		}
	}
	m.last = at
	m.delivered(t, receipt.Changes, next, receipt.Undelivered)
	m.office = next
	m.event(t, receipt, e)
	m.lawNobodyGivesMoreThanHeCan(t, before, receipt)
	m.lawSecretsWorkOnce(t, before, e, receipt)
	return true
}

// state is what a failure is told with.
func (m *inviting) state(t fatal) string {
	var b strings.Builder
	for i := range m.company.Invitations() {
		fmt.Fprintf(&b, "%s %v held %v\n", readable(i), i.StateAt(m.at()), m.company.WhyOnHold(i.ID))
	}
	d := m.company.Policy().Document()
	h := m.house
	h.systems = map[string][]string{"clerk": h.systems["clerk"]}
	return fmt.Sprintf("%s%+v\n%+v %+v", b.String(), h, d.Users, d.Teams)
}

// refused checks the error of a refusal.
func (m *inviting) refused(t *rapid.T, e errand, err error, index int, want ruling) {
	var failed *company.Error
	if !errors.As(err, &failed) || failed.Op != "do" || max(failed.Index-1, 0) != index {
		t.Fatalf("%v %+v at %v: refused with %v, want op do, index %d for %q\n%s", e.by(), e.changes, m.at(), err, index, want.verdicts(), m.state(t))
	}
	name := "nobody"
	if failed.Change != "" {
		if name = nameOf(e.changes[index]); name != failed.Change {
			t.Fatalf("refused as %s, want %s", failed.Change, name)
		}
	}
	var public *company.Refusal
	if errors.As(err, &public) != (want.public != "") {
		t.Fatalf("%+v: %v, want %s for %q", e.changes, err, want.public, want.verdicts())
	}
	got, heard := invitingVerdict(err), ""
	if public != nil {
		is := map[verdict]error{"ErrRefused": company.ErrRefused, "ErrHeld": company.ErrHeld}[want.public]
		if !errors.Is(err, is) || public.Cause == nil {
			t.Fatalf("%+v: %v because of %v, want %s for %q", e.changes, err, public.Cause, want.public, want.verdicts())
		}
		m.lawOneTextForAll(t, err, want)
		got, heard = invitingVerdict(public.Cause), string(want.public)+" "
	}
	// What is wrong with a secret or a proof the host is told as a text.
	told := want.public != "ErrRefused" || slices.Contains([]verdict{"ErrAccepted", "ErrDeclined", "ErrRevoked", "ErrExpired"}, want.only())
	if told && !slices.Contains(want.verdicts(), got) {
		t.Fatalf("%v %+v: %v as %q, want one of %q\n%s", e.by().Actor, e.changes, err, got, want.verdicts(), m.state(t))
	}
	m.count(e, name, heard, index, want.only())
	if index > 0 {
		m.hits.hit("the second refused")
	}
	if len(m.mail) > 0 {
		t.Fatalf("refused, and there is a message: %+v", m.mail)
	}
}

// count counts a refusal that had one cause.
func (m *inviting) count(e errand, name, heard string, index int, v verdict) {
	if v == "" {
		return
	}
	m.hits.hit(fmt.Sprintf("%s %s%s", name, heard, v))
	if name == "invitation.resend" || name == "invitation.amend" {
		m.hits.hit("anew " + string(v))
	}
	if name == "user.remove" && e.changes[index].(company.RemoveUser).TakeOver != "" {
		m.hits.hit("take over " + string(v))
		if v == "ErrBeyondOwnEnd" {
			gives := map[bool]string{true: "who takes over", false: "who decides it"}[m.office.users[e.user].until.IsZero()]
			m.hits.hit("beyond the end of " + gives)
		}
	}
}

// made checks what can be said before the ids are known.
func (m *inviting) made(t *rapid.T, receipt company.Receipt, e errand, recorded []company.Change) {
	if len(receipt.Changes) != len(e.changes) {
		t.Fatalf("%d changes recorded, want %d", len(receipt.Changes), len(e.changes))
	}
	if len(e.changes) > 1 {
		m.hits.hit("several at once")
	}
	for i, c := range receipt.Changes {
		if nameOf(c) != nameOf(recorded[i]) {
			t.Fatalf("recorded %+v for %+v, want %s", c, e.changes[i], nameOf(recorded[i]))
		}
		m.hits.hit("made " + nameOf(c))
		switch c := c.(type) {
		case company.RemoveUser:
			m.settled(c)
		case company.ResendInvitation:
			if _, sent := e.changes[i].(company.Invite); sent {
				m.hits.hit("invited again")
			}
		case company.AcceptInvitation:
			i := m.office.invitations[m.office.find(c.Invitation)]
			if !c.Until.Equal(i.terms.End(m.at())) {
				m.hits.hit("capped")
			}
			if e.proof.Address().String() != i.terms.Address.String() {
				m.hits.hit("accepted in another case")
			}
		}
	}
}

// settled counts what became of the invitations of somebody who left.
func (m *inviting) settled(c company.RemoveUser) {
	var live, expired bool
	for _, id := range c.Invitations {
		state := m.office.invitations[m.office.find(id)].at(m.at())
		live, expired = live || state == invite.Pending, expired || state == invite.Expired
	}
	switch {
	case c.TakeOver != "" && live && expired:
		m.hits.hit("taken over but for the expired")
	case c.TakeOver != "":
		m.hits.hit("taken over")
	case live:
		m.hits.hit("revoked by removal")
	}
}

// invitingID returns a change with the id that Do chose for it.
func invitingID(c, as company.Change) company.Change {
	if made, ok := as.(company.Invite); ok {
		c := c.(company.Invite)
		c.Invitation = made.Invitation
		return c
	}
	if made, ok := as.(company.AcceptInvitation); ok {
		c := c.(company.AcceptInvitation)
		c.User = made.User
		return c
	}
	return (*machine)(nil).identify(c, as)
}

// plain is a change as text. The digests are the concern of a law.
func plain(c company.Change) string {
	var none invite.Digest
	switch is := c.(type) {
	case company.Invite:
		is.Digest = none
		c = is
	case company.ResendInvitation:
		is.Digest = none
		c = is
	case company.AmendInvitation:
		is.Digest = none
		c = is
	}
	return fmt.Sprintf("%T%+v", c, c)
}

// delivered checks the messages of an event: one for each invitation it sent
// and left pending.
func (m *inviting) delivered(t *rapid.T, changes []company.Change, next *office, failed []company.Undelivered) {
	var want []string
	for _, i := range next.invitations {
		if i.turn > m.office.turn && i.state == invite.Pending {
			want = append(want, i.id)
		}
	}
	var got []string
	for _, message := range m.mail {
		id := message.Invitation
		if got = append(got, string(id)); next.find(id) < 0 {
			t.Fatalf("a message for %s, which should not be\n%s", id, m.state(t))
		}
		m.message(t, message, next)
		m.witness.letters[id] = append(m.witness.letters[id], letter{message, next.invitations[next.find(id)].generation})
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || m.fails && len(failed) != len(want) || !m.fails && len(failed) > 0 {
		t.Fatalf("messages for %v, %d of them failed, want %v, after %+v", got, len(failed), want, changes)
	}
	if len(failed) > 0 {
		m.hits.hit("not delivered")
	}
	if len(want) > 0 {
		m.twin.mirror(next, want)
	}
}

// message checks what a message says.
func (m *inviting) message(t *rapid.T, got invite.Message, o *office) {
	i := o.invitations[o.find(got.Invitation)]
	r, _ := o.role(string(i.terms.Role))
	want := invite.Message{Invitation: invite.ID(i.id), To: i.terms.Address, Origin: "https://acme.test/join", Secret: got.Secret, Offer: o.offer(i, r)}
	if want, got := fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got); got != want {
		t.Fatalf("message\n     %s\nwant %s", got, want)
	}
}

// offer is what the person invited may see.
func (o *office) offer(i modelInvitation, r role.Role) invite.Offer {
	of := invite.Offer{Company: o.name, Role: i.terms.Role, RoleTitle: r.Title, Name: i.terms.Name, Note: i.terms.Note, Expires: i.expires}
	if u, ok := o.users[string(i.sponsor.User)]; ok {
		of.Inviter = u.email
		if u.name != "" {
			of.Inviter = u.name
		}
	}
	return of
}

// event checks who made what was appended.
func (m *inviting) event(t *rapid.T, receipt company.Receipt, e errand) {
	events := logged(t, m.log)
	last := events[len(events)-1]
	if last.Seq != receipt.Seq || !last.Time.Equal(m.last) || last.Reason != e.reason || len(last.Changes) != len(e.changes) {
		t.Fatalf("event %+v, receipt %+v", last, receipt)
	}
	if !e.proof.IsZero() {
		if a := last.Actor; a.Kind != audit.KindInvitee || a.Email != e.proof.Address().String() || a.Role != "" {
			t.Fatalf("event by %+v, want the invitee %s", a, e.proof.Address())
		}
	}
}

// reopen is a restart with another configuration.
func (m *inviting) reopen(t *rapid.T) {
	m.house.systems = dice{t}.systems()
	m.house.pending = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "pending")
	m.house.delivers = !dice{t}.chance(8, "mute")
	m.company = m.again(t)
}

// again opens the log once more.
func (m *inviting) again(t fatal) *company.Company {
	c, err := company.Open(context.Background(), m.log, m.config())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}

// same compares what was replayed with what was done, but for the invitations.
func (m *inviting) same(t fatal, replayed *company.Company) {
	if got, want := printed(t, replayed.Policy()), printed(t, m.company.Policy()); got != want {
		t.Fatalf("replayed (-want +got):\n%s", cmp.Diff(want, got))
	}
	if replayed.Checkpoint() != m.company.Checkpoint() {
		t.Fatalf("replayed up to %v, want %v", replayed.Checkpoint(), m.company.Checkpoint())
	}
}

// clerk is who knows the office as it is now.
func (m *inviting) clerk() *clerk {
	return &clerk{office: m.office, house: m.house, at: m.at(), asks: m.office.policy(m.at())}
}

// invariant compares both, what the log tells, and the laws.
func (m *inviting) invariant(t *rapid.T) {
	m.compare(t, m.company)
	k := m.clerk()
	for _, i := range m.office.invitations {
		m.held(t, k, invite.ID(i.id))
	}
	m.held(t, k, "nope")
	m.lawLookingChangesNothing(t)
	if m.checked == m.company.Checkpoint().Seq {
		return // nothing happened
	}
	m.checked = m.company.Checkpoint().Seq
	m.laws(t)
	if err := m.reader.Sync(context.Background()); err != nil {
		t.Fatalf("sync: %v", err)
	}
	m.compare(t, m.reader)
	if got, want := printed(t, m.company.Policy()), printed(t, k.asks); got != want {
		t.Fatalf("state (-want +got):\n%s", cmp.Diff(want, got))
	}
	m.same(t, m.reader)
	for id := range m.office.users {
		h, _ := m.company.Holdings(team.UserID(id))
		var got []string
		for _, i := range h.Invitations {
			got = append(got, string(i.ID))
		}
		if want := m.office.sponsored(id); !slices.Equal(got, want) {
			t.Fatalf("%s answers for %v, want %v", id, got, want)
		}
	}
}

// readable is an invitation as text, without its digest.
func readable(i invite.Invitation) string {
	i.Digest = invite.Digest{}
	return fmt.Sprintf("%+v", i)
}

// compare compares the invitations of a company with those of the office.
func (m *inviting) compare(t *rapid.T, c *company.Company) {
	n := 0
	for got := range c.Invitations() {
		if n == len(m.office.invitations) {
			t.Fatalf("one invitation too many: %s", readable(got))
		}
		w := m.office.invitations[n]
		want := invite.Invitation{ID: invite.ID(w.id), Terms: w.terms, Sponsor: w.sponsor, Generation: w.generation, Sent: w.sent,
			Expires: w.expires, State: w.state, Closed: w.closed, User: team.UserID(w.user)}
		one, ok := c.Invitation(got.ID)
		if g, w := readable(got), readable(want); g != w || !ok || readable(one) != w || one.Digest != got.Digest {
			t.Fatalf("invitation\n     %s\nwant %s", g, w)
		}
		if got.StateAt(m.at()) != w.at(m.at()) {
			t.Fatalf("%s is %v at %v, want %v", got.ID, got.StateAt(m.at()), m.at(), w.at(m.at()))
		}
		n++
	}
	if n != len(m.office.invitations) || c.Limits() != m.office.limits {
		t.Fatalf("%d invitations and %+v, want %d and %+v", n, c.Limits(), len(m.office.invitations), m.office.limits)
	}
}

// held compares what keeps the person invited from accepting.
func (m *inviting) held(t *rapid.T, k *clerk, id invite.ID) {
	err, want := m.company.WhyOnHold(id), k.held(id)
	if (err == nil) != (len(want.causes) == 0) || err != nil && !slices.Contains(want.verdicts(), invitingVerdict(err)) {
		t.Fatalf("%s is held for %v, want one of %q\n%s", id, err, want.verdicts(), m.state(t))
	}
	switch {
	case err == nil:
		m.hits.hit("not held")
	case want.only() != "":
		m.hits.hit("held " + string(want.only()))
	}
}
