package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// page writes to w, until that fails.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// accepted says what a bundle shows, what was checked, and what was not.
func (p *page) accepted(r evidence.Report) {
	m := r.Manifest
	if proved(r) {
		p.line("The evidence of the review %q of the company %q is good.", m.Review, m.Company)
	} else {
		p.line("The evidence of the review %q of the company %q fits together, but may be made up: see below.", m.Review, m.Company)
	}
	p.line("")
	p.line("Opened   %s by %q (event %d)", day(r.Review.Opened), r.Review.OpenedBy, r.Review.Event)
	p.line("Closed   %s by %q (event %d)", day(r.Review.Closed), r.Review.ClosedBy, m.Closed)
	p.line("Rows     %d: keep %d, reduce %d, revoke %d, not decided %d", r.Review.Count, r.Keep, r.Reduce, r.Revoke, r.Open)
	p.line("Findings %d when it was closed, %d after event %d, the last of the bundle", r.Findings, r.Left, m.Events)
	p.line("")
	p.line("Checked:")
	p.line("- Files: the six files are there, each as the manifest says.")
	p.line("- Chain: the events 1 to %d are complete, in order and unedited, and all of this company.", m.Events)
	p.line("- Opening: event %d recorded this register, and the number of its rows, %d.", r.Review.Event, r.Review.Count)
	p.line("- Closing: event %d recorded this register and this review.", m.Closed)
	if r.Known != (audit.Checkpoint{}) {
		p.line("- Log: event %d is the one of your checkpoint, so the events up to it are those of its log.", r.Known.Seq)
	}
	p.line("- Meaning: the register, the review and the findings follow from the events.")
	p.line("")
	p.line("Not checked:")
	switch known := r.Known.Seq; {
	case known == 0:
		p.line("- Log: whether this is the log of the company. You gave no checkpoint, and without one all of it may be made up.")
		p.line("  Give one that was kept outside, after event %d, as the second argument.", m.Closed)
	case known < m.Closed:
		p.line("- Log: the events after %d, with the closing of the review. Your checkpoint is older: give one of event %d or later.", known, m.Closed)
	case known < m.Events:
		p.line("- Log: the events after %d, which came after the review was closed.", known)
	}
	p.line("- Permission: whether those who made a change were allowed to. The company asked that before it recorded the change.")
}

// proved reports whether a checkpoint proves that the review is of the real log.
func proved(r evidence.Report) bool { return r.Known.Seq >= r.Manifest.Closed }

// refused says why a bundle is not good.
func (p *page) refused(err error) {
	if errors.Is(err, evidence.ErrNewer) {
		p.line("Whether this bundle is of the real log cannot be told.")
	} else {
		p.line("Do not rely on this bundle.")
	}
	p.line("")
	if wrong, ok := errors.AsType[*evidence.Error](err); ok {
		err = wrong
	}
	p.line("%v", err)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
