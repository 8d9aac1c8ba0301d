package story

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// allowReasons returns the codes of allowing.
func allowReasons() []access.Reason { return access.NoStep.Reasons() }

// denyReasons returns the codes of denying.
func denyReasons() []access.Reason {
	var all []access.Reason
	for step := access.StepSubject; step <= access.StepGuard; step++ {
		all = append(all, step.Reasons()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// subjectReasons returns the codes of a subject who is denied everything. The
// other one of the subject step depends on the question.
func subjectReasons() []access.Reason {
	return slices.DeleteFunc(access.StepSubject.Reasons(), func(r access.Reason) bool { return r == access.ReasonLinkScope })
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
		return "", fmt.Errorf("%q is not a reason to %s: leave out because and the reason, or write another", text, verb)
	}
	var codes []string
	for _, known := range fit {
		codes = append(codes, string(known))
	}
	cure := cmp.Or(didYouMean(text, slices.Values(codes)), fmt.Sprintf(": write the code of one, as in because %s", exampleReason(allow)))
	return "", fmt.Errorf("there is no reason %q%s", text, cure)
}

// exampleReason returns a reason to allow or to deny that people often give.
func exampleReason(allow bool) access.Reason {
	if allow {
		return access.ReasonTeam
	}
	return access.ReasonOutOfReach
}
