package natslog

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// BenchmarkAppend measures an append on three nodes that sync, beside a bare publish
// of the same bytes to the same stream in the same run, and appends of many logs at
// once.
func BenchmarkAppend(b *testing.B) {
	js := connect(b, need(b, shared).nodes...)
	s := create(b, js, &Options{Stream: "BENCH"})
	line, err := audit.Encode(newEvent(audit.Checkpoint{}, "e"))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("publish", func(b *testing.B) {
		for b.Loop() {
			if _, err := js.Publish(b.Context(), "BENCH.bare", line); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		a := newAppender(b, s)
		for b.Loop() {
			a.append(b)
		}
	})
	b.Run("append to 16 logs at once", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(p *testing.PB) {
			a := newAppender(b, s)
			for p.Next() {
				a.append(b)
			}
		})
	})
}

// BenchmarkRead measures what Sync costs with nothing new, and an event of a long log.
func BenchmarkRead(b *testing.B) {
	s := create(b, connect(b, need(b, shared).nodes...), &Options{Stream: "BENCHREAD"})
	a := newAppender(b, s)
	const events = 5000
	for range events {
		a.append(b)
	}
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			for _, err := range a.log.Events(b.Context(), a.head.Seq) {
				b.Fatal(err)
			}
		}
	})
	b.Run("events", func(b *testing.B) {
		for b.Loop() {
			if seq, err := end(b.Context(), a.log); err != nil || seq != events {
				b.Fatal(seq, err)
			}
		}
		b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
	})
}

// BenchmarkFollow measures how long after the confirmation of an event a follower on
// another node has it.
func BenchmarkFollow(b *testing.B) {
	c := need(b, shared)
	s := create(b, connect(b, c.nodes[0]), &Options{Stream: "BENCHFOLLOW"})
	a := newAppender(b, s)
	other, err := Open(b.Context(), connect(b, c.nodes[1]), &Options{Stream: "BENCHFOLLOW"})
	if err != nil {
		b.Fatal(err)
	}
	log, _ := other.Log(b.Context(), a.log.name)
	came := make(chan time.Time, 1)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() {
		for _, err := range log.(audit.Watcher).Watch(ctx, 0) {
			if err != nil {
				return
			}
			came <- time.Now()
		}
	}()
	var behind []time.Duration
	for b.Loop() {
		a.append(b)
		acked := time.Now()
		behind = append(behind, max(0, (<-came).Sub(acked)))
	}
	slices.Sort(behind)
	b.ReportMetric(float64(behind[len(behind)/2].Microseconds())/1000, "p50-ms-behind")
	b.ReportMetric(float64(behind[len(behind)*99/100].Microseconds())/1000, "p99-ms-behind")
}

// appender appends to a log of its own.
type appender struct {
	log  *Log
	head audit.Checkpoint
}

func newAppender(b *testing.B, s *Store) *appender {
	log, err := s.Log(b.Context(), fmt.Sprint(time.Now().UnixNano()))
	if err != nil {
		b.Fatal(err)
	}
	return &appender{log: log.(*Log)}
}

func (a *appender) append(b *testing.B) {
	e := newEvent(a.head, "e")
	if err := a.log.Append(b.Context(), e); err != nil {
		b.Error(err)
	}
	a.head = e.Checkpoint()
}
