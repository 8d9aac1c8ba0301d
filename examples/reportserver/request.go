package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/ambit-authz/ambit/access/company"
)

// requestKey is the key of the request id in a context.
type requestKey struct{}

// requestID returns the id of the request that a context belongs to. Log lines and events have it.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// logRequests gives each request an id and logs how it was answered. It adds no header, which would distinguish one 404 from another.
func logRequests(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, id := time.Now(), rand.Text()
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
		answer := &answer{ResponseWriter: w}
		defer func() { // also when a handler panics
			logger.InfoContext(r.Context(), "request", "request", id, "method", r.Method, "path", r.URL.Path,
				"route", r.Pattern, "status", answer.status, "took", time.Since(start))
		}()
		next.ServeHTTP(answer, r)
	})
}

// withRequestID adds to each line of a log the id of the request that it is about.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, record slog.Record) error {
	if id := requestID(ctx); id != "" {
		record.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, record)
}

// logFailed logs what failed in the service. What callers may not do is not among it: the observer of decisions logs that, and of changes
// logRefused does, so that each refusal is logged once.
func (s *service) logFailed(ctx context.Context, err error) {
	s.logger.ErrorContext(ctx, "cannot answer", "err", err)
}

// logRefused logs a change that the company refused, in more detail than the caller may see.
func (s *service) logRefused(ctx context.Context, a company.Attempt) {
	s.logger.InfoContext(ctx, "refused", "attempt", a)
}

// answer notes the status that was sent; 0 is none.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	if a.status < http.StatusOK {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status < http.StatusOK {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}
