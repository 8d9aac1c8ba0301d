package accesstest

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// allowReasons are the codes of an allowance.
func allowReasons() []access.Reason {
	return []access.Reason{access.ByRole, access.ByTeam, access.ByGrant, access.ByMaker, access.ByLink}
}

// subjectReasons are the codes of a denial of whatever a subject asks.
func subjectReasons() []access.Reason {
	return []access.Reason{
		access.NoSubject, access.UnknownUser, access.Suspended, access.Ended, access.UnknownSessionTeam, access.NotAMember,
		access.UnknownLink, access.LinkEnded, access.LinkExpired,
	}
}

// denyReasons are the codes of a denial.
func denyReasons() []access.Reason {
	return append(subjectReasons(),
		access.LinkScope, access.LinkPaused, access.UnknownAction, access.NoResource, access.MalformedResource, access.WrongKind,
		access.NoCapability, access.NoLevel, access.LevelTooLow,
		access.UnknownAccount, access.UnknownTarget, access.UnknownRole, access.UnknownTeam, access.UnknownGroup,
		access.UnknownReport, access.UnknownShareLink, access.AccountRequired, access.OutOfReach, access.AboveCeiling,
		access.Self, access.LastHolder, access.IneligibleTarget, access.RoleFull,
	)
}

// parseReason reads the code of a reason to allow, or to deny.
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
		return "", fmt.Errorf("%q is no reason to %s", text, verb)
	}
	var codes []string
	for _, known := range fit {
		codes = append(codes, string(known))
	}
	return "", fmt.Errorf("there is no reason %q%s", text, didYouMean(text, slices.Values(codes)))
}
