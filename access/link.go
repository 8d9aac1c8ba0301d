package access

import (
	"time"

	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/team"
)

// ShareLink shows one resource to whoever holds it, as far as its maker might
// see it at that moment. The secret that proves somebody holds it is not part
// of a policy.
type ShareLink struct {
	ID       LinkID
	Maker    team.UserID
	Session  team.ID // scope the maker made it in; "" is company level
	Action   Action  // the one action it allows
	Resource Resource
	Until    time.Time // end, exclusive; zero means none
	Ended    bool      // for good: revoked, or maker or report removed
}

// linkResource returns what a stored link shows.
func linkResource(l *snapshot.Link) Resource {
	return Resource{kind: Kind(l.Kind), id: l.Item, account: l.Account, company: l.Company}
}

// makerOf returns the maker of a stored link in the scope he made it in.
func makerOf(l *snapshot.Link) Subject {
	if l.Session == "" {
		return User(l.Maker)
	}
	return Session(l.Maker, l.Session)
}

func shareLink(l *snapshot.Link) ShareLink {
	return ShareLink{
		ID: LinkID(l.ID), Maker: l.Maker, Session: l.Session, Action: Action(l.Action),
		Resource: linkResource(l), Until: l.Until, Ended: l.Ended,
	}
}

func (l ShareLink) record() snapshot.Link {
	r := l.Resource
	return snapshot.Link{
		ID: string(l.ID), Maker: l.Maker, Session: l.Session, Action: string(l.Action),
		Kind: string(r.kind), Item: r.id, Account: r.account, Company: r.company,
		Until: l.Until, Ended: l.Ended,
	}
}
