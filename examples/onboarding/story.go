package main

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// story is the service and what is printed about it.
type story struct {
	page
	host
	printed int             // how many mails are printed
	links   []invite.Secret // of share links, to look for in the log
}

var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// The people of the company at first: an admin, and two user managers. Everybody else comes by invitation.
var ada, uma, ed = company.User("ada"), company.User("uma"), company.User("ed")

// begin founds the company.
func begin() (*story, error) {
	s := new(story)
	s.clock.at = start
	return s, s.found()
}

// to returns an invitation to an address.
func to(address string, t invite.Terms) company.Invite {
	t.Address = team.MustParseAddress(address)
	return company.Invite{Terms: t}
}

// invite sends the first invitation. Others are refused.
func (s *story) invite() error {
	s.heading("Ada invites Mia, and the mail goes out")
	mia := to("mia@partner.example", invite.Terms{Name: "Mia Sato", Teams: []team.ID{"americas"}, Note: "We meet on Monday."})
	if _, err := s.change(ada, "invite mia to the Americas", mia); err != nil {
		return err
	}
	s.mails()
	for _, a := range []struct {
		by     company.Actor
		what   string
		change company.Change
	}{
		{ada, "invite mia again, as editor", to("Mia@partner.example", invite.Terms{Role: "editor"})},
		{ada, "invite uma, who is a user already", to("uma@acme.example", invite.Terms{})},
		{ada, "invite zoe to an unknown team", to("zoe@acme.example", invite.Terms{Teams: []team.ID{"apac"}})},
		{ada, "invite zoe until yesterday", to("zoe@acme.example", invite.Terms{Until: s.clock.now().Add(-day)})},
		{ed, "invite zoe as admin", to("zoe@acme.example", invite.Terms{Role: "admin"})},
	} {
		if err := s.refused(a.by, a.what, a.change); err != nil {
			return err
		}
	}
	s.space()
	s.pending()
	return nil
}

// welcome lets Mia accept, after others tried.
func (s *story) welcome() error {
	s.heading("Mia opens the link, looks, and accepts")
	link := s.mailer.last("mia@partner.example")
	offer, err := s.offer(link)
	if err != nil {
		return err
	}
	s.row("the link shows:", fmt.Sprintf("%s invites %s to %s as %s", offer.Inviter, offer.Name, offer.Company, offer.RoleTitle))
	s.row("a day later:", "the same, although mail scanners have opened it, too")
	s.space()
	s.clock.pass(day)

	stale, typed := s.signedIn("mia@partner.example"), s.signedIn("mia@partner.example")
	stale.at, typed.verified = s.clock.now().Add(-2*time.Hour), false
	garbled := link[:len(link)-4] + "AAAA"
	err = s.attempts(
		attempt{"Mia, signed in with another address", link, s.signedIn("mia@home.example"), "mia"},
		attempt{"Eve, who found the mail", link, s.signedIn("eve@evil.example"), "mia"},
		attempt{"Eve, who typed Mia's address", link, typed, "mia"},
		attempt{"Mia, with a garbled link", garbled, s.signedIn("mia@partner.example"), "mia"},
		attempt{"Mia, who signed in two hours ago", link, stale, "mia"},
		attempt{"Mia, in capitals", link, s.signedIn("MIA@partner.example"), "mia"},
	)
	if err != nil {
		return err
	}
	_, err = s.offer(link)
	s.space()
	s.row("anyone who opens the link from now on reads:", publicText(err))
	s.users()
	return nil
}

// byProvider lets Bob sign in with the provider that the invitation names.
func (s *story) byProvider() error {
	s.heading("Bob must sign in with the partner's provider")
	bob := to("bob@partner.example", invite.Terms{Name: "Bob Ito", Role: "viewer", Provider: "partner-sso"})
	s.mailer.down = true
	if _, err := s.change(ada, "invite bob, by partner-sso only", bob); err != nil {
		return err
	}
	s.mailer.down = false
	s.clock.pass(5 * time.Minute)
	if err := s.redeliver(); err != nil {
		return err
	}
	s.skipMails()
	link, partner := s.mailer.last("bob@partner.example"), s.signedIn("bob@partner.example")
	partner.provider = "partner-sso"
	s.space()
	return s.attempts(
		attempt{"Bob, by google", link, s.signedIn("bob@partner.example"), "bob"},
		attempt{"Bob, by partner-sso", link, partner, "bob"},
	)
}

