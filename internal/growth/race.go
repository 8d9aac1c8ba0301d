//go:build race

package growth

// mostMemory is how much more memory a hundred times as much may take. The race
// detector empties pools at random.
const mostMemory = 1000
