package sqllogs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// ledger is what writers know of the logs that they share.
type ledger struct {
	mu           sync.Mutex
	acknowledged map[string]map[audit.Checkpoint]bool // by log
	refused      map[string]map[audit.Checkpoint]bool
	tried        map[string]map[audit.Checkpoint]bool
	doubts       int
	doubtful     int           // that were stored
	longest      time.Duration // from the first attempt to the answer
	last         time.Time     // of an acknowledgement
}

func newLedger() *ledger {
	return &ledger{
		acknowledged: make(map[string]map[audit.Checkpoint]bool),
		refused:      make(map[string]map[audit.Checkpoint]bool),
		tried:        make(map[string]map[audit.Checkpoint]bool),
	}
}

func (g *ledger) note(to map[string]map[audit.Checkpoint]bool, log string, c audit.Checkpoint) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if to[log] == nil {
		to[log] = make(map[audit.Checkpoint]bool)
	}
	to[log][c] = true
}

func (g *ledger) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, all := range g.acknowledged {
		n += len(all)
	}
	return n
}

// write appends events of its own to a log that others write too, until stop is
// closed. It settles each: that is what a company does.
func (g *ledger) write(ctx context.Context, l audit.Log, log, writer string, most time.Duration, stop <-chan struct{}) error {
	var head audit.Checkpoint
	for n := 0; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		e := event(head, writer+"-"+strconv.Itoa(n))
		g.note(g.tried, log, e.Checkpoint())
		begun, doubt := time.Now(), false
		for try := 0; ; try++ { // each may take longer, as a busy machine may need it
			trying, cancel := context.WithTimeout(ctx, min(most<<min(try, 8), time.Minute))
			err := l.Append(trying, e)
			cancel()
			if err == nil {
				g.note(g.acknowledged, log, e.Checkpoint())
				head = e.Checkpoint()
				break
			}
			if errors.Is(err, audit.ErrConflict) {
				g.note(g.refused, log, e.Checkpoint())
				head = catchUp(ctx, l, head)
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("%s: event %d is never settled: %w", writer, e.Seq, err)
			}
			doubt = true
		}
		g.mu.Lock()
		if doubt {
			g.doubts++
			if g.acknowledged[log][e.Checkpoint()] {
				g.doubtful++
			}
		}
		g.longest, g.last = max(g.longest, time.Since(begun)), time.Now()
		g.mu.Unlock()
	}
}

// catchUp reads what others appended, however often that fails.
func catchUp(ctx context.Context, l audit.Log, head audit.Checkpoint) audit.Checkpoint {
	for {
		reading, cancel := context.WithTimeout(ctx, time.Minute)
		var failure error
		for e, err := range l.Events(reading, head.Seq) {
			if failure = err; err == nil {
				head = e.Checkpoint()
			}
		}
		cancel()
		if failure == nil || ctx.Err() != nil {
			return head
		}
	}
}

// check verifies a log: all that was acknowledged is there, nothing that was
// refused, and nothing that nobody tried.
func (g *ledger) check(t *testing.T, l audit.Log, log string) {
	t.Helper()
	there := make(map[audit.Checkpoint]bool)
	for e, err := range audit.Replay(t.Context(), l, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			t.Fatal(err)
		}
		c := e.Checkpoint()
		there[c] = true
		if g.refused[log][c] || !g.tried[log][c] {
			t.Errorf("%s: event %d is there, refused %v, tried %v", log, c.Seq, g.refused[log][c], g.tried[log][c])
		}
	}
	for c := range g.acknowledged[log] {
		if !there[c] {
			t.Errorf("%s: event %d was acknowledged and is lost", log, c.Seq)
		}
	}
	if len(g.acknowledged[log]) == 0 {
		t.Errorf("%s: nothing was acknowledged", log)
	}
}

// crowd has writers write to shared logs at once, each by a log of its own, while
// meddle runs, and checks all.
func crowd(t *testing.T, logs, writers int, most time.Duration, open func(log string) audit.Log, meddle func(g *ledger)) *ledger {
	t.Helper()
	ctx := patient(t)
	g, stop := newLedger(), make(chan struct{})
	var group sync.WaitGroup
	for i := range writers {
		log := "log " + strconv.Itoa(i%logs)
		l := open(log)
		group.Go(func() {
			if err := g.write(ctx, l, log, "writer"+strconv.Itoa(i), most, stop); err != nil {
				t.Error(err)
			}
		})
	}
	meddle(g)
	close(stop)
	group.Wait()
	for i := range logs {
		log := "log " + strconv.Itoa(i)
		g.check(t, open(log), log)
	}
	t.Logf("%d acknowledged, %d in doubt, of which %d were stored; the longest append %v", g.count(), g.doubts, g.doubtful, g.longest.Round(time.Millisecond))
	return g
}

// await waits until so many more events are acknowledged.
func (g *ledger) await(t *testing.T, more int) {
	t.Helper()
	end := time.Now().Add(hangs)
	for want := g.count() + more; g.count() < want; {
		if time.Now().After(end) {
			t.Fatalf("not %d more acknowledged in %v", more, hangs)
		}
		<-time.After(5 * time.Millisecond)
	}
}
