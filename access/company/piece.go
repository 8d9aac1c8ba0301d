package company

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Pieces returns every piece of the access of a user: the role, each membership,
// each grant, links made, and data gained or lost since because of changes of
// others, each with the event that gave it. What has ended is left out. A user who
// is suspended, or whose access has ended, has the pieces that they would have
// without that. They are ordered by kind, as the constants of package audit are,
// then by team, data group, report and link, then by event. The second result is
// false for an unknown user.
//
// It reads no log, and costs what the user has, and what happened since to the
// data groups that they have.
func (m Moment) Pieces(id team.UserID) ([]audit.Piece, bool) {
	if m.state == nil {
		return nil, false
	}
	u, err := m.state.user(id)
	if err != nil {
		return nil, false
	}
	p := pieces{Moment: m, of: u}
	p.addRole()
	for member := range m.state.directory().Memberships(id) {
		if !team.End(member.Until).Ended(m.at) {
			p.addTeam(member)
		}
	}
	p.addGrants()
	p.addLinks()
	slices.SortStableFunc(p.all, comparePieces) // those of one event stay in the order of its changes
	return p.all, true
}

// pieces collects the pieces of one user.
type pieces struct {
	Moment
	of  team.User
	all []audit.Piece
}

// kindOrder has the kinds of pieces in their order.
var kindOrder = []string{
	audit.PieceRole, audit.PieceCatalog, audit.PieceTeam, audit.PieceData, audit.PieceLost, audit.PieceFilter,
	audit.PieceGained, audit.PieceGone, audit.PieceReport, audit.PieceTeamReport, audit.PieceLink,
}

func comparePieces(a, b audit.Piece) int {
	return cmp.Or(
		cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
		cmp.Compare(a.Team, b.Team), cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Report, b.Report), cmp.Compare(a.Link, b.Link), cmp.Compare(a.Event, b.Event),
	)
}

// add adds a piece that an event gave, and that rests on others.
func (p *pieces) add(piece audit.Piece, by *cause, others ...[]uint64) {
	piece.Since, piece.By, piece.Reason, piece.Approval, piece.Event = by.at, by.by, by.reason, by.approval, by.seq
	rests := slices.Concat(append(others, by.events())...)
	slices.Sort(rests)
	piece.Events = slices.Compact(rests)
	p.all = append(p.all, piece)
}

// events returns the numbers of the event and of the one that made its sponsor.
func (c *cause) events() []uint64 {
	switch {
	case c == nil:
		return nil
	case c.sponsored == 0:
		return []uint64{c.seq}
	}
	return []uint64{c.seq, c.sponsored}
}

// events returns the numbers of all events that something rests on.
func (g provenance) events() []uint64 {
	return slices.Concat(g.by.events(), g.first.events(), g.moved.events())
}

// holds returns the numbers of the events without which it would not hold at an
// instant: of those that gave it, and of the last that moved its end, if it would
// have ended by then otherwise.
func (g provenance) holds(at time.Time) []uint64 {
	if g.moved != nil && team.End(g.was).Ended(at) {
		return slices.Concat(g.by.events(), g.moved.events())
	}
	return g.by.events()
}

// addRole adds the role, and the catalogs since.
func (p *pieces) addRole() {
	g := p.state.ledger.givenBy(roleKey(p.of.ID))
	p.add(audit.Piece{Kind: audit.PieceRole, Role: string(p.of.Role), Until: p.of.Until}, g.by, g.events())
	for c := p.state.ledger.catalogs; c != nil && c.by.seq > g.by.seq; c = c.before {
		p.add(audit.Piece{Kind: audit.PieceCatalog}, c.by, g.by.events())
	}
}

// addTeam adds a membership and what comes through it.
func (p *pieces) addTeam(m team.Member) {
	l := &p.state.ledger
	member := l.givenBy(memberKey(m.Team, p.of.ID))
	holds := member.holds(p.at)
	p.add(audit.Piece{Kind: audit.PieceTeam, Team: string(m.Team), Until: m.Until}, member.by, member.events())
	t, _ := p.state.directory().Team(m.Team)
	for _, g := range t.Groups {
		p.addGroup(m, g, member)
	}
	_, last, _ := l.losses.Find(string(m.Team))
	for lost := range last.after(member.by.seq) {
		p.add(audit.Piece{Kind: audit.PieceLost, Team: string(m.Team), Group: string(lost.group)}, lost.by, holds)
	}
	for g := range p.state.directory().GrantsOfTeam(m.Team) {
		if team.End(g.Until).Ended(p.at) {
			continue
		}
		grant := l.givenBy(grantKey(g.Report, "", m.Team))
		p.add(audit.Piece{
			Kind: audit.PieceTeamReport, Team: string(m.Team), Report: string(g.Report), Level: g.Level.String(),
			Until: g.Until,
		}, latest(member.by, grant.by), holds, grant.events())
	}
}

// addGroup adds a data group that comes through a membership, and how it changed
// since.
func (p *pieces) addGroup(m team.Member, id datagroup.ID, member provenance) {
	l := &p.state.ledger
	attached := l.givenBy(attachKey(m.Team, id))
	since, holds := latest(member.by, attached.by), slices.Concat(member.holds(p.at), attached.events())
	lasting := slices.Concat(holds, member.moved.events())
	piece := audit.Piece{Kind: audit.PieceData, Team: string(m.Team), Group: string(id), Until: m.Until}
	p.add(piece, since, lasting)
	_, last, _ := l.data.Find(string(id))
	for _, c := range slices.Backward(slices.Collect(last.after(since.seq))) {
		piece.From, piece.To = c.from, c.to
		if c.filter == nil {
			piece.Kind = audit.PieceFilter
			p.add(piece, c.by, lasting)
			continue
		}
		p.addMoved(piece, audit.PieceGained, c.in, c.by, lasting, c.filter.events())
		piece.Until = time.Time{}
		p.addMoved(piece, audit.PieceGone, c.out, c.by, holds, c.filter.events())
		piece.Until = m.Until
	}
}

// addMoved adds accounts that came or went.
func (p *pieces) addMoved(piece audit.Piece, kind string, accounts moved, by *cause, rests ...[]uint64) {
	if accounts.count == 0 {
		return
	}
	piece.Kind, piece.Accounts, piece.Count = kind, slices.Clone(accounts.first), accounts.count
	p.add(piece, by, rests...)
}

// addGrants adds the reports that are shared with the user.
func (p *pieces) addGrants() {
	for g := range p.state.directory().GrantsOf(p.of.ID) {
		if team.End(g.Until).Ended(p.at) {
			continue
		}
		grant := p.state.ledger.givenBy(grantKey(g.Report, p.of.ID, ""))
		p.add(audit.Piece{
			Kind: audit.PieceReport, Report: string(g.Report), Level: g.Level.String(), Until: g.Until,
		}, grant.by, grant.events())
	}
}

// addLinks adds the links that the user made.
func (p *pieces) addLinks() {
	for link := range p.state.directory().LinksOf(p.of.ID) {
		if team.End(link.Until).Ended(p.at) {
			continue
		}
		by := p.state.ledger.givenBy(linkKey(link.ID)).by
		p.add(audit.Piece{
			Kind: audit.PieceLink, Link: string(link.ID), Resource: link.Resource.String(), Until: link.Until,
		}, by)
	}
}

// latest returns the event that came later.
func latest(a, b *cause) *cause {
	if b.seq > a.seq {
		return b
	}
	return a
}
