package story

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

func compile(t testing.TB, d *document.Document) *access.Policy {
	t.Helper()
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// large is a company of so many users and accounts, with three teams and three
// data groups. The accounts have 25 regions.
func large(users, accounts int) *document.Document {
	d := &document.Document{Attributes: map[string]string{"segment": "string", "region": "string"}}
	for i := range accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("account-%012d", i), Source: "google", Values: map[string]datagroup.Value{
			"segment": datagroup.Text(fmt.Sprint("s", i*7919%2000)), "region": datagroup.Text(fmt.Sprint("r", i*31%25))}})
	}
	for i := range 3 {
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprintf("group-%014d", i), Filter: fmt.Sprintf("segment = 's%d'", i*37%2000)})
		d.Teams = append(d.Teams, document.Team{ID: fmt.Sprintf("team-%015d", i), Groups: []string{d.Groups[i].ID}})
	}
	for i := range users {
		u := document.User{ID: fmt.Sprintf("user-%015d", i), Email: fmt.Sprintf("user-%d@example.com", i), Role: "team-member"}
		d.Users = append(d.Users, u)
		t := &d.Teams[i%3]
		t.Members = append(t.Members, document.Member{User: u.ID})
	}
	return d
}
