package audit

import (
	"iter"
	"strconv"
)

// RegisterList returns the list "Who has access" of rows of a register. Its first
// seven columns are those that the register of a company is asked for: User,
// E-mail, Role, Date added, Added by, Reason, Duration. When, by whom and why is of
// the day somebody came; of a role that they got later a [Piece] has it. A pending invitation has no
// User: its column Invitation has the id.
func RegisterList(rows iter.Seq[RegisterRow]) List[RegisterRow] {
	return List[RegisterRow]{"Who has access", registerColumns(), without(rows)}
}

func registerColumns() []Column[RegisterRow] {
	return []Column[RegisterRow]{
		{"User", func(r RegisterRow) string { return r.User }},
		{"E-mail", func(r RegisterRow) string { return r.Email }},
		{"Role", func(r RegisterRow) string { return r.Role }},
		{"Date added", func(r RegisterRow) string { return timeText(r.Added) }},
		{"Added by", func(r RegisterRow) string { return r.AddedBy }},
		{"Reason", func(r RegisterRow) string { return r.Reason }},
		{"Duration", func(r RegisterRow) string { return r.Duration }},
		{"Teams", func(r RegisterRow) string { return listText(r.Teams) }},
		{"State", func(r RegisterRow) string { return r.State }},
		{"Ends", func(r RegisterRow) string { return timeText(r.Ends) }},
		{"Review by", func(r RegisterRow) string { return timeText(r.ReviewBy) }},
		{"Last review", func(r RegisterRow) string { return timeText(r.LastReview) }},
		{"Next review", func(r RegisterRow) string { return timeText(r.NextReview) }},
		{"Approval", func(r RegisterRow) string { return r.Approval }},
		{"Name", func(r RegisterRow) string { return r.Name }},
		{"Invitation", func(r RegisterRow) string { return r.Invitation }},
		{"Event", func(r RegisterRow) string { return eventText(r.Event) }},
		{"Removed", func(r RegisterRow) string { return timeText(r.Removed) }},
		{"Removed by", func(r RegisterRow) string { return r.RemovedBy }},
		{"Reason for removal", func(r RegisterRow) string { return r.RemovedReason }},
		{"Event of removal", func(r RegisterRow) string { return eventText(r.RemovedEvent) }},
	}
}

// PieceList returns the list "Pieces of access" of one user. Its column Access is
// what a piece is about: the role, team, data group, report or link.
func PieceList(rows iter.Seq[Piece]) List[Piece] {
	return List[Piece]{"Pieces of access", []Column[Piece]{
		{"Kind", func(p Piece) string { return p.Kind }},
		{"Access", pieceAccess},
		{"Level", func(p Piece) string { return p.Level }},
		{"Through team", pieceTeam},
		{"Resource", func(p Piece) string { return p.Resource }},
		{"From", func(p Piece) string { return p.From }},
		{"To", func(p Piece) string { return p.To }},
		{"Accounts", pieceAccounts},
		{"Since", func(p Piece) string { return timeText(p.Since) }},
		{"By", func(p Piece) string { return p.By }},
		{"Reason", func(p Piece) string { return p.Reason }},
		{"Approval", func(p Piece) string { return p.Approval }},
		{"Until", func(p Piece) string { return timeText(p.Until) }},
		{"Event", func(p Piece) string { return eventText(p.Event) }},
		{"Rests on", func(p Piece) string { return eventsText(p.Events) }},
	}, without(rows)}
}

// pieceAccess returns what a piece is about: the narrowest of its ids.
func pieceAccess(p Piece) string {
	for _, id := range []string{p.Link, p.Report, p.Group, p.Role, p.Team} {
		if id != "" {
			return id
		}
	}
	return ""
}

// pieceTeam returns the team that a piece comes through, if it is not about it.
func pieceTeam(p Piece) string {
	if p.Kind == PieceTeam {
		return ""
	}
	return p.Team
}

func pieceAccounts(p Piece) string {
	s := listText(p.Accounts)
	if more := p.Count - len(p.Accounts); more > 0 {
		s += " and " + strconv.Itoa(more) + " more"
	}
	return s
}

// eventsText returns the numbers of events.
func eventsText(events []uint64) string {
	all := make([]string, len(events))
	for i, seq := range events {
		all[i] = eventText(seq)
	}
	return listText(all)
}

// DueList returns the list "What is due". The column Due is "now" for what is due
// at once.
func DueList(rows iter.Seq[DueRow]) List[DueRow] {
	return List[DueRow]{"What is due", []Column[DueRow]{
		{"Kind", func(d DueRow) string { return d.Kind }},
		{"Due", func(d DueRow) string {
			if d.At.IsZero() {
				return "now"
			}
			return timeText(d.At)
		}},
		{"User", func(d DueRow) string { return d.User }},
		{"E-mail", func(d DueRow) string { return d.Email }},
		{"Invitation", func(d DueRow) string { return d.Invitation }},
		{"Team", func(d DueRow) string { return d.Team }},
		{"Report", func(d DueRow) string { return d.Report }},
		{"Review", func(d DueRow) string { return d.Review }},
	}, without(rows)}
}

// ReviewList returns the list "Review" of the items of one. The columns of the row
// under review come first, as in [RegisterList] without those of a removal; the
// column Decision is "open" for an item that is not decided.
func ReviewList(rows iter.Seq[ReviewItem]) List[ReviewItem] {
	var columns []Column[ReviewItem]
	for _, c := range registerColumns() {
		if c.Name == "Removed" {
			break
		}
		columns = append(columns, Column[ReviewItem]{c.Name, func(i ReviewItem) string { return c.Text(i.Row) }})
	}
	return List[ReviewItem]{"Review", append(columns, []Column[ReviewItem]{
		{"Decision", func(i ReviewItem) string {
			if i.Decision == "" {
				return "open"
			}
			return i.Decision
		}},
		{"Reason for decision", func(i ReviewItem) string { return i.Reason }},
		{"Decided by", func(i ReviewItem) string { return i.Reviewer }},
		{"Decided", func(i ReviewItem) string { return timeText(i.Decided) }},
		{"Event of decision", func(i ReviewItem) string { return eventText(i.Event) }},
		{"Changed by event", func(i ReviewItem) string { return eventText(i.Changed) }},
		{"Done by event", func(i ReviewItem) string { return eventText(i.Done) }},
	}...), without(rows)}
}

// FindingList returns the list "Findings".
func FindingList(rows iter.Seq[Finding]) List[Finding] {
	return List[Finding]{"Findings", []Column[Finding]{
		{"Kind", func(f Finding) string { return f.Kind }},
		{"Review", func(f Finding) string { return f.Review }},
		{"Row", func(f Finding) string { return f.Row }},
		{"Decision", func(f Finding) string { return f.Decision }},
		{"Event", func(f Finding) string { return eventText(f.Event) }},
	}, without(rows)}
}
