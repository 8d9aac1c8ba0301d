package main

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// mails prints what was sent since the last time. Only the program shortens the links; in the mails they are whole.
func (s *story) mails() {
	for _, m := range s.mailer.sent[s.printed:] {
		s.gap()
		fmt.Fprintf(&s.text, "  | To:      %s\n", m.To)
		fmt.Fprintf(&s.text, "  | Subject: %s invites you to %s\n", m.Inviter, m.Company)
		fmt.Fprintf(&s.text, "  | Hello %s, as %s you are welcome.%s\n", m.Name, m.RoleTitle, note(m.Offer))
		fmt.Fprintf(&s.text, "  | %s until %s\n", short(m.Link()), date(m.Expires))
	}
	s.skipMails()
	s.gap()
}

// skipMails takes the mails sent so far as printed.
func (s *story) skipMails() { s.printed = len(s.mailer.sent) }

func note(o invite.Offer) string {
	if o.Note == "" {
		return ""
	}
	return " " + o.Note
}

// short leaves enough of a link to tell it from others, and too little to use it.
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

// answer is somebody who presses accept.
type answer struct {
	what  string
	link  string
	token idToken
	as    team.UserID
}

// answers has people press accept, and tells what each is told and what the service logs. The last one gets in.
func (s *story) answers(all ...answer) error {
	s.row("WHO COMES", "IS TOLD", "AND THE LOG OF THE SERVICE SAYS")
	for i, a := range all {
		made, err := s.accept(a.link, a.token, a.as)
		if welcome := i == len(all)-1; (err == nil) != welcome {
			return fmt.Errorf("%s: %w", a.what, err)
		}
		said := fmt.Sprintf("user %s joined, verified by %s", made.User, made.Issuer)
		if err != nil {
			said = why(err)
		}
		s.row(a.what, told(err), said)
	}
	s.flush()
	return nil
}

// signedIn returns the token of somebody who signed in just now.
func (s *story) signedIn(email string) idToken {
	return idToken{issuer: trusted, provider: "google", email: email, verified: true, at: s.clock.now()}
}

// pending lists the invitations that somebody may still accept.
func (s *story) pending() {
	s.row("INVITATION", "TO", "ROLE", "TEAMS", "SPONSOR", "EXPIRES", "ON HOLD")
	for i := range s.company.Invitations() {
		if i.At(s.clock.now()) != invite.Pending {
			continue
		}
		held := ""
		if err := s.company.WhyOnHold(i.ID); err != nil {
			held = why(err)
		}
		s.row(brief(i.ID), i.Terms.Address.String(), string(i.Terms.Role), list(i.Terms.Teams), i.Sponsor.String(), date(i.Expires), held)
	}
	s.flush()
}
