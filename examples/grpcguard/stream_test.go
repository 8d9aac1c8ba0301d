package grpcguard_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

type (
	followServer   = grpc.ServerStreamingServer[reportpb.Report]
	importServer   = grpc.ClientStreamingServer[reportpb.RenameRequest, reportpb.ImportResponse]
	converseServer = grpc.BidiStreamingServer[reportpb.ReportRequest, reportpb.Report]
)

func request(id string) *reportpb.ReportRequest { return &reportpb.ReportRequest{Report: id} }

// TestServerStream: the message is asked about before the method runs.
func TestServerStream(t *testing.T) {
	w := newWorld(t, nil)
	w.follow = func(m *reportpb.ReportRequest, s followServer) error {
		return s.Send(&reportpb.Report{Report: m.GetReport(), Title: admission.Subject(s.Context()).String()})
	}
	for _, tt := range []struct {
		who, report string
		code        codes.Code
		reason      string
	}{
		{"ann", "q1", codes.OK, ""},
		{"link live", "q1", codes.OK, ""},
		{"", "q1", codes.Unauthenticated, ""},
		{"ann", "q3", codes.PermissionDenied, "OUT_OF_REACH"},
		{"ann", "nope", codes.PermissionDenied, "OUT_OF_REACH"},
		{"ann", "", codes.NotFound, ""},
		{"sue", "q1", codes.PermissionDenied, "SUSPENDED"},
		{"link live", "q2", codes.PermissionDenied, "LINK_SCOPE"},
	} {
		t.Run(tt.who+" "+tt.report, func(t *testing.T) {
			w.ran.Store(0)
			stream, err := w.client.Follow(as(t, tt.who), request(tt.report))
			if err != nil {
				t.Fatal(err)
			}
			got, err := stream.Recv()
			wantStatus(t, err, tt.code, tt.reason)
			if tt.code != codes.OK {
				w.wantRan(t, 0)
				return
			}
			w.wantRan(t, 1)
			if got.GetReport() != tt.report || got.GetTitle() != tt.who {
				t.Errorf("got %v", got)
			}
		})
	}
	w.wantTold(t)
}

// ends are the ways in which an admission ends, and how a stream then does.
var ends = map[string]struct {
	by     func(*access.Edit)
	after  int64 // seconds
	hide   bool
	code   codes.Code
	reason string
}{
	"suspended":         {suspend, 0, false, codes.PermissionDenied, "SUSPENDED"},
	"suspended, hidden": {suspend, 0, true, codes.PermissionDenied, "SUSPENDED"},
	"unshared":          {unshare, 0, false, codes.PermissionDenied, "OUT_OF_REACH"},
	"unshared, hidden":  {unshare, 0, true, codes.NotFound, ""},
	"removed":           {func(e *access.Edit) { e.RemoveUser("ann") }, 0, false, codes.PermissionDenied, "UNKNOWN_USER"},
	"time passes":       {func(*access.Edit) {}, 60, false, codes.PermissionDenied, "ENDED"},
}

// endWorld returns a world in which ann has access for a minute.
func endWorld(t *testing.T, hide bool) *world {
	w := newWorld(t, func(g *grpcguard.Guard, table grpcguard.Table) {
		if hide {
			hidden := g.RequireOrNotFound(access.ViewReport, grpcguard.ID(named.GetReport, access.Report))
			table[reportpb.Reports_Follow_FullMethodName] = hidden
			table[reportpb.Reports_Converse_FullMethodName] = hidden
		}
	})
	w.edit(t, func(e *access.Edit) {
		e.SetUser(document.User{ID: "ann", Email: "ann@example.com", Role: "user", Until: "2026-01-01T09:01:00Z"})
	})
	return w
}

