package evidence

import (
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// The changes that record a review, and the version of their data.
const (
	openType    = "review.open"
	closeType   = "review.close"
	dataVersion = 1
)

// mark is what a log records of the opening or the closing of the review.
type mark struct {
	times    int // that the log does it; the rest is of the first
	seq      uint64
	time     time.Time
	actor    audit.Actor
	digest   audit.Hash
	count    int
	evidence audit.Hash
}

// trail is what the events of a bundle say about its review.
type trail struct {
	company, review string
	known           audit.Checkpoint // that was kept outside, zero for none

	head     audit.Checkpoint // of the last event
	atKnown  audit.Hash       // of the event at known
	stranger audit.Event      // the first of another company
	opening  mark
	closing  mark
	early    bool   // the closing comes before the opening
	err      *Error // of an opening or closing that cannot be read
}

// follow reads all events, which must be the beginning of the log of the company.
// An error of theirs comes as it is.
func (t *trail) follow(events iter.Seq2[audit.Event, error]) error {
	var broken error
	err := audit.Verify(func(yield func(audit.Event, error) bool) {
		for e, err := range events {
			if broken = err; err == nil {
				t.see(e)
			}
			if !yield(e, err) {
				return
			}
		}
	}, audit.Checkpoint{})
	switch {
	case broken != nil:
		return broken
	case err != nil:
		return &Error{File: EventsFile, Err: fmt.Errorf("%w: %w", ErrChain, err), Text: distrust[2:]}
	case t.stranger.Seq != 0:
		text := fmt.Sprintf("event %d is of %q, and the bundle of %q", t.stranger.Seq, t.stranger.Company, t.company)
		return &Error{File: EventsFile, Err: ErrCompany, Text: text + distrust}
	}
	return nil
}

// checkKnown refuses a log that is not that of the known checkpoint.
func (t *trail) checkKnown() error {
	switch {
	case t.known == audit.Checkpoint{}, t.known.Seq <= t.head.Seq && t.atKnown == t.known.Hash:
		return nil
	case t.known.Seq > t.head.Seq:
		text := fmt.Sprintf("it is at event %d, and the events end at %d: ask for a bundle that was written since, or use a checkpoint that you kept before", t.known.Seq, t.head.Seq)
		return &Error{File: EventsFile, Err: knownError{ErrNewer, audit.ErrTruncated}, Text: text}
	}
	text := fmt.Sprintf("event %d has another hash", t.known.Seq)
	return &Error{File: EventsFile, Err: knownError{ErrKnown, audit.ErrRewritten}, Text: text + distrust}
}

// knownError is ErrKnown or ErrNewer, and what package audit calls it.
type knownError struct {
	error
	cause error
}

func (e knownError) Unwrap() []error { return []error{e.error, e.cause} }

// see takes note of the next event. The chain is checked elsewhere.
func (t *trail) see(e audit.Event) {
	if t.company == "" {
		t.company = e.Company
	}
	t.head = e.Checkpoint()
	if e.Seq == t.known.Seq {
		t.atKnown = e.Hash
	}
	if e.Company != t.company && t.stranger.Seq == 0 {
		t.stranger = e
	}
	for _, c := range e.Changes {
		switch c.Type {
		case openType:
			t.seeMark(&t.opening, ErrOpening, e, c)
		case closeType:
			t.seeMark(&t.closing, ErrClosing, e, c)
			t.early = t.early || t.closing.times > 0 && t.opening.times == 0
		}
	}
}

// seeMark takes note of a change that opens or closes a review.
func (t *trail) seeMark(m *mark, cause error, e audit.Event, c audit.Change) {
	found, review, err := readMark(c)
	if err != nil {
		if t.err == nil {
			text := fmt.Sprintf("event %d: %s: %v; check the bundle with a newer version of Ambit", e.Seq, c.Type, err)
			t.err = &Error{File: EventsFile, Err: cause, Text: text}
		}
		return
	}
	if review != t.review {
		return
	}
	if m.times++; m.times == 1 {
		found.times, found.seq, found.time, found.actor = 1, e.Seq, e.Time, e.Actor
		*m = found
	}
}

// readMark reads the data of a change that opens or closes a review, and returns
// the id of the review as well. Names count to the letter, as they do for those
// who write them.
func readMark(c audit.Change) (m mark, review string, err error) {
	if c.Version != dataVersion {
		return m, "", fmt.Errorf("its version is %d, and this program knows %d", c.Version, dataVersion)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.Data, &members); err != nil {
		return m, "", err
	}
	for _, member := range []struct {
		name string
		to   any
	}{{"review", &review}, {"digest", &m.digest}, {"count", &m.count}, {"evidence", &m.evidence}} {
		if data, ok := members[member.name]; ok {
			if err := json.Unmarshal(data, member.to); err != nil {
				return m, "", fmt.Errorf("the member %q: %w", member.name, err)
			}
		}
	}
	return m, review, nil
}

// recorded refuses a log that does not open and close the review once each, with
// the digest of the register and the hash of register and review.
func (t *trail) recorded(digest, evidence audit.Hash) error {
	switch {
	case t.err != nil:
		return t.err
	case t.opening.times != 1:
		return t.fail(EventsFile, ErrOpening, fmt.Sprintf("it opens the review %q %d times", t.review, t.opening.times))
	case t.closing.times != 1 || t.early:
		return t.fail(EventsFile, ErrClosing, fmt.Sprintf("it closes the review %q %d times after it was opened", t.review, t.closing.times))
	case digest != t.opening.digest:
		return t.fail(RegisterFile, ErrRegister, fmt.Sprintf("its digest is not that of event %d", t.opening.seq))
	case evidence != t.closing.evidence:
		return t.fail(ReviewFile, ErrEvidence, fmt.Sprintf("their hash is not that of event %d", t.closing.seq))
	}
	return nil
}

func (t *trail) fail(file string, err error, text string) *Error {
	return &Error{File: file, Err: err, Text: text + distrust}
}
