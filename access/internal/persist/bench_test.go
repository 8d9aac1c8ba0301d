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
// in the same random order, so that most are not in the cache. Each look-up
// waits for the one before, as a decision waits for what it looks up.
func BenchmarkIndexGet(b *testing.B) {
	type user [10]uint32
	type account [2]uint32
	for _, ids := range benchNames {
		for _, n := range []int{10_000, 20_000, 1_000_000} {
			tok, m := NewToken(), make(map[string]uint32, n)
			var users Index[user]
			var accounts Index[account]
			users.Grow(n)
			accounts.Grow(n)
			for i := range n {
				id := ids.of(i)
				users.Add(tok, id, user{uint32(i)})
				accounts.Add(tok, id, account{uint32(i)})
				m[ids.of(i)] = uint32(i)
			}
			keys := shuffled(n, ids.of)
			bench := func(name string, get func(string) uint32) {
				b.Run(fmt.Sprintf("%s/%d/%s", ids.name, n, name), func(b *testing.B) {
					for k := 0; b.Loop(); {
						if k += 1 + int(get(keys[k])>>31); k >= n { // the shift gives 0
							k = 0
						}
					}
				})
			}
			bench("map", func(id string) uint32 { return m[id] })
			bench("users", func(id string) uint32 { return users.Get(id)[0] })
			bench("accounts", func(id string) uint32 { return accounts.Get(id)[0] })
		}
	}
}

// BenchmarkIndexPut grows one Index with one Token.
func BenchmarkIndexPut(b *testing.B) {
	for _, name := range benchNames {
		b.Run(name.name, func(b *testing.B) {
			ids := shuffled(200_000, name.of)
			tok, k := NewToken(), 0
			var x Index[uint32]
			b.ReportAllocs()
			for b.Loop() {
				x.Put(tok, ids[k], uint32(k))
				if k++; k == len(ids) {
					k, x = 0, Index[uint32]{}
				}
			}
		})
	}
}

// BenchmarkIndexPutCopy makes one change to a frozen Index of 1M keys.
func BenchmarkIndexPutCopy(b *testing.B) {
	tok := NewToken()
	var base Index[[10]uint32]
	base.Grow(1_000_000)
	for i := range 1_000_000 {
		base.Put(tok, benchNames[0].of(i), [10]uint32{})
	}
	for _, id := range []string{benchNames[0].of(7), "one more"} {
		b.Run(id, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x := base
				x.Put(NewToken(), id, [10]uint32{})
			}
		})
	}
}

func BenchmarkTable(b *testing.B) {
	const n = 1_000_000
	tok := NewToken()
	var table Table[uint64]
	for i := range uint32(n) {
		table.Put(tok, i, uint64(i))
	}
	at := rand.New(rand.NewPCG(1, 2)).Perm(n)
	var sum uint64
	bench := func(name string, do func(i uint32)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			k := 0
			for b.Loop() {
				do(uint32(at[k]))
				if k++; k == n {
					k = 0
				}
			}
		})
	}
	bench("Get", func(i uint32) { sum += table.Get(i) })
	bench("PutInPlace", func(i uint32) { table.Put(tok, i, 1) })
	bench("PutCopy", func(i uint32) {
		edit := table
		edit.Put(NewToken(), i, 1)
	})
	b.Run("Leaves", func(b *testing.B) {
		for b.Loop() {
			for _, values := range Leaves(&table, n) {
				for _, v := range values {
					sum += v
				}
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
	})
}

// benchSet returns a set of n random numbers below the bound.
func benchSet(seed uint64, n int, below uint32) Set {
	tok, r := NewToken(), rand.New(rand.NewPCG(seed, 2))
	var s Set
	for s.Len() < n {
		s.Add(tok, r.Uint32N(below))
	}
	return s
}

func BenchmarkSet(b *testing.B) {
	const below = 1_000_000
	r := rand.New(rand.NewPCG(5, 6))
	at := make([]uint32, 1<<14)
	for k := range at {
		at[k] = r.Uint32N(below)
	}
	for _, n := range []int{20, 200, 500, 5_000, 40_000} {
		s, o := benchSet(1, n, below), benchSet(3, n, below)
		words := unite(nil, []*Set{&s})
		bench := func(name string, do func(k int)) {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				k := 0
				for b.Loop() {
					do(k)
					k++
				}
			})
		}
		bench("Has", func(k int) { s.Has(at[k&(1<<14-1)]) })
		bench("AddCopy", func(int) {
			edit := s
			edit.Add(NewToken(), below)
		})
		bench("Union", func(int) { Union(nil, nil, &s, &o) })
		bench("OfBits", func(int) { OfBits(nil, words) })
		bench("All", func(int) {
			for range s.All() {
			}
		})
	}
}

// BenchmarkBookAll scans the records of 1M ids, with none removed and with one
// in a thousand removed.
func BenchmarkBookAll(b *testing.B) {
	type rec struct {
		name *string
		n    uint32
	}
	const n = 1_000_000
	tok, name := NewToken(), "shared"
	var book Book[rec]
	for i := range n {
		book.Add(tok, benchNames[0].of(i), rec{&name, uint32(i)})
	}
	scan := func(b *testing.B) {
		for b.Loop() {
			var sum uint32
			for i, r := range All(&book) {
				sum += i ^ r.n
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
	}
	b.Run("whole", scan)
	for i := 0; i < n; i += 1000 {
		book.Remove(tok, benchNames[0].of(i))
	}
	b.Run("removed", scan)
}
