package audittest_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// brokenDisk is what is left of a broken store when it is closed. Without a flaw
// the store is in order.
type brokenDisk struct {
	flaw  string
	stuck func() // called when something is about to hang for ever

	mu      sync.Mutex
	store   *audit.MemoryStore
	opened  int                         // how often
	names   []string                    // of logs that were opened
	handles map[string]int              // how many were opened of a log
	damaged map[string]bool             // by the name of the log
	left    map[audit.Hash]*brokenStore // events that were left open, and where
	late    map[string]audit.Event      // the last of them, by the name of the log
}

func newBrokenDisk(flaw string, stuck func()) *brokenDisk {
	d := &brokenDisk{
		flaw: flaw, stuck: stuck,
		handles: make(map[string]int), damaged: make(map[string]bool), left: make(map[audit.Hash]*brokenStore), late: make(map[string]audit.Event),
	}
	d.store = audit.NewMemoryStore(d.keys)
	return d
}

func (d *brokenDisk) is(flaw string) bool { return d.flaw == flaw }

// keys are the keys that are stored for an event.
func (d *brokenDisk) keys(e audit.Event) []string {
	keys := slices.Clone(audittest.TargetKeys(e))
	for i, key := range keys {
		switch d.flaw {
		case "cuts long keys":
			keys[i] = key[:min(len(key), 255)]
		case "folds the case of keys":
			keys[i] = strings.ToLower(key)
		}
	}
	switch {
	case d.is("stores one key of an event"):
		return keys[:min(1, len(keys))]
	case d.is("stores the keys of the first event") && e.Seq > 1:
		return nil
	}
	return keys
}

func (d *brokenDisk) open(context.Context) (audit.Store, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	switch {
	case d.is("does not open"), d.is("does not open with a damaged log") && len(d.damaged) > 0:
		return nil, errOdd
	case d.is("forgets when opened again") && d.opened%2 == 1:
		d.store = audit.NewMemoryStore(d.keys)
	}
	return &brokenStore{brokenDisk: d}, nil
}

func (d *brokenDisk) damage(_ context.Context, name string) error {
	if d.is("cannot be damaged") {
		return errOdd
	}
	d.damaged[name] = true
	return nil
}

// brokenStore is one handle of a disk.
type brokenStore struct {
	*brokenDisk
	own []string // names of the logs that it opened
}

func (s *brokenStore) Close() error {
	if s.is("does not close") {
		return errOdd
	}
	return nil
}

func (s *brokenStore) Log(ctx context.Context, name string) (audit.Log, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own = append(s.own, name)
	s.names = append(s.names, name)
	if audit.CheckName(name) != nil {
		switch s.flaw {
		case "takes every name":
			name = "none"
		case "has no sentinel for names":
			return nil, errOdd
		}
	}
	switch {
	case s.is("folds the case of names"):
		name = strings.ToLower(name)
	case s.is("trims names"):
		name = strings.TrimSpace(name)
	case s.is("cuts long names"):
		name = name[:min(len(name), 190)]
	case s.is("takes a slash for a directory"):
		name, _, _ = strings.Cut(name, "/")
	case s.is("opens no log"), s.is("refuses quotes") && strings.Contains(name, "'"):
		return nil, errOdd
	case s.is("does not open a damaged log") && s.damaged[name]:
		return nil, audit.ErrDamaged
	}
	log, err := s.store.Log(ctx, name)
	if err != nil {
		return nil, err
	}
	h := &brokenHandle{good: log.(audit.Watcher), store: s, name: name}
	h.seen = h.read()
	h.found = len(h.seen)
	s.handles[name]++
	return h, nil
}

func (s *brokenStore) Names(ctx context.Context) iter.Seq2[string, error] {
	return s.flawed(ctx, s.store.Names(ctx), func(names []string) []string {
		switch s.flaw {
		case "lists empty logs":
			names = append(names, s.names...)
			slices.Sort(names)
			return slices.Compact(names)
		case "lists the logs of one handle":
			return slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(s.own, name) })
		case "lists names in another order":
			slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		case "lists a name twice":
			if len(names) > 0 {
				return append(names, names[len(names)-1])
			}
		}
		return names
	})
}

func (s *brokenStore) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	found := s.store.Find(ctx, key)
	if s.is("takes a key for a pattern") && strings.ContainsAny(key, "%_") {
		found = s.store.Find(ctx, "*")
	}
	return s.flawed(ctx, found, func(names []string) []string {
		if s.is("finds nothing when opened again") && s.opened%4 < 2 {
			return nil
		}
		return names
	})
}

