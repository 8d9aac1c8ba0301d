package company_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// TestWhatIfBesideWriters: any number ask while others write. It is for the race
// detector: what is asked shares the state of the writers.
func TestWhatIfBesideWriters(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; bob viewer; cy team-member", options{accounts: "us; de", groups: "g id = 'us'", teams: "t g: cy", config: instant})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for i := range 30 {
				id := fmt.Sprint("x", i)
				if _, err := c.whatIf("ann", company.CreateTeam{Team: team.ID(id)}, company.AddMember{Team: "t", User: "bob"}, company.RemoveUser{User: "cy"},
					company.Invite{Terms: termsTo(id+"@x.test", "viewer")}, company.EditGroup{Group: "g", Filter: company.To(fmt.Sprintf("id = 'de%d'", i))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 30 {
		c.must("ann", company.CreateTeam{Team: team.ID(fmt.Sprint("y", i))})
		c.must("ann", company.EditGroup{Group: "g", Filter: company.To(fmt.Sprintf("id = 'us%d'", i))})
		c.must("ann", company.Invite{Terms: termsTo(fmt.Sprintf("y%d@x.test", i), "viewer")})
	}
	all.Wait()
}
