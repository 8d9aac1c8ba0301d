package invite

import (
	"time"

	"github.com/ambit-authz/ambit/internal/text"
)

// Proof says that somebody controls an address: who verified it, and when. The
// host makes it from what its identity provider asserted, and is believed. The
// zero Proof proves nothing.
type Proof struct {
	address  Address
	issuer   string
	provider string
	time     time.Time
}

// Verified returns the proof that an address was verified by an issuer, such as
// the one of an ID token that says the address is verified, at an instant. The
// provider is the identity provider through which the person signed in, as
// terms name it; it may be empty.
//
// Never make one of an address that a person only typed, or that the issuer did
// not verify: anyone could then accept the invitation of somebody else.
//
// The error wraps [ErrProof]: the address or the time is zero, the time is
// beyond the years 1 to 9999, the issuer is empty, or issuer or provider is
// longer than [MaxProvider] or no line of text.
func Verified(a Address, issuer, provider string, at time.Time) (Proof, error) {
	if a.IsZero() || at.IsZero() || issuer == "" {
		return Proof{}, wrong(ErrProof, "an address, an issuer and a time are required")
	}
	if err := text.Line(issuer, MaxProvider); err != nil {
		return Proof{}, wrong(ErrProof, "the issuer %w", err)
	}
	if err := text.Line(provider, MaxProvider); err != nil {
		return Proof{}, wrong(ErrProof, "the provider %w", err)
	}
	at, err := text.End(at)
	if err != nil {
		return Proof{}, wrong(ErrProof, "the time %w", err)
	}
	return Proof{a, issuer, provider, at}, nil
}

// Address returns the address that was verified.
func (p Proof) Address() Address { return p.address }

// Issuer returns who verified it.
func (p Proof) Issuer() string { return p.issuer }

// Provider returns the identity provider through which the person signed in.
func (p Proof) Provider() string { return p.provider }

// Time returns when it was verified, in UTC.
func (p Proof) Time() time.Time { return p.time }

// IsZero reports whether p proves nothing.
func (p Proof) IsZero() bool { return p.address.IsZero() }
