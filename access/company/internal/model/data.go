package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// impact makes a change and counts whose accounts it changed: every user and
// every account, one by one.
func (p *proposal) impact(change func()) company.Impact {
	before := p.Clone()
	change()
	var i company.Impact
	for _, u := range Keys(p.Users) {
		saw, sees := before.View(rules.InCompany(u)), p.View(rules.InCompany(u))
		one := company.UserImpact{User: team.UserID(u), Gained: without(sees, saw), Lost: without(saw, sees)}
		if one.Gained+one.Lost > 0 {
			i.Users, i.Gained, i.Lost = i.Users+1, i.Gained+one.Gained, i.Lost+one.Lost
			i.First = append(i.First, one)
		}
	}
	return i
}

// without counts what is in one list and not in the other.
func without(all, other []string) int {
	n := 0
	for _, id := range all {
		if !slices.Contains(other, id) {
			n++
		}
	}
	return n
}

func (p *proposal) createGroup(c company.CreateGroup) (company.Change, string) {
	g, exists := p.Groups[string(c.Group)]
	rule, ok := p.ParseRule(c.Filter)
	if refusal := first(
		p.ask("datagroup.create", access.Company()),
		when(p.System != "" && exists && ok && g.Name == c.Name && g.Rule.Text == rule.Text, "ErrNoChange"),
		newID(p, "group", &c.Group, exists),
		when(!ok, "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	c.Filter = rule.Text
	p.Used["group "+string(c.Group)] = true
	p.Groups[string(c.Group)] = rules.Group{Name: c.Name, Rule: rule}
	return c, ""
}

func (p *proposal) editGroup(c company.EditGroup) (company.Change, string) {
	g := p.Groups[string(c.Group)]
	name, rule, ok := become(c.Name, g.Name), g.Rule, true
	if !c.Filter.IsZero() {
		rule, ok = p.ParseRule(become(c.Filter, ""))
	}
	if refusal := first(
		p.ask("datagroup.edit", access.Group(c.Group)),
		p.knownGroup(c.Group),
		when(!ok, "ErrInvalid"),
		when(g.Name == name && g.Rule.Text == rule.Text, "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	if c.From, c.Name = "", orNone(c.Name); !c.Filter.IsZero() {
		c.From, c.Filter = g.Rule.Text, company.To(rule.Text)
	}
	c.Impact = p.impact(func() { p.Groups[string(c.Group)] = rules.Group{Name: name, Rule: rule} })
	return c, ""
}

func (p *proposal) deleteGroup(c company.DeleteGroup) (company.Change, string) {
	_, exists := p.Groups[string(c.Group)]
	if refusal := first(p.ask("datagroup.delete", access.Group(c.Group)), p.toRemove("group", string(c.Group), exists)); refusal != "" {
		return nil, refusal
	}
	var teams []team.ID
	for _, t := range Keys(p.Teams) {
		if slices.Contains(p.Teams[t].Groups, string(c.Group)) {
			teams = append(teams, team.ID(t))
		}
	}
	c.Teams = bounded(teams)
	c.Impact = p.impact(func() { p.RemoveGroup(string(c.Group)) })
	return c, ""
}

// listed is about a batch of accounts: at least one, and none twice.
func listed[E any](all []E, id func(E) string) string {
	seen := map[string]bool{}
	for _, e := range all {
		if seen[id(e)] {
			return "ErrInvalid"
		}
		seen[id(e)] = true
	}
	return when(len(all) == 0, "ErrNoChange")
}

func entryID(a document.Account) string { return a.ID }

func accountOf(a document.Account) Account { return Account{Source: a.Source, Values: a.Values} }

func (p *proposal) connectAccounts(c company.ConnectAccounts) (company.Change, string) {
	if refusal := first(p.ask("source.add", access.Company()), listed(c.Accounts, entryID)); refusal != "" {
		return nil, refusal
	}
	same := true
	for _, a := range c.Accounts {
		old, ok := p.Accounts[a.ID]
		same = same && ok && p.fits(a.ID, accountOf(a)) && old.Source == a.Source && maps.EqualFunc(old.Values, a.Values, datagroup.Value.Equal)
	}
	if refusal := first(
		when(same && p.System != "", "ErrNoChange"),
		either(
			when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { _, ok := p.Accounts[a.ID]; return ok }), "ErrTaken"),
			when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { return !p.fits(a.ID, accountOf(a)) }), "ErrInvalid"),
		),
	); refusal != "" {
		return nil, refusal
	}
	c.Impact = p.impact(func() { p.putAccounts(c.Accounts) })
	return c, ""
}

