package connectguard_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
)

// echo answers every message, and says nothing of why it ends.
func echo(s converseServer) error {
	for {
		m, err := s.Receive()
		if err != nil {
			return nil // the error of the stream must not depend on it
		}
		if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
			return err
		}
	}
}

// client is a bidirectional stream that was opened.
type client struct {
	stream *connect.BidiStreamForClientSimple[reportpb.ReportRequest, reportpb.Report]
}

func converse(t *testing.T, w *world, ctx context.Context) client {
	t.Helper()
	stream, err := w.client.Converse(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stream.CloseRequest(); stream.CloseResponse() })
	return client{stream}
}

// say sends an id and returns how it is answered.
func (c client) say(id string) (string, error) {
	if err := c.stream.Send(request(id)); err != nil {
		return "", err
	}
	m, err := c.stream.Receive()
	return m.GetReport(), err
}

// TestBidiStreamEnds: a handler that waits for the next message hears of the end.
func TestBidiStreamEnds(t *testing.T) {
	for name, tt := range ends {
		t.Run(name, func(t *testing.T) {
			w := endWorld(t, tt.hide)
			w.converse = func(_ context.Context, s converseServer) error { return echo(s) }
			c := converse(t, w, as(t, "ann"))
			if got, err := c.say("q1"); err != nil || got != "q1" {
				t.Fatal(got, err)
			}
			w.edit(t, tt.by)
			w.now.Store(tt.after)
			_, err := c.stream.Receive()
			wantCode(t, err, tt.code, tt.reason)
			w.wantTold(t)
		})
	}
}

// TestBidiContext: the context answers for the last message that was admitted,
// and ends with the stream.
func TestBidiContext(t *testing.T) { inEach(t, testBidiContext) }

func testBidiContext(t *testing.T, options ...connect.ClientOption) {
	w := newWorld(t, nil, options...)
	contexts, asked := make(chan context.Context, 1), make(chan access.Decision, 3)
	w.converse = func(ctx context.Context, s converseServer) error {
		contexts <- ctx
		asked <- admission.Decision(ctx)
		for {
			m, err := s.Receive()
			if err != nil {
				return err
			}
			asked <- admission.Decision(ctx)
			if admission.Subject(ctx) != access.User("ann") || ctx.Err() != nil {
				return errors.New("the context is not of ann")
			}
			if _, known := connect.CallInfoForHandlerContext(ctx); !known {
				return errors.New("the context lacks what Connect has put there")
			}
			if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
				return err
			}
		}
	}
	c := converse(t, w, as(t, "ann"))
	for _, id := range []string{"q1", "q2"} {
		if got, err := c.say(id); err != nil || got != id {
			t.Fatal(got, err)
		}
	}
	for _, want := range []access.Resource{{}, access.Report("q1"), access.Report("q2")} {
		if d := <-asked; d.Resource != want {
			t.Errorf("the context is of %s, want %s", d.Resource, want)
		}
	}
	_, err := c.say("q3")
	wantCode(t, err, connect.CodePermissionDenied, "OUT_OF_REACH")
	ctx := <-contexts
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), access.ErrDenied) {
		t.Errorf("the context ended by %v", context.Cause(ctx))
	}
	w.wantTold(t)
}

// TestBidiLastCounts: a stream lasts as long as the admission of its last
// message, and the one before does not end it.
func TestBidiLastCounts(t *testing.T) {
	w := newWorld(t, nil)
	var got []string
	w.converse = func(_ context.Context, s converseServer) error {
		for {
			m, err := s.Receive()
			if err != nil {
				return err
			}
			got = append(got, m.GetReport())
			if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
				return err
			}
		}
	}
	c := converse(t, w, as(t, "ann"))
	for _, id := range []string{"q1", "q2"} {
		if _, err := c.say(id); err != nil {
			t.Fatal(err)
		}
	}
	w.edit(t, unshare)
	if _, err := c.say("q2"); err != nil {
		t.Fatalf("q1 ended what is about q2: %v", err)
	}
	w.edit(t, func(e *access.Edit) { e.RemoveGrant("q2", document.Grant{User: "ann"}) })
	_, err := c.stream.Receive()
	wantCode(t, err, connect.CodePermissionDenied, "OUT_OF_REACH")
	if !slices.Equal(got, []string{"q1", "q2", "q2"}) {
		t.Errorf("received is %q", got)
	}
}

// TestSendsFirst: a handler may not send before a message was admitted, unless
// its rule asks for no more than a user.
func TestSendsFirst(t *testing.T) {
	first := func(_ context.Context, s converseServer) error {
		if err := s.Send(&reportpb.Report{Report: "first"}); err != nil {
			return nil
		}
		_, err := s.Receive()
		return err
	}
	w := newWorld(t, nil)
	w.converse = first
	c := converse(t, w, as(t, "ann"))
	c.stream.Send(nil) // the header
	_, err := c.stream.Receive()
	wantCode(t, err, connect.CodeInternal, "")
	w.wantTold(t, reportpb.ReportsConverseProcedure, "sends before")

	w = newWorld(t, func(g *connectguard.Guard, table connectguard.Table) {
		table[reportpb.ReportsConverseProcedure] = g.RequireUser()
	})
	w.converse = first
	c = converse(t, w, as(t, "ann"))
	c.stream.Send(nil)
	if m, err := c.stream.Receive(); err != nil || m.GetReport() != "first" {
		t.Errorf("%v, %v", m, err)
	}
	w.edit(t, suspend)
	_, err = c.stream.Receive()
	wantCode(t, err, connect.CodePermissionDenied, "SUSPENDED")
	w.wantTold(t)
}

// TestClientLeaves: a handler that waits hears that the client has gone, which is
// nobody's mistake.
func TestClientLeaves(t *testing.T) { inEach(t, testClientLeaves) }

func testClientLeaves(t *testing.T, options ...connect.ClientOption) {
	w := newWorld(t, nil, options...)
	left := make(chan error, 2)
	w.converse = func(ctx context.Context, s converseServer) error {
		if _, err := s.Receive(); err != nil {
			return err
		}
		if err := s.Send(new(reportpb.Report)); err != nil {
			return err
		}
		_, err := s.Receive()
		<-ctx.Done()
		left <- err
		_, err = s.Receive()
		left <- err
		return err
	}
	ctx, leave := context.WithCancel(as(t, "ann"))
	c := converse(t, w, ctx)
	if _, err := c.say("q1"); err != nil {
		t.Fatal(err)
	}
	leave()
	_, err := c.stream.Receive() // which tells the server
	wantCode(t, err, connect.CodeCanceled, "")
	for range 2 {
		if err := <-left; err == nil || errors.Is(err, access.ErrDenied) {
			t.Errorf("the handler hears %v", err)
		}
	}
	w.wantTold(t)
}
