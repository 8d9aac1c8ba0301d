package store

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// check makes whatever a State derives from its records afresh, in the plainest
// way there is, and reports the first that is not as the State has it.
func check(s *State) error {
	for _, part := range []func(*State) error{
		checkUsers, checkRoles, checkTeams, checkAccounts, checkClasses, checkColumns, checkGroups, checkSights, checkReports, checkLinks,
	} {
		if err := part(s); err != nil {
			return err
		}
	}
	return nil
}

// membershipsOf returns all memberships that are kept of a user, also those of
// deleted teams.
func membershipsOf(s *State, u *User) []Membership {
	all := slices.Clone(s.More(u.No).Memberships)
	for _, no := range u.Teams() {
		all = append(all, Membership{Team: no})
	}
	return all
}

// checkUsers looks at what stands beside the ids of users, at addresses, and at
// what those who are gone left.
func checkUsers(s *State) error {
	addresses, users := 0, 0
	for no := range s.Users.Next() {
		id := s.Users.ID(no)
		if id == "" {
			if s.more.Get(no) != nil || s.names.Get(no) != "" || !s.emails.Get(no).IsZero() {
				return fmt.Errorf("user %d is gone, and left something", no)
			}
			continue
		}
		users++
		u, more := s.Users.Get(id), s.more.Get(no)
		if u == nil || u.No != no || u.Role != s.roles.Get(no) || more != nil && more.empty() {
			return fmt.Errorf("user %s, number %d of role %d: %+v, more %+v", id, no, s.roles.Get(no), u, more)
		}
		if err := checkStanding(s, u); err != nil {
			return fmt.Errorf("user %s: %w", id, err)
		}
		if a := s.emails.Get(no); !a.IsZero() {
			addresses++
			if holder, found := s.Emails.Find(a.Key()); !found || holder != no {
				return fmt.Errorf("user %s: address %v is that of %d, %t", id, a, holder, found)
			}
		}
	}
	if s.Emails.Len() != addresses || s.Users.Len() != users {
		return fmt.Errorf("%d addresses of %d users, want %d of %d", s.Emails.Len(), s.Users.Len(), addresses, users)
	}
	return nil
}

// checkStanding looks at whether a user is plain and lasting, and at their teams.
func checkStanding(s *State, u *User) error {
	more, all := s.More(u.No), membershipsOf(s, u)
	lasting := !more.Suspended && more.Until.IsZero()
	plain := lasting && len(all) <= 8
	var live []Membership
	for _, m := range all {
		plain = plain && m.Until.IsZero() && m.Note == ""
		if t := s.Teams.At(m.Team); t != nil {
			live = append(live, m)
			if !t.Members.Has(u.No) {
				return fmt.Errorf("they have team %s, which does not have them", t.ID)
			}
		}
	}
	if u.Lasting() != lasting || u.Plain() != plain {
		return fmt.Errorf("lasting %t, plain %t; they are in %d teams, and of them there is %+v", u.Lasting(), u.Plain(), len(all), more)
	}
	if plain && len(more.Memberships) > 0 || !plain && len(u.Teams()) > 0 {
		return fmt.Errorf("plain %t, and memberships %v beside their id, %v elsewhere", plain, u.Teams(), more.Memberships)
	}
	byID := func(a, b Membership) int { return cmp.Compare(s.Teams.At(a.Team).ID, s.Teams.At(b.Team).ID) }
	var got []Membership
	for m := range s.Memberships(u) {
		got = append(got, m)
	}
	if !slices.IsSortedFunc(got, byID) || !slices.Equal(got, live) {
		return fmt.Errorf("memberships %v, want %v, sorted", got, live)
	}
	return nil
}

