package company_test

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
func (j *judge) impact(change func()) company.Impact {
	before, accounts := j.compile(j.at), slices.Collect(maps.Keys(j.accounts))
	change()
	after := j.compile(j.at)
	accounts = slices.Compact(slices.Sorted(slices.Values(append(accounts, sortedKeys(j.accounts)...))))
	var i company.Impact
	for _, u := range sortedKeys(j.users) {
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

func (j *judge) createGroup(c company.CreateGroup) (company.Change, verdict) {
	_, exists := j.groups[string(c.Group)]
	f, ok := j.filter(c.Filter)
	if v := firstOf(
		j.ask("datagroup.create", access.Company()),
		fresh(j, "group", &c.Group, exists),
		refuse(!ok, "ErrInvalid"),
	); v != "" {
		return nil, v
	}
	c.Filter = f.String()
	j.used["group "+string(c.Group)] = true
	j.groups[string(c.Group)] = modelGroup{c.Name, c.Filter}
	return c, ""
}

func (j *judge) editGroup(c company.EditGroup) (company.Change, verdict) {
	f, ok := j.filter(c.Filter)
	g := j.groups[string(c.Group)]
	if v := firstOf(
		j.ask("datagroup.edit", access.Group(c.Group)),
		j.knownGroup(c.Group),
		refuse(!ok, "ErrInvalid"),
		refuse(g.name == c.Name && g.filter == f.String(), "ErrNoChange"),
	); v != "" {
		return nil, v
	}
	c.From, c.Filter = g.filter, f.String()
	c.Impact = j.impact(func() { j.groups[string(c.Group)] = modelGroup{c.Name, c.Filter} })
	return c, ""
}

func (j *judge) deleteGroup(c company.DeleteGroup) (company.Change, verdict) {
	if v := firstOf(j.ask("datagroup.delete", access.Group(c.Group)), j.knownGroup(c.Group)); v != "" {
		return nil, v
	}
	c.Teams = nil
	for _, t := range sortedKeys(j.teams) {
		if j.teams[t].groups[string(c.Group)] {
			c.Teams = append(c.Teams, team.ID(t))
		}
	}
	c.Impact = j.impact(func() {
		delete(j.groups, string(c.Group))
		for _, t := range j.teams {
			delete(t.groups, string(c.Group))
		}
	})
	return c, ""
}

// listed is about a batch of accounts: some, and none twice.
func listed[E any](all []E, id func(E) string) verdict {
	seen := map[string]bool{}
	for _, e := range all {
		if seen[id(e)] {
			return "ErrInvalid"
		}
		seen[id(e)] = true
	}
	return refuse(len(all) == 0, "ErrNoChange")
}

func entryID(a document.Account) string { return a.ID }

func (j *judge) connectAccounts(c company.ConnectAccounts) (company.Change, verdict) {
	if v := firstOf(j.ask("source.add", access.Company()), listed(c.Accounts, entryID)); v != "" {
		return nil, v
	}
	if v := firstOf(
		refuse(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { _, ok := j.accounts[a.ID]; return ok }), "ErrTaken"),
		refuse(slices.ContainsFunc(c.Accounts, func(a document.Account) bool { return !j.fits(a) }), "ErrInvalid"),
	); v != "" {
		return nil, v
	}
	c.Impact = j.impact(func() { j.putAccounts(c.Accounts) })
	return c, ""
}

func (j *judge) putAccounts(all []document.Account) {
	for _, a := range all {
		j.accounts[a.ID] = modelAccount{a.Source, a.Values}
	}
}

// askEach asks at each account, as far as there are any.
func (j *judge) askEach(a access.Action, ids []string) verdict {
	for _, id := range ids {
		if v := j.ask(a, access.Account(id)); v != "" {
			return v
		}
	}
	return ""
}

func (j *judge) updateAccounts(c company.UpdateAccounts) (company.Change, verdict) {
	var ids []string
	for _, a := range c.Accounts {
		ids = append(ids, a.ID)
	}
	if v := firstOf(j.askEach("source.edit", ids), listed(c.Accounts, entryID)); v != "" {
		return nil, v
	}
	same := true
	for _, a := range c.Accounts {
		old, exists := j.accounts[a.ID]
		if v := firstOf(refuse(!exists, "ErrUnknown"), refuse(!j.fits(a), "ErrInvalid")); v != "" {
			return nil, v
		}
		same = same && old.source == a.Source && maps.EqualFunc(old.values, a.Values, datagroup.Value.Equal)
	}
	if same {
		return nil, "ErrNoChange"
	}
	c.Impact = j.impact(func() { j.putAccounts(c.Accounts) })
	return c, ""
}

func (j *judge) disconnectAccounts(c company.DisconnectAccounts) (company.Change, verdict) {
	var ids []string
	for _, a := range c.Accounts {
		ids = append(ids, string(a))
	}
	if v := firstOf(
		j.askEach("source.remove", ids),
		listed(ids, func(id string) string { return id }),
	); v != "" {
		return nil, v
	}
	for _, id := range ids {
		if _, exists := j.accounts[id]; !exists {
			return nil, "ErrUnknown"
		}
	}
	c.Impact = j.impact(func() {
		for _, id := range ids {
			delete(j.accounts, id)
		}
	})
	return c, ""
}

func (j *judge) declareAttribute(c company.DeclareAttribute) verdict {
	_, declared := j.attributes[c.Attribute]
	_, err := schemaOf(map[string]string{c.Attribute: c.Type})
	v := firstOf(
		j.ask("source.add", access.Company()),
		refuse(declared || slices.Contains([]string{"id", "source", "name"}, c.Attribute), "ErrTaken"),
		refuse(err != nil, "ErrInvalid"),
	)
	if v == "" {
		j.attributes[c.Attribute] = c.Type
	}
	return v
}

// forget drops the values that accounts have of an attribute.
func (j *judge) forget(attribute string) {
	for id, a := range j.accounts {
		a.values = maps.Clone(a.values)
		delete(a.values, attribute)
		j.accounts[id] = a
	}
}

func (j *judge) retypeAttribute(c company.RetypeAttribute) verdict {
	old, declared := j.attributes[c.Attribute]
	_, err := datagroup.ParseType(c.Type)
	v := firstOf(
		j.ask("source.add", access.Company()),
		refuse(!declared, "ErrUnknown"),
		refuse(old == c.Type, "ErrNoChange"),
		refuse(j.reads(c.Attribute), "ErrAttributeUsed"),
		refuse(err != nil, "ErrInvalid"),
	)
	if v == "" {
		j.forget(c.Attribute)
		j.attributes[c.Attribute] = c.Type
	}
	return v
}

func (j *judge) dropAttribute(c company.DropAttribute) verdict {
	_, declared := j.attributes[c.Attribute]
	v := firstOf(
		j.ask("source.add", access.Company()),
		refuse(!declared, "ErrUnknown"),
		refuse(j.reads(c.Attribute), "ErrAttributeUsed"),
	)
	if v == "" {
		j.forget(c.Attribute)
		delete(j.attributes, c.Attribute)
	}
	return v
}

func (j *judge) setCompanyName(c company.SetCompanyName) verdict {
	v := firstOf(
		j.ask("company.edit", access.Company()),
		refuse(c.Name == "", "ErrInvalid"),
		refuse(c.Name == j.name, "ErrNoChange"),
	)
	if v == "" {
		j.name = c.Name
	}
	return v
}

func (j *judge) setLimits(c company.SetLimits) verdict {
	v := firstOf(
		j.ask("company.edit", access.Company()),
		refuse(c.Limits.Seats < 0, "ErrInvalid"),
		refuse(c.Limits == j.limits, "ErrNoChange"),
	)
	if v == "" {
		j.limits = c.Limits
	}
	return v
}

func (j *judge) replaceCatalog(c company.ReplaceCatalog) verdict {
	next, err := role.NewCatalog(c.Roles...)
	if err != nil {
		return "ErrInvalid"
	}
	now, err := role.NewCatalog(j.roles...)
	if err != nil {
		panic(err)
	}
	for _, u := range j.users {
		if _, ok := next.Role(role.Name(u.role)); !ok {
			return "ErrUnknown"
		}
	}
	if next.Equal(now) {
		return "ErrNoChange"
	}
	j.roles = c.Roles
	return ""
}
