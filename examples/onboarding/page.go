package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// page collects what the program prints: headings, and below them rows that are aligned when flushed.
type page struct {
	text strings.Builder
	rows [][]string
}

func (p *page) String() string { return p.text.String() }

func (p *page) heading(title string) {
	p.gap()
	p.text.WriteString("# " + title + "\n")
}

// gap sets off what follows.
func (p *page) gap() {
	p.flush()
	if p.text.Len() > 0 {
		p.text.WriteString("\n")
	}
}

// row adds a row. An empty cell is shown as a dash.
func (p *page) row(cells ...string) {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "–"
		}
	}
	p.rows = append(p.rows, cells)
}

// flush prints the rows since the last flush.
func (p *page) flush() {
	t := tabwriter.NewWriter(&p.text, 0, 0, 2, ' ', 0)
	for _, cells := range p.rows {
		fmt.Fprintln(t, "  "+strings.Join(cells, "\t"))
	}
	t.Flush() // into a strings.Builder, which takes everything
	p.rows = nil
}

// done makes changes, which must succeed. That a mail was not delivered is no failure of theirs.
func (s *story) done(by company.Actor, what string, changes ...company.Change) (company.Receipt, error) {
	receipt, err := s.company.Do(context.Background(), company.By{Actor: by, Reason: what}, changes...)
	if err != nil {
		return receipt, fmt.Errorf("%s: %s: %w", by, what, err)
	}
	s.row(date(s.clock.at), by.String(), what, "done")
	for _, u := range receipt.Undelivered {
		s.row(date(s.clock.at), "mailer", "send "+brief(u.Invitation), "not delivered: "+u.Err.Error())
	}
	return receipt, nil
}

// refused tries to make a change, which must fail, and tells why.
func (s *story) refused(by company.Actor, what string, change company.Change) error {
	_, err := s.company.Do(context.Background(), company.By{Actor: by, Reason: what}, change)
	if err == nil || errors.Is(err, company.ErrUncertain) {
		return fmt.Errorf("%s: %s: got %v, want a refusal", by, what, err)
	}
	s.row(date(s.clock.at), by.String(), what, "refused: "+why(err))
	return nil
}

// why returns the full reason of a refusal. That is for whoever may know all; the text of the error is for the actor.
func why(err error) string {
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		return strings.TrimPrefix(denied.Decision.String(), "deny ")
	}
	if refusal, ok := errors.AsType[*company.Refusal](err); ok {
		return why(refusal.Cause)
	}
	if e, ok := errors.AsType[*company.Error](err); ok {
		return why(e.Err)
	}
	return err.Error()
}

// told returns what a stranger is told, who gets no reasons.
func told(err error) string {
	if err == nil {
		return "welcome"
	}
	if refusal, ok := errors.AsType[*company.Refusal](err); ok {
		return refusal.Error()
	}
	return err.Error()
}

// ask asks whether somebody may do something, and tells the answer.
func (s *story) ask(who access.Subject, a access.Action, r access.Resource) {
	s.row(s.clock.at.Format(time.DateTime), who.String(), string(a), r.String(), s.company.Decide(who, a, r).String())
}

// sees tells which accounts somebody sees.
func (s *story) sees(who access.Subject) string {
	return cmp.Or(list(slices.Sorted(s.company.Policy().View(who).Accounts())), "nothing")
}

func list[ID ~string](ids []ID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, ", ")
}

// people lists who is in the company, and what they see there.
func (s *story) people() {
	s.gap()
	s.row("USER", "ADDRESS", "ROLE", "UNTIL", "SEES")
	users := slices.SortedFunc(s.company.Policy().Directory().Users(), func(a, b team.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, u := range users {
		s.row(string(u.ID), u.Email.String(), string(u.Role), date(u.Until), s.sees(access.User(u.ID)))
	}
	s.flush()
}
