package diff

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// local is the part of two policies in which somebody may gain or lose, if nothing
// differs that decides about everybody at once, such as the roles: then what
// happens to a user depends on themselves and their teams, and on the users, teams
// and data groups that their role lets them do something to.
//
// If a role has other holders whose holders manage others or are counted, the part
// has every user, team and data group, to ask what may be done to them, but no more
// users who may gain or lose.
type local struct {
	policy    *access.Policy // the next one
	old, next access.Directory
	users     map[team.UserID]bool              // true for those whose own records differ
	teams     []string                          // that are in one policy only
	groups    []string                          // that are in one policy only
	changed   []string                          // teams of which something differs, in byte order
	everyone  bool                              // what may be done to all of them may differ
	examples  []datagroup.AccountID             // accounts, in byte order: all if something differs of a user who sees all
	accounts  map[team.ID][]datagroup.AccountID // which a team may see in one policy only
}

// localTo returns the part in which two policies differ, nil if they may differ
// anywhere.
func localTo(old, next *access.Policy) *local {
	l := &local{policy: next, old: old.Directory(), next: next.Directory(), users: map[team.UserID]bool{}, accounts: map[team.ID][]datagroup.AccountID{}}
	c := l.next.Since(l.old)
	if c.Catalog || c.Attributes || len(c.Links) > 0 || !l.concernsFew(c) {
		return nil
	}
	for _, id := range c.Users {
		l.users[team.UserID(id)] = true
	}
	l.addAccounts(c)
	if !l.everyone && slices.Contains(slices.Collect(maps.Values(l.users)), true) {
		l.addExamples()
	}
	return l
}

// concernsUser reports whether a user may gain or lose something.
func (l *local) concernsUser(id team.UserID) bool {
	_, found := l.users[id]
	return found
}

// isChanged reports whether something differs of a team itself.
func (l *local) isChanged(id string) bool {
	_, found := slices.BinarySearch(l.changed, id)
	return found
}

// concerns reports whether members of a team who are the same in both policies may
// gain or lose something in its sessions.
func (l *local) concerns(id string) bool {
	return len(l.accounts[team.ID(id)]) > 0 || l.isChanged(id)
}

// concernsFew reports whether what differs may be compared in a part, and notes who
// may do something to the users, teams and data groups that are not what they were.
func (l *local) concernsFew(c document.Changes) bool {
	has := func(r access.Resource) bool { return l.old.Has(r) && l.next.Has(r) }
	if slices.ContainsFunc(c.Accounts, func(id string) bool { return !has(access.Account(id)) }) ||
		slices.ContainsFunc(c.Reports, func(id string) bool { return !has(access.Report(access.ReportID(id))) }) {
		return false
	}
	for _, id := range c.Teams {
		if !has(access.Team(id)) {
			l.teams = append(l.teams, id)
		}
	}
	for _, id := range c.Groups {
		if !has(access.Group(id)) {
			l.groups = append(l.groups, id)
		}
	}
	standing, allData := false, false
	for _, id := range c.Users {
		was, before := l.old.User(team.UserID(id))
		is, now := l.next.User(team.UserID(id))
		if before && now && was.Role == is.Role && was.Suspended == is.Suspended && was.Until.Equal(is.Until) {
			continue
		}
		standing = true
		l.everyone = l.everyone || before && !l.isOrdinary(was.Role) || now && !l.isOrdinary(is.Role)
		allData = allData || l.scope(was.Role) == role.AllData || l.scope(is.Role) == role.AllData
	}
	for a := range l.next.Accounts() {
		if l.examples = append(l.examples, a.ID()); !allData {
			break
		}
	}
	slices.Sort(l.examples)
	for at, differs := range map[access.Resource]bool{
		access.TargetUser(""): standing, access.Role(""): l.everyone, access.Team(""): len(l.teams) > 0, access.Group(""): len(l.groups) > 0,
	} {
		if differs {
			l.addActors(at)
		}
	}
	return true
}

