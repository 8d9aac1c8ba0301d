package main

import (
	"io"
	"os"
	"time"
)

// environment is what the command takes from outside, apart from the files that
// its arguments name.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(name string) string
	now            func() time.Time
	stdoutTerminal bool
	stderrTerminal bool

	// maxBytes is how large a document may be. 0 is 4 GiB.
	maxBytes int64
	// patience is how long something takes before it is told on a terminal that
	// it is still going on. 0 is two seconds.
	patience time.Duration
}

// color reports whether the output is coloured: on a terminal that can, unless
// the user does not want it (no-color.org).
func (e environment) color() bool {
	return e.stdoutTerminal && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// isTerminal reports whether a file is a device of characters, such as a
// terminal.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
