package role_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/role"
)

// A host adds actions of its own by putting them into roles, here in a role
// beside the shipped ones.
func Example() {
	roles := role.CompanyCatalog().Roles()
	roles = append(roles, role.Role{
		Name:         "campaign-manager",
		Title:        "Campaign manager",
		Summary:      "Pauses the campaigns of their teams.",
		Capabilities: []role.Action{role.ViewAccount, role.CreateReport, "campaign.pause"},
		Offered:      true,
	})
	catalog, err := role.NewCatalog(roles...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(catalog.Can("campaign-manager", "campaign.pause"))
	fmt.Println(catalog.Can("admin", "campaign.pause"))
	fmt.Println(catalog.Difference("campaign-manager", "team-member"))
	fmt.Println(catalog.Covers("campaign-manager", "team-member"))
	fmt.Println(catalog.Default())
	// Output:
	// true
	// false
	// [campaign.pause]
	// true
	// team-member
}

// Most programs take a ready catalog and ask it.
func ExampleCompanyCatalog() {
	catalog := role.CompanyCatalog()
	for _, r := range catalog.Roles() {
		fmt.Println(r.Name, r.Scope, catalog.Can(r.Name, role.CreateTeam), catalog.Manages("user-manager", r.Name))
	}
	// Output:
	// admin all true false
	// data-manager all false true
	// user-manager all true true
	// editor all false true
	// user all false true
	// team-member teams false true
	// viewer teams false true
}

func ExampleNewCatalog_refused() {
	_, err := role.NewCatalog(
		role.Role{Name: "lead", Capabilities: []role.Action{"team.*", role.SetTeamMembers}},
		role.Role{Name: "guest", Manages: []role.Name{"leader"}},
	)
	fmt.Println(err)
	// Output:
	// role: role "lead": action "team.*": an action has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter: see capability 1
	// role: role "lead": action "team.set-members": only a role that sees all data may hold this action
	// role: role "guest": the catalog has no such role: managed role "leader"
}
