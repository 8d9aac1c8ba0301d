package main

import (
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
	p.flush()
	if p.text.Len() > 0 {
		p.text.WriteString("\n")
	}
	p.text.WriteString("# " + title + "\n")
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

// done makes changes, which must succeed.
func (s *story) done(by company.Actor, what string, changes ...company.Change) error {
	_, err := s.project.Do(context.Background(), company.By{Actor: by, Reason: what}, changes...)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", by, what, err)
	}
	s.row(date(s.clock.at), by.String(), what, "done")
	return nil
}

// refused tries to make a change, which must fail, and tells why.
func (s *story) refused(by company.Actor, what string, change company.Change) error {
	_, err := s.project.Do(context.Background(), company.By{Actor: by, Reason: what}, change)
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
	if e, ok := errors.AsType[*company.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// ask asks whether a user may do something, and tells the answer.
func (s *story) ask(user team.UserID, a access.Action, r access.Resource) {
	d := s.project.Decide(access.User(user), a, r)
	s.row(s.clock.at.Format(time.DateTime), string(user), string(a), d.String())
}

// people lists who is in the project.
func (s *story) people() {
	s.flush()
	s.text.WriteString("\n")
	s.row("USER", "ROLE", "UNTIL", "EDITS THE PROJECT")
	users := slices.SortedFunc(s.project.Policy().Directory().Users(), func(a, b team.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, u := range users {
		until := ""
		if !u.Until.IsZero() {
			until = date(u.Until)
		}
		s.row(string(u.ID), string(u.Role), until, s.project.Decide(access.User(u.ID), access.EditProject, access.Company()).Public().String())
	}
	s.flush()
}
