package company

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
)

const (
	// longestFounding is the most bytes of the line of an event that a founding
	// uses, if the log has not less: stores that take 16 MiB do not like them.
	longestFounding = 8 << 20
	// besidesDocument is more than the line has besides a document: names, ids, an
	// address and hashes.
	besidesDocument = 8 << 10
)

// roomForDocument returns how many bytes of a document an event of a log has room
// for.
func roomForDocument(log audit.Log) int {
	longest := longestFounding
	if l, ok := log.(audit.Limited); ok {
		longest = min(longest, l.LongestLine())
	}
	return longest - besidesDocument
}

// foundedPart is one more event of a founding that began with a [founded]: more of
// its document. The last one opens the company.
type foundedPart struct {
	Part     int             `json:"part"` // from 2; the first is that of the founding itself
	Document json.RawMessage `json:"document"`
}

// FoundedPart is a change of the events that follow a [Founded] with several
// Parts, "company.found-part": more of its document. The last one opens the
// company. Like a Founded, [Found] alone makes it.
type FoundedPart struct {
	Part     int                // from 2 on
	Document *document.Document // a part, as of [document.Document.Split]; yours to change
}

func (FoundedPart) resolve(*proposal) (Change, error) { return nil, errFounded }

func (FoundedPart) apply(*state, time.Time) error { return errFounded }

// exported returns the part as it is shown.
func (c foundedPart) exported() (Change, error) {
	d, err := document.Parse(c.Document)
	return FoundedPart{Part: c.Part, Document: d}, err
}

// begun is a founding of which the log does not have all parts yet.
type begun struct {
	first  founded
	actor  audit.Actor // of all parts
	part   int         // the last one that is there
	parsed *document.Document
	sum    audit.Hash // of all parts that are there
	before *begun     // the part before; nil at the first
}

// with returns the founding with one more part; b is nil before the first.
func (b *begun) with(part int, text json.RawMessage, first founded) (*begun, error) {
	next := &begun{first: first, part: part, before: b}
	if b != nil {
		next.first = b.first
	}
	if len(text) > next.first.PartSize {
		return nil, fmt.Errorf("part %d of the document %w: it has %d bytes", part, ErrInvalid, len(text))
	}
	var err error
	if next.parsed, err = document.Parse(text); err != nil {
		return nil, invalid("the document", err)
	}
	next.sum = sumOf(b, text)
	return next, nil
}

// sumOf returns the sum of the parts up to a text that comes after b.
func sumOf(b *begun, text []byte) audit.Hash {
	h := sha256.New()
	if b != nil {
		h.Write(b.sum[:])
	}
	h.Write(text)
	return audit.Hash(h.Sum(nil))
}

// join returns the document of all parts, if it is the one that was to be founded.
func (b *begun) join() (*document.Document, error) {
	parts := make([]*document.Document, b.part)
	for at := b; at != nil; at = at.before {
		parts[at.part-1] = at.parsed
	}
	d, err := document.Join(parts)
	if err != nil {
		return nil, invalid("the document", err)
	}
	text, err := compact(d)
	if err == nil && sha256.Sum256(text) != b.first.SHA256 {
		err = fmt.Errorf("%w: the parts are not those of the document that was to be founded", ErrBroken)
	}
	return d, err
}

// begin makes the first of several events of the founding.
func (c founded) begin(s *state) (err error) {
	if c.Parts < 2 || c.SHA256.IsZero() {
		return fmt.Errorf("a founding in %d parts %w: there are two at least, and a sum of all", c.Parts, ErrInvalid)
	}
	s.begun, err = (*begun)(nil).with(1, c.Document, c)
	return err
}

func (c foundedPart) resolve(*proposal) (Change, error) { return c, nil } // it has its own way, found

func (c foundedPart) apply(s *state, at time.Time) error {
	if s.begun == nil || c.Part != s.begun.part+1 {
		return fmt.Errorf("%w: part %d of the founding is out of turn", ErrBroken, c.Part)
	}
	next, err := s.begun.with(c.Part, c.Document, founded{})
	if err != nil {
		return err
	}
	if c.Part < next.first.Parts {
		s.begun = next
		return nil
	}
	d, err := next.join()
	if err != nil {
		return err
	}
	policy, err := access.Compile(d, nil)
	if err != nil {
		return invalid("the document", err)
	}
	s.begun = nil
	return s.open(policy, at)
}

// founding completes a step of the founding.
func (s *state) founding(before *state, o origin) error {
	switch {
	case before.begun != nil && before.begun.actor != o.actor:
		return fmt.Errorf("%w: somebody else goes on with the founding", ErrBroken)
	case s.begun != nil:
		s.begun.actor = o.actor // it was made for this step
		return nil
	}
	s.ledger = s.ledger.founded(s, o)
	return nil
}

// checkTurn refuses what a log does not have at that place: it begins with the
// founding, whose parts are events of their own that nothing comes between.
func (s *state) checkTurn(e audit.Event, i int, c Change) error {
	_, founds := c.(founded)
	_, goesOn := c.(foundedPart)
	switch {
	case founds != (e.Seq == 1 && i == 0):
		return fmt.Errorf("%w: a log begins with the founding, and has no other", ErrBroken)
	case goesOn && s.begun == nil:
		return fmt.Errorf("%w: there is no founding to go on with", ErrBroken)
	case !goesOn && s.begun != nil:
		return fmt.Errorf("%w: the founding is not finished, %d of %d parts are there", ErrBroken, s.begun.part, s.begun.first.Parts)
	case goesOn && len(e.Changes) != 1:
		return fmt.Errorf("%w: a part of the founding is an event of its own", ErrBroken)
	}
	return nil
}

