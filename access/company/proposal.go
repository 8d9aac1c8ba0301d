package company

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// proposal judges changes on top of a state. It has what a state must not have:
// an actor, the time, randomness, configuration, and secrets to be delivered.
type proposal struct {
	guard
	by       By
	actor    Actor // of by
	rand     io.Reader
	recorded []Change   // so far, with their outcomes
	repeats  []int      // the changes of a system that were passed over, counted from 1
	outgoing []outgoing // to be delivered once the event is stored
	steps    int        // that the impacts may still take

	before state     // before all changes; without a policy at the founding
	seq    uint64    // that the event is to have
	last   time.Time // the time of the event before
}

// outgoing is a secret on its way to the person who is invited.
type outgoing struct {
	invitation invite.ID
	secret     invite.Secret
}

// proposal starts the state after a point, at the later of now and the last
// event.
func (c *Company) proposal(p journal.Point[*published], by By) *proposal {
	return &proposal{
		guard: c.guard(p), by: by, actor: by.Actor, rand: c.config.Rand,
		before: p.State.state, seq: p.Head.Seq + 1, last: p.Time, steps: impactSteps,
	}
}

// origin returns where the changes come from, as their event has it.
func (p *proposal) origin() origin {
	return origin{p.auditActor(), p.at, p.seq, p.last, p.by.Reason, p.by.Approval}
}

// add authorises a change, applies the rules to it, and makes it.
func (p *proposal) add(c Change) error {
	if rowOf(c) == nil {
		return noChange(c)
	}
	if own, ok := c.(cloner); ok {
		c = own.clone() // what is asked about, made and recorded must be one and the same
	}
	if unfinished, ok := c.(completer); ok {
		c = unfinished.complete(&p.state, p.at)
	}
	if err := p.authorise(p.actor, c, rowOf(c).about(c).questionsTo(p.actor)); err != nil {
		return err
	}
	c, err := p.resolve(c)
	if err != nil {
		return err
	}
	if c, err = derive(c, &p.state, p.origin()); err != nil {
		return err
	}
	before, kept := p.policyNow(), p.state
	if err := p.state.apply(c, p.origin()); err != nil {
		return err
	}
	if err := p.checkSold(&kept); err != nil {
		return err
	}
	if m, ok := c.(measurable); ok {
		c = m.withImpact(p.impact(m, before, p.policyNow()))
	}
	p.recorded = append(p.recorded, c)
	return nil
}

// resolve applies the rules to a change, and the condition of the actor. That
// something was changed since is told in place of what follows from it, but not
// to anyone who may not make the change.
func (p *proposal) resolve(c Change) (Change, error) {
	resolved, err := c.resolve(p)
	if p.by.Since == 0 || errors.Is(err, access.ErrDenied) || errors.Is(err, ErrRefused) || errors.Is(err, ErrOnHold) {
		return resolved, err
	}
	if resolved != nil {
		c = resolved // with the ids that were left out, and who hands over
	}
	if seq := p.before.touched.after(p.by.Since, rowOf(c).about(c).condition()); seq != 0 {
		return nil, &Error{Seq: seq, Err: fmt.Errorf("%w: by event %d", ErrChanged, seq)}
	}
	return resolved, err
}

// repeated returns the error of a change that says what may be so already: that
// nothing would change if a system says it and all of it is so, and otherwise the
// error that everybody gets. It is for changes that make something or take
// something away for good: of these a user is not told what is there.
func (p *proposal) repeated(so bool, otherwise error) error {
	if so && p.actor.system != "" {
		return ErrNoChange
	}
	return otherwise
}

// toRemove says whether there is something to remove, or to take from each other.
// A system may say again what was removed; an id that never was is a mistake.
func (p *proposal) toRemove(things ...access.Resource) error {
	var gone error
	for _, r := range things {
		if p.exists(r.Kind(), r.ID()) {
			continue
		}
		err := p.repeated(p.used(r.Kind(), r.ID()), unknown(r.Kind(), r.ID(), nil))
		if err != ErrNoChange {
			return err
		}
		gone = err
	}
	return gone
}

// event returns the event of the changes, not yet in a chain.
func (p *proposal) event(by By) (audit.Event, error) {
	var id [16]byte
	if _, err := io.ReadFull(p.rand, id[:]); err != nil {
		return audit.Event{}, fmt.Errorf("random id: %w", err)
	}
	e := audit.Event{
		ID: hex.EncodeToString(id[:]), Time: p.at, Company: p.id, Actor: p.auditActor(),
		Reason: by.Reason, Approval: by.Approval, Correlation: by.Correlation, Via: by.Via,
	}
	for _, change := range p.recorded {
		r, err := record(change)
		if err != nil {
			return audit.Event{}, err
		}
		e.Changes = append(e.Changes, r)
	}
	e.Targets = targetsOf(p.recorded)
	return e, nil
}

// targetsOf returns what changes concern, each once, in their order.
func targetsOf(changes []Change) []string {
	var all []string
	seen := make(map[string]bool)
	for _, change := range changes {
		for _, t := range rowOf(change).about(change).targets {
			if name := t.String(); !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		}
	}
	return all
}

// auditActor returns the actor as known before the changes.
func (p *proposal) auditActor() audit.Actor {
	switch {
	case p.actor.system != "":
		return audit.Actor{Kind: audit.KindSystem, ID: p.actor.system}
	case !p.actor.proof.IsZero():
		return audit.Actor{Kind: audit.KindInvitee, Email: p.actor.proof.Address().String()}
	}
	u, ok := p.before.directory().User(p.actor.user)
	if !ok {
		u, _ = p.directory().User(p.actor.user) // the founder, who is there from now on
	}
	return actorOf(u)
}

// actorOf returns a user as an event has them.
func actorOf(u team.User) audit.Actor {
	return audit.Actor{Kind: audit.KindUser, ID: string(u.ID), Email: u.Email.String(), Role: string(u.Role)}
}

// newID returns an id for a new thing: the given one, or a random one if none is
// given. It must never have been used.
func newID[ID ~string](p *proposal, kind access.Kind, id ID) (ID, error) {
	if id == "" {
		var b [12]byte
		if _, err := io.ReadFull(p.rand, b[:]); err != nil {
			return "", fmt.Errorf("random id: %w", err)
		}
		id = ID(hex.EncodeToString(b[:]))
	}
	return id, checkFree(&p.state, kind, id)
}
