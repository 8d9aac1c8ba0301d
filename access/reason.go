package access

// Reason is why a decision is what it is: a code from a closed set. Codes are
// stable; the sentences that [Decision.String] makes of them may improve.
type Reason string

// What an allowance is by.
const (
	ByRole  Reason = "role"  // the role holds the action, and sees all data where data is asked for
	ByTeam  Reason = "team"  // a team the user belongs to holds a data group that matches the account
	ByGrant Reason = "grant" // the report is shared with the user or a team of his
	ByMaker Reason = "maker" // the user made the link
	ByLink  Reason = "link"  // the link is live and its maker would be allowed
)

// Denials of the subject step, in the order they are found.
const (
	NoSubject          Reason = "no-subject"
	UnknownUser        Reason = "unknown-user"
	Suspended          Reason = "suspended"
	Ended              Reason = "ended"
	UnknownSessionTeam Reason = "unknown-session-team"
	NotAMember         Reason = "not-a-member"
	UnknownLink        Reason = "unknown-link"
	LinkEnded          Reason = "link-ended"   // revoked, or maker or report removed
	LinkExpired        Reason = "link-expired" // past its end
	LinkScope          Reason = "link-scope"   // not the one question the link answers
	LinkPaused         Reason = "link-paused"  // the maker would be denied now; at the step that denies him
)

// Denials of the kind step.
const (
	UnknownAction     Reason = "unknown-action"
	NoResource        Reason = "no-resource"
	MalformedResource Reason = "malformed-resource"
	WrongKind         Reason = "wrong-kind"
)

// Denials of the capability step.
const (
	NoCapability Reason = "no-capability"
	NoLevel      Reason = "no-level"
	LevelTooLow  Reason = "level-too-low"
)

// Denials of the reach step. AboveCeiling is one of them for a role that the
// actor's role does not manage.
const (
	UnknownAccount   Reason = "unknown-account"
	UnknownTarget    Reason = "unknown-target"
	UnknownRole      Reason = "unknown-role"
	UnknownTeam      Reason = "unknown-team"
	UnknownGroup     Reason = "unknown-group"
	UnknownReport    Reason = "unknown-report"
	UnknownShareLink Reason = "unknown-share-link"
	AccountRequired  Reason = "account-required"
	OutOfReach       Reason = "out-of-reach"
	AboveCeiling     Reason = "above-ceiling"
)

// Denials of the guard step. AboveCeiling is one of them for a user whose role
// the actor's role does not manage.
const (
	Self             Reason = "self"
	LastHolder       Reason = "last-holder"
	IneligibleTarget Reason = "ineligible-target"
	RoleFull         Reason = "role-full"
)

// Step is a step of a decision. They are taken in the order of the constants,
// and the first that fails denies.
type Step uint8

// The steps. The zero Step is that of an allowance, and of no decision at all.
const (
	NoStep Step = iota
	StepSubject
	StepKind
	StepCapability
	StepReach
	StepGuard
)

var stepNames = [...]string{"", "subject", "kind", "capability", "reach", "guard"}

// String returns "subject", "kind", "capability", "reach" or "guard", and ""
// for anything else.
func (s Step) String() string {
	if int(s) >= len(stepNames) {
		return ""
	}
	return stepNames[s]
}
