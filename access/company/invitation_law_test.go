package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"pgregory.net/rapid"
)

// invitationLaws are the laws about invitations. Each of them goes by what was
// sent and what the company shows, and not by the model.
func invitationLaws() []law {
	return []law{
		lawClosedStays(), {event: lawOneLivePerAddress}, {made: lawSeats}, {event: lawDigestIsBound},
		lawSecretsWorkOnce(), {made: lawNobodyGivesMoreThanTheyCan}, lawOneTextForAll(), {state: lawOffer},
		{end: lawOnlyTheLastMessageWorks}, {end: lawNoSecretWorksElsewhere},
	}
}

// lawClosedStays: a closed invitation never changes again. That its message was
// delivered may become known later.
func lawClosedStays() law {
	closed := map[invite.ID]string{}
	return law{event: func(t *rapid.T, m *machine) {
		for i := range m.company.Invitations() {
			i.Delivered = time.Time{}
			now := withoutDigest(i) + i.Digest.String()
			before, was := closed[i.ID]
			if was && now != before {
				t.Fatalf("closed as %s, now %s", before, now)
			}
			if i.State != invite.Pending {
				closed[i.ID] = now
			} else if was {
				t.Fatalf("%s was closed", i.ID)
			}
		}
	}}
}

// lawOneLivePerAddress: at most one invitation to an address can be accepted.
func lawOneLivePerAddress(t *rapid.T, m *machine) {
	live := map[string]invite.ID{}
	for i := range m.company.Invitations() {
		key := strings.ToLower(i.Terms.Address.String())
		if i.StateAt(m.now()) != invite.Pending {
			continue
		}
		if other, ok := live[key]; ok {
			t.Fatalf("%s has %s and %s", key, other, i.ID)
		}
		live[key] = i.ID
	}
}

// lawSeats: users and invitations that can be accepted never exceed the seats. If
// the host sells less than are taken, or a clock that is corrected makes more of
// them, they never become more by another change.
func lawSeats(t *rapid.T, m *machine, s step) {
	if _, corrected := company.Outcome[company.CorrectClock](s.receipt); corrected {
		return
	}
	before, after := s.before.seatsTaken(s.receipt.Time), m.state().seatsTaken(s.receipt.Time)
	if seats := m.company.Limits().Seats; seats > 0 && after > seats && after > before {
		t.Fatalf("%d of %d seats taken, %d before", after, seats, before)
	}
}

func (s state) seatsTaken(at time.Time) int {
	taken := 0
	for range s.policy.Directory().Users() {
		taken++
	}
	for _, i := range s.invitations {
		if i.StateAt(at) == invite.Pending {
			taken++
		}
	}
	return taken
}

// lawDigestIsBound: what is kept of a secret fits one generation of one
// invitation to one address in one company, and nothing else.
func lawDigestIsBound(t *rapid.T, m *machine) {
	for id, sent := range m.sent {
		i, _ := m.company.Invitation(id)
		last := sent[len(sent)-1]
		s, c := last.Secret, i.Claim("acme")
		others := []invite.Claim{i.Claim("other"), c, c, c, c}
		others[1].Generation++
		others[2].Address = mustAddress("other@x.test")
		others[3].ID += "1"
		others[4].Purpose = invite.ForLink
		if i.Digest.IsZero() || c != (invite.Claim{Purpose: invite.ForInvitation, Company: "acme", ID: string(id), Generation: i.Generation, Address: i.Terms.Address}) {
			t.Fatalf("%s claims %+v", id, c)
		}
		if fits := s.Digest(c) == i.Digest && i.Digest.Matches(s, c); fits != (last.generation == i.Generation) {
			t.Fatalf("the last secret of %s fits: %v", id, fits)
		}
		if slices.ContainsFunc(others, func(c invite.Claim) bool { return i.Digest.Matches(s, c) }) {
			t.Fatalf("the secret of %s fits another claim", id)
		}
	}
}

