package grpcguard_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// TestUnlisted: nobody may call a method without a rule, of any form, and the
// program is told its name.
func TestUnlisted(t *testing.T) {
	for name, unlist := range map[string]func(grpcguard.Table, string){
		"not in the table": func(table grpcguard.Table, m string) { delete(table, m) },
		"the zero rule":    func(table grpcguard.Table, m string) { table[m] = grpcguard.Rule{} },
	} {
		for method, call := range calls {
			t.Run(name+" "+method, func(t *testing.T) {
				w := newWorld(t, func(_ *grpcguard.Guard, table grpcguard.Table) { unlist(table, method) })
				wantStatus(t, call(w, as(t, "")), codes.Unauthenticated, "")
				w.wantTold(t)
				wantStatus(t, call(w, as(t, "ann")), codes.Internal, "")
				w.wantTold(t, method)
				w.wantRan(t, 0)
			})
		}
	}
}

// calls calls one method of each form that needs a message, and one that does
// not, and returns the status.
var calls = map[string]func(*world, context.Context) error{
	reportpb.Reports_List_FullMethodName: func(w *world, ctx context.Context) error {
		_, err := w.client.List(ctx, new(reportpb.ListRequest))
		return err
	},
	reportpb.Reports_Follow_FullMethodName: func(w *world, ctx context.Context) error {
		stream, err := w.client.Follow(ctx, request("q1"))
		if err == nil {
			_, err = stream.Recv()
		}
		return err
	},
	reportpb.Reports_Import_FullMethodName: func(w *world, ctx context.Context) error {
		stream, err := w.client.Import(ctx)
		if err == nil {
			_, err = stream.CloseAndRecv()
		}
		return err
	},
	reportpb.Reports_Converse_FullMethodName: func(w *world, ctx context.Context) error {
		stream, err := w.client.Converse(ctx)
		if err == nil {
			_, err = stream.Recv()
		}
		return err
	},
}

// TestOpen: what is listed as open is for everybody, and an unknown method is
// none of the guard's.
func TestOpen(t *testing.T) {
	w := newWorld(t, nil)
	client := grpc_health_v1.NewHealthClient(w.conn)
	if _, err := client.Check(as(t, ""), new(grpc_health_v1.HealthCheckRequest)); err != nil {
		t.Error(err)
	}
	stream, err := client.Watch(as(t, ""), new(grpc_health_v1.HealthCheckRequest))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); err != nil {
		t.Error(err)
	}
	for _, method := range []string{"/ambit.example.v1.Reports/Nope", "/no.such.Service/Show"} {
		err := w.conn.Invoke(as(t, "ann"), method, request("q1"), new(reportpb.Report))
		wantStatus(t, err, codes.Unimplemented, "")
	}
	w.wantTold(t)
}

// TestCheck: a table is compared with what the server serves.
func TestCheck(t *testing.T) {
	guard, err := grpcguard.New(grpcguard.Config{Source: newWorld(t, nil).policy, Subject: func(*grpcguard.Call) (access.Subject, error) { return access.Subject{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	reportpb.RegisterReportsServer(server, new(world))
	table := testTable(guard)
	err = table.Check(server)
	if want := "/grpc.health.v1.Health/Check is no method"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Check = %v, want %q", err, want)
	}
	for name := range table {
		if strings.HasPrefix(name, "/grpc.health") {
			delete(table, name)
		}
	}
	if err := table.Check(server); err != nil {
		t.Error(err)
	}
	delete(table, reportpb.Reports_Show_FullMethodName)
	table[reportpb.Reports_Import_FullMethodName] = grpcguard.Rule{}
	err = table.Check(server)
	if want := "grpcguard: /ambit.example.v1.Reports/Import has no rule; /ambit.example.v1.Reports/Show has no rule"; err == nil || err.Error() != want {
		t.Errorf("Check = %v, want %q", err, want)
	}
}

// TestTableIsCopied: who holds the table cannot open a method later.
func TestTableIsCopied(t *testing.T) {
	var later grpcguard.Table
	w := newWorld(t, func(_ *grpcguard.Guard, table grpcguard.Table) { later = table })
	for method, call := range calls {
		later[method] = grpcguard.Open()
		wantStatus(t, call(w, as(t, "")), codes.Unauthenticated, "")
	}
}

// TestNew: what admission refuses is refused here.
func TestNew(t *testing.T) {
	if g, err := grpcguard.New(grpcguard.Config{}); err == nil || g != nil {
		t.Errorf("New = %v, %v", g, err)
	}
}

// TestWrongMessage: a rule for another message is a mistake of the program.
func TestWrongMessage(t *testing.T) {
	w := newWorld(t, func(g *grpcguard.Guard, table grpcguard.Table) {
		table[reportpb.Reports_List_FullMethodName] = g.Require(access.ViewReport, grpcguard.ID((*reportpb.ReportRequest).GetReport, access.Report))
	})
	_, err := w.client.List(as(t, "ann"), new(reportpb.ListRequest))
	wantStatus(t, err, codes.Internal, "")
	w.wantTold(t, "ListRequest", "ReportRequest", reportpb.Reports_List_FullMethodName)
	w.wantRan(t, 0)
}

// TestRefuse: the code of every error of package admission, and no text of it.
func TestRefuse(t *testing.T) {
	denied := access.Decision{Subject: access.User("bob"), Reason: access.ReasonOutOfReach} // about another subject
	for _, tt := range []struct {
		err  error
		want codes.Code
		text string
	}{
		{admission.BadRequest("write digits"), codes.InvalidArgument, "write digits"},
		{admission.ErrUnauthenticated, codes.Unauthenticated, "not authenticated"},
		{denied.Err(), codes.PermissionDenied, "denied"},
		{admission.ErrNotFound, codes.NotFound, "not found"},
		{admission.ErrTooLarge, codes.ResourceExhausted, "too large"},
		{errors.New("other"), codes.Internal, "internal error"},
		{nil, codes.Internal, "internal error"},
		{status.Error(codes.NotFound, "of another service"), codes.Internal, "internal error"},
		{admission.ErrUnavailable, codes.Unavailable, "temporarily unavailable"},
		{context.DeadlineExceeded, codes.Unavailable, "temporarily unavailable"},
	} {
		err := tt.err
		if err != nil {
			err = fmt.Errorf("secret: %w", err)
		}
		s := status.Convert(grpcguard.Refuse(t.Context(), err))
		if s.Code() != tt.want || s.Message() != tt.text || len(s.Details()) != 0 {
			t.Errorf("Refuse(%v) = %v, want %s", err, s, tt.want)
		}
	}
}
