package company_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// delivered checks the messages of a request: one for each invitation that it
// sent and left pending.
func (m *machine) delivered(t *rapid.T, after *model.Company, failed []company.Undelivered) {
	var want, got []string
	for _, i := range after.Invitations {
		if i.Message > m.model.Messages && i.State == invite.Pending {
			want = append(want, i.ID)
		}
	}
	for _, message := range m.mail {
		n := after.Find(message.Invitation)
		if n < 0 {
			t.Fatalf("a message for %s, which should not be\n%s", message.Invitation, m.printed(t))
		}
		i := after.Invitations[n]
		got = append(got, i.ID)
		is := invite.Message{Invitation: invite.ID(i.ID), To: i.Terms.Address, Origin: "https://acme.test/join", Secret: message.Secret, Offer: after.Offer(i)}
		if got, want := fmt.Sprintf("%+v", message), fmt.Sprintf("%+v", is); got != want {
			t.Fatalf("message\n     %s\nwant %s", got, want)
		}
		m.sent[message.Invitation] = append(m.sent[message.Invitation], sentMessage{message, i.Generation})
	}
	slices.Sort(got)
	slices.Sort(want)
	failing := m.fails == errLost
	if m.fails == errQueued && len(want) > 0 {
		m.hits.Hit("queued")
	}
	if !slices.Equal(got, want) || failing && len(failed) != len(want) || !failing && len(failed) > 0 {
		t.Fatalf("messages for %v, %d of them failed, want %v", got, len(failed), want)
	}
	if len(failed) > 0 {
		m.hits.Hit("not delivered")
	}
	if m.other != nil {
		m.other.invite(after, want)
	}
}

// invariant compares the company with the model, and a reader of the log with
// both.
func (m *machine) invariant(t *rapid.T) {
	m.sameInvitations(t, m.company)
	for _, i := range m.model.Invitations {
		m.onHold(t, invite.ID(i.ID))
	}
	m.onHold(t, "nope")
	m.undelivered(t)
	for _, l := range m.laws {
		if l.state != nil {
			l.state(t, m)
		}
	}
	if n := uint64(len(m.moments)); m.company.Checkpoint().Seq != n || len(events(t, m.log)) != int(n) {
		t.Fatalf("%v, and %d events, want %d", m.company.Checkpoint(), len(events(t, m.log)), n)
	}
	if m.checked == m.company.Checkpoint().Seq {
		if got, want := text(t, m.company.Policy()), m.moments[len(m.moments)-1].document; got != want {
			t.Fatalf("no event, and the state (-want +got):\n%s", cmp.Diff(want, got))
		}
		return
	}
	m.checked = m.company.Checkpoint().Seq
	if got, want := text(t, m.company.Policy()), text(t, m.model.Compile(t)); got != want {
		t.Fatalf("state (-want +got):\n%s", cmp.Diff(want, got))
	}
	if limits := m.model.BoundBy(m.config); m.company.Name() != m.model.Name || m.company.Limits() != limits {
		t.Fatalf("%s with %+v, want %s with %+v", m.company.Name(), m.company.Limits(), m.model.Name, limits)
	}
	if err := m.reader.Sync(context.Background()); err != nil {
		t.Fatalf("sync: %v", err)
	}
	m.same(t, m.reader)
	if m.checked%3 == 0 {
		m.throughSnapshot(t)
	}
	m.sponsors(t)
	for _, l := range m.laws {
		if l.event != nil {
			l.event(t, m)
		}
	}
}

// snapshotDifference shows two snapshots around the place where they differ.
func snapshotDifference(a, b []byte) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(s []byte) string { return fmt.Sprintf("%q", s[max(0, n-200):min(len(s), n+60)]) }
	return around(a) + "\n" + around(b)
}

// throughSnapshot has the reader go on from a snapshot: nothing that either knows
// may be lost on the way, or be another thing than what replay makes.
func (m *machine) throughSnapshot(t *rapid.T) {
	want := snapshotOf(t, m.company)
	if got := snapshotOf(t, m.reader); !bytes.Equal(got, want) {
		t.Fatalf("replay makes another state, by its snapshot:\n%s\n%s", snapshotDifference(got, want), m.printed(t))
	}
	config := m.companyConfig()
	config.Snapshot = readerOf(want)
	c, err := company.Open(context.Background(), m.log, config)
	if err != nil || c.Health().Snapshot != nil {
		t.Fatalf("from a snapshot: %v, %v", err, c.Health().Snapshot)
	}
	if !bytes.Equal(snapshotOf(t, c), want) {
		t.Fatalf("a snapshot of what was read from a snapshot is another one\n%s", m.printed(t))
	}
	m.reader = c
}

// same compares what was replayed from the log with what was done.
func (m *machine) same(t *rapid.T, replayed *company.Company) {
	m.sameInvitations(t, replayed)
	if got, want := text(t, replayed.Policy()), text(t, m.company.Policy()); got != want {
		t.Fatalf("replayed (-want +got):\n%s", cmp.Diff(want, got))
	}
	if replayed.Name() != m.company.Name() || replayed.Limits() != m.company.Limits() || replayed.Checkpoint() != m.company.Checkpoint() {
		t.Fatalf("replayed %s %+v %v", replayed.Name(), replayed.Limits(), replayed.Checkpoint())
	}
}