// checkRoles looks at who is listed with each role.
func checkRoles(s *State) error {
	for number := range s.Roles {
		var plain, others []uint32
		lasting := 0
		for no, id := range persist.IDs(&s.Users) {
			u := s.Users.Get(id)
			switch {
			case int(s.RoleOf(no)) != number:
				continue
			case u.Plain():
				plain = append(plain, no)
			default:
				others = append(others, no)
			}
			if u.Lasting() {
				lasting++
			}
		}
		r := s.Roles[number]
		if !has(r.Plain, plain) || !has(r.Others, others) || r.Lasting != lasting || r.Holders() != len(plain)+len(others) {
			return fmt.Errorf("role %s: plain %v, others %v, %d lasting; want %v, %v, %d", r.Name,
				slices.Collect(r.Plain.All()), slices.Collect(r.Others.All()), r.Lasting, plain, others, lasting)
		}
	}
	return nil
}

// has reports whether a set has these members, and no others.
func has(set persist.Set, want []uint32) bool {
	slices.Sort(want)
	return slices.Equal(slices.Collect(set.All()), want) && set.Len() == len(want)
}

// checkTeams looks at the members and the groups of each team, and at the teams
// of each group.
func checkTeams(s *State) error {
	having := make(map[uint32][]uint32) // group -> teams
	for no, t := range persist.All(&s.Teams) {
		var members []uint32
		for i, id := range persist.IDs(&s.Users) {
			if _, in := s.Membership(s.Users.Get(id), no); in {
				members = append(members, i)
			}
		}
		if !has(t.Members, members) {
			return fmt.Errorf("team %s has members %v, want %v", t.ID, slices.Collect(t.Members.All()), members)
		}
		var ids []datagroup.ID
		for _, g := range t.GroupNumbers {
			having[g] = append(having[g], no)
			ids = append(ids, s.Groups.At(g).ID)
		}
		if !slices.Equal(t.Groups, ids) || !slices.IsSorted(ids) {
			return fmt.Errorf("team %s has groups %v, which are %v", t.ID, t.Groups, ids)
		}
	}
	for no, g := range persist.All(&s.Groups) {
		if !has(g.Teams, having[no]) {
			return fmt.Errorf("group %s is had by %v, want %v", g.ID, slices.Collect(g.Teams.All()), having[no])
		}
	}
	return nil
}

// checkAccounts looks at what stands beside the ids of accounts, and at what
// those that are gone left.
func checkAccounts(s *State) error {
	n := 0
	for no := range s.Accounts.Next() {
		id := s.Accounts.ID(no)
		for pos, c := range s.columns {
			if (id == "" || c.classed || pos < namePosition) && !c.value(no).IsMissing() {
				return fmt.Errorf("account %d, %q, has %v in column %d", no, id, c.value(no), pos)
			}
		}
		if id == "" {
			continue
		}
		n++
		a := s.Accounts.Get(id)
		if a == nil || a.No != no || a.Class != s.ofClass.Get(no) {
			return fmt.Errorf("account %s, number %d of class %d: %+v", id, no, s.ofClass.Get(no), a)
		}
	}
	if n != s.Accounts.Len() {
		return fmt.Errorf("%d accounts, want %d", s.Accounts.Len(), n)
	}
	return nil
}

// checkClasses looks at the accounts and the narrow groups of each class.
func checkClasses(s *State) error {
	w := NewWriter(s)
	accounts := make(map[uint32][]uint32)
	for no, a := range s.AllAccounts() {
		c, _, found := s.classes.Find(string(w.appendTuple(nil, rowOf(a, len(s.columns)))))
		if !found || c != s.ofClass.Get(no) {
			return fmt.Errorf("account %s is of class %d, want %d, %t", a.ID(), s.ofClass.Get(no), c, found)
		}
		accounts[c] = append(accounts[c], no)
	}
	for no, c := range persist.All(&s.classes) {
		if !has(c.accounts, accounts[no]) {
			return fmt.Errorf("class %d has accounts %v, want %v", no, slices.Collect(c.accounts.All()), accounts[no])
		}
		var groups []uint32
		for i, g := range persist.All(&s.Groups) {
			if !reads(s, g) && len(classesOf(s, g)) <= 64 && g.Filter.Match(c.like) == datagroup.True {
				groups = append(groups, i)
			}
		}
		if !has(c.groups, groups) {
			return fmt.Errorf("class %d has groups %v, want %v", no, slices.Collect(c.groups.All()), groups)
		}
	}
	return nil
}

