package grpcguard

import (
	"context"
	"strings"

	"github.com/ambit-authz/ambit/access/admission"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Domain is that of the [errdetails.ErrorInfo] of a denial. Its Reason is the
// public one, written as gRPC writes it: OUT_OF_REACH for out-of-reach.
const Domain = "ambit"

// answers are the code and the text of each status of package admission.
var answers = map[int]struct {
	code codes.Code
	text string
}{
	400: {codes.InvalidArgument, "bad request"},
	401: {codes.Unauthenticated, "not authenticated"},
	403: {codes.PermissionDenied, "denied"},
	404: {codes.NotFound, "not found"},
	413: {codes.ResourceExhausted, "too large"},
	500: {codes.Internal, "internal error"},
	503: {codes.Unavailable, "temporarily unavailable"},
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
// No text of an error is shown. Return an error that has a status already, such as
// that of Recv, as it is.
func Refuse(ctx context.Context, err error) error {
	return answer(admission.FailureOf(ctx, err))
}

// answer returns a failure as the error of a call.
func answer(f admission.Failure) error {
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
	s := status.New(a.code, a.text)
	if f.Public.Reason == "" {
		return s.Err()
	}
	reason := strings.ToUpper(strings.ReplaceAll(string(f.Public.Reason), "-", "_"))
	detailed, err := s.WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: Domain})
	if err != nil {
		return s.Err()
	}
	return detailed.Err()
}