// flawed yields what edit makes of names.
func (s *brokenStore) flawed(ctx context.Context, names iter.Seq2[string, error], edit func([]string) []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		switch {
		case s.is("yields no names"):
			yield("", errOdd)
			return
		case ctx.Err() != nil && s.is("ignores the context of names"):
			return
		}
		var list []string
		for name, err := range names {
			if err != nil {
				yield("", err)
				return
			}
			list = append(list, name)
		}
		for _, name := range edit(list) {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// brokenHandle is a log of a broken store, through one handle.
type brokenHandle struct {
	good  audit.Watcher
	store *brokenStore
	name  string
	seen  []audit.Event // what the handle found when it was opened, and stored itself
	found int           // how many it found
}

func (h *brokenHandle) is(flaw string) bool { return h.store.is(flaw) }

// LongestLine implements [audit.Limited].
func (h *brokenHandle) LongestLine() int { return 100 << 10 }

func (h *brokenHandle) read() []audit.Event {
	var events []audit.Event
	for e := range h.good.Events(context.Background(), 0) {
		events = append(events, e)
	}
	return events
}

func (h *brokenHandle) Append(ctx context.Context, e audit.Event) error {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	if line, err := audit.Encode(e); err == nil && len(line) > h.LongestLine() && !h.is("stores more than it says") {
		return audit.ErrTooLarge
	}
	if ctx.Err() != nil {
		h.store.left[e.Hash], h.store.late[h.name] = h.store, e
		return ctx.Err()
	}
	if left := h.store.left[e.Hash]; left != nil && left != h.store && h.is("settles what it left open itself") {
		return errOdd
	}
	if h.is("stores in place of damage") && h.store.damaged[h.name] {
		return nil
	}
	var head audit.Checkpoint
	if n := len(h.seen); n > 0 {
		head = h.seen[n-1].Checkpoint()
	}
	if h.store.left[e.Hash] == h.store && h.is("says yes to what it left open") {
		return nil
	}
	if h.is("stores nothing through two handles") && h.store.handles[h.name] > 1 {
		return audit.ErrConflict
	}
	known := len(h.seen) > 0 && h.seen[0].Hash == e.Hash
	if h.is("refuses what another handle stored") && e.Seq == 1 && len(h.read()) > 0 && !known {
		return audit.ErrConflict
	}
	err := h.good.Append(ctx, e)
	if err == nil || h.is("lets both handles win") && e.Follows(head) == nil {
		h.seen = append(h.seen, e)
		return nil
	}
	return err
}

func (h *brokenHandle) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		events := h.read()
		if h.is("looks when it is opened") {
			events = h.seen
		}
		damaged := h.store.damaged[h.name] || h.is("takes all logs for damaged") && len(h.store.damaged) > 0
		for _, e := range events[min(after, uint64(len(events))):] {
			if damaged && e.Seq == 2 {
				switch h.store.flaw {
				case "reads up to the damage":
					return
				case "leaves out what is damaged":
					continue
				case "reads another event in place of the damaged":
					e.Reason = "another"
					if yield(e.Chain(events[0].Checkpoint()), nil) {
						yield(audit.Event{}, audit.ErrDamaged)
					}
				case "does not say what damage is":
					yield(audit.Event{}, errOdd)
				case "reads what is damaged":
					yieldAll(events[1:], yield)
				case "reads beyond what is damaged":
					head := events[len(events)-1].Checkpoint()
					yieldAll(append(events[1:], e.Chain(head)), yield)
				default:
					yield(audit.Event{}, audit.ErrDamaged)
				}
				return
			}
			if len(e.Changes[1].Data) > 1<<16 && h.cuts(e) {
				e.Changes[1].Data = []byte("[]")
			}
			if late := h.store.late[h.name]; h.is("lands late in another handle's place") && late.Seq == e.Seq {
				e = late
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// yieldAll yields events as far as they are wanted.
func yieldAll(events []audit.Event, yield func(audit.Event, error) bool) {
	for _, e := range events {
		if !yield(e, nil) {
			return
		}
	}
}

// cuts reports whether the handle loses what is large of an event.
func (h *brokenHandle) cuts(e audit.Event) bool {
	if h.is("cuts what is large when opened again") {
		return int(e.Seq) <= h.found
	}
	stored := slices.ContainsFunc(h.seen, func(own audit.Event) bool { return own.Hash == e.Hash })
	return h.is("cuts what is large for another handle") && !stored
}

func (h *brokenHandle) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	switch h.store.flaw {
	case "watches what it stores itself":
		return func(yield func(audit.Event, error) bool) {
			for _, e := range h.seen {
				if !yield(e, nil) {
					return
				}
			}
			h.store.stuck()
			select {}
		}
	case "ends a watch in silence":
		return h.good.Events(ctx, after)
	case "fails to watch":
		return func(yield func(audit.Event, error) bool) { yield(audit.Event{}, errOdd) }
	case "watches another log":
		return func(yield func(audit.Event, error) bool) { yield(h.read()[0].Chain(audit.Checkpoint{Seq: 1}), nil) }
	}
	return h.good.Watch(ctx, after)
}

func testBrokenStore(t *testing.T, flaw string) error {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	d := newBrokenDisk(flaw, cancel)
	return audittest.TestStore(ctx, audittest.StoreTest{
		Open:    d.open,
		Damages: []audittest.Damage{{Name: "a hole", Do: d.damage, Want: audit.ErrDamaged}},
	})
}

func TestBrokenStoresAreCaught(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule  int
		check string // one that has to fail; others may
		flaw  string
	}{
		{19, "opened again", "does not open"},
		{19, "opened again", "does not close"},
		{19, "opened again", "forgets when opened again"},
		{18, "two handles", "looks when it is opened"},
		{4, "a race of two handles", "stores nothing through two handles"},
		{4, "a race of two handles", "lets both handles win"},
		{5, "settled by another handle", "settles what it left open itself"},
		{5, "landing late beside another handle's event", "lands late in another handle's place"},
		{5, "landing late beside another handle's event", "says yes to what it left open"},
		{18, "two handles", "refuses what another handle stored"},
		{18, "logs apart", "opens no log"},
		{21, "found by a key", "opens no log"},
		{15, "watching another handle", "watches what it stores itself"},
		{15, "watching another handle", "ends a watch in silence"},
		{15, "watching another handle", "fails to watch"},
		{15, "watching another handle", "watches another log"},
		{17, "a large event", "cuts what is large for another handle"},
		{17, "a large event", "cuts what is large when opened again"},
		{17, "a large event", "stores more than it says"},
		{18, "logs apart", "folds the case of names"},
		{18, "logs apart", "trims names"},
		{18, "logs apart", "cuts long names"},
		{18, "names of every kind", "takes a slash for a directory"},
		{18, "names of every kind", "refuses quotes"},
		{18, "names that are none", "takes every name"},
		{18, "names that are none", "has no sentinel for names"},
		{20, "a list of names", "yields no names"},
		{21, "found by a key", "yields no names"},
		{20, "a list of names", "lists empty logs"},
		{20, "a list of names", "lists the logs of one handle"},
		{20, "a list of names", "lists names in another order"},
		{20, "a list of names", "lists a name twice"},
		{20, "a list of names", "ignores the context of names"},
		{21, "found by a key", "stores one key of an event"},
		{21, "found by a key", "stores the keys of the first event"},
		{21, "found by a key", "cuts long keys"},
		{21, "found by a key", "folds the case of keys"},
		{21, "found by a key", "takes a key for a pattern"},
		{21, "found by a key", "finds nothing when opened again"},
		{6, "damage: a hole", "cannot be damaged"},
		{6, "damage: a hole", "does not open with a damaged log"},
		{6, "damage: a hole", "takes all logs for damaged"},
		{6, "damage: a hole", "reads up to the damage"},
		{6, "damage: a hole", "leaves out what is damaged"},
		{6, "damage: a hole", "does not say what damage is"},
		{6, "damage: a hole", "reads what is damaged"},
		{6, "damage: a hole", "reads beyond what is damaged"},
		{6, "damage: a hole", "reads another event in place of the damaged"},
		{6, "damage: a hole", "stores in place of damage"},
	} {
		t.Run(test.flaw, func(t *testing.T) {
			t.Parallel()
			err := testBrokenStore(t, test.flaw)
			if !failed(err, test.rule, test.check) {
				t.Errorf("%q of rule %d does not fail, but: %v", test.check, test.rule, err)
			}
		})
	}
	for _, good := range []string{"", "does not open a damaged log"} {
		if err := testBrokenStore(t, good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// failed reports whether a check of a rule is among the errors joined in err.
func failed(err error, rule int, check string) bool {
	for f := range failures(err) {
		if f.Rule == rule && f.Check == check && f.Err != nil {
			return true
		}
	}
	return false
}
