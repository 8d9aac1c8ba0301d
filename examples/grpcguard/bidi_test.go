package grpcguard_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/grpc/codes"
)

// TestBidiContexts: the context of each message knows what it was admitted for,
// and that of an earlier one lives on until the stream ends.
func TestBidiContexts(t *testing.T) {
	w := newWorld(t, nil)
	type key struct{}
	contexts := make(chan context.Context, 4)
	w.converse = func(s converseServer) error {
		contexts <- s.Context()
		for {
			m, err := s.Recv()
			contexts <- s.Context()
			if err != nil {
				return err
			}
			if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
				return err
			}
		}
	}
	stream, err := w.client.Converse(as(t, "ann"))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"q1", "q2"} {
		if err := stream.Send(request(id)); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Recv(); err != nil {
			t.Fatal(err)
		}
	}
	all := []context.Context{<-contexts, <-contexts, <-contexts}
	for i, want := range []access.Resource{{}, access.Report("q1"), access.Report("q2")} {
		ctx := all[i]
		if got := admission.Decision(ctx).Resource; got != want || admission.Subject(ctx) != access.User("ann") || ctx.Err() != nil || ctx.Value(key{}) != nil {
			t.Errorf("context %d is of %s for %s, %v; want %s for ann", i, got, admission.Subject(ctx), ctx.Err(), want)
		}
	}
	if err := stream.Send(request("q3")); err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	wantStatus(t, err, codes.PermissionDenied, "OUT_OF_REACH")
	for i, ctx := range append(all, <-contexts) {
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), access.ErrDenied) {
			t.Errorf("context %d ended by %v", i, context.Cause(ctx))
		}
	}
	w.wantTold(t)
}

// TestBidiLastCounts: a stream lasts as long as the admission of its last
// message, and the one before does not end it.
func TestBidiLastCounts(t *testing.T) {
	w := newWorld(t, nil)
	w.converse = func(s converseServer) error {
		for {
			m, err := s.Recv()
			if err != nil {
				return err
			}
			if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
				return err
			}
		}
	}
	stream, err := w.client.Converse(as(t, "ann"))
	if err != nil {
		t.Fatal(err)
	}
	say := func(id string) error {
		if err := stream.Send(request(id)); err != nil {
			return err
		}
		_, err := stream.Recv()
		return err
	}
	if err := errors.Join(say("q1"), say("q2")); err != nil {
		t.Fatal(err)
	}
	w.edit(t, unshare)
	for range 100 { // longer than it takes until the company is asked again
		if err := say("q2"); err != nil {
			t.Fatalf("q1 ended what is about q2: %v", err)
		}
	}
	w.edit(t, func(e *access.Edit) { e.RemoveGrant("q2", document.Grant{User: "ann"}) })
	_, err = stream.Recv()
	wantStatus(t, err, codes.PermissionDenied, "OUT_OF_REACH")
}

// TestSendsFirst: a method may not send before a message was admitted, unless
// its rule asks for no more than a user.
func TestSendsFirst(t *testing.T) {
	first := func(s converseServer) error {
		if err := s.Send(&reportpb.Report{Report: "first"}); err != nil {
			return nil
		}
		_, err := s.Recv()
		return err
	}
	w := newWorld(t, nil)
	w.converse = first
	stream, err := w.client.Converse(as(t, "ann"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	wantStatus(t, err, codes.Internal, "")
	w.wantTold(t, reportpb.Reports_Converse_FullMethodName, "sends before")

	w = newWorld(t, func(g *grpcguard.Guard, table grpcguard.Table) {
		table[reportpb.Reports_Converse_FullMethodName] = g.RequireUser()
	})
	w.converse = first
	if stream, err = w.client.Converse(as(t, "ann")); err != nil {
		t.Fatal(err)
	}
	if m, err := stream.Recv(); err != nil || m.GetReport() != "first" {
		t.Errorf("%v, %v", m, err)
	}
	w.edit(t, suspend)
	_, err = stream.Recv()
	wantStatus(t, err, codes.PermissionDenied, "SUSPENDED")
	w.wantTold(t)
}

// TestClientLeaves: a method that waits hears that the client has gone, which is
// nobody's mistake.
func TestClientLeaves(t *testing.T) {
	w := newWorld(t, nil)
	left := make(chan error, 1)
	w.converse = func(s converseServer) error {
		ctx := s.Context()
		m, err := s.Recv()
		if err != nil {
			return err
		}
		if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
			return err
		}
		_, err = s.Recv()
		<-ctx.Done()
		left <- err
		return err
	}
	ctx, leave := context.WithCancel(as(t, "ann"))
	stream, err := w.client.Converse(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(request("q1")); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Fatal(err)
	}
	leave()
	wantStatus(t, <-left, codes.Canceled, "")
	w.wantTold(t)
}

// TestProgramFails: a stream whose policy the program loses, or whose question it
// can no longer ask, ends as its failure, which is told once.
func TestProgramFails(t *testing.T) {
	const memos = `{
	  "catalog": {"extends": "company", "kinds": [{"name": "memo", "in": "company", "actions": ["memo.read"]}], "grant": {"user": ["memo.read"]}},
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "user"}]
	}`
	for told, tt := range map[string]struct {
		next *access.Policy
		want codes.Code
	}{
		"there is no policy": {nil, codes.Unavailable},
		"unknown-action":     {access.MustLoad(people), codes.Internal},
	} {
		t.Run(told, func(t *testing.T) {
			w := newWorld(t, func(g *grpcguard.Guard, table grpcguard.Table) {
				memo := func(id string) access.Resource { return access.CompanyItem("memo", id) }
				table[reportpb.Reports_Follow_FullMethodName] = g.RequireOrNotFound("memo.read", grpcguard.ID(named.GetReport, memo))
			})
			w.policy.Replace(access.MustLoad(memos))
			w.follow = func(_ *reportpb.ReportRequest, s followServer) error {
				err := s.Send(new(reportpb.Report))
				<-s.Context().Done()
				return err
			}
			stream, err := w.client.Follow(as(t, "ann"), request("m1"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stream.Recv(); err != nil {
				t.Fatal(err)
			}
			w.policy.Replace(tt.next)
			_, err = stream.Recv()
			wantStatus(t, err, tt.want, "")
			w.wantTold(t, told)
		})
	}
}