// lawSecretsWorkOnce: no secret does anything twice, late, for another address,
// or for another generation than it was sent with.
func lawSecretsWorkOnce() law {
	used := map[string]bool{}
	return law{made: func(t *rapid.T, m *machine, s step) {
		for _, c := range s.Changes {
			var id invite.ID
			var secret invite.Secret
			switch c := c.(type) {
			case company.AcceptInvitation:
				id, secret = c.Invitation, c.Secret
			case company.DeclineInvitation:
				id, secret = c.Invitation, c.Secret
			default:
				continue
			}
			was, sent := s.before.invitations[id], m.sent[id]
			last := sent[len(sent)-1]
			switch {
			case last.Secret.Reveal() != secret.Reveal():
				t.Fatalf("%s was answered with a secret that is not the last", id)
			case used[secret.Reveal()]:
				t.Fatalf("%s was answered with a secret used before", id)
			case !was.Expires.IsZero() && !s.receipt.Time.Before(was.Expires) || was.State != invite.Pending:
				t.Fatalf("%s was answered late: %s at %v", id, withoutDigest(was), s.receipt.Time)
			case !s.Proof.Address().Equal(last.To) || last.To != was.Terms.Address:
				t.Fatalf("%s was answered from %s, sent to %s", id, s.Proof.Address(), last.To)
			case s.receipt.Time.Sub(s.Proof.Time()) > m.config.ProofAge || was.Terms.Provider != "" && was.Terms.Provider != s.Proof.Provider():
				t.Fatalf("%s was answered with the proof %+v", id, s.Proof)
			}
			used[secret.Reveal()] = true
		}
		for _, c := range s.receipt.Changes {
			accepted, _ := c.(company.AcceptInvitation)
			declined, _ := c.(company.DeclineInvitation)
			if !accepted.Secret.IsZero() || !declined.Secret.IsZero() {
				t.Fatalf("the receipt of %T has a secret", c)
			}
		}
	}}
}

// lawNobodyGivesMoreThanTheyCan: nobody gets a role, a team or a longer time than
// the sponsor could give at the moment of acceptance.
func lawNobodyGivesMoreThanTheyCan(t *rapid.T, m *machine, step step) {
	if len(step.receipt.Changes) == 0 {
		return
	}
	c, ok := step.receipt.Changes[0].(company.AcceptInvitation) // a second one is asked of a state that was never published
	if !ok {
		return
	}
	now := step.receipt.Time
	was, p := step.before.invitations[c.Invitation], step.before.policy.At(now)
	u, _ := m.company.Policy().Directory().User(c.User)
	holds := []bool{was.State == invite.Pending, u.Role == was.Terms.Role, u.Until.Equal(c.Until), !model.Ended(u.Until, now), !u.Suspended,
		!model.Outlasts(u.Until, was.Terms.End(now))}
	sponsor := was.Sponsor.User
	if sponsor != "" {
		s, _ := p.Directory().User(sponsor)
		holds = append(holds, p.Decide(access.User(sponsor), access.InviteUser, access.Company()).Allowed,
			p.Decide(access.User(sponsor), access.GrantRole, access.Role(u.Role)).Allowed, s.Active(now), !model.Outlasts(u.Until, s.Until))
	} else {
		holds = append(holds, slices.Contains(m.config.Systems[was.Sponsor.System], "invitation.send"))
	}
	for member := range m.company.Policy().Directory().Memberships(c.User) {
		holds = append(holds, slices.Contains(was.Terms.Teams, member.Team))
		if sponsor != "" {
			holds = append(holds, p.Decide(access.User(sponsor), access.SetTeamMembers, access.Team(member.Team)).Allowed)
		}
	}
	if slices.Contains(holds, false) {
		t.Fatalf("%+v became %+v: %v", was, u, holds)
	}
	m.hits.Hit("accepted by the law")
}

