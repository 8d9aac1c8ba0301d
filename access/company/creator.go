package company

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// NameCreator makes somebody the creator of a report that has no lasting one:
// nobody qualified when the last was removed, or a document left none. The user
// must be active, without an end of access, and not the actor, who needs a role
// that holds user.remove and no level at the report.
type NameCreator struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user"`
}

func (c NameCreator) resolve(p *proposal) (Change, error) {
	if _, err := p.report(c.Report); err != nil {
		return nil, err
	}
	if _, err := p.user(c.User); err != nil {
		return nil, err
	}
	if g, ok := p.directory().UserGrant(c.Report, c.User); ok && lasting(g) {
		return nil, ErrNoChange
	}
	return c, nil
}

// derive checks what a replay checks, too: there is no outcome to fill in.
func (c NameCreator) derive(s *state, o origin) (Change, error) {
	if hasCreator(s.directory(), c.Report) {
		return nil, fmt.Errorf("naming a creator of report %q %w: it has one", c.Report, ErrInvalid)
	}
	return c, s.mayCreate(o, c.User, "")
}

func (c NameCreator) apply(s *state, _ time.Time) error {
	grant := creatorGrant(s.directory(), c.Report, c.User).Entry()
	return s.edit(func(e *access.Edit) { e.SetGrant(c.Report, grant) })
}

// creatorGrant returns the grant of a lasting creator, with the note of the one
// that the user has.
func creatorGrant(d access.Directory, report access.ReportID, id team.UserID) access.Grant {
	old, _ := d.UserGrant(report, id)
	return access.Grant{User: id, Level: access.Creator, Note: old.Note}
}

// qualifies reports whether a user may become the creator of a report that
// somebody else made.
func qualifies(u team.User) bool { return !u.Suspended && u.Until.IsZero() }

// mayCreate refuses somebody as the creator of a report that would have none, as
// far as it is for the actor of a change to name them. A user who is removed by
// it does not count.
func (s *state) mayCreate(o origin, id, removed team.UserID) error {
	u, ok := s.directory().User(id)
	if !ok || !qualifies(u) || id == removed {
		return ErrSuccessor
	}
	if id == userOf(o) {
		return fmt.Errorf("%w: %w", ErrSuccessor, ErrSelf)
	}
	return nil
}

// anyQualifies reports whether there is a user who may become a creator, besides
// the actor and one who is removed. It counts the holders of roles, not users.
func (s *state) anyQualifies(o origin, removed team.UserID) bool {
	n := 0
	for _, r := range s.directory().Catalog().Roles() {
		_, lasting := s.directory().Holders(r.Name)
		n += lasting
	}
	for _, id := range slices.Compact([]team.UserID{userOf(o), removed}) {
		if u, ok := s.directory().User(id); ok && qualifies(u) {
			n--
		}
	}
	return n > 0
}

// userOf returns the user who makes a change; "" if it is none.
func userOf(o origin) team.UserID {
	if o.actor.Kind != audit.KindUser {
		return ""
	}
	return team.UserID(o.actor.ID)
}

// lastCreatorOf returns the reports whose only lasting creator is a user, in byte
// order.
func lastCreatorOf(d access.Directory, id team.UserID) []access.ReportID {
	var all []access.ReportID
	for g := range d.GrantsOf(id) {
		if lasting(g) && lastCreator(d, g.Report, id) {
			all = append(all, g.Report)
		}
	}
	slices.Sort(all)
	return all
}
