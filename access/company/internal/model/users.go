package model

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// known is about a user whom a system names. Where a user acts, Decide has
// refused already.
func (p *proposal) known(user team.UserID) string {
	_, ok := p.Users[string(user)]
	return when(!ok, "ErrUnknown")
}

func (p *proposal) addUser(c company.AddUser) (company.Change, string) {
	if c.Role == "" {
		c.Role = role.Name(p.Catalog.Default())
	}
	u, exists := p.Users[string(c.User)]
	_, roleKnown := p.Catalog.Role(string(c.Role))
	same := exists && u.Name == c.Name && u.Email == c.Email && u.Role == string(c.Role) && u.Until.Equal(c.Until) && !u.Suspended
	if refusal := first(when(same, "ErrNoChange"), either(
		newID(p, "user", &c.User, exists),
		badText(c.Name),
		when(badEnd(c.Until), "ErrInvalid"),
		badAddress(c.Email),
		when(!roleKnown, "ErrUnknown"),
		when(!p.mayGive(p.System, string(c.Role)), "ErrSystem"),
		p.addressTaken("", c.Email),
	)); refusal != "" {
		return nil, refusal
	}
	p.Used["user "+string(c.User)] = true
	p.Users[string(c.User)] = User{Name: c.Name, Email: c.Email, Role: string(c.Role), Until: c.Until}
	c.AddUserOutcome = company.AddUserOutcome{Invitations: p.closeTo(c.Email)}
	return c, ""
}

// badAddress is about what is no address. Users may have none.
func badAddress(email string) string {
	_, err := team.ParseAddress(email)
	return when(email != "" && err != nil, "ErrInvalid")
}

// addressTaken is about an address that another user has.
func (p *proposal) addressTaken(by, email string) string {
	for id, u := range p.Users {
		if id != by && email != "" && SameMailbox(u.Email, email) {
			return "ErrTaken"
		}
	}
	return ""
}

// badText is about a name that is not one line of text.
func badText(name string) string {
	odd := func(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }
	return when(!utf8.ValidString(name) || strings.TrimSpace(name) != name || strings.ContainsFunc(name, odd), "ErrInvalid")
}

// alter changes the record of a user.
func (p *proposal) alter(id team.UserID, f func(*User)) {
	u := p.Users[string(id)]
	f(&u)
	p.Users[string(id)] = u
}

func (p *proposal) setRole(c company.SetRole) (company.Change, string) {
	_, roleKnown := p.Catalog.Role(string(c.Role))
	if refusal := first(
		p.ask("user.set-role", access.TargetUser(c.User)),
		p.ask("role.grant", access.Role(c.Role)),
		p.known(c.User),
		when(!roleKnown, "ErrUnknown"),
		when(p.Users[string(c.User)].Role == string(c.Role), "ErrNoChange"),
		when(p.System != "" && !p.mayGive(p.System, string(c.Role)), "ErrSystem"),
		p.raisesBeyond(string(c.User), string(c.Role)),
	); refusal != "" {
		return nil, refusal
	}
	c.From = role.Name(p.Users[string(c.User)].Role)
	p.alter(c.User, func(u *User) { u.Role = string(c.Role) })
	return c, ""
}

// raisesBeyond is about an actor whose access ends, and who makes somebody more
// whose access does not end before.
func (p *proposal) raisesBeyond(user, to string) string {
	u := p.Users[user]
	return when(p.beyond(u.Until) && !p.covers(u.Role, to), "ErrBeyondOwnEnd")
}

// covers reports whether a role has all capabilities and data of another one.
func (p *proposal) covers(name, other string) bool {
	a, _ := p.Catalog.Role(name)
	b, _ := p.Catalog.Role(other)
	for _, action := range b.Capabilities {
		if !slices.Contains(a.Capabilities, action) {
			return false
		}
	}
	return a.Scope == role.AllData || b.Scope == role.ByTeams
}

