package console

import (
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/team"
)

func teamRoutes() []route {
	return []route{
		{Path: "/teams", Menu: say("Teams"), Under: companySection, Rights: readDirectory, Show: showTeams},
		{Path: "/team", Rights: readDirectory, Show: showTeam},
	}
}

// teamsPage is a part of the list of teams.
type teamsPage struct {
	Find   string
	Rows   []teamRow
	Next   string
	Offers []offer
}

// teamRow is a line of the list.
type teamRow struct {
	ID, Name, Description string
	Members               string
	Groups                int
}

// showTeams answers with a part of the list of teams.
func showTeams(v *visit) (*answer, error) {
	p := teamsPage{Find: v.asked("find"), Offers: v.offers("teams")}
	for _, t := range v.findTeams(p.Find, v.asked("after")) {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].ID)
			break
		}
		p.Rows = append(p.Rows, teamRow{string(t.ID), t.Name, t.Description, v.countMembers(t.ID), len(t.Groups)})
	}
	return &answer{Template: "teams.html", Title: say("Teams"), Data: p}, nil
}

// findTeams returns at most one more than a page of the teams after an id whose
// name, description or id has a text in it, in byte order of ids.
func (v *visit) findTeams(find, after string) []team.Team {
	var page smallest[team.Team]
	find = strings.ToLower(find)
	for t := range v.directory().Teams() {
		if id := string(t.ID); id > after && !page.passes(id) && contains(find, id, t.Name, t.Description) {
			page.add(id, t)
		}
	}
	return page.values()
}

// mostCounted is how many members are counted for a line of a list.
const mostCounted = 1000

// countMembers returns how many members a team has, "1000+" if it is more.
func (v *visit) countMembers(id team.ID) string {
	n := 0
	for range v.directory().Members(id) {
		if n++; n > mostCounted {
			return strconv.Itoa(mostCounted) + "+"
		}
	}
	return strconv.Itoa(n)
}

// teamPage is one team, with a part of its members.
type teamPage struct {
	ID, Name, Description string
	Groups                []teamGroup
	Find                  string
	Members               []membership
	Next                  string
	Pages                 []offer // more about it
	Offers                []offer
}

// teamGroup is a data group of a team.
type teamGroup struct {
	ID, Name, Filter string
	Offers           []offer
}

// showTeam answers with a team, and what may be changed of it.
func showTeam(v *visit) (*answer, error) {
	t, ok := v.directory().Team(team.ID(v.asked("id")))
	if !ok {
		return nil, missing("team", v.asked("id"))
	}
	id := string(t.ID)
	p := teamPage{ID: id, Name: t.Name, Description: t.Description, Find: v.asked("find"), Offers: v.offers("team", "team", id),
		Pages: v.pages(id, related{"/picture", "team", say("A picture of its data")})}
	for _, g := range t.Groups {
		group, _ := v.directory().Group(g)
		p.Groups = append(p.Groups, teamGroup{string(g), group.Name, group.Filter.String(), v.offers("team-group", "team", id, "group", string(g))})
	}
	for _, m := range v.findMembers(t.ID, p.Find, v.asked("after")) {
		if len(p.Members) == pageSize {
			p.Next = v.with("after", p.Members[pageSize-1].ID)
			break
		}
		user := string(m.User)
		p.Members = append(p.Members, membership{user, v.userName(m.User), m.Until, v.offers("member", "team", id, "user", user)})
	}
	return &answer{Template: "team.html", Title: named(v.teamName(t.ID)), Data: p}, nil
}

// findMembers returns at most one more than a page of the members after an id
// whose name, address or id has a text in it.
func (v *visit) findMembers(id team.ID, find, after string) []team.Member {
	var page smallest[team.Member]
	find = strings.ToLower(find)
	for m := range v.directory().Members(id) {
		user := string(m.User)
		if user <= after || page.passes(user) {
			continue
		}
		u, _ := v.directory().User(m.User)
		if contains(find, user, u.Name, u.Email.String()) {
			page.add(user, m)
		}
	}
	return page.values()
}