// TestServerStreamEnds: the context of a server stream ends with its admission,
// and the stream with it, whatever the method returns, and nothing more is sent.
func TestServerStreamEnds(t *testing.T) {
	for name, tt := range ends {
		for result, returned := range map[string]error{"nil": nil, "an error": errors.New("secret")} {
			t.Run(name+", returning "+result, func(t *testing.T) {
				w := endWorld(t, tt.hide)
				cause, late := make(chan error, 1), make(chan error, 1)
				w.follow = func(m *reportpb.ReportRequest, s followServer) error {
					ctx := s.Context()
					if err := s.Send(&reportpb.Report{Report: m.GetReport()}); err != nil {
						return err
					}
					<-ctx.Done()
					cause <- context.Cause(ctx)
					late <- s.Send(&reportpb.Report{Report: "late"})
					return returned
				}
				stream, err := w.client.Follow(as(t, "ann"), request("q1"))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := stream.Recv(); err != nil {
					t.Fatal(err)
				}
				w.edit(t, tt.by)
				w.now.Store(tt.after)
				got, err := stream.Recv()
				wantStatus(t, err, tt.code, tt.reason)
				if err := <-cause; !errors.Is(err, access.ErrDenied) {
					t.Errorf("the cause is %v", err)
				}
				if err := <-late; err == nil || got != nil {
					t.Errorf("sent after the end: %v, %v", err, got)
				}
				w.wantTold(t)
			})
		}
	}
}

// TestBidiStreamEnds: a method that waits for the next message hears of the end.
func TestBidiStreamEnds(t *testing.T) {
	for name, tt := range ends {
		t.Run(name, func(t *testing.T) {
			w := endWorld(t, tt.hide)
			w.converse = func(s converseServer) error {
				for {
					m, err := s.Recv()
					if err != nil {
						return nil // the status must not depend on it
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
			if err := stream.Send(request("q1")); err != nil {
				t.Fatal(err)
			}
			if m, err := stream.Recv(); err != nil || m.GetReport() != "q1" {
				t.Fatal(m, err)
			}
			w.edit(t, tt.by)
			w.now.Store(tt.after)
			_, err = stream.Recv()
			wantStatus(t, err, tt.code, tt.reason)
			w.wantTold(t)
		})
	}
}

// TestClientStream: every message is asked about, and one that is refused ends
// the stream, though the method goes on as if nothing were wrong.
func TestClientStream(t *testing.T) {
	for _, tt := range []struct {
		name    string
		who     string
		reports []string
		want    []string // received
		code    codes.Code
		reason  string
		ran     int64
	}{
		{"all", "ann", []string{"q1", "q1"}, []string{"q1", "q1"}, codes.OK, "", 1},
		{"none", "ann", nil, nil, codes.InvalidArgument, "", 1},
		{"the second is denied", "ann", []string{"q1", "q2", "q1"}, []string{"q1"}, codes.PermissionDenied, "LEVEL_TOO_LOW", 1},
		{"the second is hidden", "ann", []string{"q1", "q3", "q1"}, []string{"q1"}, codes.NotFound, "", 1},
		{"the first is hidden", "ann", []string{"nope", "q1"}, nil, codes.NotFound, "", 1},
		{"a suspended user", "sue", []string{"q1"}, nil, codes.PermissionDenied, "SUSPENDED", 0},
		{"nobody", "", []string{"q1"}, nil, codes.Unauthenticated, "", 0},
		{"a link", "link live", []string{"q1"}, nil, codes.PermissionDenied, "LINK_SCOPE", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			var got []string
			w.receive = func(s importServer) error {
				for range len(tt.reports) + 1 {
					if m, err := s.Recv(); err == nil {
						got = append(got, m.GetReport())
					}
				}
				return s.SendAndClose(&reportpb.ImportResponse{Renamed: int32(len(got))})
			}
			stream, err := w.client.Import(as(t, tt.who))
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range tt.reports {
				if err := stream.Send(&reportpb.RenameRequest{Report: id}); err != nil && err != io.EOF {
					t.Fatal(err)
				}
			}
			out, err := stream.CloseAndRecv()
			wantStatus(t, err, tt.code, tt.reason)
			w.wantRan(t, tt.ran)
			if !slices.Equal(got, tt.want) || err == nil && int(out.GetRenamed()) != len(tt.want) {
				t.Errorf("received is %q, answered %v, want %q", got, out, tt.want)
			}
			w.wantTold(t)
		})
	}
}
