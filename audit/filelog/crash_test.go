package filelog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// seeds returns how many random histories a test plays, the same ones each time.
func seeds() int {
	switch {
	case os.Getenv("AMBIT_LONG") != "":
		return 20_000
	case os.Getenv("CI") != "" && !testing.Short():
		return 1_000
	}
	return 200
}

// event returns the event after a head, as somebody writes it.
func event(head audit.Checkpoint, by string, size int) audit.Event {
	return audit.Event{
		ID: fmt.Sprintf("e%d-%s", head.Seq+1, by), Time: time.Unix(int64(head.Seq), 0).UTC(), Company: "acme",
		Actor:   audit.Actor{Kind: audit.KindSystem, ID: by},
		Changes: []audit.Change{{Type: "x", Version: 1, Data: []byte(`"` + strings.Repeat("x", size) + `"`)}},
	}.Chain(head)
}

// crashes plays one random history on a simulated disk: two processes append to one
// log, while they die, calls fail, and the power goes.
type crashes struct {
	t         *testing.T
	disk      *simulated
	seed      uint64
	procs     [2]*process
	logs      [2]*Log
	doubt     [2]*audit.Event       // what a process appends again
	acked     []audit.Event         // by place; acknowledged to somebody
	attempted map[audit.Hash]uint64 // ever given to Append, by place
	kind      uint64                // 1: no call fails
	n         int
	refused   int // how often it did not open
	doubtful  int // events in doubt that were kept
}

// fatal ends a history in which something is wrong.
func (c *crashes) fatal(format string, args ...any) {
	panic(historyError(fmt.Sprintf("seed %d: %s", c.seed, fmt.Sprintf(format, args...))))
}

// historyError is what is wrong in a history.
type historyError string

// log returns the log of a process, which it opens if it has none. It is nil if it
// cannot be opened now.
func (c *crashes) log(i int) *Log {
	if c.disk.off {
		c.disk.restart()
		c.procs, c.logs, c.doubt = [2]*process{}, [2]*Log{}, [2]*audit.Event{}
	}
	if c.procs[i] == nil || c.procs[i].dead {
		c.procs[i], c.logs[i], c.doubt[i] = new(process), nil, nil
	}
	if c.logs[i] != nil {
		return c.logs[i]
	}
	l, err := open(c.t.Context(), c.disk.of(c.procs[i]), "log", nil)
	if err == nil {
		c.logs[i] = l
		return l
	}
	c.failed(i, err)
	return nil
}

// failed looks at an error: damage must begin after what was acknowledged, and is
// cut off as an operator would.
func (c *crashes) failed(i int, err error) {
	if !errors.Is(err, audit.ErrDamaged) {
		return
	}
	n := c.disk.files["log"]
	f := &handle{c.disk, n, new(process)}
	faults := c.disk.faults
	c.disk.faults = simulatedFaults(0, 0)
	defer func() { c.disk.faults = faults }()
	d, inspected := inspect(context.Background(), f, "log")
	if inspected != nil {
		c.fatal("inspect: %v", inspected)
	}
	if c.kind == 1 {
		c.fatal("power losses and deaths alone make it refuse: %v (%v)", err, d)
	}
	if d.IsZero() || d.Seq <= uint64(len(c.acked)) {
		c.fatal("%v; Inspect would cut at event %d, and %d are acknowledged: %v", err, d.Seq, len(c.acked), d)
	}
	c.refused++
	n.disk = resized(slices.Clone(n.seen), d.Byte)
	n.seen, n.dirty = slices.Clone(n.disk), nil
	c.logs, c.procs, c.doubt = [2]*Log{}, [2]*process{}, [2]*audit.Event{}
}

// append appends the next event, or the one in doubt again.
func (c *crashes) append(i int) {
	l := c.log(i)
	if l == nil {
		return
	}
	e := c.doubt[i]
	if e == nil {
		head, ok := c.read(i)
		if !ok {
			return
		}
		c.n++
		next := event(head, fmt.Sprint(c.n), c.disk.random.IntN(3*sector))
		e = &next
	}
	c.attempted[e.Hash] = e.Seq
	err := l.Append(c.t.Context(), *e)
	switch {
	case err == nil:
		c.acknowledge(*e)
		c.doubt[i] = nil
	case errors.Is(err, audit.ErrConflict):
		c.doubt[i] = nil
	default:
		c.doubt[i] = e
		c.failed(i, err)
	}
}

