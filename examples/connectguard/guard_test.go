package connectguard_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
)

// calls calls one procedure of each form, and returns the error.
var calls = map[string]func(*world, context.Context) error{
	reportpb.ReportsListProcedure: func(w *world, ctx context.Context) error {
		_, err := w.client.List(ctx, new(reportpb.ListRequest))
		return err
	},
	reportpb.ReportsFollowProcedure: func(w *world, ctx context.Context) error {
		stream, err := w.client.Follow(ctx, request("q1"))
		if err != nil {
			return err
		}
		defer stream.Close()
		stream.Receive()
		return stream.Err()
	},
	reportpb.ReportsImportProcedure: func(w *world, ctx context.Context) error {
		stream, err := w.client.Import(ctx)
		if err == nil {
			_, err = stream.CloseAndReceive()
		}
		return err
	},
	reportpb.ReportsConverseProcedure: func(w *world, ctx context.Context) error {
		stream, err := w.client.Converse(ctx)
		if err != nil {
			return err
		}
		defer stream.CloseRequest()
		stream.Send(nil) // the header
		_, err = stream.Receive()
		return err
	},
}

// TestUnlisted: nobody may call a procedure without a rule, of any form, and the
// program is told its name.
func TestUnlisted(t *testing.T) {
	for name, unlist := range map[string]func(connectguard.Table, string){
		"not in the table": func(table connectguard.Table, p string) { delete(table, p) },
		"the zero rule":    func(table connectguard.Table, p string) { table[p] = connectguard.Rule{} },
	} {
		for procedure, call := range calls {
			t.Run(name+" "+procedure, func(t *testing.T) {
				w := newWorld(t, func(_ *connectguard.Guard, table connectguard.Table) { unlist(table, procedure) })
				wantCode(t, call(w, as(t, "")), connect.CodeUnauthenticated, "")
				w.wantTold(t)
				wantCode(t, call(w, as(t, "ann")), connect.CodeInternal, "")
				w.wantTold(t, procedure)
				w.wantRan(t, 0)
			})
		}
	}
}

// TestOpen: what is listed as open is for everybody.
func TestOpen(t *testing.T) {
	w := newWorld(t, func(_ *connectguard.Guard, table connectguard.Table) {
		for procedure := range calls {
			table[procedure] = connectguard.Open()
		}
	})
	w.follow = func(ctx context.Context, m *reportpb.ReportRequest, s followServer) error {
		return s.Send(&reportpb.Report{Report: m.GetReport()})
	}
	w.receive = func(context.Context, importServer) (*reportpb.ImportResponse, error) {
		return new(reportpb.ImportResponse), nil
	}
	w.converse = func(_ context.Context, s converseServer) error { return s.Send(new(reportpb.Report)) }
	for procedure, call := range calls {
		if err := call(w, as(t, "")); err != nil {
			t.Errorf("%s: %v", procedure, err)
		}
	}
	w.wantRan(t, int64(len(calls)))
	w.wantTold(t)
}

// TestCheck: a table is compared with what there is.
func TestCheck(t *testing.T) {
	guard, err := connectguard.New(connectguard.Config{Source: newWorld(t, nil).policy, Subject: func(*connectguard.Call) (access.Subject, error) { return access.Subject{}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	table := testTable(guard)
	if err := table.Check(reportpb.File_report_proto); err != nil {
		t.Error(err)
	}
	delete(table, reportpb.ReportsShowProcedure)
	table[reportpb.ReportsImportProcedure] = connectguard.Rule{}
	table["/ambit.example.v1.Reports/Shwo"] = connectguard.Open()
	err = table.Check(reportpb.File_report_proto)
	const want = "connectguard: /ambit.example.v1.Reports/Import has no rule; /ambit.example.v1.Reports/Show has no rule; /ambit.example.v1.Reports/Shwo is no procedure of the files"
	if err == nil || err.Error() != want {
		t.Errorf("Check = %v, want %q", err, want)
	}
}

// TestTableIsCopied: who holds the table cannot open a procedure later.
func TestTableIsCopied(t *testing.T) {
	var later connectguard.Table
	w := newWorld(t, func(_ *connectguard.Guard, table connectguard.Table) { later = table })
	for procedure, call := range calls {
		later[procedure] = connectguard.Open()
		wantCode(t, call(w, as(t, "")), connect.CodeUnauthenticated, "")
	}
}

// TestNew: what admission refuses is refused here.
func TestNew(t *testing.T) {
	if g, err := connectguard.New(connectguard.Config{}); err == nil || g != nil {
		t.Errorf("New = %v, %v", g, err)
	}
}

// TestWrongMessage: a rule for another message is a mistake of the program.
func TestWrongMessage(t *testing.T) {
	w := newWorld(t, func(g *connectguard.Guard, table connectguard.Table) {
		table[reportpb.ReportsListProcedure] = g.Require(access.ViewReport, connectguard.ID((*reportpb.ReportRequest).GetReport, access.Report))
	})
	_, err := w.client.List(as(t, "ann"), new(reportpb.ListRequest))
	wantCode(t, err, connect.CodeInternal, "")
	w.wantTold(t, "ListRequest", "ReportRequest", reportpb.ReportsListProcedure)
	w.wantRan(t, 0)
}

// TestRefuse: the code of every error of package admission, and no text of it.
func TestRefuse(t *testing.T) {
	denied := access.Decision{Subject: access.User("bob"), Reason: access.ReasonOutOfReach} // about another subject
	for _, tt := range []struct {
		err  error
		want connect.Code
		text string
	}{
		{admission.BadRequest("write digits"), connect.CodeInvalidArgument, "write digits"},
		{admission.ErrUnauthenticated, connect.CodeUnauthenticated, "not authenticated"},
		{denied.Err(), connect.CodePermissionDenied, "denied"},
		{admission.ErrNotFound, connect.CodeNotFound, "not found"},
		{admission.ErrTooLarge, connect.CodeResourceExhausted, "too large"},
		{errors.New("other"), connect.CodeInternal, "internal error"},
		{nil, connect.CodeInternal, "internal error"},
		{connect.NewError(connect.CodeNotFound, errors.New("of another service")), connect.CodeInternal, "internal error"},
		{admission.ErrUnavailable, connect.CodeUnavailable, "temporarily unavailable"},
		{context.DeadlineExceeded, connect.CodeUnavailable, "temporarily unavailable"},
	} {
		err := tt.err
		if err != nil {
			err = fmt.Errorf("secret: %w", err)
		}
		e, is := connectguard.Refuse(t.Context(), err).(*connect.Error)
		if !is || e.Code() != tt.want || e.Message() != tt.text || len(e.Details()) != 0 || len(e.Meta()) != 0 {
			t.Errorf("Refuse(%v) = %v, want %s", err, e, tt.want)
		}
	}
}
