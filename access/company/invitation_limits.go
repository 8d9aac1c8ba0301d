package company

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
)

// InvitationLimits bounds the invitations of a company.
type InvitationLimits struct {
	// TTL is how long an invitation can be accepted: 0 means 30 days, less than
	// 0 for ever, and more than 90 days is refused.
	TTL time.Duration

	// Cooldown is the time between two messages to one address, whether by
	// sending an invitation, re-sending it, amending it, or revoking it and
	// sending another. It counts from a message that was delivered: after one
	// that was not there is none. 0 means a minute, less than 0 none.
	Cooldown time.Duration

	// Lease is how long a message may take until it is recorded as delivered. Then
	// [Company.DeliverPending] takes it for lost, and gives out another one in its
	// place. It must be longer than Config.Deliver takes for all messages of a Do,
	// and where it puts them into a queue, than these wait there: the secret of a
	// message that comes later opens nothing. 0 means five minutes. Less is refused.
	Lease time.Duration

	// Pending is how many invitations may be pending and unexpired at once. 0 is
	// any number.
	Pending int

	// ProofAge is how old the proof of an address may be. 0 means an hour. A
	// person with an older one is refused like any stranger, so let people sign
	// in again before they accept.
	ProofAge time.Duration
}

const (
	defaultTTL      = 30 * 24 * time.Hour
	maxTTL          = 90 * 24 * time.Hour
	defaultCooldown = time.Minute
	defaultProofAge = time.Hour
	defaultLease    = 5 * time.Minute

	// clockSkew is how far the clock of an issuer may be ahead.
	clockSkew = time.Minute
)

// filled returns v with its defaults in place of zeros.
func (v InvitationLimits) filled() InvitationLimits {
	v.TTL = cmp.Or(v.TTL, defaultTTL)
	v.Cooldown = cmp.Or(v.Cooldown, defaultCooldown)
	v.ProofAge = cmp.Or(v.ProofAge, defaultProofAge)
	v.Lease = cmp.Or(v.Lease, defaultLease)
	return v
}

func (v InvitationLimits) check() error {
	switch {
	case v.TTL > maxTTL:
		return fmt.Errorf("Config.Invitations.TTL %w: %v is more than %v", ErrInvalid, v.TTL, maxTTL)
	case v.Lease < 0:
		return fmt.Errorf("Config.Invitations.Lease %w: %v is negative", ErrInvalid, v.Lease)
	case v.Pending < 0:
		return fmt.Errorf("Config.Invitations.Pending %w: %d is negative", ErrInvalid, v.Pending)
	case v.ProofAge < 0:
		return fmt.Errorf("Config.Invitations.ProofAge %w: %v is negative", ErrInvalid, v.ProofAge)
	}
	return nil
}

// checkOrigin refuses what links in messages cannot begin with.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return invalid("the origin", err)
	}
	loopback := slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
	plain := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	if u.Hostname() == "" || text.Host(u.Host) != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback) ||
		plain.String() != origin || strings.HasSuffix(origin, "/") {
		return fmt.Errorf("the origin %q %w: write it as https://host/path", origin, ErrInvalid)
	}
	return nil
}
