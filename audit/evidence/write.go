package evidence

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"hash"
	"io"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Parts is what a bundle is written from.
type Parts struct {
	// Events are all events of the log from the first on, up to the checkpoint
	// that the bundle is to be of. An error of theirs ends the writing.
	Events iter.Seq2[audit.Event, error]

	Register []byte // by [EncodeRegister], when the review was opened
	Review   []byte // by [EncodeReview], when it was closed
	Findings []byte // by [EncodeFindings], at the last event
}

// zipTime is the time of every file in a zip, the first that a zip can have.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// WriteZip writes the bundle as a zip to w, in one pass over the events, of which
// it keeps none. The same parts give the same bytes, as long as compress/flate
// compresses as it does.
//
// It writes only what [Check] accepts: the error is as that of Check for parts
// that do not prove a review, or that of the events or of w as it is. With an
// error, what w got is no bundle.
func WriteZip(w io.Writer, parts Parts) error {
	head, err := nextReviewLine(readLines(ReviewFile, bytes.NewReader(parts.Review)))
	if err != nil && err != io.EOF {
		return err
	}
	if head.Review == nil {
		return &Error{File: ReviewFile, Line: 1, Err: ErrReview, Text: "it must be the review"}
	}
	z := zipWriter{zip: zip.NewWriter(w)}
	t := &trail{review: head.Review.ID}
	if err := z.write(EventsFile, func(w io.Writer) error { return t.follow(written(w, parts.Events)) }); err != nil {
		return err
	}
	if err := parts.check(t); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{
		{RegisterFile, parts.Register}, {ReviewFile, parts.Review}, {FindingsFile, parts.Findings}, {CheckpointFile, []byte(t.head.String() + "\n")},
	} {
		if err := z.write(f.name, func(w io.Writer) error { _, err := w.Write(f.text); return err }); err != nil {
			return err
		}
	}
	return z.finish(Manifest{Version: version, Company: t.company, Review: t.review, Events: t.head.Seq, Closed: t.closing.seq})
}

// check refuses parts that Check would refuse, apart from the events.
func (p Parts) check(t *trail) error {
	if err := t.recorded(Digest(p.Register), Sum(p.Register, p.Review)); err != nil {
		return err
	}
	var r Report
	if err := r.checkReview(readLines(RegisterFile, bytes.NewReader(p.Register)), readLines(ReviewFile, bytes.NewReader(p.Review)), t); err != nil {
		return err
	}
	return r.checkFindings(readLines(FindingsFile, bytes.NewReader(p.Findings)))
}

// written yields the events and writes each to w, as a line.
func written(w io.Writer, events iter.Seq2[audit.Event, error]) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range events {
			var line []byte
			if err == nil {
				line, err = audit.Encode(e)
			}
			if err == nil {
				_, err = w.Write(append(line, '\n'))
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// zipWriter writes files into a zip, and takes note of each.
type zipWriter struct {
	zip   *zip.Writer
	files []File
}

// write writes one file, by a call of do.
func (z *zipWriter) write(name string, do func(io.Writer) error) error {
	w, err := z.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime})
	if err != nil {
		return err
	}
	m := meter{w: w, hash: sha256.New()}
	if err := do(&m); err != nil {
		return err
	}
	z.files = append(z.files, File{Name: name, Size: m.size, SHA256: audit.Hash(m.hash.Sum(nil))})
	return nil
}

// finish writes the manifest and the end of the zip.
func (z *zipWriter) finish(m Manifest) error {
	for _, f := range limits {
		for _, file := range z.files {
			if file.Name == f.name {
				m.Files = append(m.Files, file)
			}
		}
	}
	if err := m.check(); err != nil {
		return err
	}
	text, err := m.encode()
	if err != nil {
		return err
	}
	if len(text) > maxManifest {
		return &Error{File: ManifestFile, Err: ErrTooLarge, Text: "it may have 64 KiB: choose shorter ids of the company and the review"}
	}
	if err := z.write(ManifestFile, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	return z.zip.Close()
}

// meter counts and hashes what it writes.
type meter struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (m *meter) Write(b []byte) (int, error) {
	n, err := m.w.Write(b)
	_, _ = m.hash.Write(b[:n])
	m.size += int64(n)
	return n, err
}
