package company

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// state is a company at one point of its log. It never changes.
type state struct {
	id     string
	name   string
	limits Limits
	policy *access.Policy
	gone   *gone

	invitations invitations
	digests     snapshot.Book[invite.Digest] // of the secrets of share links, by link
}

// gone is the ids that were used and are no more: a chain of what each state
// added to the one before, so that no state copies another's.
type gone struct {
	ids    map[string]bool
	before *gone
}

// has reports whether an id was used.
func (g *gone) has(id string) bool {
	for ; g != nil; g = g.before {
		if g.ids[id] {
			return true
		}
	}
	return false
}

// with returns g and one more id. Short links are joined, so that the chain
// stays as short as the logarithm of what it holds.
func (g *gone) with(id string) *gone {
	next := &gone{ids: map[string]bool{id: true}, before: g}
	for next.before != nil && len(next.before.ids) <= len(next.ids) {
		joined := maps.Clone(next.before.ids)
		maps.Copy(joined, next.ids)
		next = &gone{ids: joined, before: next.before.before}
	}
	return next
}

// draft is the next state in the making, and what judges it.
type draft struct {
	state
	start *access.Policy // before any of the changes; nil at the founding
	at    time.Time      // of the event: every guard of the change uses it
	actor Actor
	co    *Company // for its configuration
	rand  io.Reader

	judging *access.Policy // policy with time standing still at at; made when asked for
	secrets []sent         // to be delivered once the event is stored
}

// judge returns the policy at the time of the event.
func (d *draft) judge() *access.Policy {
	if d.judging == nil {
		d.judging = d.policy.At(d.at)
	}
	return d.judging
}

// do authorises a change, applies the rules to it, and makes it. It returns
// what is to be recorded.
func (d *draft) do(c Change) (Change, error) {
	if b, ok := c.(borrower); ok {
		c = b.own() // what is asked about, made and recorded must be one and the same
	}
	if err := d.authorise(d.actor, c.change(), c.asks(d)); err != nil {
		return nil, err
	}
	c, err := c.judge(d)
	if err != nil {
		return nil, err
	}
	before := d.judge()
	if err := d.make(c); err != nil {
		return nil, err
	}
	if m, ok := c.(measurable); ok {
		c = m.measured(measure(before, d.judge(), m.touches(before, d.judge())))
	}
	return c, nil
}

// authorise asks whether somebody may make a change of a type: a user by
// questions to Decide, a system by its configuration. Who answers an invitation
// proves that it is his, which is the change's own to judge.
func (d *draft) authorise(by Actor, what about, questions []question) error {
	switch {
	case what.invitee || !by.proof.IsZero():
		if !what.invitee || by.proof.IsZero() {
			return ErrInvitee
		}
		return nil
	case by.system != "":
		if !slices.Contains(d.co.systems[by.system], what.kind) {
			return fmt.Errorf("%w: %s", ErrSystem, by)
		}
		return nil
	case what.system:
		return ErrSystemOnly
	}
	for _, q := range questions {
		if err := d.judge().Decide(access.User(by.user), q.action, q.resource).Err(); err != nil {
			return err
		}
	}
	return nil
}

// make makes a recorded change and checks what must hold afterwards, whoever
// made it.
func (d *draft) make(c Change) error {
	before := d.state
	if err := c.apply(d); err != nil {
		return err
	}
	if before.policy == nil {
		return nil // the founding may break what changes must keep
	}
	if d.policy != before.policy {
		d.judging = nil
	}
	return d.invariants(&before)
}

// edit makes the next policy.
func (d *draft) edit(change func(e *access.Edit)) error {
	e := d.policy.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		return translate(err)
	}
	d.policy = next
	return nil
}

