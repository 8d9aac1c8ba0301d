package grpcguard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"google.golang.org/grpc"
)

// stream returns the interceptor of streams. What a rule asks of a message is
// asked when the message is received; what is asked of the caller, at the
// beginning.
func (g *Guard) stream(t Table) grpc.StreamServerInterceptor {
	return func(service any, inner grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		rule := t[info.FullMethod]
		if rule.open {
			return handle(service, inner)
		}
		s := g.newStream(inner, info.FullMethod, rule.route)
		defer s.end(context.Canceled)
		if rule.user || rule.route == nil {
			s.admit(rule.route, nil)
		} else if info.IsClientStream {
			s.admit(g.user, nil)
		}
		s.talks = rule.user
		if refused := s.refusal(); refused != nil {
			return refused
		}
		err := handle(service, s)
		if refused := s.refusal(); refused != nil {
			return refused // whatever the method makes of it
		}
		return err
	}
}

// stream is a stream that asks about what it receives.
type stream struct {
	grpc.ServerStream
	guard  *Guard
	method string
	route  *admission.Route[*Call]

	life context.Context // of the stream, until something is refused
	end  context.CancelCauseFunc

	mu      sync.Mutex
	watched context.Context // that of the last admission; life before the first
	unwatch func()
	talks   bool  // something may be sent: the first message was admitted
	refused error // the status of the stream
}

func (g *Guard) newStream(inner grpc.ServerStream, method string, route *admission.Route[*Call]) *stream {
	s := &stream{ServerStream: inner, guard: g, method: method, route: route, unwatch: func() {}}
	s.life, s.end = context.WithCancelCause(inner.Context())
	s.watched = s.life
	return s
}

// admit asks about a message, and watches its admission in place of the last one.
func (s *stream) admit(route *admission.Route[*Call], message any) {
	ctx, failure := s.guard.admit(route, &Call{Context: s.life, Method: s.method, Message: message})
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
	cause := context.Cause(watched)
	if errors.Is(cause, access.ErrDenied) {
		s.refuse(admission.FailureOf(watched, cause))
		return
	}
	// It is a failure of the program, which the watch has told.
	s.refuse(admission.FailureOf(watched, admission.ErrNotFound).Instead(cause))
}

// refuse ends the stream. The first refusal is its status.
func (s *stream) refuse(f admission.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = answer(f)
		s.end(f.Err)
	}
}

// refusal returns the status of a stream that was refused, or nil.
func (s *stream) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// Context returns the context of the last message that was admitted. It ends
// with the stream.
func (s *stream) Context() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return admitted{s.life, context.WithoutCancel(s.watched)}
}

// admitted is a context that lives as long as its stream. The guards of two
// messages do not end each other's.
type admitted struct {
	context.Context
	values context.Context
}

func (a admitted) Value(key any) any {
	if v := a.values.Value(key); v != nil {
		return v
	}
	return a.Context.Value(key)
}

// RecvMsg receives a message and asks about it. It waits no longer than the
// admission of the last one lasts.
func (s *stream) RecvMsg(m any) error {
	if refused := s.refusal(); refused != nil {
		return refused
	}
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(m) }()
	select {
	case err := <-received:
		if err == io.EOF && !s.mayTalk() {
			s.fail(fmt.Errorf("%w: %w", admission.BadRequest("the stream has no message"), err))
			return s.refusal()
		}
		if err != nil {
			return err
		}
	case <-s.life.Done():
		if refused := s.refusal(); refused != nil {
			return refused
		}
		return <-received // the client has gone
	}
	s.admit(s.route, m)
	return s.refusal()
}

// SendMsg sends a message if one was admitted and none was refused.
func (s *stream) SendMsg(m any) error {
	if !s.mayTalk() {
		s.fail(fmt.Errorf("grpcguard: %s sends before it has received a message that is admitted", s.method))
	}
	if refused := s.refusal(); refused != nil {
		return refused
	}
	return s.ServerStream.SendMsg(m)
}

func (s *stream) mayTalk() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talks
}

// fail ends the stream for a mistake of the client or of the program.
func (s *stream) fail(err error) {
	if _, failure := s.guard.admit(s.route, &Call{Context: s.life, Method: s.method, mistake: err}); failure != nil {
		s.refuse(*failure)
	}
}
