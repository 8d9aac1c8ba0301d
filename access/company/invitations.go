package company

import (
	"cmp"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// kindInvitation is the kind of invitations in targets, and among used ids.
const kindInvitation access.Kind = "invitation"

// InvitationLimits bounds the invitations of a company.
type InvitationLimits struct {
	// TTL is how long an invitation can be accepted: 0 means 30 days, less than
	// 0 for ever, and more than 90 days is refused.
	TTL time.Duration

	// Cooldown is the time between two messages to one address, whether by
	// sending an invitation, sending it anew, amending it, or revoking it and
	// sending another. 0 means a minute, less than 0 none.
	Cooldown time.Duration

	// Pending is how many invitations may be pending and unexpired at once. 0 is
	// any number.
	Pending int

	// ProofAge is how old the proof of an address may be. 0 means an hour. Who
	// comes with an older one hears no more than any stranger, so let people sign
	// in anew before they accept.
	ProofAge time.Duration
}

const (
	defaultTTL      = 30 * 24 * time.Hour
	maxTTL          = 90 * 24 * time.Hour
	defaultCooldown = time.Minute
	defaultProofAge = time.Hour

	// clockSkew is how far the clock of an issuer may be ahead.
	clockSkew = time.Minute
)

// filled returns v with its defaults in place of zeros.
func (v InvitationLimits) filled() InvitationLimits {
	v.TTL = cmp.Or(v.TTL, defaultTTL)
	v.Cooldown = cmp.Or(v.Cooldown, defaultCooldown)
	v.ProofAge = cmp.Or(v.ProofAge, defaultProofAge)
	return v
}

func (v InvitationLimits) check() error {
	if v.TTL > maxTTL || v.Pending < 0 || v.ProofAge < 0 {
		return fmt.Errorf("%w: invitations that expire after %v, at most %d, with proofs of %v", ErrInvalid, v.TTL, v.Pending, v.ProofAge)
	}
	return nil
}

// checkOrigin refuses what links in messages cannot begin with.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("%w: origin: %w", ErrInvalid, err)
	}
	loopback := slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
	plain := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback) ||
		plain.String() != origin || strings.HasSuffix(origin, "/") {
		return fmt.Errorf("%w: origin %q: write it as https://host/path", ErrInvalid, origin)
	}
	return nil
}

// invitations is all invitations of a company. It never changes.
type invitations struct {
	all  snapshot.Book[*invite.Invitation]
	last snapshot.Index // the one sent last to a mailbox, by its key; no other there is live
	open snapshot.Set   // those recorded as pending, expired ones included

	// How many of open were live when it was counted last, and until when that
	// holds: not later than the first of them expires, and zero is for ever.
	// Whoever needs the number may have to count anew, so who needs it not, such
	// as a stranger who tries secrets, must not ask.
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

// sent returns v with one invitation sent at an instant, anew or for the first
// time.
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
func (v *invitations) get(id invite.ID) invite.Invitation {
	if _, i, ok := v.all.Find(string(id)); ok {
		return *i
	}
	return invite.Invitation{}
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

// sponsored returns the pending invitations that a user answers for, expired
// ones included, in byte order of their ids. It looks at every pending one. They
// share nothing with the state.
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
	i := c.journal.Current().invitations.get(id)
	return detached(i), i.State != invite.None
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

// WhyOnHold returns nil if the person an invitation is for could accept it now, and
// otherwise why not: by its state, an error of package invite, and while it is
// pending what keeps it, as if its sponsor sent it now.
func (c *Company) WhyOnHold(id invite.ID) error {
	d := c.draft(c.journal.Point(), Actor{})
	i := d.invitations.get(id)
	if _, err := i.StateAt(d.at).Next(invite.Accept); err != nil {
		return &Error{Op: "held", Err: err}
	}
	if err := d.sendable(sponsor(i), Invite{}.change(), i.Terms); err != nil {
		return &Error{Op: "held", Err: err}
	}
	return nil
}

// sponsor returns who answers for an invitation as an actor.
func sponsor(i invite.Invitation) Actor {
	return Actor{user: i.Sponsor.User, system: i.Sponsor.System}
}
