package company

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// guard says what may be done in a state at an instant, and what may not.
type guard struct {
	state
	at      time.Time // of the event: every question and rule uses it
	company *Company  // for its configuration

	asked []access.Decision // of users, for the observer

	now   *access.Policy // nowOf with time standing still at at; made when asked for
	nowOf *access.Policy
}

// guard returns the guard of a point, at the time that it is for the company.
func (c *Company) guard(p journal.Point[*published]) guard {
	return guard{state: p.State.state, at: c.timeAt(p), company: c}
}

// policyNow returns the policy at the time of the event.
func (g *guard) policyNow() *access.Policy {
	if g.now == nil || g.nowOf != g.policy {
		g.now, g.nowOf = g.policy.At(g.at), g.policy
	}
	return g.now
}

// authorise says whether somebody may make a change of the type of c: users are
// asked about, systems are configured for it. Somebody who answers an invitation
// must prove that it is theirs, which mayAnswer checks.
func (g *guard) authorise(by Actor, c Change, questions []question) error {
	row, invitee := rowOf(c), !by.proof.IsZero()
	switch {
	case invitee && row.must&inviteeOnly == 0:
		return ErrInvitee
	case !invitee && row.must&inviteeOnly != 0:
		return ErrInviteeOnly
	case invitee:
		return nil
	case by.own:
		return nil // what it makes is fixed
	case by.system != "":
		if !g.company.systems[by.system].changes[row.name] {
			return fmt.Errorf("%w: %s", ErrSystem, by)
		}
		return nil
	case row.must&systemOnly != 0 && len(questions) == 0:
		return ErrSystemOnly
	}
	for _, q := range questions {
		d := q.answer(g.policyNow(), by.user)
		if g.company.config.Observer != nil {
			g.asked = append(g.asked, d)
		}
		if err := denial(d); err != nil {
			return err
		}
	}
	return nil
}

// checkSold refuses a change that takes more seats than the host sells. That
// fewer are sold by now than were taken before is no obstacle to anything else.
// Before the founding none were.
func (g *guard) checkSold(before *state) error {
	sold := g.company.config.Limits.Seats
	if sold == 0 {
		return nil
	}
	if taken := g.seatsTaken(g.at); taken > sold && (before.policy == nil || taken > before.seatsTaken(g.at)) {
		return fmt.Errorf("%w: the company has %d, and %d are taken", ErrSeats, sold, taken)
	}
	return nil
}

// checkSeats refuses access by invitation while more seats are taken than there
// are, which happens when the host sells fewer.
func (g *guard) checkSeats() error {
	seats := g.limits.within(g.company.config.Limits).Seats
	if seats == 0 {
		return nil
	}
	if taken := g.seatsTaken(g.at); taken > seats {
		return fmt.Errorf("%w: the company has %d, and %d are taken", ErrSeats, seats, taken)
	}
	return nil
}

// endOf returns the end of an actor's access; zero is none, and that of a system.
func (g *guard) endOf(by Actor) time.Time {
	u, _ := g.directory().User(by.user)
	return u.Until
}

// notBeyond refuses an end later than that of somebody's own access.
func (g *guard) notBeyond(by Actor, until time.Time) error {
	if own := g.endOf(by); !own.IsZero() && later(until, own) {
		return fmt.Errorf("%w: their access ends at %s", ErrBeyondOwnEnd, team.End(own))
	}
	return nil
}

// future refuses an end that is past: what is given would have ended before it
// began.
func (g *guard) future(until time.Time) error {
	if !until.IsZero() && !until.After(g.at) {
		return past(until)
	}
	return nil
}

