package sqlfilters

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// company is a random company. Everything in it is as its seed says.
type company struct {
	*rand.Rand
	attributes map[string]string  // that the policy declares
	pool       []document.Account // that may be connected
	policy     *access.Policy
	strangers  map[string]document.Account // whose rows the host has, and the policy does not
}

// The ids are few, so that things meet.
var (
	userIDs   = named("u", 9)
	teamIDs   = named("t", 4)
	groupIDs  = named("g", 7)
	reportIDs = named("r", 2)
	linkIDs   = named("l", 10)
)

func named(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(prefix, i)
	}
	return ids
}

// corpus is that of sqlfiltertest, with filters as texts.
var corpus = sync.OnceValues(func() ([]datagroup.Account, []string) {
	config := &sqlfiltertest.Config{Random: 1000}
	accounts := slices.DeleteFunc(sqlfiltertest.Accounts(config), func(a datagroup.Account) bool { return !fits(a) })
	filters := make([]string, 0, 3500)
	for _, f := range sqlfiltertest.Filters(config) {
		// A few long ones are enough, as they take their time.
		if f.Size() < 30 || len(filters)%10 == 0 {
			filters = append(filters, f.String())
		}
	}
	return accounts, filters
})

// fits reports whether a policy accepts the account: ids are stricter there.
func fits(a datagroup.Account) bool {
	values := make(map[string]datagroup.Value)
	for name, v := range a.Values() {
		if name != "id" && name != "source" {
			values[name] = v
		}
	}
	_, err := access.Compile(&document.Document{
		Attributes: document.AttributesOf(sqlfiltertest.Schema().Attributes()),
		Accounts:   []document.Account{{ID: string(a.ID()), Source: a.Source(), Values: values}},
	}, nil)
	return err == nil
}

// wide are filters that a random company has more often: those that match many
// accounts, and those of which the table has no column, or one of another type.
var wide = []string{
	chain(250), // more comparisons than SQL may have
	"everything", "nothing", "id present", "source present", "name present or country present", "not (note missing)", "not labels has 'US'",
	"source prefix 'g'", "spend >= 0", "rate < 1e6", "not (spend = 0)", "tier = 'gold'", "not (tier = 'gold')", "tier missing", "tier missing or tier present", "country has 'US'",
	"not country has any ('US', 'us')", "country missing", "labels present", "not (tags has all ('a', 'b'))",
}

// chain returns a filter of so many comparisons, which matches every account.
func chain(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf("not (id prefix 'none-%d')", i)
	}
	return strings.Join(parts, " and ")
}

