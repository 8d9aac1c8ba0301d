package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// mails prints the mails since the last call. Only this program shortens the links; the mails have them in full.
func (s *story) mails() {
	for _, m := range s.mailer.sent[s.printed:] {
		s.space()
		s.row("| To:      " + m.To.String())
		s.row("| Subject: " + m.Inviter + " invites you to " + m.Company)
		s.row(fmt.Sprintf("| Hello %s, join us as %s.%s", m.Name, m.RoleTitle, note(m.Offer)))
		s.row(fmt.Sprintf("| %s until %s", short(m.Link()), date(m.Expires)))
	}
	s.skipMails()
	s.space()
}

// redeliver gives out again what the log has no delivery of, as a service does when it starts and every few minutes. The sponsor stays.
func (s *story) redeliver() error {
	given, left, err := s.company.DeliverPending(context.Background())
	for _, id := range given {
		s.row(date(s.clock.at), "mailer", "send "+brief(id)+" again", "done")
	}
	for _, u := range left {
		s.row(date(s.clock.at), "mailer", "send "+brief(u.Invitation)+" again", "not delivered: "+u.Err.Error())
	}
	return err
}

// skipMails counts the mails so far as printed.
func (s *story) skipMails() { s.printed = len(s.mailer.sent) }

func note(o invite.Offer) string {
	if o.Note == "" {
		return ""
	}
	return " " + o.Note
}

// short leaves enough of a link to distinguish it from others, and too little to use it.
func short(link string) string {
	path, secret, _ := strings.Cut(link, "#")
	id := strings.TrimPrefix(path, origin+"/")
	return fmt.Sprintf("%s/%s#%.4s…", origin, brief(id), secret)
}

// brief shortens an id.
func brief[ID ~string](id ID) string {
	if len(id) <= 6 {
		return string(id)
	}
	return string(id[:6]) + "…"
}

// attempt is one press of the button that accepts an invitation.
type attempt struct {
	what  string
	link  string
	token idToken
	as    team.UserID
}

// attempts makes attempts, and prints what the person reads and what the service logs. Only the last one succeeds.
func (s *story) attempts(all ...attempt) error {
	s.row("WHO COMES", "THEY READ", "THE SERVICE LOGS")
	for i, a := range all {
		made, err := s.accept(a.link, a.token, a.as)
		if welcome := i == len(all)-1; (err == nil) != welcome {
			return fmt.Errorf("%s: %w", a.what, err)
		}
		logged := fmt.Sprintf("user %s joined, verified by %s", made.User, made.Issuer)
		if err != nil {
			logged = fullReason(err)
		}
		s.row(a.what, publicText(err), logged)
	}
	return nil
}

// signedIn returns the token of a person who has just signed in.
func (s *story) signedIn(email string) idToken {
	return idToken{issuer: trusted, provider: "google", email: email, verified: true, at: s.clock.now()}
}

// pending lists the invitations that can still be accepted.
func (s *story) pending() {
	s.row("INVITATION", "TO", "ROLE", "TEAMS", "SPONSOR", "EXPIRES", "ON HOLD")
	for i := range s.company.Invitations() {
		if i.StateAt(s.clock.now()) != invite.Pending {
			continue
		}
		onHold := ""
		if err := s.company.WhyOnHold(i.ID); err != nil {
			onHold = fullReason(err)
		}
		s.row(brief(i.ID), i.Terms.Address.String(), string(i.Terms.Role), list(i.Terms.Teams), i.Sponsor.String(), date(i.Expires), onHold)
	}
}
