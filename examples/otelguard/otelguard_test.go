package otelguard_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/examples/otelguard"
	"github.com/ambit-authz/ambit/team"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// rig is a company with its telemetry.
type rig struct {
	*otelguard.Telemetry
	reader *metric.ManualReader
	log    *audittest.Faulty
	mode   audittest.Mode // of the next appends
	acme   *company.Company
}

// newRig founds a company. Its observer is that of the telemetry unless another
// is given.
func newRig(t *testing.T, observer func(context.Context, access.Decision)) *rig {
	t.Helper()
	r := &rig{reader: metric.NewManualReader()}
	var err error
	if r.Telemetry, err = otelguard.New(metric.NewMeterProvider(metric.WithReader(r.reader))); err != nil {
		t.Fatal(err)
	}
	if observer == nil {
		observer = r.Decision
	}
	r.log = audittest.NewFaulty(audit.NewMemory(), audittest.Plan{Append: func(int, audit.Event) audittest.Mode { return r.mode }})
	r.acme, err = company.Found(t.Context(), r.log, company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ada", Email: team.MustParseAddress("ada@example.com")},
		Document: &document.Document{
			Users: []document.User{
				{ID: "ann", Email: "ann@example.com", Role: "user"},
				{ID: "sue", Email: "sue@example.com", Role: "user", Suspended: true},
			},
			Reports: []document.Report{{ID: "q1", Grants: []document.Grant{{User: "ann", Level: "viewer"}}}},
		},
	}, &company.Config{Observer: observer, Refused: r.Refused})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Company(r.acme, attribute.String("company", "acme")); err != nil {
		t.Fatal(err)
	}
	return r
}

// read returns the metrics, one line for each time series: its name, the values
// of its attributes in the order of their names, and its value.
func (r *rig) read(t *testing.T) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			var points []metricdata.DataPoint[int64]
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				points = data.DataPoints
				if !data.IsMonotonic {
					t.Errorf("%s is no counter", m.Name)
				}
			case metricdata.Gauge[int64]:
				points = data.DataPoints
			default:
				t.Errorf("%s is a %T", m.Name, data)
			}
			for _, p := range points {
				line := m.Name
				for _, a := range p.Attributes.ToSlice() {
					line += fmt.Sprintf(" %s=%s", strings.TrimPrefix(string(a.Key), "ambit."), a.Value.String())
				}
				lines = append(lines, fmt.Sprint(line, " ", p.Value))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// about returns the lines of some metrics.
func about(lines []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		name, _, _ := strings.Cut(line, " ")
		return !slices.Contains(names, name)
	})
}

func wantLines(t *testing.T, got []string, want string) {
	t.Helper()
	if text := strings.Join(got, "\n"); text != strings.TrimSpace(want) {
		t.Errorf("the metrics are\n%s\nwant\n%s", text, strings.TrimSpace(want))
	}
}

