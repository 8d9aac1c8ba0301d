package connectguard

import (
	"context"
	"errors"
	"strings"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access/admission"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
)

// Domain is that of the [errdetails.ErrorInfo] of a denial. Its Reason is the
// public one, written as gRPC writes it: OUT_OF_REACH for out-of-reach.
const Domain = "ambit"

// answers are the code and the text of each status of package admission.
var answers = map[int]struct {
	code connect.Code
	text string
}{
	400: {connect.CodeInvalidArgument, "bad request"},
	401: {connect.CodeUnauthenticated, "not authenticated"},
	403: {connect.CodePermissionDenied, "denied"},
	404: {connect.CodeNotFound, "not found"},
	413: {connect.CodeResourceExhausted, "too large"},
	500: {connect.CodeInternal, "internal error"},
	503: {connect.CodeUnavailable, "temporarily unavailable"},
}

// Refuse returns what a handler returns in place of an error: a denial of
// [admission.Decide], [admission.ErrNotFound] for a row that is not there, or any
// other. It is answered as the guard answers, by [admission.FailureOf]:
//
//	InvalidArgument    400, with the detail of admission.BadRequest
//	Unauthenticated    401
//	PermissionDenied   403, with the public reason in an ErrorInfo
//	NotFound           404, the same whether hidden or not there
//	ResourceExhausted  413
//	Internal           500, and every error that is not one of package admission
//	Unavailable        503
//
// No text of an error is shown. Return an error that has a code already, such as
// that of a stream, as it is.
func Refuse(ctx context.Context, err error) error {
	return answer(ctx, admission.FailureOf(ctx, err))
}

// answer returns a failure as the error of a call.
func answer(ctx context.Context, f admission.Failure) *connect.Error {
	a, ok := answers[f.Status]
	if !ok {
		a = answers[500]
	}
	switch {
	case f.Detail != "":
		a.text = f.Detail
	case f.Public.Reason != "":
		a.text += ": " + string(f.Public.Reason)
	}
	e := connect.NewError(a.code, errors.New(a.text))
	if isHTTP(ctx) {
		e.Meta().Set("Cache-Control", "no-store") // procedures without side effects may be called by GET
		switch a.code {
		case connect.CodeUnauthenticated:
			e.Meta().Set("WWW-Authenticate", "Bearer")
		case connect.CodeUnavailable:
			e.Meta().Set("Retry-After", admission.RetryAfter)
		}
	}
	if f.Public.Reason != "" {
		reason := strings.ToUpper(strings.ReplaceAll(string(f.Public.Reason), "-", "_"))
		if d, err := connect.NewErrorDetail(&errdetails.ErrorInfo{Reason: reason, Domain: Domain}); err == nil {
			e.AddDetail(d)
		}
	}
	return e
}

// isHTTP reports whether the error of a call is an answer of HTTP with its
// status. In every other form of a call it is a trailer, or part of a body.
func isHTTP(ctx context.Context) bool {
	info, ok := connect.CallInfoForHandlerContext(ctx)
	return ok && info.Peer().Protocol == connect.ProtocolConnect && info.Spec().StreamType == connect.StreamTypeUnary
}
