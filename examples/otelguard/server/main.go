// Server is a small service of reports over HTTP, guarded by package accesshttp
// over a company, which prints its metrics and traces. From examples/otelguard:
//
//	go run ./server -every 10s
//	curl -H 'Authorization: Bearer ann' http://127.0.0.1:8080/reports/q1
//	curl -H 'Authorization: Bearer tom' -X PUT http://127.0.0.1:8080/reports/q1/viewers/tom
//
// The name of a user is their token: put your own authentication into session.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/examples/otelguard"
	"github.com/ambit-authz/ambit/team"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then prints the metrics once more.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	address := flags.String("addr", "127.0.0.1:8080", "`address` to listen on")
	every := flags.Duration("every", time.Minute, "`time` between two prints of the metrics")
	if err := flags.Parse(args); err != nil {
		return err
	}
	metrics, err := stdoutmetric.New(stdoutmetric.WithWriter(out))
	if err != nil {
		return err
	}
	traces, err := stdouttrace.New(stdouttrace.WithWriter(out))
	if err != nil {
		return err
	}
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(metrics, metric.WithInterval(*every))))
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSyncer(traces))
	defer func() {
		ending := context.WithoutCancel(ctx)
		err = errors.Join(err, meters.Shutdown(ending), tracers.Shutdown(ending))
	}()

	handler, err := newHandler(ctx, meters, tracers)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "listening on", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler returns the service. The guard and the company each count what they
// are asked themselves.
func newHandler(ctx context.Context, meters *metric.MeterProvider, tracers trace.TracerProvider) (http.Handler, error) {
	telemetry, err := otelguard.New(meters)
	if err != nil {
		return nil, err
	}
	acme, err := company.Found(ctx, audit.NewMemory(), founding, &company.Config{Observer: telemetry.Decision, Refused: telemetry.Refused})
	if err != nil {
		return nil, err
	}
	if err := telemetry.Company(acme); err != nil {
		return nil, err
	}
	guard, err := accesshttp.New(accesshttp.Config{Source: acme, Subject: session, Observer: telemetry.Decision})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	report := accesshttp.Path("report", access.Report)
	mux.Handle("GET /reports/{report}", guard.RequireOrNotFound(access.ViewReport, report)(http.HandlerFunc(show)))
	mux.Handle("PUT /reports/{report}/viewers/{user}", guard.RequireSeen(access.ViewReport, access.ShareViewer, report)(share(acme)))
	return traced(tracers.Tracer("server"), mux), nil
}

// traced gives each request a span. In a service of your own that is otelhttp.
func traced(tracer trace.Tracer, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, span := tracer.Start(r.Context(), r.Method)
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func show(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s for %s\n", admission.Decision(r.Context()).Resource, admission.Subject(r.Context()))
}

// share shares a report with a user. The company asks again, and its answer
// counts: the guard's was of a moment ago. What a person is refused for, its error
// says in their words.
func share(acme *company.Company) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		by := company.By{Actor: company.User(admission.Subject(ctx).User()), Reason: "asked for over HTTP"}
		_, err := acme.Do(ctx, by, company.ShareReport{
			Report: access.ReportID(admission.Decision(ctx).Resource.ID()),
			User:   team.UserID(r.PathValue("user")), Level: access.Viewer,
		})
		if refused, ok := errors.AsType[*company.Error](err); ok && refused.Refused() && !errors.Is(err, access.ErrDenied) {
			err = admission.BadRequest(refused.Error())
		}
		if err != nil {
			accesshttp.Refuse(w, r, err)
		}
	})
}

// session is a stub: the token is believed. Authenticate your users here.
func session(r *http.Request) (access.Subject, error) {
	user, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	return access.User(user), nil
}

// founding is the company. A host keeps its log, and calls company.Open.
var founding = company.Founding{
	ID: "acme", Name: "Acme",
	Founder: team.User{ID: "ada", Email: team.MustParseAddress("ada@example.com")},
	Document: &document.Document{
		Users: []document.User{
			{ID: "ann", Email: "ann@example.com", Role: "user"},
			{ID: "tom", Email: "tom@example.com", Role: "user"},
		},
		Reports: []document.Report{
			{ID: "q1", Grants: []document.Grant{{User: "ann", Level: "creator"}, {User: "tom", Level: "viewer"}}},
		},
	},
}