// isOrdinary reports whether it concerns few who the holders of a role are: it has
// no minimum and no maximum, and holders may do nothing to users, teams and data
// groups, of which there are many.
func (l *local) isOrdinary(name role.Name) bool {
	r, _ := l.next.Catalog().Role(name)
	return r.MinHolders == 0 && r.MaxHolders == 0 &&
		!l.acts(r, access.TargetUser("")) && !l.acts(r, access.Team("")) && !l.acts(r, access.Group(""))
}

// scope returns which data the holders of a role see.
func (l *local) scope(name role.Name) role.Scope {
	r, _ := l.next.Catalog().Role(name)
	return r.Scope
}

// acts reports whether holders of a role may do something to things of a kind.
func (l *local) acts(r role.Role, at access.Resource) bool {
	return slices.ContainsFunc(r.Capabilities, func(a role.Action) bool { return l.policy.Applies(a, at).Allowed })
}

// addActors adds the users who may do something to things of a kind.
func (l *local) addActors(at access.Resource) {
	for _, r := range l.next.Catalog().Roles() {
		if !l.acts(r, at) {
			continue
		}
		for u := range l.next.UsersWith(r.Name) {
			l.addUser(u.ID)
		}
	}
}

// addUser adds a user whose own records may be the same in both policies.
func (l *local) addUser(id team.UserID) {
	if !l.users[id] {
		l.users[id] = false
	}
}

// addAccounts notes which accounts each team may see in one policy only: those that
// a data group of it matches there only, and those of a data group that it has
// there only. It adds the members of these teams, and of those that differ
// otherwise.
func (l *local) addAccounts(c document.Changes) {
	l.changed = c.Teams
	byGroup, byTeam := map[datagroup.ID][]datagroup.AccountID{}, map[team.ID][][]datagroup.AccountID{}
	for _, id := range c.Groups {
		var all []datagroup.AccountID
		for a := range l.next.AccountsSince(l.old, datagroup.ID(id)) {
			all = append(all, a)
		}
		byGroup[datagroup.ID(id)] = all
	}
	for _, id := range c.Accounts {
		for g := range l.next.GroupsSince(l.old, datagroup.AccountID(id)) {
			byGroup[g] = append(byGroup[g], datagroup.AccountID(id))
		}
	}
	for g, all := range byGroup {
		all = sorted(all)
		teams := map[team.ID]bool{}
		for _, d := range []access.Directory{l.old, l.next} {
			for t := range d.TeamsWith(g) {
				teams[t] = true
			}
		}
		for t := range teams {
			byTeam[t] = append(byTeam[t], all)
		}
	}
	for _, id := range c.Teams {
		was, _ := l.old.Team(team.ID(id))
		is, _ := l.next.Team(team.ID(id))
		for _, g := range slices.Concat(was.Groups, is.Groups) {
			if !slices.Contains(was.Groups, g) || !slices.Contains(is.Groups, g) {
				byTeam[team.ID(id)] = append(byTeam[team.ID(id)], l.matched(g))
			}
		}
		l.addMembers(team.ID(id))
	}
	for id, lists := range byTeam {
		if l.accounts[id] = lists[0]; len(lists) > 1 {
			l.accounts[id] = sorted(slices.Concat(lists...))
		}
		l.addMembers(id)
	}
}

// matched returns the accounts that a data group matches in either policy.
func (l *local) matched(g datagroup.ID) (all []datagroup.AccountID) {
	for _, d := range []access.Directory{l.old, l.next} {
		for a := range d.AccountsSince(access.Directory{}, g) {
			all = append(all, a)
		}
	}
	return sorted(all)
}

// sorted sorts accounts, and leaves each once.
func sorted(all []datagroup.AccountID) []datagroup.AccountID {
	slices.Sort(all)
	return slices.Compact(all)
}

// addMembers adds those who were in a team or are.
func (l *local) addMembers(id team.ID) {
	for _, d := range []access.Directory{l.old, l.next} {
		for m := range d.Members(id) {
			l.addUser(m.User)
		}
	}
}

