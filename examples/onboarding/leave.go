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

// share makes a link to a report, for somebody who is no user at all.
func (s *story) share() error {
	s.heading("Mia shares a report with the board, by a link")
	mia, launch := company.User("mia"), access.Report("launch")
	if _, err := s.done(mia, "create the report launch", company.CreateReport{Report: "launch", Name: "Launch"}); err != nil {
		return err
	}
	receipt, err := s.done(mia, "make a link to it", company.MakeLink{Link: "board", Resource: launch})
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
	s.row(date(s.clock.at), "somebody else", "tries another secret", "is told: "+told(err))
	s.gap()
	s.ask(holder, access.ViewReport, launch)
	s.ask(holder, access.EditReport, launch)
	s.ask(holder, access.ViewReport, access.Report("budget"))
	s.gap()
	for _, turn := range []struct {
		what   string
		change company.Change
	}{
		{"take mia out of the Americas", company.RemoveMember{Team: "americas", User: "mia"}},
		{"put her into Emea", company.AddMember{Team: "emea", User: "mia"}},
		{"suspend her", company.SuspendUser{User: "mia"}},
		{"reinstate her", company.ReinstateUser{User: "mia"}},
	} {
		if _, err := s.company.Do(context.Background(), company.By{Actor: ada, Reason: turn.what}, turn.change); err != nil {
			return err
		}
		s.row(date(s.clock.at), turn.what, s.company.Decide(holder, access.ViewReport, launch).Public().String(), "with rows of "+s.sees(holder))
	}
	return nil
}

// linkOf returns the link of a receipt, the only place where its secret stands.
func (s *story) linkOf(r company.Receipt) company.MakeLink {
	made := r.Changes[0].(company.MakeLink)
	s.links = append(s.links, made.Secret)
	return made
}

// leave has a colleague leave on whom much hangs.
func (s *story) leave() error {
	s.heading("Ed leaves")
	if _, err := s.done(ed, "create the report headcount", company.CreateReport{Report: "headcount", Name: "Headcount"}); err != nil {
		return err
	}
	receipt, err := s.done(ed, "make a link to it", company.MakeLink{Link: "wall", Resource: access.Report("headcount")})
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
		{"remove ed, his report to herself", company.RemoveUser{User: "ed", Successor: "ada"}},
		{"remove ed, his invitations to kim", company.RemoveUser{User: "ed", Successor: "mia", TakeOver: "kim"}},
	} {
		if err := s.refused(ada, c.what, c.change); err != nil {
			return err
		}
	}
	receipt, err = s.done(ada, "remove ed, his report to mia, his invitations to nia",
		company.RemoveUser{User: "ed", Successor: "mia", TakeOver: "nia"})
	if err != nil {
		return err
	}
	removed := receipt.Changes[0].(company.RemoveUser)
	s.gap()
	s.row("handed over:", list(removed.HandedOver))
	s.row("taken over:", fmt.Sprintf("%d invitation", len(removed.Invitations)))
	s.row("link ended:", list(removed.Links))
	_, err = s.company.LinkSubject(wall.Link, wall.Secret)
	s.row("who has it:", "is told: "+told(err))
	s.gap()
	s.pending()
	s.gap()
	return s.lastToJoin()
}

// holdings shows all that hangs on Ed.
func (s *story) holdings() {
	h, _ := s.company.Holdings("ed")
	s.gap()
	s.row("ED HOLDS", "NAMELY")
	for _, m := range h.Teams {
		s.row("a place in the team", string(m.Team))
	}
	for _, g := range h.Grants {
		s.row("a report", fmt.Sprintf("%s, as %s", g.Report, g.Level))
	}
	for _, r := range h.LastOf {
		s.row("a report without another creator", string(r))
	}
	for _, l := range h.Links {
		s.row("a link", fmt.Sprintf("%s, to %s", l.ID, l.Resource))
	}
	for _, i := range h.Invitations {
		s.row("an invitation", fmt.Sprintf("%s, to %s", brief(i.ID), i.Terms.Address))
	}
	s.gap()
}

// lastToJoin has Max accept what Ed sent and Nia answers for.
func (s *story) lastToJoin() error {
	late := answer{"Max, by Ed's mail", s.mailer.last("max@acme.example"), s.signedIn("max@acme.example"), "max"}
	if err := s.answers(late); err != nil {
		return err
	}
	s.people()
	return nil
}

// checkLog reads the log, and searches it for secrets.
func (s *story) checkLog() error {
	s.heading("All of it is in the log, but no secret")
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
				return fmt.Errorf("a secret stands in event %d", e.Seq)
			}
		}
		who := e.Actor.ID
		if e.Actor.Kind == audit.KindInvitee {
			who = e.Actor.Email
		}
		s.row(fmt.Sprintf("%2d", e.Seq), date(e.Time), who, e.Changes[0].Type, targets(e.Targets))
	}
	s.gap()
	s.row(fmt.Sprintf("%d secrets were given away, and none of them stands in an event", len(secrets)))
	s.flush()
	return audit.Verify(s.log.Events(context.Background(), 0), s.company.Checkpoint())
}

// secrets returns all that were given away.
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
