package main

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// progress says on a terminal what takes so long, once it does. Call what it
// returns when the work is done, and before anything else is written. Where there
// is no terminal it says nothing, so that the log of a program stays clean.
func (c *call) progress(what string) (done func()) {
	if !c.stderrTerminal {
		return func() {}
	}
	patience := c.patience
	if patience == 0 {
		patience = 2 * time.Second
	}
	var mu sync.Mutex
	told, over := 0, false
	timer := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if line := shown(what) + " …"; !over {
			fmt.Fprint(c.stderr, line)
			told = len([]rune(line))
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; told > 0 {
			fmt.Fprint(c.stderr, "\r"+strings.Repeat(" ", told)+"\r")
			told = 0
		}
	}
}
