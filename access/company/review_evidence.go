package company

import (
	"slices"

	"github.com/ambit-authz/ambit/audit/evidence"
)

// evidenceOf returns the register.jsonl and the review.jsonl of a review, as it
// stands, or as it was when it was closed.
func (m Moment) evidenceOf(r *review) (register, review []byte, err error) {
	register, err = evidence.EncodeRegister(slices.Values(r.rows))
	if err == nil {
		review, err = evidence.EncodeReview(r.Review, m.ReviewItems(r.ID, ReviewQuery{}), m.Findings(r.ID))
	}
	return register, review, err
}
