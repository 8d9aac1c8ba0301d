package evidence

import (
	"bytes"
	"fmt"
	"io"

	"github.com/ambit-authz/ambit/audit"
)

// checkReview checks that the review is the one that the log opened, and that its
// items are the rows of the register.
func (r *Report) checkReview(register, review *lines, t *trail) error {
	if err := r.checkHead(review, t); err != nil {
		return err
	}
	rows, err := r.checkItems(register, review)
	if err != nil {
		return err
	}
	if rows != t.opening.count {
		return &Error{File: RegisterFile, Err: ErrRegister, Text: fmt.Sprintf("it has %d rows, and event %d recorded %d", rows, t.opening.seq, t.opening.count) + distrust}
	}
	for {
		line, err := nextReviewLine(review)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case line.Item != nil:
			return review.fail(ErrReview, "it is an item that the register has no row for")
		case line.Finding == nil || line.Finding.Review != r.Review.ID:
			return review.fail(ErrReview, "it must be a finding of the review")
		}
		r.Findings++
	}
}

// checkHead checks the first line of the review, and completes it with its
// closing.
func (r *Report) checkHead(review *lines, t *trail) error {
	head, err := nextReviewLine(review)
	if err != nil && err != io.EOF {
		return err
	}
	if head.Review == nil || *head.Review != atClosing(*head.Review) {
		return review.fail(ErrReview, "it must be the review, as it was before its closing")
	}
	h, o := *head.Review, t.opening
	if h.ID != t.review || h.Event != o.seq || !h.Opened.Equal(o.time) || h.Count != o.count || h.Digest != o.digest {
		return review.fail(ErrReview, fmt.Sprintf("it is not the review %q as event %d opened it", t.review, o.seq))
	}
	c := t.closing
	h.Closed, h.ClosedBy, h.ClosedEvent, h.Evidence = c.time, c.actor.String(), c.seq, c.evidence
	r.Review = h
	return nil
}

// checkItems checks that the items are the rows of the register, in their order,
// and returns how many there are.
func (r *Report) checkItems(register, review *lines) (rows int, err error) {
	for key := ""; ; rows++ {
		row, err := nextRow[audit.RegisterRow](register)
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if row.Key() <= key {
			return rows, register.fail(ErrForm, "the rows are not in order of their keys, each once")
		}
		key = row.Key()
		line, err := nextReviewLine(review)
		if err != nil && err != io.EOF {
			return rows, err
		}
		if line.Item == nil {
			return rows, review.fail(ErrReview, fmt.Sprintf("it must be the item of row %d of the register", rows+1))
		}
		if same, err := encodeLine(line.Item.Row); err != nil || !bytes.Equal(same, register.line) {
			return rows, review.fail(ErrReview, fmt.Sprintf("it is not about row %d of the register", rows+1))
		}
		r.count(line.Item.Decision)
	}
}

// count counts an item.
func (r *Report) count(decision string) {
	switch decision {
	case audit.Keep:
		r.Keep++
	case audit.Reduce:
		r.Reduce++
	case audit.Revoke:
		r.Revoke++
	default:
		r.Open++
	}
}

// checkFindings checks that the findings are of the review.
func (r *Report) checkFindings(findings *lines) error {
	for {
		finding, err := nextRow[audit.Finding](findings)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case finding.Review != r.Review.ID:
			return findings.fail(ErrReview, fmt.Sprintf("it is a finding of the review %q", finding.Review))
		}
		r.Left++
	}
}
