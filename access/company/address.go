package company

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// What keeps users from changing their own address, besides [ErrTaken]. They
// proved that it is theirs, so they are told.
var (
	errOtherAddress  = errors.New("the proof is of another address")
	errOtherProvider = errors.New("the address was verified by another provider than the one their invitation named")
)

// ChangeAddress gives a user another e-mail address. A system may, and where
// [Config.ChangeAddress] allows it the user, with a proof that the new address is
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
	if !p.company.config.ChangeAddress {
		return ErrSystemOnly
	}
	came, _ := p.invitations.get(p.personal(c.User).invitation)
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
	s.remember(c.User, func(p *person) { p.former = append(p.former, u.Email) })
	return s.editUser(c.User, func(u *team.User) { u.Email = address })
}

// person is what a company remembers of a user besides the user's record.
type person struct {
	invitation invite.ID      // that they came by
	former     []team.Address // that they had before
}

// personal returns what is remembered of a user.
func (s *state) personal(id team.UserID) person {
	_, p, _ := s.people.Find(string(id))
	return p
}

// remember changes what is remembered of a user.
func (s *state) remember(id team.UserID, change func(p *person)) {
	p := s.personal(id)
	p.former = slices.Clone(p.former)
	change(&p)
	s.people.Add(snapshot.NewToken(), string(id), p)
}

// forget drops what is remembered of a user.
func (s *state) forget(id team.UserID) { s.people.Remove(snapshot.NewToken(), string(id)) }

// offersTo returns the pending invitations to any address that a user has or had,
// expired ones included, in byte order of ids.
func (s *state) offersTo(id team.UserID) []invite.Invitation {
	u, _ := s.directory().User(id)
	var all []invite.Invitation
	for _, a := range append([]team.Address{u.Email}, s.personal(id).former...) {
		all = append(all, s.invitations.openTo(a)...)
	}
	slices.SortFunc(all, byID)
	return slices.CompactFunc(all, func(a, b invite.Invitation) bool { return a.ID == b.ID })
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
