package console

import (
	"net/url"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// listedWho is how many of those who may are named beside something else.
const listedWho = 20

// whoList is the first who may do something, how many more there are, and the link
// to the page of all of them.
type whoList struct {
	Who    []memberLine
	Others int
	All    string
}

// whoMay returns the first who may take an action.
func (v *visit) whoMay(action access.Action, about access.Resource) whoList {
	users := v.policy.Who(action, about)
	var page smallest[team.UserID]
	for id := range users.All() {
		page.add(string(id), id)
	}
	var l whoList
	for _, id := range page.values()[:min(listedWho, users.Len())] {
		l.Who = append(l.Who, memberLine{ID: string(id), Name: v.userName(id), Link: v.linkToPerson(id)})
	}
	l.Others = users.Len() - len(l.Who)
	account := string(about.Account())
	if about.Kind() == access.KindAccount {
		account = ""
	}
	l.All = v.link("/who", "action", string(action), "kind", string(about.Kind()), "id", about.ID(), "account", account)
	return l
}

// linkToPerson returns the link to somebody's page, "" if it is not for the reader.
func (v *visit) linkToPerson(id team.UserID) string {
	if !v.mayRead(readDirectory) {
		return ""
	}
	return v.link("/person", "id", string(id))
}

// whoPage is a part of those who may do something.
type whoPage struct {
	Action, Kind, ID, Account string // what is asked
	Question                  []row
	Find                      string
	Total                     int
	Rows                      []whoRow
	Next                      string
}

// whoRow is somebody who may.
type whoRow struct {
	personRow
	Link string
}

// showWho answers with a part of those who may do something, for those to whom
// everything may be explained.
func showWho(v *visit) (*answer, error) {
	action, about := v.askedAbout()
	p := whoPage{
		Action: string(action), Kind: v.asked("kind"), ID: v.asked("id"), Account: v.asked("account"),
		Find: v.asked("find"), Question: v.question(action, about),
	}
	find, after := strings.ToLower(p.Find), v.asked("after")
	users := v.policy.Who(action, about)
	p.Total = users.Len()
	var page smallest[team.UserID]
	for id := range users.All() {
		if string(id) <= after || page.passes(string(id)) {
			continue
		}
		if u, _ := v.directory().User(id); contains(find, string(id), u.Name, u.Email.String()) {
			page.add(string(id), id)
		}
	}
	for _, id := range page.values() {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].ID)
			break
		}
		u, _ := v.directory().User(id)
		p.Rows = append(p.Rows, whoRow{v.personRow(u), v.linkToPerson(id)})
	}
	return &answer{Template: "who.html", Title: say("Who may"), Data: p}, nil
}

// askedAbout returns the action and the resource that the address of a page asks
// about.
func (v *visit) askedAbout() (access.Action, access.Resource) {
	kind, id, account := v.asked("kind"), v.asked("id"), v.asked("account")
	if kind == string(access.KindAccount) {
		account = id
	}
	return access.Action(v.asked("action")), access.Kind(kind).Resource(id, account)
}

// question says in words what is asked: the action and what it is asked of, each
// with its code or id.
func (v *visit) question(action access.Action, about access.Resource) []row {
	rows := []row{{Name: say("May do what"), Value: actionLabel(action)}}
	at := v.console.kindLabel(about.Kind())
	if about.ID() != "" {
		at = say("%s: %s", kindText(about.Kind()), v.nameAndID(about))
	}
	rows = append(rows, row{Name: say("At"), Value: at})
	if account := about.Account(); account != "" && about.Kind() != access.KindAccount {
		rows = append(rows, row{Name: say("Account"), Value: v.nameAndID(access.Account(account))})
	}
	return rows
}

// asker says in words who is asked about.
func (v *visit) asker(in url.Values) row {
	who := v.nameAndID(access.TargetUser(v.readUser(in, "user")))
	if t := in.Get("team"); t != "" {
		who = say("%s, acting in team %s", who, v.nameAndID(access.Team(t)))
	}
	return row{Name: say("Who"), Value: who}
}

// nameAndID calls a resource by its name, and by its id beside it.
func (v *visit) nameAndID(r access.Resource) phrase {
	name := resourceName(v.directory(), r)
	if r.Kind() == access.KindAccount {
		name = v.accountLine(r.Account()).Name
	}
	if name == "" || name == r.ID() {
		return named(r.ID())
	}
	return say("%s (%s)", name, r.ID())
}

// actionLabel is what an action lets somebody do, with its code: one of the host's
// own is its code alone.
func actionLabel(a access.Action) phrase {
	text := actionText(a)
	if _, own := text.name(); own {
		return text
	}
	return say("%s (%s)", text, string(a))
}

// kindText is what a kind of thing is called. One of the host's own is its name.
func kindText(k access.Kind) phrase {
	switch k {
	case access.KindCompany:
		return say("the company")
	case access.KindAccount:
		return say("account")
	case access.KindUser:
		return say("person")
	case access.KindRole:
		return say("role")
	case access.KindTeam:
		return say("team")
	case access.KindGroup:
		return say("data group")
	case access.KindReport:
		return say("report")
	case access.KindLink:
		return say("share link")
	}
	return named(string(k))
}

// kindLabel is what a kind is called, with its code where that is another word.
func (c *console) kindLabel(k access.Kind) phrase {
	text := kindText(k)
	if c.texts.plain(text) == string(k) {
		return text
	}
	return say("%s (%s)", text, string(k))
}
