package connectguard_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
)

// inEach runs a test in each protocol.
func inEach(t *testing.T, f func(*testing.T, ...connect.ClientOption)) {
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, options...)
		})
	}
}

// TestServerStream: the message is asked about before the handler runs.
func TestServerStream(t *testing.T) { inEach(t, testServerStream) }

func testServerStream(t *testing.T, options ...connect.ClientOption) {
	w := newWorld(t, nil, options...)
	w.follow = func(ctx context.Context, m *reportpb.ReportRequest, s followServer) error {
		return s.Send(&reportpb.Report{Report: m.GetReport(), Title: admission.Subject(ctx).String()})
	}
	for _, tt := range []struct {
		who, report string
		code        connect.Code
		reason      string
	}{
		{"ann", "q1", ok, ""},
		{"link live", "q1", ok, ""},
		{"", "q1", connect.CodeUnauthenticated, ""},
		{"ann", "q3", connect.CodePermissionDenied, "OUT_OF_REACH"},
		{"ann", "nope", connect.CodePermissionDenied, "OUT_OF_REACH"},
		{"ann", "", connect.CodeNotFound, ""},
		{"sue", "q1", connect.CodePermissionDenied, "SUSPENDED"},
		{"link live", "q2", connect.CodePermissionDenied, "LINK_SCOPE"},
	} {
		t.Run(tt.who+" "+tt.report, func(t *testing.T) {
			w.ran.Store(0)
			stream, err := w.client.Follow(as(t, tt.who), request(tt.report))
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			received := stream.Receive()
			wantCode(t, stream.Err(), tt.code, tt.reason)
			if tt.code != ok {
				w.wantRan(t, 0)
				return
			}
			w.wantRan(t, 1)
			if !received || stream.Msg().GetReport() != tt.report || stream.Msg().GetTitle() != tt.who {
				t.Errorf("got %v", stream.Msg())
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
	code   connect.Code
	reason string
}{
	"suspended":         {suspend, 0, false, connect.CodePermissionDenied, "SUSPENDED"},
	"suspended, hidden": {suspend, 0, true, connect.CodePermissionDenied, "SUSPENDED"},
	"unshared":          {unshare, 0, false, connect.CodePermissionDenied, "OUT_OF_REACH"},
	"unshared, hidden":  {unshare, 0, true, connect.CodeNotFound, ""},
	"removed":           {func(e *access.Edit) { e.RemoveUser("ann") }, 0, false, connect.CodePermissionDenied, "UNKNOWN_USER"},
	"time passes":       {func(*access.Edit) {}, 60, false, connect.CodePermissionDenied, "ENDED"},
}

// endWorld returns a world in which ann has access for a minute.
func endWorld(t *testing.T, hide bool) *world {
	w := newWorld(t, func(g *connectguard.Guard, table connectguard.Table) {
		if hide {
			hidden := g.RequireOrNotFound(access.ViewReport, connectguard.ID(named.GetReport, access.Report))
			table[reportpb.ReportsFollowProcedure] = hidden
			table[reportpb.ReportsConverseProcedure] = hidden
		}
	})
	w.edit(t, func(e *access.Edit) {
		e.SetUser(document.User{ID: "ann", Email: "ann@example.com", Role: "user", Until: "2026-01-01T09:01:00Z"})
	})
	return w
}

// TestServerStreamEnds: the context of a server stream ends with its admission,
// and the stream with it, whatever the handler returns, and nothing more is sent.
func TestServerStreamEnds(t *testing.T) {
	for name, tt := range ends {
		for result, returned := range map[string]error{"nil": nil, "an error": errors.New("secret")} {
			t.Run(name+", returning "+result, func(t *testing.T) {
				w := endWorld(t, tt.hide)
				cause, late := make(chan error, 1), make(chan error, 1)
				w.follow = func(ctx context.Context, m *reportpb.ReportRequest, s followServer) error {
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
				defer stream.Close()
				if !stream.Receive() {
					t.Fatal(stream.Err())
				}
				w.edit(t, tt.by)
				w.now.Store(tt.after)
				got := stream.Receive()
				wantCode(t, stream.Err(), tt.code, tt.reason)
				if err := <-cause; !errors.Is(err, access.ErrDenied) {
					t.Errorf("the cause is %v", err)
				}
				if err := <-late; err == nil || got {
					t.Errorf("sent after the end: %v, %t", err, got)
				}
				w.wantTold(t)
			})
		}
	}
}

// TestClientStream: every message is asked about, and one that is refused ends
// the stream, though the handler goes on as if nothing were wrong.
func TestClientStream(t *testing.T) { inEach(t, testClientStream) }

func testClientStream(t *testing.T, options ...connect.ClientOption) {
	for _, tt := range []struct {
		name    string
		who     string
		reports []string
		want    []string // received
		code    connect.Code
		reason  string
		ran     int64
	}{
		{"all", "ann", []string{"q1", "q1"}, []string{"q1", "q1"}, ok, "", 1},
		{"none", "ann", nil, nil, connect.CodeInvalidArgument, "", 1},
		{"the second is denied", "ann", []string{"q1", "q2", "q1"}, []string{"q1"}, connect.CodePermissionDenied, "LEVEL_TOO_LOW", 1},
		{"the second is hidden", "ann", []string{"q1", "q3", "q1"}, []string{"q1"}, connect.CodeNotFound, "", 1},
		{"the first is hidden", "ann", []string{"nope", "q1"}, nil, connect.CodeNotFound, "", 1},
		{"a suspended user", "sue", []string{"q1"}, nil, connect.CodePermissionDenied, "SUSPENDED", 0},
		{"nobody", "", []string{"q1"}, nil, connect.CodeUnauthenticated, "", 0},
		{"a link", "link live", []string{"q1"}, nil, connect.CodePermissionDenied, "LINK_SCOPE", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil, options...)
			var got []string
			w.receive = func(_ context.Context, s importServer) (*reportpb.ImportResponse, error) {
				for range len(tt.reports) + 1 {
					if s.Receive() {
						got = append(got, s.Msg().GetReport())
					}
				}
				return &reportpb.ImportResponse{Renamed: int32(len(got))}, nil
			}
			stream, err := w.client.Import(as(t, tt.who))
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range tt.reports {
				if err := stream.Send(&reportpb.RenameRequest{Report: id}); err != nil && !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			}
			out, err := stream.CloseAndReceive()
			wantCode(t, err, tt.code, tt.reason)
			w.wantRan(t, tt.ran)
			if !slices.Equal(got, tt.want) || err == nil && int(out.GetRenamed()) != len(tt.want) {
				t.Errorf("received is %q, answered %v, want %q", got, out, tt.want)
			}
			w.wantTold(t)
		})
	}
}
