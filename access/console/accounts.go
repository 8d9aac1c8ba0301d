package console

import (
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

func accountRoutes() []route {
	return []route{
		{Path: "/accounts", Menu: say("Accounts"), Show: showAccounts},
		{Path: "/account", Show: showAccount},
	}
}

// accountsPage is a part of the accounts that the reader sees.
type accountsPage struct {
	Find string
	Rows []accountLine
	Next string
}

// showAccounts answers with a part of the accounts that the reader sees.
func showAccounts(v *visit) (*answer, error) {
	p := accountsPage{Find: v.asked("find")}
	p.Rows, p.Next = v.pageOfAccounts(v.policy.View(access.User(v.reader)), strings.ToLower(p.Find))
	return &answer{Template: "accounts.html", Title: say("Accounts that you see"), Data: p}, nil
}

// accountPage is one account.
type accountPage struct {
	ID, Source string
	Values     []valueRow
	Audit      bool
	Who        []memberLine
	Others     int
}

// valueRow is the value that an account has for an attribute.
type valueRow struct{ Name, Value string }

// showAccount answers with an account that the reader sees, and to those to whom
// everything may be explained, who sees it.
func showAccount(v *visit) (*answer, error) {
	id := datagroup.AccountID(v.asked("id"))
	audit := v.may(access.ReadAudit, access.Company())
	if !audit {
		if err := v.require(access.ViewAccount, access.Account(id)); err != nil {
			return nil, err
		}
	}
	account, ok := v.directory().Account(id)
	if !ok {
		return nil, missing("account", id)
	}
	p := accountPage{ID: string(id), Source: account.Source(), Audit: audit}
	for name, value := range account.Values() {
		p.Values = append(p.Values, valueRow{name, value.String()})
	}
	if audit {
		p.Who, p.Others = v.whoMay(access.ViewAccount, access.Account(id))
	}
	return &answer{Template: "account.html", Title: say("Account %s", string(id)), Data: p}, nil
}
