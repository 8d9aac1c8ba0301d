package audit

import "time"

// The states of a row of a register.
const (
	StateInvited   = "invited"   // a pending invitation, which gives no access yet
	StateActive    = "active"    // a user who has access
	StateSuspended = "suspended" // a user whose access is taken away until they are reinstated
	StateEnded     = "ended"     // a user whose access has ended
	StateRemoved   = "removed"   // somebody who was a user
)

// RegisterRow is one row of a register: a user, somebody who was one, or a
// pending invitation, with who gave them access, when and why. Times are in UTC;
// a zero time is none.
type RegisterRow struct {
	User       string   `json:"user,omitempty"`       // the id; "" for an invitation
	Invitation string   `json:"invitation,omitempty"` // that is pending, or that the user came by
	Name       string   `json:"name,omitempty"`
	Email      string   `json:"email,omitempty"`
	Role       string   `json:"role"`            // of somebody removed: the last
	Teams      []string `json:"teams,omitempty"` // ids in byte order, without memberships that have ended; of an invitation: offered
	State      string   `json:"state"`

	Added    time.Time `json:"added"`   // when the user came; of an invitation: when it was sent last
	AddedBy  string    `json:"addedBy"` // as [Actor.String] has it; of someone who was invited: the sponsor
	Reason   string    `json:"reason,omitempty"`
	Approval string    `json:"approval,omitempty"`
	Event    uint64    `json:"event"` // that Added is the time of

	// Duration is how long the access was planned for, as it stands: "permanent",
	// or "90 days", whole days from Added to Ends, rounded up.
	Duration   string    `json:"duration"`
	Ends       time.Time `json:"ends,omitzero"`       // exclusive; of an invitation: the end that it offers, if that is a date; of somebody removed: when they were
	ReviewBy   time.Time `json:"reviewBy,omitzero"`   // as the invitation asked for
	LastReview time.Time `json:"lastReview,omitzero"` // when it was decided in a review that is closed
	NextReview time.Time `json:"nextReview,omitzero"` // no later than ReviewBy, until a review

	// Of somebody removed: when, by whom, why, and by which event.
	Removed       time.Time `json:"removed,omitzero"`
	RemovedBy     string    `json:"removedBy,omitempty"`
	RemovedReason string    `json:"removedReason,omitempty"`
	RemovedEvent  uint64    `json:"removedEvent,omitempty"`
}

// Key returns what identifies the row in a register and in a review: "user:mia",
// or "invitation:x7" for a pending invitation. Registers are in byte order of
// keys.
func (r RegisterRow) Key() string {
	if r.User == "" {
		return "invitation:" + r.Invitation
	}
	return "user:" + r.User
}

// The kinds of a [Piece].
const (
	PieceRole       = "role"       // the role: what the user may do, and all data if it sees all data
	PieceCatalog    = "catalog"    // the role catalog was replaced since the role was given
	PieceTeam       = "team"       // a membership
	PieceData       = "data"       // a data group, through a team
	PieceLost       = "lost"       // a data group that a team of the user's no longer has
	PieceFilter     = "filter"     // the filter of a data group was edited since the user got it
	PieceGained     = "gained"     // accounts that came into a data group since then
	PieceGone       = "gone"       // accounts that left it
	PieceReport     = "report"     // a report that is shared with the user
	PieceTeamReport = "teamreport" // a report that is shared with a team of the user's
	PieceLink       = "link"       // a share link that the user made
)

// Piece is one piece of the access of a user: since when they have it, by whom,
// why and until when. Pieces of the kinds lost and gone are what they had.
type Piece struct {
	Kind     string   `json:"kind"`
	Role     string   `json:"role,omitempty"`
	Team     string   `json:"team,omitempty"` // that it comes through
	Group    string   `json:"group,omitempty"`
	Report   string   `json:"report,omitempty"`
	Link     string   `json:"link,omitempty"`
	Level    string   `json:"level,omitempty"`    // at the report
	Resource string   `json:"resource,omitempty"` // that the link shows
	From     string   `json:"from,omitempty"`     // of an edited filter: before
	To       string   `json:"to,omitempty"`       // after; of accounts: the filter then
	Accounts []string `json:"accounts,omitempty"` // the first 100, in byte order
	Count    int      `json:"count,omitempty"`    // of all accounts

	Since    time.Time `json:"since"`
	By       string    `json:"by"` // as in a RegisterRow
	Reason   string    `json:"reason,omitempty"`
	Approval string    `json:"approval,omitempty"`
	Until    time.Time `json:"until,omitzero"` // of this piece; one through a team lasts no longer than the membership, and none longer than the row
	Event    uint64    `json:"event"`          // that gave it, at Since

	// Events are all that it rests on, Event included, in order: without any of
	// them it would not be there, or not be as it is.
	Events []uint64 `json:"events"`
}

