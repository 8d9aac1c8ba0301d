package console

import (
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// describePiece says in words what a piece of access is.
func (v *visit) describePiece(p audit.Piece) phrase {
	in, group := v.teamName(team.ID(p.Team)), v.groupName(datagroup.ID(p.Group))
	switch p.Kind {
	case audit.PieceRole:
		return say("The role %s", v.roleTitle(access.Role(p.Role)))
	case audit.PieceCatalog:
		return say("What the roles may do was changed")
	case audit.PieceTeam:
		return say("A member of team %s", in)
	case audit.PieceData:
		return say("Data group %s, through team %s", group, in)
	case audit.PieceLost:
		return say("No longer: data group %s, through team %s", group, in)
	case audit.PieceFilter:
		return say("The filter of data group %s was changed, through team %s", group, in)
	case audit.PieceGained:
		return say("Accounts came into data group %s, through team %s: %s", group, in, p.Count)
	case audit.PieceGone:
		return say("Accounts left data group %s, through team %s: %s", group, in, p.Count)
	case audit.PieceReport:
		return say("Report %s, as %s", v.reportCalled(access.ReportID(p.Report)), p.Level)
	case audit.PieceTeamReport:
		return say("Report %s, as %s, through team %s", v.reportCalled(access.ReportID(p.Report)), p.Level, in)
	case audit.PieceLink:
		return say("Made link %s, which shows %s", p.Link, p.Resource)
	}
	return named(p.Kind)
}

// describeDue says in words why a row is due.
func (v *visit) describeDue(d audit.DueRow) phrase {
	in, report := v.teamName(team.ID(d.Team)), v.reportCalled(access.ReportID(d.Report))
	switch d.Kind {
	case audit.DueEnd:
		return say("Their access ends")
	case audit.DueMembership:
		return say("Their membership of team %s ends", in)
	case audit.DueGrant:
		if d.User == "" {
			return say("Report %s is no longer shared with team %s", report, in)
		}
		return say("Report %s is no longer shared with them", report)
	case audit.DueReviewBy:
		return say("Their access is to be reviewed")
	case audit.DueReview:
		return say("A review is to be opened")
	case audit.DueOpenReview:
		return say("Review %s is to be closed", d.Review)
	case audit.DueUnanswered:
		return say("The invitation was not answered, and expires")
	case audit.DueUndelivered:
		return say("The invitation was not delivered")
	case audit.DueNoData:
		return say("They see no data")
	case audit.DueNoCreator:
		return say("Report %s has no active creator", report)
	}
	return named(d.Kind)
}

// describeFinding says in words what is left to be done.
func describeFinding(f audit.Finding) phrase {
	switch f.Kind {
	case audit.FindingOpen:
		return say("Nobody decided about it")
	case audit.FindingDrift:
		return say("It changed after it was decided")
	case audit.FindingUnmatched:
		return say("What was decided is not carried out")
	case audit.FindingOverdue:
		return say("The review was not closed when it was due")
	}
	return named(f.Kind)
}

// userOf returns the id of the user that the key of a row names, "" if it names an
// invitation.
func userOf(key string) string {
	id, ok := strings.CutPrefix(key, "user:")
	if !ok {
		return ""
	}
	return id
}

// rowNamed calls what the key of a row names by its name.
func (v *visit) rowNamed(key string) string {
	if id := userOf(key); id != "" {
		return v.person(team.UserID(id))
	}
	return v.invited(invite.ID(strings.TrimPrefix(key, "invitation:")))
}

// actor calls who made an event, as [audit.Actor.String] has it, by their name.
func (v *visit) actor(by string) string {
	for _, kind := range []string{audit.KindSystem, audit.KindInvitee} {
		if strings.HasPrefix(by, kind+" ") {
			return by
		}
	}
	return v.person(team.UserID(by))
}

// seqText is the number of an event, as a parameter.
func seqText(seq uint64) string { return strconv.FormatUint(seq, 10) }
