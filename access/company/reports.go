package company

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

// CreateReport makes a report.
type CreateReport struct {
	Report  access.ReportID `json:"report"` // never used before; "" for a random one
	Name    string          `json:"name,omitempty"`
	Creator team.UserID     `json:"creator"` // a system names its first creator; for a user it is the actor
}

func (c CreateReport) resolve(p *proposal) (Change, error) {
	id, err := newID(p, access.KindReport, c.Report)
	if err != nil {
		return nil, err
	}
	c.Report = id
	if p.actor.system == "" {
		c.Creator = p.actor.user
	}
	_, err = p.user(c.Creator)
	return c, err
}

func (c CreateReport) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindReport, c.Report); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) {
		e.SetReport(document.Report{ID: string(c.Report), Name: c.Name})
		e.SetGrant(c.Report, access.Grant{User: c.Creator, Level: access.Creator}.Entry())
	})
}

// RenameReport gives a report another name.
type RenameReport struct {
	Report access.ReportID `json:"report"`
	Name   string          `json:"name,omitempty"`
}

func (c RenameReport) resolve(p *proposal) (Change, error) {
	name, err := p.report(c.Report)
	if err == nil && name == c.Name {
		err = ErrNoChange
	}
	return c, err
}

func (c RenameReport) apply(s *state, _ time.Time) error {
	if _, err := s.report(c.Report); err != nil {
		return err
	}
	return s.edit(func(e *access.Edit) { e.SetReport(document.Report{ID: string(c.Report), Name: c.Name}) })
}

// ShareReport shares a report with a user or a team, or raises how far and how
// long it is shared with them already.
type ShareReport struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user,omitempty"` // either this
	Team   team.ID         `json:"team,omitempty"` // or this
	Level  access.Level    `json:"level"`          // zero is [access.Explorer]
	Until  time.Time       `json:"until,omitzero"`
}

// level returns the level that is meant.
func (c ShareReport) level() access.Level {
	if c.Level == 0 {
		return access.Explorer
	}
	return c.Level
}

func (c ShareReport) resolve(p *proposal) (Change, error) {
	if _, err := p.report(c.Report); err != nil {
		return nil, err
	}
	c.Level, c.Until = c.level(), end(c.Until)
	if old, ok := grantOf(p.directory(), c.Report, c.User, c.Team); ok {
		if c.Level == old.Level && c.Until.Equal(old.Until) {
			return nil, ErrNoChange
		}
		if !team.End(old.Until).Ended(p.at) && (c.Level < old.Level || later(old.Until, c.Until)) {
			return nil, ErrLowers
		}
	}
	if err := p.future(c.Until); err != nil {
		return nil, err
	}
	if p.actor.system != "" {
		return c, c.checkGrantee(p)
	}
	if c.User == p.actor.user {
		return nil, ErrSelf
	}
	if longest := p.longestShare(c.Report, c.Level); later(c.Until, longest) {
		return nil, fmt.Errorf("%w: the report is shared with them until %s", ErrBeyondOwnEnd, longest.Format(time.RFC3339))
	}
	if err := p.notBeyond(p.actor, c.Until); err != nil {
		return nil, err
	}
	return c, c.checkGrantee(p)
}

// checkGrantee refuses a user or a team that does not exist before an edit does,
// whose error suggests the id of another one: not everybody who may share a
// report may learn it.
func (c ShareReport) checkGrantee(p *proposal) (err error) {
	switch {
	case c.Team == "" && c.User != "" && c.Level.Valid():
		_, err = p.user(c.User)
	case c.User == "" && c.Team != "" && c.Level <= access.MaxTeamLevel:
		_, err = p.team(c.Team)
	}
	return err
}

