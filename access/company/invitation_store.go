package company

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// kindInvitation is the kind of invitations in targets, and among used ids.
const kindInvitation access.Kind = "invitation"

// invitations is all invitations of a company. It never changes.
type invitations struct {
	all  snapshot.Book[*invite.Invitation]
	last snapshot.Index // the one sent last to a mailbox, by its key; no other there is live
	open snapshot.Set   // those recorded as pending, expired ones included

	// How many of open were live when they were counted last, and until when that
	// holds: not later than the first of them expires, and zero is for ever.
	// Counting may look at all open invitations, so code that a stranger can reach
	// must not call live.
	counted int
	until   time.Time
}

// live returns how many invitations can be accepted at an instant that is not
// before the last change.
func (v invitations) live(at time.Time) int { return v.recounted(at).counted }

// recounted returns the same invitations with a count that holds at an instant.
func (v invitations) recounted(at time.Time) invitations {
	if !team.End(v.until).Ended(at) {
		return v
	}
	v.counted, v.until = 0, time.Time{}
	for i := range v.pending() {
		v.count(i, at)
	}
	return v
}

func (v *invitations) count(i invite.Invitation, at time.Time) {
	if i.StateAt(at) != invite.Pending {
		return
	}
	v.counted++
	if later(v.until, i.Expires) {
		v.until = i.Expires
	}
}

// with returns v with one invitation added or changed at an instant.
func (v invitations) with(i invite.Invitation, at time.Time) invitations {
	return v.put(snapshot.NewToken(), i, at)
}

// sent returns v with one invitation sent or re-sent at an instant.
func (v invitations) sent(i invite.Invitation, at time.Time) invitations {
	token := snapshot.NewToken()
	v = v.put(token, i, at)
	no, _, _ := v.all.Find(string(i.ID))
	v.last.Put(token, i.Terms.Address.Key(), no)
	return v
}

func (v invitations) put(token *snapshot.Token, i invite.Invitation, at time.Time) invitations {
	v = v.recounted(at)
	if _, old, ok := v.all.Find(string(i.ID)); ok && old.StateAt(at) == invite.Pending {
		v.counted--
	}
	no := v.all.Add(token, string(i.ID), &i)
	if i.State == invite.Pending {
		v.open.Add(token, no)
		v.count(i, at)
	} else {
		v.open.Remove(token, no)
	}
	return v
}

// get returns an invitation. Without one it is zero, in the state none.
func (v *invitations) get(id invite.ID) (invite.Invitation, bool) {
	if _, i, ok := v.all.Find(string(id)); ok {
		return *i, true
	}
	return invite.Invitation{}, false
}

// to returns the invitation sent last to a mailbox.
func (v *invitations) to(a invite.Address) invite.Invitation {
	if no, ok := v.last.Get(a.Key()); ok {
		return *v.all.At(no)
	}
	return invite.Invitation{}
}

// pending returns the invitations recorded as pending, expired ones included.
func (v *invitations) pending() iter.Seq[invite.Invitation] {
	return func(yield func(invite.Invitation) bool) {
		for no := range v.open.All() {
			if !yield(*v.all.At(no)) {
				return
			}
		}
	}
}

// sponsored returns the pending invitations whose sponsor is a user, expired ones
// included, in byte order of their ids. It looks at every pending one. They share
// nothing with the state.
func (v *invitations) sponsored(id team.UserID) []invite.Invitation {
	var all []invite.Invitation
	for i := range v.pending() {
		if i.Sponsor.User == id {
			all = append(all, detached(i))
		}
	}
	slices.SortFunc(all, func(a, b invite.Invitation) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Invitation returns an invitation, also one that is closed.
func (c *Company) Invitation(id invite.ID) (invite.Invitation, bool) {
	i, ok := c.journal.Current().invitations.get(id)
	return detached(i), ok
}

// detached returns an invitation that shares nothing with the state.
func detached(i invite.Invitation) invite.Invitation {
	i.Terms.Teams = slices.Clone(i.Terms.Teams)
	return i
}

// Invitations returns all invitations, also those that are closed, in the order
// they were first sent.
func (c *Company) Invitations() iter.Seq[invite.Invitation] {
	s := c.journal.Current()
	return func(yield func(invite.Invitation) bool) {
		for _, i := range s.invitations.all.All() {
			if !yield(detached(*i)) {
				return
			}
		}
	}
}

// WhyOnHold returns nil if the person whom an invitation is for could accept it
// now. Otherwise it says why not: by its state, with an error of package invite,
// or while it is pending what would keep its sponsor from sending it now.
func (c *Company) WhyOnHold(id invite.ID) error {
	now := c.guard(c.journal.Point())
	i, _ := now.invitations.get(id)
	_, err := i.StateAt(now.at).Next(invite.Accept)
	if err == nil {
		err = now.maySend(sponsor(i), Invite{}, i.Terms)
	}
	if err != nil {
		return &Error{Op: "why on hold", Err: err}
	}
	return nil
}

// sponsor returns the sponsor of an invitation as an actor.
func sponsor(i invite.Invitation) Actor {
	return Actor{user: i.Sponsor.User, system: i.Sponsor.System}
}
