package natslog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// world is what four writers appended to shared logs, as they were told.
type world struct {
	names []string
	stop  chan struct{}
	done  sync.WaitGroup

	mu       sync.Mutex
	sent     map[audit.Hash]bool // every event that anybody ever tried to append
	acked    map[string]map[uint64]audit.Hash
	count    int
	doubts   int
	longest  time.Duration // from the first attempt of an event until it was settled
	last     time.Time     // of the last confirmed event
	problems []error
}

// work starts writers, each with a connection of its own, as many to one node as to
// another: a client stays with a node that is cut off, so if all were there, nobody
// could say that the others go on.
func work(t *testing.T, c *cluster, o Options, writers int, names ...string) *world {
	w := &world{names: names, stop: make(chan struct{}), sent: make(map[audit.Hash]bool), acked: make(map[string]map[uint64]audit.Hash)}
	for i := range writers {
		first := i % len(c.nodes)
		s := open(t, &o, append(slices.Clone(c.nodes[first:]), c.nodes[:first]...)...)
		w.done.Go(func() { w.write(t.Context(), s, i) })
	}
	return w
}

// write appends to the logs in turn until the world stops. What is in doubt is
// appended again, as long as it takes.
func (w *world) write(ctx context.Context, s *Store, writer int) {
	heads := make(map[string]audit.Checkpoint)
	for n := 0; ; n++ {
		select {
		case <-w.stop:
			return
		default:
		}
		name := w.names[(n+writer)%len(w.names)]
		log, err := s.Log(ctx, name)
		if err != nil {
			w.problem(err)
			return
		}
		e := newEvent(heads[name], fmt.Sprint("w", writer, " ", n))
		begun := time.Now()
		w.note(func() { w.sent[e.Hash] = true })
		err = log.Append(ctx, e)
		for ; err != nil && !errors.Is(err, audit.ErrConflict); err = log.Append(ctx, e) {
			w.note(func() { w.doubts++ })
			if !errors.Is(err, ErrNoAnswer) {
				w.problem(err)
				return
			}
		}
		if err == nil {
			heads[name] = e.Checkpoint()
			w.confirmed(name, e, begun)
			continue
		}
		if heads[name], err = catchUp(ctx, log, heads[name]); err != nil {
			w.problem(err)
			return
		}
	}
}

// catchUp reads what comes after a head, and asks again while nobody answers.
func catchUp(ctx context.Context, log audit.Log, head audit.Checkpoint) (audit.Checkpoint, error) {
	for {
		moved, err := false, error(nil)
		for e, failure := range log.Events(ctx, head.Seq) {
			if err = failure; err == nil {
				head, moved = e.Checkpoint(), true
			}
		}
		switch {
		case err == nil && !moved:
			return head, fmt.Errorf("a conflict after event %d, and nothing new: the log is behind what it refuses", head.Seq)
		case err == nil || !errors.Is(err, ErrNoAnswer):
			return head, err
		}
	}
}

func newEvent(head audit.Checkpoint, id string) audit.Event {
	e := audit.Event{
		ID: id, Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Company: "acme", Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"},
		Changes: []audit.Change{{Type: "set", Version: 1, Data: []byte(`{"user":"bob"}`)}}, Targets: []string{"bob"},
	}
	return e.Chain(head)
}

func (w *world) note(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

func (w *world) problem(err error) { w.note(func() { w.problems = append(w.problems, err) }) }

func (w *world) confirmed(name string, e audit.Event, begun time.Time) {
	w.note(func() {
		if w.acked[name] == nil {
			w.acked[name] = make(map[uint64]audit.Hash)
		}
		if _, ok := w.acked[name][e.Seq]; ok {
			w.problems = append(w.problems, fmt.Errorf("%s: two events are confirmed at place %d", name, e.Seq))
		}
		w.acked[name][e.Seq] = e.Hash
		w.count++
		w.last = time.Now()
		w.longest = max(w.longest, w.last.Sub(begun))
	})
}

// total is how many events are confirmed.
func (w *world) total() (n int) {
	w.note(func() { n = w.count })
	return n
}

// more waits until so many more events are confirmed, and returns how long that took.
func (w *world) more(t *testing.T, n int) time.Duration {
	t.Helper()
	begun, from := time.Now(), w.total()
	for w.total() < from+n {
		if time.Since(begun) > hang {
			t.Fatalf("after %v %d of %d events are confirmed", time.Since(begun), w.total()-from, n)
		}
		pause(t.Context())
	}
	return time.Since(begun)
}

// check compares what is stored with what was confirmed, through each node as the
// leader, and so from the disk of each.
func (w *world) check(t *testing.T, c *cluster, o Options) {
	t.Helper()
	close(w.stop)
	w.done.Wait()
	for _, err := range w.problems {
		t.Error(err)
	}
	o.Patience = hang
	s := open(t, &o, c.nodes...)
	for _, n := range c.nodes {
		lead(t, s, n)
		for _, name := range w.names {
			if err := w.compare(t.Context(), s, name); err != nil {
				t.Errorf("log %s read through node %s: %v", name, n.name, err)
			}
		}
	}
}

func (w *world) compare(ctx context.Context, s *Store, name string) error {
	log, err := s.Log(ctx, name)
	if err != nil {
		return err
	}
	there := make(map[uint64]audit.Hash)
	for e, err := range audit.Replay(ctx, log, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			return err
		}
		if !w.sent[e.Hash] {
			return fmt.Errorf("event %d is invented", e.Seq)
		}
		there[e.Seq] = e.Hash
	}
	for seq, hash := range w.acked[name] {
		if there[seq] != hash {
			return fmt.Errorf("event %d was confirmed, and is lost", seq)
		}
	}
	return nil
}

// leader returns the node that leads the stream.
func leader(t testing.TB, s *Store, c *cluster) *node {
	t.Helper()
	for ctx := t.Context(); ctx.Err() == nil; pause(ctx) {
		one, cancel := context.WithTimeout(ctx, time.Second)
		info, err := s.handle.Info(one)
		cancel()
		if err != nil || info.Cluster == nil {
			continue
		}
		for _, n := range c.nodes {
			if n.name == info.Cluster.Leader {
				return n
			}
		}
	}
	return nil
}

// lead makes a node the leader, when it has everything.
func lead(t *testing.T, s *Store, n *node) {
	t.Helper()
	request, _ := json.Marshal(map[string]any{"placement": map[string]string{"preferred": n.name}})
	for deadline := time.Now().Add(hang); ; pause(t.Context()) {
		if time.Now().After(deadline) {
			t.Fatalf("node %s does not become the leader", n.name)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		info, err := s.handle.Info(ctx)
		cancel()
		if err != nil || info.Cluster == nil {
			continue
		}
		if info.Cluster.Leader == n.name {
			return
		}
		current := true
		for _, r := range info.Cluster.Replicas {
			current = current && r.Current
		}
		if current {
			_, _ = s.js.Conn().Request("$JS.API.STREAM.LEADER.STEPDOWN."+s.stream, request, 2*time.Second)
		}
	}
}
