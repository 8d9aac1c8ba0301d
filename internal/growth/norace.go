//go:build !race

package growth

// mostMemory is how much more memory a hundred times as much may take.
const mostMemory = 300
