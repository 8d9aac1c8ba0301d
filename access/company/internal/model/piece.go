package model

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// Pieces returns the pieces of access that a user had after an event, at an
// instant that is not before it, and false if there was no such user.
func (c *Company) Pieces(seq uint64, at time.Time, user string) ([]audit.Piece, bool) {
	p := c.after(seq, at)
	if _, ok := p.Users[user]; !ok {
		return nil, false
	}
	all := p.rolePieces(user)
	for _, t := range Keys(p.Teams) {
		if until, member := p.Teams[t].Members[user]; member && !Ended(until, at) {
			all = append(all, p.teamPieces(t, user)...)
		}
	}
	for _, r := range Keys(p.Reports) {
		if g, ok := p.Reports[r].Users[user]; ok && !Ended(g.Until, at) {
			all = append(all, p.piece(p.grant(r, byUserID(user)), audit.Piece{Kind: audit.PieceReport, Report: r, Level: g.Level.String(), Until: g.Until}))
		}
	}
	for _, id := range Keys(p.Links) {
		if l := p.Links[id]; l.Maker == user && !l.Ended && !Ended(l.Until, at) {
			all = append(all, p.piece(p.made(id), audit.Piece{Kind: audit.PieceLink, Link: id, Resource: l.Resource.Access().String(), Until: l.Until}))
		}
	}
	slices.SortStableFunc(all, func(a, b audit.Piece) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)),
			cmp.Compare(a.Team, b.Team), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Report, b.Report), cmp.Compare(a.Link, b.Link), cmp.Compare(a.Event, b.Event))
	})
	return all, true
}

// kinds are the kinds of pieces in their order.
var kinds = []string{audit.PieceRole, audit.PieceCatalog, audit.PieceTeam, audit.PieceData, audit.PieceLost, audit.PieceFilter,
	audit.PieceGained, audit.PieceGone, audit.PieceReport, audit.PieceTeamReport, audit.PieceLink}

// piece is a piece with where it comes from.
func (p past) piece(from source, is audit.Piece) audit.Piece {
	is.Since, is.By, is.Reason, is.Approval, is.Event = p.events[from.event-1].Time.UTC(), from.by, from.reason, from.approval, from.event
	is.Until, is.Events = is.Until.UTC(), union(from.events)
	return is
}

