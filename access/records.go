package access

import (
	"iter"

	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// User returns what is said of a user.
func (p *Policy) User(id team.UserID) (team.User, bool) {
	return userOf(p.ready().state.Users.Find(string(id)))
}

// UserByAddress returns the user who holds an e-mail address. Suspended and
// ended users still hold theirs.
func (p *Policy) UserByAddress(a team.Address) (team.User, bool) {
	p = p.ready()
	no, ok := p.state.Emails.Get(a.Key())
	return userOf(no, p.state.Users.At(no), ok)
}

func userOf(_ uint32, u *snapshot.User, ok bool) (team.User, bool) {
	if !ok {
		return team.User{}, false
	}
	return u.User, true
}

// Users returns all users that were not removed, in an order that means
// nothing.
func (p *Policy) Users() iter.Seq[team.User] {
	return records(&p.ready().state.Users, func(u *snapshot.User) team.User { return u.User })
}

// Memberships returns the teams a user was put into, in byte order of their
// ids, also where that is over.
func (p *Policy) Memberships(id team.UserID) iter.Seq[team.Member] {
	p = p.ready()
	return func(yield func(team.Member) bool) {
		_, u, ok := p.state.Users.Find(string(id))
		if !ok {
			return
		}
		for _, m := range u.Teams {
			t := p.state.Teams.At(m.Team)
			if t != nil && !yield(team.Member{Team: t.ID, User: id, Until: m.Until}) {
				return
			}
		}
	}
}

// Team returns what is said of a team, its groups in byte order. The slice must
// not be changed.
func (p *Policy) Team(id team.ID) (team.Team, bool) {
	_, t, ok := p.ready().state.Teams.Find(string(id))
	if !ok {
		return team.Team{}, false
	}
	return t.Team, true
}

// Teams returns all teams, in an order that means nothing. Their slices must
// not be changed.
func (p *Policy) Teams() iter.Seq[team.Team] {
	return records(&p.ready().state.Teams, func(t *snapshot.Team) team.Team { return t.Team })
}

// Members returns who was put into a team, in an order that means nothing, also
// where that is over.
func (p *Policy) Members(id team.ID) iter.Seq[team.Member] {
	p = p.ready()
	return func(yield func(team.Member) bool) {
		no, t, ok := p.state.Teams.Find(string(id))
		if !ok {
			return
		}
		for i := range t.Members.All() {
			u := p.state.Users.At(i)
			m, _ := u.Membership(no)
			if !yield(team.Member{Team: id, User: u.ID, Until: m.Until}) {
				return
			}
		}
	}
}

// Group returns a data group.
func (p *Policy) Group(id datagroup.ID) (datagroup.Group, bool) {
	_, g, ok := p.ready().state.Groups.Find(string(id))
	if !ok {
		return datagroup.Group{}, false
	}
	return g.Group, true
}

// Groups returns all data groups, in an order that means nothing.
func (p *Policy) Groups() iter.Seq[datagroup.Group] {
	return records(&p.ready().state.Groups, func(g *snapshot.Group) datagroup.Group { return g.Group })
}

// Holding returns the teams that hold a data group, in an order that means
// nothing.
func (p *Policy) Holding(id datagroup.ID) iter.Seq[team.ID] {
	p = p.ready()
	return func(yield func(team.ID) bool) {
		_, g, ok := p.state.Groups.Find(string(id))
		if !ok {
			return
		}
		for t := range g.Teams.All() {
			if !yield(p.state.Teams.At(t).ID) {
				return
			}
		}
	}
}

// Account returns an account.
func (p *Policy) Account(id datagroup.AccountID) (datagroup.Account, bool) {
	_, a, ok := p.ready().state.Accounts.Find(string(id))
	if !ok {
		return datagroup.Account{}, false
	}
	return *a.Account, true
}

// Accounts returns all accounts, in an order that means nothing.
func (p *Policy) Accounts() iter.Seq[datagroup.Account] {
	return records(&p.ready().state.Accounts, func(a snapshot.Account) datagroup.Account { return *a.Account })
}

// ReportName returns the name of a report, and whether there is such a report.
func (p *Policy) ReportName(id ReportID) (string, bool) {
	_, r, ok := p.ready().state.Reports.Find(string(id))
	if !ok {
		return "", false
	}
	return r.Name, true
}

// Grants returns the shares of a report, those to users before those to teams,
// also where they are over.
func (p *Policy) Grants(id ReportID) iter.Seq[Grant] {
	p = p.ready()
	return func(yield func(Grant) bool) {
		no, r, ok := p.state.Reports.Find(string(id))
		if !ok {
			return
		}
		for i := range r.Users.All() {
			u := p.state.Users.At(i)
			g, _ := snapshot.FindGrant(u.Grants, no)
			if !yield(Grant{Report: id, User: u.ID, Level: Level(g.Level), Until: g.Until}) {
				return
			}
		}
		for i := range r.Teams.All() {
			t := p.state.Teams.At(i)
			g, _ := snapshot.FindGrant(t.Grants, no)
			if !yield(Grant{Report: id, Team: t.ID, Level: Level(g.Level), Until: g.Until}) {
				return
			}
		}
	}
}

// Grant returns the direct grant that a user, or if that is "" a team, has of a
// report, also where it is over. It costs a few look-ups.
func (p *Policy) Grant(id ReportID, u team.UserID, t team.ID) (Grant, bool) {
	p = p.ready()
	no, _, ok := p.state.Reports.Find(string(id))
	if !ok {
		return Grant{}, false
	}
	var g snapshot.Grant
	ok = false
	if _, rec, found := p.state.Users.Find(string(u)); found && t == "" {
		g, ok = snapshot.FindGrant(rec.Grants, no)
	} else if _, rec, found := p.state.Teams.Find(string(t)); found && u == "" {
		g, ok = snapshot.FindGrant(rec.Grants, no)
	}
	if !ok {
		return Grant{}, false
	}
	return Grant{Report: id, User: u, Team: t, Level: Level(g.Level), Until: g.Until}, true
}

// GrantsOf returns the direct grants of a user, in an order that means nothing,
// also where they are over.
func (p *Policy) GrantsOf(id team.UserID) iter.Seq[Grant] {
	p = p.ready()
	return func(yield func(Grant) bool) {
		_, u, ok := p.state.Users.Find(string(id))
		if !ok {
			return
		}
		for _, g := range u.Grants {
			r := p.state.Reports.At(g.Of)
			if r != nil && !yield(Grant{Report: ReportID(r.ID), User: id, Level: Level(g.Level), Until: g.Until}) {
				return
			}
		}
	}
}

// LinksOf returns the share links a user made, also those that are over, in an
// order that means nothing. It looks at every link.
func (p *Policy) LinksOf(id team.UserID) iter.Seq[ShareLink] {
	p = p.ready()
	return func(yield func(ShareLink) bool) {
		for _, l := range p.state.Links.All() {
			if l.Maker == id && !yield(shareLink(l)) {
				return
			}
		}
	}
}

// AllLinks returns all share links, also those that are over, in an order that
// means nothing.
func (p *Policy) AllLinks() iter.Seq[ShareLink] { return records(&p.ready().state.Links, shareLink) }

// Link returns a share link, also one that is over.
func (p *Policy) Link(id LinkID) (ShareLink, bool) {
	_, l, ok := p.ready().state.Links.Find(string(id))
	if !ok {
		return ShareLink{}, false
	}
	return shareLink(l), true
}

// Holders returns how many users hold a role, and how many of them count
// towards its minimum: those neither suspended nor with an end of access.
func (p *Policy) Holders(name role.Name) (all, lasting int) {
	p = p.ready()
	no, ok := p.catalog.numbers[name]
	if !ok {
		return 0, 0
	}
	h := p.state.Holders[no]
	return h.All, h.Lasting
}

// records visits what is said of every record.
func records[T, R any](b *snapshot.Book[T], of func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, rec := range b.All() {
			if !yield(of(rec)) {
				return
			}
		}
	}
}
