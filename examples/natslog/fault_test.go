package natslog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// TestFaults makes nodes fail while four writers append to two logs: nothing that was
// confirmed is lost, nothing is there that nobody wrote, all nodes have the same, and
// writing goes on after the repair. How long that takes is logged. With AMBIT_LONG it
// does so five times.
func TestFaults(t *testing.T) {
	c := need(t, func() (*cluster, error) { return newCluster(3, "always", "") })
	defer c.stop()
	o := Options{Stream: "FAULTS", Monitors: c.monitors(), Patience: 5 * time.Second}
	control := create(t, connect(t, c.nodes...), &o)
	o.Monitors = nil
	rounds := 1
	if os.Getenv("AMBIT_LONG") != "" {
		rounds = 5
	}
	for round := range rounds {
		for _, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				w := work(t, c, o, 4, fmt.Sprint("acme ", f.name, round), fmt.Sprint("globex ", f.name, round))
				w.more(t, 50)
				first := leader(t, control, c)
				var second *node
				for _, n := range c.nodes {
					if n != first {
						second = n
					}
				}
				f.harm(c, first, second)
				if f.survives {
					t.Logf("20 events after the fault: %v", w.more(t, 20))
				} else {
					before := w.total()
					wait(t.Context(), 3*time.Second)
					if after := w.total(); after > before+8 { // which were on their way
						t.Errorf("%d events are confirmed without a majority", after-before)
					}
				}
				if err := f.repair(c, first, second); err != nil {
					t.Fatal(err)
				}
				took := w.more(t, 1)
				w.more(t, 50)
				w.check(t, c, o)
				t.Logf("%d confirmed, %d answers in doubt; the next event %v after the repair; the longest event %v", w.count, w.doubts, took, w.longest)
			})
		}
	}
}

// wait waits so long.
func wait(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

// fault is what happens to the leader and another node.
type fault struct {
	name     string
	survives bool // the others go on
	harm     func(c *cluster, leader, other *node)
	repair   func(c *cluster, leader, other *node) error
}

var faults = []fault{
	{"the leader killed", true,
		func(_ *cluster, n, _ *node) { n.kill() },
		func(_ *cluster, n, _ *node) error { return n.start() }},
	{"two of three killed", false,
		func(_ *cluster, n, m *node) { n.kill(); m.kill() },
		func(_ *cluster, n, m *node) error { return errors.Join(n.start(), m.start()) }},
	{"all killed", false,
		func(c *cluster, _, _ *node) {
			for _, n := range c.nodes {
				n.kill()
			}
		},
		func(c *cluster, _, _ *node) (err error) {
			for _, n := range c.nodes {
				err = errors.Join(err, n.start())
			}
			return err
		}},
	{"the leader stopped", true,
		func(_ *cluster, n, _ *node) { n.signal(syscall.SIGSTOP) },
		func(_ *cluster, n, _ *node) error { n.signal(syscall.SIGCONT); return nil }},
	{"the leader cut off", true,
		func(c *cluster, n, _ *node) { c.cut(n) },
		func(c *cluster, n, _ *node) error { c.heal(n); return nil }},
}

// TestBarrier cuts the leader off, appends through the others, and reads from the one
// that was cut off. Without the barrier, it answers with what it had; with it, it never
// does. That is why there is one.
func TestBarrier(t *testing.T) {
	c := need(t, func() (*cluster, error) { return newCluster(3, "always", "") })
	defer c.stop()
	all := connect(t, c.nodes...)
	o := Options{Stream: "BARRIER", Patience: 30 * time.Second}
	control := create(t, all, &o)
	head := audit.Checkpoint{}
	for round := 1; ; round++ {
		// A node that leads everything goes on to believe it for longest.
		old := metaLeader(t, c)
		lead(t, control, old)
		var others []*node
		for _, n := range c.nodes {
			if n != old {
				others = append(others, n)
			}
		}
		o.Patience = 300 * time.Millisecond
		writer := logOf(t, others, o)
		sure := logOf(t, []*node{old}, o)
		o.Stale = true
		stale := logOf(t, []*node{old}, o)
		o.Stale = false
		c.cut(old)
		e := newEvent(head, "e")
		for err := writer.Append(t.Context(), e); err != nil; err = writer.Append(t.Context(), e) {
			if !errors.Is(err, ErrNoAnswer) {
				t.Fatal(err)
			}
		}
		acked := time.Now()
		head = e.Checkpoint()
		var last time.Duration
		answers, refused := 0, 0
		for time.Since(acked) < 3*time.Second {
			if seq, err := end(t.Context(), stale); err == nil && seq < head.Seq {
				answers, last = answers+1, time.Since(acked)
			}
			if seq, err := end(t.Context(), sure); err == nil && seq < head.Seq {
				t.Fatalf("%v after event %d was confirmed, a read with the barrier ends with event %d", time.Since(acked), head.Seq, seq)
			} else if err != nil {
				refused++
			}
		}
		c.heal(old)
		t.Logf("without the barrier %d old answers, the last %v after the event was confirmed; with it none, and %d times no answer", answers, last, refused)
		if answers > 0 && refused > 0 {
			break
		}
		if round == 20 {
			t.Fatal("in twenty partitions there was no old answer: is the barrier of use?")
		}
	}
	for ctx := t.Context(); ; pause(ctx) { // healed, everybody has it
		if seq, err := end(ctx, logOf(t, c.nodes, o)); err == nil && seq == head.Seq {
			return
		} else if err == nil {
			t.Fatalf("the log ends with event %d, want %d", seq, head.Seq)
		}
	}
}

// metaLeader returns the node that leads the cluster.
func metaLeader(t *testing.T, c *cluster) *node {
	t.Helper()
	for deadline := time.Now().Add(hang); time.Now().Before(deadline); pause(t.Context()) {
		response, err := http.Get(c.monitors()[0] + "varz")
		if err != nil {
			continue
		}
		var v struct {
			JetStream struct {
				Meta struct {
					Leader string `json:"leader"`
				} `json:"meta"`
			} `json:"jetstream"`
		}
		err = json.NewDecoder(response.Body).Decode(&v)
		response.Body.Close()
		for _, n := range c.nodes {
			if err == nil && n.name == v.JetStream.Meta.Leader {
				return n
			}
		}
	}
	t.Fatal("the cluster has no leader")
	return nil
}

// logOf opens a log through some nodes.
func logOf(t *testing.T, nodes []*node, o Options) audit.Log {
	t.Helper()
	log, err := open(t, &o, nodes...).Log(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// end reads a log and returns the number of its last event.
func end(ctx context.Context, log audit.Log) (seq uint64, err error) {
	for e, err := range log.Events(ctx, 0) {
		if err != nil {
			return 0, err
		}
		seq = e.Seq
	}
	return seq, nil
}
