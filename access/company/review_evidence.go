package company

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"runtime"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// WriteEvidence writes the evidence of a closed review to w, as a zip of package
// evidence: all events up to now, the register as it was frozen, the review as it
// was closed, and what it has left to be done. It reads the whole log, of which it
// keeps one event at a time.
//
// The error is an [*Error] that wraps [ErrUnknown] for an unknown id,
// [ErrReviewOpen] for a review that is not closed, [ErrDiverged] if the log lost
// what it had, or what the log or w failed with. With an error, what w got is no
// evidence.
func (c *Company) WriteEvidence(ctx context.Context, w io.Writer, review string) error {
	p := c.journal.Point()
	parts, err := momentOf(p, p.Time).evidenceOf(review)
	if err == nil {
		parts.Events = c.eventsUpTo(ctx, p.Head)
		err = evidence.WriteZip(w, parts)
	}
	if err != nil {
		return wrap("write evidence", err)
	}
	return nil
}

// eventsUpTo yields the events of the log up to a point of it.
func (c *Company) eventsUpTo(ctx context.Context, head audit.Checkpoint) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		defer runtime.KeepAlive(c) // somebody may close the log of a company that nobody has any more
		for e, err := range audit.Replay(ctx, c.log, audit.Checkpoint{}, head) {
			if errors.Is(err, audit.ErrTruncated) || errors.Is(err, audit.ErrRewritten) {
				err = fmt.Errorf("%w: %w", ErrDiverged, err)
			}
			if !yield(e, err) || e.Seq == head.Seq {
				return
			}
		}
	}
}

// evidenceOf returns the files of the evidence of a closed review.
func (m Moment) evidenceOf(id string) (evidence.Parts, error) {
	r, err := m.state.review(id)
	if err != nil {
		return evidence.Parts{}, err
	}
	if r.closing == nil {
		return evidence.Parts{}, ErrReviewOpen
	}
	parts, err := r.encode(r.closing, m.at)
	if err == nil {
		parts.Findings, err = evidence.EncodeFindings(m.Findings(id))
	}
	return parts, err
}

// encode returns the register and the review of the evidence, with the items as
// they stand at an instant.
func (r *review) encode(items []standing, at time.Time) (parts evidence.Parts, err error) {
	parts.Register, err = evidence.EncodeRegister(slices.Values(r.rows))
	if err == nil {
		parts.Review, err = evidence.EncodeReview(r.Review, r.items(items), r.findings(items, at))
	}
	return parts, err
}

// CheckEvidence checks the evidence of a review, offline, at the top of fsys: all
// that [evidence.Check] does with the checkpoint, which was kept outside, and that
// it follows from its events. The events are replayed from the founding on, with
// every rule that a replay repeats: the population is that of the register at the
// opening, reviewers were independent, and the items and the findings are as the
// changes leave them. Whether who made a change was allowed to is not asked again.
//
// It keeps the company that the events come to in memory. The error is an
// [*Error] that wraps the [*evidence.Error] of evidence.Check, [ErrBroken] for an
// event that does not follow from those before, and [ErrEvidence] for a file that
// does not follow from the events.
func CheckEvidence(ctx context.Context, fsys fs.FS, known audit.Checkpoint) (evidence.Report, error) {
	report, err := evidence.Check(fsys, known)
	if err == nil {
		err = checkFollows(ctx, fsys, report.Manifest)
	}
	if err != nil {
		return evidence.Report{}, wrap("check evidence", err)
	}
	return report, nil
}

// checkFollows checks that the files of evidence follow from its events.
func checkFollows(ctx context.Context, fsys fs.FS, m evidence.Manifest) error {
	c, err := newCompany(nil)
	if err != nil {
		return err
	}
	c.log = bundle{fsys, m}
	c.journal, err = journal.Open(ctx, c.journalConfig())
	if err != nil {
		return err
	}
	p := c.journal.Point()
	parts, err := momentOf(p, p.Time).evidenceOf(m.Review)
	if err != nil {
		return err
	}
	follows := map[string][]byte{
		evidence.RegisterFile: parts.Register, evidence.ReviewFile: parts.Review, evidence.FindingsFile: parts.Findings,
	}
	for _, file := range m.Files {
		if text, ok := follows[file.Name]; ok && sha256.Sum256(text) != file.SHA256 {
			return fmt.Errorf("%s: %w", file.Name, ErrEvidence)
		}
	}
	return nil
}

// bundle is evidence as a log that can only be read.
type bundle struct {
	fsys     fs.FS
	manifest evidence.Manifest
}

func (b bundle) Append(context.Context, audit.Event) error { return fs.ErrPermission }

func (b bundle) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		file, err := b.manifest.Open(b.fsys, evidence.EventsFile)
		if err != nil {
			yield(audit.Event{}, err)
			return
		}
		defer func() { _ = file.Close() }() // it was read only
		for e, err := range audit.ReadLines(file) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(audit.Event{}, err)
				return
			}
			if e.Seq > after && !yield(e, nil) {
				return
			}
		}
	}
}
