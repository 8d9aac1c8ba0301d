package main

import (
	"math/rand/v2"
	"time"
)

// clock stands still until it is moved. So months pass at once, and the output is the same on any day.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

const day = 24 * time.Hour

func date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.DateOnly)
}

// fixedRand stands in for crypto/rand, so that ids and secrets are the same in every run. Your service leaves Rand out: nobody may be
// able to guess a secret.
func fixedRand() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{1}) }
