package diff

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// local is the part of two policies in which somebody may gain or lose, if what
// differs is data groups, the attributes of accounts, memberships and grants only:
// then what happens to a user depends on themselves and their teams. What decides
// about everybody at once is the same in both: who and what there is, the roles,
// and the standing of each user.
type local struct {
	old, next access.Directory
	users     map[team.UserID]bool              // true for those whose own records differ
	accounts  map[team.ID][]datagroup.AccountID // which a team may see in one policy only
}

// localTo returns the part in which two policies differ, nil if they may differ
// anywhere.
func localTo(old, next *access.Policy) *local {
	l := &local{old.Directory(), next.Directory(), map[team.UserID]bool{}, map[team.ID][]datagroup.AccountID{}}
	c := l.next.Since(l.old)
	if c.Catalog || c.Attributes || len(c.Links) > 0 || !l.inBoth(c) {
		return nil
	}
	for _, id := range c.Users {
		l.users[team.UserID(id)] = true
	}
	for _, id := range c.Teams {
		l.addTeam(team.ID(id))
	}
	for _, id := range c.Groups {
		for a := range l.next.AccountsSince(l.old, datagroup.ID(id)) {
			l.addAccount(datagroup.ID(id), a)
		}
	}
	for _, id := range c.Accounts {
		for g := range l.next.GroupsSince(l.old, datagroup.AccountID(id)) {
			l.addAccount(g, datagroup.AccountID(id))
		}
	}
	l.settle()
	return l
}

// inBoth reports whether all that differs is in both policies, and users keep
// their role and for how long they may act.
func (l *local) inBoth(c document.Changes) bool {
	has := func(r access.Resource) bool { return l.old.Has(r) && l.next.Has(r) }
	for _, id := range c.Users {
		was, before := l.old.User(team.UserID(id))
		is, now := l.next.User(team.UserID(id))
		if !before || !now || was.Role != is.Role || was.Suspended != is.Suspended || !was.Until.Equal(is.Until) {
			return false
		}
	}
	return !slices.ContainsFunc(c.Teams, func(id string) bool { return !has(access.Team(id)) }) &&
		!slices.ContainsFunc(c.Groups, func(id string) bool { return !has(access.Group(id)) }) &&
		!slices.ContainsFunc(c.Accounts, func(id string) bool { return !has(access.Account(id)) }) &&
		!slices.ContainsFunc(c.Reports, func(id string) bool { return !has(access.Report(access.ReportID(id))) })
}

// addTeam adds the members of a team of which something differs, and the accounts
// of the data groups that it has in one policy only.
func (l *local) addTeam(id team.ID) {
	was, _ := l.old.Team(id)
	is, _ := l.next.Team(id)
	for _, g := range slices.Concat(was.Groups, is.Groups) {
		if slices.Contains(was.Groups, g) && slices.Contains(is.Groups, g) {
			continue
		}
		for _, d := range []access.Directory{l.old, l.next} {
			for a := range d.AccountsSince(access.Directory{}, g) {
				l.accounts[id] = append(l.accounts[id], a)
			}
		}
	}
	l.addMembers(id)
}

// addAccount adds an account that a data group matches in one policy only.
func (l *local) addAccount(g datagroup.ID, a datagroup.AccountID) {
	for _, d := range []access.Directory{l.old, l.next} {
		for t := range d.TeamsWith(g) {
			l.accounts[t] = append(l.accounts[t], a)
		}
	}
}

// addMembers adds those who were in a team or are.
func (l *local) addMembers(id team.ID) {
	for _, d := range []access.Directory{l.old, l.next} {
		for m := range d.Members(id) {
			if !l.users[m.User] {
				l.users[m.User] = false
			}
		}
	}
}

// settle sorts the accounts, and adds the members of the teams that may see them.
func (l *local) settle() {
	for id, all := range l.accounts {
		slices.Sort(all)
		l.accounts[id] = slices.Compact(all)
		l.addMembers(id)
	}
	for _, own := range l.users {
		if own {
			l.addExamples()
			return
		}
	}
}

// addExamples adds a few users of each role and standing: whether somebody may do
// anything to users is asked about them.
func (l *local) addExamples() {
	for _, r := range l.next.Catalog().Roles() {
		all, lasting := l.next.Holders(r.Name)
		left := map[bool]int{true: min(2, lasting), false: min(2, all-lasting)}
		for u := range l.next.UsersWith(r.Name) {
			if left[true]+left[false] == 0 {
				break
			}
			if is := !u.Suspended && u.Until.IsZero(); left[is] > 0 {
				left[is]--
				if !l.users[u.ID] {
					l.users[u.ID] = false
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
	for _, id := range slices.Sorted(maps.Keys(l.users)) {
		u, _ := d.User(id)
		part.Users = append(part.Users, document.UserOf(u))
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
	for _, id := range slices.Sorted(maps.Keys(teams)) {
		part.Teams = append(part.Teams, document.Team{ID: string(id), Members: teams[id]})
		for g := range d.GrantsOfTeam(id) {
			reports[g.Report] = append(reports[g.Report], g.Entry())
		}
	}
	for _, id := range slices.Sorted(maps.Keys(reports)) {
		part.Reports = append(part.Reports, document.Report{ID: string(id), Grants: reports[id]})
	}
	for _, id := range slices.Sorted(maps.Keys(links)) {
		part.Links = append(part.Links, links[id].Entry())
	}
	for a := range d.Accounts() {
		part.Accounts = append(part.Accounts, document.Account{ID: string(a.ID())})
		break
	}
	for g := range d.Groups() {
		part.Groups = append(part.Groups, document.Group{ID: string(g.ID)})
		break
	}
	return part
}

// seen returns the accounts that a team sees, in byte order: only those that it may
// see in one policy only, for a user whose own records are the same in both.
func (l *local) seen(d access.Directory, id team.ID) []datagroup.AccountID {
	var list []datagroup.AccountID
	view := d.ViewOfTeam(id)
	for _, a := range l.accounts[id] {
		if view.Sees(a) {
			list = append(list, a)
		}
	}
	return list
}
