package console

import (
	"cmp"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func viewAsRoutes() []route {
	return []route{{Path: "/view-as", Rights: []access.Action{access.ReadAudit}, Show: showViewAs}}
}

// viewAsPage is what somebody sees, at company level or in one team.
type viewAsPage struct {
	ID, Name string
	Team     string
	Teams    []membership
	Denied   phrase // why they see nothing; none if they may act
	Actions  []actionGroup
	Sources  []sourceCount
	Total    int
	Accounts []accountLine
	Next     string
	Reports  []reportLine
	More     bool // there are more reports
}

// accountLine is an account in a list.
type accountLine struct{ ID, Name, Source string }

// showViewAs answers with exactly what somebody sees.
func showViewAs(v *visit) (*answer, error) {
	user, ok := v.directory().User(team.UserID(v.asked("user")))
	if !ok {
		return nil, missing("user", v.asked("user"))
	}
	who := access.User(user.ID)
	p := viewAsPage{ID: string(user.ID), Name: v.userName(user.ID), Team: v.asked("team"), Teams: v.teamsOf(user.ID)}
	if p.Team != "" {
		who = access.Session(user.ID, team.ID(p.Team))
	}
	if active := v.policy.Active(who); !active.Allowed {
		p.Denied = say("They may do nothing: %s.", active.String())
	} else {
		p.Actions = v.mayDo(who)
	}
	view := v.policy.View(who)
	p.Sources, p.Total = v.sources(view)
	p.Accounts, p.Next = v.pageOfAccounts(view, "")
	p.Reports, p.More = v.reportsOf(who)
	return &answer{Template: "viewas.html", Title: say("What %s sees", p.Name), Data: p}, nil
}

// pageOfAccounts returns a page of the accounts that a view has whose id or name
// has a text in it, and the link to the next one.
func (v *visit) pageOfAccounts(view access.View, find string) (rows []accountLine, next string) {
	var page smallest[datagroup.AccountID]
	after := v.asked("after")
	for id := range view.Accounts() {
		if string(id) <= after || page.passes(string(id)) {
			continue
		}
		if find == "" || contains(find, string(id), v.accountLine(id).Name) {
			page.add(string(id), id)
		}
	}
	for _, id := range page.values() {
		if len(rows) == pageSize {
			return rows, v.with("after", rows[pageSize-1].ID)
		}
		rows = append(rows, v.accountLine(id))
	}
	return rows, ""
}

func (v *visit) accountLine(id datagroup.AccountID) accountLine {
	account, _ := v.directory().Account(id)
	return accountLine{string(id), account.Value("name").Text(), account.Source()}
}

// reportsOf returns the reports that somebody may read, at most a page, and
// whether there are more.
func (v *visit) reportsOf(who access.Subject) (rows []reportLine, more bool) {
	for id := range v.policy.Reports(who, access.ViewReport) {
		if len(rows) == pageSize {
			more = true
			break
		}
		level := v.policy.Decide(who, access.ViewReport, access.Report(id)).Level
		rows = append(rows, reportLine{string(id), resourceName(v.directory(), access.Report(id)), level.String()})
	}
	slices.SortFunc(rows, func(a, b reportLine) int { return cmp.Compare(a.ID, b.ID) })
	return rows, more
}
