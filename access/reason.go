package access

import "slices"

// Reason is why a decision is what it is: a code from a closed set. The codes
// are stable; the sentences that [Decision.String] makes of them may improve.
// [Step.Reasons] lists them.
type Reason string

// The reasons of an allowance.
const (
	ReasonRole  Reason = "role"  // the role holds the action, and sees all data where data is asked for
	ReasonTeam  Reason = "team"  // a team of the user has a data group that matches the account
	ReasonGrant Reason = "grant" // the report is shared with the user or one of their teams
	ReasonMaker Reason = "maker" // the user made the link
	ReasonLink  Reason = "link"  // the link is live, and its maker would be allowed
)

// Denials of the subject step, in the order they are found.
const (
	ReasonUnavailable        Reason = "unavailable" // there is no policy to ask, but may be one later
	ReasonNoSubject          Reason = "no-subject"
	ReasonUnknownUser        Reason = "unknown-user"
	ReasonSuspended          Reason = "suspended"
	ReasonEnded              Reason = "ended"
	ReasonUnknownSessionTeam Reason = "unknown-session-team"
	ReasonNotAMember         Reason = "not-a-member"
	ReasonUnknownLink        Reason = "unknown-link"
	ReasonLinkEnded          Reason = "link-ended"   // revoked, its maker or report removed, or its kind gone from the catalog
	ReasonLinkExpired        Reason = "link-expired" // past its end
	ReasonLinkScope          Reason = "link-scope"   // this is not the question that the link answers
	ReasonLinkPaused         Reason = "link-paused"  // the maker would be denied now, at the step of the Decision
)

// Denials of the kind step: mistakes of the program that asks, which no user can
// mend.
const (
	ReasonUnknownAction     Reason = "unknown-action"
	ReasonNoResource        Reason = "no-resource"
	ReasonUnknownKind       Reason = "unknown-kind" // neither built in nor declared by the catalog
	ReasonMalformedResource Reason = "malformed-resource"
	ReasonWrongKind         Reason = "wrong-kind"
)

// Denials of the capability step.
const (
	ReasonNoCapability Reason = "no-capability"
	ReasonNoLevel      Reason = "no-level"
	ReasonLevelTooLow  Reason = "level-too-low"
)

// Denials of the reach step. ReasonAboveCeiling is one of them for a role that
// the user's role does not manage.
const (
	ReasonUnknownResource Reason = "unknown-resource" // whatever its kind
	ReasonAccountRequired Reason = "account-required"
	ReasonOutOfReach      Reason = "out-of-reach"
	ReasonAboveCeiling    Reason = "above-ceiling"
)

// Denials of the guard step. ReasonAboveCeiling is one of them for a user whose
// role the asker's role does not manage.
const (
	ReasonSelf             Reason = "self"
	ReasonLastHolder       Reason = "last-holder"
	ReasonIneligibleTarget Reason = "ineligible-target"
	ReasonRoleFull         Reason = "role-full"
)

// Step is a step of a decision. The steps are taken in the order of the
// constants, and the first that fails denies.
type Step uint8

// The steps. NoStep, the zero Step, is that of an allowance.
const (
	NoStep Step = iota
	StepSubject
	StepKind
	StepCapability
	StepReach
	StepGuard
)

// reasons are the reasons of each step, and of an allowance at NoStep.
var reasons = [...][]Reason{
	NoStep: {ReasonRole, ReasonTeam, ReasonGrant, ReasonMaker, ReasonLink},
	StepSubject: {
		ReasonUnavailable,
		ReasonNoSubject, ReasonUnknownUser, ReasonSuspended, ReasonEnded, ReasonUnknownSessionTeam, ReasonNotAMember,
		ReasonUnknownLink, ReasonLinkEnded, ReasonLinkExpired, ReasonLinkScope, ReasonLinkPaused,
	},
	StepKind:       {ReasonUnknownAction, ReasonNoResource, ReasonUnknownKind, ReasonMalformedResource, ReasonWrongKind},
	StepCapability: {ReasonNoCapability, ReasonNoLevel, ReasonLevelTooLow},
	StepReach:      {ReasonUnknownResource, ReasonAccountRequired, ReasonOutOfReach, ReasonAboveCeiling},
	StepGuard:      {ReasonSelf, ReasonAboveCeiling, ReasonLastHolder, ReasonIneligibleTarget, ReasonRoleFull},
}

// Reasons returns the reasons for which the step denies, in a new slice. Those
// of NoStep are the reasons of an allowance. Two reasons belong to more than
// one step: [ReasonAboveCeiling] is listed at both, and [ReasonLinkPaused],
// which any step may give when a link asks, at the first. For anything that is
// no step, Reasons returns nil.
func (s Step) Reasons() []Reason {
	if int(s) >= len(reasons) {
		return nil
	}
	return slices.Clone(reasons[s])
}

var stepNames = [...]string{"", "subject", "kind", "capability", "reach", "guard"}

// String returns "subject", "kind", "capability", "reach" or "guard", and ""
// for anything else.
func (s Step) String() string {
	if int(s) >= len(stepNames) {
		return ""
	}
	return stepNames[s]
}
