package main

import (
	"fmt"

	"github.com/ambit-authz/ambit/access/diff"
)

// comparison is what there is to say of two policies.
type comparison struct {
	old, next string // their names
	doubts    []diff.Doubt
	filters   []diff.FilterChange
	// moreFilters is whether further filters may have changed.
	moreFilters bool
	diff.Summary
}

// isEmpty reports whether the policies allow the same, for certain, and their
// filters mean the same for accounts to come.
func (d comparison) isEmpty() bool { return !d.differs() && !d.isOpen() }

// differs reports whether there is a difference.
func (d comparison) differs() bool {
	for _, f := range d.filters {
		if f.Effect != diff.Same {
			return true
		}
	}
	return d.Gains.Count+d.Losses.Count > 0
}

// isOpen reports whether nothing was found, and not everything was looked at.
func (d comparison) isOpen() bool {
	return !d.differs() && (d.Gains.More || d.Losses.More || d.moreFilters)
}

// section is one part of what is said of a comparison: lines that begin with a
// sign.
type section struct {
	title, sign, color string
	lines              []string
	rest               string // what the lines leave out, "" if nothing
}

// sections returns those that have something to say.
func (d comparison) sections() (all []section) {
	doubts := section{title: "Doubts", sign: "!", color: yellow}
	for _, doubt := range d.doubts {
		doubts.lines = append(doubts.lines, doubt.Text)
	}
	filters := section{title: "Filters", sign: "~", color: yellow}
	for _, f := range d.filters {
		filters.lines = append(filters.lines, f.String())
	}
	if d.moreFilters {
		filters.rest = "and perhaps more"
	}
	gains, losses := sectionOf("Gains", "+", green, d.Gains), sectionOf("Losses", "-", red, d.Losses)
	for _, s := range []section{doubts, filters, gains, losses} {
		if s.lines != nil || s.rest != "" {
			all = append(all, s)
		}
	}
	return all
}

func sectionOf(title, sign, color string, t diff.Total) section {
	s := section{title: title, sign: sign, color: color, rest: moreText(t)}
	for _, r := range t.Rights {
		s.lines = append(s.lines, r.String())
	}
	return s
}

// moreText says how many rights are not listed, "" if all are.
func moreText(t diff.Total) string {
	n := t.Count - len(t.Rights)
	switch {
	case n > 0 && t.More:
		return fmt.Sprintf("and more than %d more", n)
	case n > 0:
		return fmt.Sprintf("and %d more", n)
	case t.More:
		return "and perhaps more: it was not looked at to the end"
	}
	return ""
}

// text writes each section, a line for each thing, and how much there is.
func (d comparison) text(o *output) {
	for _, s := range d.sections() {
		for _, line := range s.lines {
			o.colored(s.color, "%s %s", s.sign, line)
		}
		if s.rest != "" {
			o.colored(s.color, "%s %s", s.sign, s.rest)
		}
	}
	if d.isEmpty() {
		o.line("no difference")
		return
	}
	o.line("gains: %v; losses: %v", d.Gains, d.Losses)
}
