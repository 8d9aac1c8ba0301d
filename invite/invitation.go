package invite

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// ID names an invitation within a company. It is no secret, and knowing it is
// no proof of anything. No id is used twice.
type ID string

// Invitation is an offer to join, bound to one mailbox.
type Invitation struct {
	ID         ID
	Terms      Terms
	Sponsor    Sponsor   // who answers for it: who sent, re-sent or amended it last
	Generation int       // from 1; each has a secret of its own
	Digest     Digest    // of the secret of this generation
	Sent       time.Time // this generation
	Expires    time.Time // exclusive; zero means never

	// Delivered is when the message of this generation was delivered, as far as
	// that was recorded. Zero means that it was not.
	Delivered time.Time

	// State is as it was recorded: an expired invitation is still Pending here.
	// StateAt returns Expired.
	State  State
	Closed time.Time   // when it was accepted, declined or revoked
	User   team.UserID // the user that its acceptance added; "" unless it was accepted
}

// Sponsor is who answers for an invitation: a user, or a system of the host's.
// The zero Sponsor is nobody.
type Sponsor struct {
	User   team.UserID `json:"user,omitempty"`
	System string      `json:"system,omitempty"`
}

// String returns the user, "system scim" for a system, and "nobody". A user whose
// id would read like one of the others is in quotes.
func (s Sponsor) String() string {
	switch {
	case s.User != "":
		return text.Actor(string(s.User))
	case s.System != "":
		return "system " + s.System
	}
	return "nobody"
}

// StateAt returns the state of the invitation at an instant that is not before
// it was sent. It compares times, so no job must run for an invitation to
// expire.
func (i Invitation) StateAt(t time.Time) State {
	if i.State == Pending && team.End(i.Expires).Ended(t) {
		return Expired
	}
	return i.State
}

// Claim returns what the secret of this generation proves in a company.
func (i Invitation) Claim(company string) Claim {
	return Claim{ForInvitation, company, string(i.ID), i.Generation, i.Terms.Address}
}

// State is what has become of an invitation. The zero State means that there is
// no invitation.
type State uint8

// The states. All but Expired are recorded.
const (
	None State = iota
	Pending
	Expired // pending, past its time
	Accepted
	Declined
	Revoked
)

var stateNames = [...]string{"none", "pending", "expired", "accepted", "declined", "revoked"}

// String returns "none", "pending", "expired", "accepted", "declined" or
// "revoked".
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// Command is what may be done about an invitation.
type Command uint8

// The commands, as the table of the package documentation has them.
const (
	Send   Command = iota + 1 // to an address; the state is that of the invitation sent last to it
	Resend                    // with a new secret; the old one proves nothing any more
	Amend                     // to other terms, also with a new secret
	Accept
	Decline
	Revoke
	Redeliver // the message, as it was lost; also with a new secret
)

var commandNames = [...]string{Send: "send", Resend: "resend", Amend: "amend", Accept: "accept", Decline: "decline", Revoke: "revoke", Redeliver: "redeliver"}

// String returns "send", "resend", "amend", "accept", "decline",
// "revoke" or "redeliver".
func (c Command) String() string {
	if c >= Send && int(c) < len(commandNames) {
		return commandNames[c]
	}
	return fmt.Sprintf("Command(%d)", uint8(c))
}

// transition is a cell of the table: the next state, or why there is none.
type transition struct {
	next State
	err  error
}

// table is the table of the package documentation, by state and command.
var table = [...][Redeliver + 1]transition{
	None: {
		Send:   {next: Pending},
		Resend: {err: ErrNone}, Amend: {err: ErrNone}, Accept: {err: ErrNone}, Decline: {err: ErrNone}, Revoke: {err: ErrNone},
		Redeliver: {err: ErrNone},
	},
	Pending: {
		Send:   {err: ErrPending},
		Resend: {next: Pending}, Amend: {next: Pending}, Accept: {next: Accepted}, Decline: {next: Declined}, Revoke: {next: Revoked},
		Redeliver: {next: Pending},
	},
	Expired: {
		Send:   {next: Pending},
		Resend: {next: Pending}, Amend: {err: ErrExpired}, Accept: {err: ErrExpired}, Decline: {err: ErrExpired}, Revoke: {next: Revoked},
		Redeliver: {err: ErrExpired},
	},
	Accepted: closed(ErrAccepted),
	Declined: closed(ErrDeclined),
	Revoked:  closed(ErrRevoked),
}

// closed returns the row of a final state: another invitation may be sent to
// the address, and this is all.
func closed(err error) [Redeliver + 1]transition {
	return [Redeliver + 1]transition{
		Send:   {next: Pending},
		Resend: {err: err}, Amend: {err: err}, Accept: {err: err}, Decline: {err: err}, Revoke: {err: err},
		Redeliver: {err: err},
	}
}

// Next returns the state after a command, by the table of the package
// documentation. Where the table has an error, it returns s and an error that
// wraps that one; for an invalid state or command, [ErrNone].
func (s State) Next(c Command) (State, error) {
	cell := transition{err: ErrNone}
	if int(s) < len(table) && c >= Send && c <= Redeliver {
		cell = table[s][c]
	}
	if cell.err != nil {
		return s, &Error{Err: fmt.Errorf("cannot %s: %w", c, cell.err)}
	}
	return cell.next, nil
}
