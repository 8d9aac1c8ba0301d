package grpcguard_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const people = `{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "user"},
              {"id": "sue", "email": "sue@example.com", "role": "user", "suspended": true}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}]},
              {"id": "q2", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "q3"}],
  "links":   [{"id": "live", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`

// world is a served company whose methods are those of a test.
type world struct {
	reportpb.UnimplementedReportsServer
	client reportpb.ReportsClient
	conn   *grpc.ClientConn
	policy *live.Policy
	now    atomic.Int64 // seconds after begin

	follow   func(*reportpb.ReportRequest, grpc.ServerStreamingServer[reportpb.Report]) error
	receive  func(grpc.ClientStreamingServer[reportpb.RenameRequest, reportpb.ImportResponse]) error
	converse func(grpc.BidiStreamingServer[reportpb.ReportRequest, reportpb.Report]) error
	ran      atomic.Int64

	mu   sync.Mutex
	told []error
}

var begin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// newWorld serves a company. The function changes the table.
func newWorld(t *testing.T, change func(*grpcguard.Guard, grpcguard.Table)) *world {
	t.Helper()
	w := new(world)
	policy, err := access.Load([]byte(people), &access.Config{Now: func() time.Time { return begin.Add(time.Duration(w.now.Load()) * time.Second) }})
	if err != nil {
		t.Fatal(err)
	}
	w.policy = live.New(policy)
	guard, err := grpcguard.New(grpcguard.Config{
		Source: w.policy,
		Subject: func(c *grpcguard.Call) (access.Subject, error) {
			who := strings.Join(metadata.ValueFromIncomingContext(c.Context, "authorization"), ",")
			if link, ok := strings.CutPrefix(who, "link "); ok {
				return access.ViaLink(access.LinkID(link)), nil
			}
			return access.User(who), nil
		},
		OnError: func(_ context.Context, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.told = append(w.told, err)
		},
		Recheck: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	table := testTable(guard)
	if change != nil {
		change(guard, table)
	}
	server := grpc.NewServer(guard.Options(table)...)
	reportpb.RegisterReportsServer(server, w)
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	w.conn = dial(t, server)
	w.client = reportpb.NewReportsClient(w.conn)
	return w
}

func testTable(guard *grpcguard.Guard) grpcguard.Table {
	report := grpcguard.ID(named.GetReport, access.Report)
	return grpcguard.Table{
		reportpb.Reports_List_FullMethodName:       guard.RequireUser(),
		reportpb.Reports_Show_FullMethodName:       guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.Reports_Rename_FullMethodName:     guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.Reports_Follow_FullMethodName:     guard.Require(access.ViewReport, report),
		reportpb.Reports_Import_FullMethodName:     guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.Reports_Converse_FullMethodName:   guard.Require(access.ViewReport, report),
		grpc_health_v1.Health_Check_FullMethodName: grpcguard.Open(),
		grpc_health_v1.Health_List_FullMethodName:  grpcguard.Open(),
		grpc_health_v1.Health_Watch_FullMethodName: grpcguard.Open(),
	}
}

// named are the messages that name a report.
type named interface{ GetReport() string }

func (w *world) Follow(m *reportpb.ReportRequest, s grpc.ServerStreamingServer[reportpb.Report]) error {
	w.ran.Add(1)
	return w.follow(m, s)
}

func (w *world) Import(s grpc.ClientStreamingServer[reportpb.RenameRequest, reportpb.ImportResponse]) error {
	w.ran.Add(1)
	return w.receive(s)
}

func (w *world) Converse(s grpc.BidiStreamingServer[reportpb.ReportRequest, reportpb.Report]) error {
	w.ran.Add(1)
	return w.converse(s)
}

func (w *world) List(context.Context, *reportpb.ListRequest) (*reportpb.ListResponse, error) {
	w.ran.Add(1)
	return new(reportpb.ListResponse), nil
}

// edit changes the company.
func (w *world) edit(t *testing.T, change func(*access.Edit)) {
	t.Helper()
	err := w.policy.Edit(func(e *access.Edit) error {
		change(e)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// suspend suspends ann.
func suspend(e *access.Edit) {
	e.SetUser(document.User{ID: "ann", Email: "ann@example.com", Role: "user", Suspended: true})
}

// unshare takes report q1 from ann.
func unshare(e *access.Edit) {
	e.RemoveGrant("q1", document.Grant{User: "ann"})
}

// as returns a context of a caller, which ends before the test hangs.
func as(t *testing.T, who string) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	if who != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", who)
	}
	return ctx
}

// wantStatus checks the status of a call, and the reason that it shows.
func wantStatus(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	shown := ""
	for _, d := range status.Convert(err).Details() {
		shown += d.(*errdetails.ErrorInfo).GetReason()
	}
	if status.Code(err) != code || shown != reason {
		t.Errorf("the status is %v with %q, want %s with %q", err, shown, code, reason)
	}
}

func (w *world) wantRan(t *testing.T, n int64) {
	t.Helper()
	if got := w.ran.Load(); got != n {
		t.Errorf("the method ran %d times, want %d", got, n)
	}
}

// wantTold checks what the program was told of: one error that has all the words
// in it, or none.
func (w *world) wantTold(t *testing.T, words ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(words) == 0 && len(w.told) == 0 {
		return
	}
	if len(w.told) != 1 || slices.ContainsFunc(words, func(s string) bool { return !strings.Contains(w.told[0].Error(), s) }) {
		t.Errorf("told is %v, want one error with %q", w.told, words)
	}
	w.told = nil
}
