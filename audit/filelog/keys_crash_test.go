package filelog

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// directory is a directory of three logs on a simulated disk, as a process has it
// open.
type directory struct {
	proc  *process
	index *index
	logs  [3]*indexed
}

// openDirectory opens a directory on a simulated disk; nil if that fails.
func openDirectory(t *testing.T, d *simulated) (*directory, error) {
	p := new(process)
	o := &directory{proc: p, index: newIndex(d.of(p), "keys", false)}
	dir := &Dir{keys: byActor, index: o.index}
	if err := o.index.finish(t.Context()); err != nil {
		return nil, err
	}
	for i := range o.logs {
		l, err := open(t.Context(), d.of(p), fmt.Sprint("log", i), nil)
		if err != nil {
			return nil, err
		}
		o.logs[i] = &indexed{l, dir, fmt.Sprint("log", i)}
	}
	return o, nil
}

// TestKeysSurvive plays random histories of two processes that append to the logs of
// one directory, while they die, calls fail, and the power goes: the index has the
// keys of every event that a log has, and damage alone keeps it from opening.
func TestKeysSurvive(t *testing.T) {
	t.Parallel()
	events, refused := 0, 0
	for seed := range uint64(seeds() / 2) {
		d := newSimulated(seed, simulatedFaults(seed%3+1, int(seed%5)*4))
		var dirs [2]*directory
		for n := range 30 {
			if d.off {
				d.restart()
				dirs = [2]*directory{}
			}
			i := d.random.IntN(2)
			if dirs[i] == nil || dirs[i].proc.dead {
				dirs[i], _ = openDirectory(t, d) // the next time, if it fails
			}
			if dirs[i] == nil {
				continue
			}
			l := dirs[i].logs[d.random.IntN(3)]
			e := event(l.head, fmt.Sprint("actor", n%7), d.random.IntN(700))
			_ = l.Append(t.Context(), e) // it may be refused, in doubt or damaged
		}
		d.faults = faults{}
		d.off = true
		d.restart()
		o, err := openDirectory(t, d)
		if errors.Is(err, audit.ErrDamaged) && seed%3+1 > 1 {
			refused++
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, l := range o.logs {
			for e, err := range l.Events(t.Context(), 0) {
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				events++
				names, err := o.index.find(t.Context(), e.Actor.ID)
				if err != nil || !slices.Contains(names, l.name) {
					t.Fatalf("seed %d: event %d of %s is not found by %s: %q, %v", seed, e.Seq, l.name, e.Actor.ID, names, err)
				}
			}
		}
	}
	t.Logf("%d events found, %d directories refused", events, refused)
	if events == 0 || refused*150 > seeds() {
		t.Errorf("%d events, %d directories refused", events, refused)
	}
}
