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

// bySpring is who sends the file, and the reason of the rows without one.
var bySpring = company.By{Actor: ed, Reason: "joiners of spring"}

// plan reads a file and prints what would come of it. Nothing is sent.
func (s *story) plan() error {
	s.heading("Ed has a file of joiners, and plans it first")
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

// send sends the rows without a problem. It finds what has changed since they were planned.
func (s *story) send() error {
	rows, err := s.planned()
	if err != nil {
		return err
	}
	s.heading("Ada invites Vic, and then Ed sends the rows without a problem")
	if _, err := s.change(ada, "invite vic", to("vic@acme.example", invite.Terms{Name: "Vic Lund", Role: "viewer"})); err != nil {
		return err
	}
	s.skipMails()
	s.space()
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
	s.space()
	nia := attempt{"Nia", s.mailer.last("nia@acme.example"), s.signedIn("nia@acme.example"), "nia"}
	return s.attempts(nia)
}

// table prints rows with their codes.
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
	return fullReason(r.Err)
}
