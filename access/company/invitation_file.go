package company

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
)

// PlanInvitations says which rows of a file could be sent now, and changes
// nothing. It puts each row that [invite.ReadCSV] could read through the very
// guard of a single [Invite], in order, as if those before it had been sent. So
// it also finds a row for which no seat would be left. The rows returned are
// copies.
//
// The reason of by is that of the rows without one. The error is an [*Error] for
// what no row would survive: a by that could make no change at all, no way to
// deliver, or a source of randomness that failed.
func (c *Company) PlanInvitations(by By, rows []invite.Row) ([]invite.Row, error) {
	if err := by.check(false); err != nil {
		return nil, &Error{Op: "plan invitations", Err: err}
	}
	p := c.proposal(c.journal.Point(), by)
	p.rand = rand.NewChaCha8([32]byte{}) // for ids and secrets that nobody will see
	rows = slices.Clone(rows)
	suggestions := maxSuggestions
	for i := range rows {
		row := &rows[i]
		if row.Code != invite.OK {
			continue
		}
		try := *p
		if err := try.plan(by, row); err != nil {
			try.tell(err, suggestions > 0)
			suggestions--
			row.Code, row.Err = rowCode(err), err
			if !refused(err) {
				return rows, &Error{Op: "plan invitations", Err: err}
			}
			continue
		}
		try.asDelivered()
		p = &try
	}
	return rows, nil
}

// maxSuggestions is for how many rows of a file the names that were meant are
// looked for.
const maxSuggestions = 20

// plan puts a row through the guard.
func (p *proposal) plan(by By, row *invite.Row) error {
	if err := rowBy(by, row).check(true); err != nil {
		return err
	}
	return p.add(rowInvite(row))
}

// asDelivered goes on as if the message about a row had been delivered.
func (p *proposal) asDelivered() {
	for _, m := range p.messages() {
		m.Delivered = p.at
		p.invitations = p.invitations.with(m.Invitation)
	}
	p.outgoing, p.recorded = nil, nil
}

// rowInvite returns the change that a row asks for. A file read twice must not
// send everything twice.
func rowInvite(row *invite.Row) Invite { return Invite{Terms: row.Terms, once: true} }

// rowBy returns by with the reason of a row.
func rowBy(by By, row *invite.Row) By {
	by.Reason = cmp.Or(row.Reason, by.Reason)
	return by
}

// SendInvitations sends the rows that are [invite.OK], each as an event of its
// own by [Company.Do]. It returns all rows with the code they have now and the
// invitations made. A row that can no longer be sent, or whose message could not
// be delivered, does not keep the others.
//
// It stops at what no other row would survive: ctx ended, or the log failed.
// Then the error is that of Do, the row it stopped at is [invite.Failed], and
// those after it are as they were. You may send the returned rows again without
// harm, and the file: a person who was sent a message is passed over, or
// [invite.AlreadyPending]. One who was not is sent it now; by the file, which does
// not know what became of a message that may be on its way, after the cool-down.
func (c *Company) SendInvitations(ctx context.Context, by By, rows []invite.Row) ([]invite.Row, error) {
	rows = slices.Clone(rows)
	for i := range rows {
		row := &rows[i]
		change := c.due(row)
		if change == nil {
			continue
		}
		receipt, err := c.Do(ctx, rowBy(by, row), change)
		if err != nil && row.Invitation != "" && errors.Is(err, ErrTooSoon) {
			continue // somebody else is sending it, or its delivery could not be recorded
		}
		if err != nil {
			row.Code, row.Err = rowCode(err), err
			if !refused(err) {
				return rows, err
			}
			continue
		}
		row.Invitation, row.Undelivered = receipt.Invitations()[0], nil
		for _, u := range receipt.Undelivered {
			row.Undelivered = u.Err
		}
	}
	return rows, nil
}

// due returns what is to be done about a row: to invite, or to re-send what was
// not delivered; nil for an invitation that was made before.
func (c *Company) due(row *invite.Row) Change {
	switch {
	case row.Code != invite.OK:
		return nil
	case row.Invitation == "":
		return rowInvite(row)
	case row.Undelivered == nil:
		return nil
	}
	if i, _ := c.Invitation(row.Invitation); i.State != invite.Pending || !i.Delivered.IsZero() {
		row.Undelivered = nil // it was answered, taken back, or sent by somebody else
		return nil
	}
	return ResendInvitation{Invitation: row.Invitation}
}

// codeOfError is the code of a row by why it was refused, the first that fits.
var codeOfError = []struct {
	err  error
	code invite.Code
}{
	{invite.ErrPending, invite.AlreadyPending},
	{ErrTaken, invite.AlreadyMember},
	{ErrNotOffered, invite.NotOffered},
	{ErrBeyondOwnEnd, invite.BeyondOwnEnd},
	{ErrSeats, invite.OverLimit},
	{ErrLimit, invite.OverLimit},
	{ErrRoleFull, invite.OverLimit},
	{ErrTooSoon, invite.TooSoon},
	{ErrPast, invite.BadDate},
	{ErrReason, invite.BadReason},
	{ErrSystem, invite.NotAllowed},
	{ErrInvitee, invite.NotAllowed},
	{ErrInviteeOnly, invite.NotAllowed},
	{ErrNoActor, invite.NotAllowed},
}

// codeOfReason is the same for denials by Decide.
var codeOfReason = map[access.Reason]invite.Code{
	access.ReasonAboveCeiling: invite.AboveCeiling,
	access.ReasonRoleFull:     invite.OverLimit,
}

// codeOfUnknown is the code of a row that names something of a kind that does
// not exist.
var codeOfUnknown = map[access.Kind]invite.Code{
	access.KindRole: invite.UnknownRole,
	access.KindTeam: invite.UnknownTeam,
}

// rowCode returns the code of a row that could not be sent.
func rowCode(err error) invite.Code {
	if !refused(err) {
		return invite.Failed
	}
	if unknown, ok := errors.AsType[*reserved](err); ok && codeOfUnknown[unknown.kind] != "" {
		return codeOfUnknown[unknown.kind]
	}
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		return cmp.Or(codeOfReason[denied.Decision.Reason], invite.NotAllowed)
	}
	for _, c := range codeOfError {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return invite.Failed
}

// refused reports whether an error is about the row it came with.
func refused(err error) bool { return (&Error{Err: err}).Refused() }
