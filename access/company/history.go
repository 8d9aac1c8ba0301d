package company

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// fold returns what comes after an event of a replay, as the journal needs it: not
// to be seen before it is settled.
func (c *Company) fold(before journal.Point[*published], e audit.Event) (*published, error) {
	s := before.State.state
	if s.replaying == nil {
		s.replaying = persist.NewToken()
	}
	next, err := s.follow(e, before.Time)
	if err != nil {
		return nil, err
	}
	return &published{state: next}, nil
}

// settle returns what a replay came to, to be published.
func (c *Company) settle(p *published) *published {
	s := p.state
	s.replaying = nil
	return c.publish(new(published), s)
}

// follow returns the state after an event, which comes after one of the last time.
// It repeats the structural checks of each change and derives its outcomes again,
// asks nobody, and has no clock.
func (s state) follow(e audit.Event, last time.Time) (state, error) {
	if e.Time.Before(last) && !correctsClock(e) {
		return state{}, fmt.Errorf("%w: it is earlier than the event before", ErrBroken)
	}
	next := s
	var changes []Change
	for i, r := range e.Changes {
		change, err := parseRecord(r)
		if err != nil {
			return state{}, err
		}
		if err := next.checkTurn(e, i, change); err != nil {
			return state{}, err
		}
		if err := next.repeat(change, r.Data, origin{e.Actor, e.Time, e.Seq, last, e.Reason, e.Approval}); err != nil {
			return state{}, fmt.Errorf("%w: %s no longer applies: %w", ErrBroken, r.Type, err)
		}
		changes = append(changes, change)
	}
	return next, checkEvent(s, next, e, changes)
}

// repeat applies a change of the log, if its outcomes follow from the state.
func (s *state) repeat(c Change, recorded []byte, o origin) error {
	if s.policy != nil {
		derived, err := derive(c, s, o)
		if err != nil {
			return err
		}
		data, err := encode(derived)
		if err != nil {
			return err
		}
		if field := firstDifference("", recorded, data); field != "" {
			return fmt.Errorf("the outcome %w: %s does not follow from the state before", ErrInvalid, field)
		}
	}
	return s.apply(c, o)
}

// checkEvent checks what an event says of itself: its company, who made it, and
// what it concerns.
func checkEvent(before, after state, e audit.Event, changes []Change) error {
	if after.id != e.Company {
		return fmt.Errorf("%w: an event is of company %q", ErrBroken, e.Company)
	}
	if !slices.Equal(targetsOf(changes), e.Targets) {
		return fmt.Errorf("%w: the targets are not those of the changes", ErrBroken)
	}
	if after.policy == nil {
		return nil // the founder is known when it is finished
	}
	if before.policy == nil {
		before = after // of the founder
	}
	for _, c := range changes {
		if !after.knows(&before, e.Actor, c) {
			return fmt.Errorf("%w: the actor is not as the company knows them", ErrBroken)
		}
	}
	return nil
}

// knows reports whether the actor of an event is as the company knew them before
// it: a user with their address and role, a system by its name alone, and only
// for an answer to an invitation the person that it was sent to.
func (s *state) knows(before *state, a audit.Actor, c Change) bool {
	if rowOf(c).must&inviteeOnly != 0 {
		i, _ := s.invitations.get(invite.ID(rowOf(c).about(c).targets[0].ID()))
		address, err := team.ParseAddress(a.Email)
		person := audit.Actor{Kind: audit.KindInvitee, Email: a.Email}
		return err == nil && a == person && address.Equal(i.Terms.Address)
	}
	switch a.Kind {
	case audit.KindUser:
		u, err := before.user(team.UserID(a.ID))
		return err == nil && a == actorOf(u)
	case audit.KindSystem:
		return a.Email == "" && a.Role == ""
	}
	return false
}

// firstDifference returns where two JSON values differ, "" for nowhere. Its path
// begins with at.
func firstDifference(at string, a, b []byte) string {
	if bytes.Equal(a, b) {
		return ""
	}
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return cmp.Or(at, "the value")
	}
	names := slices.Sorted(maps.Keys(x))
	for _, name := range slices.Sorted(maps.Keys(y)) {
		if _, both := x[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if path := firstDifference(strings.TrimPrefix(at+"."+name, "."), x[name], y[name]); path != "" {
			return path
		}
	}
	return cmp.Or(at, "the value")
}