// past is the refusal of an end, in words for whoever wrote it: a day is the beginning
// of that day, so the one before is the last.
func past(until time.Time) error {
	until = until.UTC()
	day := until.Format(time.DateOnly)
	if until.Equal(until.Truncate(24 * time.Hour)) {
		return fmt.Errorf("%w: %s, so that %s was the last day", ErrPast, day, until.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return fmt.Errorf("%w: it was %s at %s UTC", ErrPast, day, until.Format("15:04:05.999999999"))
}

// invitationQuestions returns what is asked about anyone who deals with an
// invitation to a role and teams.
func invitationQuestions(r role.Name, teams []team.ID) []question {
	all := []question{{action: access.InviteUser, resource: access.Company()}}
	if r != "" {
		all = append(all, question{action: access.GrantRole, resource: access.Role(r)})
	}
	for _, t := range teams {
		all = append(all, question{action: access.SetTeamMembers, resource: access.Team(t)})
	}
	return all
}

// maySend is the one guard of every way an invitation can lead to access: sent,
// re-sent, amended, planned or sent from a file, taken over, and accepted. It
// says whether somebody could send an invitation with these terms now, apart
// from a seat more and what concerns the sending rather than the terms. The change
// is of the type they make: [Invite], if it is the sponsor who is asked about.
func (g *guard) maySend(by Actor, c Change, t invite.Terms) error {
	if err := g.authorise(by, c, invitationQuestions(t.Role, t.Teams)); err != nil {
		return err
	}
	r, err := g.role(t.Role)
	if err != nil {
		return err
	}
	if err := g.mayGive(by, r.Name); err != nil {
		return err
	}
	if !r.Offered {
		return fmt.Errorf("%w: role %q", ErrNotOffered, r.Name)
	}
	if all, _ := g.directory().Holders(r.Name); r.MaxHolders > 0 && all >= r.MaxHolders {
		return fmt.Errorf("%w: role %q", ErrRoleFull, r.Name)
	}
	for _, id := range t.Teams {
		if _, err := g.team(id); err != nil {
			return err
		}
	}
	if err := g.future(t.Until); err != nil {
		return err
	}
	if err := g.checkSeats(); err != nil {
		return err
	}
	if u, taken := g.directory().UserByAddress(t.Address); taken {
		return takenAddress(t.Address, u.ID)
	}
	return nil
}

// mayManage says whether somebody may deal with an invitation as it is: with its
// role and, if teams says so, with those of its teams that still exist. A role
// that is full by now is no obstacle.
func (g *guard) mayManage(by Actor, c Change, t invite.Terms, teams bool) error {
	var there []team.ID
	for _, id := range t.Teams {
		if _, ok := g.directory().Team(id); teams && ok {
			there = append(there, id)
		}
	}
	for _, q := range invitationQuestions(t.Role, there) {
		err := g.authorise(by, c, []question{q})
		if denied, ok := errors.AsType[*access.DeniedError](err); ok && denied.Decision.Reason == access.ReasonRoleFull {
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayDeliver says whether a message about an invitation may be sent now, apart
// from what it offers. The cool-down counts from the message that was delivered
// to the address last, or is on its way there: one that was not delivered was
// not sent. A time after now, of a clock that has been corrected, does not count.
func (g *guard) mayDeliver(i invite.Invitation) error {
	config := g.company.config
	limits, since := config.Invitations, g.invitations.reachedAt(i.Terms.Address)
	if on := g.company.underway.to(i.Terms.Address); on.After(since) {
		since = on
	}
	switch wait := since.Add(limits.Cooldown); {
	case config.Deliver == nil:
		return ErrNoDelivery
	case !since.IsZero() && limits.Cooldown > 0 && g.at.Before(wait) && !g.at.Before(since):
		return fmt.Errorf("%w: wait until %s", ErrTooSoon, wait.Format(time.RFC3339))
	case limits.Pending > 0 && i.StateAt(g.at) != invite.Pending && g.invitations.live(g.at) >= limits.Pending:
		return ErrLimit
	case i.State != invite.Pending && g.invitations.open.Len() >= maxOpen:
		return fmt.Errorf("%w: %d, with those that expired; revoke some", ErrLimit, maxOpen)
	}
	return nil
}

// find returns an invitation about which somebody may give a command now. Anyone
// who may not invite learns nothing of it.
func (g *guard) find(by Actor, c Change, id invite.ID, command invite.Command) (invite.Invitation, error) {
	if err := g.authorise(by, c, invitationQuestions("", nil)); err != nil {
		return invite.Invitation{}, err
	}
	i, _ := g.invitations.get(id)
	_, err := i.StateAt(g.at).Next(command)
	return i, err
}

// mayAnswer returns the invitation that an invitee, by their proof and the
// secret, may answer with a command.
func (g *guard) mayAnswer(by Actor, id invite.ID, s invite.Secret, command invite.Command) (invite.Invitation, error) {
	i, cause := g.opened(id, s, command)
	switch {
	case i.State == invite.None || errors.Is(cause, errWrongSecret):
	case !i.Terms.Address.Equal(by.proof.Address()):
		cause = errWrongAddress
	case i.Terms.Provider != "" && i.Terms.Provider != by.proof.Provider():
		cause = errWrongProvider
	default:
		cause = cmp.Or(cause, g.checkAge(by.proof))
	}
	if cause != nil {
		return i, &Refusal{ErrRefused, cause}
	}
	return i, nil
}

// checkAge refuses a proof that is too old, or of the future.
func (g *guard) checkAge(p invite.Proof) error {
	if age := g.at.Sub(p.Time()); age > g.company.config.Invitations.ProofAge || age < -clockSkew {
		return errStaleProof
	}
	return nil
}

// opened returns the invitation that a secret opens, and why it does not, or why
// the command may not be given.
func (g *guard) opened(id invite.ID, s invite.Secret, command invite.Command) (invite.Invitation, error) {
	i, ok := g.invitations.get(id)
	if ok && !i.Digest.Matches(s, i.Claim(g.id)) {
		return i, errWrongSecret
	}
	_, err := i.StateAt(g.at).Next(command)
	return i, err
}
