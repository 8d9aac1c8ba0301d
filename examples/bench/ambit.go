package bench

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// NewDocument maps the tables of a workload to a document.
func NewDocument(w *Workload) *document.Document {
	d := &document.Document{Attributes: map[string]string{"country": "string", "channel": "string"}}
	for _, a := range w.Accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: a.ID, Source: "google", Values: map[string]datagroup.Value{
			"country": datagroup.Text(a.Country), "channel": datagroup.Text(a.Channel),
		}})
	}
	for _, g := range w.Groups {
		d.Groups = append(d.Groups, document.Group{ID: g.ID, Filter: fmt.Sprintf("country = '%s' and channel = '%s'", g.Country, g.Channel)})
	}
	members := make(map[string][]document.Member)
	for _, u := range w.Users {
		role := "team-member"
		if u.SeesAll {
			role = "user"
		}
		d.Users = append(d.Users, document.User{ID: u.ID, Email: u.ID + "@example.com", Role: role})
		for _, t := range u.Teams {
			members[t] = append(members[t], document.Member{User: u.ID})
		}
	}
	for _, t := range w.Teams {
		d.Teams = append(d.Teams, document.Team{ID: t.ID, Groups: t.Groups, Members: members[t.ID]})
	}
	return d
}

// NewPolicy compiles the document of a workload.
func NewPolicy(w *Workload) (*access.Policy, error) { return access.Compile(NewDocument(w), nil) }