// translate gives what package access refuses the sentinels of this one.
func translate(err error) error {
	switch {
	case errors.Is(err, access.ErrTaken): // before what may follow from it
		return fmt.Errorf("%w: %w", ErrTaken, err)
	case errors.Is(err, access.ErrUnknown):
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return fmt.Errorf("%w: %w", ErrInvalid, err)
}

// invariants checks what a change may not break: the holders a role must have
// and may have, and the seats. What was broken before, by a document, may stay
// so, but not get worse.
func (d *draft) invariants(before *state) error {
	if err := d.holders(before.policy); err != nil {
		return err
	}
	if d.limits.Seats == 0 {
		return nil
	}
	if taken := d.taken(d.at); taken > d.limits.Seats && taken > before.taken(d.at) {
		return ErrSeats
	}
	return nil
}

// holders checks the holders of roles.
func (d *draft) holders(before *access.Policy) error {
	if d.policy == before {
		return nil
	}
	for _, r := range d.policy.Directory().Catalog().Roles() {
		all, lasting := d.policy.Directory().Holders(r.Name)
		allBefore, lastingBefore := before.Directory().Holders(r.Name)
		if lasting < r.MinHolders && lasting < lastingBefore {
			return fmt.Errorf("%w: %s", ErrLastHolder, r.Name)
		}
		if r.MaxHolders > 0 && all > r.MaxHolders && all > allBefore {
			return fmt.Errorf("%w: %s", ErrRoleFull, r.Name)
		}
	}
	return nil
}

// user returns a user.
func (d *draft) user(id team.UserID) (team.User, error) {
	u, ok := d.policy.Directory().User(id)
	if !ok {
		return u, fmt.Errorf("%w: user %q", ErrUnknown, id)
	}
	return u, nil
}

// team returns a team.
func (d *draft) team(id team.ID) (team.Team, error) {
	t, ok := d.policy.Directory().Team(id)
	if !ok {
		return t, fmt.Errorf("%w: team %q", ErrUnknown, id)
	}
	return t, nil
}

// group returns a data group.
func (d *draft) group(id datagroup.ID) (datagroup.Group, error) {
	g, ok := d.policy.Directory().Group(id)
	if !ok {
		return g, fmt.Errorf("%w: data group %q", ErrUnknown, id)
	}
	return g, nil
}

// report returns the name of a report.
func (d *draft) report(id access.ReportID) (string, error) {
	name, ok := d.policy.Directory().Report(id)
	if !ok {
		return "", fmt.Errorf("%w: report %q", ErrUnknown, id)
	}
	return name, nil
}

// role returns a role of the catalog.
func (d *draft) role(name role.Name) (role.Role, error) {
	r, ok := d.policy.Directory().Catalog().Role(name)
	if !ok {
		return r, fmt.Errorf("%w: role %q", ErrUnknown, name)
	}
	return r, nil
}

// fresh returns an id for a new thing: the given one, or a random one if none is
// given. It must be unused.
func fresh[ID ~string](d *draft, kind access.Kind, id ID) (ID, error) {
	if id == "" {
		var b [12]byte
		if _, err := io.ReadFull(d.rand, b[:]); err != nil {
			return "", fmt.Errorf("random id: %w", err)
		}
		id = ID(hex.EncodeToString(b[:]))
	}
	return id, unused(d, kind, id)
}

// unused refuses an id that a thing of that kind has or ever had. It is asked in
// replay as well.
func unused[ID ~string](d *draft, kind access.Kind, id ID) error {
	var exists bool
	switch kind {
	case access.KindUser:
		_, exists = d.policy.Directory().User(team.UserID(id))
	case access.KindTeam:
		_, exists = d.policy.Directory().Team(team.ID(id))
	case access.KindGroup:
		_, exists = d.policy.Directory().Group(datagroup.ID(id))
	case access.KindReport:
		_, exists = d.policy.Directory().Report(access.ReportID(id))
	case access.KindAccount:
		_, exists = d.policy.Directory().Account(datagroup.AccountID(id))
	case access.KindLink:
		_, exists = d.policy.Directory().Link(access.LinkID(id))
	case kindInvitation:
		exists = d.invitations.all.Has(string(id))
	}
	switch {
	case exists:
		return fmt.Errorf("%w: %s %q", ErrTaken, kind, id)
	case d.gone.has(goneKey(kind, id)):
		return fmt.Errorf("%w: %s %q", ErrReused, kind, id)
	}
	return nil
}

// retire notes that an id is not to be used again.
func retire[ID ~string](d *draft, kind access.Kind, id ID) {
	d.gone = d.gone.with(goneKey(kind, id))
}

func goneKey[ID ~string](kind access.Kind, id ID) string { return string(kind) + " " + string(id) }

// own returns the end of an actor's access; zero is none, and that of a system.
func (d *draft) own(by Actor) time.Time {
	u, _ := d.policy.Directory().User(by.user)
	return u.Until
}

// within refuses an end later than the actor's own.
func (d *draft) within(until time.Time) error { return d.bounded(d.actor, until) }

// bounded refuses an end later than that of somebody's own access.
func (d *draft) bounded(by Actor, until time.Time) error {
	if own := d.own(by); !own.IsZero() && later(until, own) {
		return fmt.Errorf("%w: until %s", ErrBeyondOwnEnd, own.Format(time.RFC3339))
	}
	return nil
}

// future refuses an end that is past: what is given would be over before it
// began.
func (d *draft) future(until time.Time) error {
	if !until.IsZero() && !until.After(d.at) {
		return fmt.Errorf("%w: %s", ErrPast, until.Format(time.RFC3339))
	}
	return nil
}

// later reports whether one end is later than another. No end is the latest.
func later(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return a.IsZero() && !b.IsZero()
	}
	return a.After(b)
}
