package invite

import (
	"fmt"
	"time"
)

// Proof says that somebody controls an address: who found it out, and when. It
// is made by the host from what its identity provider asserted, and taken at
// its word. The zero Proof proves nothing.
type Proof struct {
	address  Address
	issuer   string
	provider string
	time     time.Time
}

// Verified returns the proof that an address was verified by an issuer, such as
// the one of an ID token that says the address is verified, at an instant.
// Provider is the identity provider the person came by, as terms name it; it
// may be empty.
//
// Never make one of an address that its owner merely typed, or that the issuer
// did not verify: whoever has it could take an invitation over.
//
// The error wraps [ErrProof]: the address or the time is zero, the time beyond
// the years 1 to 9999, the issuer empty, or issuer or provider are too long or
// have control characters.
func Verified(a Address, issuer, provider string, at time.Time) (Proof, error) {
	if a.IsZero() || at.IsZero() || !writable(at) || issuer == "" || !line(issuer, MaxProvider) || !line(provider, MaxProvider) {
		return Proof{}, fmt.Errorf("invite: %w: an address, an issuer and a time are required", ErrProof)
	}
	return Proof{a, issuer, provider, at.UTC()}, nil
}

// Address returns the address that was verified.
func (p Proof) Address() Address { return p.address }

// Issuer returns who verified it.
func (p Proof) Issuer() string { return p.issuer }

// Provider returns the identity provider the person came by.
func (p Proof) Provider() string { return p.provider }

// Time returns when it was verified, in UTC.
func (p Proof) Time() time.Time { return p.time }

// IsZero reports whether p proves nothing.
func (p Proof) IsZero() bool { return p.address.IsZero() }
