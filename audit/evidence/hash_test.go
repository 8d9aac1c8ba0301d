package evidence_test

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// The hashes are of the bytes that the package comment has.
func TestHashes(t *testing.T) {
	t.Parallel()
	of := func(domain string, texts ...string) audit.Hash {
		b := []byte(domain)
		for _, text := range texts {
			b = append(binary.BigEndian.AppendUint64(b, uint64(len(text))), text...)
		}
		return sha256.Sum256(b)
	}
	for _, test := range []struct{ register, review string }{
		{"", ""}, {"a\n", ""}, {"", "a\n"}, {"a\n", "b\n"}, {"a\nb", "\n"}, {"a", "\nb\n"},
	} {
		register, review := []byte(test.register), []byte(test.review)
		if got, want := evidence.Digest(register), of("ambit-review-register v1\n", test.register); got != want {
			t.Errorf("%q: the digest is %v, want %v", test, got, want)
		}
		if got, want := evidence.Sum(register, review), of("ambit-review-evidence v1\n", test.register, test.review); got != want {
			t.Errorf("%q: the sum is %v, want %v", test, got, want)
		}
	}
}

func TestZeroError(t *testing.T) {
	t.Parallel()
	e := &evidence.Error{File: evidence.EventsFile, Line: 3}
	if got, want := e.Error(), "evidence: events.jsonl: line 3: unknown problem"; got != want || e.Unwrap() != nil {
		t.Errorf("got %s", got)
	}
}
