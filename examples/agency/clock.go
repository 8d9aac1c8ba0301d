package main

import (
	"encoding/binary"
	"time"
)

// clock stands still until it is set. So three months pass at once, and the output is the same on any day.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) set(at time.Time) { c.at = at }

func (c *clock) pass(days int) { c.at = c.at.AddDate(0, 0, days) }

func date(at time.Time) string { return at.Format(time.DateOnly) }

// counter counts in place of crypto/rand, so that ids and hashes are the same in every run. Your service leaves Rand out.
type counter uint64

// Read fills p with the next number.
func (c *counter) Read(p []byte) (int, error) {
	*c++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*c))
	return len(p), nil
}
