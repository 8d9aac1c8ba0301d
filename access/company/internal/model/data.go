package model

import (
	"maps"
	"slices"

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
	_, exists := p.Groups[string(c.Group)]
	rule, ok := p.ParseRule(c.Filter)
	if refusal := first(
		p.ask("datagroup.create", access.Company()),
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
	rule, ok := p.ParseRule(c.Filter)
	g := p.Groups[string(c.Group)]
	if refusal := first(
		p.ask("datagroup.edit", access.Group(c.Group)),
		p.knownGroup(c.Group),
		when(!ok, "ErrInvalid"),
		when(g.Name == c.Name && g.Rule.Text == rule.Text, "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.From, c.Filter = g.Rule.Text, rule.Text
	c.Impact = p.impact(func() { p.Groups[string(c.Group)] = rules.Group{Name: c.Name, Rule: rule} })
	return c, ""
}

func (p *proposal) deleteGroup(c company.DeleteGroup) (company.Change, string) {
	if refusal := first(p.ask("datagroup.delete", access.Group(c.Group)), p.knownGroup(c.Group)); refusal != "" {
		return nil, refusal
	}
	c.Teams = nil
	for _, t := range Keys(p.Teams) {
		if slices.Contains(p.Teams[t].Groups, string(c.Group)) {
			c.Teams = append(c.Teams, team.ID(t))
		}
	}
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
	if refusal := first(
		when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { _, ok := p.Accounts[a.ID]; return ok }), "ErrTaken"),
		when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { return !p.fits(a.ID, accountOf(a)) }), "ErrInvalid"),
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
		ids = append(ids, a.ID)
	}
	if refusal := first(p.askEach("source.edit", ids), listed(c.Accounts, entryID)); refusal != "" {
		return nil, refusal
	}
	same := true
	for _, a := range c.Accounts {
		old, exists := p.Accounts[a.ID]
		if refusal := first(when(!exists, "ErrUnknown"), when(!p.fits(a.ID, accountOf(a)), "ErrInvalid")); refusal != "" {
			return nil, refusal
		}
		same = same && old.Source == a.Source && maps.EqualFunc(old.Values, a.Values, datagroup.Value.Equal)
	}
	if same {
		return nil, "ErrNoChange"
	}
	c.Impact = p.impact(func() { p.putAccounts(c.Accounts) })
	return c, ""
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
	for _, id := range ids {
		if _, exists := p.Accounts[id]; !exists {
			return nil, "ErrUnknown"
		}
	}
	c.Impact = p.impact(func() {
		for _, id := range ids {
			delete(p.Accounts, id)
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
		when(declared || slices.Contains([]string{"id", "source", "name"}, c.Attribute), "ErrTaken"),
		when(err != nil, "ErrInvalid"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, t)
	}
	return refusal
}

func (p *proposal) retypeAttribute(c company.RetypeAttribute) string {
	old, declared := p.Attributes[c.Attribute]
	t, err := datagroup.ParseType(c.Type)
	refusal := first(
		p.ask("source.add", access.Company()),
		when(!declared, "ErrUnknown"),
		when(err == nil && old == t, "ErrNoChange"),
		when(p.FilterReads(c.Attribute), "ErrAttributeUsed"),
		when(err != nil, "ErrInvalid"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, t)
	}
	return refusal
}

func (p *proposal) dropAttribute(c company.DropAttribute) string {
	_, declared := p.Attributes[c.Attribute]
	refusal := first(
		p.ask("source.add", access.Company()),
		when(!declared, "ErrUnknown"),
		when(p.FilterReads(c.Attribute), "ErrAttributeUsed"),
	)
	if refusal == "" {
		p.setAttribute(c.Attribute, 0)
	}
	return refusal
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

func (p *proposal) setLimits(c company.SetLimits) string {
	refusal := first(
		p.ask("company.edit", access.Company()),
		when(c.Limits.Seats < 0, "ErrInvalid"),
		when(c.Limits == p.Limits, "ErrNoChange"),
	)
	if refusal == "" {
		p.Limits = c.Limits
	}
	return refusal
}

func (p *proposal) replaceCatalog(c company.ReplaceCatalog) string {
	next, err := role.NewCatalog(c.Roles...)
	if err != nil {
		return "ErrInvalid"
	}
	now, err := role.NewCatalog(p.Catalog.Roles...)
	if err != nil {
		panic(err)
	}
	for _, u := range p.Users {
		if _, ok := next.Role(role.Name(u.Role)); !ok {
			return "ErrUnknown"
		}
	}
	if next.Equal(now) {
		return "ErrNoChange"
	}
	p.Catalog.Roles = c.Roles
	return ""
}
