package rowsecurity

import (
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
)

// TestInStep: what each user sees follows each kind of change.
func TestInStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.keeper(t, nil)
	catchUp(t, k)
	w.check(t, "filled")
	if w.sees("ann") != "de-1 uk-1 us-1 us-2" || w.sees("tom") != "us-1 us-2" {
		t.Fatal("the world is another one")
	}
	later := time.Now().Add(time.Hour)
	for _, tt := range []struct {
		name   string
		change company.Change
	}{
		{"a membership", company.AddMember{Team: "europe", User: "tom"}},
		{"a membership with an end", company.SetMemberEnd{Team: "europe", User: "tom", Until: company.To(later)}},
		{"an account", company.ConnectAccounts{Accounts: []document.Account{{ID: "fr-1", Source: "x", Values: country("DE")}}}},
		{"a filter", company.EditGroup{Group: "us", Filter: company.To("country = 'UK'")}},
		{"a role that sees all", company.SetRole{User: "mia", Role: "editor"}},
		{"an account for those", company.ConnectAccounts{Accounts: []document.Account{{ID: "x'); --", Source: "x"}}}},
		{"a suspension", company.SuspendUser{User: "tom"}},
		{"and its end", company.ReinstateUser{User: "tom"}},
		{"an account less", company.DisconnectAccounts{Accounts: accounts("fr-1")}},
		{"a role that does not", company.SetRole{User: "mia", Role: "viewer"}},
		{"a team less", company.DeleteTeam{Team: "europe"}},
		{"a user less", company.RemoveUser{User: "tom"}},
	} {
		do(t, w.company, tt.change)
		catchUp(t, k)
		w.check(t, tt.name)
	}
}
