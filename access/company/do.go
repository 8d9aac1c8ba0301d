package company

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
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

// InvitationLimits returns the invitations that were sent, for the first time or
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
	var d *draft
	var recorded []Change
	e, err := c.journal.Write(ctx, func(p journal.Point[*state]) (next *state, e audit.Event, err error) {
		if d, recorded, err = c.judge(p, by, changes); err != nil {
			return nil, audit.Event{}, err
		}
		e, err = c.event(d, by, recorded)
		return &d.state, e, err
	})
	if e.Seq == 0 {
		return Receipt{}, nil, err
	}
	return Receipt{Seq: e.Seq, ID: e.ID, Time: e.Time, Changes: recorded}, d, err
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

// judge makes changes on a draft, and returns them as they are to be recorded.
func (c *Company) judge(p journal.Point[*state], by By, changes []Change) (*draft, []Change, error) {
	reasonDue := slices.ContainsFunc(changes, func(ch Change) bool { return ch != nil && ch.change().reason })
	if err := by.check(reasonDue); err != nil {
		return nil, nil, err
	}
	if len(changes) == 0 {
		return nil, nil, ErrNoChange
	}
	d := c.draft(p, by.Actor)
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

// draft starts the state after p, at the later of now and the last event.
func (c *Company) draft(p journal.Point[*state], actor Actor) *draft {
	at := c.now().UTC()
	if at.Before(p.Time) {
		at = p.Time
	}
	return &draft{state: *p.State, start: p.State.policy, at: at, actor: actor, co: c, rand: c.rand}
}

// event returns the event of a draft.
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
	return e, nil
}

// by returns who makes the changes of a draft, as known before them.
func (d *draft) by() audit.Actor {
	switch {
	case d.actor.system != "":
		return audit.Actor{Kind: audit.KindSystem, ID: d.actor.system}
	case !d.actor.proof.IsZero():
		return audit.Actor{Kind: audit.KindInvitee, Email: d.actor.proof.Address().String()}
	}
	u, ok := d.start.Directory().User(d.actor.user)
	if !ok {
		u, _ = d.policy.Directory().User(d.actor.user) // the founder, who is there from now on
	}
	return audit.Actor{Kind: audit.KindUser, ID: string(u.ID), Email: u.Email.String(), Role: string(u.Role)}
}

// Sync takes in what other writers appended to the log, and settles whether an
// event of this one was stored. Policy is up to date when it returns nil.
func (c *Company) Sync(ctx context.Context) error {
	if err := c.journal.Sync(ctx); err != nil {
		return wrap("sync", err)
	}
	return nil
}

// wrap makes err an *Error of an operation, unless it is one.
func wrap(op string, err error) error {
	var seq uint64
	if e := (*journal.Error)(nil); errors.As(err, &e) {
		seq, err = e.Seq, e.Err
		if e.Op == "replay" {
			op = e.Op
		}
	} else if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	if errors.Is(err, journal.ErrUnfit) {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return &Error{Op: op, Seq: seq, Err: err}
}