// union is the events of all lists, in order, each once.
func union(lists ...[]uint64) []uint64 {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// and is a source that rests on more.
func (s source) and(events ...uint64) source {
	s.events = union(s.events, events)
	return s
}

// rolePieces are the role of a user, and the catalogs since it was given.
func (p past) rolePieces(user string) []audit.Piece {
	var from source
	var ends []uint64
	for seq, s := range p.steps() {
		before, was := s.Before.Users[user]
		after, is := s.After.Users[user]
		if is && (!was || before.Role != after.Role) {
			from = p.given(seq, s)
		}
		if was && is && !before.Until.Equal(after.Until) {
			ends = []uint64{seq}
		}
	}
	u := p.Users[user]
	all := []audit.Piece{p.piece(from.and(ends...), audit.Piece{Kind: audit.PieceRole, Role: u.Role, Until: u.Until})}
	for seq, s := range p.steps() {
		if _, ok := s.Change.(company.ReplaceCatalog); ok && seq > from.event {
			all = append(all, p.piece(p.from(seq).and(from.events...), audit.Piece{Kind: audit.PieceCatalog}))
		}
	}
	return all
}

// belonging is a membership: where it comes from, the last event that moved its
// end since, and what the end was before that event.
type belonging struct {
	source
	ends []uint64
	was  time.Time
}

// holds is what a membership rests on at an instant: on the event that moved its
// end only if it would have ended otherwise.
func (m belonging) holds(at time.Time) source {
	if len(m.ends) > 0 && Ended(m.was, at) {
		return m.and(m.ends...)
	}
	return m.source
}

// membership is the current membership of a user in a team.
func (p past) membership(t, user string) belonging {
	var m belonging
	for seq, s := range p.steps() {
		before, was := s.Before.Teams[t].Members[user]
		after, is := s.After.Teams[t].Members[user]
		add, _ := s.Change.(company.AddMember)
		again := string(add.Team) == t && string(add.User) == user
		switch {
		case is && (!was || again):
			m = belonging{source: p.given(seq, s)}
		case is && !before.Equal(after):
			if len(m.ends) == 0 || m.ends[0] != seq {
				m.was = before
			}
			m.ends = []uint64{seq}
		}
	}
	return m
}

// teamPieces are what a user has through a team that they are in.
func (p past) teamPieces(t, user string) []audit.Piece {
	m, until := p.membership(t, user), p.Teams[t].Members[user]
	all := []audit.Piece{p.piece(m.and(m.ends...), audit.Piece{Kind: audit.PieceTeam, Team: t, Until: until})}
	for _, g := range p.Teams[t].Groups {
		all = append(all, p.dataPieces(t, g, m, until)...)
	}
	all = append(all, p.lostPieces(t, m)...)
	for _, r := range Keys(p.Reports) {
		g, ok := p.Reports[r].Teams[t]
		if !ok || Ended(g.Until, p.Now) {
			continue
		}
		from := later(m.holds(p.Now), p.grant(r, byTeamID(t)))
		all = append(all, p.piece(from, audit.Piece{Kind: audit.PieceTeamReport, Team: t, Report: r, Level: g.Level.String(), Until: g.Until}))
	}
	return all
}

// later is the source that came last, of a membership and of what the team has,
// and rests on the events of both.
func later(m, other source) source {
	if other.event > m.event {
		return other.and(m.events...)
	}
	return m.and(other.events...)
}

// attached is where a data group of a team comes from.
func (p past) attached(t, g string) (from source) {
	for seq, s := range p.steps() {
		if !slices.Contains(s.Before.Teams[t].Groups, g) && slices.Contains(s.After.Teams[t].Groups, g) {
			from = p.from(seq)
		}
	}
	return from
}

// dataPieces are a data group through a team, and what became of the group
// after that.
func (p past) dataPieces(t, g string, m belonging, until time.Time) []audit.Piece {
	had := later(m.holds(p.Now), p.attached(t, g))
	has := had.and(m.ends...)
	all := []audit.Piece{p.piece(has, audit.Piece{Kind: audit.PieceData, Team: t, Group: g, Until: until})}
	filter := uint64(0) // the event that made the filter what it is
	for seq, s := range p.steps() {
		before, after := s.Before.Groups[g].Rule.Text, s.After.Groups[g].Rule.Text
		if before != after {
			filter = seq
		}
		if seq <= had.event {
			continue
		}
		if before != after {
			all = append(all, p.piece(p.from(seq).and(has.events...), audit.Piece{Kind: audit.PieceFilter, Team: t, Group: g, From: before, To: after, Until: until}))
		}
		if !aboutAccounts(s.Change) {
			continue
		}
		saw, sees := s.Before.matched(g), s.After.matched(g)
		if ids := only(sees, saw); len(ids) > 0 {
			all = append(all, p.piece(p.from(seq).and(has.events...).and(filter), accounts(audit.Piece{Kind: audit.PieceGained, Team: t, Group: g, To: after, Until: until}, ids)))
		}
		if ids := only(saw, sees); len(ids) > 0 {
			all = append(all, p.piece(p.from(seq).and(had.events...).and(filter), accounts(audit.Piece{Kind: audit.PieceGone, Team: t, Group: g, To: after}, ids)))
		}
	}
	return all
}

func aboutAccounts(c company.Change) bool {
	switch c.(type) {
	case company.ConnectAccounts, company.UpdateAccounts, company.DisconnectAccounts:
		return true
	}
	return false
}

// matched are the accounts of a data group, in byte order.
func (c *Company) matched(g string) (all []string) {
	for _, id := range Keys(c.Accounts) {
		if c.Groups[g].Rule.Match(id, c.Accounts[id]) {
			all = append(all, id)
		}
	}
	return all
}

// only is what is in one list and not in the other.
func only(all, other []string) (ids []string) {
	for _, id := range all {
		if !slices.Contains(other, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// accounts names accounts in a piece.
func accounts(is audit.Piece, ids []string) audit.Piece {
	is.Accounts, is.Count = ids[:min(len(ids), 100)], len(ids)
	return is
}

// lostPieces are the data groups that a team lost after somebody came to it.
func (p past) lostPieces(t string, m belonging) (all []audit.Piece) {
	for seq, s := range p.steps() {
		if seq <= m.event {
			continue
		}
		for _, g := range only(s.Before.Teams[t].Groups, s.After.Teams[t].Groups) {
			twice := func(is audit.Piece) bool { return is.Event == seq && is.Group == g }
			if !slices.ContainsFunc(all, twice) {
				all = append(all, p.piece(p.from(seq).and(m.holds(p.Now).events...), audit.Piece{Kind: audit.PieceLost, Team: t, Group: g}))
			}
		}
	}
	return all
}

// grantee says which grant of a report is meant.
type grantee func(Report) (Grant, bool)

func byUserID(user string) grantee {
	return func(r Report) (Grant, bool) { g, ok := r.Users[user]; return g, ok }
}

func byTeamID(team string) grantee {
	return func(r Report) (Grant, bool) { g, ok := r.Teams[team]; return g, ok }
}

// grant is where a grant comes from: the event that gave its level, and on what
// it rests, the first that shared it and the last that moved its end. Only to
// share says what was there before; any other change of a grant begins anew.
func (p past) grant(report string, of grantee) source {
	var level source
	var first, end []uint64
	for seq, s := range p.steps() {
		before, was := of(s.Before.Reports[report])
		after, is := of(s.After.Reports[report])
		_, shares := s.Change.(company.ShareReport)
		moved := is && !(before.Level == after.Level && before.Until.Equal(after.Until))
		fresh := is && !was || moved && (Ended(before.Until, s.Before.Now) || !shares)
		if fresh {
			first, end = []uint64{seq}, nil
		}
		if fresh || moved && before.Level != after.Level {
			level = p.from(seq)
		}
		if !fresh && moved && !before.Until.Equal(after.Until) {
			end = []uint64{seq}
		}
	}
	return level.and(first...).and(end...)
}

// made is where a link comes from.
func (p past) made(link string) (from source) {
	for seq, s := range p.steps() {
		if _, was := s.Before.Links[link]; !was {
			if _, is := s.After.Links[link]; is {
				from = p.from(seq)
			}
		}
	}
	return from
}