func (p *proposal) putAccounts(all []document.Account) {
	for _, a := range all {
		p.Accounts[a.ID] = accountOf(a)
	}
}

// askEach asks at each of the accounts.
func (p *proposal) askEach(a access.Action, ids []string) string {
	for _, id := range ids {
		if refusal := p.ask(a, access.Account(id)); refusal != "" {
			return refusal
		}
	}
	return ""
}

func (p *proposal) updateAccounts(c company.UpdateAccounts) (company.Change, string) {
	var ids []string
	for _, a := range c.Accounts {
		ids = append(ids, string(a.ID))
	}
	id := func(e company.AccountEdit) string { return string(e.ID) }
	if refusal := first(p.askEach("source.edit", ids), listed(c.Accounts, id)); refusal != "" {
		return nil, refusal
	}
	same := true
	var all []document.Account
	for i, e := range c.Accounts {
		old, exists := p.Accounts[id(e)]
		if !exists {
			return nil, "ErrUnknown"
		}
		now, ok := p.edited(old, e)
		if !ok || !p.fits(id(e), now) {
			return nil, "ErrInvalid"
		}
		same = same && old.Source == now.Source && maps.EqualFunc(old.Values, now.Values, datagroup.Value.Equal)
		all = append(all, document.Account{ID: id(e), Source: now.Source, Values: now.Values})
		slices.Sort(c.Accounts[i].Clear)
		c.Accounts[i].Clear = slices.Compact(c.Accounts[i].Clear)
	}
	if same {
		return nil, "ErrNoChange"
	}
	c.From = p.accountsAs(ids)
	c.Impact = p.impact(func() { p.putAccounts(all) })
	return c, ""
}

// accountsAs is the accounts as an event has those that it changes.
func (p *proposal) accountsAs(ids []string) company.Bounded[document.Account] {
	var all []document.Account
	for _, id := range slices.Sorted(slices.Values(ids)) {
		a := p.Accounts[id]
		all = append(all, document.Account{ID: id, Source: a.Source, Values: a.Values})
	}
	return bounded(all)
}

// edited is an account with an edit made, if it can be.
func (p *proposal) edited(old Account, e company.AccountEdit) (Account, bool) {
	now := Account{Source: old.Source, Values: maps.Clone(old.Values)}
	if now.Values == nil {
		now.Values = map[string]datagroup.Value{}
	}
	if e.Source != "" {
		now.Source = e.Source
	}
	for name, v := range e.Values {
		if v.IsMissing() || slices.Contains(e.Clear, name) {
			return now, false
		}
		now.Values[name] = v
	}
	for _, name := range e.Clear {
		if _, declared := p.Attributes[name]; !declared && name != "name" {
			return now, false
		}
		delete(now.Values, name)
	}
	return now, true
}

func (p *proposal) disconnectAccounts(c company.DisconnectAccounts) (company.Change, string) {
	var ids []string
	for _, a := range c.Accounts {
		ids = append(ids, string(a))
	}
	if refusal := first(
		p.askEach("source.remove", ids),
		listed(ids, func(id string) string { return id }),
	); refusal != "" {
		return nil, refusal
	}
	gone := 0
	for _, id := range ids {
		_, exists := p.Accounts[id]
		if refusal := p.everWas("account", id, exists); refusal != "" {
			return nil, refusal
		}
		if !exists {
			gone++
		}
	}
	if refusal := first(when(gone == len(ids) && p.System != "", "ErrNoChange"), when(gone > 0, "ErrUnknown")); refusal != "" {
		return nil, refusal
	}
	c.From = p.accountsAs(ids)
	c.Impact = p.impact(func() {
		for _, id := range ids {
			delete(p.Accounts, id)
			p.Used["account "+id] = true
		}
	})
	return c, ""
}

