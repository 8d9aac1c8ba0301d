package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Hash is a SHA-256. The zero Hash is the Prev of the first event.
type Hash [sha256.Size]byte

// String returns h as 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero reports whether h is the zero Hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// MarshalText returns the text of [Hash.String]. The error is nil.
func (h Hash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText sets h to the hash with that text, exactly as String writes it.
// The error of any other text wraps [ErrMalformed], and leaves h as it was.
func (h *Hash) UnmarshalText(digits []byte) error {
	var parsed Hash
	if len(digits) == hex.EncodedLen(len(parsed)) {
		if _, err := hex.Decode(parsed[:], digits); err == nil && parsed.String() == string(digits) {
			*h = parsed
			return nil
		}
	}
	return &Error{Op: "hash", Text: "write 64 lower-case hexadecimal digits", Err: ErrMalformed}
}

// domain begins everything that is hashed here, so that the hash of an event is
// the hash of nothing else.
const domain = "ambit-audit-event v1\n"

// Sum returns the hash of e: over every field but Hash itself, in the encoding
// the package comment describes. It is defined for every event, also a
// malformed one. Only the instant of Time counts, not its location.
func (e Event) Sum() Hash {
	var small [1024]byte // most events need no allocation
	b := small[:0]
	if n := e.size(); n > len(small) {
		b = make([]byte, 0, n)
	}
	b = append(b, domain...)
	b = binary.BigEndian.AppendUint64(b, e.Seq)
	b = appendText(b, e.ID)
	b = appendInt(b, e.Time.Unix())
	b = appendInt(b, int64(e.Time.Nanosecond()))
	b = appendText(b, e.Company)
	b = appendText(b, e.Actor.Kind)
	b = appendText(b, e.Actor.ID)
	b = appendText(b, e.Actor.Email)
	b = appendText(b, e.Actor.Role)
	b = appendInt(b, int64(len(e.Changes)))
	for _, c := range e.Changes {
		b = appendText(b, c.Type)
		b = appendInt(b, int64(c.Version))
		b = appendText(b, c.Data)
	}
	b = appendInt(b, int64(len(e.Targets)))
	for _, target := range e.Targets {
		b = appendText(b, target)
	}
	b = appendText(b, e.Reason)
	b = appendText(b, e.Approval)
	b = appendText(b, e.Correlation)
	b = appendText(b, e.Via)
	b = append(b, e.Prev[:]...)
	return sha256.Sum256(b)
}

// size returns the number of bytes that Sum hashes.
func (e *Event) size() int {
	const numbers = 5 + 10 // those of Seq, Time and the two lists, and the lengths of the texts outside of lists
	n := len(domain) + 8*numbers + len(e.Prev)
	n += len(e.ID) + len(e.Company) + len(e.Reason) + len(e.Approval) + len(e.Correlation) + len(e.Via)
	n += len(e.Actor.Kind) + len(e.Actor.ID) + len(e.Actor.Email) + len(e.Actor.Role)
	for _, c := range e.Changes {
		n += 3*8 + len(c.Type) + len(c.Data)
	}
	for _, target := range e.Targets {
		n += 8 + len(target)
	}
	return n
}

func appendInt(b []byte, n int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(n)) }

func appendText[T string | []byte](b []byte, text T) []byte {
	b = appendInt(b, int64(len(text)))
	return append(b, text...)
}
