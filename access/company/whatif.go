package company

import (
	"context"
	"crypto/rand"
	"io"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// WhatIf is what would come of a Do.
type WhatIf struct {
	// Changes are those that would be recorded, in their order, with their outcomes.
	// Ids that the changes leave out are random here, and others in a Do. Secrets and
	// their digests are zero.
	Changes []Change
	// Repeated has the changes of a system that would be passed over; see [Receipt].
	Repeated []int

	// Before is the policy that the changes were judged on, and After the one that
	// they would leave. Both have the clock of the company. Who would gain and lose
	// what is for diff.Compare to say.
	Before, After *access.Policy
}

// WhatIf returns what would come of a [Company.Do] with these arguments, and makes
// none of the changes: nothing is appended, published or sent, and no cool-down
// begins. The changes are asked and judged exactly as Do does it, at the same time,
// with the same conditions of [By] and the same limits.
//
// The error is what Do would return now, with the same text, and as fit for the
// actor to see. The result, though, is for the host: what it holds of other people
// is to be shown only to those who may see it.
//
// It is judged on what this process has of the log. What others append meanwhile,
// elsewhere or in a transaction ([Company.DoIn]), Do takes into account, and WhatIf
// does not foresee: pass the Seq of [Company.Checkpoint] as [By.Since] to Do, if it
// must be what was shown. Nor does it foresee that an append or [Config.Rand] fails.
// Where Do would read the log first, as it is in doubt or answers may be too old,
// WhatIf does too.
//
// It takes the time of a Do without the append, waits for no writer, and lets none
// wait, so it can be called while somebody types. It goes on from one change to the
// next only while ctx has not ended.
func (c *Company) WhatIf(ctx context.Context, by By, changes ...Change) (WhatIf, error) {
	return c.whatIf(ctx, rand.Reader, by, changes)
}

// whatIf is WhatIf with the randomness of ids. That of [Config] is the writers':
// one goroutine at a time reads it.
func (c *Company) whatIf(ctx context.Context, random io.Reader, by By, changes []Change) (WhatIf, error) {
	r := request{company: c, by: by, changes: changes, dryRun: true}
	if err := c.prepareToAsk(ctx, by); err != nil {
		return WhatIf{}, wrap("do", err)
	}
	var before *published
	next, err := c.journal.Try(ctx, func(at journal.Point[*published]) (*published, audit.Event, error) {
		before, r.p = at.State, c.proposal(at, by)
		r.p.rand = random
		if err := r.p.propose(ctx, at, changes); err != nil {
			return nil, audit.Event{}, err
		}
		e, err := r.p.event(by)
		return c.publish(at.State, r.p.state), e, err
	})
	if err != nil {
		return WhatIf{}, r.refused(ctx, err)
	}
	r.observe(ctx, nil)
	for i, change := range r.p.recorded {
		r.p.recorded[i] = withoutSecret(change)
	}
	return WhatIf{Changes: r.p.recorded, Repeated: r.p.repeats, Before: before.live, After: next.State.live}, nil
}

// prepareToAsk is prepare for a question. A Do settles an event in doubt when it is
// its turn to write, which a question does not wait for.
func (c *Company) prepareToAsk(ctx context.Context, by By) error {
	if err := c.prepare(ctx, c.log, by); err != nil {
		return err
	}
	if c.journal.InDoubt() {
		return c.journal.Sync(ctx)
	}
	return nil
}

// withoutSecret returns a change without the secret and the digest that were drawn
// for it: nobody gets that secret.
func withoutSecret(c Change) Change {
	switch c := c.(type) {
	case Invite:
		c.Digest = invite.Digest{}
		return c
	case ResendInvitation:
		c.Digest = invite.Digest{}
		return c
	case AmendInvitation:
		c.Digest = invite.Digest{}
		return c
	case RedeliverInvitation:
		c.Digest = invite.Digest{}
		return c
	case MakeLink:
		c.Digest, c.Secret = invite.Digest{}, invite.Secret{}
		return c
	}
	return c
}
