package main

import (
	"encoding/binary"
	"time"
)

// clock stands still until it is set, so that three months pass at once and the output is the same on any day.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) set(at time.Time) { c.at = at }

func (c *clock) pass(days int) { c.at = c.at.AddDate(0, 0, days) }

func date(at time.Time) string { return at.Format(time.DateOnly) }

// numbers counts, where a host has crypto/rand, so that ids and hashes are the same in every run.
type numbers uint64

// Read fills p with the next number.
func (n *numbers) Read(p []byte) (int, error) {
	*n++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*n))
	return len(p), nil
}
