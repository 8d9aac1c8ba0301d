package company_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// outbox is in place of your mail: it keeps the messages.
type outbox []invite.Message

func (o *outbox) deliver(_ context.Context, m invite.Message) error {
	*o = append(*o, m) // send m.Link() to m.To, and nowhere else
	return nil
}

// Found a company, invite a person, see who gained what when they accept, remove
// them, and read in the log who did what and why. This is a whole program: paste
// it into a main.go, and call its package and its function main.
func Example_story() {
	ctx := context.Background()
	var mail outbox
	events := audit.NewMemory() // yours is one that lasts: see audit.Log
	acme, err := company.Found(ctx, events, company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Name: "Ann", Email: team.MustParseAddress("ann@example.com")}, // an admin
		Document: &document.Document{
			Attributes: map[string]string{"country": "string"},
			Accounts: []document.Account{
				{ID: "us-1", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}},
				{ID: "de-1", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("DE")}},
			},
		},
	}, &company.Config{Deliver: mail.deliver, Origin: "https://app.example.com/join"})
	if err != nil {
		log.Fatal(err)
	}
	do := func(actor company.Actor, reason string, changes ...company.Change) company.Receipt {
		receipt, err := acme.Do(ctx, company.By{Actor: actor, Reason: reason}, changes...)
		if err != nil {
			log.Fatal(err)
		}
		return receipt
	}
	ann := company.User("ann")

	fmt.Println("a team and its data, as one event")
	do(ann, "the west opens",
		company.CreateTeam{Team: "west", Name: "West"}, // with an id, so that the next changes can name it
		company.CreateGroup{Group: "us", Name: "United States", Filter: "country = 'US'"},
		company.AttachGroup{Team: "west", Group: "us"})

	fmt.Println("an invitation")
	do(ann, "new in sales", company.Invite{Terms: invite.Terms{
		Address: team.MustParseAddress("bob@example.com"), Role: "team-member", Teams: []team.ID{"west"},
	}})
	message := mail[0]
	fmt.Println("  to", message.To, "from", message.Inviter, "as", message.RoleTitle)

	// Bob opens the link, and your page posts the secret. Your identity provider
	// says that the address of the person who signed in is verified.
	before := acme.Policy()
	secret, err := invite.ParseSecret(message.Secret.Reveal())
	if err != nil {
		log.Fatal(err)
	}
	proof, err := invite.Verified(team.MustParseAddress("bob@example.com"), "https://id.example.com", "", time.Now())
	if err != nil {
		log.Fatal(err)
	}
	receipt := do(company.Invitee(proof), "", company.AcceptInvitation{
		Invitation: message.Invitation, Secret: secret, User: "bob", // without an id of yours, a random one
	})
	joined, _ := company.Outcome[company.AcceptInvitation](receipt)
	fmt.Println("  accepted by", joined.User, "as", joined.Role, "of", joined.Teams)

	fmt.Println("who gained what")
	for gain := range diff.Compare(before, acme.Policy()).Gains() {
		fmt.Println(" ", gain)
	}
	fmt.Println(" ", acme.Decide(access.User("bob"), access.ViewAccount, access.Account("us-1")))

	fmt.Println("what is refused")
	_, err = acme.Do(ctx, company.By{Actor: company.User("bob"), Reason: "more data"}, company.AddMember{Team: "east", User: "bob"})
	fmt.Println(" ", err) // for Bob; see Error.Detail for what your own log should have

	removed, _ := company.Outcome[company.RemoveUser](do(ann, "left the company", company.RemoveUser{User: "bob"}))
	fmt.Println("removed, with what they had:", removed.Role, removed.Teams.First[0].Team)

	fmt.Println("who did what, and why")
	for event, err := range events.Events(ctx, 0) {
		if err != nil {
			log.Fatal(err)
		}
		for _, change := range event.Changes {
			fmt.Printf("  %d %s %s %q\n", event.Seq, event.Actor, change.Type, event.Reason)
		}
	}
	// Output:
	// a team and its data, as one event
	// an invitation
	//   to bob@example.com from Ann as Team member
	//   accepted by bob as team-member of [west]
	// who gained what
	//   ann may user.edit, user.remove, user.set-expiry, user.set-role, user.suspend at user bob (role admin)
	//   bob may account.view at account us-1 (role team-member, team west, data group us)
	//   bob may report.create at company (role team-member)
	//   bob may act in team west
	//   allow: team west, data group us
	// what is refused
	//   company: do: change 1, team.add-member: denied: no-capability
	// removed, with what they had: team-member west
	// who did what, and why
	//   1 ann company.found ""
	//   2 ann team.create "the west opens"
	//   2 ann datagroup.create "the west opens"
	//   2 ann team.attach-group "the west opens"
	//   3 ann invitation.send "new in sales"
	//   4 system delivery invitation.delivered ""
	//   5 invitee bob@example.com invitation.accept ""
	//   6 ann user.remove "left the company"
}
