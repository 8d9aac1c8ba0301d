package lint

import (
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// checkEnd looks at the end of what is at a place.
func (k *checker) checkEnd(until time.Time, at place) {
	switch {
	case until.IsZero():
	case team.End(until).Ended(k.now):
		k.add(Ended, at, func(f *Finding) { f.Text = at.ending() + " has ended: " + document.End(until) })
	case !until.After(k.soon):
		k.add(EndsSoon, at, func(f *Finding) { f.Text = at.ending() + " ends soon: " + document.End(until) })
	}
}

// ending names what is at a place and may have an end.
func (p place) ending() string {
	switch p.nested {
	case member:
		return "membership of user " + text.Quote(p.at) + " in team " + text.Quote(p.id)
	case userGrant:
		return "grant of report " + text.Quote(p.id) + " to user " + text.Quote(p.at)
	case teamGrant:
		return "grant of report " + text.Quote(p.id) + " to team " + text.Quote(p.at)
	}
	if p.list == linkList {
		return "share link " + text.Quote(p.id)
	}
	return "access of user " + text.Quote(p.id)
}

// checkLinks looks at the share links. Those that have ended for good stay as they
// are.
func (k *checker) checkLinks() {
	for l := range k.d.Links() {
		if !l.Ended {
			k.checkEnd(l.Until, place{list: linkList, id: string(l.ID)})
		}
	}
}
