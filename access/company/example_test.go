package company_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// stillClock is a clock that stands still until it is moved, so that the
// examples print the same on any day. A host leaves Config.Now alone.
type stillClock struct{ time.Time }

func (c *stillClock) now() time.Time { return c.Time }

// countingRand replaces crypto/rand, for the same reason.
type countingRand uint64

func (n *countingRand) Read(p []byte) (int, error) {
	*n++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*n))
	return len(p), nil
}

// Found a company, change it with Do, and see what is refused.
func Example() {
	ctx := context.Background()
	clock := &stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	acme, err := company.Found(ctx, audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
		Document: &document.Document{
			Attributes: map[string]string{"country": "string"},
			Users:      []document.User{{ID: "uma", Email: "uma@example.com", Role: "user-manager"}, {ID: "tom", Email: "tom@example.com"}},
		},
	}, &company.Config{Now: clock.now, Rand: new(countingRand)})
	if err != nil {
		fmt.Println(err)
		return
	}

	uma := company.By{Actor: company.User("uma"), Reason: "joins the west"}
	receipt, err := acme.Do(ctx, uma, company.CreateTeam{Team: "west"}, company.AddMember{Team: "west", User: "tom"})
	fmt.Println("event", receipt.Seq, err)
	fmt.Println(acme.Decide(access.User("uma"), access.EditTeam, access.Team("west")))

	_, err = acme.Do(ctx, uma, company.SetRole{User: "tom", Role: "user"}, company.SetRole{User: "tom", Role: "admin"})
	fmt.Println(err)
	var denied *access.DeniedError
	if errors.As(err, &denied) {
		fmt.Println(denied.Decision)
	}
	tom, _ := acme.Policy().Directory().User("tom")
	fmt.Println("tom is still", tom.Role)
	// Output:
	// event 2 <nil>
	// allow: role user-manager
	// company: do: change 2, user.set-role: access: denied: out-of-reach
	// deny above-ceiling: role user-manager does not manage role admin
	// tom is still team-member
}

// Open a company from its log, and ask who had access when.
func ExampleCompany_AsOf() {
	ctx := context.Background()
	clock := &stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	config := &company.Config{Now: clock.now, Rand: new(countingRand)}
	log := audit.NewMemory() // a host has one that lasts
	acme, err := company.Found(ctx, log, company.Founding{
		ID: "acme", Name: "Acme",
		Founder:  team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
		Document: &document.Document{Users: []document.User{{ID: "tom", Email: "tom@example.com", Role: "user"}}},
	}, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	clock.Time = clock.AddDate(0, 1, 0)
	if _, err := acme.Do(ctx, company.By{Actor: company.User("ann"), Reason: "on leave"}, company.SuspendUser{User: "tom"}); err != nil {
		fmt.Println(err)
		return
	}

	again, err := company.Open(ctx, log, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Name(), "is at event", again.Checkpoint().Seq)
	for _, day := range []time.Time{
		time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 15, 0, 0, 0, 0, time.UTC),
	} {
		past, err := again.AsOf(ctx, day)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(day.Format(time.DateOnly), past.Decide(access.User("tom"), access.CreateReport, access.Company()))
	}
	// Output:
	// Acme is at event 2
	// 2026-03-01 deny unknown-user: there is no user tom
	// 2026-03-15 allow: role user
	// 2026-04-15 deny suspended: tom is suspended
}

// A system of the host, such as a directory sync, makes the types of change
// that it is configured for. Decide is not asked; the rules of a company hold.
func ExampleSystem() {
	ctx := context.Background()
	clock := &stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	acme, err := company.Found(ctx, audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme", Limits: company.Limits{Seats: 2},
		Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
	}, &company.Config{
		Now: clock.now, Rand: new(countingRand),
		Systems: map[string][]company.Change{"scim": {company.AddUser{}, company.SuspendUser{}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	scim := company.By{Actor: company.System("scim"), Reason: "directory sync", Correlation: "run 17"}
	receipt, err := acme.Do(ctx, scim, company.AddUser{Email: "tom@example.com"})
	if err != nil {
		fmt.Println(err)
		return
	}
	added, _ := company.Outcome[company.AddUser](receipt) // as recorded, with the id it got and the default role
	fmt.Println(added.User, added.Email, added.Role)

	for _, change := range []company.Change{
		company.AddUser{Email: "eve@example.com"},
		company.SuspendUser{User: "ann"},
		company.SetRole{User: "ann", Role: "viewer"},
	} {
		_, err := acme.Do(ctx, scim, change)
		fmt.Println(err)
	}
	// Output:
	// 000000000000000000000002 tom@example.com team-member
	// company: do: change 1, user.add: there are no seats left
	// company: do: change 1, user.suspend: the role would be left without the holders it must have: admin
	// company: do: change 1, user.set-role: the system may not make this change: system scim
}

// Invite a person. They become a user once they accept, with the secret of the
// message and the proof that the address is theirs.
func ExampleInvite() {
	ctx := context.Background()
	clock := &stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	var message invite.Message
	deliver := func(_ context.Context, m invite.Message) error { message = m; return nil } // a host sends it
	acme, err := company.Found(ctx, audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder:  team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")},
		Document: &document.Document{Teams: []document.Team{{ID: "west"}}},
	}, &company.Config{Deliver: deliver, Origin: "https://acme.example/join", Now: clock.now, Rand: new(countingRand)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := company.By{Actor: company.User("ann"), Reason: "trial until June"}

	_, err = acme.Do(ctx, ann, company.Invite{Terms: invite.Terms{
		Address: team.MustParseAddress("tom@example.com"),
		Teams:   []team.ID{"west"},
		Until:   time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
	}})
	fmt.Println(message.To, message.Secret, err)

	proof, _ := invite.Verified(team.MustParseAddress("tom@example.com"), "https://id.example", "", clock.now()) // from the ID token of their sign-in
	receipt, err := acme.Do(ctx, company.By{Actor: company.Invitee(proof)},
		company.AcceptInvitation{Invitation: message.Invitation, Secret: message.Secret, User: "tom"})
	fmt.Println("event", receipt.Seq, err)

	tom, _ := acme.Policy().Directory().User("tom")
	fmt.Println(tom.Role, "until", tom.Until.Format(time.DateOnly))
	_, err = acme.Do(ctx, company.By{Actor: company.Invitee(proof)},
		company.AcceptInvitation{Invitation: message.Invitation, Secret: message.Secret, User: "tim"})
	fmt.Println(err)
	// Output:
	// tom@example.com [redacted] <nil>
	// event 3 <nil>
	// team-member until 2026-06-01
	// company: do: change 1, invitation.accept: it cannot be used
}
