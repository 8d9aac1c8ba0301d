package access_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/role"
)

// worldRoles are the three kinds of role there are for seeing data.
var worldRoles = []string{"without-view", "by-teams", "all-data"}

func worldCatalog(t *testing.T) *role.Catalog {
	t.Helper()
	c, err := role.NewCatalog([]role.Role{
		{Name: "without-view", Scope: role.AllData},
		{Name: "by-teams", Capabilities: []role.Action{"account.view"}},
		{Name: "all-data", Capabilities: []role.Action{"account.view"}, Scope: role.AllData}})
	if err != nil {
		t.Fatalf("catalog: %v", err)
	}
	return c
}

// The states of a membership.
const (
	memberNo = iota
	memberYes
	memberEnded
)

// smallCompany is a world of two users, teams, groups and accounts, by number.
type smallCompany struct {
	role   [2]uint8
	member [2][2]uint8 // of user and team
	holds  [2][2]uint8 // team and group, 0 or 1
	match  [2][2]uint8 // group and account, 0 or 1
}

// smallWorld returns the world of a number below 3²·3⁴·2⁴·2⁴.
func smallWorld(n int) smallCompany {
	var w smallCompany
	next := func(base int) uint8 {
		digit := n % base
		n /= base
		return uint8(digit)
	}
	for i := range 2 {
		w.role[i] = next(3)
		for j := range 2 {
			w.member[i][j], w.holds[i][j], w.match[i][j] = next(3), next(2), next(2)
		}
	}
	return w
}

const smallWorlds = 9 * 81 * 16 * 16

// renamed returns the world with users, teams, groups and accounts exchanged.
func (w smallCompany) renamed(u, t, g, a int) smallCompany {
	var r smallCompany
	for i := range 2 {
		r.role[i] = w.role[i^u]
		for j := range 2 {
			r.member[i][j] = w.member[i^u][j^t]
			r.holds[i][j] = w.holds[i^t][j^g]
			r.match[i][j] = w.match[i^g][j^a]
		}
	}
	return r
}

// first reports whether no other name of the world has been seen before, and
// notes all its names.
func (w smallCompany) first(seen map[smallCompany]bool) bool {
	if seen[w] {
		return false
	}
	for names := range 16 {
		seen[w.renamed(names&1, names>>1&1, names>>2&1, names>>3)] = true
	}
	return true
}

// allowed says whether the user may view the account, in the session of a team
// or, for -1, at company level.
func (w smallCompany) allowed(user, session, account int) bool {
	all := w.role[user] == 2 && session < 0
	for t := range 2 {
		in := w.member[user][t] == memberYes && (session < 0 || session == t)
		all = all || in && (w.holds[t][0]&w.match[0][account]|w.holds[t][1]&w.match[1][account]) == 1
	}
	return all && w.role[user] != 0
}

func (w smallCompany) document() *document.Document {
	d := &document.Document{}
	for i := range 2 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "s"})
		d.Users = append(d.Users, document.User{
			ID: fmt.Sprint("u", i), Email: fmt.Sprintf("u%d@x.test", i), Role: worldRoles[w.role[i]]})
		filter := []string{"nothing", "id = 'a0'", "id = 'a1'", "id in ('a0', 'a1')"}[w.match[i][0]+2*w.match[i][1]]
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: filter})
		team := document.Team{ID: fmt.Sprint("t", i)}
		for j := range 2 {
			if w.holds[i][j] == 1 {
				team.Groups = append(team.Groups, fmt.Sprint("g", j))
			}
			switch w.member[j][i] {
			case memberYes:
				team.Members = append(team.Members, document.Member{User: fmt.Sprint("u", j)})
			case memberEnded:
				team.Members = append(team.Members, document.Member{User: fmt.Sprint("u", j), Until: model.EndText(model.Start)})
			}
		}
		d.Teams = append(d.Teams, team)
	}
	return d
}

// TestEverySmallWorld asks, in every world up to renaming, every question about
// viewing an account. Only with CI or AMBIT_LONG set it is every world: see [some].
func TestEverySmallWorld(t *testing.T) {
	t.Parallel()
	config := &access.Config{Catalog: worldCatalog(t), Now: func() time.Time { return model.Start }}
	seen := make(map[smallCompany]bool, smallWorlds)
	worlds, chosen := 0, some(24)
	for n := range smallWorlds {
		w := smallWorld(n)
		if !w.first(seen) {
			continue
		}
		worlds++
		if !chosen(worlds) {
			continue
		}
		p, err := access.Compile(w.document(), config)
		if err != nil {
			t.Fatalf("%+v: %v", w, err)
		}
		for user := range 2 {
			for session := -1; session < 2; session++ {
				s := access.User(fmt.Sprint("u", user))
				if session >= 0 {
					s = access.Session(fmt.Sprint("u", user), fmt.Sprint("t", session))
				}
				w.check(t, p, s, user, session)
			}
		}
		w.checkWho(t, p)
	}
	if worlds != 17_388 {
		t.Errorf("%d worlds", worlds)
	}
}

