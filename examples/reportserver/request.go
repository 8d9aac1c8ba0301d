package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"
)

// requestKey is under which a context has the id of its request.
type requestKey struct{}

// requestID returns the id of the request that a context belongs to, which ties log lines and events to it.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// logRequests gives each request an id and logs how it was answered. It adds no header, which would tell one 404 from another.
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

// answer remembers the status that was sent; 0 is none.
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