// withoutDigest is an invitation as text, without its digest.
func withoutDigest(i invite.Invitation) string {
	i.Digest = invite.Digest{}
	return fmt.Sprintf("%+v", i)
}

// sameInvitations compares the invitations of a company with those of the model.
func (m *machine) sameInvitations(t *rapid.T, c *company.Company) {
	n := 0
	for got := range c.Invitations() {
		if n == len(m.model.Invitations) {
			t.Fatalf("one invitation too many: %s", withoutDigest(got))
		}
		w := m.model.Invitations[n]
		want := withoutDigest(invite.Invitation{ID: invite.ID(w.ID), Terms: w.Terms, Sponsor: w.Sponsor, Generation: w.Generation, Sent: w.Sent,
			Expires: w.Expires, Delivered: w.Delivered, State: w.State, Closed: w.Closed, User: team.UserID(w.User)})
		one, ok := c.Invitation(got.ID)
		if withoutDigest(got) != want || !ok || withoutDigest(one) != want || one.Digest != got.Digest {
			t.Fatalf("invitation\n     %s\nwant %s", withoutDigest(got), want)
		}
		if got.StateAt(m.now()) != w.StateAt(m.now()) {
			t.Fatalf("%s is %v at %v, want %v", got.ID, got.StateAt(m.now()), m.now(), w.StateAt(m.now()))
		}
		n++
	}
	if n != len(m.model.Invitations) {
		t.Fatalf("%d invitations, want %d", n, len(m.model.Invitations))
	}
}

// onHold compares what keeps a person invited from accepting.
func (m *machine) onHold(t *rapid.T, id invite.ID) {
	err, want := m.company.WhyOnHold(id), m.model.OnHold(id, m.config, m.clock)
	if (err != nil) != want.Refused() || err != nil && !hasCause(want, err) {
		t.Fatalf("%s is on hold for %v, want one of %q\n%s", id, err, want.Errs(), m.printed(t))
	}
	switch {
	case err == nil:
		m.hits.Hit("not on hold")
	case want.Only() != "":
		m.hits.Hit("on hold " + want.Only())
	}
}

// undelivered compares the invitations whose message is not known to have been
// delivered, whether expired or not.
func (m *machine) undelivered(t *rapid.T) {
	var got, want []string
	for i := range m.company.UndeliveredInvitations() {
		got = append(got, string(i.ID))
	}
	for _, i := range m.model.Invitations {
		if i.State == invite.Pending && i.Delivered.IsZero() {
			want = append(want, i.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("undelivered are %q, want %q", got, want)
	}
	if len(want) > 0 {
		m.hits.Hit("undelivered")
	}
}

// sponsors compares whose invitations are whose.
func (m *machine) sponsors(t *rapid.T) {
	for id := range m.model.Users {
		h, _ := m.company.Holdings(team.UserID(id))
		var got []string
		for _, i := range h.Invitations {
			got = append(got, string(i.ID))
		}
		if want := m.model.Sponsored(id); !slices.Equal(got, want) {
			t.Fatalf("%s is the sponsor of %v, want %v", id, got, want)
		}
	}
}

// finish replays the whole log, and holds the laws about the end.
func (m *machine) finish(t *rapid.T) {
	m.same(t, m.open(t))
	for _, l := range m.laws {
		if l.end != nil {
			l.end(t, m)
		}
	}
}

// lawPast asks for every state that there was, in any order, of the company that
// made them or of one that was opened since, and verifies the log.
var lawPast = law{end: func(t *rapid.T, m *machine) {
	ctx := context.Background()
	order := make([]int, len(m.moments))
	for i := range order {
		order[i] = i
	}
	asked := []*company.Company{m.company, m.open(t)}
	for n, i := range rapid.Permutation(order).Draw(t, "order") {
		h, c := m.moments[i], asked[n%2]
		at, err := c.PolicyAfter(ctx, uint64(i+1))
		if err != nil {
			t.Fatalf("at %d: %v", i+1, err)
		}
		if got := text(t, at); got != h.document {
			t.Fatalf("at %d (-want +got):\n%s", i+1, cmp.Diff(h.document, got))
		}
		asOf, err := c.PolicyAt(ctx, h.time)
		if err != nil {
			t.Fatalf("as of %v: %v", h.time, err)
		}
		instant := h.time
		for _, other := range m.moments[i+1:] { // it is the last that is not later
			if !other.time.After(instant) {
				h = other
			}
		}
		if got := text(t, asOf); got != h.document {
			t.Fatalf("as of %v (-want +got):\n%s", h.time, cmp.Diff(h.document, got))
		}
	}
	if err := audit.Verify(m.log.Events(ctx, 0), m.company.Checkpoint()); err != nil {
		t.Fatalf("verify: %v", err)
	}
}}
