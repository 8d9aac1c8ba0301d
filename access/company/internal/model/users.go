package model

import (
	"slices"
	"time"

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
	_, exists := p.Users[string(c.User)]
	_, roleKnown := p.Catalog.Role(string(c.Role))
	_, err := team.ParseAddress(c.Email)
	taken := false
	for _, u := range p.Users {
		taken = taken || SameMailbox(u.Email, c.Email)
	}
	if refusal := first(
		newID(p, "user", &c.User, exists),
		when(err != nil, "ErrInvalid"),
		when(!roleKnown, "ErrUnknown"),
		when(taken, "ErrTaken"),
	); refusal != "" {
		return nil, refusal
	}
	p.Used["user "+string(c.User)] = true
	p.Users[string(c.User)] = User{Name: c.Name, Email: c.Email, Role: string(c.Role), Until: c.Until}
	return c, ""
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
	); refusal != "" {
		return nil, refusal
	}
	c.From = role.Name(p.Users[string(c.User)].Role)
	p.alter(c.User, func(u *User) { u.Role = string(c.Role) })
	return c, ""
}

func (p *proposal) removeUser(c company.RemoveUser) (company.Change, string) {
	id, successor := string(c.User), string(c.Successor)
	if refusal := first(p.ask("user.remove", access.TargetUser(c.User)), p.known(c.User)); refusal != "" {
		return nil, refusal
	}
	last := p.LastOf(id)
	others := slices.ContainsFunc(Keys(p.Users), func(u string) bool { return u != p.User && p.CanSucceed(u, id) })
	if refusal := first(
		when(len(last) == 0 && successor != "", "ErrInvalid"),
		when(len(last) > 0 && !p.CanSucceed(successor, id), "ErrSuccessor"),
		when(len(last) > 0 && successor == p.User && others, "ErrSelf ErrSuccessor"),
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
			teams = append(teams, company.LostMembership{Team: team.ID(t), Until: until})
		}
	}
	var reports []company.LostGrant
	for _, r := range Keys(p.Reports) {
		if g, ok := p.Reports[r].Users[id]; ok {
			reports = append(reports, company.LostGrant{Report: access.ReportID(r), Level: g.Level, Until: g.Until})
		}
	}
	var links []access.LinkID
	for _, l := range Keys(p.Links) {
		if p.Links[l].Maker == id && !p.Links[l].Ended {
			links = append(links, access.LinkID(l))
		}
	}
	c.HandedOver, c.Teams, c.Reports, c.Links = bounded(handedOver), bounded(teams), bounded(reports), bounded(links)
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
		when(!slices.Contains(was.Capabilities, "owner.transfer") || c.From == c.To ||
			!p.Active(string(c.To)) || !to.Until.IsZero(), "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	c.Role, c.Becomes = was.Name, ""
	for _, r := range p.Catalog.Roles {
		if c.Becomes == "" && slices.Contains(was.Manages, r.Name) {
			c.Becomes = r.Name
		}
	}
	if c.Becomes == "" {
		return nil, "ErrInvalid"
	}
	p.alter(c.From, func(u *User) { u.Role = string(c.Becomes) })
	p.alter(c.To, func(u *User) { u.Role = string(c.Role) })
	return c, ""
}
