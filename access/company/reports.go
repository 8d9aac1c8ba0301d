package company

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// CreateReport makes a report. Whoever creates it is its first creator.
type CreateReport struct {
	Report  access.ReportID `json:"report"` // never used before; "" for a random one
	Name    string          `json:"name,omitempty"`
	Creator team.UserID     `json:"creator"` // outcome: the actor; a system names a user
}

func (c CreateReport) change() about     { return about{kind: "report.create"} }
func (c CreateReport) targets() []string { return []string{access.Report(c.Report).String()} }

func (c CreateReport) asks(*draft) []question {
	return []question{{access.CreateReport, access.Company()}}
}

func (c CreateReport) judge(d *draft) (Change, error) {
	id, err := fresh(d, access.KindReport, c.Report)
	if err != nil {
		return nil, err
	}
	c.Report = id
	if d.actor.system == "" {
		c.Creator = d.actor.user
	}
	_, err = d.user(c.Creator)
	return c, err
}

func (c CreateReport) apply(d *draft) error {
	if err := unused(d, access.KindReport, c.Report); err != nil {
		return err
	}
	return d.edit(func(e *access.Edit) {
		e.SetReport(c.Report, c.Name)
		e.SetGrant(access.Grant{Report: c.Report, User: c.Creator, Level: access.Creator})
	})
}

// RenameReport gives a report another name.
type RenameReport struct {
	Report access.ReportID `json:"report"`
	Name   string          `json:"name,omitempty"`
}

func (c RenameReport) change() about     { return about{kind: "report.set"} }
func (c RenameReport) targets() []string { return []string{access.Report(c.Report).String()} }

func (c RenameReport) asks(*draft) []question {
	return []question{{access.SetReport, access.Report(c.Report)}}
}

func (c RenameReport) judge(d *draft) (Change, error) {
	name, err := d.report(c.Report)
	if err == nil && name == c.Name {
		err = ErrNoChange
	}
	return c, err
}

func (c RenameReport) apply(d *draft) error {
	if _, err := d.report(c.Report); err != nil {
		return err
	}
	return d.edit(func(e *access.Edit) { e.SetReport(c.Report, c.Name) })
}

// ShareReport shares a report with a user or a team, or raises how far and how
// long it is shared with them already.
type ShareReport struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user,omitempty"` // either this
	Team   team.ID         `json:"team,omitempty"` // or this
	Level  access.Level    `json:"level"`          // zero is access.Explorer
	Until  time.Time       `json:"until,omitzero"`
}

func (c ShareReport) change() about     { return about{kind: "report.share"} }
func (c ShareReport) targets() []string { return grantTargets(c.Report, c.User, c.Team) }

// level is the level meant: explorer where none is said.
func (c ShareReport) level() access.Level {
	if c.Level == 0 {
		return access.Explorer
	}
	return c.Level
}

func (c ShareReport) asks(*draft) []question {
	return []question{{c.level().ShareAction(), access.Report(c.Report)}}
}

func (c ShareReport) judge(d *draft) (Change, error) {
	if _, err := d.report(c.Report); err != nil {
		return nil, err
	}
	c.Level, c.Until = c.level(), end(c.Until)
	if old, ok := d.policy.Directory().Grant(c.Report, c.User, c.Team); ok {
		if c.Level == old.Level && c.Until.Equal(old.Until) {
			return nil, ErrNoChange
		}
		if !team.End(old.Until).Ended(d.at) && (c.Level < old.Level || later(old.Until, c.Until)) {
			return nil, ErrLowers
		}
	}
	if err := d.future(c.Until); err != nil {
		return nil, err
	}
	if d.actor.system != "" {
		return c, nil
	}
	if c.User == d.actor.user {
		return nil, ErrSelf
	}
	if longest := d.longest(c.Report, c.Level); later(c.Until, longest) {
		return nil, fmt.Errorf("%w: the report is shared with the actor until %s", ErrBeyondOwnEnd, longest.Format(time.RFC3339))
	}
	return c, d.within(c.Until)
}

