package company_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// west founds a company with one team, and two people who manage it.
func west(config company.Config) *company.Company {
	config.Now = (&stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}).now
	config.Rand = new(countingRand)
	acme, err := company.Found(context.Background(), audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
		Document: &document.Document{
			Users: []document.User{
				{ID: "uma", Email: "uma@example.com", Role: "user-manager"},
				{ID: "tom", Email: "tom@example.com", Role: "viewer"},
			},
			Teams: []document.Team{{ID: "west", Name: "West", Description: "The west coast"}},
		},
	}, &config)
	if err != nil {
		panic(err)
	}
	return acme
}

// An edit says only what it changes. What it leaves out stays as it is, and None
// takes away.
func ExampleOptional() {
	ctx, acme := context.Background(), west(company.Config{})
	by := company.By{Actor: company.User("uma")}
	for _, edit := range []company.EditTeam{
		{Team: "west", Name: company.To("US west")},
		{Team: "west", Description: company.None[string]()},
		{Team: "west"},
	} {
		if _, err := acme.Do(ctx, by, edit); err != nil {
			fmt.Println(err)
		}
		now, _ := acme.Policy().Directory().Team("west")
		fmt.Printf("%q %q\n", now.Name, now.Description)
	}
	// Output:
	// "US west" "The west coast"
	// "US west" ""
	// company: do: change 1, team.edit: nothing would change
	// "US west" ""
}

// What an actor read becomes a condition: keep the sequence that a page showed,
// and send it back with the change.
func ExampleBy_since() {
	ctx, acme := context.Background(), west(company.Config{})
	shown := acme.Checkpoint().Seq // with the form that Ann opens
	uma := company.By{Actor: company.User("uma")}
	if _, err := acme.Do(ctx, uma, company.EditTeam{Team: "west", Name: company.To("US west")}); err != nil {
		fmt.Println(err)
		return
	}

	ann := company.By{Actor: company.User("ann"), Since: shown}
	_, err := acme.Do(ctx, ann, company.EditTeam{Team: "west", Name: company.To("Pacific")})
	fmt.Println(err)
	fmt.Println("show the form again:", errors.Is(err, company.ErrChanged))
	// Output:
	// company: do: change 1, team.edit: what the change reads was changed since the actor looked: by event 2
	// show the form again: true
}

// What a system repeats is passed over, so that a directory sync may send all
// that it knows.
func ExampleReceipt_repeated() {
	ctx := context.Background()
	acme := west(company.Config{Systems: map[string]company.SystemConfig{
		"scim": {Changes: []company.Change{company.SuspendUser{}, company.AddMember{}}},
	}})
	sync := company.By{Actor: company.System("scim"), Reason: "directory sync"}
	first, err := acme.Do(ctx, sync, company.AddMember{Team: "west", User: "tom"})
	fmt.Println(first.Seq, first.Repeated, err)
	second, err := acme.Do(ctx, sync, company.AddMember{Team: "west", User: "tom"}, company.SuspendUser{User: "tom"})
	fmt.Println(second.Seq, second.Repeated, err)
	// Output:
	// 2 [] <nil>
	// 3 [1] <nil>
}

// Refused changes are told to the host, with who tried what and all that the
// actor is not told.
func ExampleConfig_refused() {
	type request struct{}
	ctx := context.WithValue(context.Background(), request{}, "request 17")
	acme := west(company.Config{Refused: func(ctx context.Context, a company.Attempt) {
		fmt.Printf("%s: %s, %T: %s\n", ctx.Value(request{}), a.By.Actor, a.Changes[0], a.Err.Detail())
	}})
	tom := company.By{Actor: company.User("tom")}
	_, err := acme.Do(ctx, tom, company.ShareReport{Report: "q3", User: "tom", Level: access.Editor})
	fmt.Println("tom is told:", err)
	// Output:
	// request 17: tom, company.ShareReport: company: do: change 1, report.share: deny unknown-resource: there is no report "q3"
	// tom is told: company: do: change 1, report.share: denied: out-of-reach
}
