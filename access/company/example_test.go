package company_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/diff"
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
	// company: do: change 2, user.set-role: denied: above-ceiling
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
			continue
		}
		fmt.Println(day.Format(time.DateOnly), past.Policy().Decide(access.User("tom"), access.CreateReport, access.Company()))
	}
	// Output:
	// Acme is at event 2
	// company: as of: the company was founded later
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
		Systems: map[string]company.SystemConfig{"scim": {Changes: []company.Change{company.AddUser{}, company.SuspendUser{}}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	scim := company.By{Actor: company.System("scim"), Reason: "directory sync", Correlation: "run 17"}
	receipt, err := acme.Do(ctx, scim, company.AddUser{Person: company.Person{Email: "tom@example.com"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	added, _ := company.Outcome[company.AddUser](receipt) // as recorded, with the id it got and the default role
	fmt.Println(added.User, added.Email, added.Role)

	for _, change := range []company.Change{
		company.AddUser{Person: company.Person{Email: "eve@example.com"}},
		company.SuspendUser{User: "ann"},
		company.SetRole{User: "ann", Role: "viewer"},
	} {
		_, err := acme.Do(ctx, scim, change)
		fmt.Println(err)
	}
	// Output:
	// 000000000000000000000002 tom@example.com team-member
	// company: do: change 1, user.add: no seats are left
	// company: do: change 1, user.suspend: the role would be left without the holders it must have: role "admin"
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
	// event 4 <nil>
	// team-member until 2026-06-01
	// company: do: change 1, invitation.accept: the invitation or link cannot be used
}

// foundExample founds a company for the examples below: ann is its admin, uma
// manages users, and tom belongs to team west, which sees the account us-1.
func foundExample(config *company.Config) *company.Company {
	config.Now, config.Rand = (&stillClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}).now, new(countingRand)
	d, err := document.Parse([]byte(`{
		"accounts": [{"id": "us-1", "source": "google"}], "groups": [{"id": "us", "filter": "id = 'us-1'"}],
		"teams": [{"id": "west", "groups": ["us"], "members": [{"user": "tom"}]}],
		"users": [{"id": "ann", "email": "ann@example.com", "role": "admin"},
			{"id": "uma", "email": "uma@example.com", "role": "user-manager"}, {"id": "tom", "email": "tom@example.com"}],
		"reports": [{"id": "q3", "name": "Third quarter", "grants": [{"user": "tom", "level": "creator"}]}]}`))
	if err != nil {
		panic(err)
	}
	acme, err := company.Found(context.Background(), audit.NewMemory(), company.Founding{ID: "acme", Name: "Acme", Document: d}, config)
	if err != nil {
		panic(err)
	}
	return acme
}

// Read what Do filled in, such as the id of a new team.
func ExampleOutcome() {
	acme := foundExample(&company.Config{})
	receipt, err := acme.Do(context.Background(), company.By{Actor: company.User("ann")}, company.CreateTeam{Name: "East"})
	if err != nil {
		fmt.Println(err)
		return
	}
	team, _ := company.Outcome[company.CreateTeam](receipt)
	fmt.Println(team.Team)
	// Output: 000000000000000000000002
}

// Show what removing a user would take away, and remove them with a successor
// for the reports that they alone created.
func ExampleCompany_Holdings() {
	ctx, acme := context.Background(), foundExample(&company.Config{})
	has, _ := acme.Holdings("tom")
	fmt.Println(len(has.Teams), "team; reports that need a successor:", has.LastCreatorOf)

	ann := company.By{Actor: company.User("ann"), Reason: "left the company"}
	_, err := acme.Do(ctx, ann, company.RemoveUser{User: "tom"})
	fmt.Println(errors.Is(err, company.ErrSuccessor))
	receipt, err := acme.Do(ctx, ann, company.RemoveUser{User: "tom", Successor: "uma"})
	removed, _ := company.Outcome[company.RemoveUser](receipt)
	fmt.Println(removed.HandedOver.First, err)
	// Output:
	// 1 team; reports that need a successor: [q3]
	// true
	// [q3] <nil>
}

// Show who would lose what while an admin types another filter, and make the change
// as it was shown.
func ExampleCompany_WhatIf() {
	ctx, acme := context.Background(), foundExample(&company.Config{})
	by := company.By{Actor: company.User("ann"), Since: acme.Checkpoint().Seq}
	for _, typed := range []string{"id = 'us", "id = 'us-1'", "id = 'us-2'"} {
		edit := company.EditGroup{Group: "us", Filter: company.To(typed)}
		asked, err := acme.WhatIf(ctx, by, edit)
		if err != nil {
			fmt.Println(err)
			continue
		}
		for loss := range diff.Compare(asked.Before, asked.After).Losses() {
			fmt.Println("would be lost:", loss)
		}
		_, err = acme.Do(ctx, by, edit) // refused, if the data group was changed since
		fmt.Println("done:", err)
	}
	// Output:
	// company: do: change 1, datagroup.edit: the filter is not valid: filter at 1:6: the string is not closed with '
	// company: do: change 1, datagroup.edit: nothing would change
	// would be lost: tom sees account us-1 (team west, data group us)
	// done: <nil>
}

// Share a report by a link: keep its id and secret in the address that you show
// once, and ask Decide about the subject that they stand for.
func ExampleMakeLink() {
	ctx, acme := context.Background(), foundExample(&company.Config{})
	tom := company.By{Actor: company.User("tom")}
	receipt, err := acme.Do(ctx, tom, company.MakeLink{Link: "l1", Resource: access.Report("q3")})
	link, _ := company.Outcome[company.MakeLink](receipt)
	fmt.Println(link.Link, link.Until.Format(time.DateOnly), err)

	visitor, err := acme.LinkSubject("l1", link.Secret)
	fmt.Println(acme.Decide(visitor, access.ViewReport, access.Report("q3")), err)
	_, err = acme.Do(ctx, tom, company.RevokeLink{Link: "l1"})
	fmt.Println(acme.Decide(visitor, access.ViewReport, access.Report("q3")).Reason, err)
	// Output:
	// l1 2026-04-01 <nil>
	// allow: link l1 is live <nil>
	// link-ended <nil>
}

// Invite the people in a file: read it, plan it to show what would happen, and
// send it once a user agrees.
func ExampleCompany_SendInvitations() {
	discard := func(context.Context, invite.Message) error { return nil } // a host sends the message
	acme := foundExample(&company.Config{Deliver: discard, Origin: "https://acme.example/join"})
	rows, err := invite.ReadCSV(strings.NewReader("email,role,reason\nkim@example.com,viewer,audit\nTom@example.com,viewer,audit\n"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	uma := company.By{Actor: company.User("uma")}
	plan, err := acme.PlanInvitations(uma, rows)
	fmt.Println(plan[0].Code, plan[1].Code, err)
	sent, err := acme.SendInvitations(context.Background(), uma, plan)
	fmt.Println(sent[0].Invitation, sent[1].Code, err)
	// Output:
	// ok already-member <nil>
	// 000000000000000000000002 already-member <nil>
}

// Show the offer on the page that a link leads to. Opening the page accepts
// nothing, and a stranger learns nothing.
func ExampleCompany_Offer() {
	var message invite.Message
	deliver := func(_ context.Context, m invite.Message) error { message = m; return nil } // a host sends it
	acme := foundExample(&company.Config{Deliver: deliver, Origin: "https://acme.example/join"})
	terms := invite.Terms{Address: team.MustParseAddress("kim@example.com"), Role: "viewer"}
	_, err := acme.Do(context.Background(), company.By{Actor: company.User("uma"), Reason: "audit"}, company.Invite{Terms: terms})
	fmt.Println(err)

	offer, err := acme.Offer(message.Invitation, message.Secret)
	fmt.Println(offer.Inviter, "invites you to", offer.Company, "as", offer.RoleTitle, err)
	_, err = acme.Offer(message.Invitation, invite.Secret{})
	fmt.Println(err)
	// Output:
	// <nil>
	// uma@example.com invites you to Acme as Viewer <nil>
	// company: offer: the invitation or link cannot be used
}

// Answer a refusal with the text of the error, and log its detail, which is not
// for the person refused.
func ExampleError_Detail() {
	acme := foundExample(&company.Config{})
	_, err := acme.Do(context.Background(), company.By{Actor: company.User("tom"), Reason: "spring cleaning"}, company.SuspendUser{User: "ann"})
	var e *company.Error
	if errors.As(err, &e) && e.Refused() {
		fmt.Println(e)
		fmt.Println(e.Detail())
	}
	// Output:
	// company: do: change 1, user.suspend: denied: no-capability
	// company: do: change 1, user.suspend: deny no-capability: role team-member does not hold user.suspend
}
