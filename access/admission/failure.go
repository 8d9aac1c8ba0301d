package admission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access"
)

// The functions of a [Config], and those that name the resource of a request,
// return these, or errors that wrap them. The wrapping error is for your log, and
// never shown.
var (
	ErrUnauthenticated = errors.New("not authenticated")       // 401: nobody is asking, or they could not prove who they are
	ErrNotFound        = errors.New("not found")               // 404: the request names nothing
	ErrTooLarge        = errors.New("too large")               // 413: more than is read
	ErrUnavailable     = errors.New("temporarily unavailable") // 503: there can be no answer now, but may be one later
)

var (
	errNoSource = errors.New("there is no source of a policy")
	errNoPolicy = fmt.Errorf("%w: there is no policy", ErrUnavailable)
	errNoCause  = errors.New("refused without an error")

	errNotReturned = errors.New("a function of the program did not return")
)

// RetryAfter is the value of the Retry-After header that goes with a 503: after
// how many seconds to ask again.
const RetryAfter = "1"

// IsUnavailable reports whether an error says that there can be no answer now: it
// wraps [ErrUnavailable], or a denial for [access.ReasonUnavailable].
func IsUnavailable(err error) bool {
	denied, ok := errors.AsType[*access.DeniedError](err)
	return ok && denied.Decision.Reason == access.ReasonUnavailable || errors.Is(err, ErrUnavailable)
}

// BadRequest returns an error for a request that cannot be understood, 400: an id
// of the wrong form, a body that lacks one. The caller is shown what detail says,
// so it should say what to send instead, and nothing of your own. To add a cause
// for yourself, wrap both.
func BadRequest(detail string) error { return &badRequest{detail} }

type badRequest struct{ detail string }

func (e *badRequest) Error() string { return "bad request: " + e.detail }

// Error is why a request was not admitted, other than a denial.
type Error struct {
	Op    string // what failed: "subject", "policy", "resource", "decision" or "context"
	Err   error
	Stack []byte // of a panic, otherwise nil
}

