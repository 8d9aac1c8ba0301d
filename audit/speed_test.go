package audit_test

import (
	"bytes"
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

func BenchmarkCheck(b *testing.B) {
	e := history()[1]
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Check(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplay reads the lines of a log and verifies them: what is paid for each
// event when a company is opened, besides what the event does.
func BenchmarkReplay(b *testing.B) {
	h := long(1000)
	var file bytes.Buffer
	if err := audit.WriteLines(&file, values(h)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := audit.Verify(audit.ReadLines(bytes.NewReader(file.Bytes())), last(h)); err != nil {
			b.Fatal(err)
		}
		n += len(h)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/event")
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
