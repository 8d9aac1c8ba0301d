package connectguard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access/admission"
)

// WrapStreamingHandler guards streams. What a rule asks of a message is asked
// when the message is received; what is asked of the caller, at the beginning.
func (i *interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, inner connect.StreamingHandlerConn) error {
		rule := i.table[inner.Spec().Procedure]
		if rule.open {
			return next(ctx, inner)
		}
		s := newStream(ctx, inner, i.guard, rule.route)
		defer s.close()
		if rule.user || rule.route == nil {
			s.admit(rule.route, nil)
		} else if inner.Spec().StreamType&connect.StreamTypeClient != 0 {
			s.admit(i.guard.user, nil)
		}
		s.talks = rule.user
		if refused := s.refusal(); refused != nil {
			return refused
		}
		err := next(streamContext{s.life, s}, s)
		if refused := s.refusal(); refused != nil {
			return refused // whatever the handler makes of it
		}
		return err
	}
}

// stream is a stream that asks about what it receives.
type stream struct {
	connect.StreamingHandlerConn
	guard *Guard
	route *admission.Route[*Call]

	life context.Context // of the stream, until something is refused
	end  context.CancelCauseFunc

	mu      sync.Mutex
	watched context.Context // that of the last admission; life before the first
	unwatch func()
	talks   bool  // something may be sent: the first message was admitted
	refused error // the error of the stream
}

func newStream(ctx context.Context, inner connect.StreamingHandlerConn, guard *Guard, route *admission.Route[*Call]) *stream {
	s := &stream{StreamingHandlerConn: inner, guard: guard, route: route, unwatch: func() {}}
	s.life, s.end = context.WithCancelCause(ctx)
	s.watched = s.life
	return s
}

// call is what the guard is asked about.
func (s *stream) call(message any) *Call {
	return &Call{Context: s.life, Procedure: s.Spec().Procedure, Header: s.RequestHeader(), Peer: s.Peer(), Message: message}
}

// admit asks about a message, and watches its admission in place of the last one.
func (s *stream) admit(route *admission.Route[*Call], message any) {
	ctx, failure := s.guard.admit(route, s.call(message))
	if failure != nil {
		s.refuse(*failure)
		return
	}
	watched, stop := admission.Watch(ctx)
	forget := context.AfterFunc(watched, func() { s.expire(watched) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwatch()
	s.watched, s.talks = watched, true
	s.unwatch = func() {
		forget()
		stop()
	}
}

// expire ends the stream because its admission has ended.
func (s *stream) expire(watched context.Context) {
	if s.life.Err() != nil {
		return // the stream has ended before
	}
	// The failure was told, if it is one to be told of.
	s.refuse(admission.FailureOf(watched, admission.ErrNotFound).Instead(context.Cause(watched)))
}

// refuse ends the stream. The first refusal is its error.
func (s *stream) refuse(f admission.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = answer(s.life, f)
		s.end(f.Err)
	}
}

// refusal returns the error of a stream that was refused, or nil.
func (s *stream) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// close forgets the stream when its handler has returned.
func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwatch()
	s.end(context.Canceled)
}

// streamContext is the context of a handler. It lives as long as the stream, and
// answers for the last message that was admitted.
type streamContext struct {
	context.Context // the life of the stream
	stream          *stream
}

// Value asks the last admission. What it is cancelled by is not the handler's.
func (c streamContext) Value(key any) any {
	c.stream.mu.Lock()
	watched := c.stream.watched
	c.stream.mu.Unlock()
	if v := context.WithoutCancel(watched).Value(key); v != nil {
		return v
	}
	return c.Context.Value(key)
}

// Receive receives a message and asks about it. It waits no longer than the
// admission of the last one lasts.
func (s *stream) Receive(m any) error {
	if s.life.Err() != nil {
		return s.ended()
	}
	received := make(chan error, 1)
	go func() { received <- s.StreamingHandlerConn.Receive(m) }()
	select {
	case err := <-received:
		if errors.Is(err, io.EOF) && !s.mayTalk() {
			s.fail(fmt.Errorf("%w: %w", admission.BadRequest("the stream has no message"), err))
			return s.refusal()
		}
		if err != nil {
			return err
		}
	case <-s.life.Done():
		return s.ended()
	}
	s.admit(s.route, m)
	return s.refusal()
}

// ended returns why the life of the stream has ended: it was refused, the client
// has gone, or has waited as long as it would.
func (s *stream) ended() error {
	if refused := s.refusal(); refused != nil {
		return refused
	}
	return s.life.Err()
}

// Send sends a message if one was admitted and none was refused.
func (s *stream) Send(m any) error {
	if !s.mayTalk() {
		s.fail(fmt.Errorf("connectguard: %s sends before it has received a message that is admitted", s.Spec().Procedure))
	}
	if refused := s.refusal(); refused != nil {
		return refused
	}
	return s.StreamingHandlerConn.Send(m)
}

func (s *stream) mayTalk() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talks
}

// fail ends the stream for a mistake of the client or of the program.
func (s *stream) fail(err error) {
	call := s.call(nil)
	call.mistake = err
	if _, failure := s.guard.admit(s.route, call); failure != nil {
		s.refuse(*failure)
	}
}
