package story

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// allowReasons are the codes of allowing.
func allowReasons() []access.Reason {
	return []access.Reason{access.ReasonRole, access.ReasonTeam, access.ReasonGrant, access.ReasonMaker, access.ReasonLink}
}

// subjectReasons are the codes of a subject who is denied everything.
func subjectReasons() []access.Reason {
	return []access.Reason{
		access.ReasonNoSubject, access.ReasonUnknownUser, access.ReasonSuspended, access.ReasonEnded, access.ReasonUnknownSessionTeam, access.ReasonNotAMember,
		access.ReasonUnknownLink, access.ReasonLinkEnded, access.ReasonLinkExpired,
	}
}

// denyReasons are the codes of denying.
func denyReasons() []access.Reason {
	return append(subjectReasons(),
		access.ReasonLinkScope, access.ReasonLinkPaused, access.ReasonUnknownAction, access.ReasonNoResource, access.ReasonMalformedResource, access.ReasonWrongKind,
		access.ReasonNoCapability, access.ReasonNoLevel, access.ReasonLevelTooLow,
		access.ReasonUnknownResource, access.ReasonAccountRequired, access.ReasonOutOfReach, access.ReasonAboveCeiling,
		access.ReasonSelf, access.ReasonLastHolder, access.ReasonIneligibleTarget, access.ReasonRoleFull,
	)
}

// parseReason reads the code of a reason to allow or to deny.
func parseReason(text string, allow bool) (access.Reason, error) {
	verb, fit, other := "deny", denyReasons(), allowReasons()
	if allow {
		verb, fit, other = "allow", other, fit
	}
	r := access.Reason(text)
	if slices.Contains(fit, r) {
		return r, nil
	}
	if slices.Contains(other, r) {
		return "", fmt.Errorf("%q is not a reason to %s", text, verb)
	}
	var codes []string
	for _, known := range fit {
		codes = append(codes, string(known))
	}
	return "", fmt.Errorf("there is no reason %q%s", text, didYouMean(text, slices.Values(codes)))
}
