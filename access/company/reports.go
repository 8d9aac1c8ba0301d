package company

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	if p.actor.system == "" {
		c.Creator = p.actor.user
	}
	id, err := newID(p, access.KindReport, c.Report)
	if err != nil {
		r, _ := p.directory().Report(c.Report)
		g, ok := p.directory().UserGrant(c.Report, c.Creator)
		return nil, p.repeated(ok && r.Name == c.Name && lasting(g), err)
	}
	c.Report = id
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

// RenameReport gives a report another name, or takes its name away.
type RenameReport struct {
	Report access.ReportID  `json:"report"`
	Name   Optional[string] `json:"name,omitzero"`
	RenameReportOutcome
}

// RenameReportOutcome is the outcome of [RenameReport].
type RenameReportOutcome struct {
	From string `json:"from,omitempty"` // the name before
}

func (c RenameReport) resolve(p *proposal) (Change, error) {
	r, err := p.report(c.Report)
	if err == nil && c.Name.or(r.Name) == r.Name {
		err = ErrNoChange
	}
	c.Name = orNone(c.Name)
	return c, err
}

func (c RenameReport) derive(s *state, _ origin) (Change, error) {
	r, err := s.report(c.Report)
	c.RenameReportOutcome = RenameReportOutcome{r.Name}
	return c, err
}

func (c RenameReport) apply(s *state, _ time.Time) error {
	r, err := s.report(c.Report)
	if err != nil {
		return err
	}
	r.Name = c.Name.or(r.Name)
	return s.edit(func(e *access.Edit) { e.SetReport(r) })
}

// ShareReport shares a report with a user or a team, or raises how far and how
// long it is shared with them already. What is left out stays as it is; where the
// report is not yet shared with them, or their grant has ended, it is shared at
// [access.Explorer] and without an end.
type ShareReport struct {
	Report access.ReportID     `json:"report"`
	User   team.UserID         `json:"user,omitempty"` // either this
	Team   team.ID             `json:"team,omitempty"` // or this
	Level  access.Level        `json:"level"`
	Until  Optional[time.Time] `json:"until,omitzero"`
	ShareReportOutcome
}

// ShareReportOutcome is the outcome of [ShareReport]: the grant before, also one
// that had ended. It is zero if there was none.
type ShareReportOutcome struct {
	FromLevel access.Level `json:"fromLevel,omitzero"`
	FromUntil time.Time    `json:"fromUntil,omitzero"`
}

// complete fills in the level that is left out: what is asked depends on it.
func (c ShareReport) complete(s *state, at time.Time) Change {
	if c.Level != 0 {
		return c
	}
	c.Level = access.Explorer
	if old, ok := c.current(s, at); ok {
		c.Level = old.Level
	}
	return c
}

// current returns the grant that there is, if it has not ended.
func (c ShareReport) current(s *state, at time.Time) (access.Grant, bool) {
	g, ok := grantOf(s.directory(), c.Report, c.User, c.Team)
	if !ok || team.End(g.Until).Ended(at) {
		return access.Grant{}, false
	}
	return g, true
}

// until returns the end that the grant gets.
func (c ShareReport) until(s *state, at time.Time) (time.Time, error) {
	old, _ := c.current(s, at)
	until, err := endIn(c.Until)
	return until.or(old.Until), err
}

// said returns the end as it is recorded: every end, and none if that lifts one.
func (c ShareReport) said(s *state, until, at time.Time) Optional[time.Time] {
	old, _ := c.current(s, at)
	switch {
	case !until.IsZero():
		return To(until)
	case !old.Until.IsZero():
		return None[time.Time]()
	}
	return Optional[time.Time]{}
}

// checkRaises refuses to lower a grant that has not ended.
func (c ShareReport) checkRaises(s *state, until, at time.Time) error {
	if old, ok := c.current(s, at); ok && (c.Level < old.Level || later(old.Until, until)) {
		return ErrLowers
	}
	return nil
}

func (c ShareReport) resolve(p *proposal) (Change, error) {
	if _, err := p.report(c.Report); err != nil {
		return nil, err
	}
	until, err := c.until(&p.state, p.at)
	if err != nil {
		return nil, err
	}
	if old, ok := grantOf(p.directory(), c.Report, c.User, c.Team); ok && c.Level == old.Level && until.Equal(old.Until) {
		return nil, ErrNoChange
	}
	if err := c.checkRaises(&p.state, until, p.at); err != nil {
		return nil, err
	}
	if err := p.future(until); err != nil {
		return nil, err
	}
	c.Until = c.said(&p.state, until, p.at)
	if p.actor.system != "" {
		return c, c.checkGrantee(p)
	}
	if c.User == p.actor.user {
		return nil, ErrSelf
	}
	if longest := p.longestShare(c.Report, c.Level); later(until, longest) {
		return nil, fmt.Errorf("%w: the report is shared with them until %s", ErrBeyondOwnEnd, team.End(longest))
	}
	if err := p.notBeyond(p.actor, until); err != nil {
		return nil, err
	}
	return c, c.checkGrantee(p)
}

