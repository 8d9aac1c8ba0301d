package company

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/ordered"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// kindInvitation is the kind of invitations in targets, and among used ids.
const kindInvitation access.Kind = "invitation"

// invitations is all invitations of a company. It never changes.
type invitations struct {
	all  persist.Book[*invite.Invitation]
	last persist.Index[uint32] // the one sent last to a mailbox, by its key; no other there is live

	reached persist.Book[time.Time] // when a message was delivered last, by key of the mailbox

	// Those recorded as pending, expired ones included: all of them, those whose
	// message was not delivered, and in order of sponsor, mailbox and expiry.
	open        persist.Set
	undelivered persist.Set
	bySponsor   ordered.Set[mark]
	byMailbox   ordered.Set[mark]
	byExpiry    ordered.Set[mark]
}

// mark is the place of an invitation in an order: by a text or by an end, and
// then by its number.
type mark struct {
	text string
	end  time.Time // zero is never, the latest
	no   uint32
}

// Compare implements [ordered.Member].
func (m mark) Compare(o mark) int {
	if c := cmp.Compare(m.text, o.text); c != 0 {
		return c
	}
	switch {
	case later(m.end, o.end):
		return 1
	case later(o.end, m.end):
		return -1
	}
	return cmp.Compare(m.no, o.no)
}

// live returns how many invitations can be accepted at an instant, which may be
// any: time may be set back. It looks at as many as the logarithm of those that
// are open.
func (v *invitations) live(at time.Time) int {
	return v.byExpiry.Len() - v.byExpiry.Below(mark{end: at.Add(1)})
}

// with returns v with one invitation added or changed.
func (v invitations) with(i invite.Invitation) invitations {
	return v.put(persist.NewToken(), i)
}

// sent returns v with one invitation sent or re-sent.
func (v invitations) sent(i invite.Invitation) invitations {
	token := persist.NewToken()
	v = v.put(token, i)
	no, _, _ := v.all.Find(string(i.ID))
	v.last.Put(token, i.Terms.Address.Key(), no)
	return v
}

func (v invitations) put(token *persist.Token, i invite.Invitation) invitations {
	old, _ := v.get(i.ID)
	if !i.Delivered.IsZero() && !i.Delivered.Equal(old.Delivered) {
		v.reached.Add(token, i.Terms.Address.Key(), i.Delivered)
	}
	no := v.all.Add(token, string(i.ID), &i)
	was, is := old.State == invite.Pending, i.State == invite.Pending
	include(&v.open, token, no, is)
	include(&v.undelivered, token, no, is && i.Delivered.IsZero())
	move := func(in *ordered.Set[mark], from, to mark) {
		if was && (!is || from.Compare(to) != 0) {
			*in = in.Without(from)
		}
		if is {
			*in = in.With(to) // which costs a look if it is there
		}
	}
	move(&v.bySponsor, mark{text: sponsorKey(old.Sponsor), no: no}, mark{text: sponsorKey(i.Sponsor), no: no})
	move(&v.byMailbox, mark{text: old.Terms.Address.Key(), no: no}, mark{text: i.Terms.Address.Key(), no: no})
	move(&v.byExpiry, mark{end: old.Expires, no: no}, mark{end: i.Expires, no: no})
	return v
}

// include makes a number a member of a set, or takes it out.
func include(in *persist.Set, token *persist.Token, no uint32, is bool) {
	if is {
		in.Add(token, no)
	} else {
		in.Remove(token, no)
	}
}

// sponsorKey is a text for each sponsor.
func sponsorKey(s invite.Sponsor) string {
	if s.System != "" {
		return "system " + s.System
	}
	return "user " + string(s.User)
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
	if no, ok := v.last.Find(a.Key()); ok {
		return *v.all.At(no)
	}
	return invite.Invitation{}
}

// reachedAt returns when a message was delivered to a mailbox last, by whichever
// invitation; zero is never.
func (v *invitations) reachedAt(a invite.Address) time.Time {
	_, at, _ := v.reached.Find(a.Key())
	return at
}

// pending returns the invitations recorded as pending, expired ones included.
func (v *invitations) pending() iter.Seq[invite.Invitation] { return v.each(v.open) }

// each returns the invitations with these numbers, in the order they were first
// sent. They share nothing with the state.
func (v *invitations) each(numbers persist.Set) iter.Seq[invite.Invitation] {
	all := v.all
	return func(yield func(invite.Invitation) bool) {
		for no := range numbers.All() {
			if !yield(detached(*all.At(no))) {
				return
			}
		}
	}
}

// sponsored returns the pending invitations whose sponsor is a user, expired ones
// included, in byte order of their ids. It looks at no other. They share nothing
// with the state.
func (v *invitations) sponsored(id team.UserID) []invite.Invitation {
	return v.marked(v.bySponsor, sponsorKey(invite.Sponsor{User: id}))
}

// openTo returns the pending invitations to a mailbox, expired ones included, in
// byte order of their ids. It looks at no other. They share nothing with the
// state.
func (v *invitations) openTo(a team.Address) []invite.Invitation {
	return v.marked(v.byMailbox, a.Key())
}

func (v *invitations) marked(in ordered.Set[mark], text string) []invite.Invitation {
	var all []invite.Invitation
	for m := range in.From(mark{text: text}) {
		if m.text != text {
			break
		}
		all = append(all, detached(*v.all.At(m.no)))
	}
	slices.SortFunc(all, byID)
	return all
}

func idOf(i invite.Invitation) invite.ID { return i.ID }

func byID(a, b invite.Invitation) int { return cmp.Compare(a.ID, b.ID) }

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
		for _, i := range persist.All(&s.invitations.all) {
			if !yield(detached(*i)) {
				return
			}
		}
	}
}

// UndeliveredInvitations returns the pending invitations whose message, as it
// was made last, is not known to have been delivered, in the order they were
// first sent. Expired ones are among them. It is what the log says, so also
// after a restart, and costs what it returns. [Company.DeliverPending] gives them
// out again. A message that is under way, or
// that [Config.Deliver] put into a queue, is among them until its delivery is
// recorded.
func (c *Company) UndeliveredInvitations() iter.Seq[invite.Invitation] {
	s := c.journal.Current()
	return s.invitations.each(s.invitations.undelivered)
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
