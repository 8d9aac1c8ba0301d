package company

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/invite"
)

// reading is what a change reads of its targets, and so what it touches. A
// change with a condition is refused if another one touched what it reads; see
// [By.Since].
type reading uint8

const (
	object   reading = iota // the first target
	each                    // every target, as an object
	pair                    // what ties the first two to each other, and not these themselves
	deletion                // the first target, and what hangs on it
	item                    // what ties the first two, which hangs on the first; and the second with what hangs on it, which it does not touch
	nothing
)

// touched has the number of the last event that touched something, by key: an
// object such as a team, a pair such as a membership, or "something that hangs
// on the team". The founding touches nothing. A key is never forgotten, so it
// also tells which ids were used.
type touched struct {
	last persist.Book[uint64]
}

// toucher is a change that touches more than its row says.
type toucher interface {
	// touches returns the keys, of the states before and after the change.
	touches(before, after *state) []string
}

// after returns the number of the last event later than since that touched one
// of the keys; 0 if none did.
func (t *touched) after(since uint64, keys []string) (seq uint64) {
	for _, key := range keys {
		if _, at, ok := t.last.Find(key); ok && at > since {
			seq = max(seq, at)
		}
	}
	return seq
}

// with returns t with keys that an event touched.
func (t touched) with(token *persist.Token, seq uint64, keys []string) touched {
	for _, key := range keys {
		t.last.Add(token, key, seq)
	}
	return t
}

// touchedBy returns the keys that a recorded change touches.
func touchedBy(c Change, before, after *state) []string {
	a := rowOf(c).about(c)
	keys := a.readKeys()
	if a.reads == pair && len(a.targets) > 1 {
		a.hangsOn = a.targets[:2]
	}
	if a.reads == item {
		a.hangsOn = a.targets[:1]
	}
	for _, r := range a.hangsOn {
		keys = append(keys, hangKey(r))
	}
	if a.reads != nothing && len(a.targets) > 0 && a.targets[0].Kind() == kindInvitation {
		keys = append(keys, sponsorKeys(invite.ID(a.targets[0].ID()), before, after)...)
	}
	if t, ok := c.(toucher); ok {
		keys = append(keys, t.touches(before, after)...)
	}
	return keys
}

// sponsorKeys returns the keys of what hangs on the sponsors of an invitation.
func sponsorKeys(id invite.ID, states ...*state) (keys []string) {
	for _, s := range states {
		if i, _ := s.invitations.get(id); i.Sponsor.User != "" {
			keys = append(keys, hangKey(user(i.Sponsor.User)))
		}
	}
	return keys
}

// touches adds the team that the link was made in.
func (c RevokeLink) touches(before, _ *state) []string {
	l, _ := before.directory().Link(c.Link)
	if l.Session == "" {
		return nil
	}
	return []string{hangKey(access.Team(l.Session))}
}

// touches adds the user, and the memberships that they begin with.
func (c AcceptInvitation) touches(_, _ *state) []string {
	keys := []string{user(c.User).String()}
	for _, t := range c.Teams {
		keys = append(keys, pairKey(access.Team(t), user(c.User)), hangKey(access.Team(t)))
	}
	return keys
}

// touches adds the reports handed over, and the invitations that are closed or
// get another sponsor.
func (c RemoveUser) touches(before, after *state) (keys []string) {
	if c.Successor != "" {
		for _, r := range lastCreatorOf(before.directory(), c.User) {
			keys = append(keys, pairKey(access.Report(r), user(c.Successor)), hangKey(access.Report(r)), hangKey(user(c.Successor)))
		}
	}
	return append(keys, invitationKeys(append(before.invitations.sponsored(c.User), before.offersTo(c.User)...), before, after)...)
}

// touches adds the invitations that are closed.
func (c AddUser) touches(before, after *state) []string {
	u, _ := c.record()
	return invitationKeys(before.invitations.openTo(u.Email), before, after)
}

// touches adds the invitations that are closed.
func (c ChangeAddress) touches(before, after *state) []string {
	u, _ := after.user(c.User)
	return invitationKeys(before.invitations.openTo(u.Email), before, after)
}

// invitationKeys returns the keys of invitations, and of their sponsors.
func invitationKeys(all []invite.Invitation, before, after *state) (keys []string) {
	for _, i := range all {
		keys = append(append(keys, invitation(i.ID).String()), sponsorKeys(i.ID, before, after)...)
	}
	return keys
}

// condition returns the keys of all that a change reads. What it reads and does not
// touch is no reason to refuse another change that reads the same.
func (a about) condition() []string {
	keys := a.readKeys()
	for _, r := range a.sees {
		keys = append(keys, r.String())
	}
	if a.reads == item && len(a.targets) > 1 {
		keys = append(keys, a.targets[1].String(), hangKey(a.targets[1]))
	}
	return keys
}

// readKeys returns the keys of what a change reads, and so touches.
func (a about) readKeys() (keys []string) {
	if len(a.targets) == 0 {
		return nil
	}
	first := a.targets[0]
	switch a.reads {
	case nothing:
		return nil
	case each:
		for _, r := range a.targets {
			keys = append(keys, r.String())
		}
		return keys
	case pair, item:
		if len(a.targets) < 2 {
			return nil // nobody is named, so there is nothing between the two
		}
		return []string{pairKey(first, a.targets[1])}
	case deletion:
		return []string{first.String(), hangKey(first)}
	}
	return []string{first.String()}
}

// hangKey is the key of whatever hangs on a resource. No text of a resource
// begins or goes on like that.
func hangKey(on access.Resource) string { return "\x00" + on.String() }

// pairKey is the key of what ties two resources to each other.
func pairKey(a, b access.Resource) string { return a.String() + "\x00" + b.String() }

// used reports whether an id was used by something that is not there any more.
// Ask it about an id that nothing has now.
func (s *state) used(kind access.Kind, id string) bool {
	return s.touched.last.Has(kind.Resource(id, "").String())
}

// checkFree refuses an id that a thing of that kind has or ever had.
func checkFree[ID ~string](s *state, kind access.Kind, id ID) error {
	switch {
	case s.exists(kind, string(id)):
		return fmt.Errorf("%s id %q %w", kind, id, ErrTaken)
	case kind != access.KindAccount && s.used(kind, string(id)):
		return fmt.Errorf("%w: %s %q", ErrReused, kind, id)
	}
	return nil
}

// exists reports whether there is a thing of that kind.
func (s *state) exists(kind access.Kind, id string) bool {
	switch kind {
	case kindInvitation:
		_, is := s.invitations.get(invite.ID(id))
		return is
	case kindAttribute:
		_, err := s.attribute(id)
		return err == nil
	case kindReview:
		_, is := s.reviews.get(id)
		return is
	}
	return s.directory().Has(kind.Resource(id, ""))
}
