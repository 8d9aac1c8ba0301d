package authzen

import (
	"context"
	"errors"
)

// What Evaluators, and functions that find or authenticate one, say by wrapping
// it. The wrapping error is shown to nobody who asks.
var (
	// ErrForbidden: the caller is known, and may not ask this. The status is
	// 403; in a batch an Evaluation that is forbidden denies that question.
	ErrForbidden = errors.New("authzen: forbidden")

	// ErrUnavailable: there is no answer now but may be one later, since a
	// database is down, say. The status is 503.
	ErrUnavailable = errors.New("authzen: unavailable")
)

// Entity is a subject or a resource as it was asked about.
//
// Properties are what the caller says of it. The values are string, bool,
// [json.Number], nil, []any and map[string]any. A number is kept as it was
// written, so that no two ids become one. Nil means that there were none.
type Entity struct {
	Type       string
	ID         string
	Properties map[string]any
}

// Action is what is to be done, with Properties as in [Entity].
type Action struct {
	Name       string
	Properties map[string]any
}

// Request is one question: may the subject take the action on the resource?
// Context is what else the caller says about the circumstances, as the
// properties of an [Entity]. An Evaluator must not change what it points to,
// which questions of one batch may share.
type Request struct {
	Subject  Entity
	Action   Action
	Resource Entity
	Context  map[string]any
}

// Decision is the answer to a [Request]. Reason says in a stable code why it
// is denied, and must be fit for the subject to see; it is passed on only under
// [Config.Reasons], and never with an allowance.
type Decision struct {
	Allowed bool
	Reason  string
}

// Search is a question for a list, in pages. What is searched for is missing
// in the Request: the ID of the subject or of the resource, or the Action.
type Search struct {
	Request

	// After is the last result of the page before, "" for the first page. Asked
	// for is what comes behind it, whether or not it is still a result itself.
	// Whoever asks controls it: it is text in UTF-8 without control characters,
	// but need not be what any search returned.
	After string

	// Limit is how many results are of use. An Evaluator may return more.
	Limit int
}

// Evaluator answers the questions of one request. Each answer must be that of
// one state of things, so that a batch is not answered from two.
//
// An error is for a question that cannot be answered, and what comes with it is
// ignored. What a question asks about being unknown is no error: it is denied,
// or its list is empty.
//
// The searches return ids, or names of actions, that Evaluate would allow in
// place of what is searched for, in an order that the Evaluator chooses and
// keeps from request to request. One that is returned twice, is After itself, is
// empty, not UTF-8 or has control characters fails the search.
type Evaluator interface {
	Evaluate(ctx context.Context, r Request) (Decision, error)
	SearchSubjects(ctx context.Context, s Search) ([]string, error)
	SearchResources(ctx context.Context, s Search) ([]string, error)
	SearchActions(ctx context.Context, s Search) ([]string, error)
}
