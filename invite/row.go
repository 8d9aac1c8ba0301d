package invite

// Row is one line of a file of invitations: what it asks for and, later, what
// became of it.
type Row struct {
	Line   int    // where it begins, from 1
	Terms  Terms  // normal if Code is OK, else as far as they could be read
	Reason string // "" means the reason of the whole file

	Code Code
	Err  error // more about the code, for people; nil if the code is OK

	// What became of it, for a row that was sent.
	Invitation  ID
	Undelivered error // why the message was not delivered; the invitation can be resent
}

// Code says what is wrong with a row, or that nothing is. Codes are stable. The
// zero Code is that of a row that was not looked at yet; it is not OK.
type Code string

// OK is the code of a row that can be sent. From [ReadCSV] it means only that
// the row can be read.
const OK Code = "ok"

// What [ReadCSV] finds. If several apply, it is the first in this order.
const (
	BadRow          Code = "bad-row"           // a value in a column without a name
	BadAddress      Code = "bad-address"       // not a bare e-mail address
	DuplicateInFile Code = "duplicate-in-file" // a row above has the same mailbox; that one counts, whatever its code
	BadName         Code = "bad-name"          // too long, or not a line of text
	BadTeams        Code = "bad-teams"         // an empty id, a team twice, or too many
	BadReason       Code = "bad-reason"        // too long, or not lines of text
	BadDate         Code = "bad-date"          // neither a date nor an RFC 3339 time; from the company, one in the past
)

// What the company finds in its current state.
const (
	AlreadyMember  Code = "already-member"  // a user has the address
	AlreadyPending Code = "already-pending" // an invitation to the address can still be accepted
	UnknownRole    Code = "unknown-role"
	NotOffered     Code = "not-offered" // invitations do not offer this role
	AboveCeiling   Code = "above-ceiling"
	UnknownTeam    Code = "unknown-team"
	NotAllowed     Code = "not-allowed"    // the sender may not send it, for another reason than the role's rank
	BeyondOwnEnd   Code = "beyond-own-end" // it would last longer than the access of the sender
	OverLimit      Code = "over-limit"     // no seat is left, or too many are pending
	TooSoon        Code = "too-soon"       // the address was just sent one
	Failed         Code = "failed"         // anything else; Err says what
)
