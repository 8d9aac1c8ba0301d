package model

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// impact makes a change and counts whose accounts it changed: every user and
// every account, one by one.
func (p *proposal) impact(change func()) company.Impact {
	before, accounts := p.Company.Policy(p.at), Keys(p.Accounts)
	change()
	p.policy, p.compiled = nil, true
	after := p.Company.Policy(p.at)
	accounts = slices.Compact(slices.Sorted(slices.Values(append(accounts, Keys(p.Accounts)...))))
	var i company.Impact
	for _, u := range Keys(p.Users) {
		was, is := before.View(access.User(u)), after.View(access.User(u))
		one := company.UserImpact{User: team.UserID(u)}
		for _, a := range accounts {
			switch saw, sees := was.Sees(datagroup.AccountID(a)), is.Sees(datagroup.AccountID(a)); {
			case sees && !saw:
				one.Gained++
			case saw && !sees:
				one.Lost++
			}
		}
		if one.Gained+one.Lost > 0 {
			i.Users, i.Gained, i.Lost = i.Users+1, i.Gained+one.Gained, i.Lost+one.Lost
			i.First = append(i.First, one)
		}
	}
	return i
}

func (p *proposal) createGroup(c company.CreateGroup) (company.Change, string) {
	_, exists := p.Groups[string(c.Group)]
	f, ok := p.Filter(c.Filter)
	if refusal := first(
		p.ask("datagroup.create", access.Company()),
		newID(p, "group", &c.Group, exists),
		when(!ok, "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	c.Filter = f.String()
	p.Used["group "+string(c.Group)] = true
	p.Groups[string(c.Group)] = Group{c.Name, c.Filter}
	return c, ""
}

func (p *proposal) editGroup(c company.EditGroup) (company.Change, string) {
	f, ok := p.Filter(c.Filter)
	g := p.Groups[string(c.Group)]
	if refusal := first(
		p.ask("datagroup.edit", access.Group(c.Group)),
		p.knownGroup(c.Group),
		when(!ok, "ErrInvalid"),
		when(g.Name == c.Name && g.Filter == f.String(), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.From, c.Filter = g.Filter, f.String()
	c.Impact = p.impact(func() { p.Groups[string(c.Group)] = Group{c.Name, c.Filter} })
	return c, ""
}

func (p *proposal) deleteGroup(c company.DeleteGroup) (company.Change, string) {
	if refusal := first(p.ask("datagroup.delete", access.Group(c.Group)), p.knownGroup(c.Group)); refusal != "" {
		return nil, refusal
	}
	c.Teams = nil
	for _, t := range Keys(p.Teams) {
		if p.Teams[t].Groups[string(c.Group)] {
			c.Teams = append(c.Teams, team.ID(t))
		}
	}
	c.Impact = p.impact(func() {
		delete(p.Groups, string(c.Group))
		for _, t := range p.Teams {
			delete(t.Groups, string(c.Group))
		}
	})
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

func (p *proposal) connectAccounts(c company.ConnectAccounts) (company.Change, string) {
	if refusal := first(p.ask("source.add", access.Company()), listed(c.Accounts, entryID)); refusal != "" {
		return nil, refusal
	}
	if refusal := first(
		when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { _, ok := p.Accounts[a.ID]; return ok }), "ErrTaken"),
		when(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { return !p.fits(a) }), "ErrInvalid"),
	); refusal != "" {
		return nil, refusal
	}
	c.Impact = p.impact(func() { p.putAccounts(c.Accounts) })
	return c, ""
}

func (p *proposal) putAccounts(all []document.Account) {
	for _, a := range all {
		p.Accounts[a.ID] = Account{a.Source, a.Values}
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
		if refusal := first(when(!exists, "ErrUnknown"), when(!p.fits(a), "ErrInvalid")); refusal != "" {
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

func (p *proposal) declareAttribute(c company.DeclareAttribute) string {
	_, declared := p.Attributes[c.Attribute]
	_, err := schemaOf(map[string]string{c.Attribute: c.Type})
	refusal := first(
		p.ask("source.add", access.Company()),
		when(declared || slices.Contains([]string{"id", "source", "name"}, c.Attribute), "ErrTaken"),
		when(err != nil, "ErrInvalid"),
	)
	if refusal == "" {
		p.Attributes[c.Attribute] = c.Type
	}
	return refusal
}

// forget removes the values that accounts have of an attribute.
func (p *proposal) forget(attribute string) {
	for id, a := range p.Accounts {
		a.Values = maps.Clone(a.Values)
		delete(a.Values, attribute)
		p.Accounts[id] = a
	}
}

func (p *proposal) retypeAttribute(c company.RetypeAttribute) string {
	old, declared := p.Attributes[c.Attribute]
	_, err := datagroup.ParseType(c.Type)
	refusal := first(
		p.ask("source.add", access.Company()),
		when(!declared, "ErrUnknown"),
		when(old == c.Type, "ErrNoChange"),
		when(p.reads(c.Attribute), "ErrAttributeUsed"),
		when(err != nil, "ErrInvalid"),
	)
	if refusal == "" {
		p.forget(c.Attribute)
		p.Attributes[c.Attribute] = c.Type
	}
	return refusal
}

func (p *proposal) dropAttribute(c company.DropAttribute) string {
	_, declared := p.Attributes[c.Attribute]
	refusal := first(
		p.ask("source.add", access.Company()),
		when(!declared, "ErrUnknown"),
		when(p.reads(c.Attribute), "ErrAttributeUsed"),
	)
	if refusal == "" {
		p.forget(c.Attribute)
		delete(p.Attributes, c.Attribute)
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
	now, err := role.NewCatalog(p.Roles...)
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
	p.Roles = c.Roles
	return ""
}