// setAttribute declares an attribute, or drops it if the type is zero. Accounts
// lose the values they had. The filters are read again under the attributes.
func (p *proposal) setAttribute(name string, t datagroup.Type) {
	p.Attributes = maps.Clone(p.Attributes)
	delete(p.Attributes, name)
	if t != (datagroup.Type(0)) {
		p.Attributes[name] = t
	}
	for id, a := range p.Accounts {
		a.Values = maps.Clone(a.Values)
		delete(a.Values, name)
		p.Accounts[id] = a
	}
	for id, g := range p.Groups {
		g.Rule, _ = p.ParseRule(g.Rule.Text)
		p.Groups[id] = g
	}
}

func (p *proposal) declareAttribute(c company.DeclareAttribute) string {
	_, declared := p.Attributes[c.Attribute]
	t, err := datagroup.ParseType(c.Type)
	if err == nil {
		_, err = datagroup.NewSchema(datagroup.Attribute{Name: c.Attribute, Type: t})
	}
	refusal := first(
		p.ask("source.add", access.Company()),
		when(p.System != "" && declared && p.Attributes[c.Attribute].String() == c.Type, "ErrNoChange"),
		when(declared || slices.Contains([]string{"id", "source", "name"}, c.Attribute), "ErrTaken"),
		when(err != nil, "ErrInvalid"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, t)
	}
	return refusal
}

func (p *proposal) retypeAttribute(c company.RetypeAttribute) (company.Change, string) {
	old, declared := p.Attributes[c.Attribute]
	t, err := datagroup.ParseType(c.Type)
	refusal := first(
		p.ask("source.add", access.Company()),
		when(!declared, "ErrUnknown"),
		when(err == nil && old == t, "ErrNoChange"),
		when(err != nil, "ErrInvalid"),
		when(p.FilterReads(c.Attribute), "ErrAttributeUsed"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, t)
	}
	c.From = old.String()
	return c, refusal
}

func (p *proposal) dropAttribute(c company.DropAttribute) (company.Change, string) {
	old, declared := p.Attributes[c.Attribute]
	refusal := first(
		p.ask("source.add", access.Company()),
		p.toRemove("attribute", c.Attribute, declared),
		when(p.FilterReads(c.Attribute), "ErrAttributeUsed"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, 0)
		p.Used["attribute "+c.Attribute] = true
	}
	c.Type = old.String()
	return c, refusal
}

func (p *proposal) setCompanyName(c company.SetCompanyName) string {
	refusal := first(
		p.ask("company.edit", access.Company()),
		when(c.Name == "", "ErrInvalid"),
		when(c.Name == p.Name, "ErrNoChange"),
	)
	if refusal == "" {
		p.Name = c.Name
	}
	return refusal
}

func (p *proposal) setLimits(c company.SetLimits) (company.Change, string) {
	n, given := c.Seats.Get()
	next := company.Limits{Seats: become(c.Seats, p.Company.Limits.Seats)}
	refusal := first(
		p.ask("company.edit", access.Company()),
		when(given && n < 1, "ErrInvalid"),
		when(given && p.Config.Limits.Seats > 0 && n > p.Config.Limits.Seats, "ErrInvalid"),
		when(next == p.Company.Limits, "ErrNoChange"),
	)
	c.From = p.Company.Limits
	if refusal == "" {
		p.Company.Limits = next
	}
	return c, refusal
}

// replaceCatalog ends the links that the new catalog would not let anyone make.
func (p *proposal) replaceCatalog(c company.ReplaceCatalog) (company.Change, string) {
	next, err := role.NewCatalog(c.Roles, c.Kinds...)
	if err != nil {
		return nil, "ErrInvalid"
	}
	for _, u := range p.Users {
		if _, ok := next.Role(role.Name(u.Role)); !ok {
			return nil, "ErrUnknown"
		}
	}
	if next.Equal(p.Catalog.Compile()) {
		return nil, "ErrNoChange"
	}
	c.Kinds = slices.Clone(c.Kinds)
	slices.SortFunc(c.Kinds, func(a, b role.Kind) int { return strings.Compare(a.Name, b.Name) }) // they have no order
	p.Catalog = Catalog{Roles: c.Roles, Kinds: c.Kinds}
	c.Links = bounded(p.endLinks(func(l Link) bool { return !p.LinkFits(l) }))
	return c, ""
}
