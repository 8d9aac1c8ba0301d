// Reportserver serves the reports of a company over HTTP. All readers get the rows and totals that they see; a report that is not shared
// with them does not exist for them. Those who may share reports, change roles and add members, and all of it is in a log. Gateways
// and services in other languages ask the same policy by the AuthZEN API. In this folder, which is a module of its own:
//
//	go run . -log file:acme.log
//	go run . -log sqlite:acme.db
//	go run . -log postgres://acme@localhost/acme
//	go run . -log memory
//
// The log has the company, so that it is there again after a restart, whatever ended the program. Several instances may have one log: each
// knows within -max-age of what the others change, and answers 503 when it cannot know. A session with curl is in testdata/session.txt, and a test replays it.
//
//	POST /login                    a token for a user: a stub, which checks no password
//	GET  /reports                  the reports shared with the reader
//	GET  /reports/{report}         what the reader sees of one
//	POST /reports/{report}/shares  share one
//	PUT  /users/{user}/role        give a user another role
//	POST /teams/{team}/members     put a user into a team
//	GET  /audit                    all changes, with who made them and why
//	GET  /healthz                  whether this instance can answer, for a load balancer
//	     /access/v1/...            AuthZEN, for holders of the gateway token
//
// People open / in a browser and log in: the pages of package console show who sees what and why, make every change that somebody may
// make, and have the register, the history and reviews. page.go mounts them.
//
// Copy routes.go, where each route says in one line who may use it; change.go, which makes changes and answers for them; log.go and
// service.go, which open or found a company and follow its log; and server.go, which stops a server without cutting off requests. Replace
// login.go, company.json and reports.json, which stand in for your own.
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
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(end(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr), os.Stderr))
}

// end says what the program ends with, if that is an error, and returns its exit status.
// Who asked for help got it.
func end(err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintf(stderr, "reportserver: %v\n", err)
	return 1
}

// options are what the command line says.
type options struct {
	address, host, company, log, checkpoint string
	maxAge                                  time.Duration
	verbose                                 bool
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("reportserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.address, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&o.host, "host", "", "public `host` of the TLS proxy in front, for the metadata of AuthZEN; without it there is no metadata")
	flags.StringVar(&o.company, "company", "", "`file` with the policy document that the company begins with; without it, that of the example. It is read once, for an empty log")
	flags.StringVar(&o.log, "log", "file:"+companyID+".log", "`log` of the company: file:PATH, sqlite:PATH, postgres://USER@HOST/DATABASE, or memory, which keeps nothing.\nLeave a password out of it: PGPASSWORD and PGPASSFILE work")
	flags.StringVar(&o.checkpoint, "checkpoint", "", "`file` that tells whether the log lost its end: better on another disk. Without it, it is beside the log, or here for PostgreSQL")
	flags.DurationVar(&o.maxAge, "max-age", 5*time.Second, "how old answers may be when other instances change the company; beyond that they are 503")
	flags.BoolVar(&o.verbose, "v", false, "log allowed decisions, too")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if o.maxAge <= 0 {
		return o, fmt.Errorf("-max-age is %s: write a time above 0", o.maxAge)
	}
	return o, nil
}

// policy returns the policy document that the company begins with.
func (o options) policy() ([]byte, error) {
	if o.company == "" {
		return companyJSON, nil
	}
	return os.ReadFile(o.company)
}

// run is the program: it serves until ctx ends, and logs to stderr.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) (err error) {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))

	token := getenv("GATEWAY_TOKEN")
	if token == "" {
		token = rand.Text()
		fmt.Fprintln(stdout, "GATEWAY_TOKEN="+token)
	}
	p, err := openPlace(ctx, o.log, o.checkpoint)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, err := newService(ctx, p, logger, settings{now: time.Now, maxAge: o.maxAge, policy: o.policy})
	if err != nil {
		return err
	}
	routes, err := s.routes(token, o.host)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		return err
	}
	logger.Info("listening", "address", listener.Addr().String())
	return s.serve(ctx, newServer(limitTime(logRequests(logger, routes), requestTime), logger), listener)
}