// Error returns what failed and the cause.
func (e *Error) Error() string { return fmt.Sprintf("admission: %s: %v", e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Failure is a request that is not admitted.
type Failure struct {
	Status int           // as HTTP numbers it: 400, 401, 403, 404, 413, 500 or 503
	Public access.Public // what the subject may be shown of a denial; zero unless Status is 403
	Detail string        // what the caller may be shown of a mistake of theirs; "" unless Status is 400
	Err    error         // the cause, never nil and never to be shown; a denial has an [*access.DeniedError], with the full decision

	of *admission // which failed
}

// fail returns the failure that answers err, and reports it if the program
// failed.
func (a *admission) fail(ctx context.Context, err error) Failure {
	f := a.failure(err)
	gone := errors.Is(f.Err, context.Canceled) && ctx.Err() != nil // the client gave up
	_, before := errors.AsType[*reported](f.Err)
	if f.Status >= 500 && !gone && !before && !probed(ctx) {
		a.settings.report(ctx, f.Err)
	}
	return f
}

// failure says how an error is answered. "Unavailable" comes first: an error
// that is a time-out as well says nothing about the request.
func (a *admission) failure(err error) Failure {
	f := Failure{Status: 500, Err: err, of: a}
	bad, isBad := errors.AsType[*badRequest](err)
	switch {
	case err == nil:
		f.Err = errNoCause
	case IsUnavailable(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		f.Status = 503
	case errors.Is(err, ErrUnauthenticated):
		f.Status = 401
	case errors.Is(err, ErrTooLarge):
		f.Status = 413
	case errors.Is(err, ErrNotFound):
		f.Status = 404
	case isBad:
		f.Status, f.Detail = 400, bad.detail
	case errors.Is(err, access.ErrDenied):
		a.denial(&f)
	}
	return f
}

// denial says how a denial is answered. Its reason is shown only to the subject
// that it is about.
func (a *admission) denial(f *Failure) {
	denied, ok := errors.AsType[*access.DeniedError](f.Err)
	var d access.Decision
	if ok {
		d = denied.Decision
	}
	own := ok && d.Subject == a.subject && !d.Subject.IsZero()
	switch {
	case mistake(d.Reason):
		f.Err = &Error{Op: "decision", Err: &mistaken{f.Err, d}}
	case a.hide && !(own && aboutSubject(d)):
		f.Status = 404
	default:
		f.Status = 403
		if own {
			f.Public = d.Public()
		}
	}
}

// mistake reports whether a denial is the program's fault: no user can mend it.
func mistake(r access.Reason) bool {
	switch r {
	case access.ReasonUnknownAction, access.ReasonUnknownKind, access.ReasonWrongKind, access.ReasonMalformedResource:
		return true
	}
	return false
}

// mistaken is a denial that is the program's fault, in full for its log.
type mistaken struct {
	error
	decision access.Decision
}

func (m *mistaken) Error() string {
	return fmt.Sprintf("%v; that is a mistake of the program, whoever asks", m.decision)
}

func (m *mistaken) Unwrap() error { return m.error }

// aboutSubject reports whether a denial says something of the subject alone. An
// unknown link does not: that there is none is what a hiding route hides.
func aboutSubject(d access.Decision) bool {
	return d.Step == access.StepSubject && d.Reason != access.ReasonUnknownLink
}

// FailureOf returns how the guard that admitted a request answers an error of its
// handler: a denial that [Decide] or a change of the company returned,
// [ErrNotFound] for a thing that turns out not to exist, or any other. A nil error
// is a failure, too. [Config.OnError] receives it if it is the program's.
//
// A denial with the reason [access.ReasonUnavailable] is answered 503. Any other is
// answered 404 on a route of [Guard.RequireOrNotFound] and 403 on
// every other. That includes [Guard.RequireSeen], whose handler runs only if the
// subject sees the resource. If the denial itself would reveal something, pass
// ErrNotFound instead. The reason is left out if the denial is about another
// subject than [Subject]: about another user, or about the same user in another
// session or in none. Outside an admitted request no reason is shown.
func FailureOf(ctx context.Context, err error) Failure {
	a := of(ctx)
	if a == nil {
		a = outside
	}
	return a.fail(ctx, err)
}

// outside stands in for the admission where there is none.
var outside = &admission{Context: context.Background(), settings: &settings{onError: logError}}

// Instead returns how the same guard answers another error, for what answers f
// and finds that err fits better. Config.OnError receives it only if it is the
// program's and f was not. Of the zero Failure it says how a guard answers an
// error outside an admitted request, and tells nobody.
func (f Failure) Instead(err error) Failure {
	switch {
	case f.of == nil:
		return outside.failure(err)
	case f.Status >= 500:
		return f.of.failure(err)
	}
	return f.of.fail(f.of.Context, err)
}

// Problem returns f as the JSON text of an RFC 9457 problem, which is the same
// whatever the transport:
//
//	{"title":"Forbidden","status":403,"reason":"out-of-reach"}
//
// If typeBase is not "", the problem has a type: the URL that begins with it and
// ends with the reason, or with the status if there is no reason.
func (f Failure) Problem(typeBase string) []byte {
	p := problem{Title: titles[f.Status], Status: f.Status, Detail: f.Detail, Reason: f.Public.Reason}
	if typeBase != "" {
		p.Type = typeBase + fmt.Sprint(f.Status)
		if p.Reason != "" {
			p.Type = typeBase + string(p.Reason)
		}
	}
	body, _ := json.Marshal(p) // strings and a number always can be
	return body
}

type problem struct {
	Type   string        `json:"type,omitempty"`
	Title  string        `json:"title"`
	Status int           `json:"status"`
	Detail string        `json:"detail,omitempty"`
	Reason access.Reason `json:"reason,omitempty"`
}

// titles are the phrases of the statuses, as HTTP has them.
var titles = map[int]string{
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
	413: "Request Entity Too Large", 500: "Internal Server Error", 503: "Service Unavailable",
}
