package access

import (
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Decision is the answer to one question, with its reason. It is comparable,
// and the zero Decision denies.
//
// It names roles, teams and data groups, so show it only to the host, in its
// log, and to users whose role holds [ReadAudit]. To the subject show
// [Decision.Public].
type Decision struct {
	Allowed bool
	Reason  Reason
	Step    Step // that denied; NoStep if Allowed

	// The route, as far as Decide came. A field that plays no part is zero.
	Role  role.Name    // that was consulted
	Team  team.ID      // through which an account is seen or a report is shared
	Group datagroup.ID // of Team, that matches the account
	Level Level        // of the user at the report

	// The question.
	Subject  Subject
	Action   Action
	Resource Resource
}

// Public is what the subject may be shown: no name beyond those in the
// question, and one code for what does not exist and what is out of reach.
type Public struct {
	Allowed bool   `json:"allowed"`
	Reason  Reason `json:"reason,omitempty"` // of a denial
}

// Public returns d without what the subject must not learn. At accounts, items,
// reports and links every denial of the reach step becomes [ReasonOutOfReach],
// and so does [ReasonNoLevel], which would show that a report exists. At users,
// roles, teams and data groups the reason stays: what may be asked of one may be
// asked of all, so an unknown id is a slip. [ReasonUnknownSessionTeam] becomes
// [ReasonNotAMember], and [ReasonUnknownLink] becomes [ReasonLinkEnded].
func (d Decision) Public() Public {
	switch {
	case d.Allowed:
		return Public{Allowed: true}
	case d.Reason == ReasonUnknownSessionTeam:
		return Public{Reason: ReasonNotAMember}
	case d.Reason == ReasonUnknownLink:
		return Public{Reason: ReasonLinkEnded}
	case d.Reason == ReasonLinkPaused:
		return Public{Reason: ReasonLinkPaused}
	case d.Step == StepReach && !d.Resource.kind.listed(), d.Reason == ReasonNoLevel:
		return Public{Reason: ReasonOutOfReach}
	}
	return Public{Reason: d.Reason}
}

// listed reports whether k is one of the kinds whose things are all alike to
// anyone who may do something with one.
func (k Kind) listed() bool {
	return k == KindUser || k == KindRole || k == KindTeam || k == KindGroup
}

// String returns "allow", or "deny" with the reason.
func (p Public) String() string {
	switch {
	case p.Allowed:
		return "allow"
	case p.Reason == "":
		return "deny"
	}
	return "deny " + string(p.Reason)
}

// ErrDenied is wrapped by every [DeniedError].
var ErrDenied = errors.New("denied")

// DeniedError is a denial as an error. Its text may be shown to the subject;
// its Decision may not.
type DeniedError struct {
	Decision Decision
}

// Error returns the public reason.
func (e *DeniedError) Error() string {
	if r := e.Decision.Public().Reason; r != "" {
		return "access: denied: " + string(r)
	}
	return "access: denied"
}

// Unwrap returns [ErrDenied].
func (e *DeniedError) Unwrap() error { return ErrDenied }

// Err returns nil if d allows, and a [*DeniedError] otherwise.
func (d Decision) Err() error {
	if d.Allowed {
		return nil
	}
	return &DeniedError{d}
}

// String returns the decision in one line: "allow: team americas, data group
// us" or "deny out-of-reach: de-1 is in none of ann's data groups". The
// sentence may improve from version to version: compare Reason instead.
func (d Decision) String() string {
	switch {
	case d.Allowed && d.Reason == "":
		return "allow" // one step alone, which takes no route
	case d.Allowed:
		return "allow: " + d.route()
	case d.Reason == "":
		return "deny"
	}
	return fmt.Sprintf("deny %s: %s", d.Reason, d.sentence())
}

// route says by what d allows.
func (d Decision) route() string {
	switch d.Reason {
	case ReasonTeam:
		return fmt.Sprintf("team %s, data group %s", text.Plain(d.Team), text.Plain(d.Group))
	case ReasonGrant:
		if d.Team != "" {
			return fmt.Sprintf("%s of the report, through team %s", d.Level, text.Plain(d.Team))
		}
		return fmt.Sprintf("%s of the report", d.Level)
	case ReasonMaker:
		return fmt.Sprintf("%s made the link", text.Plain(d.Subject.id))
	case ReasonLink:
		return fmt.Sprintf("%s is live", d.Subject)
	}
	return fmt.Sprintf("role %s", d.Role)
}

// sentence says why d denies.
func (d Decision) sentence() string {
	who, what := text.Plain(d.Subject.id), text.Plain(d.Resource.id)
	switch d.Reason {
	case ReasonUnavailable:
		return "there is no policy to ask now"
	case ReasonNoSubject:
		return "nobody is asking"
	case ReasonUnknownUser:
		return fmt.Sprintf("there is no user %s", who)
	case ReasonSuspended:
		return fmt.Sprintf("%s is suspended", who)
	case ReasonEnded:
		return fmt.Sprintf("the access of %s has ended", who)
	case ReasonUnknownSessionTeam:
		return fmt.Sprintf("there is no team %s to act within", text.Quote(d.Subject.team))
	case ReasonNotAMember:
		return fmt.Sprintf("%s is not a current member of team %s", who, text.Plain(d.Subject.team))
	case ReasonUnknownLink:
		return fmt.Sprintf("there is no link %s", who)
	case ReasonLinkEnded:
		return fmt.Sprintf("link %s was revoked, or its maker, report or kind is gone", who)
	case ReasonLinkExpired:
		return fmt.Sprintf("link %s has expired", who)
	case ReasonLinkScope:
		return fmt.Sprintf("link %s is for another action or another resource", who)
	case ReasonLinkPaused:
		return fmt.Sprintf("the maker of link %s would be denied now, at the %s step", who, d.Step)
	case ReasonUnknownAction:
		return fmt.Sprintf("there is no action %s", text.Quote(string(d.Action)))
	case ReasonNoResource:
		return "no resource is named"
	case ReasonUnknownKind:
		return fmt.Sprintf("the catalog declares no kind %s", text.Quote(string(d.Resource.kind)))
	case ReasonMalformedResource:
		if d.Resource.kind == KindCompany {
			return "the company is named without an id or an account"
		}
		return fmt.Sprintf("things of kind %s belong to no account", d.Resource.kind)
	case ReasonWrongKind:
		return fmt.Sprintf("%s cannot be asked of %s", d.Action, text.Plain(d.Resource.String()))
	case ReasonNoCapability:
		return fmt.Sprintf("role %s does not hold %s", d.Role, d.Action)
	case ReasonNoLevel:
		return fmt.Sprintf("report %s is not shared with %s", what, who)
	case ReasonLevelTooLow:
		return fmt.Sprintf("level %s does not hold %s", d.Level, d.Action)
	}
	return d.reachSentence()
}

// reachSentence is sentence for the reach and guard steps.
func (d Decision) reachSentence() string {
	who, what := text.Plain(d.Subject.id), text.Plain(d.Resource.id)
	switch d.Reason {
	case ReasonUnknownResource:
		kind, id := d.Resource.kind, d.Resource.id
		if account := d.Resource.Account(); account != "" {
			kind, id = KindAccount, string(account) // what an item belongs to
		}
		return fmt.Sprintf("there is no %s %s", kind, text.Quote(id))
	case ReasonAccountRequired:
		return fmt.Sprintf("%s names no account", text.Plain(d.Resource.String()))
	case ReasonOutOfReach:
		if d.Resource.kind == KindLink {
			return fmt.Sprintf("only the maker of link %s, a creator of its report, or someone who may remove the maker may do this", what)
		}
		if scope, ok := d.Subject.Team(); ok {
			return fmt.Sprintf("%s is in none of the data groups of team %s", text.Plain(d.Resource.Account()), text.Plain(scope))
		}
		return fmt.Sprintf("%s is in none of %s's data groups", text.Plain(d.Resource.Account()), who)
	case ReasonAboveCeiling:
		if d.Step == StepReach {
			return fmt.Sprintf("role %s does not manage role %s", d.Role, what)
		}
		return fmt.Sprintf("role %s does not manage the role of %s", d.Role, what)
	case ReasonSelf:
		return "users may not do this to themselves"
	case ReasonLastHolder:
		return fmt.Sprintf("the role of %s would have too few holders left", what)
	case ReasonIneligibleTarget:
		return fmt.Sprintf("%s cannot become owner: it must be another user, active, without an end of access, whose role %s manages", what, d.Role)
	case ReasonRoleFull:
		return fmt.Sprintf("role %s has as many holders as it may have", what)
	}
	return string(d.Reason)
}
