package access

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Directory reads the records of a policy: who and what there is, while
// [Policy.Decide] says who may do what. Like its policy it never changes and is
// safe for concurrent use. What it returns is the caller's: nothing shares
// memory with the policy.
//
// A sequence comes in an order that is fixed for the policy and means nothing,
// unless its comment names one. A look-up costs about as much as one in a map.
//
// The zero Directory, and that of a nil or zero policy, is empty.
type Directory struct {
	policy *Policy
}

// Directory returns the records of the policy.
func (p *Policy) Directory() Directory { return Directory{p} }

// Catalog returns the role catalog.
func (d Directory) Catalog() *role.Catalog { return d.policy.ready().catalog.source }

// Schema returns the account attributes that filters may read. With it a host
// parses filters and makes accounts that fit the policy.
func (d Directory) Schema() *datagroup.Schema { return d.policy.ready().state.Schema }

// Has reports whether there is a user, role, team, data group, account, report or
// share link that a resource names. It is false for anything of the host's own. It
// costs a look-up.
func (d Directory) Has(r Resource) bool {
	s := d.policy.ready().state
	switch r.kind {
	case KindUser:
		return s.Users.Get(r.id) != nil
	case KindTeam:
		return s.Teams.Has(r.id)
	case KindGroup:
		return s.Groups.Has(r.id)
	case KindAccount:
		return s.Accounts.Get(r.id) != nil
	case KindReport:
		return s.Reports.Has(r.id)
	case KindLink:
		return s.Links.Has(r.id)
	case KindRole:
		_, ok := d.policy.ready().catalog.numbers[role.Name(r.id)]
		return ok
	}
	return false
}

// User returns a user.
func (d Directory) User(id team.UserID) (team.User, bool) {
	s := d.policy.ready().state
	u := s.Users.Get(string(id))
	if u == nil {
		return team.User{}, false
	}
	return s.User(u.No), true
}

// UserByAddress returns the user with an e-mail address. Suspended users and
// those whose access has ended still have theirs. The zero address is nobody's,
// though there may be users without one.
func (d Directory) UserByAddress(a team.Address) (team.User, bool) {
	s := d.policy.ready().state
	no, ok := s.Emails.Find(a.Key()) // without an address nobody stands there
	if !ok {
		return team.User{}, false
	}
	return s.User(no), true
}

// Users returns all users.
func (d Directory) Users() iter.Seq[team.User] {
	return values(d.policy.ready().state.AllUsers())
}

// Memberships returns the memberships of a user, also those that have ended, in
// byte order of the ids of the teams.
func (d Directory) Memberships(id team.UserID) iter.Seq[team.Member] {
	s := d.policy.ready().state
	return func(yield func(team.Member) bool) {
		if u := s.Users.Get(string(id)); u != nil {
			eachMember(s, u, id, yield)
		}
	}
}

// eachMember yields the memberships of a user, and reports whether yield always
// wanted to go on.
func eachMember(s *store.State, u *store.User, id team.UserID, yield func(team.Member) bool) bool {
	for m, t := range s.Memberships(u) {
		if !yield(team.Member{Team: t.ID, User: id, Until: m.Until, Note: m.Note}) {
			return false
		}
	}
	return true
}

// Team returns a team, its groups in byte order.
func (d Directory) Team(id team.ID) (team.Team, bool) {
	_, t, ok := d.policy.ready().state.Teams.Find(string(id))
	if !ok {
		return team.Team{}, false
	}
	return detached(t), true
}

// Teams returns all teams, their groups in byte order.
func (d Directory) Teams() iter.Seq[team.Team] {
	return records(&d.policy.ready().state.Teams, detached)
}

// detached returns a team that shares nothing with the store.
func detached(t *store.Team) team.Team {
	c := t.Team
	c.Groups = slices.Clone(c.Groups)
	return c
}

// Members returns the memberships of a team, also those that have ended.
func (d Directory) Members(id team.ID) iter.Seq[team.Member] {
	p := d.policy.ready()
	return func(yield func(team.Member) bool) {
		no, t, ok := p.state.Teams.Find(string(id))
		if !ok {
			return
		}
		for i := range t.Members.All() {
			user := p.state.Users.ID(i)
			m, _ := p.state.Membership(p.state.Users.Get(user), no)
			if !yield(team.Member{Team: id, User: team.UserID(user), Until: m.Until, Note: m.Note}) {
				return
			}
		}
	}
}

// AllMembers returns the memberships of all users, also those that have ended:
// user by user in the order of Users, and those of one in byte order of the ids
// of the teams.
func (d Directory) AllMembers() iter.Seq[team.Member] {
	s := d.policy.ready().state
	return func(yield func(team.Member) bool) {
		for _, id := range persist.IDs(&s.Users) {
			if !eachMember(s, s.Users.Get(id), team.UserID(id), yield) {
				return
			}
		}
	}
}

// Group returns a data group.
func (d Directory) Group(id datagroup.ID) (datagroup.Group, bool) {
	_, g, ok := d.policy.ready().state.Groups.Find(string(id))
	if !ok {
		return datagroup.Group{}, false
	}
	return g.Group, true
}

