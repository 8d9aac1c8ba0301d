package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
)

//go:embed company.json
var companyJSON []byte

//go:embed reports.json
var reportsJSON []byte

// service is what the handlers share.
type service struct {
	company *company.Company
	log     audit.Log // of the company
	shared  bool      // others write it as well
	rows    map[access.ReportID][]row
	logins  *logins
	logger  *slog.Logger
}

// settings are what a service is made with.
type settings struct {
	now    func() time.Time
	maxAge time.Duration          // how old answers may be where others write the log as well
	policy func() ([]byte, error) // the policy document that the company begins with
}

// newService opens the company in a place, and founds it where there is none. It sends no invitations; a service that does has
// [company.Config.Deliver], and calls [company.Company.DeliverPending] at the start and every few minutes.
func newService(ctx context.Context, p place, logger *slog.Logger, o settings) (*service, error) {
	s := &service{log: p.log, shared: p.shared, logins: newLogins(o.now), logger: slog.New(withRequestID{logger.Handler()})}
	if err := json.Unmarshal(reportsJSON, &s.rows); err != nil {
		return nil, fmt.Errorf("reports.json: %w", err)
	}
	config := &company.Config{Now: o.now, Refused: s.logRefused}
	if p.shared {
		config.MaxAge = o.maxAge
	}
	if p.checkpoint != "" {
		config.Keeper = filelog.NewKeeper(p.checkpoint)
	}
	var err error
	s.company, err = openCompany(ctx, p.log, config, o.policy)
	switch {
	case errors.Is(err, company.ErrDiverged):
		return nil, fmt.Errorf("%s is not the log whose checkpoint is in %s, or has lost its end: bring it back; "+
			"if it is lost for good, remove the checkpoint: %w", p.name, p.checkpoint, err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", p.name, err)
	case s.company.ID() != companyID:
		return nil, fmt.Errorf("%s has the company %q, and this is a service of %q: write another -log", p.name, s.company.ID(), companyID)
	}
	logger.Info("the company is open", "log", p.name, "checkpoint", p.checkpoint, "events", s.company.Checkpoint().Seq)
	return s, nil
}

// openCompany opens the company that a log has, and founds it on an empty one. Several processes may do so at once: whoever is second
// opens what the first one founded.
func openCompany(ctx context.Context, log audit.Log, config *company.Config, policy func() ([]byte, error)) (*company.Company, error) {
	for try := 1; ; try++ {
		c, err := company.Open(ctx, log, config)
		if !errors.Is(err, company.ErrNotFounded) && !errors.Is(err, company.ErrUnfinished) {
			return c, err
		}
		text, err := policy()
		if err != nil {
			return nil, err
		}
		document, err := document.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("the company: %w", err)
		}
		c, err = company.Found(ctx, log, company.Founding{ID: companyID, Name: "Acme", Document: document}, config)
		again := errors.Is(err, company.ErrNotEmpty) || errors.Is(err, company.ErrUncertain)
		if !again || try == 3 {
			return c, err
		}
	}
}

// serve serves until ctx ends, or until the log turns out to be none that can be followed: then nothing that this process answers could
// be trusted. The last checkpoint is kept in the end.
func (s *service) serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	followed := make(chan error, 1)
	go func() {
		err := s.follow(ctx)
		followed <- err
		if err != nil {
			stop()
		}
	}()
	err := serve(ctx, server, listener, grace)
	stop()
	return errors.Join(err, <-followed, s.company.Keep(context.WithoutCancel(ctx)))
}

// follow takes in what other processes append, until ctx ends. It goes on while the log cannot be reached; the error is one of the log
// itself.
func (s *service) follow(ctx context.Context) error {
	if !s.shared {
		return nil
	}
	err := s.company.Follow(ctx)
	if ctx.Err() != nil {
		return nil // told to stop
	}
	return fmt.Errorf("the log cannot be followed: %w", err)
}
