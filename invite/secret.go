package invite

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

// secretSize is the length of a secret in bytes. At 256 random bits nobody
// guesses one, so a fast hash is enough to keep it by.
const secretSize = 32

// redacted is what a secret looks like wherever it is not revealed on purpose.
const redacted = "[redacted]"

// Secret proves that somebody received a message. However it is printed,
// logged, or written as JSON or text, it shows as "[redacted]"; only
// [Secret.Reveal] returns it. The zero Secret proves nothing. Compare secrets
// by their digests only.
type Secret struct {
	// In a closure: for a struct around this one, package fmt and others like
	// it print unexported fields without calling their methods, and follow
	// pointers on the way.
	bytes func() [secretSize]byte
}

// newSecret returns the secret of some bytes.
func newSecret(bytes [secretSize]byte) Secret {
	return Secret{func() [secretSize]byte { return bytes }}
}

// NewSecret reads a new secret from a source of randomness, which must be one
// for cryptography. The error wraps that of the source.
func NewSecret(random io.Reader) (Secret, error) {
	var bytes [secretSize]byte
	if _, err := io.ReadFull(random, bytes[:]); err != nil {
		return Secret{}, &Error{Err: fmt.Errorf("no random bytes for a secret: %w", err)}
	}
	return newSecret(bytes), nil
}

// ParseSecret reads exactly what [Secret.Reveal] returned: a secret that was
// cut, padded or encoded in another way is refused. The error wraps [ErrSecret]
// and says nothing more, whatever is wrong.
func ParseSecret(s string) (Secret, error) {
	if len(s) != encoding.EncodedLen(secretSize) {
		return Secret{}, &Error{Err: ErrSecret}
	}
	var bytes [secretSize]byte
	// The decoder skips line breaks, which leaves it fewer bytes.
	if n, err := encoding.Decode(bytes[:], []byte(s)); err != nil || n != secretSize {
		return Secret{}, &Error{Err: ErrSecret}
	}
	return newSecret(bytes), nil
}

var encoding = base64.RawURLEncoding.Strict()

// Reveal returns the secret as text for the message it is sent in: 43 letters,
// digits, hyphens and underscores. It is "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.bytes == nil {
		return ""
	}
	bytes := s.bytes()
	return encoding.EncodeToString(bytes[:])
}

// IsZero reports whether s is no secret.
func (s Secret) IsZero() bool { return s.bytes == nil }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// Format writes "[redacted]", whatever the verb.
func (s Secret) Format(f fmt.State, verb rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText writes "[redacted]". There is no way back.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// Purpose says what a secret is for. A secret made for one purpose proves
// nothing for another.
type Purpose string

// The purposes of secrets.
const (
	ForInvitation Purpose = "invitation"
	ForLink       Purpose = "link"
)

// Claim is what a secret proves: that the person who has it was sent one
// generation of one thing in one company, at one address if that matters.
type Claim struct {
	Purpose    Purpose
	Company    string
	ID         string
	Generation int
	Address    Address
}

// Digest is what is kept of a secret: a SHA-256 over it and its claim. It may
// be stored and shown, since nobody can compute the secret from it. The zero
// Digest matches nothing.
type Digest struct {
	sum [sha256.Size]byte
}

// Digest returns what is kept of s for a claim. That of the zero Secret is
// zero.
func (s Secret) Digest(c Claim) Digest {
	if s.IsZero() {
		return Digest{}
	}
	b := make([]byte, 0, 512)
	// Each part with its length, so that no two claims look alike.
	for _, part := range []string{"ambit secret 1", string(c.Purpose), c.Company, c.ID, c.Address.Key()} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
		b = append(b, part...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(c.Generation))
	secret := s.bytes()
	return Digest{sha256.Sum256(append(b, secret[:]...))}
}

// Matches reports whether a secret proves a claim, in time that does not depend
// on the secret.
func (d Digest) Matches(s Secret, c Claim) bool {
	other := s.Digest(c)
	return !s.IsZero() && subtle.ConstantTimeCompare(d.sum[:], other.sum[:]) == 1
}

// IsZero reports whether d is the digest of nothing.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns d in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d.sum[:]) }

// MarshalText writes d in hexadecimal, in lower case.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes. If the error wraps [ErrDigest],
// d stays as it is.
func (d *Digest) UnmarshalText(digits []byte) error {
	sum, err := hex.DecodeString(string(digits))
	if err != nil || len(sum) != sha256.Size || hex.EncodeToString(sum) != string(digits) {
		return &Error{Err: ErrDigest}
	}
	copy(d.sum[:], sum)
	return nil
}
