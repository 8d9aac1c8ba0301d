package connectguard_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
)

const people = `{
  "users":   [{"id": "ann", "email": "ann@example.com", "role": "user"},
              {"id": "sue", "email": "sue@example.com", "role": "user", "suspended": true}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}]},
              {"id": "q2", "grants": [{"user": "ann", "level": "viewer"}]},
              {"id": "q3"}],
  "links":   [{"id": "live", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`

type (
	followServer   = *connect.ServerStream[reportpb.Report]
	importServer   = *connect.ClientStream[reportpb.RenameRequest]
	converseServer = *connect.BidiStream[reportpb.ReportRequest, reportpb.Report]
)

// world is a served company whose procedures are those of a test.
type world struct {
	reportpb.UnimplementedReportsHandler
	client reportpb.ReportsClient
	policy *live.Policy
	now    atomic.Int64 // seconds after begin

	follow   func(context.Context, *reportpb.ReportRequest, followServer) error
	receive  func(context.Context, importServer) (*reportpb.ImportResponse, error)
	converse func(context.Context, converseServer) error
	ran      atomic.Int64

	mu   sync.Mutex
	told []error
}

var begin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// newWorld serves a company. The function changes the table.
func newWorld(t *testing.T, change func(*connectguard.Guard, connectguard.Table), options ...connect.ClientOption) *world {
	t.Helper()
	w := new(world)
	policy, err := access.Load([]byte(people), &access.Config{Now: func() time.Time { return begin.Add(time.Duration(w.now.Load()) * time.Second) }})
	if err != nil {
		t.Fatal(err)
	}
	w.policy = live.New(policy)
	guard, err := connectguard.New(connectguard.Config{
		Source: w.policy,
		Subject: func(c *connectguard.Call) (access.Subject, error) {
			who := strings.Join(c.Header.Values("Authorization"), ",")
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
	mux, interceptor := http.NewServeMux(), guard.Interceptor(table)
	mux.Handle(reportpb.NewReportsHandler(w, connect.WithInterceptors(interceptor)))
	url, client := serve(t, mux)
	client.Transport = caller{client.Transport}
	// A client with the interceptor of a server is as one without.
	w.client = reportpb.NewReportsClient(client, url, append(options, connect.WithInterceptors(interceptor))...)
	return w
}

func testTable(guard *connectguard.Guard) connectguard.Table {
	report := connectguard.ID(named.GetReport, access.Report)
	return connectguard.Table{
		reportpb.ReportsListProcedure:     guard.RequireUser(),
		reportpb.ReportsShowProcedure:     guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.ReportsRenameProcedure:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.ReportsFollowProcedure:   guard.Require(access.ViewReport, report),
		reportpb.ReportsImportProcedure:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.ReportsConverseProcedure: guard.Require(access.ViewReport, report),
	}
}

// named are the messages that name a report.
type named interface{ GetReport() string }

func (w *world) List(context.Context, *reportpb.ListRequest) (*reportpb.ListResponse, error) {
	w.ran.Add(1)
	return new(reportpb.ListResponse), nil
}

func (w *world) Follow(ctx context.Context, m *reportpb.ReportRequest, s followServer) error {
	w.ran.Add(1)
	return w.follow(ctx, m, s)
}

func (w *world) Import(ctx context.Context, s importServer) (*reportpb.ImportResponse, error) {
	w.ran.Add(1)
	return w.receive(ctx, s)
}

func (w *world) Converse(ctx context.Context, s converseServer) error {
	w.ran.Add(1)
	return w.converse(ctx, s)
}

// caller adds who calls.
type caller struct{ http.RoundTripper }

type whoKey struct{}

func (c caller) RoundTrip(r *http.Request) (*http.Response, error) {
	if who, _ := r.Context().Value(whoKey{}).(string); who != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", who)
	}
	return c.RoundTripper.RoundTrip(r)
}

// as returns a context of a caller, which ends before the test hangs.
func as(t *testing.T, who string) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return context.WithValue(ctx, whoKey{}, who)
}

func request(id string) *reportpb.ReportRequest { return &reportpb.ReportRequest{Report: id} }

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

// ok stands for a call without an error.
const ok = connect.Code(0)

// wantCode checks the code of a call, and the reason that it shows.
func wantCode(t *testing.T, err error, code connect.Code, reason string) {
	t.Helper()
	got, shown := ok, ""
	if err != nil {
		got = connect.CodeOf(err)
	}
	if e, is := err.(*connect.Error); is {
		for _, d := range e.Details() {
			v, err := d.Value()
			if err != nil {
				t.Fatal(err)
			}
			shown += v.(*errdetails.ErrorInfo).GetReason()
		}
	}
	if got != code || shown != reason {
		t.Errorf("the code is %s with %q (%v), want %s with %q", got, shown, err, code, reason)
	}
}

func (w *world) wantRan(t *testing.T, n int64) {
	t.Helper()
	if got := w.ran.Load(); got != n {
		t.Errorf("the handler ran %d times, want %d", got, n)
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
