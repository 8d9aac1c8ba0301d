package company

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// Receipt is what came of a Do.
type Receipt struct {
	Seq     uint64    // of the event
	ID      string    // of the event
	Time    time.Time // of the event
	Changes []Change  // as they were recorded, with their outcomes

	// Undelivered has the invitations whose message was not delivered. They were
	// made all the same.
	Undelivered []Undelivered
}

// Invitations returns the invitations that were sent, for the first time or
// anew, in the order of the changes.
func (r Receipt) Invitations() []invite.ID {
	var all []invite.ID
	for _, change := range r.Changes {
		switch made := change.(type) {
		case Invite:
			all = append(all, made.Invitation)
		case ResendInvitation:
			all = append(all, made.Invitation)
		case AmendInvitation:
			all = append(all, made.Invitation)
		}
	}
	return all
}

// Do makes changes, all of them or none, as one event of the log.
//
// They apply in order, each judged on the state the earlier ones left: a
// user's are asked of Decide, at company level and at the time of the event,
// and what needs more than subject, action and resource is judged by the rules
// of this package. The first that fails refuses all. If another writer appended
// first, all are judged anew on the state he left.
//
// When Do returns nil the event is stored and the policy is the new one. The
// error is an [*Error]. A refusal wraps a [*access.DeniedError] or one of the
// errors above, names the change by its index, and nothing was stored.
//
// An error that wraps [ErrUncertain] comes with a Receipt if the log failed in
// such a way that its event may still be stored. [Company.Sync] settles it, and
// whether the log has an event of the Receipt's ID then tells what became of
// it. Until it is settled every other Do tries to settle it first; if that
// fails, its error wraps ErrUncertain as well, its Receipt is zero, and of its
// own changes nothing was stored. No message is sent for invitations in an event
// that was uncertain: if it was stored, resend them.
//
// One Do runs at a time; others wait, until ctx ends.
func (c *Company) Do(ctx context.Context, by By, changes ...Change) (Receipt, error) {
	receipt, d, err := c.do(ctx, by, changes)
	if err != nil {
		return receipt, wrap("do", err)
	}
	receipt.Undelivered = c.send(ctx, d)
	return receipt, nil
}

// do makes changes, and returns the draft that made them.
func (c *Company) do(ctx context.Context, by By, changes []Change) (Receipt, *draft, error) {
	if err := c.lock(ctx); err != nil {
		return Receipt{}, nil, err
	}
	defer c.unlock()
	if err := c.settle(ctx); err != nil {
		return Receipt{}, nil, err
	}
	for {
		d, recorded, err := c.judge(by, changes)
		if err != nil {
			return Receipt{}, nil, err
		}
		event, err := c.event(d, by, recorded)
		if err != nil {
			return Receipt{}, nil, err
		}
		if err := ctx.Err(); err != nil {
			return Receipt{}, nil, err
		}
		stored, err := c.append(ctx, d, event)
		if stored || errors.Is(err, ErrUncertain) {
			return Receipt{Seq: event.Seq, ID: event.ID, Time: event.Time, Changes: recorded}, d, err
		}
		if err != nil {
			return Receipt{}, nil, err
		}
	}
}

// send hands out the messages of a draft whose event is stored, but for
// invitations that it closed or sent anew again.
func (c *Company) send(ctx context.Context, d *draft) []Undelivered {
	var failed []Undelivered
	for _, s := range d.secrets {
		i := d.invitations.get(s.invitation)
		if i.State != invite.Pending || !i.Digest.Matches(s.secret, i.Claim(d.id)) {
			continue
		}
		err := c.deliver(ctx, invite.Message{
			Offer: d.offer(i), Invitation: i.ID, To: i.Terms.Address, Origin: c.origin, Secret: s.secret,
		})
		if err != nil {
			failed = append(failed, Undelivered{i.ID, err})
		}
	}
	return failed
}

// append appends the event of a draft and makes the draft the current state. It
// returns false if another writer came first; then his state is the current.
func (c *Company) append(ctx context.Context, d *draft, e audit.Event) (stored bool, err error) {
	switch err := c.log.Append(ctx, e); {
	case err == nil:
		c.publish(d, e)
		return true, nil
	case errors.Is(err, audit.ErrConflict):
		return c.overtaken(ctx, e)
	default:
		if err = unstored(err); errors.Is(err, ErrUncertain) {
			c.doubt = &doubt{e, d.finish(e)}
		}
		return false, &Error{Op: "do", Seq: e.Seq, Err: err}
	}
}

