package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// machine makes States by random changes, and knows what users, memberships and
// accounts they must have.
type machine struct {
	t    *rapid.T
	w    *Writer
	hits branches

	users    map[string]team.User
	members  map[string]Membership // "user team"
	accounts map[string]datagroup.Account
}

// TestDerivedIsMadeAfresh: after any changes, whatever a State derives from its
// records is what it would be if it were made afresh, and the records are what
// the changes said. The States before have stayed as they were.
func TestDerivedIsMadeAfresh(t *testing.T) {
	t.Parallel()
	hits, all := branches{}, []string{"plain", "suspended", "ends", "nine teams", "a membership ends", "a team is gone", "narrow", "wide", "loose",
		"roles", "attributes", "removed account", "removed user", "removed group", "own values", "the empty text", "a live link", "shared"}
	for round := 0; round == 0 || round < 20 && !testing.Short() && !t.Failed() && hits.lacks(all); round++ {
		rapid.Check(t, func(t *rapid.T) { upkeep(t, hits) })
	}
	hits.require(t, all...)
}

func upkeep(t *rapid.T, hits branches) {
	m := newMachine(t, hits)
	var first *State
	for range rapid.IntRange(1, 5).Draw(t, "edits") {
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			m.change()
		}
		s := m.w.Freeze()
		m.compare(s)
		if first == nil {
			first = s
		}
		m.w = NewWriter(s)
	}
	if err := check(first); err != nil {
		t.Fatalf("later, of the first State: %v", err)
	}
}

func newMachine(t *rapid.T, hits branches) *machine {
	m := &machine{t: t, w: NewWriter(new(State)), hits: hits, users: map[string]team.User{},
		members: map[string]Membership{}, accounts: map[string]datagroup.Account{}}
	m.w.PutRoles([]role.Name{"r0", "r1", "r2"})
	m.schema(false)
	for i := range 10 {
		m.w.PutTeam(team.Team{ID: team.ID(fmt.Sprint("t", i))}, nil)
	}
	for i := range 3 {
		m.user(fmt.Sprint("u", i))
		m.group(fmt.Sprint("g", i))
		m.account(fmt.Sprint("a", i))
	}
	return m
}

// compare fails the test if a State is not as it must be.
func (m *machine) compare(s *State) {
	if err := check(s); err != nil {
		m.t.Fatal(err)
	}
	for id, want := range m.users {
		u := s.Users.Get(id)
		if u == nil || s.User(u.No) != want {
			m.t.Fatalf("user %s: %+v, want %+v", id, u, want)
		}
		for no, rec := range persist.All(&s.Teams) {
			got, in := s.Membership(u, no)
			if want, wanted := m.members[id+" "+string(rec.ID)]; in != wanted || got != want {
				m.t.Fatalf("user %s in team %s: %+v, %t, want %+v, %t", id, rec.ID, got, in, want, wanted)
			}
		}
		m.countUser(s, u)
	}
	for id, want := range m.accounts {
		a := s.Accounts.Get(id)
		if a == nil || !equalAccounts(s, s.Account(a.No), want) {
			m.t.Fatalf("account %s: %+v, want %+v", id, a, want)
		}
		if like := s.classes.At(a.Class).like; s.ownValues(a.No, &like) != nil {
			m.hits["own values"]++
		}
	}
	if len(m.users) != s.Users.Len() || len(m.accounts) != s.Accounts.Len() {
		m.t.Fatalf("%d users, %d accounts; want %d, %d", s.Users.Len(), s.Accounts.Len(), len(m.users), len(m.accounts))
	}
	for _, g := range persist.All(&s.Groups) {
		m.hits[map[bool]string{true: "loose", false: "narrow"}[g.loose]]++
		if !g.loose && !g.narrow() {
			m.hits["wide"]++
		}
	}
	for _, l := range persist.All(&s.Links) {
		if !l.Ended {
			m.hits["a live link"]++
		}
	}
}

func equalAccounts(s *State, a, b datagroup.Account) bool {
	for pos := range s.columns {
		if !a.At(pos).Equal(b.At(pos)) {
			return false
		}
	}
	return true
}

func (m *machine) countUser(s *State, u *User) {
	all := membershipsOf(s, u)
	for name, hit := range map[string]bool{
		"plain": u.Plain(), "suspended": s.More(u.No).Suspended, "ends": !s.More(u.No).Until.IsZero(), "nine teams": len(all) > 8,
		"a membership ends": slices.ContainsFunc(all, func(in Membership) bool { return !in.Until.IsZero() }),
		"a team is gone":    slices.ContainsFunc(all, func(in Membership) bool { return s.Teams.At(in.Team) == nil }),
		"shared":            len(s.More(u.No).Grants.parts) > 0,
	} {
		if hit {
			m.hits[name]++
		}
	}
}

