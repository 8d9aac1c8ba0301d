// Reportserver serves the reports of a company over HTTP. All readers get the rows and totals that they see; a report that is not shared
// with them does not exist for them. Those who may share reports, change roles and add members, and all of it is in a log. Gateways
// and services in other languages ask the same policy by the AuthZEN API. From the top of the module:
//
//	go run ./examples/reportserver
//
// A session with curl is in testdata/session.txt, and a test replays it.
//
//	POST /login                    a token for a user: a stub, which checks no password
//	GET  /reports                  the reports shared with the reader
//	GET  /reports/{report}         what the reader sees of one
//	POST /reports/{report}/shares  share one
//	PUT  /users/{user}/role        give a user another role
//	POST /teams/{team}/members     put a user into a team
//	GET  /audit                    all changes, with who made them and why
//	     /access/v1/...            AuthZEN, for holders of the gateway token
//
// People open / in a browser: pages show who has access, since when, by whom, why and until when; what is due; the history; and reviews
// to work through. They are templates without scripts, in the folder pages.
//
// Copy routes.go, where each route says in one line who may use it; change.go, which makes changes and answers for them; and server.go,
// which stops a server without cutting off requests. Replace login.go, company.json and reports.json, which stand in for your own, and
// the log in memory, which ends with the program.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(os.Stderr, "reportserver: %v\n", err)
		}
		os.Exit(1)
	}
}

// run is the program: it serves until ctx ends, and logs to stderr.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("reportserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	address := flags.String("addr", "127.0.0.1:8080", "`address` to listen on")
	host := flags.String("host", "", "public `host` of the TLS proxy in front, for the metadata of AuthZEN; without it there is no metadata")
	file := flags.String("company", "", "`file` with the policy document of the company; without it, the company of the example")
	verbose := flags.Bool("v", false, "log allowed decisions, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))

	token := getenv("GATEWAY_TOKEN")
	if token == "" {
		token = rand.Text()
		fmt.Fprintln(stdout, "GATEWAY_TOKEN="+token)
	}
	policy := companyJSON
	if *file != "" {
		var err error
		if policy, err = os.ReadFile(*file); err != nil {
			return err
		}
	}
	s, err := newService(ctx, audit.NewMemory(), logger, time.Now, policy)
	if err != nil {
		return err
	}
	routes, err := s.routes(token, *host)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	logger.Info("listening", "address", listener.Addr().String())
	return serve(ctx, newServer(logRequests(logger, routes), logger), listener, grace)
}
