//go:build !linux

package access_test

import "time"

var processBegan = time.Now()

// cpuTime returns how long the process has run so far, as other systems do not
// tell what of it was for a thread.
func cpuTime() time.Duration { return time.Since(processBegan) }
