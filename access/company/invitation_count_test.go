package company

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestLiveIsCounted: however invitations come, go and expire, and whenever they
// are counted, the count is that of a scan of all of them.
func TestLiveIsCounted(t *testing.T) {
	hit := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		var v invitations
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "pass")) * time.Hour)
			n := rapid.IntRange(0, 5).Draw(t, "which")
			a, err := team.ParseAddress(fmt.Sprintf("u%d@x.test", n))
			if err != nil {
				t.Fatal(err)
			}
			i := invite.Invitation{ID: invite.ID(fmt.Sprint(n)), Terms: invite.Terms{Address: a}}
			i.State = rapid.SampledFrom([]invite.State{invite.Pending, invite.Pending, invite.Accepted, invite.Revoked}).Draw(t, "state")
			if hours := rapid.IntRange(0, 5).Draw(t, "hours"); hours > 0 {
				i.Expires = at.Add(time.Duration(hours) * time.Hour)
			}
			v = v.with(i)
			for later := range 7 {
				at, want := at.Add(time.Duration(later)*time.Hour), 0
				for _, i := range v.all.All() {
					if i.StateAt(at) == invite.Pending {
						want++
					}
				}
				hit[want == v.open.Len()]++
				if got := v.live(at); got != want {
					t.Fatalf("%d are live at %v, want %d", got, at, want)
				}
			}
		}
	})
	if !testing.Short() && (hit[true] == 0 || hit[false] == 0) {
		t.Errorf("none, or all, of the open ones were ever live: %v", hit)
	}
}

// TestOpenInvitationsAreBounded: a user who sent as many as there may be can
// still be removed in one event.
func TestOpenInvitationsAreBounded(t *testing.T) {
	c := &Company{config: Config{Deliver: func(context.Context, invite.Message) error { return nil }}}
	p := &proposal{guard: guard{company: c}, rand: rand.Reader}
	p.policy = access.MustLoad(`{}`)
	token := snapshot.NewToken()
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