// lawOneTextForAll: until secret and proof are right, whatever is wrong has one
// text. No secret is in it, nor anywhere else but in the messages.
func lawOneTextForAll() law {
	texts := map[string]string{}
	return law{
		refused: func(t *rapid.T, m *machine, want model.Answer, err error) {
			if want.Public == "" {
				return
			}
			var e *company.Error
			errors.As(err, &e)
			text := strings.Replace(e.Error(), e.Change, "answer", 1)
			key := want.Public
			if want.Index > 0 {
				key += " later"
			}
			if before, ok := texts[key]; ok && before != text {
				t.Fatalf("for %q a stranger gets %q, and before %q", want.Errs(), text, before)
			}
			texts[key] = text
			for name, sentinel := range sentinels {
				if errors.Is(err, sentinel) && name != want.Public {
					t.Fatalf("a stranger can tell that it was %s", name)
				}
			}
			if errors.As(err, new(*access.DeniedError)) {
				t.Fatalf("a stranger can tell that it was a denial: %v", err)
			}
		},
		end: func(t *rapid.T, m *machine) { m.lawNoSecretIsWrittenDown(t, keysOf(texts)) },
	}
}

// lawNoSecretIsWrittenDown: the messages are the only place that has a secret.
func (m *machine) lawNoSecretIsWrittenDown(t *rapid.T, texts []string) {
	all := strings.Join(texts, "\n") + m.printed(t)
	for _, e := range events(t, m.log) {
		line, err := audit.Encode(e)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		all += string(line)
	}
	for id, sent := range m.sent {
		for _, message := range sent {
			if secret := message.Secret.Reveal(); len(secret) != 43 || strings.Contains(all, secret) {
				t.Fatalf("the secret of %s, of %d letters, is written down", id, len(secret))
			}
		}
	}
}

// lawOffer: looking at an invitation changes nothing, shows the offer to anyone
// with the last secret of one that can be accepted, and says the same to all
// others.
func lawOffer(t *rapid.T, m *machine) {
	before := m.company.Checkpoint()
	look := func(id invite.ID, s invite.Secret, live bool) {
		offer, err := m.company.Offer(id, s)
		if (err == nil) != live {
			t.Fatalf("the offer of %s: %v, want %v\n%s", id, err, live, m.printed(t))
		}
		if err != nil {
			if !errors.Is(err, company.ErrRefused) || offer != (invite.Offer{}) || err.Error() != refusedOffer {
				t.Fatalf("%s: %+v, %v", id, offer, err)
			}
			m.hits.Hit("no offer")
			return
		}
		if want := m.model.Offer(m.model.Invitations[m.model.Find(id)]); offer != want {
			t.Fatalf("%s offers %+v, want %+v", id, offer, want)
		}
		m.hits.Hit("offer")
	}
	for id, sent := range m.sent {
		i, _ := m.company.Invitation(id)
		for n, message := range sent {
			look(id, message.Secret, n == len(sent)-1 && i.StateAt(m.now()) == invite.Pending)
			look("nope", message.Secret, false)
		}
		if m.other != nil {
			look(id, m.other.secrets[string(id)], false)
		}
		look(id, invite.Secret{}, false)
	}
	if m.company.Checkpoint() != before {
		t.Fatalf("looking made an event")
	}
}

// refusedOffer is the only text of Offer.
const refusedOffer = "company: offer: the invitation or link cannot be used"

// fork is the company with a log of its own, so that what is tried there did not
// happen.
func (m *machine) fork(t *rapid.T) *company.Company {
	log := audit.NewMemory()
	for _, e := range events(t, m.log) {
		if err := log.Append(context.Background(), e); err != nil {
			t.Fatalf("fork: %v", err)
		}
	}
	c := m.companyConfig()
	c.ClockSkew = 10000 * time.Hour
	if c.Deliver != nil {
		c.Deliver = func(context.Context, invite.Message) error { return nil }
	}
	fork, err := company.Open(context.Background(), log, c)
	if err != nil {
		t.Fatalf("fork: %v", err)
	}
	return fork
}