// Groups returns all data groups.
func (d Directory) Groups() iter.Seq[datagroup.Group] {
	return records(&d.policy.ready().state.Groups, func(g *store.Group) datagroup.Group { return g.Group })
}

// Extents returns what each data group comes to, in the order of Groups. It costs
// a look at every account, and for each group a look at what it matches; where an
// account lacks an attribute that the filter reads, two matches by a
// [datagroup.Batch]. So it is much quicker than a [Policy.Preview] of each.
func (d Directory) Extents() iter.Seq[datagroup.Extent] { return d.policy.ready().state.Extents() }

// TeamsWith returns the teams that have a data group.
func (d Directory) TeamsWith(id datagroup.ID) iter.Seq[team.ID] {
	p := d.policy.ready()
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

// GroupsSince returns the data groups that match an account in one of two
// directories and not in the other, with whether they do in d. Those that are in
// one directory only are left out. It costs a look at each data group that matches
// the account and few others, and at each that matches many.
func (d Directory) GroupsSince(before Directory, id datagroup.AccountID) iter.Seq2[datagroup.ID, bool] {
	now, old := d.policy.ready().state, before.policy.ready().state
	return func(yield func(datagroup.ID, bool) bool) {
		for g := range groupsNotIn(now, old, id) {
			if !yield(g, true) {
				return
			}
		}
		for g := range groupsNotIn(old, now, id) {
			if !yield(g, false) {
				return
			}
		}
	}
}

// groupsNotIn yields the data groups of s that match an account, and that another
// state has as well, but where they do not match it.
func groupsNotIn(s, other *store.State, id datagroup.AccountID) iter.Seq[datagroup.ID] {
	return func(yield func(datagroup.ID) bool) {
		a, there := s.Accounts.Get(string(id)), other.Accounts.Get(string(id))
		if a == nil {
			return
		}
		for _, g := range s.GroupsOf(a) {
			_, same, ok := other.Groups.Find(string(g.ID))
			if ok && (there == nil || !same.Matches(there)) && !yield(g.ID) {
				return
			}
		}
	}
}

// Account returns an account.
func (d Directory) Account(id datagroup.AccountID) (datagroup.Account, bool) {
	s := d.policy.ready().state
	a := s.Accounts.Get(string(id))
	if a == nil {
		return datagroup.Account{}, false
	}
	return s.Account(a.No), true
}

// Accounts returns all accounts.
func (d Directory) Accounts() iter.Seq[datagroup.Account] {
	return values(d.policy.ready().state.AllAccounts())
}

// Report returns a report as a document has it, without its grants.
func (d Directory) Report(id ReportID) (document.Report, bool) {
	_, r, ok := d.policy.ready().state.Reports.Find(string(id))
	if !ok {
		return document.Report{}, false
	}
	return document.Report{ID: r.ID, Name: r.Name, Note: r.Note}, true
}

// Reports returns the id and the name of every report.
func (d Directory) Reports() iter.Seq2[ReportID, string] {
	p := d.policy.ready()
	return func(yield func(ReportID, string) bool) {
		for _, r := range persist.All(&p.state.Reports) {
			if !yield(ReportID(r.ID), r.Name) {
				return
			}
		}
	}
}

// Grants returns the grants of a report, also those that have ended: those to
// users come before those to teams.
func (d Directory) Grants(id ReportID) iter.Seq[Grant] {
	p := d.policy.ready()
	return func(yield func(Grant) bool) {
		if no, r, ok := p.state.Reports.Find(string(id)); ok {
			p.eachGrant(no, r, yield)
		}
	}
}

// AllGrants returns the grants of all reports, also those that have ended: report
// by report in the order of Reports, and those of one as Grants does. It is
// quicker than Grants of each.
func (d Directory) AllGrants() iter.Seq[Grant] {
	p := d.policy.ready()
	return func(yield func(Grant) bool) {
		for no, r := range persist.All(&p.state.Reports) {
			if !p.eachGrant(no, r, yield) {
				return
			}
		}
	}
}

// eachGrant yields the grants of a report.
func (p *Policy) eachGrant(no uint32, r *store.Report, yield func(Grant) bool) bool {
	for i := range r.Users.All() {
		g, _ := p.state.More(i).Grants.Find(no)
		if !yield(Grant{Report: ReportID(r.ID), User: team.UserID(p.state.Users.ID(i)), Level: Level(g.Level), Until: g.Until, Note: g.Note}) {
			return false
		}
	}
	for i := range r.Teams.All() {
		t := p.state.Teams.At(i)
		g, _ := t.Grants.Find(no)
		if !yield(Grant{Report: ReportID(r.ID), Team: t.ID, Level: Level(g.Level), Until: g.Until, Note: g.Note}) {
			return false
		}
	}
	return true
}

// UserGrant returns the direct grant that a user has of a report, also one that
// has ended. It costs a few look-ups.
func (d Directory) UserGrant(id ReportID, u team.UserID) (Grant, bool) {
	p := d.policy.ready()
	no, _, ok := p.state.Reports.Find(string(id))
	user := p.state.Users.Get(string(u))
	if !ok || user == nil {
		return Grant{}, false
	}
	g, ok := p.state.More(user.No).Grants.Find(no)
	if !ok {
		return Grant{}, false
	}
	return Grant{Report: id, User: u, Level: Level(g.Level), Until: g.Until, Note: g.Note}, true
}

// TeamGrant returns the grant that a team has of a report, also one that has
// ended. It costs a few look-ups.
func (d Directory) TeamGrant(id ReportID, t team.ID) (Grant, bool) {
	p := d.policy.ready()
	no, _, ok := p.state.Reports.Find(string(id))
	_, rec, found := p.state.Teams.Find(string(t))
	if !ok || !found {
		return Grant{}, false
	}
	g, ok := rec.Grants.Find(no)
	if !ok {
		return Grant{}, false
	}
	return Grant{Report: id, Team: t, Level: Level(g.Level), Until: g.Until, Note: g.Note}, true
}

// GrantsOf returns the direct grants of a user, also those that have ended.
func (d Directory) GrantsOf(id team.UserID) iter.Seq[Grant] {
	p := d.policy.ready()
	return func(yield func(Grant) bool) {
		u := p.state.Users.Get(string(id))
		if u == nil {
			return
		}
		for g := range p.state.More(u.No).Grants.All() {
			r := p.state.Reports.At(g.Of)
			if r != nil && !yield(Grant{Report: ReportID(r.ID), User: id, Level: Level(g.Level), Until: g.Until, Note: g.Note}) {
				return
			}
		}
	}
}

// GrantsOfTeam returns the grants of a team, also those that have ended.
func (d Directory) GrantsOfTeam(id team.ID) iter.Seq[Grant] {
	p := d.policy.ready()
	return func(yield func(Grant) bool) {
		_, t, ok := p.state.Teams.Find(string(id))
		if !ok {
			return
		}
		for g := range t.Grants.All() {
			r := p.state.Reports.At(g.Of)
			if r != nil && !yield(Grant{Report: ReportID(r.ID), Team: id, Level: Level(g.Level), Until: g.Until, Note: g.Note}) {
				return
			}
		}
	}
}

// LinksOf returns the share links that a user made and that have not ended for
// good, expired ones included.
func (d Directory) LinksOf(id team.UserID) iter.Seq[ShareLink] {
	p := d.policy.ready()
	u := p.state.Users.Get(string(id))
	if u == nil {
		return p.liveLinks(nil)
	}
	return p.liveLinks(p.state.More(u.No).Links)
}

// LinksIn returns the share links that were made in sessions of a team and that
// have not ended for good, expired ones included.
func (d Directory) LinksIn(id team.ID) iter.Seq[ShareLink] {
	p := d.policy.ready()
	_, t, ok := p.state.Teams.Find(string(id))
	if !ok {
		return p.liveLinks(nil)
	}
	return p.liveLinks(t.Links)
}

// LinksTo returns the share links that show the resource and that have not ended
// for good, expired ones included.
func (d Directory) LinksTo(r Resource) iter.Seq[ShareLink] {
	s := d.policy.ready().state
	return func(yield func(ShareLink) bool) {
		for _, l := range s.LinksTo(string(r.kind), r.id, r.account) {
			if !l.Ended && !yield(shareLink(l)) {
				return
			}
		}
	}
}

// liveLinks returns those of some links that have not ended for good.
func (p *Policy) liveLinks(all []uint32) iter.Seq[ShareLink] {
	return func(yield func(ShareLink) bool) {
		for _, i := range all {
			if l := p.state.Links.At(i); l != nil && !l.Ended && !yield(shareLink(l)) {
				return
			}
		}
	}
}

// Links returns all share links, also those that have ended.
func (d Directory) Links() iter.Seq[ShareLink] {
	return records(&d.policy.ready().state.Links, shareLink)
}

// Link returns a share link, also one that has ended.
func (d Directory) Link(id LinkID) (ShareLink, bool) {
	_, l, ok := d.policy.ready().state.Links.Find(string(id))
	if !ok {
		return ShareLink{}, false
	}
	return shareLink(l), true
}

// Holders returns how many users have a role, and how many of them count
// towards its minimum: those who are not suspended and whose access has no end.
func (d Directory) Holders(name role.Name) (all, lasting int) {
	p := d.policy.ready()
	no, ok := p.catalog.numbers[name]
	if !ok {
		return 0, 0
	}
	r := p.state.Roles[no]
	return r.Holders(), r.Lasting
}

// records returns what of makes of every record.
func records[T, R any](b *persist.Book[T], of func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, rec := range persist.All(b) {
			if !yield(of(rec)) {
				return
			}
		}
	}
}

// values leaves out the numbers of records.
func values[R any](records iter.Seq2[uint32, R]) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, rec := range records {
			if !yield(rec) {
				return
			}
		}
	}
}