func (c ShareReport) derive(s *state, _ origin) (Change, error) {
	old, _ := grantOf(s.directory(), c.Report, c.User, c.Team)
	c.ShareReportOutcome = ShareReportOutcome{old.Level, old.Until}
	return c, nil
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

func (c ShareReport) apply(s *state, at time.Time) error {
	until, err := c.until(s, at)
	if err != nil {
		return err
	}
	if err := c.checkRaises(s, until, at); err != nil {
		return err
	}
	old, _ := c.current(s, at)
	return s.edit(func(e *access.Edit) {
		e.SetGrant(c.Report, access.Grant{User: c.User, Team: c.Team, Level: c.Level, Until: until, Note: old.Note}.Entry())
	})
}

// UnshareReport takes away the direct grant a user or a team has of a report.
// Users may give up their own, whatever its level.
// The last lasting creator stays.
type UnshareReport struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user,omitempty"`
	Team   team.ID         `json:"team,omitempty"`
	UnshareReportOutcome
}

// UnshareReportOutcome is the outcome of [UnshareReport]: the grant, and what
// remains to the user without it.
type UnshareReportOutcome struct {
	Level access.Level `json:"level"`
	Until time.Time    `json:"until,omitzero"`

	// Remain are the grants of teams through which the user still reads the
	// report, each until the grant or the membership ends, in byte order of teams.
	Remain Bounded[document.Grant] `json:"remain,omitzero"`
}

func (c UnshareReport) resolve(p *proposal) (Change, error) {
	if (c.User == "") == (c.Team == "") {
		return nil, fmt.Errorf("the grant %w: name a user or a team", ErrInvalid)
	}
	_, shared := grantOf(p.directory(), c.Report, c.User, c.Team)
	if !shared && p.actor.user != "" && c.own() == p.actor.user {
		return nil, ErrNoChange // whether there is such a report or not
	}
	grantee := append(users(c.User), teams(c.Team)...)
	if err := p.toRemove(append(grantee, access.Report(c.Report))...); err != nil {
		return nil, err
	}
	if !shared {
		return nil, ErrNoChange
	}
	return c, nil
}

// own returns the user who may make the change without a question, since the
// grant is theirs alone.
func (c UnshareReport) own() team.UserID {
	if c.Team != "" {
		return ""
	}
	return c.User
}

func (c UnshareReport) derive(s *state, o origin) (Change, error) {
	old, _ := grantOf(s.directory(), c.Report, c.User, c.Team)
	c.Level, c.Until = old.Level, old.Until
	err := boundInto(&c.Remain, c.remaining(s, o.at))
	return c, err
}

// remaining returns the grants of teams through which a user reads the report at
// an instant.
func (c UnshareReport) remaining(s *state, at time.Time) []document.Grant {
	var all []document.Grant
	for m := range s.directory().Memberships(c.User) {
		g, ok := s.directory().TeamGrant(c.Report, m.Team)
		if !ok || team.End(m.Until).Ended(at) || team.End(g.Until).Ended(at) {
			continue
		}
		if later(g.Until, m.Until) {
			g.Until = m.Until
		}
		g.Note = ""
		all = append(all, g.Entry())
	}
	return all
}

func (c UnshareReport) apply(s *state, _ time.Time) error {
	before := s.directory()
	old, _ := grantOf(before, c.Report, c.User, c.Team)
	err := s.edit(func(e *access.Edit) {
		e.RemoveGrant(c.Report, access.Grant{User: c.User, Team: c.Team}.Entry())
	})
	if err != nil || !lasting(old) {
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
// It is what the report had.
type DeleteReportOutcome struct {
	Name   string                  `json:"name,omitempty"`
	Grants Bounded[document.Grant] `json:"grants,omitzero"` // to users before those to teams, in byte order of ids
	Links  Bounded[access.LinkID]  `json:"links,omitzero"`  // not ended before, in byte order
}

func (c DeleteReport) resolve(p *proposal) (Change, error) {
	return c, p.toRemove(access.Report(c.Report))
}

func (c DeleteReport) derive(s *state, _ origin) (Change, error) {
	r, err := s.report(c.Report)
	if err != nil {
		return nil, err
	}
	var grants []document.Grant
	for g := range s.directory().Grants(c.Report) {
		g.Note = "" // which may be about a person
		grants = append(grants, g.Entry())
	}
	slices.SortFunc(grants, func(a, b document.Grant) int {
		return cmp.Or(cmp.Compare(a.Team, b.Team), cmp.Compare(a.User, b.User))
	})
	links := linkIDs(s.directory().LinksTo(access.Report(c.Report)))
	c.Name = r.Name
	err = errors.Join(boundInto(&c.Grants, grants), boundInto(&c.Links, links))
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