// one draws one of a few things.
func one[T any](m *machine, what string, all ...T) T { return rapid.SampledFrom(all).Draw(m.t, what) }

// named draws one of n ids with a letter.
func (m *machine) named(letter string, n int) string {
	return fmt.Sprint(letter, rapid.IntRange(0, n-1).Draw(m.t, letter))
}

// change makes a change, of whatever kind.
func (m *machine) change() {
	switch rapid.IntRange(0, 18).Draw(m.t, "kind of change") {
	case 0, 1:
		m.user(m.named("u", 4))
	case 2:
		m.removeUser(m.named("u", 4))
	case 3, 4, 5:
		m.member(m.named("u", 4), m.named("t", 10))
	case 6:
		m.manyTeams(m.named("u", 4))
	case 7:
		m.team(m.named("t", 10))
	case 8, 9:
		m.group(m.named("g", 4))
	case 10, 11:
		m.account(m.named("a", 6))
	case 12:
		m.manyAccounts()
	case 13:
		m.schema(one(m, "another attribute", true, false))
	case 14:
		m.hits["roles"]++
		m.w.PutRoles(rapid.Permutation([]role.Name{"r0", "r1", "r2"}).Draw(m.t, "roles"))
	default:
		m.report(m.named("p", 3))
	}
}

func (m *machine) user(id string) {
	number := rapid.IntRange(0, 2).Draw(m.t, "role")
	u := team.User{ID: team.UserID(id), Name: one(m, "name", "", "Ann", "Bob"), Role: m.w.Roles[number].Name,
		Suspended: one(m, "suspended", false, false, false, true), Until: one(m, "until", time.Time{}, time.Time{}, time.Unix(9, 0)),
		Note: one(m, "note", "", "", "a note")}
	if email := one(m, "email", "", "x@x.test", "y@x.test", "z@x.test"); email != "" {
		a, err := team.ParseAddress(email)
		if err != nil {
			m.t.Fatal(err)
		}
		if holder, taken := m.w.Emails.Find(a.Key()); !taken || m.w.Users.ID(holder) == id {
			u.Email = a
		}
	}
	m.w.PutUser(u, number)
	m.users[id] = u
}

func (m *machine) removeUser(id string) {
	u := m.w.Users.Get(id)
	if u == nil {
		return
	}
	m.hits["removed user"]++
	m.w.RemoveUser(u.No)
	delete(m.users, id)
	for i := range 10 {
		delete(m.members, fmt.Sprint(id, " t", i))
	}
}

// member puts a user into a team, or takes them out of it.
func (m *machine) member(user, in string) {
	u := m.w.Users.Get(user)
	no, t, found := m.w.Teams.Find(in)
	if u == nil || !found {
		return
	}
	if t.Members.Has(u.No) && one(m, "remove", true, false) {
		m.w.RemoveMember(no, u.No)
		delete(m.members, user+" "+in)
		return
	}
	rec := Membership{Team: no, Until: one(m, "until", time.Time{}, time.Time{}, time.Time{}, time.Unix(5, 0)), Note: one(m, "note", "", "", "", "a note")}
	m.w.PutMember(u.No, rec)
	m.members[user+" "+in] = rec
}

// manyTeams puts a user into all teams but the first few.
func (m *machine) manyTeams(user string) {
	u := m.w.Users.Get(user)
	for i := rapid.IntRange(0, 3).Draw(m.t, "first"); i < 10 && u != nil; i++ {
		id := fmt.Sprint("t", i)
		if no, t, found := m.w.Teams.Find(id); found && !t.Members.Has(u.No) {
			m.w.PutMember(u.No, Membership{Team: no})
			m.members[user+" "+id] = Membership{Team: no}
		}
	}
}

// team makes or changes a team, or removes it.
func (m *machine) team(id string) {
	no, _, found := m.w.Teams.Find(id)
	if found && one(m, "remove", true, false, false) {
		m.w.RemoveTeam(no)
		for user := range m.users {
			delete(m.members, user+" "+id)
		}
		return
	}
	var groups []uint32
	for g := range persist.All(&m.w.Groups) {
		if rapid.Bool().Draw(m.t, "has group") {
			groups = append(groups, g)
		}
	}
	m.w.PutTeam(team.Team{ID: team.ID(id), Name: one(m, "name", "", "A")}, groups)
	if u := m.named("u", 4); m.users[u].ID != "" && !found {
		m.member(u, id)
	}
}

var machineFilters = []string{
	"everything", "nothing", "x = 'x1'", "x missing", "x = ''", "x prefix 'm'", "not x in ('x1', 'x2')", "source = 's' and y = 'x1'",
	"n > 2", "name prefix 'A'", "name = '' or x = 'x1'", "id in ('a0', 'a1', 'm3')", "x = 'x1' and n < 3", "n missing",
}

