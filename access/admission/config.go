package admission

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
)

// Config is what a [Guard] for requests of type R is made of. Subject and one of
// Source and SourceOf are required; the zero value of every other field is
// useful.
//
// All functions must be safe for concurrent use. A route calls SourceOf and
// Subject at most once for a request. Guards nested within each other call them
// once each.
type Config[R any] struct {
	// Source has the policy of the one company that all requests are for.
	Source live.Source

	// SourceOf returns what has the policy of the company that the request is
	// for. Its error may wrap one of those of this package. A nil Source is a
	// failure of the program; a nil policy is [ErrUnavailable]. [Watch] asks the same Source
	// again, so return one that has the later policies.
	SourceOf func(R) (live.Source, error)

	// Subject authenticates the request and returns who asks; the guard believes
	// it. If nobody is authenticated, return an error that wraps
	// [ErrUnauthenticated]; the zero Subject means the same.
	Subject func(R) (access.Subject, error)

	// Observer receives every decision asked through the guard, also by handlers,
	// before anything is answered, with the context of the request or of the
	// handler's call. It must be quick and safe for concurrent use; if it panics,
	// nothing else comes of it. Package decisionlog has one. Nil observes nothing.
	Observer func(context.Context, access.Decision)

	// OnError receives what failed in the program, statuses 500 and 503, with the
	// context of the request; a request that its client gave up is none. It must
	// be safe for concurrent use. Nil logs to [slog.Default].
	OnError func(context.Context, error)

	// Recheck is the longest time until the context of [Watch] ends after the
	// subject may no longer do what they were admitted for. 0 means 5 s.
	Recheck time.Duration

	// Door is for an adapter, which finds it again in a handler by [Door].
	Door any
}

// settings are those of a guard that do not depend on the type of its requests.
type settings struct {
	observer func(context.Context, access.Decision)
	onError  func(context.Context, error)
	recheck  time.Duration
	door     any
}

// New returns a guard for requests of type R. The function contextOf returns the
// context of a request. A later change of c changes nothing.
//
// The error says which field is missing or malformed; there is no guard then, so
// check it before the service starts.
func New[R any](contextOf func(R) context.Context, c Config[R]) (*Guard[R], error) {
	switch {
	case contextOf == nil:
		return nil, errors.New("admission: New has no function for the context of a request")
	case c.Subject == nil:
		return nil, errors.New("admission: Config.Subject is nil; set the function that authenticates the request")
	case c.Source == nil && c.SourceOf == nil:
		return nil, errors.New("admission: Config.Source is nil; set what has the policy, or SourceOf if there are many companies")
	case c.Source != nil && c.SourceOf != nil:
		return nil, errors.New("admission: Config has both Source and SourceOf; set one of them")
	case c.Recheck < 0:
		return nil, fmt.Errorf("admission: Config.Recheck is %s; write how long a context may outlast its admission", c.Recheck)
	}
	s := &settings{c.Observer, c.OnError, c.Recheck, c.Door}
	if s.onError == nil {
		s.onError = logError
	}
	if s.recheck == 0 {
		s.recheck = 5 * time.Second
	}
	return &Guard[R]{c, contextOf, s}, nil
}

// logError logs a failure of the program.
func logError(ctx context.Context, err error) {
	level := slog.LevelError
	if IsUnavailable(err) {
		level = slog.LevelWarn
	}
	l := slog.Default()
	if failed, ok := errors.AsType[*Error](err); ok && failed.Stack != nil {
		l.LogAttrs(ctx, level, "request refused", slog.Any("error", err), slog.String("stack", string(failed.Stack)))
		return
	}
	l.LogAttrs(ctx, level, "request refused", slog.Any("error", err))
}

// observe shows a decision to the observer, who cannot keep it from being
// answered.
func (s *settings) observe(ctx context.Context, d access.Decision) {
	if s.observer == nil {
		return
	}
	defer func() { _ = recover() }()
	s.observer(ctx, d)
}

// report tells what failed in the program. A panic of the one who is told changes
// no answer.
func (s *settings) report(ctx context.Context, err error) {
	defer func() { _ = recover() }()
	s.onError(ctx, err)
}