func (w smallCompany) check(t *testing.T, p *access.Policy, s access.Subject, user, session int) {
	n := 0
	for account := range 2 {
		want := w.allowed(user, session, account)
		r := access.Account(fmt.Sprint("a", account))
		d := p.Decide(s, access.ViewAccount, r)
		if general := access.DecideGenerally(p, s, access.ViewAccount, r); d != general {
			t.Fatalf("%+v: %v; by the steps alone %v", w, d, general)
		}
		if d.Allowed != want {
			t.Fatalf("%+v: %v: want %v", w, d, want)
		}
		if want {
			n++
		}
	}
	if got := p.View(s).Len(); got != n {
		t.Fatalf("%+v: %v sees %d accounts, want %d", w, s, got, n)
	}
}

// checkWho asks, for each account, who sees it.
func (w smallCompany) checkWho(t *testing.T, p *access.Policy) {
	for account := range 2 {
		var want []string
		for user := range 2 {
			if w.allowed(user, -1, account) {
				want = append(want, fmt.Sprint("u", user))
			}
		}
		whoIs(t, p, access.ViewAccount, access.Account(fmt.Sprint("a", account)), want)
	}
}

// sharing is a world of one report, two users and one team. A level of zero is
// no grant, and each end is none, now or later.
type sharing struct {
	user  [2]sharingUser
	level int
	end   int
}

type sharingUser struct{ level, end, member int }

// The states of an end.
const (
	endNone = iota
	endNow
	endLater
)

// hasEnded reports whether an end has come. Later is not yet.
func hasEnded(end int) bool { return end == endNow }

// sharingUsers returns every way in which a user may stand to the report.
func sharingUsers() []sharingUser {
	var all []sharingUser
	for member := range 3 {
		all = append(all, sharingUser{member: member})
		for level := 1; level <= 4; level++ {
			for end := range 3 {
				all = append(all, sharingUser{level, end, member})
			}
		}
	}
	return all
}

// reaches returns the level that the user has at the report, at company level
// or in the session of the team alike.
func (w sharing) reaches(user int) int {
	u, level := w.user[user], 0
	if !hasEnded(u.end) {
		level = u.level
	}
	if u.member == memberYes && !hasEnded(w.end) {
		level = max(level, w.level)
	}
	return level
}

func (w sharing) document() *document.Document {
	until := []string{"", model.EndText(model.Start), model.EndText(model.Start.Add(1))}
	levels := []string{"", "viewer", "explorer", "editor", "creator"}
	team, report := document.Team{ID: "t"}, document.Report{ID: "r"}
	d := &document.Document{}
	for i, u := range w.user {
		id := fmt.Sprint("u", i)
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: "viewer"})
		if u.member != memberNo {
			end := []string{memberYes: "", memberEnded: model.EndText(model.Start)}[u.member]
			team.Members = append(team.Members, document.Member{User: id, Until: end})
		}
		if u.level > 0 {
			report.Grants = append(report.Grants, document.Grant{User: id, Level: levels[u.level], Until: until[u.end]})
		}
	}
	if w.level > 0 {
		report.Grants = append(report.Grants, document.Grant{Team: "t", Level: levels[w.level], Until: until[w.end]})
	}
	d.Teams, d.Reports = []document.Team{team}, []document.Report{report}
	return d
}

// TestEverySharing asks, in every world up to exchanging the users, every
// question about the report. Only with CI or AMBIT_LONG set it is every world.
func TestEverySharing(t *testing.T) {
	t.Parallel()
	config := &access.Config{Now: func() time.Time { return model.Start }}
	users, worlds, chosen := sharingUsers(), 0, some(12)
	for i, first := range users {
		for _, second := range users[:i+1] {
			for team := range 7 { // no grant, or viewer and explorer with each end
				worlds++
				if !chosen(worlds) {
					continue
				}
				w := sharing{user: [2]sharingUser{first, second}, level: (team + 2) / 3, end: (team + 2) % 3}
				p, err := access.Compile(w.document(), config)
				if err != nil {
					t.Fatalf("%+v: %v", w, err)
				}
				w.check(t, p)
			}
		}
	}
	if worlds != 5_460 {
		t.Errorf("%d worlds", worlds)
	}
}

func (w sharing) check(t *testing.T, p *access.Policy) {
	report := access.Report("r")
	for i, u := range w.user {
		id := fmt.Sprint("u", i)
		has := w.reaches(i)
		for action, needed := range model.LevelActions {
			want := has >= int(needed)
			if d := p.Decide(access.User(id), access.Action(action), report); d.Allowed != want || int(d.Level) != has {
				t.Fatalf("%+v: %v at %v: want %v at level %d", w, d, d.Level, want, has)
			}
			want = want && u.member == memberYes
			if d := p.Decide(access.Session(id, "t"), access.Action(action), report); d.Allowed != want {
				t.Fatalf("%+v: %v: want %v", w, d, want)
			}
		}
	}
}
