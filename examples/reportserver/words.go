package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// describePiece says in words what a piece of access is.
func describePiece(p audit.Piece) string {
	switch p.Kind {
	case audit.PieceRole:
		return "The role " + p.Role
	case audit.PieceCatalog:
		return "What the roles may do was changed"
	case audit.PieceTeam:
		return "A member of team " + p.Team
	case audit.PieceData:
		return fmt.Sprintf("Data group %s, through team %s", p.Group, p.Team)
	case audit.PieceLost:
		return fmt.Sprintf("No longer: data group %s, through team %s", p.Group, p.Team)
	case audit.PieceFilter:
		return fmt.Sprintf("The filter of data group %s was changed, through team %s", p.Group, p.Team)
	case audit.PieceGained:
		return fmt.Sprintf("%s came into data group %s, through team %s", accounts(p.Count), p.Group, p.Team)
	case audit.PieceGone:
		return fmt.Sprintf("%s left data group %s, through team %s", accounts(p.Count), p.Group, p.Team)
	case audit.PieceReport:
		return fmt.Sprintf("Report %s, as %s", p.Report, p.Level)
	case audit.PieceTeamReport:
		return fmt.Sprintf("Report %s, as %s, through team %s", p.Report, p.Level, p.Team)
	case audit.PieceLink:
		return fmt.Sprintf("Made link %s, which shows %s", p.Link, p.Resource)
	}
	return p.Kind
}

func accounts(n int) string {
	if n == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", n)
}

// describeDue says in words why a row is due.
func describeDue(d audit.DueRow) string {
	switch d.Kind {
	case audit.DueEnd:
		return "Their access ends"
	case audit.DueMembership:
		return "Their membership of team " + d.Team + " ends"
	case audit.DueGrant:
		if d.User == "" {
			return "Report " + d.Report + " is no longer shared with team " + d.Team
		}
		return "Report " + d.Report + " is no longer shared with them"
	case audit.DueReviewBy:
		return "Their access is to be reviewed"
	case audit.DueReview:
		return "A review is to be opened"
	case audit.DueOpenReview:
		return "Review " + d.Review + " is to be closed"
	case audit.DueUnanswered:
		return "The invitation was not answered, and expires"
	case audit.DueUndelivered:
		return "The invitation was not delivered"
	case audit.DueNoData:
		return "They see no data"
	case audit.DueNoCreator:
		return "Report " + d.Report + " has no active creator"
	}
	return d.Kind
}

// describeFinding says in words what is left to be done.
func describeFinding(f audit.Finding) string {
	switch f.Kind {
	case audit.FindingOpen:
		return "Nobody decided about it"
	case audit.FindingDrift:
		return "It changed after it was decided"
	case audit.FindingUnmatched:
		return "What was decided is not carried out"
	case audit.FindingOverdue:
		return "The review was not closed when it was due"
	}
	return f.Kind
}

// userOf returns the id of the user that the key of a row names, "" if it names an invitation.
func userOf(key string) string {
	id, ok := strings.CutPrefix(key, "user:")
	if !ok {
		return ""
	}
	return id
}

// maxDetail is how many bytes of a change the history shows. The founding has a whole company.
const maxDetail = 2000

// describeChange returns what a change says, as JSON, "" if that is too long for a page.
func describeChange(c audit.Change) string {
	if len(c.Data) > maxDetail {
		return ""
	}
	return string(c.Data)
}

// anchor returns what stands for a key in the address of a page, which may hold fewer characters.
func anchor(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "row-" + hex.EncodeToString(sum[:6])
}