// reads reports whether a group reads more than classes tell.
func reads(s *State, g *Group) bool {
	for _, name := range g.Filter.Reads() {
		if pos, _ := s.Schema.Position(name); !s.columns[pos].classed {
			return true
		}
	}
	return false
}

// classesOf returns the classes that a group matches.
func classesOf(s *State, g *Group) (all []uint32) {
	for no, c := range persist.All(&s.classes) {
		if g.Filter.Match(c.like) == datagroup.True {
			all = append(all, no)
		}
	}
	return all
}

// checkColumns looks at the values that classes have, and at who reads an
// attribute.
func checkColumns(s *State) error {
	for pos, c := range s.columns {
		values, name := make(map[string]bool), s.Schema.At(pos).Name
		for _, like := range persist.All(&s.classes) {
			key := valueKey(like.like.At(pos))
			if values[key] = true; c.classed && c.values.Get(key) == nil {
				return fmt.Errorf("attribute %s: value %q of a class is not noted", name, key)
			}
		}
		if n := c.values.Len(); c.classed && n != len(values) || !c.classed && n != 0 || n > maxDistinct && pos != sourcePosition {
			return fmt.Errorf("attribute %s, classed %t: %d values are noted, want %d", name, c.classed, n, len(values))
		}
		var readers []uint32
		for i, g := range persist.All(&s.Groups) {
			if reads(s, g) && slices.Contains(g.Filter.Reads(), name) {
				readers = append(readers, i)
			}
		}
		if !has(c.readers, readers) {
			return fmt.Errorf("attribute %s is read by %v, want %v", name, slices.Collect(c.readers.All()), readers)
		}
	}
	return nil
}

// checkGroups looks at what each group matches.
func checkGroups(s *State) error {
	var loose, wide []uint32
	for no, g := range persist.All(&s.Groups) {
		match := classesOf(s, g)
		if reads(s, g) {
			loose, match = append(loose, no), nil
			for i, a := range s.AllAccounts() {
				if g.Filter.Match(a) == datagroup.True {
					match = append(match, i)
				}
			}
		}
		if reads(s, g) || len(match) > 64 {
			wide = append(wide, no)
		}
		if g.loose != reads(s, g) || !has(g.match, match) {
			return fmt.Errorf("group %s: loose %t, matches %v; want %t, %v", g.ID, g.loose, slices.Collect(g.match.All()), reads(s, g), match)
		}
		for _, a := range s.AllAccounts() {
			at := s.Accounts.Get(string(a.ID()))
			want, listed := g.Filter.Match(a) == datagroup.True, false
			for i := range s.GroupsOf(at) {
				listed = listed || i == no
			}
			if g.Matches(at) != want || listed != want {
				return fmt.Errorf("group %s matches account %s: %t, listed %t; want %t", g.ID, a.ID(), g.Matches(at), listed, want)
			}
		}
	}
	if !has(s.loose, loose) || !has(s.wide, wide) {
		return fmt.Errorf("loose groups %v, wide ones %v; want %v, %v", slices.Collect(s.loose.All()), slices.Collect(s.wide.All()), loose, wide)
	}
	return nil
}

