package invite

import (
	"net/url"
	"time"

	"github.com/ambit-authz/ambit/role"
)

// Offer is what the invited person may see of an invitation before they accept.
type Offer struct {
	Company   string    // its name
	Inviter   string    // name of the sponsor, or their address if they have none; "" for a system, and for one without either
	Role      role.Name // offered
	RoleTitle string    // for people; "" if the catalog has none
	Name      string    // of the person invited; may be empty
	Note      string    // for the person invited; may be empty
	Expires   time.Time // exclusive; zero means never
}

// Message is what the host must send to the invited person, with the only copy
// of the secret. It is data. Every text in it came from somebody else: escape
// it for the format of the message.
type Message struct {
	Offer
	Invitation ID
	To         Address // as stored; send to no other
	Origin     string  // of links, from the configuration and never from a request
	Secret     Secret
}

// Link returns the address of the page where the invitation is accepted: the
// origin, the invitation, and the secret after a #. Browsers send what follows
// a # to no server, so the secret gets into no log and no Referer header. Let
// the page post it.
//
// Opening the page must not accept the invitation: mail scanners open links.
func (m Message) Link() string {
	return m.Origin + "/" + url.PathEscape(string(m.Invitation)) + "#" + m.Secret.Reveal()
}
