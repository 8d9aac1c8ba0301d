package bench

import (
	"testing"
	"time"
)

// meter is a benchmark that counts the CPU time of the process as well: that is
// the figure to compare while others use the machine. In a test it has no
// benchmark.
type meter struct {
	testing.TB
	b       *testing.B
	ops     int
	items   int // what the operations yielded
	cpu     time.Duration
	started time.Duration
	finish  func() // takes the last operation back, if not nil
}

// measure runs an operation as long as the benchmark wants, and reports.
func measure(b *testing.B, op operation) {
	m := &meter{TB: b, b: b}
	b.ReportAllocs()
	m.started = cpuTime()
	for b.Loop() {
		op(m, m.ops)
		m.ops++
	}
	m.cpu += cpuTime() - m.started
	if m.finish != nil {
		m.finish()
	}
	b.ReportMetric(float64(m.cpu)/float64(m.ops), "cpu-ns/op")
	if m.items > 0 {
		b.ReportMetric(float64(m.items)/float64(m.ops), "items/op")
	}
}

// pause runs what is not measured.
func (m *meter) pause(f func()) {
	if m.b == nil {
		f()
		return
	}
	m.b.StopTimer()
	m.cpu += cpuTime() - m.started
	f()
	m.started = cpuTime()
	m.b.StartTimer()
}
