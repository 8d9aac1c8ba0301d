package company

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// state is a company at one point of its log, which its events alone make. Once
// it is published, it never changes. Time stands still in its policy, so that what
// is applied to it, and so replayed, has no clock in reach.
type state struct {
	id      string
	name    string
	limits  Limits
	policy  *access.Policy // nil until the founding is finished
	begun   *begun         // a founding that is not; nil otherwise
	touched touched
	clocks  []corrected
	people  people
	ledger  ledger
	reviews reviews

	invitations invitations
	digests     persist.Book[invite.Digest] // of the secrets of share links, by link

	// replaying is what all events of a replay change the ledger by, in place: no
	// state between two of them is seen by anybody. It is nil in one that is.
	replaying *persist.Token
}

// token returns what a change may change the ledger by.
func (s *state) token() *persist.Token {
	if s.replaying != nil {
		return s.replaying
	}
	return persist.NewToken()
}

// apply makes a recorded change and checks what must be true after any change. If it
// fails, s must not be used any more.
func (s *state) apply(c Change, o origin) error {
	before := *s
	if err := c.apply(s, o.at); err != nil {
		return err
	}
	if before.policy == nil {
		return s.founding(&before, o) // it may break what changes must keep
	}
	if _, ok := c.(CorrectClock); ok {
		s.clocks = append(slices.Clip(s.clocks), corrected{o.seq, o.at})
	}
	token := s.token()
	s.touched = s.touched.with(token, o.seq, touchedBy(c, &before, s))
	s.ledger = s.ledger.with(token, c, &before, s, o)
	if r, ok := c.(reviewing); ok {
		r.takeDown(s, causeOf(o))
	}
	return s.checkKept(&before, o.at)
}

// checkKept checks what a change may not break: the holders a role must have
// and may have, and the seats. What a document broke before may stay broken,
// but not get worse.
func (s *state) checkKept(before *state, at time.Time) error {
	if err := s.checkKeptHolders(before); err != nil {
		return err
	}
	if s.limits.Seats == 0 {
		return nil
	}
	if taken := s.seatsTaken(at); taken > s.limits.Seats && taken > before.seatsTaken(at) {
		return ErrSeats
	}
	return nil
}

// checkKeptHolders checks the holders of roles.
func (s *state) checkKeptHolders(before *state) error {
	if s.policy == before.policy {
		return nil
	}
	catalog := s.directory().Catalog()
	for name := range catalog.Names() {
		least, most := catalog.Holders(name)
		all, lasting := s.directory().Holders(name)
		allBefore, lastingBefore := before.directory().Holders(name)
		if lasting < least && lasting < lastingBefore {
			return fmt.Errorf("%w: role %q", ErrLastHolder, name)
		}
		if most > 0 && all > most && all > allBefore {
			return fmt.Errorf("%w: role %q", ErrRoleFull, name)
		}
	}
	return nil
}

// seatsTaken returns how many seats are taken at an instant.
func (s *state) seatsTaken(at time.Time) int {
	n := s.invitations.live(at)
	for name := range s.directory().Catalog().Names() {
		all, _ := s.directory().Holders(name)
		n += all
	}
	return n
}

// directory returns the records of the policy.
func (s *state) directory() access.Directory { return s.policy.Directory() }

// edit makes the next policy.
func (s *state) edit(change func(e *access.Edit)) error {
	e := s.policy.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		return refusedEdit(err)
	}
	s.policy = next
	return nil
}

// refusedEdit returns the first error of an edit, as others may follow from it,
// in a form that says once where it comes from. Names of others in it are not for
// everybody.
func refusedEdit(err error) error {
	e := firstEditError(err)
	what := e.Op
	if e.ID != "" {
		what += " " + text.Quote(e.ID)
	}
	for _, about := range []error{ErrTaken, ErrUnknown} {
		if name, more, found := strings.Cut(e.Err.Error(), " "+about.Error()); found && errors.Is(e.Err, about) {
			return besides(fmt.Errorf("%s: %s %w", what, name, about), access.Kind(strings.TrimPrefix(e.Op, "set ")), "%s", more)
		}
	}
	if err = e.Err; !errors.Is(err, ErrInvalid) {
		err = invalid("the value", err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// firstEditError returns the first error that [access.Edit.Policy] joined.
func firstEditError(err error) *access.Error {
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e
	}
	return &access.Error{Op: "edit", Err: err}
}

// invalid says that something is not valid, and why.
func invalid(what string, why error) error {
	return fmt.Errorf("%s %w: %w", what, ErrInvalid, text.Cause(why))
}

// user returns a user.
func (s *state) user(id team.UserID) (team.User, error) {
	u, ok := s.directory().User(id)
	return u, known(ok, access.KindUser, id)
}

// team returns a team.
func (s *state) team(id team.ID) (team.Team, error) {
	t, ok := s.directory().Team(id)
	return t, known(ok, access.KindTeam, id)
}

// group returns a data group.
func (s *state) group(id datagroup.ID) (datagroup.Group, error) {
	g, ok := s.directory().Group(id)
	return g, known(ok, access.KindGroup, id)
}

// account returns an account.
func (s *state) account(id datagroup.AccountID) (datagroup.Account, error) {
	a, ok := s.directory().Account(id)
	return a, known(ok, access.KindAccount, id)
}

// report returns a report without its grants.
func (s *state) report(id access.ReportID) (document.Report, error) {
	r, ok := s.directory().Report(id)
	return r, known(ok, access.KindReport, id)
}

// link returns a share link.
func (s *state) link(id access.LinkID) (access.ShareLink, error) {
	l, ok := s.directory().Link(id)
	return l, known(ok, access.KindLink, id)
}

// role returns a role of the catalog.
func (s *state) role(name role.Name) (role.Role, error) {
	r, ok := s.directory().Catalog().Role(name)
	return r, known(ok, access.KindRole, name)
}

// known returns nil if something is there, and ErrUnknown if not.
func known[ID ~string](ok bool, kind access.Kind, id ID) error {
	if ok {
		return nil
	}
	return unknown(kind, string(id), nil)
}

// later reports whether one end is later than another. No end is the latest.
func later(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return a.IsZero() && !b.IsZero()
	}
	return a.After(b)
}

// end returns an end as it is kept and recorded.
func end(t time.Time) time.Time { return t.UTC() }