// addExamples adds a few users of each role and standing in either policy: whether
// somebody may do anything to users is asked about them.
func (l *local) addExamples() {
	for _, d := range []access.Directory{l.old, l.next} {
		for _, r := range d.Catalog().Roles() {
			all, lasting := d.Holders(r.Name)
			left := map[bool]int{true: min(2, lasting), false: min(2, all-lasting)}
			for u := range d.UsersWith(r.Name) {
				if left[true]+left[false] == 0 {
					break
				}
				if is := !u.Suspended && u.Until.IsZero(); left[is] > 0 {
					left[is]--
					l.addUser(u.ID)
				}
			}
		}
	}
}

// document returns the part of one of the policies: the users, what they are in,
// what is shared with them, and the links that it concerns. Of what is the same in
// both it has one of each kind.
func (l *local) document(d access.Directory) *document.Document {
	part := &document.Document{}
	teams, reports := map[team.ID][]document.Member{}, map[access.ReportID][]document.Grant{}
	links := map[access.LinkID]access.ShareLink{}
	for _, u := range l.usersOf(d) {
		part.Users = append(part.Users, document.UserOf(u))
		id := u.ID
		if !l.concernsUser(u.ID) {
			continue
		}
		for m := range d.Memberships(id) {
			teams[m.Team] = append(teams[m.Team], document.MemberOf(m))
		}
		for g := range d.GrantsOf(id) {
			reports[g.Report] = append(reports[g.Report], g.Entry())
			if l.users[id] {
				for s := range d.LinksTo(access.Report(g.Report)) {
					links[s.ID] = s
				}
			}
		}
		for s := range d.LinksOf(id) {
			links[s.ID] = s
		}
	}
	l.addThings(part, d, teams)
	for _, id := range slices.Sorted(maps.Keys(teams)) {
		part.Teams = append(part.Teams, document.Team{ID: string(id), Members: teams[id]})
		if len(teams[id]) == 0 {
			continue
		}
		for g := range d.GrantsOfTeam(id) {
			reports[g.Report] = append(reports[g.Report], g.Entry())
		}
	}
	for _, id := range slices.Sorted(maps.Keys(reports)) {
		part.Reports = append(part.Reports, document.Report{ID: string(id), Grants: reports[id]})
	}
	if l.everyone { // as who may remove its maker may differ
		for s := range d.Links() {
			links[s.ID] = s
		}
	}
	for _, id := range slices.Sorted(maps.Keys(links)) {
		part.Links = append(part.Links, links[id].Entry())
	}
	return part
}

// usersOf returns the users of the part, in byte order.
func (l *local) usersOf(d access.Directory) []team.User {
	var all []team.User
	if l.everyone {
		all = slices.Collect(d.Users())
	} else {
		for id := range l.users {
			if u, ok := d.User(id); ok {
				all = append(all, u)
			}
		}
	}
	slices.SortFunc(all, func(a, b team.User) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// addThings adds the teams and data groups that something may be done to, and at
// least one data group, as whether there are any may be asked.
func (l *local) addThings(part *document.Document, d access.Directory, teams map[team.ID][]document.Member) {
	if l.everyone {
		for t := range d.Teams() {
			teams[t.ID] = slices.Clip(teams[t.ID])
		}
	}
	for _, id := range l.teams {
		if d.Has(access.Team(id)) {
			teams[team.ID(id)] = slices.Clip(teams[team.ID(id)])
		}
	}
	groups := slices.DeleteFunc(slices.Clone(l.groups), func(id string) bool { return !d.Has(access.Group(id)) })
	for g := range d.Groups() {
		if !l.everyone && len(groups) > 0 {
			break
		}
		groups = append(groups, string(g.ID))
	}
	slices.Sort(groups)
	part.Groups = mapped(slices.Compact(groups), func(id string) document.Group { return document.Group{ID: id} })
}