// TestRequests: what a guard is asked over HTTP is counted, and is on the span of
// its request, without a name or an id of anybody.
func TestRequests(t *testing.T) {
	r := newRig(t, nil)
	guard, err := accesshttp.New(accesshttp.Config{
		Source: r.acme, Observer: r.Decision,
		Subject: func(r *http.Request) (access.Subject, error) { return access.User(r.Header.Get("User")), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	spans := tracetest.NewInMemoryExporter()
	tracer := trace.NewTracerProvider(trace.WithSyncer(spans)).Tracer("test")
	mux := http.NewServeMux()
	report := accesshttp.Path("report", access.Report)
	done := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	mux.Handle("GET /reports/{report}", guard.RequireOrNotFound(access.ViewReport, report)(done))
	mux.Handle("PUT /reports/{report}", guard.RequireSeen(access.ViewReport, access.EditReport, report)(done))
	mux.Handle("GET /reports", guard.RequireUser()(done))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, span := tracer.Start(r.Context(), "request")
		defer span.End()
		mux.ServeHTTP(w, r.WithContext(ctx))
	}))
	defer server.Close()

	for _, call := range []string{"ann GET /reports/q1", "ann GET /reports/q1", "ann GET /reports/secret", "ann PUT /reports/q1", "sue GET /reports/q1", "sue GET /reports", "eve GET /reports"} {
		words := strings.Fields(call)
		request, err := http.NewRequestWithContext(t.Context(), words[1], server.URL+words[2], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("User", words[0])
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	server.Close() // all spans have ended
	lines := r.read(t)
	wantLines(t, about(lines, "ambit.decisions", "ambit.denials"), `
ambit.decisions action= allowed=false kind= reason=suspended step=subject 1
ambit.decisions action= allowed=false kind= reason=unknown-user step=subject 1
ambit.decisions action=report.edit allowed=false kind=report reason=level-too-low step=capability 1
ambit.decisions action=report.view allowed=false kind=report reason=suspended step=subject 1
ambit.decisions action=report.view allowed=false kind=report reason=unknown-resource step=reach 1
ambit.decisions action=report.view allowed=true kind=report reason=grant step= 3
ambit.denials reason=level-too-low step=capability 1
ambit.denials reason=suspended step=subject 2
ambit.denials reason=unknown-resource step=reach 1
ambit.denials reason=unknown-user step=subject 1
`)
	var events []string
	for _, span := range spans.GetSpans() {
		for _, e := range span.Events {
			line := e.Name
			for _, a := range e.Attributes {
				line += " " + a.Value.String()
			}
			events = append(events, line)
		}
		events = append(events, "end")
	}
	slices.Sort(events)
	wantLines(t, events, `
ambit.decision   false subject suspended
ambit.decision   false subject unknown-user
ambit.decision report.edit report false capability level-too-low
ambit.decision report.view report false reach unknown-resource
ambit.decision report.view report false subject suspended
ambit.decision report.view report true  grant
ambit.decision report.view report true  grant
ambit.decision report.view report true  grant
end
end
end
end
end
end
end
`)
	for _, name := range []string{"ann", "sue", "eve", "q1", "secret", "acme"} {
		if all := strings.Join(append(about(lines, "ambit.decisions", "ambit.denials"), events...), " "); slices.Contains(strings.FieldsFunc(all, func(c rune) bool { return c == ' ' || c == '=' }), name) {
			t.Errorf("%q is told: %s", name, all)
		}
	}
}

// TestCardinality: requests that name actions and kinds of their own, as an
// AuthZEN caller may, add no time series for each.
func TestCardinality(t *testing.T) {
	r := newRig(t, nil)
	ask := func(i int) {
		odd := fmt.Sprint("odd-", i)
		for _, who := range []string{"ann", "sue", odd} {
			r.acme.Decide(access.User(who), access.Action(odd), access.Report("q1"))
			r.acme.Decide(access.User(who), access.ViewReport, access.CompanyItem(access.Kind(odd), odd))
			r.acme.Decide(access.User(who), access.Action(odd), access.CompanyItem(access.Kind(odd), odd))
			r.acme.Decide(access.User(who), access.ViewReport, access.Report(odd))
			r.acme.Decide(access.ViaLink(access.LinkID(odd)), access.Action(odd), access.CompanyItem(access.Kind(odd), odd))
		}
	}
	ask(0)
	ask(1)
	few := len(r.read(t))
	for i := range 1000 {
		ask(i)
	}
	lines := r.read(t)
	if len(lines) != few {
		t.Errorf("there are %d time series, and before there were %d", len(lines), few)
	}
	if all := strings.Join(lines, "\n"); strings.Contains(all, "odd") || !strings.Contains(all, "action=_OTHER allowed=false kind=_OTHER reason=unknown-action") {
		t.Errorf("the metrics are\n%s", all)
	}
}

// TestLog: the gauges follow the log into doubt and out of it.
func TestLog(t *testing.T) {
	r := newRig(t, nil)
	by := company.By{Actor: company.User("ada"), Reason: "test"}
	gauges := func(position, doubt int) {
		t.Helper()
		wantLines(t, about(r.read(t), "ambit.log.position", "ambit.log.in_doubt"),
			fmt.Sprintf("ambit.log.in_doubt company=acme %d\nambit.log.position company=acme %d", doubt, position))
	}
	gauges(1, 0)
	if _, err := r.acme.Do(t.Context(), by, company.CreateTeam{Team: "west"}); err != nil {
		t.Fatal(err)
	}
	gauges(2, 0)
	r.mode = audittest.FailAfter
	if _, err := r.acme.Do(t.Context(), by, company.CreateTeam{Team: "east"}); !errors.Is(err, company.ErrUncertain) {
		t.Fatalf("Do = %v", err)
	}
	gauges(2, 1)
	r.mode = audittest.Pass
	if err := r.acme.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	gauges(3, 0)
}

// TestRefused: changes that are refused are counted by type, and by why if they
// are denied.
func TestRefused(t *testing.T) {
	r := newRig(t, nil)
	for user, change := range map[team.UserID]company.Change{
		"ann": company.CreateTeam{Team: "west"},
		"ada": company.RemoveUser{User: "nobody"},
		"sue": company.CreateTeam{Team: "secret"},
	} {
		if _, err := r.acme.Do(t.Context(), company.By{Actor: company.User(user), Reason: "test"}, change); err == nil {
			t.Fatalf("%s is not refused", user)
		}
	}
	if _, err := r.acme.WhatIf(t.Context(), company.By{Actor: company.User("ann")}, company.CreateTeam{Team: "west"}); err == nil {
		t.Fatal("what ann asks about is not refused")
	}
	wantLines(t, about(r.read(t), "ambit.changes.refused"), `
ambit.changes.refused change=team.create dry_run=false reason=no-capability step=capability 1
ambit.changes.refused change=team.create dry_run=false reason=suspended step=subject 1
ambit.changes.refused change=team.create dry_run=true reason=no-capability step=capability 1
ambit.changes.refused change=user.remove dry_run=false reason=unknown-resource step=reach 1
`)
}

// TestPanics: an observer that panics shows.
func TestPanics(t *testing.T) {
	r := newRig(t, func(context.Context, access.Decision) { panic("an observer fails") })
	for range 3 {
		r.acme.Decide(access.User("ann"), access.ViewReport, access.Report("q1"))
	}
	wantLines(t, about(r.read(t), "ambit.observer.panics"), "ambit.observer.panics company=acme 3")
}

// TestNames: the metrics are those that the package names, and each has a
// description and a unit.
func TestNames(t *testing.T) {
	r := newRig(t, nil)
	r.acme.Decide(access.User("ann"), access.EditReport, access.Report("q1"))
	r.acme.Do(t.Context(), company.By{Actor: company.User("ann")}, company.CreateTeam{Team: "west"})
	var all metricdata.ResourceMetrics
	if err := r.reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]bool)
	for _, m := range all.ScopeMetrics[0].Metrics {
		got[m.Name] = true
		if m.Description == "" || m.Unit == "" {
			t.Errorf("%s has the description %q and the unit %q", m.Name, m.Description, m.Unit)
		}
	}
	want := []string{"ambit.changes.refused", "ambit.decisions", "ambit.denials", "ambit.log.in_doubt", "ambit.log.position", "ambit.observer.panics"}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("the metrics are %q, want %q", names, want)
	}
}
