package authzen

import (
	"context"
	"errors"
	"net/http"

	"github.com/ambit-authz/ambit/access/admission"
)

// An [Evaluator], a [Searcher] and the functions of a [Config] return these, or
// errors that wrap them. No caller sees the text of the wrapping error.
var (
	// ErrForbidden: the caller is authenticated, but may not ask this. The status
	// is 403; in a batch only the forbidden question is denied.
	ErrForbidden = errors.New("forbidden")

	// ErrUnavailable: there can be no answer now, but may be one later, for
	// example because a database is down. The status is 503.
	ErrUnavailable = admission.ErrUnavailable
)

// Entity is a subject or a resource as it was asked about.
//
// Properties are what the caller says about it. Their values are string, bool,
// [json.Number], nil, []any and map[string]any. A number is kept as it was
// written, so that no two ids become one. Nil means that there were none.
type Entity struct {
	Type       string
	ID         string
	Properties map[string]any
}

// Action is what the subject wants to do, with Properties as in [Entity].
type Action struct {
	Name       string
	Properties map[string]any
}

// Request is one question: may the subject take the action on the resource?
// Context is what the caller says about the circumstances; its values are those
// of the Properties of an [Entity]. An Evaluator must not change its maps and
// slices, which the questions of a batch may share.
type Request struct {
	Subject  Entity
	Action   Action
	Resource Entity
	Context  map[string]any
}

// Decision is the answer to a [Request].
type Decision struct {
	Allowed bool

	// Reason is a stable code for why it is denied, and must be fit for the
	// subject to see. It is sent as context.reason, only with a denial, and only
	// if [Config.Reasons] is set. A denial for "unavailable" is no answer: it
	// counts as [ErrUnavailable].
	Reason string

	// Context is what the host says besides, sent as the context of the answer,
	// allowed or denied: advice for the caller, an obligation, a level of
	// authentication. The names "reason" and "error" are the handler's: a context
	// that has one is a failure, and so is one that cannot be written as JSON. Empty
	// sends none.
	Context map[string]any
}

// Search asks for one page of a list. The Request lacks what is searched for:
// the ID of the subject or of the resource, or the Action.
type Search struct {
	Request

	// After is the last result of the page before, "" for the first page. Return
	// the results after it, whether or not it is still a result itself. The
	// caller controls it: it is UTF-8 without control characters, but perhaps no
	// search ever returned it.
	After string

	// Limit is how many results are used. A Searcher may return more.
	Limit int
}

// Results is what a [Search] found.
type Results struct {
	// IDs are of the subjects or resources, or names of the actions, for which
	// [Evaluator.Evaluate] would allow the completed question, in an order that
	// the Searcher chooses and keeps from request to request. The search fails if
	// one is there twice, is After itself, is empty, is not UTF-8, or has control
	// characters.
	IDs []string

	// Context is what the host says about the list, as in [Decision].
	Context map[string]any
}

// Evaluator answers the questions of one request. All its answers must be of one
// snapshot, so that a batch is not answered from two.
//
// Return an error if a question cannot be answered; the Decision is ignored then.
// If a question names something unknown, that is no error: deny it.
type Evaluator interface {
	Evaluate(context.Context, Request) (Decision, error)
}

// Searcher answers the searches of a [Config]: who may, on what, and may do what.
// A function that is nil is a search that the host does not offer. Each takes the
// request that asks, for its context and for the company that it is about.
//
// Return an error if there is no answer; the Results are ignored then. If a search
// names something unknown, that is no error: nothing is found.
type Searcher struct {
	Subjects, Resources, Actions func(*http.Request, Search) (Results, error)

	err error // why there is no Searcher, for New to tell
}

// of returns the search for k, nil if there is none.
func (s *Searcher) of(k kind) func(*http.Request, Search) (Results, error) {
	switch k {
	case subjects:
		return s.Subjects
	case resources:
		return s.Resources
	}
	return s.Actions
}
