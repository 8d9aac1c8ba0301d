package company

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/team"
)

// SuspendUser takes a user's access away until they are reinstated.
type SuspendUser struct {
	User team.UserID `json:"user"`
}

func (c SuspendUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err == nil && u.Suspended {
		err = ErrNoChange
	}
	return c, err
}

func (c SuspendUser) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Suspended = true })
}

// ReinstateUser gives a suspended user their access back, until the end it has.
type ReinstateUser struct {
	User team.UserID `json:"user"`
}

func (c ReinstateUser) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	if !u.Suspended {
		return nil, ErrNoChange
	}
	return c, p.notBeyond(p.actor, u.Until)
}

func (c ReinstateUser) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Suspended = false })
}

// SetEnd gives a user's access an end, moves it, or lifts it.
type SetEnd struct {
	User  team.UserID         `json:"user"`
	Until Optional[time.Time] `json:"until,omitzero"` // required: [None] lifts the end
	SetEndOutcome
}

// SetEndOutcome is the outcome of [SetEnd].
type SetEndOutcome struct {
	From time.Time `json:"from,omitzero"` // the end before; zero is none
}

func (c SetEnd) resolve(p *proposal) (Change, error) {
	u, err := p.user(c.User)
	if err != nil {
		return nil, err
	}
	if c.Until.IsZero() {
		return nil, fmt.Errorf("a change of no end %w: set one with To, or lift it with None", ErrInvalid)
	}
	if c.Until, err = endIn(c.Until); err != nil {
		return nil, err
	}
	until := c.Until.or(u.Until)
	if until.Equal(u.Until) {
		return nil, ErrNoChange
	}
	if later(until, u.Until) {
		return c, p.notBeyond(p.actor, until)
	}
	return c, nil
}

func (c SetEnd) derive(s *state, _ origin) (Change, error) {
	u, err := s.user(c.User)
	c.SetEndOutcome = SetEndOutcome{u.Until}
	return c, err
}

func (c SetEnd) apply(s *state, _ time.Time) error {
	return s.editUser(c.User, func(u *team.User) { u.Until = c.Until.or(u.Until) })
}
