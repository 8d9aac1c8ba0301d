package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
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

// logRefused logs why a request is refused: in more detail than the caller may see, and with the id of the request, which the observer
// of decisions does not know.
func (s *service) logRefused(ctx context.Context, status int, err error) {
	level, message := slog.LevelInfo, "refused"
	if status >= http.StatusInternalServerError {
		level, message = slog.LevelError, "cannot answer"
	}
	subject, why := accesshttp.Subject(ctx), err.Error()
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		why = denied.Decision.String()
		if subject.IsZero() { // the guard denied it
			subject = denied.Decision.Subject
		}
	}
	if failed, ok := errors.AsType[*company.Error](err); ok {
		why = failed.Detail()
	}
	s.logger.Log(ctx, level, message, "request", requestID(ctx), "subject", subject.String(), "status", status, "err", why)
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