// catalog has roles of each kind.
var catalog = document.Catalog{
	Extends: "company",
	Kinds: []role.Kind{
		{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.view"}, Link: "campaign.view"},
		{Name: "page", In: role.InCompany, Actions: []role.Action{"page.view"}, Link: "page.view"},
	},
	Roles: []role.Role{
		maker("lead", role.AllData, role.ViewAccount),
		maker("marketer", role.ByTeams, role.ViewAccount),
		maker("blind", role.ByTeams),
		maker("blind-lead", role.AllData),
	},
}

// maker returns a role whose holders make links.
func maker(name role.Name, scope role.Scope, more ...role.Action) role.Role {
	return role.Role{
		Name: name, Title: "A " + string(name), Summary: "Makes links.", Scope: scope, Offered: true,
		Capabilities: append([]role.Action{"campaign.view", "page.view", role.ShareSession}, more...),
	}
}

var roles = []string{"admin", "viewer", "viewer", "team-member", "lead", "marketer", "marketer", "marketer", "blind", "blind-lead"}

// newCompany returns the company of a seed, with at most so many accounts.
func newCompany(t testing.TB, seed uint64, most int) *company {
	c := &company{Rand: rand.New(rand.NewPCG(seed, 18)), strangers: make(map[string]document.Account)}
	c.drawAttributes(most > 100 && c.oneIn(2))
	c.drawPool(most)
	d := &document.Document{Catalog: catalog, Attributes: c.attributes, Accounts: c.pool[:len(c.pool)*3/4]}
	for _, a := range c.pool[len(d.Accounts):] {
		if len(c.strangers) < 5 {
			c.strangers[a.ID] = a
		}
	}
	var err error
	if c.policy, err = access.Compile(d, nil); err != nil {
		t.Fatal(err)
	}
	for i := range max(len(groupIDs), len(userIDs), len(linkIDs)) {
		c.try(func(e *access.Edit) { c.setGroup(e, groupIDs[i%len(groupIDs)]) })
		c.try(func(e *access.Edit) { c.setTeam(e, teamIDs[i%len(teamIDs)]) })
		c.try(func(e *access.Edit) { c.setUser(e, userIDs[i%len(userIDs)]) })
		c.try(func(e *access.Edit) { e.SetReport(document.Report{ID: reportIDs[i%len(reportIDs)]}) })
	}
	for range 2 * len(userIDs) {
		c.try(c.setMember)
		c.try(c.setGrant)
	}
	for _, id := range slices.Concat(linkIDs, linkIDs) {
		c.try(func(e *access.Edit) { c.setLink(e, id) })
	}
	if c.oneIn(2) { // by Document and by Edit are the same
		if c.policy, err = access.Compile(c.policy.Document(), nil); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// drawAttributes draws what the policy declares: what the table has columns for,
// less, more (surely if it is said), or something else under the same name.
func (c *company) drawAttributes(more bool) {
	c.attributes = document.AttributesOf(sqlfiltertest.Schema().Attributes())
	switch n := c.IntN(4); {
	case more || n == 1:
		c.attributes["tier"] = "string"
	case n == 0:
		for _, name := range slices.Sorted(maps.Keys(c.attributes)) {
			if c.oneIn(3) {
				delete(c.attributes, name)
			}
		}
	case n == 2:
		c.attributes["country"] = "labels"
	}
}

// drawPool draws accounts of the corpus, with values of the declared attributes.
func (c *company) drawPool(most int) {
	accounts, _ := corpus()
	for _, i := range c.Perm(len(accounts))[:min(most, len(accounts))] {
		c.pool = append(c.pool, c.entry(accounts[i]))
	}
}

// entry returns an account of the corpus as one of the policy.
func (c *company) entry(a datagroup.Account) document.Account {
	e := document.Account{ID: string(a.ID()), Source: a.Source(), Values: make(map[string]datagroup.Value)}
	for name, v := range a.Values() {
		switch declared := c.attributes[name]; {
		case name == "name", declared == v.Type().String():
			e.Values[name] = v
		case declared == "labels":
			e.Values[name] = datagroup.Labels(v.Text())
		}
	}
	if c.attributes["tier"] != "" && c.oneIn(2) {
		e.Values["tier"] = datagroup.Text(oneOf(c, "gold", "silver", ""))
	}
	return e
}

func (c *company) oneIn(n int) bool { return c.IntN(n) == 0 }

func oneOf[T any](c *company, list ...T) T { return list[c.IntN(len(list))] }

// firstHour is the hour at which nothing has ended. Ends are at the hours after it.
var firstHour = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// end returns an end, mostly none.
func (c *company) end() string {
	if !c.oneIn(3) {
		return ""
	}
	return document.End(firstHour.Add(time.Duration(1+c.IntN(3)) * time.Hour))
}

// instant returns a time about which something may end.
func (c *company) instant() time.Time {
	return firstHour.Add(time.Duration(c.IntN(4))*time.Hour + oneOf(c, 0, -time.Nanosecond, time.Nanosecond))
}

// try makes a change unless the policy refuses it.
func (c *company) try(change func(*access.Edit)) bool {
	e := c.policy.Edit()
	change(e)
	next, err := e.Policy()
	if err == nil {
		c.policy = next
	}
	return err == nil
}

// filter draws a filter, with preference for those that match some accounts.
func (c *company) filter() string {
	_, filters := corpus()
	schema := c.policy.Directory().Schema()
	text := "nothing"
	for range 12 {
		drawn := oneOf(c, filters...)
		if c.oneIn(4) || len(c.pool) > 100 && c.oneIn(2) {
			drawn = oneOf(c, wide...)
		}
		f, err := schema.Parse(drawn)
		if err != nil {
			continue // it reads what this company has not declared
		}
		text = drawn
		if m := c.policy.Preview(f); m.Matches > 0 && (m.Matches < len(c.pool)/2 || c.oneIn(2)) {
			break
		}
	}
	return text
}

func (c *company) setGroup(e *access.Edit, id string) {
	e.SetGroup(document.Group{ID: id, Filter: c.filter()})
}

func (c *company) setTeam(e *access.Edit, id string) {
	groups := slices.Clone(groupIDs)
	c.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	t := document.Team{ID: id, Groups: groups[:c.IntN(4)]}
	t.Groups = slices.DeleteFunc(t.Groups, func(id string) bool { return !c.policy.Directory().Has(access.Group(id)) })
	e.SetTeam(t)
}

func (c *company) setUser(e *access.Edit, id string) {
	e.SetUser(document.User{ID: id, Role: oneOf(c, roles...), Suspended: c.oneIn(8), Until: c.end()})
}

func (c *company) setMember(e *access.Edit) {
	e.SetMember(team.ID(oneOf(c, teamIDs...)), document.Member{User: oneOf(c, userIDs...), Until: c.end()})
}

func (c *company) setGrant(e *access.Edit) {
	g := document.Grant{User: oneOf(c, userIDs...), Level: "creator", Until: c.end()}
	if c.oneIn(4) {
		g = document.Grant{Team: oneOf(c, teamIDs...), Level: "viewer", Until: c.end()}
	}
	e.SetGrant(access.ReportID(oneOf(c, reportIDs...)), g)
}

// setLink makes a link, or changes one that is there.
func (c *company) setLink(e *access.Edit, id string) {
	if l, ok := c.policy.Directory().Link(access.LinkID(id)); ok {
		l.Ended = l.Ended || c.oneIn(6)
		next := l.Entry()
		next.Until = c.end()
		e.SetLink(next)
		return
	}
	l := document.Link{ID: id, Maker: oneOf(c, userIDs...), Until: c.end()}
	switch c.IntN(5) {
	case 0:
		l.Action, l.Resource = "page.view", document.Resource{Kind: "page", ID: "home"}
	case 1, 2:
		l.Action, l.Resource = string(access.ViewReport), document.Resource{Kind: "report", ID: oneOf(c, reportIDs...)}
	default:
		l.Action, l.Resource = "campaign.view", document.Resource{Kind: "campaign", ID: "c1", Account: oneOf(c, c.pool...).ID}
	}
	if c.oneIn(3) {
		l.Session = oneOf(c, teamIDs...)
	}
	e.SetLink(l)
}

// changes are what happens to a company.
var changes = []func(c *company, e *access.Edit){
	func(c *company, e *access.Edit) { c.setGroup(e, oneOf(c, groupIDs...)) },
	func(c *company, e *access.Edit) { c.setGroup(e, oneOf(c, groupIDs...)) },
	func(c *company, e *access.Edit) { c.setTeam(e, oneOf(c, teamIDs...)) },
	func(c *company, e *access.Edit) { c.setUser(e, oneOf(c, userIDs...)) },
	func(c *company, e *access.Edit) { c.setUser(e, oneOf(c, userIDs...)) },
	func(c *company, e *access.Edit) { c.setMember(e) },
	func(c *company, e *access.Edit) { c.setGrant(e) },
	func(c *company, e *access.Edit) { c.setLink(e, oneOf(c, linkIDs...)) },
	func(c *company, e *access.Edit) {
		e.RemoveMember(team.ID(oneOf(c, teamIDs...)), team.UserID(oneOf(c, userIDs...)))
	},
	func(c *company, e *access.Edit) { e.RemoveGroup(datagroup.ID(oneOf(c, groupIDs...))) },
	func(c *company, e *access.Edit) { e.RemoveTeam(team.ID(oneOf(c, teamIDs...))) },
	func(c *company, e *access.Edit) { e.RemoveUser(team.UserID(oneOf(c, userIDs...))) },
	func(c *company, e *access.Edit) { e.RemoveLink(access.LinkID(oneOf(c, linkIDs...))) },
}

// change makes a few changes, of the accounts and of everything else.
func (c *company) change() {
	for range 6 {
		change := oneOf(c, changes...)
		c.try(func(e *access.Edit) { change(c, e) })
	}
	for range 2 + len(c.pool)/8 {
		c.changeAccount(oneOf(c, c.pool...))
	}
}

// changeAccount connects an account, disconnects it, with or without its row, or
// gives it the values of another one.
func (c *company) changeAccount(a document.Account) {
	switch connected := c.policy.Directory().Has(access.Account(a.ID)); {
	case !connected:
		if c.try(func(e *access.Edit) { e.SetAccount(a) }) {
			delete(c.strangers, a.ID)
		}
	case c.oneIn(3):
		c.try(func(e *access.Edit) { e.RemoveAccount(datagroup.AccountID(a.ID)) })
		if c.oneIn(2) {
			c.strangers[a.ID] = a
		}
	default:
		other := oneOf(c, c.pool...)
		c.try(func(e *access.Edit) {
			e.SetAccount(document.Account{ID: a.ID, Source: other.Source, Values: other.Values})
		})
	}
}

// rows returns the accounts of the policy and then the strangers, as rows have
// them.
func (c *company) rows(t testing.TB) []datagroup.Account {
	rows := slices.Collect(c.policy.Directory().Accounts())
	for _, id := range slices.Sorted(maps.Keys(c.strangers)) {
		s := c.strangers[id]
		a, err := c.policy.Directory().Schema().Account(datagroup.AccountID(id), s.Source, s.Values)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, a)
	}
	return rows
}

// kept returns an account as the tables of the set-ups keep it. Their columns have
// the types of the corpus.
func kept(t testing.TB, a datagroup.Account) datagroup.Account {
	types := document.AttributesOf(sqlfiltertest.Schema().Attributes())
	values := make(map[string]datagroup.Value)
	for name, v := range a.Values() {
		switch typ := types[name]; {
		case name == "name", typ == v.Type().String():
			values[name] = v
		case typ == "string":
			values[name] = datagroup.Text(strings.Join(slices.Collect(v.Labels()), ","))
		}
	}
	k, err := sqlfiltertest.Schema().Account(a.ID(), a.Source(), values)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// subjects returns everyone who may ask, and some who do not exist.
func (c *company) subjects() []access.Subject {
	all := []access.Subject{{}, access.ViaLink("ghost")}
	for _, u := range append(slices.Clone(userIDs), "ghost") {
		all = append(all, access.User(u), access.Session(u, "ghost"), access.Session(u, ""))
		for _, t := range teamIDs {
			all = append(all, access.Session(u, t))
		}
	}
	for _, l := range linkIDs {
		all = append(all, access.ViaLink(access.LinkID(l)))
	}
	return all
}
