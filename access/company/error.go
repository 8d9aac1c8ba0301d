package company

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
)

// Why a change is refused, besides a denial by Decide, which is a
// [*access.DeniedError]. The first three are those of package access: their
// texts come after the name of what is invalid, unknown or taken.
var (
	ErrInvalid = access.ErrInvalid
	ErrUnknown = access.ErrUnknown
	ErrTaken   = access.ErrTaken

	ErrNoActor       = errors.New("no actor is given")
	ErrSystem        = errors.New("the system may not make this change")
	ErrSystemOnly    = errors.New("only a system may make this change")
	ErrInvitee       = errors.New("an invitee may only accept or decline their invitation")
	ErrInviteeOnly   = errors.New("only the invited person may answer an invitation")
	ErrReason        = errors.New("a reason is required, in plain text of at most 500 bytes")
	ErrReused        = errors.New("the id was used before")
	ErrNoChange      = errors.New("nothing would change")
	ErrChanged       = errors.New("what the change reads was changed since the actor looked")
	ErrSelf          = errors.New("users may not raise themselves")
	ErrBeyondOwnEnd  = errors.New("nobody may give access for longer than they have it")
	ErrLowers        = errors.New("sharing may not lower a level or an end: unshare first")
	ErrSuccessor     = errors.New("a successor is required who is active, without an end of access, and not the actor")
	ErrLastCreator   = errors.New("the report would be left without a creator")
	ErrLastHolder    = errors.New("the role would be left without the holders it must have")
	ErrRoleFull      = errors.New("the role has as many holders as it may have")
	ErrSeats         = errors.New("no seats are left")
	ErrNotOffered    = errors.New("no invitation may offer the role")
	ErrPast          = errors.New("the end is in the past")
	ErrLimit         = errors.New("there are as many pending invitations as there may be")
	ErrTooSoon       = errors.New("a message was sent to the address a moment ago")
	ErrNoDelivery    = errors.New("no way to deliver invitations is configured")
	ErrAttributeUsed = errors.New("a filter reads the attribute")

	ErrReviewOpen     = errors.New("a review is open: close it first")
	ErrReviewClosed   = errors.New("the review is closed: nothing of it changes any more")
	ErrDecided        = errors.New("the item is decided, and was not reopened since")
	ErrNotIndependent = errors.New("the reviewer made or sponsored what raised the row: another one must decide")
)

// What can be said of the delivery of a message.
var (
	// ErrQueued is for [Config.Deliver] to wrap: the message is in a queue of the
	// host's, and that it was delivered will be recorded by a [RecordDelivery],
	// within [InvitationLimits.Lease].
	ErrQueued = errors.New("the message is in a queue")
	// ErrUnrecorded: the message was delivered, and the log does not have it.
	ErrUnrecorded = errors.New("the message was delivered, and that could not be recorded")
)

// What can go wrong with the log.
var (
	// ErrNotEmpty: a company cannot be founded on a log that has events.
	ErrNotEmpty = journal.ErrNotEmpty
	// ErrNotFounded: the log has no company.
	ErrNotFounded = errors.New("the log is empty")
	// ErrUnfinished: the log has the beginning of a founding in several events, and
	// not its end.
	ErrUnfinished = errors.New("the founding is not finished: found it again with the same Founding")
	// ErrOtherFounding: the log has the beginning of a founding, and it is not this
	// one. Nothing is written.
	ErrOtherFounding = errors.New("the log has the beginning of another founding")
	// ErrBeforeFounding: the company was not there yet.
	ErrBeforeFounding = errors.New("the company was founded later")
	// ErrBroken: an event does not continue the ones before it, has an unknown
	// type or version, or cannot be applied.
	ErrBroken = journal.ErrBroken
	// ErrDiverged: the log no longer has what it acknowledged.
	ErrDiverged = journal.ErrDiverged
	// ErrUncertain: an append failed in such a way that the event may still be
	// stored. Nothing is written before that is settled.
	ErrUncertain = journal.ErrUncertain
	// ErrOvertaken: another writer was first, and the transaction of a
	// [Company.DoIn] cannot see what they wrote.
	ErrOvertaken = journal.ErrOvertaken
	// ErrNotStored: the transaction of a [Company.DoIn] was not committed, and the
	// log has another event in the place of its event.
	ErrNotStored = journal.ErrNotStored
	// ErrEvidence: a file of the evidence of a review is not what its events come
	// to.
	ErrEvidence = errors.New("it does not follow from the events")
	// ErrClock: the last event is further ahead of [Config.Now] than
	// [Config.ClockSkew], or the clock of the log's store differs from it by more.
	// So one of two clocks is wrong. Nothing is written.
	ErrClock = errors.New("a clock is wrong")
)

