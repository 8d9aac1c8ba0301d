package evidence

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// Report is what [Check] found in a bundle that it accepts.
type Report struct {
	Manifest   Manifest
	Checkpoint audit.Checkpoint // the state of the log that the bundle is of

	// Known is the checkpoint kept outside, which is on the chain. If it is zero,
	// none was given: the events may be of a log that somebody made up.
	Known audit.Checkpoint

	Review   audit.Review // as the log closed it
	Keep     int          // the items that were decided so
	Reduce   int
	Revoke   int
	Open     int // the items that were not decided
	Findings int // when the review was closed
	Left     int // findings at the checkpoint; see rule 7 of the package
}

// Check checks the bundle at the top of fsys, a [zip.Reader] or an [os.DirFS], by
// the rules of the package comment. Known is a checkpoint of the company's log
// that was kept where the writer of the bundle cannot write: only it proves that
// the events are those of the company. It may be of any event of the bundle. Zero
// is none, which the report says.
//
// The error is an [*Error], with the first cause that was found, or that of
// [audit.ParseCheckpoint] for a known checkpoint that no log can have. Each file is
// read twice, and no more of one than the manifest says; in memory is one line at
// a time.
func Check(fsys fs.FS, known audit.Checkpoint) (Report, error) {
	if known != (audit.Checkpoint{}) {
		if _, err := audit.ParseCheckpoint(known.String()); err != nil {
			return Report{}, err
		}
	}
	if err := list(fsys); err != nil {
		return Report{}, err
	}
	m, err := readManifest(fsys)
	if err != nil {
		return Report{}, err
	}
	r := Report{Manifest: m, Known: known}
	digest, sum, err := m.hash(fsys)
	if err != nil {
		return Report{}, err
	}
	t, err := r.checkEvents(fsys)
	if err == nil {
		err = t.recorded(digest, sum)
	}
	if err == nil && t.closing.seq != m.Closed {
		err = manifestError(fmt.Sprintf("it says that event %d closed the review, and event %d did", m.Closed, t.closing.seq))
	}
	if err == nil {
		err = r.checkLines(fsys, t)
	}
	if err != nil {
		return Report{}, err
	}
	return r, nil
}

// hash reads all files, compares them with the manifest, and returns the two
// hashes of the review.
func (m Manifest) hash(fsys fs.FS) (digest, evidence audit.Hash, err error) {
	d, s := newSum(registerDomain), newSum(evidenceDomain)
	buffer := make([]byte, 32<<10)
	for _, f := range m.Files { // the register comes before the review
		w := io.Discard
		switch f.Name {
		case RegisterFile:
			d.begin(f.Size)
			s.begin(f.Size)
			w = io.MultiWriter(d, s)
		case ReviewFile:
			s.begin(f.Size)
			w = s
		}
		if err := m.read(fsys, f.Name, func(r io.Reader) error {
			_, err := io.CopyBuffer(w, r, buffer)
			return err
		}); err != nil {
			return digest, evidence, err
		}
	}
	return d.sum(), s.sum(), nil
}

// read opens a file and calls do with it.
func (m Manifest) read(fsys fs.FS, name string, do func(io.Reader) error) error {
	file, err := m.Open(fsys, name)
	if err != nil {
		return err
	}
	err = do(file)
	if closeErr := file.Close(); err == nil && closeErr != nil {
		err = unreadable(name, closeErr)
	}
	return err
}

// checkEvents checks the chain of the events, that it ends at the checkpoint of
// the bundle, and that it contains the known one.
func (r *Report) checkEvents(fsys fs.FS) (*trail, error) {
	m := r.Manifest
	err := m.read(fsys, CheckpointFile, func(file io.Reader) (err error) {
		r.Checkpoint, err = readCheckpoint(file)
		return err
	})
	if err != nil {
		return nil, err
	}
	t := &trail{company: m.Company, review: m.Review, known: r.Known}
	err = m.read(fsys, EventsFile, func(file io.Reader) error { return eventsError(t.follow(audit.ReadLines(file))) })
	switch {
	case err != nil:
		return nil, err
	case t.head != r.Checkpoint:
		text := fmt.Sprintf("the last is %v, and the checkpoint is %v", t.head, r.Checkpoint)
		return nil, &Error{File: CheckpointFile, Err: ErrCheckpoint, Text: text + distrust}
	case t.head.Seq != m.Events:
		return nil, manifestError(fmt.Sprintf("it says that there are %d events, and there are %d", m.Events, t.head.Seq))
	}
	return t, t.checkKnown()
}

// eventsError returns an error of this package for one of reading lines, which
// may have been one of this package already.
func eventsError(err error) error {
	if ours, ok := errors.AsType[*Error](err); ok {
		return ours
	}
	if err == nil {
		return nil
	}
	return &Error{File: EventsFile, Err: fmt.Errorf("%w: %w", ErrForm, err), Text: distrust[2:]}
}

// readCheckpoint reads a checkpoint.txt.
func readCheckpoint(file io.Reader) (audit.Checkpoint, error) {
	text, err := io.ReadAll(file)
	if err != nil {
		return audit.Checkpoint{}, err
	}
	line, feed := strings.CutSuffix(string(text), "\n")
	cp, err := audit.ParseCheckpoint(line)
	if err != nil || !feed {
		return cp, &Error{File: CheckpointFile, Err: ErrForm, Text: "it must be one checkpoint and a line feed" + distrust}
	}
	return cp, nil
}

// checkLines checks what the lines of the register, the review and the findings
// say.
func (r *Report) checkLines(fsys fs.FS, t *trail) error {
	err := r.Manifest.read(fsys, RegisterFile, func(register io.Reader) error {
		return r.Manifest.read(fsys, ReviewFile, func(review io.Reader) error {
			return r.checkReview(readLines(RegisterFile, register), readLines(ReviewFile, review), t)
		})
	})
	if err != nil {
		return err
	}
	return r.Manifest.read(fsys, FindingsFile, func(findings io.Reader) error {
		return r.checkFindings(readLines(FindingsFile, findings))
	})
}
