package role_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/role"
)

// A host declares its own kinds of resources with the actions that may be asked
// of them, and puts the actions into roles.
func Example() {
	catalog, err := role.CompanyCatalog().Extend(role.Extension{
		Kinds: []role.Kind{{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.pause"}}},
		Roles: []role.Role{{
			Name:         "campaign-manager",
			Title:        "Campaign manager",
			Summary:      "Pauses the campaigns of their teams.",
			Capabilities: []role.Action{role.ViewAccount, role.CreateReport, "campaign.pause"},
			Offered:      true,
		}},
		Grant: map[role.Name][]role.Action{"editor": {"campaign.pause"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(catalog.Can("campaign-manager", "campaign.pause"), catalog.Can("editor", "campaign.pause"))
	fmt.Println(catalog.Can("admin", "campaign.pause"))
	fmt.Println(catalog.Manages("admin", "campaign-manager"), catalog.Manages("user-manager", "campaign-manager"))
	fmt.Println(catalog.Difference("campaign-manager", "team-member"))
	fmt.Println(catalog.Default())
	// Output:
	// true true
	// false
	// true false
	// [campaign.pause]
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
	_, err := role.NewCatalog([]role.Role{
		{Name: "lead", Capabilities: []role.Action{"team.*", role.SetTeamMembers}},
		{Name: "guest", Manages: []role.Name{"leader"}, Capabilities: []role.Action{"campaign.pause"}},
	})
	fmt.Println(err)
	// Output:
	// role: role "lead": action "team.*": an action has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter: see capability 1
	// role: role "lead": action "team.set-members": only a role that sees all data may hold this action or manage such a role
	// role: role "guest": the catalog has no such role: managed role "leader"
	// role: role "guest": action "campaign.pause": no kind lists it: say of which kinds it may be asked
}
