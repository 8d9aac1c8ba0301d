package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// auditor asks, and writes the answers down.
type auditor struct {
	page
	ctx     context.Context
	company *company.Company
	then    company.Moment
}

// register lists who has access, and who had it.
func (a *auditor) register() error {
	a.heading("Who has access on " + a.then.Time().Format(time.DateOnly) + ", and who had it")
	list := audit.RegisterList(a.then.Register(company.RowQuery{Removed: true}))
	return table(a, list, "User", "E-mail", "Role", "Date added", "Added by", "Reason", "Duration", "State")
}

// pieces lists everything that dan has, with the change that gave it.
func (a *auditor) pieces() error {
	a.heading("What dan has, and why")
	pieces, _ := a.then.Pieces("dan")
	return table(a, audit.PieceList(slices.Values(pieces)), "Kind", "Access", "Through team", "From", "To", "Accounts", "Since", "Until", "By", "Reason", "Event")
}

// review shows how the review of the spring went, and what it left.
func (a *auditor) review() error {
	r, _ := a.then.Review("spring")
	a.heading("The review of " + r.Opened.Format("January") + ", due on " + r.Due.Format(time.DateOnly) + " and closed on " + r.Closed.Format(time.DateOnly))
	if err := table(a, audit.ReviewList(a.then.ReviewItems(r.ID, company.RowQuery{})), "User", "Role", "Decision", "Reason for decision", "Decided by", "Changed by event", "Done by event"); err != nil {
		return err
	}
	a.space()
	return table(a, audit.FindingList(a.then.Findings(r.ID)))
}

// due lists what somebody should look at within a month.
func (a *auditor) due() error {
	a.heading("What is due within 30 days")
	return table(a, audit.DueList(slices.Values(a.then.Due(30))))
}

// evidence writes the bundle of the review, and checks it as someone who has nothing of the company but a checkpoint of its log.
func (a *auditor) evidence() error {
	a.heading("The evidence of the review, checked without the company")
	var bundle bytes.Buffer
	if err := a.company.WriteEvidence(a.ctx, &bundle, "spring"); err != nil {
		return err
	}
	checkpoint, err := audit.ParseCheckpoint(strings.TrimSuffix(known, "\n"))
	if err != nil {
		return err
	}
	a.row("as it was written", verdict(bundle.Bytes(), checkpoint))
	altered := bytes.Clone(bundle.Bytes())
	altered[len(altered)/2]++
	a.row("with one byte altered", verdict(altered, checkpoint))
	other := checkpoint
	other.Hash[0]++
	a.row("of another log", verdict(bundle.Bytes(), other))
	return nil
}

// verdict says what a check of a bundle finds.
func verdict(bundle []byte, known audit.Checkpoint) string {
	files, err := evidence.OpenZip(bytes.NewReader(bundle), int64(len(bundle)))
	if err == nil {
		_, err = evidence.Check(files, known)
	}
	if err != nil {
		return "refused: " + errors.Unwrap(err).Error()
	}
	return "accepted"
}

// day cuts a time down to its day, which is enough here.
func day(text string) string {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.Format(time.DateOnly)
	}
	return text
}

// table prints the named columns of a list, all of them if none is named.
func table[R any](a *auditor, list audit.List[R], names ...string) error {
	columns := list.Columns
	if len(names) > 0 {
		columns = nil
		for _, name := range names {
			i := slices.IndexFunc(list.Columns, func(c audit.Column[R]) bool { return c.Name == name })
			if i < 0 {
				return errors.New("there is no column " + name)
			}
			columns = append(columns, list.Columns[i])
		}
	}
	cells := func(text func(c audit.Column[R]) string) []string {
		all := make([]string, len(columns))
		for i, c := range columns {
			all[i] = text(c)
		}
		return all
	}
	a.row(cells(func(c audit.Column[R]) string { return strings.ToUpper(c.Name) })...)
	for row, err := range list.Rows {
		if err != nil {
			return err
		}
		a.row(cells(func(c audit.Column[R]) string { return day(c.Text(row)) })...)
	}
	return nil
}
