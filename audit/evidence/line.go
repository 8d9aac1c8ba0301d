package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// reviewLine is a line of a review.jsonl, which has one of these.
type reviewLine struct {
	Review  *audit.Review     `json:"review,omitempty"`
	Item    *audit.ReviewItem `json:"item,omitempty"`
	Finding *audit.Finding    `json:"finding,omitempty"`
}

// EncodeRegister returns the register.jsonl of the population of a review: a line
// for each row, in the order they come, which must be the byte order of their
// keys. Without rows it is empty. The error wraps [ErrForm]: a time beyond the
// year 9999, which JSON cannot have, or a line of more than 8 MiB.
func EncodeRegister(rows iter.Seq[audit.RegisterRow]) ([]byte, error) {
	return encodeLines(RegisterFile, rows)
}

// EncodeReview returns the review.jsonl of a review as it is at its closing: a
// line for the review without what its closing sets (Closed, ClosedBy,
// ClosedEvent and Evidence, which are ignored), a line for each item in the order
// of the register, and a line for each finding. The error is as that of
// [EncodeRegister].
func EncodeReview(review audit.Review, items iter.Seq[audit.ReviewItem], findings iter.Seq[audit.Finding]) ([]byte, error) {
	review = atClosing(review)
	return encodeLines(ReviewFile, func(yield func(reviewLine) bool) {
		if !yield(reviewLine{Review: &review}) {
			return
		}
		for item := range items {
			if !yield(reviewLine{Item: &item}) {
				return
			}
		}
		for finding := range findings {
			if !yield(reviewLine{Finding: &finding}) {
				return
			}
		}
	})
}

// EncodeFindings returns the findings.jsonl of what a review has left to be done:
// a line for each finding, in the order they come. Without any it is empty. The
// error is as that of [EncodeRegister].
func EncodeFindings(findings iter.Seq[audit.Finding]) ([]byte, error) {
	return encodeLines(FindingsFile, findings)
}

// atClosing returns r without what its closing sets.
func atClosing(r audit.Review) audit.Review {
	r.Closed, r.ClosedBy, r.ClosedEvent, r.Evidence = time.Time{}, "", 0, audit.Hash{}
	return r
}

// encodeLines returns a line of JSON for each row.
func encodeLines[R any](file string, rows iter.Seq[R]) ([]byte, error) {
	var b bytes.Buffer
	encode := lineEncoder(&b)
	n := 0
	for row := range rows {
		n++
		if err := encode(row); err != nil {
			return nil, &Error{File: file, Line: n, Err: fmt.Errorf("%w: %w", ErrForm, err)}
		}
	}
	return b.Bytes(), nil
}

var errLongLine = fmt.Errorf("it is longer than %d MiB", maxLine>>20)

// lineEncoder returns what appends a row to b as one line of JSON with its line
// feed, in which characters of HTML are as they are.
func lineEncoder(b *bytes.Buffer) func(row any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return func(row any) error {
		before := b.Len()
		if err := e.Encode(row); err != nil {
			return err
		}
		if b.Len()-before > maxLine {
			return errLongLine
		}
		return nil
	}
}

// encodeLine returns a row as lineEncoder has it.
func encodeLine(row any) ([]byte, error) {
	var b bytes.Buffer
	err := lineEncoder(&b)(row)
	return b.Bytes(), err
}

// lines reads a file line by line.
type lines struct {
	file string
	r    *bufio.Reader
	n    int // the number of the last line
	line []byte
}

func readLines(file string, r io.Reader) *lines { return &lines{file: file, r: bufio.NewReader(r)} }

// next returns the next line with its line feed, and [io.EOF] after the last. The
// bytes are good until the next call.
func (l *lines) next() ([]byte, error) {
	l.n++
	l.line = l.line[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.line = append(l.line, part...)
		switch {
		case len(l.line) > maxLine:
			return nil, l.fail(ErrForm, errLongLine.Error())
		case err == nil:
			return l.line, nil
		case err == io.EOF && len(l.line) > 0:
			return nil, l.fail(ErrForm, "it has no line feed at its end")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

func (l *lines) fail(err error, text string) *Error {
	return &Error{File: l.file, Line: l.n, Err: err, Text: text + distrust}
}

// nextRow returns the next line as a row, and [io.EOF] after the last. Only the
// line that encodeLine writes is taken.
func nextRow[R any](l *lines) (row R, err error) {
	line, err := l.next()
	if err != nil {
		return row, err
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return row, l.fail(ErrForm, err.Error())
	}
	if canonical, err := encodeLine(row); err != nil || !bytes.Equal(canonical, line) {
		return row, l.fail(ErrForm, "it is not in its canonical form")
	}
	return row, nil
}

// nextReviewLine returns the next line of a review.jsonl, and [io.EOF] after the
// last.
func nextReviewLine(l *lines) (reviewLine, error) {
	line, err := nextRow[reviewLine](l)
	if err != nil {
		return reviewLine{}, err
	}
	n := 0
	for _, has := range []bool{line.Review != nil, line.Item != nil, line.Finding != nil} {
		if has {
			n++
		}
	}
	if n != 1 {
		return reviewLine{}, l.fail(ErrForm, "it must be one of a review, an item and a finding")
	}
	return line, nil
}
