package filelog

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// BenchmarkAppend compares an append with a bare write and sync of as many bytes.
func BenchmarkAppend(b *testing.B) {
	b.Run("log", func(b *testing.B) {
		l, err := Open(b.Context(), filepath.Join(b.TempDir(), "log"), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		for b.Loop() {
			if err := l.Append(b.Context(), event(l.head, "ann", 100)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		line, err := audit.Encode(event(audit.Checkpoint{}, "ann", 100))
		if err != nil {
			b.Fatal(err)
		}
		f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		for b.Loop() {
			if _, err := f.Write(line); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkOpen opens logs of so many events, and reads them.
func BenchmarkOpen(b *testing.B) {
	for name, n := range map[string]int{"10": 10, "100k": 100_000} {
		path := filepath.Join(b.TempDir(), "log")
		lines(b, path, n)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				l, err := Open(b.Context(), path, nil)
				if err != nil {
					b.Fatal(err)
				}
				_ = l.Close()
			}
		})
		b.Run(name+"/replay", func(b *testing.B) {
			l, err := Open(b.Context(), path, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer l.Close()
			for b.Loop() {
				for _, err := range audit.Replay(b.Context(), l, audit.Checkpoint{}, audit.Checkpoint{}) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// lines writes a log of so many events without syncing each.
func lines(b *testing.B, path string, n int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	var head audit.Checkpoint
	for range n {
		e := event(head, "ann", 100)
		line, err := audit.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = w.Write(append(line, '\n')) // Flush says it
		head = e.Checkpoint()
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWatch measures how long an event takes from the end of its append to a
// watch of another handle, which looks every millisecond.
func BenchmarkWatch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "log")
	writer, err := Open(b.Context(), path, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	reader, err := Open(b.Context(), path, &Options{Poll: time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	defer reader.Close()
	ctx, cancel := context.WithCancel(b.Context())
	seen := make(chan time.Time)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, err := range reader.Watch(ctx, 0) {
			if err != nil {
				return
			}
			seen <- time.Now()
		}
	}()
	var late time.Duration
	for b.Loop() {
		if err := writer.Append(b.Context(), event(writer.head, "ann", 100)); err != nil {
			b.Fatal(err)
		}
		stored := time.Now()
		late += (<-seen).Sub(stored)
	}
	b.ReportMetric(float64(late.Microseconds())/float64(b.N), "µs/late")
	cancel()
	<-done
}

// BenchmarkFind finds a key among 200,000 of 10,000 logs.
func BenchmarkFind(b *testing.B) {
	x := newIndex(newSimulated(1, faults{}).of(new(process)), "keys", false)
	if err := x.finish(b.Context()); err != nil {
		b.Fatal(err)
	}
	for log := range 10_000 {
		for key := range uint64(20) {
			x.note(uint64(log)*20+key, string(rune(log)))
		}
	}
	for b.Loop() {
		if _, err := x.find(b.Context(), "ann"); err != nil {
			b.Fatal(err)
		}
	}
}
