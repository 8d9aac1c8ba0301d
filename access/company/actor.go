package company

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// Actor is who makes a change: a user of the company, a system of the host's, or
// an invitee. The zero Actor may change nothing.
type Actor struct {
	user   team.UserID
	system string
	own    bool // the system is a part of the company, and makes changes of its own
	proof  invite.Proof
}

// User returns the user with the given id as an actor. Their changes are made at
// company level and asked of Decide.
func User[ID ~string](id ID) Actor { return Actor{user: team.UserID(id)} }

// System returns a system of the host's as an actor: a directory sync, a
// sweeper. It may make the changes that [Config.Systems] names for it, and they
// are not asked of Decide.
func System(name string) Actor { return Actor{system: name} }

// Invitee returns the person who answers an invitation as an actor, by the proof
// that they control an address. They may accept and decline what was sent there,
// and nothing else. The zero Proof gives the zero Actor.
func Invitee(p invite.Proof) Actor { return Actor{proof: p} }

// String returns "ann", "system scim" or "invitee bob@example.com", and "nobody"
// for the zero Actor.
func (a Actor) String() string {
	switch {
	case a.user != "":
		return string(a.user)
	case a.system != "":
		return "system " + a.system
	case !a.proof.IsZero():
		return "invitee " + a.proof.Address().String()
	}
	return "nobody"
}

// By says who makes a change and why.
type By struct {
	Actor       Actor
	Reason      string // text, required for changes of users, invitations and memberships, except by an invitee; at most 500 bytes
	Approval    string // a line of text: reference to an approval elsewhere; may be empty
	Correlation string // a line of text: ties the event to a request of the host's; may be empty
	Via         string // a line of text: who or what acted in the actor's name, such as a support engineer or a token; recorded and never consulted; may be empty

	// Since makes what the actor read a condition: it is [audit.Checkpoint.Seq] of
	// [Company.Checkpoint] at the moment they looked. If an event after it touched
	// what one of the changes reads, Do refuses them all with [ErrChanged], and
	// the [Error] has the number of the last such event. A change reads the pair of
	// a membership, of a grant, or of a team and its data group, and the data group
	// that is attached; if it edits something, that; and if it deletes something,
	// also what hangs on it: members, data groups, grants, links, and the
	// invitations of a sponsor. 0 is no condition. A number that the log does not
	// have yet is invalid.
	Since uint64
}

// maxReason is the length of a reason, and of the references beside it, in bytes.
const maxReason = invite.MaxReason

// check refuses what cannot be recorded, and a missing reason where one is due.
func (b By) check(reasonDue bool) error {
	if b.Actor == (Actor{}) {
		return ErrNoActor
	}
	reason := strings.TrimSpace(b.Reason)
	if len(b.Reason) > maxReason || reasonDue && reason == "" {
		return ErrReason
	}
	if err := text.Lines(reason, maxReason); err != nil {
		return fmt.Errorf("%w: it %w", ErrReason, err)
	}
	if err := text.Line(b.Approval, maxReason); err != nil {
		return fmt.Errorf("the approval %w: it %w", ErrInvalid, err)
	}
	if err := text.Line(b.Correlation, maxReason); err != nil {
		return fmt.Errorf("the correlation %w: it %w", ErrInvalid, err)
	}
	if err := text.Line(b.Via, maxReason); err != nil {
		return fmt.Errorf("what the change is made via %w: it %w", ErrInvalid, err)
	}
	return nil
}
