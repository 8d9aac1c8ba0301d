package model

import (
	"slices"
	"sync"
)

// Branches counts what a random test reached, so that one that never gets
// somewhere fails instead of passing. The zero value is ready for use, by any
// number of goroutines.
type Branches struct {
	mu    sync.Mutex
	count map[string]int
}

// Hit counts a branch.
func (b *Branches) Hit(branch string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count == nil {
		b.count = map[string]int{}
	}
	b.count[branch]++
}

// Missing returns the branches that were never hit, in the order given.
func (b *Branches) Missing(branches ...string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(branches), func(branch string) bool { return b.count[branch] > 0 })
}
