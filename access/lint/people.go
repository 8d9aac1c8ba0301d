package lint

import (
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// checkTeams looks at the teams, without their members.
func (k *checker) checkTeams() {
	for t := range k.d.Teams() {
		id := string(t.ID)
		for _, g := range t.Groups {
			k.attached[g] = true
		}
		if k.teamSize[id] = len(t.Groups); len(t.Groups) > 0 {
			continue
		}
		k.add(TeamWithoutGroups, place{list: teamList, id: id}, func(f *Finding) {
			f.Text = "team " + text.Quote(id) + " has no data group, so its members see nothing by it"
			for range k.d.GrantsOfTeam(team.ID(id)) {
				f.Text += " but the reports shared with it"
				break
			}
		})
	}
}

// standing is what the role of a user comes to.
type standing struct {
	seesAll, seesTeams bool
}

// standings returns that of each role.
func (k *checker) standings() map[role.Name]standing {
	all := make(map[role.Name]standing)
	for _, r := range k.d.Catalog().Roles() {
		all[r.Name] = standing{r.Scope == role.AllData, r.Scope == role.ByTeams && k.d.Catalog().Can(r.Name, access.ViewAccount)}
	}
	return all
}

// checkUsers looks at the users and their memberships.
func (k *checker) checkUsers() {
	standings := k.standings()
	for u := range k.d.Users() {
		k.checkEnd(u.Until, place{list: userList, id: string(u.ID)})
		s, memberships, current := standings[u.Role], 0, 0
		for m := range k.d.Memberships(u.ID) {
			memberships++
			if !team.End(m.Until).Ended(k.now) {
				current++
			}
			k.checkMember(s, u, m)
		}
		if s.seesTeams && current == 0 && u.Active(k.now) {
			k.addTeamless(u, memberships)
		}
	}
}

// addTeamless adds a user who has a number of memberships that have ended.
func (k *checker) addTeamless(u team.User, ended int) {
	k.add(UserWithoutTeam, place{list: userList, id: string(u.ID)}, func(f *Finding) {
		f.Text = "user " + text.Quote(u.ID) + " sees the data of teams by the role " + text.Plain(u.Role)
		if ended == 0 {
			f.Text += ", and is in none"
		} else {
			f.Text += ", and every membership has ended"
		}
	})
}

// checkMember looks at a membership of a user.
func (k *checker) checkMember(s standing, u team.User, m team.Member) {
	at := place{teamList, string(m.Team), member, string(m.User)}
	k.checkEnd(m.Until, at)
	if s.seesAll && k.teamSize[string(m.Team)] > 0 && !team.End(m.Until).Ended(k.now) {
		k.add(AllDataMember, at, sayf("user %s sees all data by the role %s, so the membership in team %s adds none",
			text.Quote(m.User), text.Plain(u.Role), text.Quote(m.Team)))
	}
}