// What a person is told who wants to use an invitation or a link. Everything else
// is in the Cause of a [*Refusal].
var (
	// ErrRefused: it does not exist, it has another secret, it is for somebody
	// else, or it has ended. Which of them it is must not show.
	ErrRefused = errors.New("the invitation or link cannot be used")
	// ErrOnHold: the invitation is this person's, but its sponsor could not send it
	// now. The sponsor may know why; see [Company.WhyOnHold].
	ErrOnHold = errors.New("the invitation is on hold")
)

// Refusal is what a person is told who wants to use an invitation or a link. Its
// text is the same whatever is wrong, so that it tells a stranger nothing.
type Refusal struct {
	Public error // ErrRefused or ErrOnHold
	Cause  error // for the host and its log
}

// Error returns the text of Public.
func (e *Refusal) Error() string { return e.Public.Error() }

// Unwrap returns Public. It does not return Cause, which is not for the person
// who is refused.
func (e *Refusal) Unwrap() error { return e.Public }

// Error is a change that was refused, or an event that could not be replayed.
//
// The text of a refusal by [Company.Do] may be shown to the actor. It names
// nothing that they may not know of: users, teams, data groups and invitations
// are known to holders of [access.ViewDirectory] and to systems, and to others
// only those whose very id or address they gave. Where they may know, an unknown
// id comes with the one that was probably meant. [Error.Detail] has everything.
type Error struct {
	Op     string // what was attempted: "do", "found", "open", "sync", "follow", "at", "offer" …; "replay" for an event of the log
	Index  int    // of the change in a Do, counted from 1; 0 for none in particular
	Change string // its type, as the log names it; "" if it is no change
	Seq    uint64 // of the event that could not be replayed, or that is the cause of a refusal; 0 for none in particular
	Err    error
}

// Error returns what was attempted, at which change or event, and the cause.
func (e *Error) Error() string {
	cause := text.Cause(e.Err)
	switch {
	case e.Index > 0 && e.Change != "":
		return fmt.Sprintf("company: %s: change %d, %s: %s", e.Op, e.Index, e.Change, cause)
	case e.Index > 0:
		return fmt.Sprintf("company: %s: change %d: %s", e.Op, e.Index, cause)
	case e.Seq > 0:
		return fmt.Sprintf("company: %s: event %d: %s", e.Op, e.Seq, cause)
	}
	return fmt.Sprintf("company: %s: %s", e.Op, cause)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// refusals is what [Error.Refused] goes by, besides denials.
var refusals = []error{
	ErrNoActor, ErrSystem, ErrSystemOnly, ErrInvitee, ErrInviteeOnly, ErrReason, ErrInvalid, ErrUnknown, ErrTaken, ErrReused, ErrNoChange, ErrChanged,
	ErrSelf, ErrBeyondOwnEnd, ErrPast, ErrLowers, ErrSuccessor, ErrLastCreator, ErrLastHolder, ErrRoleFull, ErrSeats,
	ErrAttributeUsed, ErrNotOffered, ErrLimit, ErrTooSoon, ErrRefused, ErrOnHold,
	ErrReviewOpen, ErrReviewClosed, ErrDecided, ErrNotIndependent,
	invite.ErrNone, invite.ErrPending, invite.ErrExpired, invite.ErrAccepted, invite.ErrDeclined, invite.ErrRevoked,
}

// Refused reports whether e says that something may not be done, so that trying
// again does not help. It is false if the log or the configuration failed.
func (e *Error) Refused() bool {
	for _, failure := range []error{ErrBroken, ErrDiverged, ErrUncertain, ErrClock} {
		if errors.Is(e, failure) {
			return false // whatever else it wraps
		}
	}
	return errors.Is(e, access.ErrDenied) || slices.ContainsFunc(refusals, func(r error) bool { return errors.Is(e, r) })
}

// Detail returns what Error does, and what is not for the person refused: what
// the refusal is about and they may not know of, the id that was probably meant
// by an unknown one, the whole decision of a denial, and the cause of a
// [*Refusal]. It is for the host's log.
func (e *Error) Detail() string { return withDetail(e.Error(), e.Err) }
