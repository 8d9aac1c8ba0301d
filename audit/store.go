package audit

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Store has the logs of many companies, each by a name. A name is the host's,
// and need not be the Company of the events. It has 1 to 200 bytes of UTF-8
// without control characters; [CheckName] says what is wrong with another.
// Package audittest checks that a store keeps this contract, by these numbers.
//
// Log:
//
//  18. It returns the log of a name, which is empty before its first event. Logs
//     of one name have the same events, those of two names nothing in common,
//     however alike the names are. A log that is an io.Closer should be closed
//     when it is no longer used.
//  19. What a log acknowledged is there when the store is opened again, by
//     another process as well.
//
// Names:
//
//  20. It yields the names of all logs that have events, in byte order. An error
//     comes as the last pair, with an empty name.
//
// Find:
//
//  21. It yields the names of the logs that have events with a key, in byte
//     order, without reading them. It may yield a log whose event with that key
//     was never stored, and never leaves one out that has such an event: an
//     event's keys are stored before it, or in the same transaction. An error
//     comes as the last pair, with an empty name.
//
// All methods are safe for concurrent use.
type Store interface {
	Log(ctx context.Context, name string) (Log, error)
	Names(ctx context.Context) iter.Seq2[string, error]
	Find(ctx context.Context, key string) iter.Seq2[string, error]
}

// Keys returns the keys by which [Store.Find] finds the log of an event. Each
// has 1 to 500 bytes of UTF-8. A store that is made with nil finds nothing.
type Keys func(e Event) []string

// maxName is how long the name of a log may be.
const maxName = 200

// CheckName reports what is wrong with the name of a log, as an error that wraps
// [ErrMalformed]. Every [Store] calls it.
func CheckName(name string) error {
	control := func(r rune) bool { return unicode.IsControl(r) }
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || slices.ContainsFunc([]rune(name), control) {
		return &Error{
			Op: "open", Text: "the name " + strconv.QuoteToASCII(name[:min(len(name), maxName)]) + " is none: write 1 to 200 bytes of UTF-8 without control characters",
			Err: ErrMalformed,
		}
	}
	return nil
}

// MemoryStore is a [Store] of logs in memory, for tests and for services that keep
// nothing. [NewMemoryStore] returns one.
type MemoryStore struct {
	keys Keys
	mu   sync.Mutex
	logs map[string]*storedMemory
	has  map[string]map[string]bool // names by key
}

// NewMemoryStore returns an empty store, which finds logs by keys. Nil finds none.
func NewMemoryStore(keys Keys) *MemoryStore {
	return &MemoryStore{keys: keys, logs: make(map[string]*storedMemory), has: make(map[string]map[string]bool)}
}

// storedMemory is a log of a store.
type storedMemory struct {
	*Memory
	store *MemoryStore
	name  string
}

// Append implements [Log].
func (l *storedMemory) Append(ctx context.Context, e Event) error {
	if l.store.keys != nil && e.Check() == nil {
		l.store.add(l.name, l.store.keys(e))
	}
	return l.Memory.Append(ctx, e)
}

func (s *MemoryStore) add(name string, keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		if s.has[key] == nil {
			s.has[key] = make(map[string]bool)
		}
		s.has[key][name] = true
	}
}

// Log implements [Store].
func (s *MemoryStore) Log(_ context.Context, name string) (Log, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logs[name] == nil {
		s.logs[name] = &storedMemory{NewMemory(), s, name}
	}
	return s.logs[name], nil
}

// Names implements [Store].
func (s *MemoryStore) Names(ctx context.Context) iter.Seq2[string, error] {
	return s.yield(ctx, "names", func(yield func(string)) {
		for name, l := range s.logs {
			l.mu.Lock()
			if len(l.events) > 0 {
				yield(name)
			}
			l.mu.Unlock()
		}
	})
}

// Find implements [Store].
func (s *MemoryStore) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	return s.yield(ctx, "find", func(yield func(string)) {
		for name := range maps.Keys(s.has[key]) {
			yield(name)
		}
	})
}

// yield yields names in byte order.
func (s *MemoryStore) yield(ctx context.Context, op string, each func(yield func(string))) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := ctx.Err(); err != nil {
			yield("", &Error{Op: op, Err: err})
			return
		}
		var names []string
		s.mu.Lock()
		each(func(name string) { names = append(names, name) })
		s.mu.Unlock()
		slices.Sort(names)
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}
