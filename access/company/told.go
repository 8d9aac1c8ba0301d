package company

import (
	"fmt"
	"iter"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// reserved is an error that has more to say than everybody may be told: it names
// something, and not all actors may know of it. Its text is what anybody may be
// told until [proposal.tell] shows the rest. [Error.Detail] always has it.
type reserved struct {
	error              // what anybody may be told
	kind   access.Kind // of what the rest names; "" is known to no user
	more   string      // the rest; "" if the nearest known id is still to be looked for
	near   string      // the id that is not known; "" if there is none
	shown  bool
	nobody error // in place of error where the actor did not name the thing themselves; nil if error names nothing
}

func (e *reserved) Error() string {
	if e.shown && e.more != "" {
		return e.error.Error() + e.more
	}
	return e.error.Error()
}

func (e *reserved) Unwrap() error { return e.error }

// besides returns an error that says more to those who may know of things of a
// kind.
func besides(err error, kind access.Kind, more string, args ...any) error {
	return &reserved{error: err, kind: kind, more: fmt.Sprintf(more, args...)}
}

// takenAddress is the error of an address that another user has.
func takenAddress(a team.Address, by team.UserID) error {
	return &reserved{
		error: fmt.Errorf("e-mail address %s %w", a, ErrTaken), kind: access.KindUser, more: fmt.Sprintf(" by user %s", text.Quote(by)),
		nobody: fmt.Errorf("the e-mail address %w", ErrTaken),
	}
}

// unknownError is the error of naming what does not exist. A denial that says so
// is one as well.
type unknownError struct {
	text   string
	denied error // nil if nobody was asked
}

func (e *unknownError) Error() string { return e.text }

func (e *unknownError) Unwrap() []error {
	if e.denied == nil {
		return []error{ErrUnknown}
	}
	return []error{ErrUnknown, e.denied}
}

// unknown returns the error of naming what does not exist. The actor is told
// which id was meant, if they may know of it.
func unknown(kind access.Kind, id string, denied error) error {
	name := string(kind)
	if kind == access.KindGroup {
		name = "data group" // as people call it
	}
	if id == "" {
		return &unknownError{fmt.Sprintf("%s %q %v: name one", name, id, ErrUnknown), denied}
	}
	return &reserved{
		error: &unknownError{fmt.Sprintf("%s %s %v", name, text.Quote(id), ErrUnknown), denied}, kind: kind, near: id,
		nobody: &unknownError{fmt.Sprintf("a %s %v", name, ErrUnknown), denied},
	}
}

// denial returns the error of a decision; nil if it allows. Nothing is hidden from
// anyone who may change whatever there is of a kind, so to them an unknown id
// reads as such, and not as a denial.
func denial(d access.Decision) error {
	r := d.Resource
	if !d.Allowed && d.Reason == access.ReasonUnknownResource && d.Public().Reason == d.Reason {
		return unknown(r.Kind(), r.ID(), d.Err())
	}
	return d.Err()
}

// unnamed returns an error about something that the actor did not name, such as
// the terms of an invitation, without the names in it; [Error.Detail] has them.
func unnamed(err error) error {
	for e := range within(err) {
		if r, ok := e.(*reserved); ok && r.nobody != nil {
			r.more, r.near = ": "+r.error.Error()+r.more, ""
			r.error, r.nobody = r.nobody, nil
		}
	}
	return err
}

// within returns an error and all that it wraps.
func within(err error) iter.Seq[error] {
	return func(yield func(error) bool) { eachWithin(err, yield) }
}

func eachWithin(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return eachWithin(e.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if !eachWithin(inner, yield) {
				return false
			}
		}
	}
	return true
}

// tell makes an error say what its actor may know, and looks for the ids that were
// meant if it is to suggest them. It is called after everything was judged, and
// holds nobody up.
func (p *proposal) tell(err error, suggest bool) {
	if p == nil {
		return // nothing was judged
	}
	for e := range within(err) {
		if r, ok := e.(*reserved); ok {
			if suggest && r.near != "" {
				r.more = suggestion(p.before.directory(), r.kind, r.near)
			}
			r.shown = p.mayKnow(r.kind)
		}
	}
}

// reveal makes an error say everything: it goes to the host alone.
func reveal(err error) error {
	for e := range within(err) {
		if r, ok := e.(*reserved); ok {
			r.shown = true
		}
	}
	return err
}

// mayKnow reports whether the actor may know of whatever there is of a kind.
func (p *proposal) mayKnow(kind access.Kind) bool {
	if p.actor.system != "" {
		return true
	}
	switch kind {
	case access.KindRole:
		return p.actor.user != ""
	case access.KindUser, access.KindTeam, access.KindGroup, kindInvitation:
		return p.before.policy.At(p.at).Decide(access.User(p.actor.user), access.ViewDirectory, access.Company()).Allowed
	}
	return false
}

// suggestion returns the end of a message about an unknown id: the one that was
// meant, or "" if none is near.
func suggestion(d access.Directory, kind access.Kind, id string) string {
	var all iter.Seq[string]
	switch kind {
	case access.KindUser:
		all = names(d.Users(), func(u team.User) string { return string(u.ID) })
	case access.KindTeam:
		all = names(d.Teams(), func(t team.Team) string { return string(t.ID) })
	case access.KindGroup:
		all = names(d.Groups(), func(g datagroup.Group) string { return string(g.ID) })
	case access.KindRole:
		all = names(d.Catalog().Names(), func(name role.Name) string { return string(name) })
	default:
		return ""
	}
	if near := text.Nearest(id, all); near != "" {
		return fmt.Sprintf("; did you mean %s?", text.Quote(near))
	}
	return ""
}

func names[T any](all iter.Seq[T], name func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for t := range all {
			if !yield(name(t)) {
				return
			}
		}
	}
}

// withDetail returns the text of an error with what it leaves out: what is
// reserved, the cause of a [*Refusal], and the decision of a denial.
func withDetail(whole string, err error) string {
	for e := range within(err) {
		switch e := e.(type) {
		case *reserved:
			if !e.shown {
				whole += e.more
			}
		case *Refusal:
			whole = withDetail(whole+": "+text.Cause(e.Cause).Error(), e.Cause)
		case *access.DeniedError:
			whole = strings.TrimSuffix(whole, ": "+e.Error()) // the decision says it all
			whole = strings.TrimSuffix(whole, ": "+text.Cause(e).Error()) + ": " + e.Decision.String()
		}
	}
	return whole
}