// checkSights looks at the routes of each team.
func checkSights(s *State) error {
	for no := range s.Teams.Next() {
		got, t := s.sights.Get(no), s.Teams.At(no)
		if t == nil {
			if got.marks != 0 || got.sight != nil {
				return fmt.Errorf("team %d is gone, and sees %+v", no, got)
			}
			continue
		}
		first, want := make(map[uint32]route), marked{sight: &sight{team: t.ID}}
		for at, g := range t.GroupNumbers {
			switch rec := s.Groups.At(g); {
			case s.wide.Has(g):
				want.wide, want.marks = append(want.wide, wideGroup{g, uint32(at)}), ^uint64(0)
			default:
				for _, c := range classesOf(s, rec) {
					if _, found := first[c]; !found {
						first[c] = route{c, uint32(at), rec.ID}
					}
					want.marks |= mark(c)
				}
			}
		}
		for _, r := range first {
			want.routes = append(want.routes, r)
		}
		slices.SortFunc(want.routes, func(a, b route) int { return cmp.Compare(a.class, b.class) })
		if got.marks != want.marks || got.team != want.team || !slices.Equal(got.routes, want.routes) || !slices.Equal(got.wide, want.wide) {
			return fmt.Errorf("team %s sees %+v, want %+v", t.ID, got, want)
		}
	}
	return checkSeen(s)
}

// checkSeen looks at which teams see each account, and at how many each sees.
func checkSeen(s *State) error {
	seen := make(map[uint32]int)
	for _, id := range persist.IDs(&s.Accounts) {
		var want []uint32
		a := s.Accounts.Get(id)
		for no := range persist.All(&s.Teams) {
			if _, sees := s.See(no, a); sees {
				want = append(want, no)
				seen[no]++
			}
		}
		if got := s.SeeingTeams(a); !slices.Equal(got, want) {
			return fmt.Errorf("account %s is seen by teams %v, want %v", id, got, want)
		}
	}
	for no, t := range persist.All(&s.Teams) {
		r := s.Unite([]uint32{no})
		if n := s.Count(&r); n != seen[no] || s.Shows(no) != (n > 0) {
			return fmt.Errorf("team %s sees %d accounts, any: %t; want %d", t.ID, n, s.Shows(no), seen[no])
		}
	}
	return nil
}

// checkReports looks at the names of reports, and at with whom they are shared.
func checkReports(s *State) error {
	names := 0
	for no, r := range persist.All(&s.Reports) {
		if r.Name != "" {
			names++
			if of, found := s.ReportNames.Find(text.Fold(r.Name)); !found || of != no {
				return fmt.Errorf("report %s: name %q is that of %d, %t", r.ID, r.Name, of, found)
			}
		}
		var users, teams []uint32
		for i := range persist.IDs(&s.Users) {
			if _, found := s.More(i).Grants.Find(no); found {
				users = append(users, i)
			}
		}
		for i, t := range persist.All(&s.Teams) {
			if _, found := t.Grants.Find(no); found {
				teams = append(teams, i)
			}
		}
		if !has(r.Users, users) || !has(r.Teams, teams) {
			return fmt.Errorf("report %s is shared with users %v, teams %v; want %v, %v", r.ID,
				slices.Collect(r.Users.All()), slices.Collect(r.Teams.All()), users, teams)
		}
	}
	if s.ReportNames.Len() != names {
		return fmt.Errorf("%d names of reports, want %d", s.ReportNames.Len(), names)
	}
	return nil
}

// checkLinks looks at where each link that has not ended is listed: with its
// maker, the team of its session, and what it shows.
func checkLinks(s *State) error {
	for no, l := range persist.All(&s.Links) {
		n := 0
		for i, to := range s.LinksTo(l.Kind, l.Item, l.Account) {
			if i == no && to == l {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("link %s is listed %d times with what it shows", l.ID, n)
		}
		if l.Ended {
			continue
		}
		maker := s.Users.Get(string(l.Maker))
		if maker == nil || !slices.Contains(s.More(maker.No).Links, no) {
			return fmt.Errorf("link %s is not with its maker %s", l.ID, l.Maker)
		}
		if l.Session != "" {
			if _, t, found := s.Teams.Find(string(l.Session)); !found || !slices.Contains(t.Links, no) {
				return fmt.Errorf("link %s is not with team %s", l.ID, l.Session)
			}
		}
		if l.Kind == ReportKind && !s.Reports.Has(l.Item) {
			return fmt.Errorf("link %s shows report %s, which is gone", l.ID, l.Item)
		}
	}
	return nil
}
