package persist

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchNames are ids of the lengths that matter, of number i: one in a word,
// one in two or three words, a UUID, and one that is longer than a key.
var benchNames = []struct {
	name string
	of   func(i int) string
}{
	{"8", func(i int) string { return fmt.Sprintf("u%07d", i) }},
	{"22", func(i int) string { return fmt.Sprintf("ann%07d@example.com", i) }},
	{"uuid", func(i int) string {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		a, b := r.Uint64(), r.Uint64()
		return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&(1<<48-1))
	}},
	{"long", func(i int) string { return fmt.Sprintf("account-of-the-northern-region-%07d", i) }},
}

// shuffled returns n ids in random order, each a string of its own.
func shuffled(n int, of func(int) string) []string {
	ids := make([]string, n)
	for at, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		ids[at] = of(i)
	}
	return ids
}

// BenchmarkIndexGet compares an Index with the built-in map, on the same keys
// in the same random order, so that most are not in the cache.
func BenchmarkIndexGet(b *testing.B) {
	type wide struct {
		no   uint32
		rest [9]uint32
	}
	type pair struct{ no, class uint32 }
	for _, ids := range benchNames {
		for _, n := range []int{10_000, 20_000, 1_000_000} {
			tok, m := NewToken(), make(map[string]uint32, n)
			var x Index[wide]
			var y Index[pair]
			x.Grow(n)
			y.Grow(n)
			for i := range n {
				id := ids.of(i)
				x.Put(tok, id, wide{no: uint32(i)})
				y.Put(tok, id, pair{no: uint32(i)})
				m[ids.of(i)] = uint32(i)
			}
			keys := shuffled(n, ids.of)
			bench := func(name string, get func(string) uint32) {
				b.Run(fmt.Sprintf("%s/%d/%s", ids.name, n, name), func(b *testing.B) {
					k, sum := 0, uint32(0)
					for b.Loop() {
						sum += get(keys[k])
						if k++; k == n {
							k = 0
						}
					}
				})
			}
			bench("map", func(id string) uint32 { return m[id] })
			bench("V40", func(id string) uint32 { return x.Get(id).no })
			bench("V8", func(id string) uint32 { return y.Get(id).no })
		}
	}
}