func (m *machine) group(id string) {
	no, _, found := m.w.Groups.Find(id)
	if found && one(m, "remove", true, false, false) {
		m.hits["removed group"]++
		m.w.RemoveGroup(no)
		return
	}
	filter, err := m.w.Schema.Parse(one(m, "filter", machineFilters...))
	if err != nil {
		m.t.Fatal(err)
	}
	m.w.PutGroup(datagroup.Group{ID: datagroup.ID(id), Name: one(m, "name", "", "A"), Filter: filter})
}

// account connects or changes an account, or removes it.
func (m *machine) account(id string) {
	if a := m.w.Accounts.Get(id); a != nil && one(m, "remove", true, false, false) {
		m.hits["removed account"]++
		m.w.RemoveAccount(a.No)
		delete(m.accounts, id)
		return
	}
	values := map[string]datagroup.Value{}
	for _, name := range []string{"x", "y", "name"} {
		if v := one(m, name, "-", "", "x1", "x2", "A"); v != "-" {
			values[name] = datagroup.Text(v)
		}
		if v := values[name]; v.Type() == datagroup.StringType && v.Text() == "" {
			m.hits["the empty text"]++
		}
	}
	if n := rapid.IntRange(0, 4).Draw(m.t, "n"); n > 0 {
		values["n"] = datagroup.Number(float64(n))
	}
	m.put(id, "s", values)
}

func (m *machine) put(id, source string, values map[string]datagroup.Value) {
	a, err := m.w.Schema.Account(datagroup.AccountID(id), source, values)
	if err != nil {
		m.t.Fatal(err)
	}
	m.w.PutAccount(rowOf(a, m.w.Schema.Len()))
	m.accounts[id] = a
}

// manyAccounts connects so many accounts, each of its own class, that some groups
// become wide, or removes them.
func (m *machine) manyAccounts() {
	remove := one(m, "remove", true, false)
	for i := range rapid.IntRange(60, 66).Draw(m.t, "many") {
		id := fmt.Sprint("m", i)
		if a := m.w.Accounts.Get(id); !remove {
			m.put(id, "s", map[string]datagroup.Value{"x": datagroup.Text(id), "n": datagroup.Number(float64(i % 5))})
		} else if a != nil {
			m.w.RemoveAccount(a.No)
			delete(m.accounts, id)
		}
	}
}

// schema declares the attributes, another as well or not: no account has a value
// for it, and no filter reads it.
func (m *machine) schema(other bool) {
	m.hits["attributes"]++
	all := []datagroup.Attribute{{Name: "n", Type: datagroup.NumberType}, {Name: "x", Type: datagroup.StringType}, {Name: "y", Type: datagroup.StringType}}
	if other {
		all = append(all, datagroup.Attribute{Name: "another", Type: datagroup.StringType})
	}
	schema, err := datagroup.NewSchema(all...)
	if err == nil {
		err = m.w.PutSchema(schema)
	}
	for id, a := range m.accounts {
		if m.accounts[id], err = a.Rebind(schema); err != nil {
			break
		}
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// report makes, shares, shows or removes a report.
func (m *machine) report(id string) {
	no, rec, found := m.w.Reports.Find(id)
	name := one(m, "name", "", "Q", "q1", "Q1")
	u := m.w.Users.Get(m.named("u", 4))
	t, in, there := m.w.Teams.Find(m.named("t", 10))
	switch what := rapid.IntRange(0, 7).Draw(m.t, "what"); {
	case !found || what == 0:
		if holder, taken := m.w.ReportNames.Find(text.Fold(name)); name == "" || !taken || found && holder == no {
			m.w.PutReport(id, name, "")
		}
	case what == 1:
		m.w.RemoveReport(no)
	case what == 2 && there && rec.Teams.Has(t):
		m.w.RemoveTeamGrant(no, t)
	case what < 4 && there:
		m.w.PutTeamGrant(t, Grant{Of: no, Level: 1})
	case u == nil:
	case what == 4 && rec.Users.Has(u.No):
		m.w.RemoveUserGrant(no, u.No)
	case what < 6:
		m.w.PutUserGrant(u.No, Grant{Of: no, Level: uint8(what)})
	default:
		l := Link{ID: "l" + id + m.w.Users.ID(u.No), Maker: team.UserID(m.w.Users.ID(u.No)), Kind: ReportKind, Item: id}
		if _, old, found := m.w.Links.Find(l.ID); found { // which keeps its maker and resource
			l.Session = old.Session
			l.Ended = old.Ended || what == 7
		} else if there {
			l.Session = in.ID
		}
		m.w.PutLink(l)
	}
}
