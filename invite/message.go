package invite

import (
	"net/url"
	"time"

	"github.com/ambit-authz/ambit/role"
)

// Offer is what somebody who was sent an invitation may see of it before he
// accepts.
type Offer struct {
	Company   string    // its name
	Inviter   string    // name of the sponsor, or his address if he has none; "" for a system
	Role      role.Name // offered
	RoleTitle string    // for people; "" if the catalog has none
	Name      string    // of the person invited; may be empty
	Note      string    // for the person invited; may be empty
	Expires   time.Time // exclusive; zero is never
}

// Message is what is to be sent to somebody who is invited, with the only copy
// of the secret. It is data. Every text in it came from somebody else: escape
// it for whatever the message is written in.
type Message struct {
	Offer
	Invitation ID
	To         Address // the one stored, and the only one to send it to
	Origin     string  // of links, from the configuration and never from a request
	Secret     Secret
}

// Link returns the address of the page where the invitation is accepted: the
// origin, the invitation, and the secret behind a #, which browsers send to no
// server, so that it gets into no log and no Referer header. The page posts it.
//
// Opening the page must not accept: scanners of mail open links.
func (m Message) Link() string {
	return m.Origin + "/" + url.PathEscape(string(m.Invitation)) + "#" + m.Secret.Reveal()
}
