package company

import (
	"fmt"
	"maps"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// retired is the ids that were used and are no more: a chain of what each state
// added to the one before, so that no state copies another's.
type retired struct {
	ids    map[string]bool
	before *retired
}

// has reports whether an id was used.
func (r *retired) has(id string) bool {
	for ; r != nil; r = r.before {
		if r.ids[id] {
			return true
		}
	}
	return false
}

// with returns r and one more id. Short links are joined, so that the chain
// stays as short as the logarithm of its length.
func (r *retired) with(id string) *retired {
	next := &retired{ids: map[string]bool{id: true}, before: r}
	for next.before != nil && len(next.before.ids) <= len(next.ids) {
		joined := maps.Clone(next.before.ids)
		maps.Copy(joined, next.ids)
		next = &retired{ids: joined, before: next.before.before}
	}
	return next
}

// retire notes that an id is not to be used again.
func retire[ID ~string](s *state, kind access.Kind, id ID) {
	s.retired = s.retired.with(retiredKey(kind, id))
}

func retiredKey[ID ~string](kind access.Kind, id ID) string { return string(kind) + " " + string(id) }

// checkFree refuses an id that a thing of that kind has or ever had.
func checkFree[ID ~string](s *state, kind access.Kind, id ID) error {
	var exists bool
	switch kind {
	case access.KindUser:
		_, exists = s.directory().User(team.UserID(id))
	case access.KindTeam:
		_, exists = s.directory().Team(team.ID(id))
	case access.KindGroup:
		_, exists = s.directory().Group(datagroup.ID(id))
	case access.KindReport:
		_, exists = s.directory().Report(access.ReportID(id))
	case access.KindAccount:
		_, exists = s.directory().Account(datagroup.AccountID(id))
	case access.KindLink:
		_, exists = s.directory().Link(access.LinkID(id))
	case kindInvitation:
		_, exists = s.invitations.get(invite.ID(id))
	}
	switch {
	case exists:
		return fmt.Errorf("%s id %q %w", kind, id, ErrTaken)
	case s.retired.has(retiredKey(kind, id)):
		return fmt.Errorf("%w: %s %q", ErrReused, kind, id)
	}
	return nil
}
