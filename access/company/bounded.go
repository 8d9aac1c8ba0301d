package company

import (
	"crypto/sha256"
	"encoding/hex"
)

// Bounded is a list that others made, so that it may be as long as they like, as
// an event records it: how many there are, the first of them, and a digest of
// all. So every log can hold the event. Anyone who has the list can compare it
// with the digest.
type Bounded[T any] struct {
	Count int `json:"count"`

	// Digest is the SHA-256, in hex, of the canonical JSON of every element, each
	// followed by a line feed, in the order of the list.
	Digest string `json:"digest,omitempty"`

	First []T `json:"first,omitempty"` // at most 100
}

// maxFirst is how many elements of a list an event has.
const maxFirst = 100

// IsZero reports whether the list is empty.
func (b Bounded[T]) IsZero() bool { return b.Count == 0 && b.Digest == "" && len(b.First) == 0 }

// boundInto sets a list to what bound returns.
func boundInto[T any](list *Bounded[T], all []T) (err error) {
	*list, err = bound(all)
	return err
}

// bound returns a list, which must be in an order that is fixed, as an event
// records it. It shares nothing with the list.
func bound[T any](all []T) (Bounded[T], error) {
	if len(all) == 0 {
		return Bounded[T]{}, nil
	}
	sum := sha256.New()
	for _, element := range all {
		line, err := encode(element)
		if err != nil {
			return Bounded[T]{}, err
		}
		sum.Write(append(line, '\n'))
	}
	return Bounded[T]{
		Count:  len(all),
		Digest: hex.EncodeToString(sum.Sum(nil)),
		First:  append([]T(nil), all[:min(len(all), maxFirst)]...),
	}, nil
}
