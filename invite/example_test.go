package invite_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// A file of invitations is read row by row. A row that cannot be read says why,
// and spoils no other.
func ExampleReadCSV() {
	file := `Email,Name,Role,Teams,Until
ann@example.com,Ann Lee,team-member,americas; emea,2027-03-01
Bob <bob@example.com>,Bob,viewer,,
ANN@example.com,Ann,viewer,,
carl@example.com,=1+1,viewer,,
dora@example.com,Dora,viewer,,in spring
`
	rows, err := invite.ReadCSV(strings.NewReader(file), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row.Line, row.Code)
		if row.Err != nil {
			fmt.Println("  ", row.Err)
		}
	}
	// Output:
	// 2 ok
	// 3 bad-address
	//    team: address "Bob <bob@example.com>": it is not a bare e-mail address: the part before the @ is not valid: write the address alone, without a name and without < and >
	// 4 duplicate-in-file
	//    invite: line 2 has the same mailbox
	// 5 ok
	// 6 bad-date
	//    invite: the terms are not valid: the end "in spring" is neither a day such as 2027-03-01 nor an instant such as 2027-03-01T00:00:00Z
}

// The link is the one place that shows a secret. The page at that address posts
// the secret back.
func ExampleMessage_Link() {
	random := bytes.NewReader(bytes.Repeat([]byte("not random "), 3)) // use crypto/rand.Reader
	secret, err := invite.NewSecret(random)
	if err != nil {
		fmt.Println(err)
		return
	}
	ann := team.MustParseAddress("ann@example.com")
	invitation := invite.Invitation{ID: "i-1", Generation: 1, Terms: invite.Terms{Address: ann}}
	invitation.Digest = secret.Digest(invitation.Claim("acme"))

	message := invite.Message{Invitation: "i-1", To: ann, Origin: "https://acme.example/join", Secret: secret}
	fmt.Println(message.Link())
	fmt.Println(message.Secret)

	posted, err := invite.ParseSecret("bm90IHJhbmRvbSBub3QgcmFuZG9tIG5vdCByYW5kb20")
	fmt.Println(invitation.Digest.Matches(posted, invitation.Claim("acme")), err)
	fmt.Println(invitation.Digest.Matches(posted, invitation.Claim("another company")))
	// Output:
	// https://acme.example/join/i-1#bm90IHJhbmRvbSBub3QgcmFuZG9tIG5vdCByYW5kb20
	// [redacted]
	// true <nil>
	// false
}

// A proof comes from the sign-in of the person, never from what they typed.
func ExampleVerified() {
	signedIn := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	proof, err := invite.Verified(team.MustParseAddress("Ann@example.com"), "https://id.example", "google", signedIn)
	fmt.Println(proof.Address(), proof.Provider(), err)

	_, err = invite.Verified(team.MustParseAddress("ann@example.com"), "", "", signedIn)
	fmt.Println(err)
	// Output:
	// Ann@example.com google <nil>
	// invite: the proof of an address is not valid: an address, an issuer and a time are required
}

// No job ends an invitation: its state is computed when you ask.
func ExampleInvitation_StateAt() {
	expires := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	invitation := invite.Invitation{ID: "i-1", State: invite.Pending, Expires: expires}
	state := invitation.StateAt(expires)
	fmt.Println(invitation.StateAt(expires.Add(-1)), state)

	_, err := state.Next(invite.Accept)
	fmt.Println(err)
	next, err := state.Next(invite.Resend)
	fmt.Println(next, err)
	// Output:
	// pending expired
	// invite: cannot accept: the invitation expired
	// pending <nil>
}