// longest returns the end of the longest-lasting grant through which the actor
// holds a level or more at a report; zero is none.
func (d *draft) longest(report access.ReportID, level access.Level) time.Time {
	longest := d.at // Decide found one that lasts longer than now
	consider := func(g access.Grant, membership time.Time) {
		until := g.Until
		if later(until, membership) {
			until = membership
		}
		if g.Level >= level && later(until, longest) {
			longest = until
		}
	}
	if g, ok := d.policy.Directory().Grant(report, d.actor.user, ""); ok {
		consider(g, time.Time{})
	}
	for m := range d.policy.Directory().Memberships(d.actor.user) {
		if g, ok := d.policy.Directory().Grant(report, "", m.Team); ok {
			consider(g, m.Until)
		}
	}
	return longest
}

func (c ShareReport) apply(d *draft) error {
	return d.edit(func(e *access.Edit) {
		e.SetGrant(access.Grant{Report: c.Report, User: c.User, Team: c.Team, Level: c.Level, Until: c.Until})
	})
}

// UnshareReport takes away the direct grant a user or a team has of a report.
// The last lasting creator stays.
type UnshareReport struct {
	Report access.ReportID `json:"report"`
	User   team.UserID     `json:"user,omitempty"`
	Team   team.ID         `json:"team,omitempty"`
	Level  access.Level    `json:"level"` // outcome: that it had
}

func (c UnshareReport) change() about     { return about{kind: "report.unshare"} }
func (c UnshareReport) targets() []string { return grantTargets(c.Report, c.User, c.Team) }

func (c UnshareReport) asks(*draft) []question {
	return []question{{access.UnshareReport, access.Report(c.Report)}}
}

func (c UnshareReport) judge(d *draft) (Change, error) {
	if _, err := d.report(c.Report); err != nil {
		return nil, err
	}
	old, ok := d.policy.Directory().Grant(c.Report, c.User, c.Team)
	if !ok {
		return nil, ErrNoChange
	}
	c.Level = old.Level
	return c, nil
}

func (c UnshareReport) apply(d *draft) error {
	before := d.policy
	err := d.edit(func(e *access.Edit) {
		e.RemoveGrant(access.Grant{Report: c.Report, User: c.User, Team: c.Team})
	})
	if err != nil {
		return err
	}
	return keepsCreator(before, d.policy, c.Report)
}

// DeleteReport deletes a report with its grants, and ends the links to it.
type DeleteReport struct {
	Report access.ReportID `json:"report"`
	Name   string          `json:"name,omitempty"` // outcome: that it had
}

func (c DeleteReport) change() about     { return about{kind: "report.delete"} }
func (c DeleteReport) targets() []string { return []string{access.Report(c.Report).String()} }

func (c DeleteReport) asks(*draft) []question {
	return []question{{access.DeleteReport, access.Report(c.Report)}}
}

func (c DeleteReport) judge(d *draft) (Change, error) {
	name, err := d.report(c.Report)
	c.Name = name
	return c, err
}

func (c DeleteReport) apply(d *draft) error {
	if err := d.edit(func(e *access.Edit) { e.RemoveReport(c.Report) }); err != nil {
		return err
	}
	retire(d, access.KindReport, c.Report)
	return nil
}

// lasts reports whether a grant makes its holder a creator for good.
func lasts(g access.Grant) bool { return g.Level == access.Creator && g.Until.IsZero() }

// lastCreator reports whether a user is the only lasting creator of a report.
func lastCreator(p *access.Policy, report access.ReportID, u team.UserID) bool {
	is := false
	for g := range p.Directory().Grants(report) {
		if lasts(g) && g.User != u {
			return false
		}
		is = is || lasts(g)
	}
	return is
}

// keepsCreator refuses a change that took the last lasting creator of a report
// away.
func keepsCreator(before, after *access.Policy, report access.ReportID) error {
	if !hasCreator(after, report) && hasCreator(before, report) {
		return fmt.Errorf("%w: %s", ErrLastCreator, report)
	}
	return nil
}

func hasCreator(p *access.Policy, report access.ReportID) bool {
	for g := range p.Directory().Grants(report) {
		if lasts(g) {
			return true
		}
	}
	return false
}

func grantTargets(r access.ReportID, u team.UserID, t team.ID) []string {
	all := []string{access.Report(r).String()}
	if u != "" {
		all = append(all, access.TargetUser(u).String())
	}
	if t != "" {
		all = append(all, access.Team(t).String())
	}
	return all
}