// planned is a founding as it is to be recorded.
type planned struct {
	whole    founded // as one event
	document *document.Document
	by       Actor
	actor    audit.Actor // by, in all events
	parts    []Change    // nil if it is one event
	sums     []audit.Hash
}

// cut makes several events of the founding, each with so many bytes of the
// document at most.
func (f *planned) cut(size int) error {
	all, err := f.document.Split(size)
	if err != nil {
		return invalid("the document", err)
	}
	f.parts, f.sums = make([]Change, len(all)), make([]audit.Hash, len(all))
	var before *begun
	for i, d := range all {
		text, err := compact(d)
		if err != nil {
			return err
		}
		f.parts[i] = foundedPart{Part: i + 1, Document: text}
		if i == 0 {
			first := f.whole
			first.Document, first.Parts, first.PartSize, first.SHA256 = text, len(all), size, sha256.Sum256(f.whole.Document)
			f.parts[i] = first
		}
		f.sums[i] = sumOf(before, text)
		before = &begun{sum: f.sums[i]}
	}
	return nil
}

// isBegun reports whether the founding that a log begins with is this one, so far.
func (f *planned) isBegun(b *begun) bool {
	theirs, err := encode(b.first)
	ours, also := encode(f.parts[0])
	return err == nil && also == nil && bytes.Equal(theirs, ours) && f.sums[b.part-1] == b.sum && f.actor == b.actor
}

// judge says whether a company may be founded so, and returns the event of it in
// one.
func (c *Company) judge(at journal.Point[*published], f *planned) (state, audit.Event, error) {
	p := c.proposal(at, By{Actor: f.by})
	if err := p.found(f.whole); err != nil {
		return state{}, audit.Event{}, err
	}
	e, err := p.event(By{Actor: f.by})
	f.actor = e.Actor
	return p.state, e, err
}

// begin returns the first event of a log, and the state after it.
func (c *Company) begin(at journal.Point[*published], f *planned) (*published, audit.Event, error) {
	s, e, err := c.judge(at, f)
	room := roomForDocument(c.log)
	if err != nil || len(f.whole.Document) <= room {
		return c.publish(at.State, s), e, err
	}
	if err := f.cut(room); err != nil {
		return nil, audit.Event{}, err
	}
	return c.foundPart(at, f, 1)
}

// foundPart returns the event of a part of the founding, and the state after it.
func (c *Company) foundPart(at journal.Point[*published], f *planned, part int) (*published, audit.Event, error) {
	if err := c.checkClock(at); err != nil {
		return nil, audit.Event{}, errors.Unwrap(err) // it is no Do
	}
	p := c.proposal(at, By{Actor: f.by})
	p.recorded = f.parts[part-1 : part]
	if err := p.state.apply(p.recorded[0], origin{actor: f.actor, at: p.at, seq: p.seq, last: p.last}); err != nil {
		return nil, audit.Event{}, err
	}
	e, err := p.event(By{Actor: f.by})
	e.Actor = f.actor
	return c.publish(at.State, p.state), e, err
}

// goOn opens a log that begins with a founding which is not finished, to go on
// with the same one.
func (c *Company) goOn(ctx context.Context, f *planned) error {
	finished, err := c.isFinished(ctx)
	if err != nil {
		return err
	}
	if finished {
		return ErrNotEmpty
	}
	if c.journal, err = journal.Open(ctx, c.journalConfig()); err != nil {
		return err
	}
	b := c.journal.Current().begun
	if b == nil {
		return ErrNotEmpty // another process was faster
	}
	if _, _, err = c.judge(journal.Point[*published]{State: new(published)}, f); err != nil {
		return err
	}
	if b.first.SHA256 != sha256.Sum256(f.whole.Document) {
		return ErrOtherFounding
	}
	return f.cut(b.first.PartSize)
}

// isFinished reports whether a log has all parts of its founding. It reads no
// more than those.
func (c *Company) isFinished(ctx context.Context) (bool, error) {
	n, parts := 0, 1
	for e, err := range c.log.Events(ctx, 0) {
		if err != nil {
			return false, err
		}
		if n++; n == 1 && len(e.Changes) > 0 {
			if first, err := parseRecord(e.Changes[0]); err == nil {
				f, _ := first.(founded)
				parts = max(parts, f.Parts)
			}
		}
		if n >= parts {
			return true, nil
		}
	}
	return false, nil
}

// errFinished ends a write when another process wrote the last part.
var errFinished = errors.New("the founding is finished")

// finish appends the parts that are missing.
func (c *Company) finish(ctx context.Context, f *planned) error {
	for c.journal.Current().policy == nil {
		_, err := c.journal.Write(ctx, func(at journal.Point[*published]) (*published, audit.Event, error) {
			b := at.State.begun
			switch {
			case b == nil:
				return nil, audit.Event{}, errFinished
			case !f.isBegun(b):
				return nil, audit.Event{}, ErrOtherFounding
			}
			return c.foundPart(at, f, b.part+1)
		})
		if err != nil && err != errFinished {
			return err
		}
	}
	return nil
}
