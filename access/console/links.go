package console

import (
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

func linkRoutes() []route {
	return []route{
		{Path: "/links", Menu: say("Links"), Under: sharingSection, Show: showLinks},
		{Path: "/link", Show: showLink},
	}
}

// linksPage is a part of the share links that the reader may know of.
type linksPage struct {
	All   bool // not only the reader's own
	Audit bool // the reader may ask for these
	Rows  []linkRow
	Next  string
}

// linkRow is a share link, without its secret, which nobody has but who was given
// it.
type linkRow struct {
	ID, Maker, Kind, About string
	Until                  time.Time
	StateName              string
	State                  phrase
	Offers                 []offer
}

// mayKnowLink reports whether the reader may know of a link: its maker, those who
// may revoke it, and those who may read the log.
func (v *visit) mayKnowLink(l access.ShareLink) bool {
	return l.Maker == v.reader || v.may(access.RevokeLink, access.Link(l.ID)) || v.may(access.ReadAudit, access.Company())
}

func (v *visit) linkRow(l access.ShareLink) linkRow {
	row := linkRow{
		ID: string(l.ID), Maker: string(l.Maker), Kind: string(l.Resource.Kind()), About: l.Resource.ID(), Until: l.Until,
		Offers: v.offers("link", "link", string(l.ID)),
	}
	if l.Maker == v.reader || v.mayRead([]access.Action{access.ViewDirectory, access.ReadAudit}) {
		row.Maker = v.userName(l.Maker)
	}
	switch d := v.policy.Decide(access.ViaLink(l.ID), l.Action, l.Resource); d.Reason {
	case access.ReasonLinkEnded, access.ReasonUnknownLink:
		row.StateName, row.State = "ended", say("ended")
	case access.ReasonLinkExpired:
		row.StateName, row.State = "expired", say("expired")
	case access.ReasonLinkPaused:
		row.StateName, row.State = "suspended", say("paused: its maker could not see it now")
	default:
		row.StateName, row.State = "active", say("active")
	}
	return row
}

// showLinks answers with the links that the reader made, and to those who may
// read the log, with all if they ask for it.
func showLinks(v *visit) (*answer, error) {
	p := linksPage{Audit: v.may(access.ReadAudit, access.Company())}
	p.All = p.Audit && v.asked("all") != ""
	source := v.directory().LinksOf(v.reader)
	if p.All {
		source = v.directory().Links()
	}
	var page smallest[access.ShareLink]
	for l := range source {
		if !l.Ended && strings.Compare(string(l.ID), v.asked("after")) > 0 {
			page.add(string(l.ID), l)
		}
	}
	for _, l := range page.values() {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].ID)
			break
		}
		p.Rows = append(p.Rows, v.linkRow(l))
	}
	return &answer{Template: "links.html", Title: say("Share links"), Data: p}, nil
}

// showLink answers with one link.
func showLink(v *visit) (*answer, error) {
	l, ok := v.directory().Link(access.LinkID(v.asked("id")))
	if !ok || !v.mayKnowLink(l) {
		return nil, missing("link", v.asked("id"))
	}
	return &answer{Template: "link.html", Title: say("Share link"), Data: v.linkRow(l)}, nil
}