// lawOnlyTheLastMessageWorks: of all secrets that were ever delivered, the last
// one of an invitation accepts it, once, if it is not on hold. No other does.
func lawOnlyTheLastMessageWorks(t *rapid.T, m *machine) {
	for i := range m.company.Invitations() {
		if i.StateAt(m.now()) != invite.Pending {
			continue
		}
		fork := m.fork(t)
		p := proofOf(i.Terms.Address, i.Terms.Provider, m.now())
		accept := func(s invite.Secret) error {
			_, err := fork.Do(context.Background(), company.By{Actor: company.Invitee(p)}, company.AcceptInvitation{Invitation: i.ID, Secret: s})
			return err
		}
		var last invite.Secret
		for _, id := range keysOf(m.sent) {
			for n, message := range m.sent[id] {
				if id == i.ID && n == len(m.sent[id])-1 {
					last = message.Secret
				} else if err := accept(message.Secret); !errors.Is(err, company.ErrRefused) {
					t.Fatalf("%s is accepted by a secret of %s: %v", i.ID, id, err)
				}
			}
		}
		onHold := m.company.WhyOnHold(i.ID)
		switch err := accept(last); {
		case onHold == nil && err != nil, onHold != nil && !errors.Is(err, company.ErrOnHold):
			t.Fatalf("%s is on hold for %v, and accepting it gives %v", i.ID, onHold, err)
		}
		if err := accept(last); onHold == nil && !errors.Is(err, company.ErrRefused) {
			t.Fatalf("%s is accepted twice: %v", i.ID, err)
		}
		m.hits.Hit("the last message")
	}
}

// otherCompany began with the same document, and sends invitations of the same
// ids and terms.
type otherCompany struct {
	*company.Company
	secrets map[string]invite.Secret // of the message sent last, by invitation
}

func newOtherCompany(t *rapid.T, d *document.Document, clock *time.Time) *otherCompany {
	o := &otherCompany{secrets: map[string]invite.Secret{}}
	c := &company.Config{Now: func() time.Time { return *clock }, ClockSkew: 10000 * time.Hour, Systems: map[string]company.SystemConfig{"sync": {Changes: company.ChangeTypes()}}, Origin: "https://acme.test/join",
		Invitations: company.InvitationLimits{TTL: -1, Cooldown: -1},
		Deliver: func(_ context.Context, m invite.Message) error {
			o.secrets[string(m.Invitation)] = m.Secret
			return nil
		}}
	var err error
	if o.Company, err = company.Found(context.Background(), audit.NewMemory(), company.Founding{ID: "other", Name: "Other", Document: d}, c); err != nil {
		t.Fatalf("found the other company: %v", err)
	}
	return o
}

// invite sends what was sent by the company itself, where it can be sent.
func (o *otherCompany) invite(c *model.Company, ids []string) {
	by := company.By{Actor: company.System("sync"), Reason: "the same"}
	for _, id := range ids {
		i := c.Invitations[c.Find(invite.ID(id))]
		_, err := o.Do(context.Background(), by, company.Invite{Invitation: invite.ID(id), Terms: i.Terms})
		if errors.Is(err, invite.ErrPending) {
			_, _ = o.Do(context.Background(), by, company.RevokeInvitation{Invitation: invite.ID(id)})
		}
	}
}

// lawNoSecretWorksElsewhere: no secret works in another company.
func lawNoSecretWorksElsewhere(t *rapid.T, m *machine) {
	if m.other == nil {
		return
	}
	for id, sent := range m.sent {
		i, ok := m.other.Invitation(id)
		if !ok || i.State != invite.Pending {
			continue
		}
		p := proofOf(i.Terms.Address, i.Terms.Provider, m.clock)
		for _, message := range sent {
			_, err := m.other.Do(context.Background(), company.By{Actor: company.Invitee(p)}, company.AcceptInvitation{Invitation: id, Secret: message.Secret})
			if !errors.Is(err, company.ErrRefused) {
				t.Fatalf("%s of the other company is accepted by a secret of this one: %v", id, err)
			}
		}
		m.hits.Hit("another company")
	}
}
