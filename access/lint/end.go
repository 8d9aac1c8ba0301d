package lint

import (
	"time"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// checkEnd looks at the end of what is at a place.
func (k *checker) checkEnd(until time.Time, at place) {
	switch {
	case until.IsZero():
	case team.End(until).Ended(k.now):
		k.add(Ended, at, func(f *Finding) { f.Text = at.ending() + " has ended: " + endText(until) })
	case !until.After(k.soon):
		k.add(EndsSoon, at, func(f *Finding) { f.Text = at.ending() + " ends soon: " + endText(until) })
	}
}

// endText is an end for people, in UTC: where a day begins with it, the last full
// day before it, since people read a day as included.
func endText(until time.Time) string {
	until = until.UTC()
	if until.Equal(until.Truncate(24 * time.Hour)) {
		return "last full day " + until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return until.Format("2006-01-02 15:04") + " UTC"
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
