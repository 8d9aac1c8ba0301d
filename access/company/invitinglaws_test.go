package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// witness is all that was sent and closed. The laws go by it, and not by the
// model.
type witness struct {
	letters map[invite.ID][]letter // in the order they were delivered
	closed  map[invite.ID]string   // as it was when it was closed
	used    map[string]bool        // secrets that did something
	texts   map[string]string      // what a stranger hears
}

// letter is a message as it was delivered. Not every generation has one: what is
// sent and sent anew in one event is delivered once.
type letter struct {
	invite.Message
	generation int
}

func newWitness() *witness {
	return &witness{letters: map[invite.ID][]letter{}, closed: map[invite.ID]string{}, used: map[string]bool{}, texts: map[string]string{}}
}

// last is the secret delivered last, or none.
func (w *witness) last(id string) invite.Secret {
	all := w.letters[invite.ID(id)]
	if len(all) == 0 {
		return invite.Secret{}
	}
	return all[len(all)-1].Secret
}

// right reports whether a secret was sent with a generation.
func (w *witness) right(id string, generation int, s invite.Secret) bool {
	return slices.ContainsFunc(w.letters[invite.ID(id)], func(l letter) bool {
		return l.generation == generation && !s.IsZero() && l.Secret.Reveal() == s.Reveal()
	})
}

// snapshot is a company before something happens.
type snapshot struct {
	policy      *access.Policy
	invitations map[invite.ID]invite.Invitation
	checkpoint  audit.Checkpoint
}

func (m *inviting) snapshot() snapshot {
	s := snapshot{policy: m.company.Policy(), invitations: map[invite.ID]invite.Invitation{}, checkpoint: m.company.Checkpoint()}
	for i := range m.company.Invitations() {
		s.invitations[i.ID] = i
	}
	return s
}

// laws are those that hold of every state.
func (m *inviting) laws(t *rapid.T) {
	m.lawClosedStays(t)
	m.lawOneLiveForAnAddress(t)
	m.lawSeats(t)
	m.lawDigestIsBound(t)
}

// A closed invitation never changes again.
func (m *inviting) lawClosedStays(t *rapid.T) {
	for i := range m.company.Invitations() {
		now := readable(i) + i.Digest.String()
		before, closed := m.witness.closed[i.ID]
		if closed && now != before {
			t.Fatalf("closed as %s, now %s", before, now)
		}
		if i.State != invite.Pending {
			m.witness.closed[i.ID] = now
		} else if closed {
			t.Fatalf("%s was closed", i.ID)
		}
	}
}

// At most one invitation to an address can be accepted.
func (m *inviting) lawOneLiveForAnAddress(t *rapid.T) {
	live := map[string]invite.ID{}
	for i := range m.company.Invitations() {
		key := strings.ToLower(i.Terms.Address.String())
		if i.StateAt(m.at()) != invite.Pending {
			continue
		}
		if other, ok := live[key]; ok {
			t.Fatalf("%s has %s and %s", key, other, i.ID)
		}
		live[key] = i.ID
	}
}

// Users and invitations that can be accepted never exceed the seats.
func (m *inviting) lawSeats(t *rapid.T) {
	taken := 0
	for range m.company.Policy().Directory().Users() {
		taken++
	}
	for i := range m.company.Invitations() {
		if i.StateAt(m.at()) == invite.Pending {
			taken++
		}
	}
	if seats := m.company.Limits().Seats; seats > 0 && taken > seats {
		t.Fatalf("%d of %d seats taken", taken, seats)
	}
}

