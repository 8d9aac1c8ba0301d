package bench

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// ambit is one policy after another, the way a service keeps it.
type ambit struct {
	policy  atomic.Pointer[access.Policy]
	removed *access.Policy // before a team was removed
	tables  *Workload
}

func prepareAmbit(w *Workload) func() (Engine, error) {
	d := NewDocument(w)
	return func() (Engine, error) {
		p, err := access.Compile(d, nil)
		if err != nil {
			return nil, err
		}
		e := &ambit{tables: w}
		e.policy.Store(p)
		return e, nil
	}
}

// NewDocument maps the tables of a workload to a document. Users get addresses
// there, which nobody else needs.
func NewDocument(w *Workload) *document.Document {
	d := &document.Document{Attributes: map[string]string{"country": "string", "channel": "string"}}
	for i := range w.Accounts {
		d.Accounts = append(d.Accounts, w.accountEntry(i))
	}
	for _, g := range w.Groups {
		d.Groups = append(d.Groups, document.Group{ID: g.ID, Filter: w.filterText(g.Filter)})
	}
	for _, t := range w.Teams {
		entry := document.Team{ID: t.ID}
		for _, g := range t.Groups {
			entry.Groups = append(entry.Groups, w.Groups[g].ID)
		}
		d.Teams = append(d.Teams, entry)
	}
	for i, u := range w.Users {
		d.Users = append(d.Users, w.userEntry(i))
		for _, m := range u.Teams {
			members := &d.Teams[m.Team].Members
			*members = append(*members, document.Member{User: u.ID, Until: end(m.Until)})
		}
	}
	return d
}

func (w *Workload) accountEntry(i int) document.Account {
	a := &w.Accounts[i]
	return document.Account{ID: a.ID, Source: "google", Values: map[string]datagroup.Value{
		"name":    datagroup.Text(a.Name),
		"country": datagroup.Text(w.Countries[a.Country]), "channel": datagroup.Text(w.Channels[a.Channel]),
	}}
}

func (w *Workload) userEntry(i int) document.User {
	u := &w.Users[i]
	return document.User{ID: u.ID, Email: fmt.Sprintf("user%d@example.com", i), Role: roleOf(u.SeesAll), Suspended: u.Suspended, Until: end(u.Until)}
}

func roleOf(seesAll bool) string {
	if seesAll {
		return "user"
	}
	return "team-member"
}

func end(until int64) string {
	if until == 0 {
		return ""
	}
	return document.End(time.Unix(until, 0))
}

// filterText writes a filter in the language of data groups.
func (w *Workload) filterText(f Filter) string {
	var parts []string
	if f.Country != Any {
		parts = append(parts, fmt.Sprintf("country = '%s'", w.Countries[f.Country]))
	}
	if f.Channel != Any {
		parts = append(parts, fmt.Sprintf("channel = '%s'", w.Channels[f.Channel]))
	}
	if f.Name != "" {
		parts = append(parts, fmt.Sprintf("name contains '%s'", f.Name))
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, " and ")
}

func (e *ambit) Decide(q *Question) bool {
	return e.policy.Load().Decide(access.User(q.User), access.ViewAccount, access.Account(q.Account)).Allowed
}

func (e *ambit) View(user int) func(string) bool {
	v := e.policy.Load().View(access.User(e.tables.Users[user].ID))
	return func(account string) bool { return v.Sees(datagroup.AccountID(account)) }
}

func (e *ambit) Accounts(user int) []string {
	v := e.policy.Load().View(access.User(e.tables.Users[user].ID))
	accounts := make([]string, 0, v.Len())
	for a := range v.Accounts() {
		accounts = append(accounts, string(a))
	}
	return accounts
}

func (e *ambit) Who(account int) []string {
	who := e.policy.Load().Who(access.ViewAccount, access.Account(e.tables.Accounts[account].ID))
	users := make([]string, 0, who.Len())
	for u := range who.All() {
		users = append(users, string(u))
	}
	return users
}

func (e *ambit) Explain(q *Question) int {
	return len(e.policy.Load().Explain(access.User(q.User), access.ViewAccount, access.Account(q.Account)).Remedies)
}

func (e *ambit) Preview(f Filter) int {
	p := e.policy.Load()
	filter, err := p.Directory().Schema().Parse(e.tables.filterText(f))
	if err != nil {
		panic(err)
	}
	return p.Preview(filter).Matches
}

// change makes the next policy.
func (e *ambit) change(set func(*access.Edit)) {
	edit := e.policy.Load().Edit()
	set(edit)
	p, err := edit.Policy()
	if err != nil {
		panic(err)
	}
	e.policy.Store(p)
}

func (e *ambit) Move(user, from, to int) {
	id := e.tables.Users[user].ID
	e.change(func(edit *access.Edit) {
		edit.RemoveMember(team.ID(e.tables.Teams[from].ID), team.UserID(id))
		edit.SetMember(team.ID(e.tables.Teams[to].ID), document.Member{User: id})
	})
}

func (e *ambit) SetSeesAll(user int, all bool) {
	entry := e.tables.userEntry(user)
	entry.Role = roleOf(all)
	e.change(func(edit *access.Edit) { edit.SetUser(entry) })
}

func (e *ambit) SetUntil(user int, until int64) {
	entry := e.tables.userEntry(user)
	entry.Until = end(until)
	e.change(func(edit *access.Edit) { edit.SetUser(entry) })
}

func (e *ambit) SetAccount(account int, country, channel int32) {
	entry := e.tables.accountEntry(account)
	entry.Values["country"] = datagroup.Text(e.tables.Countries[country])
	entry.Values["channel"] = datagroup.Text(e.tables.Channels[channel])
	e.change(func(edit *access.Edit) { edit.SetAccount(entry) })
}

func (e *ambit) SetFilter(group int, f Filter) {
	entry := document.Group{ID: e.tables.Groups[group].ID, Filter: e.tables.filterText(f)}
	e.change(func(edit *access.Edit) { edit.SetGroup(entry) })
}

func (e *ambit) Attach(team, group int) { e.setGroups(team, group, true) }

func (e *ambit) Detach(team, group int) { e.setGroups(team, group, false) }

// setGroups gives a team the groups of its table, with one more or less.
func (e *ambit) setGroups(team, group int, more bool) {
	entry := document.Team{ID: e.tables.Teams[team].ID}
	for _, g := range e.tables.Teams[team].Groups {
		if int(g) != group {
			entry.Groups = append(entry.Groups, e.tables.Groups[g].ID)
		}
	}
	if more {
		entry.Groups = append(entry.Groups, e.tables.Groups[group].ID)
	}
	e.change(func(edit *access.Edit) { edit.SetTeam(entry) })
}

func (e *ambit) RemoveTeam(row int) {
	e.removed = e.policy.Load()
	e.change(func(edit *access.Edit) { edit.RemoveTeam(team.ID(e.tables.Teams[row].ID)) })
}

func (e *ambit) RestoreTeam(int) { e.policy.Store(e.removed) }
