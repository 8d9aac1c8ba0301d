package console

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

func accountRoutes() []route {
	return []route{
		{Path: "/accounts", Menu: say("Accounts"), Under: dataSection, Show: showAccounts},
		{Path: "/account", Show: showAccount},
	}
}

// accountsPage is a part of the accounts that the reader sees.
type accountsPage struct {
	Find   string
	Rows   []accountLine
	Next   string
	Offers []offer
}

// showAccounts answers with a part of the accounts that the reader sees.
func showAccounts(v *visit) (*answer, error) {
	p := accountsPage{Find: v.asked("find"), Offers: v.offers("accounts")}
	p.Rows, p.Next = v.pageOfAccounts(v.policy.View(access.User(v.reader)), strings.ToLower(p.Find))
	return &answer{Template: "accounts.html", Title: say("Accounts that you see"), Data: p}, nil
}

// accountPage is one account.
type accountPage struct {
	ID, Source string
	Values     []valueRow
	Offers     []offer
	Groups     []accountGroup // for readers of data groups: those that match it
	Unknown    []accountGroup // and those that do not only because it lacks a value
	Audit      bool
	whoList
}

// accountGroup is a data group beside an account.
type accountGroup struct {
	ID, Name string
	Lacks    string // the attributes that decide, which the account has no value for
}

// valueRow is the value that an account has for an attribute.
type valueRow struct {
	Name  phrase
	Value phrase
	Gap   bool // it has none
}

// showAccount answers with an account that the reader sees or may change, and to
// those to whom everything may be explained, who sees it.
func showAccount(v *visit) (*answer, error) {
	id := datagroup.AccountID(v.asked("id"))
	audit := v.may(access.ReadAudit, access.Company())
	p := accountPage{ID: string(id), Audit: audit, Offers: v.offers("account", "account", string(id))}
	if !audit && len(p.Offers) == 0 {
		if err := v.require(access.ViewAccount, access.Account(id)); err != nil {
			return nil, err
		}
	}
	account, ok := v.directory().Account(id)
	if !ok {
		return nil, missing("account", id)
	}
	p.Source = account.Source()
	for _, a := range v.attributes() {
		value := account.Value(a.Name)
		p.Values = append(p.Values, valueRow{attributeLabel(a), valueText(value), value.IsMissing() || shown(value) == ""})
	}
	if v.mayRead(readDirectory) {
		p.groups(v, account)
	}
	if audit {
		p.whoList = v.whoMay(access.ViewAccount, access.Account(id))
	}
	return &answer{Template: "account.html", Title: say("Account %s", string(id)), Data: p}, nil
}

// groups fills in the data groups that match an account, and those that might if
// it had a value for an attribute: the first of each, in byte order.
func (p *accountPage) groups(v *visit, account datagroup.Account) {
	var matching, unknown smallest[datagroup.Group]
	for g := range v.directory().Groups() {
		switch g.Filter.Match(account) {
		case datagroup.True:
			matching.add(string(g.ID), g)
		case datagroup.Unknown:
			unknown.add(string(g.ID), g)
		}
	}
	for _, g := range matching.values() {
		p.Groups = append(p.Groups, accountGroup{ID: string(g.ID), Name: g.Name})
	}
	for _, g := range unknown.values() {
		var names []string
		for _, leaf := range g.Filter.Explain(account) {
			if leaf.Missing && leaf.Truth == datagroup.Unknown && !slices.Contains(names, leaf.Attribute) {
				names = append(names, leaf.Attribute)
			}
		}
		p.Unknown = append(p.Unknown, accountGroup{string(g.ID), g.Name, list(names)})
	}
}
