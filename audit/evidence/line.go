package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"

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
// keys. Without rows it is empty. The error is that of a time beyond the year
// 9999, which JSON cannot have, or of a line of more than 8 MiB, and wraps
// [ErrForm].
func EncodeRegister(rows iter.Seq[audit.RegisterRow]) ([]byte, error) {
	b, err := appendLines(nil, RegisterFile, rows)
	return b, err
}

// EncodeReview returns the review.jsonl of a review as it is at its closing: a
// line for the review without what its closing sets (Closed, ClosedBy,
// ClosedEvent and Evidence, which may be set here), a line for each item in the
// order of the register, and a line for each finding. The error is as that of
// [EncodeRegister].
func EncodeReview(review audit.Review, items iter.Seq[audit.ReviewItem], findings iter.Seq[audit.Finding]) ([]byte, error) {
	review = atClosing(review)
	return appendLines(nil, ReviewFile, func(yield func(reviewLine) bool) {
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
	return appendLines(nil, FindingsFile, findings)
}

// atClosing returns r without what its closing sets.
func atClosing(r audit.Review) audit.Review {
	closed := audit.Review{}
	r.Closed, r.ClosedBy, r.ClosedEvent, r.Evidence = closed.Closed, closed.ClosedBy, closed.ClosedEvent, closed.Evidence
	return r
}

// appendLines appends a line of JSON for each row.
func appendLines[R any](b []byte, file string, rows iter.Seq[R]) ([]byte, error) {
	n := 0
	for row := range rows {
		n++
		line, err := encodeLine(row)
		if err != nil {
			return nil, &Error{File: file, Line: n, Err: err}
		}
		b = append(b, line...)
	}
	return b, nil
}

// encodeLine returns row as one line of JSON with its line feed, in which only
// what must be is escaped.
func encodeLine(row any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(row); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if b.Len() > maxLine {
		return nil, fmt.Errorf("%w: the line is longer than 8 MiB", ErrForm)
	}
	return b.Bytes(), nil
}