// longestShare returns the end of the longest-lasting grant through which the actor
// has a level or more at a report; zero is none.
func (p *proposal) longestShare(report access.ReportID, level access.Level) time.Time {
	longest := p.at // Decide found one that lasts longer than now
	consider := func(g access.Grant, membership time.Time) {
		until := g.Until
		if later(until, membership) {
			until = membership
		}
		if g.Level >= level && later(until, longest) {
			longest = until
		}
	}
	if g, ok := p.directory().UserGrant(report, p.actor.user); ok {
		consider(g, time.Time{})
	}
	for m := range p.directory().Memberships(p.actor.user) {
		if g, ok := p.directory().TeamGrant(report, m.Team); ok {
			consider(g, m.Until)
		}
	}
	return longest
}

func (c ShareReport) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) {
		e.SetGrant(c.Report, access.Grant{User: c.User, Team: c.Team, Level: c.Level, Until: c.Until}.Entry())
	})
}

// UnshareReport takes away the direct grant a user or a team has of a report.
// The last lasting creator stays.
type UnshareReport struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user,omitempty"`
	Team   team.ID         `json:"team,omitempty"`
	UnshareReportOutcome
}

// UnshareReportOutcome is the outcome of [UnshareReport].
type UnshareReportOutcome struct {
	Level access.Level `json:"level"` // of the grant
}

func (c UnshareReport) resolve(p *proposal) (Change, error) {
	if _, err := p.report(c.Report); err != nil {
		return nil, err
	}
	if _, ok := grantOf(p.directory(), c.Report, c.User, c.Team); !ok {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c UnshareReport) derive(s *state, _ origin) (Change, error) {
	old, _ := grantOf(s.directory(), c.Report, c.User, c.Team)
	c.UnshareReportOutcome = UnshareReportOutcome{old.Level}
	return c, nil
}

func (c UnshareReport) apply(s *state, _ time.Time) error {
	before := s.directory()
	err := s.edit(func(e *access.Edit) {
		e.RemoveGrant(c.Report, access.Grant{User: c.User, Team: c.Team}.Entry())
	})
	if err != nil {
		return err
	}
	return keepsCreator(before, s.directory(), c.Report)
}

// DeleteReport deletes a report with its grants, and ends the links to it.
type DeleteReport struct {
	Report access.ReportID `json:"report"`
	DeleteReportOutcome
}

// DeleteReportOutcome is the outcome of [DeleteReport].
type DeleteReportOutcome struct {
	Name string `json:"name,omitempty"` // that the report had
}

func (c DeleteReport) resolve(p *proposal) (Change, error) {
	name, err := p.report(c.Report)
	c.DeleteReportOutcome = DeleteReportOutcome{name}
	return c, err
}

func (c DeleteReport) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) { e.RemoveReport(c.Report) })
}

// lasting reports whether a grant makes somebody a creator without an end.
func lasting(g access.Grant) bool { return g.Level == access.Creator && g.Until.IsZero() }

// lastCreator reports whether a user is the only lasting creator of a report.
func lastCreator(d access.Directory, report access.ReportID, u team.UserID) bool {
	is := false
	for g := range d.Grants(report) {
		if lasting(g) && g.User != u {
			return false
		}
		is = is || lasting(g)
	}
	return is
}

// keepsCreator refuses a change that took the last lasting creator of a report
// away.
func keepsCreator(before, after access.Directory, report access.ReportID) error {
	if !hasCreator(after, report) && hasCreator(before, report) {
		return fmt.Errorf("%w: report %q", ErrLastCreator, report)
	}
	return nil
}

func hasCreator(d access.Directory, report access.ReportID) bool {
	for g := range d.Grants(report) {
		if lasting(g) {
			return true
		}
	}
	return false
}

// grantOf returns the direct grant that a user or a team has of a report.
func grantOf(d access.Directory, r access.ReportID, u team.UserID, t team.ID) (access.Grant, bool) {
	switch {
	case t == "":
		return d.UserGrant(r, u)
	case u == "":
		return d.TeamGrant(r, t)
	}
	return access.Grant{}, false
}