func (c *crashes) acknowledge(e audit.Event) {
	switch n := uint64(len(c.acked)); {
	case e.Seq == n+1:
		c.acked = append(c.acked, e)
	case e.Seq > n+1:
		c.fatal("event %d is acknowledged after %d", e.Seq, n)
	case c.acked[e.Seq-1].Hash != e.Hash:
		c.fatal("two events are acknowledged for place %d", e.Seq)
	}
}

// read reads everything, and compares it with what was acknowledged.
func (c *crashes) read(i int) (head audit.Checkpoint, ok bool) {
	l := c.log(i)
	if l == nil {
		return head, false
	}
	n := 0
	var more []audit.Event
	for e, err := range l.Events(c.t.Context(), 0) {
		if err != nil {
			c.failed(i, err)
			return head, false
		}
		if err := e.Follows(head); err != nil {
			c.fatal("what is read is no chain: %v", err)
		}
		if c.attempted[e.Hash] != e.Seq {
			c.fatal("event %d comes from nowhere", e.Seq)
		}
		if n < len(c.acked) && c.acked[n].Hash != e.Hash {
			c.fatal("event %d is another one than the one acknowledged", e.Seq)
		}
		head = e.Checkpoint()
		if n++; n > len(c.acked) {
			more = append(more, e)
		}
	}
	if n < len(c.acked) {
		c.fatal("%d events are read, and %d are acknowledged", n, len(c.acked))
	}
	for _, e := range more {
		// What somebody has read stays: it counts as acknowledged from here on.
		c.doubtful++
		c.acknowledge(e)
	}
	return head, true
}

// simulatedFaults returns faults for a share of the histories.
func simulatedFaults(kind uint64, more int) faults {
	switch kind {
	case 1:
		return faults{power: 8 + more, death: 8}
	case 2:
		return faults{power: 5, death: 5, write: 20, sync: 20 + more, truncate: 20}
	case 3:
		return faults{write: 60, sync: 60, truncate: 60}
	}
	return faults{}
}

// play plays the history of a seed, on a disk with a flaw, and returns what is wrong
// in it.
func play(t *testing.T, seed uint64, f flaw) (c *crashes, wrong historyError) {
	defer func() {
		if r := recover(); r != nil {
			var is bool
			if wrong, is = r.(historyError); !is {
				panic(r)
			}
		}
	}()
	kind := seed%3 + 1
	c = &crashes{t: t, seed: seed, kind: kind, disk: newSimulated(seed, simulatedFaults(kind, int(seed%5)*4)), attempted: make(map[audit.Hash]uint64)}
	c.disk.flaw = f
	for range 40 {
		i := c.disk.random.IntN(2)
		if c.disk.random.IntN(4) == 0 {
			c.read(i)
		} else {
			c.append(i)
		}
	}
	// Everything is well again: what was acknowledged is there, and the log goes on.
	c.disk.faults = faults{}
	c.disk.off = true
	for try := range 3 {
		head, ok := c.read(0)
		if !ok {
			if try == 2 {
				c.fatal("it does not open without faults")
			}
			continue
		}
		next := event(head, "last", 100)
		c.attempted[next.Hash] = next.Seq
		if err := c.log(0).Append(t.Context(), next); err != nil {
			c.fatal("the next append: %v", err)
		}
		c.acknowledge(next)
		c.read(1)
		break
	}
	return c, ""
}

