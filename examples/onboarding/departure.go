package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// share makes a link to a report for people who are no users.
func (s *story) share() error {
	s.heading("Mia shares a report with the board, by a link")
	mia, launch := company.User("mia"), access.Report("launch")
	if _, err := s.change(mia, "create the report launch", company.CreateReport{Report: "launch", Name: "Launch"}); err != nil {
		return err
	}
	receipt, err := s.change(mia, "make a link to it", company.MakeLink{Link: "board", Resource: launch})
	if err != nil {
		return err
	}
	link := s.linkOf(receipt)
	holder, err := s.company.LinkSubject(link.Link, link.Secret)
	if err != nil {
		return err
	}
	s.row(date(s.clock.at), holder.String(), "shows launch until "+date(link.Until), "with rows of "+s.sees(holder))
	if _, err = s.company.LinkSubject(link.Link, s.mailer.sent[0].Secret); err == nil {
		return fmt.Errorf("a link was opened by the secret of an invitation")
	}
	s.row(date(s.clock.at), "a stranger", "tries another secret", "and reads: "+publicText(err))
	s.space()
	s.ask(holder, access.ViewReport, launch)
	s.ask(holder, access.EditReport, launch)
	s.ask(holder, access.ViewReport, access.Report("budget"))
	s.space()
	for _, step := range []struct {
		what   string
		change company.Change
	}{
		{"remove mia from the Americas", company.RemoveMember{Team: "americas", User: "mia"}},
		{"add mia to Emea", company.AddMember{Team: "emea", User: "mia"}},
		{"suspend mia", company.SuspendUser{User: "mia"}},
		{"reinstate mia", company.ReinstateUser{User: "mia"}},
	} {
		if _, err := s.company.Do(context.Background(), company.By{Actor: ada, Reason: step.what}, step.change); err != nil {
			return err
		}
		s.row(date(s.clock.at), step.what, s.company.Decide(holder, access.ViewReport, launch).Public().String(), "with rows of "+s.sees(holder))
	}
	return nil
}

// linkOf returns the link of a receipt, which alone has its secret.
func (s *story) linkOf(r company.Receipt) company.MakeLink {
	made := r.Changes[0].(company.MakeLink)
	s.links = append(s.links, made.Secret)
	return made
}

// leave removes a colleague who is responsible for much.
func (s *story) leave() error {
	s.heading("Ed leaves")
	if _, err := s.change(ed, "create the report headcount", company.CreateReport{Report: "headcount", Name: "Headcount"}); err != nil {
		return err
	}
	receipt, err := s.change(ed, "make a link to it", company.MakeLink{Link: "wall", Resource: access.Report("headcount")})
	if err != nil {
		return err
	}
	wall := s.linkOf(receipt)
	s.holdings()
	for _, c := range []struct {
		what   string
		change company.RemoveUser
	}{
		{"remove ed", company.RemoveUser{User: "ed"}},
		{"remove ed, the report to ada", company.RemoveUser{User: "ed", Successor: "ada"}},
		{"remove ed, the invitations to kim", company.RemoveUser{User: "ed", Successor: "mia", TakeOver: "kim"}},
	} {
		if err := s.refused(ada, c.what, c.change); err != nil {
			return err
		}
	}
	receipt, err = s.change(ada, "remove ed, the report to mia, the invitations to nia",
		company.RemoveUser{User: "ed", Successor: "mia", TakeOver: "nia"})
	if err != nil {
		return err
	}
	removed := receipt.Changes[0].(company.RemoveUser)
	s.space()
	s.row("handed over:", list(removed.HandedOver.First))
	s.row("taken over:", fmt.Sprintf("%d invitation", removed.Invitations.Count))
	s.row("link ended:", list(removed.Links.First))
	_, err = s.company.LinkSubject(wall.Link, wall.Secret)
	s.row("its holder reads:", publicText(err))
	s.space()
	s.pending()
	s.space()
	return s.lastToJoin()
}

// holdings prints what Ed is responsible for.
func (s *story) holdings() {
	h, _ := s.company.Holdings("ed")
	s.space()
	s.row("ED HAS", "NAMELY")
	for _, m := range h.Teams {
		s.row("a membership of the team", string(m.Team))
	}
	for _, g := range h.Grants {
		s.row("a report", fmt.Sprintf("%s, as %s", g.Report, g.Level))
	}
	for _, r := range h.LastCreatorOf {
		s.row("a report of which ed is the only creator", string(r))
	}
	for _, l := range h.Links {
		s.row("a link", fmt.Sprintf("%s, to %s", l.ID, l.Resource))
	}
	for _, i := range h.Invitations {
		s.row("an invitation", fmt.Sprintf("%s, to %s", brief(i.ID), i.Terms.Address))
	}
	s.space()
}

// lastToJoin lets Max accept the invitation that Ed sent and Nia now sponsors.
func (s *story) lastToJoin() error {
	late := attempt{"Max, by Ed's mail", s.mailer.last("max@acme.example"), s.signedIn("max@acme.example"), "max"}
	if err := s.attempts(late); err != nil {
		return err
	}
	s.users()
	return nil
}

// checkLog reads the log, and searches it for secrets.
func (s *story) checkLog() error {
	s.heading("All of this is in the log, but no secret")
	secrets := s.secrets()
	for e, err := range s.log.Events(context.Background(), 0) {
		if err != nil {
			return err
		}
		line, err := audit.Encode(e)
		if err != nil {
			return err
		}
		for _, secret := range secrets {
			if strings.Contains(string(line), secret.Reveal()) {
				return fmt.Errorf("event %d has a secret", e.Seq)
			}
		}
		who := e.Actor.ID
		if e.Actor.Kind == audit.KindInvitee {
			who = e.Actor.Email
		}
		s.row(fmt.Sprintf("%2d", e.Seq), date(e.Time), who, e.Changes[0].Type, targets(e.Targets))
	}
	s.space()
	s.row(fmt.Sprintf("%d secrets were handed out, and no event has one of them", len(secrets)))
	return audit.Verify(s.log.Events(context.Background(), 0), s.company.Checkpoint())
}

// secrets returns all secrets that were handed out.
func (s *story) secrets() []invite.Secret {
	all := slices.Clone(s.links)
	for _, m := range s.mailer.sent {
		all = append(all, m.Secret)
	}
	return all
}

// targets shortens the ids of invitations.
func targets(all []string) string {
	var shown []string
	for _, t := range all {
		if id, ok := strings.CutPrefix(t, "invitation:"); ok {
			t = "invitation:" + brief(invite.ID(id))
		}
		shown = append(shown, t)
	}
	return strings.Join(shown, ", ")
}
