package company_test

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// known is about a user a system names; for a user Decide said it already.
func (j *judge) known(user team.UserID) verdict {
	_, ok := j.users[string(user)]
	return refuse(!ok, "ErrUnknown")
}

func (j *judge) addUser(c company.AddUser) (company.Change, verdict) {
	if c.Role == "" {
		c.Role = role.Name(j.fallback())
	}
	_, exists := j.users[string(c.User)]
	_, roleKnown := j.role(string(c.Role))
	_, err := team.ParseAddress(c.Email)
	taken := false
	for _, u := range j.users {
		taken = taken || sameMailbox(u.email, c.Email)
	}
	if v := firstOf(
		fresh(j, "user", &c.User, exists),
		refuse(err != nil, "ErrInvalid"),
		refuse(!roleKnown, "ErrUnknown"),
		refuse(taken, "ErrTaken"),
	); v != "" {
		return nil, v
	}
	j.used["user "+string(c.User)] = true
	j.users[string(c.User)] = modelUser{name: c.Name, email: c.Email, role: string(c.Role), until: c.Until}
	return c, ""
}

// alter replaces what is said of a user.
func (j *judge) alter(id team.UserID, f func(*modelUser)) {
	u := j.users[string(id)]
	f(&u)
	j.users[string(id)] = u
}

func (j *judge) setRole(c company.SetRole) (company.Change, verdict) {
	_, roleKnown := j.role(string(c.Role))
	if v := firstOf(
		j.ask("user.set-role", access.TargetUser(c.User)),
		j.ask("role.grant", access.Role(c.Role)),
		j.known(c.User),
		refuse(!roleKnown, "ErrUnknown"),
		refuse(j.users[string(c.User)].role == string(c.Role), "ErrNoChange"),
	); v != "" {
		return nil, v
	}
	c.From = role.Name(j.users[string(c.User)].role)
	j.alter(c.User, func(u *modelUser) { u.role = string(c.Role) })
	return c, ""
}

func (j *judge) removeUser(c company.RemoveUser) (company.Change, verdict) {
	id, heir := string(c.User), string(c.Successor)
	if v := firstOf(j.ask("user.remove", access.TargetUser(c.User)), j.known(c.User)); v != "" {
		return nil, v
	}
	last := j.lastOf(id)
	others := slices.ContainsFunc(sortedKeys(j.users), func(u string) bool { return u != j.actor && j.heir(u, id, j.at) })
	if v := firstOf(
		refuse(len(last) == 0 && heir != "", "ErrInvalid"),
		refuse(len(last) > 0 && !j.heir(heir, id, j.at), "ErrSuccessor"),
		refuse(len(last) > 0 && heir == j.actor && others, "ErrSelf ErrSuccessor"),
	); v != "" {
		return nil, v
	}
	c.Role, c.Email = role.Name(j.users[id].role), j.users[id].email
	c.Teams, c.Reports, c.Links, c.HandedOver = nil, nil, nil, nil
	for _, r := range last {
		c.HandedOver = append(c.HandedOver, access.ReportID(r))
	}
	for _, t := range sortedKeys(j.teams) {
		if until, ok := j.teams[t].members[id]; ok {
			c.Teams = append(c.Teams, company.LostMembership{Team: team.ID(t), Until: until})
			delete(j.teams[t].members, id)
		}
	}
	for _, r := range sortedKeys(j.reports) {
		if g, ok := j.reports[r].users[id]; ok {
			c.Reports = append(c.Reports, company.LostGrant{Report: access.ReportID(r), Level: g.level, Until: g.until})
			delete(j.reports[r].users, id)
		}
	}
	for _, l := range j.links {
		if l.Maker == id && !l.Ended {
			c.Links = append(c.Links, access.LinkID(l.ID))
		}
	}
	slices.Sort(c.Links)
	for _, r := range last {
		j.reports[r].users[heir] = modelGrant{level: access.Creator}
	}
	delete(j.users, id)
	j.endLinks(func(l document.Link) bool { return l.Maker == id })
	return c, ""
}

func (j *judge) endLinks(which func(document.Link) bool) {
	for i, l := range j.links {
		j.links[i].Ended = l.Ended || which(l)
	}
}

func (j *judge) suspendUser(c company.SuspendUser) verdict {
	v := firstOf(
		j.ask("user.suspend", access.TargetUser(c.User)),
		j.known(c.User),
		refuse(j.users[string(c.User)].suspended, "ErrNoChange"),
	)
	if v == "" {
		j.alter(c.User, func(u *modelUser) { u.suspended = true })
	}
	return v
}

func (j *judge) reinstateUser(c company.ReinstateUser) verdict {
	u := j.users[string(c.User)]
	v := firstOf(
		j.ask("user.suspend", access.TargetUser(c.User)),
		j.known(c.User),
		refuse(!u.suspended, "ErrNoChange"),
		refuse(j.beyond(u.until), "ErrBeyondOwnEnd"),
	)
	if v == "" {
		j.alter(c.User, func(u *modelUser) { u.suspended = false })
	}
	return v
}

// badEnd reports whether an end cannot be written down.
func badEnd(until time.Time) bool { return until.UTC().Year() > 9999 }

func (j *judge) setEnd(c company.SetEnd) (company.Change, verdict) {
	from := j.users[string(c.User)].until
	if v := firstOf(
		j.ask("user.set-expiry", access.TargetUser(c.User)),
		j.known(c.User),
		refuse(c.Until.Equal(from), "ErrNoChange"),
		refuse(j.beyond(c.Until) && outlasts(c.Until, from), "ErrBeyondOwnEnd"),
		refuse(badEnd(c.Until), "ErrInvalid"),
	); v != "" {
		return nil, v
	}
	c.From = from
	j.alter(c.User, func(u *modelUser) { u.until = c.Until })
	return c, ""
}

func (j *judge) transferOwnership(c company.TransferOwnership) (company.Change, verdict) {
	if j.actor != "" {
		c.From = team.UserID(j.actor)
	}
	from, ok := j.users[string(c.From)]
	to, toOK := j.users[string(c.To)]
	was, _ := j.role(from.role)
	if v := firstOf(
		j.ask("owner.transfer", access.TargetUser(c.To)),
		refuse(!ok || !toOK, "ErrUnknown"),
		refuse(!slices.Contains(was.Capabilities, "owner.transfer") || c.From == c.To ||
			!j.active(string(c.To), j.at) || !to.until.IsZero(), "ErrInvalid"),
	); v != "" {
		return nil, v
	}
	c.Role, c.Becomes = was.Name, ""
	for _, r := range j.roles {
		if c.Becomes == "" && slices.Contains(was.Manages, r.Name) {
			c.Becomes = r.Name
		}
	}
	if c.Becomes == "" {
		return nil, "ErrInvalid"
	}
	j.alter(c.From, func(u *modelUser) { u.role = string(c.Becomes) })
	j.alter(c.To, func(u *modelUser) { u.role = string(c.Role) })
	return c, ""
}
