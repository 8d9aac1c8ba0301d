package audit_test

import (
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

func TestSumDoesNotAllocate(t *testing.T) {
	e := history()[1]
	if n := testing.AllocsPerRun(100, func() { e.Sum() }); n > 0 {
		t.Errorf("Sum: %v allocations", n)
	}
}

func BenchmarkSum(b *testing.B) {
	e := history()[1]
	b.ReportAllocs()
	for b.Loop() {
		e.Sum()
	}
}

func BenchmarkAppend(b *testing.B) {
	e, head, m := history()[1], audit.Checkpoint{}, audit.NewMemory()
	b.ReportAllocs()
	for b.Loop() {
		e = e.Chain(head)
		if err := m.Append(b.Context(), e); err != nil {
			b.Fatal(err)
		}
		head = e.Checkpoint()
	}
}

func BenchmarkVerify(b *testing.B) {
	h := long(1000)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := audit.Verify(values(h), last(h)); err != nil {
			b.Fatal(err)
		}
		n += len(h)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
}

func BenchmarkLine(b *testing.B) {
	e := history()[1]
	line, err := audit.Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := audit.Encode(e); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := audit.Decode(line); err != nil {
				b.Fatal(err)
			}
		}
	})
}
