package console

import (
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

func peopleRoutes() []route {
	return []route{
		{Path: "/people", Menu: say("People"), Under: companySection, Rights: readDirectory, Show: showPeople},
		{Path: "/person", Rights: readDirectory, Show: showPerson},
	}
}

// peoplePage is a part of the list of users.
type peoplePage struct {
	Find, Role, State string // what was asked for
	Roles             []role.Role
	States            []option
	Rows              []personRow
	Next              string
	Offers            []offer
}

// personRow is a line of the list.
type personRow struct {
	ID, Name, Email string
	Role            string
	State           phrase
	StateName       string
	Until           time.Time
}

// showPeople answers with a part of the list of users.
func showPeople(v *visit) (*answer, error) {
	p := peoplePage{
		Find: v.asked("find"), Role: v.asked("role"), State: v.asked("state"), Roles: v.directory().Catalog().Roles(),
		States: []option{{"active", stateText("active"), phrase{}}, {"suspended", stateText("suspended"), phrase{}}, {"ended", stateText("ended"), phrase{}}},
		Offers: v.offers("people"),
	}
	for _, user := range v.findUsers(p.Find, v.asked("after"), func(u team.User) bool {
		return (p.Role == "" || string(u.Role) == p.Role) && (p.State == "" || v.state(u) == p.State)
	}) {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].ID)
			break
		}
		p.Rows = append(p.Rows, v.personRow(user))
	}
	return &answer{Template: "people.html", Title: say("People"), Data: p}, nil
}

func (v *visit) personRow(u team.User) personRow {
	state := v.state(u)
	return personRow{string(u.ID), u.Name, u.Email.String(), v.roleTitle(access.Role(u.Role)), stateText(state), state, u.Until}
}

// findUsers returns at most one more than a page of the users after an id whose
// name, address or id has a text in it, and that fit, in byte order of ids.
func (v *visit) findUsers(find, after string, fits func(team.User) bool) []team.User {
	var page smallest[team.User]
	find = strings.ToLower(find)
	for u := range v.directory().Users() {
		id := string(u.ID)
		if id <= after || page.passes(id) || !fits(u) {
			continue
		}
		if contains(find, id, u.Name, u.Email.String()) {
			page.add(id, u)
		}
	}
	return page.values()
}

// contains reports whether one of some texts has a text in it, that is in lower
// case.
func contains(find string, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(strings.ToLower(text), find) {
			return true
		}
	}
	return false
}

// state is the name of how a user stands.
func (v *visit) state(u team.User) string {
	switch {
	case u.Suspended:
		return "suspended"
	case !u.Active(v.moment.Time()):
		return "ended"
	}
	return "active"
}

// stateText is the state of a user or an invitation in words.
func stateText(state string) phrase {
	switch state {
	case "active":
		return say("active")
	case "suspended":
		return say("suspended")
	case "ended":
		return say("ended")
	}
	return named(state)
}

// personPage is what holders of directory.view see of a user.
type personPage struct {
	personRow
	Teams  []membership
	Offers []offer
	Pages  []offer // more about them
}

// pagesOfPerson are the pages about somebody that the reader may open, of those
// that there are.
func (v *visit) pagesOfPerson(id team.UserID) []offer {
	return v.pages(string(id),
		related{"/access", "id", say("What they have, since when, and why")},
		related{"/view-as", "user", say("See it as they do")},
		related{"/why", "user", say("Why they may or may not")})
}

// related is a page about the same thing as another one, with the parameter that
// says which.
type related struct {
	path, key string
	title     phrase
}

// pages returns the links to pages about a thing that the reader may open.
func (v *visit) pages(id string, all ...related) []offer {
	var out []offer
	for _, p := range all {
		if r := v.console.routes[p.path]; r != nil && v.mayOpen(r) {
			out = append(out, offer{Title: p.title, Link: v.link(p.path, p.key, id)})
		}
	}
	return out
}

// showPerson answers with what the list has of one user, and what may be changed
// of them.
func showPerson(v *visit) (*answer, error) {
	id := team.UserID(v.asked("id"))
	user, ok := v.directory().User(id)
	if !ok {
		return nil, missing("user", id)
	}
	p := personPage{
		personRow: v.personRow(user), Teams: v.teamsOf(id),
		Offers: v.offers("user", "user", string(id)), Pages: v.pagesOfPerson(id),
	}
	for i, m := range p.Teams {
		p.Teams[i].Offers = v.offers("member", "team", m.ID, "user", string(id))
	}
	return &answer{Template: "person.html", Title: named(v.userName(id)), Data: p}, nil
}
