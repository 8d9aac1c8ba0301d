package company

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestInvitationsAreInOrder: however invitations come, go and expire, and
// whatever they are asked at whatever time, the answer is that of a scan of all
// of them. Time may be set back.
func TestInvitationsAreInOrder(t *testing.T) {
	hit := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		var v invitations
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		addresses := []team.Address{team.MustParseAddress("u1@x.test"), team.MustParseAddress("U1@x.test"), team.MustParseAddress("u2@x.test")}
		users := []team.UserID{"ann", "bob", "system ann", "ops"}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(-1, 3).Draw(t, "pass")) * time.Hour)
			id := invite.ID(fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "which")))
			i := invite.Invitation{ID: id, Terms: invite.Terms{Address: rapid.SampledFrom(addresses).Draw(t, "address")}}
			if was, ok := v.get(id); ok {
				i.Terms = was.Terms // which never changes its address
			}
			i.Sponsor.User = rapid.SampledFrom(users).Draw(t, "user")
			if rapid.Bool().Draw(t, "system") {
				i.Sponsor = invite.Sponsor{System: string(i.Sponsor.User)}
			}
			i.State = rapid.SampledFrom([]invite.State{invite.Pending, invite.Pending, invite.Accepted, invite.Revoked}).Draw(t, "state")
			if hours := rapid.IntRange(-1, 5).Draw(t, "hours"); hours > 0 {
				i.Expires = at.Add(time.Duration(hours) * time.Hour)
			}
			if rapid.Bool().Draw(t, "delivered") {
				i.Delivered = at
			}
			if v = v.with(i); rapid.Bool().Draw(t, "sent") {
				v = v.sent(i)
			}
			checkOrders(t, &v, at, addresses, users, hit)
		}
	})
	if hit[true] == 0 || hit[false] == 0 {
		t.Errorf("none, or all, of the open ones were ever live: %v", hit)
	}
}

// checkOrders compares every answer about invitations with that of a scan.
func checkOrders(t *rapid.T, v *invitations, at time.Time, addresses []team.Address, users []team.UserID, hit map[bool]int) {
	t.Helper()
	for later := -3; later < 7; later++ {
		at := at.Add(time.Duration(later) * time.Hour)
		want := len(scan(v, func(i invite.Invitation) bool { return i.StateAt(at) == invite.Pending }))
		hit[want == v.open.Len()]++
		if got := v.live(at); got != want {
			t.Fatalf("%d are live at %v, want %d", got, at, want)
		}
	}
	pending := func(i invite.Invitation) bool { return i.State == invite.Pending }
	for _, u := range users {
		same(t, "sponsored by "+string(u), v.sponsored(u), scan(v, func(i invite.Invitation) bool { return pending(i) && i.Sponsor.User == u }))
	}
	for _, a := range addresses {
		same(t, "open to "+a.String(), v.openTo(a), scan(v, func(i invite.Invitation) bool { return pending(i) && i.Terms.Address.Equal(a) }))
	}
	same(t, "undelivered", slices.Collect(v.each(v.undelivered)), scan(v, func(i invite.Invitation) bool { return pending(i) && i.Delivered.IsZero() }))
	same(t, "open", slices.Collect(v.pending()), scan(v, pending))
}

// scan returns the invitations of a kind, by looking at all.
func scan(v *invitations, of func(invite.Invitation) bool) (all []invite.Invitation) {
	for _, i := range persist.All(&v.all) {
		if of(*i) {
			all = append(all, *i)
		}
	}
	return all
}

func same(t *rapid.T, what string, got, want []invite.Invitation) {
	t.Helper()
	byID := func(a, b invite.Invitation) int { return cmp.Compare(a.ID, b.ID) }
	if slices.SortFunc(want, byID); !slices.IsSortedFunc(got, byID) && what != "undelivered" && what != "open" {
		t.Fatalf("%s, and not in order: %+v", what, got)
	}
	slices.SortFunc(got, byID)
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Fatalf("%s are %+v, want %+v", what, got, want)
	}
}

// TestOpenInvitationsAreBounded: a user who sent as many as there may be can
// still be removed in one event.
func TestOpenInvitationsAreBounded(t *testing.T) {
	c := &Company{config: Config{Deliver: func(context.Context, invite.Message) error { return nil }}}
	p := &proposal{guard: guard{company: c}, rand: rand.Reader}
	p.policy = access.MustLoad(`{}`)
	token := persist.NewToken()
	for n := range uint32(maxOpen) {
		p.invitations.open.Add(token, n)
	}
	for state, want := range map[invite.State]bool{invite.None: true, invite.Revoked: true, invite.Pending: false} {
		_, err := p.prepare(invite.Invitation{State: state})
		if errors.Is(err, ErrLimit) != want {
			t.Errorf("sending one that is %v: %v", state, err)
		}
	}
}

// TestUnderWayIsForgotten: addresses that messages went to are kept no longer
// than the cool-down asks for.
func TestUnderWayIsForgotten(t *testing.T) {
	var u underway
	at, most := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 0
	for n := range 10_000 {
		at = at.Add(time.Second)
		a := team.MustParseAddress(fmt.Sprintf("u%d@x.test", n))
		u.begin([]message{{Invitation: invite.Invitation{Terms: invite.Terms{Address: a}}}}, at, time.Minute)
		if most = max(most, len(u.since)); !u.to(a).Equal(at) {
			t.Fatalf("the last one went out at %v", u.to(a))
		}
	}
	if most > 300 {
		t.Errorf("%d addresses were kept at once", most)
	}
}
