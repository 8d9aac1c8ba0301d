package access

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/team"
)

// Grant is one share of a report: to a user or to a team.
type Grant struct {
	Report ReportID
	User   team.UserID // either this
	Team   team.ID     // or this, at [MaxTeamLevel] at most
	Level  Level
	Until  time.Time // end, exclusive; zero means none
	Note   string    // of one line, for people to read; never consulted
}

// Entry returns the grant as a document has it, where it stands in its report.
func (g Grant) Entry() document.Grant {
	return document.Grant{User: string(g.User), Team: string(g.Team), Level: g.Level.String(), Until: document.End(g.Until), Note: g.Note}
}

// SetReport adds a report, or renames it; its grants and links stay. Names are
// unique in the company (also without regard to ASCII case and to how many
// spaces stand in a row), except that any number of reports may have none.
// Grants are set one by one with [Edit.SetGrant]: an entry that lists any is
// refused.
func (e *Edit) SetReport(r document.Report) {
	c := e.change("set report", r.ID)
	c.refuseList("grants", len(r.Grants), "SetGrant")
	e.setReport(c, r)
}

func (e *Edit) setReport(c *check, r document.Report) {
	if !c.named("report", r.ID, e.w.Reports.Has(r.ID)) {
		return
	}
	c.name(r.Name)
	c.note(r.Note)
	if holder, taken := e.w.ReportNames.Find(text.Fold(r.Name)); taken && e.w.Reports.At(holder).ID != r.ID {
		c.sharedWith(e.w.Reports.At(holder).ID)
		c.fail("name", fmt.Errorf("name %s %w by report %s", text.Quote(r.Name), ErrTaken, text.Quote(e.w.Reports.At(holder).ID)))
	}
	if !c.stops("report", r.ID) {
		e.w.PutReport(r.ID, r.Name, r.Note)
	}
}

// RemoveReport removes a report with its grants, and ends the links to it.
func (e *Edit) RemoveReport(id ReportID) {
	c := e.change("remove report", string(id))
	if no, err := e.findReport(string(id)); !c.fail("", err) {
		e.w.RemoveReport(no)
	}
}

// SetGrant shares a report with a user or a team, in place of any direct grant
// that user or team has of it. It may also lower the level.
func (e *Edit) SetGrant(report ReportID, g document.Grant) {
	c := e.change("set grant", grantID(report, g))
	if no, err := e.findReport(string(report)); !c.fail("", err) {
		e.setGrant(c, no, g)
	}
}

// grantID names a grant in errors.
func grantID(r ReportID, g document.Grant) string {
	if g.Team != "" {
		return string(r) + "/team " + g.Team
	}
	return string(r) + "/" + g.User
}

func (e *Edit) setGrant(c *check, report uint32, g document.Grant) {
	level, err := parseLevel(g.Level)
	if err == nil && g.Team != "" && level > MaxTeamLevel {
		err = fmt.Errorf("level %v %w for a team: %v is the highest", level, ErrInvalid, MaxTeamLevel)
	}
	c.fail("level", err)
	until := c.end(g.Until)
	c.note(g.Note)
	share := store.Grant{Of: report, Level: uint8(level), Until: until, Note: g.Note}
	rec := e.w.Reports.At(report)
	switch {
	case (g.User == "") == (g.Team == ""):
		c.fail("", fmt.Errorf("grant %w: it goes to one user or to one team", ErrInvalid))
	case g.Team != "" && !c.namesBroken("team", g.Team):
		t, err := e.findTeam(g.Team)
		if err == nil && c.loader != nil && rec.Teams.Has(t) {
			err = c.twice("team", g.Team)
		}
		if !c.fail("team", err) && !c.failed {
			e.w.PutTeamGrant(t, share)
		}
	case g.User != "" && !c.namesBroken("user", g.User):
		u, err := e.findUser(g.User)
		if err == nil && c.loader != nil && rec.Users.Has(u) {
			err = c.twice("user", g.User)
		}
		if !c.fail("user", err) && !c.failed {
			e.w.PutUserGrant(u, share)
		}
	}
}

// RemoveGrant takes away the direct grant that a user or a team has of a
// report. Only the user and the team of the entry matter.
func (e *Edit) RemoveGrant(report ReportID, g document.Grant) {
	id := grantID(report, g)
	c := e.change("remove grant", id)
	no, err := e.findReport(string(report))
	if c.fail("", err) {
		return
	}
	rec := e.w.Reports.At(no)
	if t, _, ok := e.w.Teams.Find(g.Team); ok && g.User == "" && rec.Teams.Has(t) {
		e.w.RemoveTeamGrant(no, t)
		return
	}
	if u := e.w.Users.Get(g.User); u != nil && g.Team == "" && rec.Users.Has(u.No) {
		e.w.RemoveUserGrant(no, u.No)
		return
	}
	c.fail("", unknown("grant", id, nil))
}