func (p *proposal) removeUser(c company.RemoveUser) (company.Change, string) {
	id, successor := string(c.User), string(c.Successor)
	_, exists := p.Users[id]
	if refusal := first(p.ask("user.remove", access.TargetUser(c.User)), p.toRemove("user", id, exists)); refusal != "" {
		return nil, refusal
	}
	last := p.LastOf(id)
	mayFollow := func(u string) bool { return u != p.User && p.CanSucceed(u, id) }
	others := slices.ContainsFunc(Keys(p.Users), mayFollow)
	if refusal := first(
		when(len(last) == 0 && successor != "", "ErrInvalid"),
		when(len(last) > 0 && p.User != "" && successor == p.User && p.CanSucceed(successor, id), "ErrSelf ErrSuccessor"),
		when(len(last) > 0 && others && !mayFollow(successor), "ErrSuccessor"),
		when(len(last) > 0 && !others && successor != "", "ErrSuccessor"),
	); refusal != "" {
		return nil, refusal
	}
	c.RemoveUserOutcome = company.RemoveUserOutcome{
		Role: role.Name(p.Users[id].Role), Person: company.Person{Name: p.Users[id].Name, Email: p.Users[id].Email},
	}
	var handedOver []access.ReportID
	for _, r := range last {
		handedOver = append(handedOver, access.ReportID(r))
	}
	var teams []company.LostMembership
	for _, t := range Keys(p.Teams) {
		if until, ok := p.Teams[t].Members[id]; ok {
			teams = append(teams, company.LostMembership{Team: team.ID(t), Until: until.UTC()})
		}
	}
	var reports []company.LostGrant
	for _, r := range Keys(p.Reports) {
		if g, ok := p.Reports[r].Users[id]; ok {
			reports = append(reports, company.LostGrant{Report: access.ReportID(r), Level: g.Level, Until: g.Until.UTC()})
		}
	}
	var links []access.LinkID
	for _, l := range Keys(p.Links) {
		if p.Links[l].Maker == id && !p.Links[l].Ended {
			links = append(links, access.LinkID(l))
		}
	}
	c.HandedOver, c.Teams, c.Reports, c.Links = bounded(handedOver), bounded(teams), bounded(reports), bounded(links)
	if !others {
		c.HandedOver, c.Orphaned, last = c.Orphaned, c.HandedOver, nil
	}
	p.World.RemoveUser(id)
	for _, r := range last {
		p.Reports[r].Users[successor] = Grant{Level: access.Creator}
	}
	return c, ""
}

func (p *proposal) suspendUser(c company.SuspendUser) string {
	refusal := first(
		p.ask("user.suspend", access.TargetUser(c.User)),
		p.known(c.User),
		when(p.Users[string(c.User)].Suspended, "ErrNoChange"),
	)
	if refusal == "" {
		p.alter(c.User, func(u *User) { u.Suspended = true })
	}
	return refusal
}

func (p *proposal) reinstateUser(c company.ReinstateUser) string {
	u := p.Users[string(c.User)]
	refusal := first(
		p.ask("user.suspend", access.TargetUser(c.User)),
		p.known(c.User),
		when(!u.Suspended, "ErrNoChange"),
		when(p.beyond(u.Until), "ErrBeyondOwnEnd"),
	)
	if refusal == "" {
		p.alter(c.User, func(u *User) { u.Suspended = false })
	}
	return refusal
}

// badEnd reports whether an end cannot be written down.
func badEnd(until time.Time) bool { return until.UTC().Year() > 9999 }

func (p *proposal) setEnd(c company.SetEnd) (company.Change, string) {
	from := p.Users[string(c.User)].Until
	until, _ := c.Until.Get()
	if refusal := first(
		p.ask("user.set-expiry", access.TargetUser(c.User)),
		p.known(c.User),
		when(c.Until.IsZero(), "ErrInvalid"),
		zeroEnd(c.Until),
		when(until.Equal(from), "ErrNoChange"),
		when(p.beyond(until) && Outlasts(until, from), "ErrBeyondOwnEnd"),
		when(badEnd(until), "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	c.From = from
	p.alter(c.User, func(u *User) { u.Until = until })
	return c, ""
}

func (p *proposal) transferOwnership(c company.TransferOwnership) (company.Change, string) {
	if p.User != "" {
		c.From = team.UserID(p.User)
	}
	from, ok := p.Users[string(c.From)]
	to, toOK := p.Users[string(c.To)]
	was, _ := p.Catalog.Role(from.Role)
	if refusal := first(
		p.ask("owner.transfer", access.TargetUser(c.To)),
		when(!ok || !toOK, "ErrUnknown"),
		when(p.System != "" && c.From != c.To && from.Role != "" && p.becomes(to.Role) == role.Name(from.Role), "ErrNoChange"),
		when(!slices.Contains(was.Capabilities, "owner.transfer") || c.From == c.To ||
			!p.Active(string(c.To)) || !to.Until.IsZero(), "ErrInvalid"),
		p.raisesBeyond(string(c.To), from.Role),
	); refusal != "" {
		return nil, refusal
	}
	c.Role, c.Becomes = was.Name, p.becomes(from.Role)
	if c.Becomes == "" {
		return nil, "ErrInvalid"
	}
	p.alter(c.From, func(u *User) { u.Role = string(c.Becomes) })
	p.alter(c.To, func(u *User) { u.Role = string(c.Role) })
	return c, ""
}

// becomes is what somebody becomes who hands over a role: the first role that it
// manages and covers, and that manages no more. It is "" if the role cannot be
// handed over.
func (p *proposal) becomes(name string) role.Name {
	was, _ := p.Catalog.Role(name)
	if !slices.Contains(was.Capabilities, "owner.transfer") {
		return ""
	}
	for _, r := range p.Catalog.Roles {
		more := slices.ContainsFunc(r.Manages, func(n role.Name) bool { return !slices.Contains(was.Manages, n) })
		if slices.Contains(was.Manages, r.Name) && p.covers(name, string(r.Name)) && !more {
			return r.Name
		}
	}
	return ""
}
