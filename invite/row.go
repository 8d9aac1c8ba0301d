package invite

// Row is one line of a file of invitations: what it asks for and, later, what
// became of it.
type Row struct {
	Line   int    // on which it begins, from 1
	Terms  Terms  // normal if Code is OK, else as far as they could be read
	Reason string // "" is that of the batch

	Code Code
	Err  error // more about the code, for people; nil if it is OK

	// What became of it, for a row that was sent.
	Invitation  ID
	Undelivered error // why the message was not delivered; the invitation can be resent
}

// Code says what is wrong with a row, or that nothing is. Codes are stable. The
// zero Code is that of a row nobody looked at yet, which is not OK.
type Code string

// OK is the code of a row that can be sent. Of [ReadCSV] it means no more than
// that the row can be read.
const OK Code = "ok"

// What [ReadCSV] finds. Of several it is the first in this order.
const (
	BadRow          Code = "bad-row"           // more or fewer cells than the header has
	BadAddress      Code = "bad-address"       // not a bare e-mail address
	DuplicateInFile Code = "duplicate-in-file" // a row above has the same mailbox, and counts, whatever its code
	Formula         Code = "formula"           // a name or reason that a spreadsheet would run
	BadName         Code = "bad-name"          // too long, or not on one line
	BadTeams        Code = "bad-teams"         // an empty id, a team twice, or too many
	BadReason       Code = "bad-reason"        // too long, or control characters besides line breaks
	BadDate         Code = "bad-date"          // neither a date nor an RFC 3339 time; of the company, one that is past
)

// What the company finds, by its state at that moment.
const (
	AlreadyMember  Code = "already-member"  // a user has the address
	AlreadyPending Code = "already-pending" // an invitation to the address can still be accepted
	UnknownRole    Code = "unknown-role"
	NotOffered     Code = "not-offered" // nobody is invited to this role
	AboveCeiling   Code = "above-ceiling"
	UnknownTeam    Code = "unknown-team"
	NotAllowed     Code = "not-allowed"    // whoever sends it may not, for another reason than the role's rank
	BeyondOwnEnd   Code = "beyond-own-end" // it would last longer than the access of whoever sends it
	OverLimit      Code = "over-limit"     // no seat is left, or too many are pending
	TooSoon        Code = "too-soon"       // one was just sent
	Failed         Code = "failed"         // anything else; Err says what
)
