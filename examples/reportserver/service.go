package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
)

//go:embed company.json
var companyJSON []byte

//go:embed reports.json
var reportsJSON []byte

// service is what the handlers share.
type service struct {
	company *company.Company
	log     audit.Log // of the company
	rows    map[access.ReportID][]row
	logins  *logins
	logger  *slog.Logger
}

// newService founds the company of a policy document on an empty log. If your log outlives the program, every later start opens it with
// company.Open.
func newService(ctx context.Context, log audit.Log, logger *slog.Logger, now func() time.Time, policy []byte) (*service, error) {
	s := &service{log: log, logins: newLogins(now), logger: slog.New(withRequestID{logger.Handler()})}
	if err := json.Unmarshal(reportsJSON, &s.rows); err != nil {
		return nil, fmt.Errorf("reports.json: %w", err)
	}
	document, err := document.Parse(policy)
	if err != nil {
		return nil, fmt.Errorf("the company: %w", err)
	}
	founding := company.Founding{ID: "acme", Name: "Acme", Document: document}
	s.company, err = company.Found(ctx, s.log, founding, &company.Config{Now: now, Refused: s.logRefused})
	if err != nil {
		return nil, err
	}
	return s, nil
}
