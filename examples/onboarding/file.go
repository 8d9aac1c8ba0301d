package main

import (
	"bytes"
	"context"
	_ "embed"
	"strconv"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
)

//go:embed joiners.csv
var joiners []byte

// bySpring is who sends the file, and why where a row does not say.
var bySpring = company.By{Actor: ed, Reason: "joiners of spring"}

// plan reads a file and says what would come of it. Nothing is sent.
func (s *story) plan() error {
	s.heading("Ed has a file of joiners; first it is planned")
	rows, err := s.planned()
	if err != nil {
		return err
	}
	s.table(rows)
	return nil
}

func (s *story) planned() ([]invite.Row, error) {
	rows, err := invite.ReadCSV(bytes.NewReader(joiners), nil)
	if err != nil {
		return nil, err
	}
	return s.company.PlanInvitations(bySpring, rows)
}

// commit sends the rows that are in order. What changed since they were planned is found.
func (s *story) commit() error {
	rows, err := s.planned()
	if err != nil {
		return err
	}
	s.heading("Meanwhile Ada invites Vic; then Ed sends what is in order")
	if _, err := s.done(ada, "invite vic", to("vic@acme.example", invite.Terms{Name: "Vic Lund", Role: "viewer"})); err != nil {
		return err
	}
	s.skipMails()
	s.gap()
	sent, err := s.company.SendInvitations(context.Background(), bySpring, rows)
	if err != nil {
		return err
	}
	s.row("LINE", "TO", "CODE", "INVITATION", "BECAUSE")
	for i, r := range sent {
		if rows[i].Code == invite.OK {
			s.row(strconv.Itoa(r.Line), r.Terms.Address.String(), string(r.Code), brief(r.Invitation), because(r))
		}
	}
	s.skipMails()
	s.gap()
	nia := answer{"Nia", s.mailer.last("nia@acme.example"), s.signedIn("nia@acme.example"), "nia"}
	return s.answers(nia)
}

// table shows rows with their codes.
func (s *story) table(rows []invite.Row) {
	s.row("LINE", "TO", "ROLE", "TEAMS", "UNTIL", "CODE", "BECAUSE")
	for _, r := range rows {
		t := r.Terms
		s.row(strconv.Itoa(r.Line), t.Address.String(), string(t.Role), list(t.Teams), date(t.Until), string(r.Code), because(r))
	}
}

func because(r invite.Row) string {
	if r.Err == nil {
		return ""
	}
	return why(r.Err)
}