// unstored says what an append failed with that was no conflict: that the event
// is not fit to be stored, or that nobody can say whether it was.
func unstored(err error) error {
	if errors.Is(err, audit.ErrMalformed) || errors.Is(err, audit.ErrEdited) {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return fmt.Errorf("%w: %w", ErrUncertain, err)
}

// judge makes changes on a draft, and returns them as they are to be recorded.
func (c *Company) judge(by By, changes []Change) (*draft, []Change, error) {
	reasonDue := slices.ContainsFunc(changes, func(ch Change) bool { return ch != nil && ch.change().reason })
	if err := by.check(reasonDue); err != nil {
		return nil, nil, err
	}
	if len(changes) == 0 {
		return nil, nil, ErrNoChange
	}
	d := c.draft(c.current.Load(), by.Actor)
	recorded := make([]Change, len(changes))
	for i, change := range changes {
		if change == nil {
			return nil, nil, &Error{Op: "do", Index: i, Err: ErrInvalid}
		}
		made, err := d.do(change)
		if err != nil {
			return nil, nil, &Error{Op: "do", Index: i, Change: change.change().kind, Err: err}
		}
		recorded[i] = made
	}
	return d, recorded, nil
}

// draft starts the state after s, at the later of now and the last event.
func (c *Company) draft(s *state, actor Actor) *draft {
	at := c.now().UTC()
	if at.Before(s.time) {
		at = s.time
	}
	return &draft{state: *s, start: s.policy, at: at, actor: actor, co: c, rand: c.rand}
}

// event returns the event that follows the state the draft began with.
func (c *Company) event(d *draft, by By, changes []Change) (audit.Event, error) {
	var id [16]byte
	if _, err := io.ReadFull(c.rand, id[:]); err != nil {
		return audit.Event{}, fmt.Errorf("random id: %w", err)
	}
	e := audit.Event{
		ID: hex.EncodeToString(id[:]), Time: d.at, Company: d.id, Actor: d.by(),
		Reason: by.Reason, Approval: by.Approval, Correlation: by.Correlation,
	}
	seen := make(map[string]bool)
	for _, change := range changes {
		r, err := record(change)
		if err != nil {
			return audit.Event{}, err
		}
		e.Changes = append(e.Changes, r)
		for _, t := range change.targets() {
			if !seen[t] {
				seen[t] = true
				e.Targets = append(e.Targets, t)
			}
		}
	}
	return e.Chain(d.head), nil
}

// by returns who makes the changes of a draft, as known before them.
func (d *draft) by() audit.Actor {
	switch {
	case d.actor.system != "":
		return audit.Actor{Kind: audit.KindSystem, ID: d.actor.system}
	case !d.actor.proof.IsZero():
		return audit.Actor{Kind: audit.KindInvitee, Email: d.actor.proof.Address().String()}
	}
	u, ok := d.start.User(d.actor.user)
	if !ok {
		u, _ = d.policy.User(d.actor.user) // the founder, who is there from now on
	}
	return audit.Actor{Kind: audit.KindUser, ID: string(u.ID), Email: u.Email.String(), Role: string(u.Role)}
}

// publish makes the draft, whose event is stored, the current state.
func (c *Company) publish(d *draft, e audit.Event) { c.current.Store(d.finish(e)) }

// finish returns the state a draft has come to with its event.
func (d *draft) finish(e audit.Event) *state {
	s := d.state
	s.head, s.time = e.Checkpoint(), e.Time
	return &s
}

// lock waits for its turn to write, until ctx ends.
func (c *Company) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Company) unlock() { <-c.writing }

// settle finds out whether an event in doubt was stored, by appending it again.
func (c *Company) settle(ctx context.Context) error {
	if c.doubt == nil {
		return nil
	}
	err := c.log.Append(ctx, c.doubt.event)
	switch {
	case err == nil:
		c.current.Store(c.doubt.next)
		c.doubt = nil
		return nil
	case errors.Is(err, audit.ErrConflict):
		c.doubt = nil
		_, err := c.catchUp(ctx, audit.Hash{})
		return err
	}
	if err = unstored(err); errors.Is(err, ErrUncertain) {
		return err
	}
	c.doubt = nil // refused: not stored, now or later
	return nil
}

// overtaken takes in what the log holds in place of an event it refused. It
// reports whether that is the very event: some log answered wrongly then. That
// there is nothing to take in means that the log contradicts itself.
func (c *Company) overtaken(ctx context.Context, e audit.Event) (stored bool, err error) {
	before := c.current.Load().head
	stored, err = c.catchUp(ctx, e.Hash)
	if err == nil && c.current.Load().head == before {
		err = fmt.Errorf("%w: it refuses the next event and has none of its own", ErrDiverged)
	}
	return stored, err
}

// Sync takes in what other writers appended to the log, and settles whether an
// event of this one was stored. Policy is up to date when it returns nil.
func (c *Company) Sync(ctx context.Context) error {
	if err := c.lock(ctx); err != nil {
		return wrap("sync", err)
	}
	defer c.unlock()
	if err := c.settle(ctx); err != nil {
		return wrap("sync", err)
	}
	if _, err := c.catchUp(ctx, audit.Hash{}); err != nil {
		return wrap("sync", err)
	}
	return nil
}

// wrap makes err an *Error of an operation, unless it is one.
func wrap(op string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	return &Error{Op: op, Err: err}
}