// What is kept of a secret fits one generation of one invitation to one address
// in one company, and nothing else.
func (m *inviting) lawDigestIsBound(t *rapid.T) {
	for id, letters := range m.witness.letters {
		i, _ := m.company.Invitation(id)
		last := letters[len(letters)-1]
		s, c := last.Secret, i.Claim("acme")
		others := []invite.Claim{i.Claim("twin"), c, c, c, c}
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

// No secret does anything twice, late, for another address, or another
// generation or company than it was sent for.
func (m *inviting) lawSecretsWorkOnce(t *rapid.T, before snapshot, e errand, r company.Receipt) {
	for _, c := range e.changes {
		var id invite.ID
		var s invite.Secret
		switch c := c.(type) {
		case company.AcceptInvitation:
			id, s = c.Invitation, c.Secret
		case company.DeclineInvitation:
			id, s = c.Invitation, c.Secret
		default:
			continue
		}
		was, letters := before.invitations[id], m.witness.letters[id]
		last := letters[len(letters)-1]
		switch {
		case last.Secret.Reveal() != s.Reveal():
			t.Fatalf("%s was answered with a secret that is not the last", id)
		case m.witness.used[s.Reveal()]:
			t.Fatalf("%s was answered with a secret used before", id)
		case !was.Expires.IsZero() && !r.Time.Before(was.Expires) || was.State != invite.Pending:
			t.Fatalf("%s was answered late: %s at %v", id, readable(was), r.Time)
		case !e.proof.Address().Equal(last.To) || last.To != was.Terms.Address:
			t.Fatalf("%s was answered from %s, sent to %s", id, e.proof.Address(), last.To)
		case r.Time.Sub(e.proof.Time()) > m.house.proofAge || was.Terms.Provider != "" && was.Terms.Provider != e.proof.Provider():
			t.Fatalf("%s was answered with the proof %+v", id, e.proof)
		}
		m.witness.used[s.Reveal()] = true
	}
	for _, c := range r.Changes {
		accepted, _ := c.(company.AcceptInvitation)
		declined, _ := c.(company.DeclineInvitation)
		if !accepted.Secret.IsZero() || !declined.Secret.IsZero() {
			t.Fatalf("the receipt of %T has a secret", c)
		}
	}
}

// Nobody gets a role, a team or a longer time than the sponsor could give at the
// moment of acceptance.
func (m *inviting) lawNobodyGivesMoreThanHeCan(t *rapid.T, before snapshot, r company.Receipt) {
	for n, c := range r.Changes {
		c, ok := c.(company.AcceptInvitation)
		if !ok || n > 0 {
			continue // the second is asked of a state that was never published
		}
		was, p := before.invitations[c.Invitation], before.policy.At(r.Time)
		u, _ := m.company.Policy().Directory().User(c.User)
		gets := []bool{was.State == invite.Pending, u.Role == was.Terms.Role, u.Until.Equal(c.Until), !team.End(u.Until).Ended(r.Time), !u.Suspended,
			!outlasts(u.Until, was.Terms.End(r.Time))}
		if s := was.Sponsor.User; s != "" {
			sponsor, _ := p.Directory().User(s)
			gets = append(gets, p.Decide(access.User(s), access.InviteUser, access.Company()).Allowed,
				p.Decide(access.User(s), access.GrantRole, access.Role(u.Role)).Allowed, sponsor.Active(r.Time), !outlasts(u.Until, sponsor.Until))
		} else {
			gets = append(gets, slices.Contains(m.house.systems[was.Sponsor.System], "invitation.send"))
		}
		for member := range m.company.Policy().Directory().Memberships(c.User) {
			gets = append(gets, slices.Contains(was.Terms.Teams, member.Team))
			if s := was.Sponsor.User; s != "" {
				gets = append(gets, p.Decide(access.User(s), access.SetTeamMembers, access.Team(member.Team)).Allowed)
			}
		}
		if slices.Contains(gets, false) {
			t.Fatalf("%+v became %+v: %v", was, u, gets)
		}
		m.hits.hit("accepted by the law")
	}
}

// Until secret and proof are right, whatever is wrong has one text.
func (m *inviting) lawOneTextForAll(t *rapid.T, err error, want ruling) {
	var e *company.Error
	errors.As(err, &e)
	text := strings.Replace(e.Error(), e.Change, "answer", 1)
	key := string(want.public)
	if e.Index > 1 {
		key += " later"
	}
	if before, ok := m.witness.texts[key]; ok && before != text {
		t.Fatalf("for %q a stranger hears %q, and before %q", want.verdicts(), text, before)
	}
	m.witness.texts[key] = text
	var denied *access.DeniedError
	if errors.As(err, &denied) || invitingVerdict(err) != "" {
		t.Fatalf("a stranger can tell that it was %q", invitingVerdict(err))
	}
}

// Looking changes nothing, shows the offer to whoever has the last secret of an
// invitation that can be accepted, and tells all others the same.
func (m *inviting) lawLookingChangesNothing(t *rapid.T) {
	before := m.company.Checkpoint()
	try := func(id invite.ID, s invite.Secret, live bool) {
		offer, err := m.company.Offer(id, s)
		if (err == nil) != live {
			t.Fatalf("%s shows itself: %v, want %v\n%s", id, err, live, m.state(t))
		}
		if err != nil {
			if !errors.Is(err, company.ErrRefused) || offer != (invite.Offer{}) || err.Error() != "company: offer: it cannot be used" {
				t.Fatalf("%s: %+v, %v", id, offer, err)
			}
			m.hits.hit("looked in vain")
			return
		}
		i := m.office.invitations[m.office.find(id)]
		r, _ := m.office.role(string(i.terms.Role))
		if want := m.office.offer(i, r); offer != want {
			t.Fatalf("%s shows %+v, want %+v", id, offer, want)
		}
		m.hits.hit("looked")
	}
	for id, letters := range m.witness.letters {
		i, _ := m.company.Invitation(id)
		for n, letter := range letters {
			try(id, letter.Secret, n == len(letters)-1 && i.StateAt(m.at()) == invite.Pending)
			try("nope", letter.Secret, false)
		}
		try(id, m.twin.secrets[string(id)], false)
		try(id, invite.Secret{}, false)
	}
	if m.company.Checkpoint() != before {
		t.Fatalf("looking made an event")
	}
}

// A fork is the company with a log of its own, so that what is tried there did
// not happen.
func (m *inviting) fork(t *rapid.T) *company.Company {
	log := audit.NewMemory()
	for _, e := range logged(t, m.log) {
		if err := log.Append(context.Background(), e); err != nil {
			t.Fatalf("fork: %v", err)
		}
	}
	c := m.config()
	if c.Deliver != nil {
		c.Deliver = func(context.Context, invite.Message) error { return nil }
	}
	fork, err := company.Open(context.Background(), log, c)
	if err != nil {
		t.Fatalf("fork: %v", err)
	}
	return fork
}

// Of all secrets that were ever delivered, the last one of an invitation accepts
// it, if nothing holds it, and no other does.
func (m *inviting) lawOnlyTheLastLetterWorks(t *rapid.T) {
	for i := range m.company.Invitations() {
		if i.StateAt(m.at()) != invite.Pending {
			continue
		}
		fork := m.fork(t)
		p := proven(i.Terms.Address, i.Terms.Provider, m.at())
		accept := func(s invite.Secret) error {
			_, err := fork.Do(context.Background(), company.By{Actor: company.Invitee(p)}, company.AcceptInvitation{Invitation: i.ID, Secret: s})
			return err
		}
		var last invite.Secret
		for _, id := range sortedKeys(m.witness.letters) {
			for n, letter := range m.witness.letters[id] {
				if id == i.ID && n == len(m.witness.letters[id])-1 {
					last = letter.Secret
				} else if err := accept(letter.Secret); !errors.Is(err, company.ErrRefused) {
					t.Fatalf("%s is accepted by a secret of %s: %v", i.ID, id, err)
				}
			}
		}
		held := m.company.WhyOnHold(i.ID)
		switch err := accept(last); {
		case held == nil && err != nil, held != nil && !errors.Is(err, company.ErrHeld):
			t.Fatalf("%s is held for %v, and accepting it gives %v", i.ID, held, err)
		}
		if err := accept(last); held == nil && !errors.Is(err, company.ErrRefused) {
			t.Fatalf("%s is accepted twice: %v", i.ID, err)
		}
		m.hits.hit("the last letter")
	}
	m.twin.lawNoSecretOfAnother(t, m)
}

// The messages are the only place a secret is written down.
func (m *inviting) lawNoSecretIsWrittenDown(t *rapid.T) {
	var all strings.Builder
	for _, e := range logged(t, m.log) {
		line, err := audit.Encode(e)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		all.Write(line)
	}
	for _, text := range m.witness.texts {
		all.WriteString(text)
	}
	all.WriteString(m.state(t))
	for id, letters := range m.witness.letters {
		for _, letter := range letters {
			if text := letter.Secret.Reveal(); len(text) != 43 || strings.Contains(all.String(), text) {
				t.Fatalf("the secret of %s, of %d letters, is written down", id, len(text))
			}
		}
	}
}

// twin is another company that began with the same document and sends
// invitations of the same ids and terms.
type twin struct {
	*company.Company
	secrets map[string]invite.Secret // of the message sent last, by invitation
}

func newTwin(t fatal, d *document.Document, clock *time.Time) *twin {
	w := &twin{secrets: map[string]invite.Secret{}}
	c := &company.Config{Now: func() time.Time { return *clock }, Systems: map[string][]company.Change{"sync": company.Types()}, Origin: "https://acme.test/join",
		Invitations: company.InvitationLimits{TTL: -1, Cooldown: -1},
		Deliver: func(_ context.Context, m invite.Message) error {
			w.secrets[string(m.Invitation)] = m.Secret
			return nil
		}}
	var err error
	if w.Company, err = company.Found(context.Background(), audit.NewMemory(), company.Founding{ID: "twin", Name: "Twin", Document: d}, c); err != nil {
		t.Fatalf("found the twin: %v", err)
	}
	return w
}

// mirror sends what was sent here there too, where it goes.
func (w *twin) mirror(o *office, ids []string) {
	by := company.By{Actor: company.System("sync"), Reason: "the same"}
	for _, id := range ids {
		i := o.invitations[o.find(invite.ID(id))]
		_, err := w.Do(context.Background(), by, company.Invite{Invitation: invite.ID(id), Terms: i.terms})
		if errors.Is(err, invite.ErrPending) {
			_, _ = w.Do(context.Background(), by, company.RevokeInvitation{Invitation: invite.ID(id)})
		}
	}
}

// No secret works in another company.
func (w *twin) lawNoSecretOfAnother(t *rapid.T, m *inviting) {
	for id, letters := range m.witness.letters {
		i, ok := w.Invitation(id)
		if !ok || i.State != invite.Pending {
			continue
		}
		p := proven(i.Terms.Address, i.Terms.Provider, m.clock)
		for _, letter := range letters {
			_, err := w.Do(context.Background(), company.By{Actor: company.Invitee(p)}, company.AcceptInvitation{Invitation: id, Secret: letter.Secret})
			if !errors.Is(err, company.ErrRefused) {
				t.Fatalf("%s of the twin is accepted by a secret of another company: %v", id, err)
			}
		}
		m.hits.hit("the twin")
	}
}
