package model

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/invite"
)

// Refusal is why a request is refused. The zero Refusal is none.
//
// A change of an invitation or a link can be refused for several causes at
// once, and SPEC does not say which of them is named. Any other change has one
// cause, as the order of its rules is fixed.
type Refusal struct {
	Public string // the error that the person invited gets whatever the cause is; "" if it is the cause
	Causes []Cause
}

// Cause is one cause of a refusal: the name of a sentinel, as "ErrSelf", or
// "denied" and the reason of Decide, as "denied self".
type Cause struct {
	Err  string
	Code invite.Code // of a row of a file
}

func because(err string, code invite.Code) Refusal { return Refusal{Causes: []Cause{{err, code}}} }

// when adds a cause, if there is one.
func (r *Refusal) when(refused bool, err string, code invite.Code) {
	if refused {
		r.Causes = append(r.Causes, Cause{err, code})
	}
}

// Denied is a decision as a cause: "denied" with its reason, and with the kind of
// a resource that does not exist. It is "" for a decision that allows.
func Denied(d access.Decision) string {
	switch {
	case d.Allowed:
		return ""
	case d.Reason == access.ReasonUnknownResource:
		return "denied " + string(d.Reason) + " " + string(d.Resource.Kind())
	}
	return "denied " + string(d.Reason)
}

// orChanged is what becomes of a refusal, or of none, where what the change reads
// has changed: a denial is told before that, and that before all else.
// Either may be told where loose is true: to invite by the terms of what was sent
// is to re-send it, which may be refused before that is found out, and what is on
// hold is denied to its sponsor. Who may not change an address at all is told so first
// or last.
func (r Refusal) orChanged(loose bool) Refusal {
	if loose || slices.Contains(r.Errs(), "ErrSystemOnly") {
		return Refusal{Causes: append(r.Causes, Cause{Err: "ErrChanged"})}
	}
	denied := slices.DeleteFunc(slices.Clone(r.Causes), func(c Cause) bool { return !strings.HasPrefix(c.Err, "denied") })
	if len(denied) == 1 && len(r.Causes) == 1 {
		return r
	}
	return Refusal{Causes: append(denied, Cause{Err: "ErrChanged"})}
}

// Refused reports whether there is any cause.
func (r Refusal) Refused() bool { return len(r.Causes) > 0 }

// Errs returns the causes by name.
func (r Refusal) Errs() []string {
	var all []string
	for _, c := range r.Causes {
		all = append(all, c.Err)
	}
	return all
}

// Only returns the name that all causes have, or "".
func (r Refusal) Only() string {
	all := slices.Compact(slices.Sorted(slices.Values(r.Errs())))
	if len(all) != 1 {
		return ""
	}
	return all[0]
}

// Codes returns the codes of the causes, and ok if there is none.
func (r Refusal) Codes() []invite.Code {
	if !r.Refused() {
		return []invite.Code{invite.OK}
	}
	var all []invite.Code
	for _, c := range r.Causes {
		all = append(all, c.Code)
	}
	return all
}
