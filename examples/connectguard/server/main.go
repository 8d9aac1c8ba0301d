// Server serves the reports of a company over Connect, gRPC and gRPC-Web, guarded
// by package connectguard. From examples/connectguard:
//
//	go run ./server    # serves on 127.0.0.1:8080 until interrupted
//
// The name of a user is their token: put your own authentication into session.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"github.com/ambit-authz/ambit/examples/connectguard/reportpb"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, listener, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, listener net.Listener, out io.Writer) error {
	policy, err := access.Load([]byte(document), nil)
	if err != nil {
		return err
	}
	handler, err := newHandler(live.New(policy))
	if err != nil {
		return err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true) // for gRPC and for streams of both sides
	server := &http.Server{Handler: handler, Protocols: protocols, ReadHeaderTimeout: 5 * time.Second}
	fmt.Fprintf(out, `Listening on %[1]s. Try:
  curl -H 'Authorization: ann' --json '{"report": "q1"}' http://%[1]s%[2]s
  curl -H 'Authorization: tom' --json '{"report": "q2"}' http://%[1]s%[2]s
  curl -H 'Authorization: tom' --json '{"report": "q1", "title": "Mine"}' http://%[1]s%[3]s
`, listener.Addr(), reportpb.ReportsShowProcedure, reportpb.ReportsRenameProcedure)
	context.AfterFunc(ctx, func() { server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// newHandler returns the service with all of its procedures, each with who may
// call it.
func newHandler(policy live.Source) (http.Handler, error) {
	guard, err := connectguard.New(connectguard.Config{Source: policy, Subject: session})
	if err != nil {
		return nil, err
	}
	report := connectguard.ID(named.GetReport, access.Report)
	table := connectguard.Table{
		reportpb.ReportsListProcedure:     guard.RequireUser(),
		reportpb.ReportsShowProcedure:     guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.ReportsRenameProcedure:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.ReportsFollowProcedure:   guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.ReportsImportProcedure:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.ReportsConverseProcedure: guard.RequireOrNotFound(access.ViewReport, report),
	}
	mux := http.NewServeMux()
	mux.Handle(reportpb.NewReportsHandler(newService(), connect.WithInterceptors(guard.Interceptor(table)), connect.WithReadMaxBytes(1<<20)))
	return mux, table.Check(reportpb.File_report_proto)
}

// named are the messages that name a report.
type named interface{ GetReport() string }

// session is a stub: the token is believed. Authenticate your users here. A call
// with two tokens has none.
func session(c *connectguard.Call) (access.Subject, error) {
	tokens := c.Header.Values("Authorization")
	if len(tokens) != 1 || tokens[0] == "" {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	return access.User(tokens[0]), nil
}

// document is the company. A host loads its own, or keeps it by package company.
const document = `{
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups":   [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams":    [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]},
               {"id": "germany", "groups": ["de"], "members": [{"user": "tom"}]}],
  "users":    [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
               {"id": "tom", "email": "tom@example.com", "role": "team-member"},
               {"id": "sue", "email": "sue@example.com", "role": "team-member", "suspended": true}],
  "reports":  [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}, {"user": "tom", "level": "viewer"}]},
               {"id": "q2", "grants": [{"user": "ann", "level": "viewer"}]}]
}`
