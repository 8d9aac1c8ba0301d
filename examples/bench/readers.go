package bench

import (
	"sync"
	"testing"
	"time"
)

// readers lets two readers decide side by side for a while, alone or with a
// writer that makes 100 changes a second, and reports the time of the slower
// one. It is bounded by time and not by a number of decisions: an engine whose
// writer starves its readers would need forever for those.
func readers(b *testing.B, w *Workload, e Lister, writing bool) {
	const turn = 300 * time.Millisecond
	decided, took := [2]int{}, time.Duration(0)
	cpu := cpuTime()
	for b.Loop() {
		stop := make(chan struct{})
		var writer, reading sync.WaitGroup
		if writing {
			writer.Go(func() { write(w, e, stop) })
		}
		start := time.Now()
		for r := range decided {
			reading.Go(func() {
				n := 0
				for at := r * len(w.Cold) / 2; time.Since(start) < turn; {
					for range 256 { // looks at the clock rarely
						e.Decide(&w.Cold[at&(len(w.Cold)-1)])
						at++
					}
					n += 256
				}
				decided[r] += n
			})
		}
		reading.Wait()
		took += time.Since(start)
		close(stop)
		writer.Wait()
	}
	b.ReportMetric(float64(took)/float64(min(decided[0], decided[1])), "ns/op")
	b.ReportMetric(float64(cpuTime()-cpu)/float64(decided[0]+decided[1]), "cpu-ns/op")
}

// write makes changes until stop is closed, and leaves none of them.
func write(w *Workload, e Lister, stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		c := &w.Changes[i/2%len(w.Changes)]
		if i%2 == 0 {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			e.Move(int(c.UserRow), int(c.From), int(c.To))
		} else {
			<-tick.C
			e.Move(int(c.UserRow), int(c.To), int(c.From))
		}
	}
}