// resend sends an invitation again, after a mail was lost.
func (s *story) resend() error {
	s.heading("Kim lost the mail; the next mail makes it useless")
	kim := to("kim@acme.example", invite.Terms{Name: "Kim Berg", Teams: []team.ID{"emea"}})
	receipt, err := s.change(ada, "invite kim to Emea", kim)
	if err != nil {
		return err
	}
	s.mails()
	old, again := s.mailer.last("kim@acme.example"), company.ResendInvitation{Invitation: invitationOf(receipt)}
	s.clock.pass(20 * time.Second)
	if err := s.refused(ada, "send it again at once", again); err != nil {
		return err
	}
	s.clock.pass(time.Hour)
	if _, err := s.change(ada, "send it again an hour later", again); err != nil {
		return err
	}
	s.mails()
	for _, link := range []string{old, s.mailer.last("kim@acme.example")} {
		_, err := s.offer(link)
		s.row("the link "+short(link), map[bool]string{true: "shows the invitation", false: publicText(err)}[err == nil])
	}
	return nil
}

// invitationOf returns the invitation of a receipt. If the address has the same invitation already, that one was re-sent.
func invitationOf(r company.Receipt) invite.ID {
	switch made := r.Changes[0].(type) {
	case company.Invite:
		return made.Invitation
	case company.ResendInvitation:
		return made.Invitation
	}
	return ""
}

// expire lets the time pass. Nobody acts.
func (s *story) expire() error {
	s.heading("Kim does not answer for a month")
	link := s.mailer.last("kim@acme.example")
	s.clock.pass(30 * day)
	_, err := s.offer(link)
	s.row("On "+date(s.clock.now())+" Kim reads:", publicText(err), "the service logs: "+fullReason(err))
	s.space()
	kim := to("kim@acme.example", invite.Terms{Name: "Kim Berg", Role: "user"})
	if _, err := s.change(ada, "invite kim again, as user", kim); err != nil {
		return err
	}
	s.skipMails()
	s.space()
	return s.attempts(
		attempt{"Kim, by the mail of March", link, s.signedIn("kim@acme.example"), "kim"},
		attempt{"Kim, by the new one", s.mailer.last("kim@acme.example"), s.signedIn("kim@acme.example"), "kim"},
	)
}

// hold puts an invitation on hold: its sponsor may no longer send it.
func (s *story) hold() error {
	s.heading("Uma invites Lee, and changes jobs before Lee answers")
	lee := to("lee@acme.example", invite.Terms{Name: "Lee Quist", Role: "editor"})
	receipt, err := s.change(uma, "invite lee as editor", lee)
	if err != nil {
		return err
	}
	if _, err := s.change(ada, "uma moves to sales", company.SetRole{User: "uma", Role: "viewer"}); err != nil {
		return err
	}
	s.skipMails()
	s.space()
	s.pending()
	first := s.mailer.last("lee@acme.example")
	_, err = s.accept(first, s.signedIn("lee@acme.example"), "lee")
	s.space()
	s.row("Lee reads:", publicText(err))
	s.space()
	s.clock.pass(time.Hour)
	if _, err := s.change(ed, "sponsor lee in place of uma", company.ResendInvitation{Invitation: invitationOf(receipt)}); err != nil {
		return err
	}
	s.skipMails()
	s.space()
	return s.attempts(
		attempt{"Lee, by Uma's mail", first, s.signedIn("lee@acme.example"), "lee"},
		attempt{"Lee, by Ed's", s.mailer.last("lee@acme.example"), s.signedIn("lee@acme.example"), "lee"},
	)
}

// try lets Tia in for a month.
func (s *story) try() error {
	s.heading("Tia comes on trial: for thirty days, with a review after fourteen")
	tia := to("tia@agency.example", invite.Terms{Name: "Tia Fox", Teams: []team.ID{"emea"}, Days: 30, ReviewDays: 14})
	if _, err := s.change(ada, "try the agency of tia", tia); err != nil {
		return err
	}
	s.skipMails()
	s.clock.pass(5 * day) // the thirty days begin when Tia accepts
	made, err := s.accept(s.mailer.last("tia@agency.example"), s.signedIn("tia@agency.example"), "tia")
	if err != nil {
		return err
	}
	s.row(date(s.clock.at), "tia", "accept", fmt.Sprintf("until %s, to be reviewed on %s", date(made.Until), date(made.Review)))
	s.space()
	for _, at := range []time.Time{made.Until.Add(-time.Second), made.Until} {
		s.clock.at = at
		s.ask(access.User("tia"), access.ViewAccount, access.Account("de-search"))
	}
	return nil
}
