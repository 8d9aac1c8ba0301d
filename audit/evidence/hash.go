package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/ambit-authz/ambit/audit"
)

// What is hashed begins with one of these, so that the hash of a register is the
// hash of nothing else.
const (
	registerDomain = "ambit-review-register v1\n"
	evidenceDomain = "ambit-review-evidence v1\n"
)

// Digest returns the hash of a register.jsonl, which [EncodeRegister] writes: the
// member "digest" of the change that opens a review. The package comment has the
// bytes that are hashed.
func Digest(register []byte) audit.Hash {
	h := newSum(registerDomain)
	h.text(register)
	return h.sum()
}

// Sum returns the hash of a register.jsonl and a review.jsonl, which
// [EncodeReview] writes: the member "evidence" of the change that closes a review.
// The package comment has the bytes that are hashed.
func Sum(register, review []byte) audit.Hash {
	h := newSum(evidenceDomain)
	h.text(register)
	h.text(review)
	return h.sum()
}

// sum is a SHA-256 of texts, each after its length.
type sum struct{ hash.Hash }

func newSum(domain string) sum {
	h := sum{sha256.New()}
	_, _ = h.Write([]byte(domain)) // a hash takes everything
	return h
}

// begin hashes the length of a text. Its bytes follow, by Write.
func (h sum) begin(size int64) {
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(size)))
}

func (h sum) text(b []byte) {
	h.begin(int64(len(b)))
	_, _ = h.Write(b)
}

func (h sum) sum() audit.Hash { return audit.Hash(h.Sum(nil)) }
