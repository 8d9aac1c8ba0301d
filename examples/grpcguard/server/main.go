// Server serves the reports of a company over gRPC, guarded by package
// grpcguard. From examples/grpcguard:
//
//	go run ./server                        # serves on 127.0.0.1:50051 until interrupted
//	go run ./server -as ann list           # calls it: list, show ID, rename ID TITLE, follow ID
//	go run ./server -as tom show q1
//
// It has health and reflection, for grpcurl and the like. The name of a user is
// their token: put your own authentication into session.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"github.com/ambit-authz/ambit/examples/grpcguard/reportpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("server", flag.ContinueOnError)
	address := flags.String("addr", "127.0.0.1:50051", "`address` to serve on, or to call")
	user := flags.String("as", "", "call as `user`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return call(ctx, *address, *user, flags.Args(), out)
	}
	policy, err := access.Load([]byte(document), nil)
	if err != nil {
		return err
	}
	server, err := newServer(policy)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "listening on", listener.Addr())
	context.AfterFunc(ctx, server.Stop)
	if err := server.Serve(listener); !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// newServer returns the server with all of its methods, each with who may call
// it.
func newServer(policy *access.Policy) (*grpc.Server, error) {
	guard, err := grpcguard.New(grpcguard.Config{Source: live.New(policy), Subject: session})
	if err != nil {
		return nil, err
	}
	report := grpcguard.ID(named.GetReport, access.Report)
	table := grpcguard.Table{
		reportpb.Reports_List_FullMethodName:     guard.RequireUser(),
		reportpb.Reports_Show_FullMethodName:     guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.Reports_Rename_FullMethodName:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.Reports_Follow_FullMethodName:   guard.RequireOrNotFound(access.ViewReport, report),
		reportpb.Reports_Import_FullMethodName:   guard.RequireSeen(access.ViewReport, access.EditReport, report),
		reportpb.Reports_Converse_FullMethodName: guard.RequireOrNotFound(access.ViewReport, report),

		grpc_health_v1.Health_Check_FullMethodName: grpcguard.Open(),
		grpc_health_v1.Health_List_FullMethodName:  grpcguard.Open(),
		grpc_health_v1.Health_Watch_FullMethodName: grpcguard.Open(),

		grpc_reflection_v1.ServerReflection_ServerReflectionInfo_FullMethodName:      grpcguard.Open(),
		grpc_reflection_v1alpha.ServerReflection_ServerReflectionInfo_FullMethodName: grpcguard.Open(),
	}
	server := grpc.NewServer(guard.Options(table)...)
	reportpb.RegisterReportsServer(server, newService())
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)
	return server, table.Check(server)
}

// named are the messages that name a report.
type named interface{ GetReport() string }

// session is a stub: the token is believed. Authenticate your users here. A call
// with two tokens has none.
func session(c *grpcguard.Call) (access.Subject, error) {
	tokens := metadata.ValueFromIncomingContext(c.Context, "authorization")
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
