package company

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/ordered"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// What keeps users from changing their own address, besides [ErrTaken]. They
// proved that it is theirs, so they are told.
var (
	errOtherAddress  = errors.New("the proof is of another address")
	errOtherProvider = errors.New("the address was verified by another provider than the one their invitation named")
)

// errTooOld: nobody can say who has an address in a company that is too old.
var errTooOld = errors.New("the log was not read for too long: sync")

// ChangeAddress gives a user another e-mail address. A system may, and where
// [Config.OwnAddresses] allows it the user, with a proof that the new address is
// theirs. A pending invitation to the new address is revoked.
type ChangeAddress struct {
	User  team.UserID
	Email string
	Proof invite.Proof // from the user; that of a system does not matter
	ChangeAddressOutcome
}

// ChangeAddressOutcome is the outcome of [ChangeAddress].
type ChangeAddressOutcome struct {
	Invitations  Bounded[invite.ID] `json:"invitations,omitzero"`  // revoked, in byte order
	Verification Verification       `json:"verification,omitzero"` // zero if a system changed it
}

// addressChange is a [ChangeAddress] as the log has it.
type addressChange struct {
	User   team.UserID `json:"user"`
	Person `json:"personal"`
	ChangeAddressOutcome
}

// MarshalJSON writes what is personal under one key, and no proof.
func (c ChangeAddress) MarshalJSON() ([]byte, error) {
	return encode(addressChange{c.User, Person{Email: c.Email}, c.ChangeAddressOutcome})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *ChangeAddress) UnmarshalJSON(data []byte) error {
	var a addressChange
	err := json.Unmarshal(data, &a)
	*c = ChangeAddress{User: a.User, Email: a.Email, ChangeAddressOutcome: a.ChangeAddressOutcome}
	return err
}

func (c ChangeAddress) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	address, err := parseAddress(c.Email)
	if err != nil {
		return nil, err
	}
	if u.Email == address {
		return nil, ErrNoChange
	}
	c.Verification = Verification{}
	if p.actor.user != "" {
		if err := p.mayProve(c, address); err != nil {
			return nil, err
		}
		c.Verification = verification(c.Proof)
	}
	if holder, taken := p.directory().UserByAddress(address); taken && holder.ID != u.ID {
		return nil, takenAddress(address, holder.ID)
	}
	c.Proof = invite.Proof{}
	return c, nil
}

// mayProve checks the proof of users who change their own address.
func (p *proposal) mayProve(c ChangeAddress, address team.Address) error {
	if !p.company.config.OwnAddresses {
		return ErrSystemOnly
	}
	_, id, _ := p.people.came.Find(string(c.User))
	came, _ := p.invitations.get(id)
	var cause error
	switch {
	case !c.Proof.Address().Equal(address):
		cause = errOtherAddress
	case came.Terms.Provider != "" && came.Terms.Provider != c.Proof.Provider():
		cause = errOtherProvider
	default:
		cause = p.checkAge(c.Proof)
	}
	if cause != nil {
		return fmt.Errorf("the new address %w: %w", ErrInvalid, cause)
	}
	return nil
}

func (c ChangeAddress) derive(s *state, _ origin) (Change, error) {
	address, err := parseAddress(c.Email)
	if err != nil {
		return nil, err
	}
	err = fill(&c.Invitations, s.invitations.openTo(address), idOf)
	return c, err
}

func (c ChangeAddress) apply(s *state, at time.Time) error {
	u, err := s.user(c.User)
	if err != nil {
		return err
	}
	address, err := parseAddress(c.Email)
	if err != nil {
		return err
	}
	if err := s.revoke(s.invitations.openTo(address), at); err != nil {
		return err
	}
	if !u.Email.IsZero() {
		s.people.had = s.people.had.With(formerMailbox{c.User, u.Email.Key()})
	}
	return s.editUser(c.User, func(u *team.User) { u.Email = address })
}

// Proven returns the user with a proven address: also one who is suspended or whose
// access has ended. Without one it returns the invitation to the address that can
// be accepted now, unless it names another identity provider than the proof. Both
// are zero for an address that is nobody's.
//
// The error is an [*Error] that wraps [ErrInvalid] for a proof that is older than
// [InvitationLimits].ProofAge, of the future, or zero. A
// company that is older than [Config.MaxAge] allows gives another one.
func (c *Company) Proven(p invite.Proof) (team.User, invite.Invitation, error) {
	now := c.guard(c.journal.Point())
	if c.isTooOld() {
		return team.User{}, invite.Invitation{}, &Error{Op: "proven", Err: errTooOld}
	}
	if err := now.checkAge(p); err != nil {
		return team.User{}, invite.Invitation{}, &Error{Op: "proven", Err: invalid("the proof", err)}
	}
	if u, ok := now.directory().UserByAddress(p.Address()); ok {
		return u, invite.Invitation{}, nil
	}
	i := now.invitations.to(p.Address())
	if i.StateAt(now.at) != invite.Pending || i.Terms.Provider != "" && i.Terms.Provider != p.Provider() {
		return team.User{}, invite.Invitation{}, nil
	}
	return team.User{}, detached(i), nil
}

// people is what a company remembers of its users besides their records. It never
// changes.
type people struct {
	came persist.Book[invite.ID]    // the invitation that a user came by
	had  ordered.Set[formerMailbox] // that users had before
}

// formerMailbox is a mailbox that was a user's.
type formerMailbox struct {
	user team.UserID
	key  string // of the address
}

// Compare implements [ordered.Member].
func (m formerMailbox) Compare(o formerMailbox) int {
	return cmp.Or(cmp.Compare(m.user, o.user), cmp.Compare(m.key, o.key))
}

// cameBy returns p with the invitation that a user came by.
func (p people) cameBy(id team.UserID, i invite.ID) people {
	p.came.Add(persist.NewToken(), string(id), i)
	return p
}

// former returns the mailboxes that a user had before.
func (p people) former(id team.UserID) (all []formerMailbox) {
	for m := range p.had.From(formerMailbox{user: id}) {
		if m.user != id {
			break
		}
		all = append(all, m)
	}
	return all
}

// without returns p without what it has of a user.
func (p people) without(id team.UserID) people {
	p.came.Remove(persist.NewToken(), string(id))
	for _, m := range p.former(id) {
		p.had = p.had.Without(m)
	}
	return p
}

// offersTo returns the pending invitations to any address that a user has or had,
// expired ones included, in byte order of ids.
func (s *state) offersTo(id team.UserID) []invite.Invitation {
	u, _ := s.directory().User(id)
	all := s.invitations.openTo(u.Email)
	for _, m := range s.people.former(id) {
		if m.key != u.Email.Key() {
			all = append(all, s.invitations.marked(s.invitations.byMailbox, m.key)...)
		}
	}
	slices.SortFunc(all, byID)
	return all
}

// revoke closes pending invitations.
func (s *state) revoke(all []invite.Invitation, at time.Time) error {
	for _, i := range all {
		if err := s.closeInvitation(i.ID, invite.Revoke, "", at); err != nil {
			return err
		}
	}
	return nil
}
