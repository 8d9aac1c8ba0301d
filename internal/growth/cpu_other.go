//go:build !linux

package growth

import "time"

var processBegan = time.Now()

// CPUTime returns how long the process has run so far, as other systems do not
// tell what of it was for a thread.
func CPUTime() time.Duration { return time.Since(processBegan) }
