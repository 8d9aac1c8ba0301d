package snapshot

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchID returns an id of 20 bytes.
func benchID(i int) string { return fmt.Sprintf("account-%012d", i) }

// benchIDs returns n ids in random order, each a string of its own.
func benchIDs(n int) []string {
	ids := make([]string, n)
	for at, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		ids[at] = benchID(i)
	}
	return ids
}

// BenchmarkIndexGet compares an Index with the built-in map, on the same keys
// in the same random order.
func BenchmarkIndexGet(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		tok := NewToken()
		var x Index
		m := make(map[string]uint32)
		for i := range n {
			x.Put(tok, benchID(i), uint32(i))
			m[benchID(i)] = uint32(i)
		}
		ids := benchIDs(n)
		b.Run(fmt.Sprintf("Index/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			k := 0
			for b.Loop() {
				if _, ok := x.Get(ids[k]); !ok {
					b.Fatal("lost", ids[k])
				}
				if k++; k == n {
					k = 0
				}
			}
		})
		b.Run(fmt.Sprintf("map/%d", n), func(b *testing.B) {
			k := 0
			for b.Loop() {
				if _, ok := m[ids[k]]; !ok {
					b.Fatal("lost", ids[k])
				}
				if k++; k == n {
					k = 0
				}
			}
		})
	}
}

// BenchmarkIndexPut grows one Index with one Token.
func BenchmarkIndexPut(b *testing.B) {
	ids := benchIDs(1_000_000)
	tok := NewToken()
	var x Index
	k := 0
	b.ReportAllocs()
	for b.Loop() {
		x.Put(tok, ids[k], uint32(k))
		if k++; k == len(ids) {
			k, x = 0, Index{}
		}
	}
}

// BenchmarkIndexPutCopy makes one insertion into a frozen Index of 1M keys.
func BenchmarkIndexPutCopy(b *testing.B) {
	tok := NewToken()
	var base Index
	for i := range 1_000_000 {
		base.Put(tok, benchID(i), uint32(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		x := base
		x.Put(NewToken(), "one more", 1)
	}
}

func benchTable(n int) (*Token, Table[uint64]) {
	tok := NewToken()
	var table Table[uint64]
	for i := range n {
		table.Put(tok, uint32(i), uint64(i))
	}
	return tok, table
}

func BenchmarkTable(b *testing.B) {
	const n = 1_000_000
	tok, table := benchTable(n)
	at := rand.New(rand.NewPCG(1, 2)).Perm(n)
	b.Run("Get", func(b *testing.B) {
		k := 0
		var sum uint64
		for b.Loop() {
			sum += table.Get(uint32(at[k]))
			if k++; k == n {
				k = 0
			}
		}
	})
	b.Run("PutInPlace", func(b *testing.B) {
		k := 0
		b.ReportAllocs()
		for b.Loop() {
			table.Put(tok, uint32(at[k]), 1)
			if k++; k == n {
				k = 0
			}
		}
	})
	b.Run("PutCopy", func(b *testing.B) {
		k := 0
		b.ReportAllocs()
		for b.Loop() {
			edit := table
			edit.Put(NewToken(), uint32(at[k]), 1)
			if k++; k == n {
				k = 0
			}
		}
	})
	b.Run("All", func(b *testing.B) {
		for b.Loop() {
			var sum uint64
			for _, v := range tableAll(&table, n) {
				sum += v
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
	for _, n := range []int{500, 5_000, 40_000} {
		s, o := benchSet(1, n, below), benchSet(3, n, below)
		b.Run(fmt.Sprintf("Has/%d", n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(5, 6))
			at := make([]uint32, 1<<14)
			for k := range at {
				at[k] = r.Uint32N(below)
			}
			k, hits := 0, 0
			for b.Loop() {
				if s.Has(at[k&(1<<14-1)]) {
					hits++
				}
				k++
			}
		})
		b.Run(fmt.Sprintf("AddCopy/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				edit := s
				edit.Add(NewToken(), below)
			}
		})
		b.Run(fmt.Sprintf("Union/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Union(NewToken(), s, o)
			}
		})
		b.Run(fmt.Sprintf("AppendBits/%d", n), func(b *testing.B) {
			var dst []uint64
			b.ReportAllocs()
			for b.Loop() {
				dst = s.AppendBits(dst)
			}
		})
		b.Run(fmt.Sprintf("All/%d", n), func(b *testing.B) {
			for b.Loop() {
				var sum uint32
				for i := range s.All() {
					sum += i
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
		})
	}
	b.Run("Union/small", func(b *testing.B) {
		s, o := benchSet(1, 3, 4000), benchSet(3, 20, 4000)
		b.ReportAllocs()
		for b.Loop() {
			Union(NewToken(), s, o)
		}
	})
}

// BenchmarkBookAll scans the records of 1M ids, with none removed and with one
// in a thousand removed.
func BenchmarkBookAll(b *testing.B) {
	type rec struct {
		name *string
		n    uint32
	}
	const n = 1_000_000
	tok := NewToken()
	var book Book[rec]
	name := "shared"
	for i := range n {
		book.Add(tok, benchID(i), rec{&name, uint32(i)})
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
		book.Remove(tok, benchID(i))
	}
	b.Run("removed", scan)
}