// The kinds of a [DueRow].
const (
	DueEnd         = "ends"              // the access of a user ends
	DueMembership  = "membership-ends"   // a membership ends
	DueGrant       = "grant-ends"        // a report grant ends
	DueReviewBy    = "review-by"         // a user is to be reviewed, by date or schedule
	DueReview      = "review"            // a review of the company is to be opened
	DueOpenReview  = "review-open"       // an open review is to be closed
	DueUnanswered  = "unanswered"        // an invitation was not answered: it expires, or has expired
	DueUndelivered = "undelivered"       // the message of an invitation was not delivered
	DueNoData      = "sees-nothing"      // an active user sees no account
	DueNoCreator   = "no-active-creator" // a report has no creator who is active
)

// DueRow is something that is due: it ends, or somebody is to look at it.
type DueRow struct {
	Kind       string    `json:"kind"`
	At         time.Time `json:"at,omitzero"` // when it is due; zero is now
	User       string    `json:"user,omitempty"`
	Email      string    `json:"email,omitempty"`
	Invitation string    `json:"invitation,omitempty"`
	Team       string    `json:"team,omitempty"`
	Report     string    `json:"report,omitempty"`
	Review     string    `json:"review,omitempty"`
}

// The decisions about an item of a review.
const (
	Keep   = "keep"
	Reduce = "reduce" // something of it is to be taken away, by a change
	Revoke = "revoke" // all of it is to be taken away, by a change
)

// Review is a review of the complete population at one event.
type Review struct {
	ID       string    `json:"id"`
	Opened   time.Time `json:"opened"`
	OpenedBy string    `json:"openedBy"`
	Reason   string    `json:"reason,omitempty"`
	Event    uint64    `json:"event"`  // that opened it
	Due      time.Time `json:"due"`    // when it is to be closed
	Count    int       `json:"count"`  // of the population
	Digest   Hash      `json:"digest"` // of the population: of its rows as lines of JSON

	Closed      time.Time `json:"closed,omitzero"` // zero while it is open
	ClosedBy    string    `json:"closedBy,omitempty"`
	ClosedEvent uint64    `json:"closedEvent,omitempty"`
	Evidence    Hash      `json:"evidence,omitzero"` // that closing recorded
}

// ReviewItem is one row of the population of a review, and what was decided
// about it.
type ReviewItem struct {
	Row RegisterRow `json:"row"` // as it was when the review was opened

	Decision string    `json:"decision,omitempty"` // "" while it is open
	Reason   string    `json:"reason,omitempty"`
	Reviewer string    `json:"reviewer,omitempty"` // as [Actor.String] has it
	Decided  time.Time `json:"decided,omitzero"`
	Event    uint64    `json:"event,omitempty"`

	// Changed is the last event that changed the row after it was frozen, and
	// reopened it if it was decided before; 0 is none.
	Changed uint64 `json:"changed,omitempty"`

	// Done is the event that carried a reduction or revocation out; 0 is none.
	Done uint64 `json:"done,omitempty"`
}

// The kinds of a [Finding].
const (
	FindingOpen      = "open"      // an item is not decided
	FindingDrift     = "drift"     // an item changed after it was decided, and is not decided again
	FindingUnmatched = "unmatched" // a reduction or revocation is not carried out
	FindingOverdue   = "overdue"   // the review was not closed when it was due
)

// Finding is something that a review left to be done.
type Finding struct {
	Kind     string `json:"kind"`
	Review   string `json:"review"`
	Row      string `json:"row,omitempty"` // the key of the item; "" for the review as a whole
	Decision string `json:"decision,omitempty"`
	Event    uint64 `json:"event,omitempty"` // the decision, or the change that reopened it
}