// TestCrashes plays random histories: every acknowledged event is there, no event
// is half there or comes from nowhere, and the next append works.
func TestCrashes(t *testing.T) {
	t.Parallel()
	var acked, refused, doubtful, power, failed, deaths int
	for seed := range uint64(seeds()) {
		c, wrong := play(t, seed, sound)
		if wrong != "" {
			t.Fatal(wrong)
		}
		acked, refused, doubtful = acked+len(c.acked), refused+c.refused, doubtful+c.doubtful
		power, failed, deaths = power+c.disk.counts.powerLosses, failed+c.disk.counts.ioErrors, deaths+c.disk.counts.deaths
	}
	t.Logf("%d histories: %d power losses, %d deaths, %d failed calls, %d events acknowledged, %d in doubt kept, %d times refused to open",
		seeds(), power, deaths, failed, acked, doubtful, refused)
	if power == 0 || deaths == 0 || failed == 0 || doubtful == 0 {
		t.Error("something never happened")
	}
}

// TestFlaws plays histories on disks that do to a log what one does that leaves out
// a step: each must be found, in far fewer than [seeds], or the histories show nothing.
func TestFlaws(t *testing.T) {
	t.Parallel()
	for f := noSync; f < flaws; f++ {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(50) {
				if _, wrong := play(t, seed, f); wrong != "" {
					t.Log(wrong)
					return
				}
			}
			t.Error("no history shows it")
		})
	}
}

// stride is how many bytes a test goes on that would look at every one.
func stride() int {
	if os.Getenv("CI") != "" && !testing.Short() {
		return 1
	}
	return 13
}

// inMemory returns a directory whose files cost no disk to sync, where there is such
// a one. It is for tests that only look at what is read back, of thousands of files.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "filelog")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestCutEverywhere cuts a file at every byte, as a crash does: it opens with the
// events whose lines are whole, and goes on.
func TestCutEverywhere(t *testing.T) {
	t.Parallel()
	whole, events := written(t, 3)
	dir := inMemory(t)
	for size := 0; size <= len(whole); size += stride() {
		path := fmt.Sprintf("%s/%d", dir, size)
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		want := bytes.Count(append(slices.Clone(whole[:size]), whole[size:min(size+1, len(whole))]...), []byte("\n"))
		if size < len(whole) && whole[size] != '\n' {
			want = bytes.Count(whole[:size], []byte("\n"))
		}
		l, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		got := collect(t, l)
		if len(got) != want || want > 0 && got[want-1].Hash != events[want-1].Hash {
			t.Fatalf("cut at %d: %d events, want %d", size, len(got), want)
		}
		var head audit.Checkpoint
		if want > 0 {
			head = got[want-1].Checkpoint()
		}
		if err := l.Append(t.Context(), event(head, "next", 10)); err != nil {
			t.Fatalf("cut at %d: append: %v", size, err)
		}
		if err := audit.Verify(l.Events(t.Context(), 0), audit.Checkpoint{}); err != nil {
			t.Fatalf("cut at %d: %v", size, err)
		}
		_ = l.Close()
	}
}

// TestFlipEverywhere flips every byte of a file: it is refused, at Open or when it
// is read, and never shorter. Without its last line feed it is whole.
func TestFlipEverywhere(t *testing.T) {
	t.Parallel()
	whole, events := written(t, 3)
	path := inMemory(t) + "/log"
	for at := 0; at < len(whole); at += stride() {
		for _, mask := range []byte{1, 0x80, whole[at], whole[at] ^ '\n'} { // also NUL and a line feed
			bad := slices.Clone(whole)
			bad[at] ^= mask
			if bytes.Equal(bad, whole) {
				continue
			}
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			n, err := 0, error(nil)
			l, err := Open(t.Context(), path, nil)
			if err == nil {
				for _, err = range l.Events(t.Context(), 0) {
					if err == nil {
						n++
					}
				}
				_ = l.Close()
			}
			if err == nil && !(at == len(whole)-1 && mask == whole[at] && n == len(events)) {
				t.Fatalf("byte %d xor %#x: %d events, and no error", at, mask, n)
			}
		}
	}
}

// written returns a file of so many events, and the events.
func written(t *testing.T, n int) ([]byte, []audit.Event) {
	t.Helper()
	path := inMemory(t) + "/log"
	l, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var head audit.Checkpoint
	for range n {
		e := event(head, "ann", 40)
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
	}
	events := collect(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole, events
}

// collect reads all events of a log.
func collect(t *testing.T, l audit.Log) []audit.Event {
	t.Helper()
	var all []audit.Event
	for e, err := range l.Events(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}
