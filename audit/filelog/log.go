package filelog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Options say how a log is used. Nil is the zero Options.
type Options struct {
	// ReadOnly opens a log without a lock, to look at it while others write. Append
	// is refused. The last event may be one whose writer does not know yet that it
	// is stored.
	ReadOnly bool
	// Poll is how often Watch looks for what other processes appended. 0 and less
	// are 100 milliseconds. What this Log appends, its own Watch sees at once.
	Poll time.Duration
}

// every is how many events there are between two places that a Log remembers.
const every = 64

// Log is a log in a file. It is an [audit.Log], an [audit.Watcher] and an
// [audit.Limited]. It keeps the file open, and 8 bytes in memory for every 64
// events.
type Log struct {
	path    string
	options Options
	disk    disk
	turn    chan struct{} // holds a token while somebody uses what follows

	file   file // nil before there is one
	closed bool
	head   audit.Checkpoint // of the last event that is known and synced
	end    int64            // of its line
	places []int64          // where the lines of the events 1, 1+every, 1+2*every … begin

	mu   sync.Mutex
	more chan struct{} // closed when events come; nil while nobody waits
}

// Open opens the log in a file. If the file is not there, the log is empty, and
// its first event makes the file; its directory must be there. Open finds the
// ends of all lines and reads the last one: a torn one is cut off, as nobody was
// told that it is stored. What is wrong before it shows when it is read.
//
// The error is an [*Error] that wraps [audit.ErrDamaged], [audit.ErrVersion],
// [ErrNotRegular], [ErrNoLock], or what the file system failed with.
func Open(ctx context.Context, path string, o *Options) (*Log, error) {
	return open(ctx, osDisk{}, path, o)
}

func open(ctx context.Context, d disk, path string, o *Options) (*Log, error) {
	if o == nil {
		o = new(Options)
	}
	l := &Log{path: path, options: *o, disk: d, turn: make(chan struct{}, 1)}
	if l.options.Poll <= 0 {
		l.options.Poll = 100 * time.Millisecond
	}
	if !canLock && !o.ReadOnly {
		return nil, &Error{Op: "open", Path: path, Err: ErrNoLock}
	}
	err := l.locked(ctx, "open", false, func() error {
		if l.file == nil && !o.ReadOnly {
			return d.syncDir(dirOf(path)) // which fails if it is not there
		}
		return nil
	})
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// Close closes the file. Nothing can be asked of the log any more.
func (l *Log) Close() error {
	l.turn <- struct{}{}
	defer func() { <-l.turn }()
	l.closed = true
	l.tell()
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}

// Append implements [audit.Log]. When it returns nil, the event survives a crash
// of the process, of the system, and a loss of power, if the disk keeps what it
// was told to sync. It costs one write and one sync. If either fails, the event is
// in doubt (rule 5 of [audit.Log]): append it again.
func (l *Log) Append(ctx context.Context, e audit.Event) error {
	if l.options.ReadOnly {
		return &Error{Op: "append", Path: l.path, Err: ErrReadOnly}
	}
	line, err := audit.Encode(e)
	if err != nil {
		return err
	}
	return l.locked(ctx, "append", e.Seq == 1, func() error {
		if err := e.Follows(l.head); err != nil {
			if errors.Is(err, audit.ErrConflict) && e.Seq <= l.head.Seq {
				return l.compare(e, err)
			}
			return err
		}
		if err := l.write(append(line, '\n')); err != nil {
			return &Error{Op: "append", Path: l.path, Err: err}
		}
		l.took(e, int64(len(line)+1))
		return nil
	})
}

// LongestLine implements [audit.Limited]: a file takes every event in order.
func (l *Log) LongestLine() int { return longestLine }

// compare returns nil if the log has the very event, and conflict if it has another
// one in its place.
func (l *Log) compare(e audit.Event, conflict error) error {
	for stored, err := range l.read(l.head.Seq, l.end, l.place(e.Seq-1), e.Seq-1) {
		if err != nil {
			return err
		}
		if stored.Hash == e.Hash {
			return nil
		}
		break
	}
	return conflict
}

// write writes a line at the end, and syncs it. If either fails, it does not try
// again: a system that failed to sync forgets what it did not write, so a second
// sync would prove nothing. Whoever looks next, under the lock, finds what is left.
func (l *Log) write(line []byte) error {
	if _, err := l.file.WriteAt(line, l.end); err != nil {
		return err
	}
	return l.file.Sync()
}

// Events implements [audit.Log]. A loop costs reading the lines that it yields and
// at most 64 before them. It checks the form, the place and the hash of each event,
// and that it continues the one before: what is damaged is not yielded.
func (l *Log) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		var all iter.Seq2[audit.Event, error]
		err := l.locked(ctx, "events", false, func() error {
			all = l.read(l.head.Seq, l.end, l.place(after), after)
			return nil
		})
		if err != nil {
			yield(audit.Event{}, err)
			return
		}
		all(yield)
	}
}

// Watch implements [audit.Watcher].
func (l *Log) Watch(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		timer := time.NewTicker(l.options.Poll)
		defer timer.Stop()
		for {
			more := l.wait()
			for e, err := range l.Events(ctx, after) {
				if !yield(e, err) || err != nil {
					return
				}
				after = e.Seq
			}
			select {
			case <-more:
			case <-timer.C:
			case <-ctx.Done():
				yield(audit.Event{}, &Error{Op: "watch", Path: l.path, Err: ctx.Err()})
				return
			}
		}
	}
}

// wait returns what is closed when events come.
func (l *Log) wait() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more == nil {
		l.more = make(chan struct{})
	}
	return l.more
}

// tell wakes up those who wait.
func (l *Log) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
}

// locked calls f while no other goroutine uses the log and no other process writes
// it, after everything was taken in that others appended.
func (l *Log) locked(ctx context.Context, op string, create bool, f func() error) error {
	fail := func(err error) error {
		if _, ok := errors.AsType[*Error](err); ok {
			return err
		}
		if _, ok := errors.AsType[*audit.Error](err); ok {
			return err
		}
		return &Error{Op: op, Path: l.path, Err: err}
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	if err := l.opened(create); err != nil {
		return fail(err)
	}
	if l.file == nil {
		return f() // there is nothing yet
	}
	if !l.options.ReadOnly {
		if err := l.lock(ctx); err != nil {
			return fail(err)
		}
		defer func() { _ = l.file.Unlock() }() // it ends with the process at the latest
	}
	// Looked at under the lock: while it was waited for, the file may have been
	// replaced, and what is written to one without a name is lost.
	is, err := l.disk.isAt(l.path, l.file)
	if err == nil && !is {
		err = ErrReplaced
	}
	if err == nil {
		err = l.takeIn(op)
	}
	if err == nil {
		err = f()
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

// opened opens the file if it is there by now, or if it is to be made. Then it
// syncs its directory, whoever made it: that one may have ended before the name was
// safe.
func (l *Log) opened(create bool) error {
	if l.closed {
		return ErrClosed
	}
	if l.file != nil {
		return nil
	}
	f, err := l.disk.open(l.path, !l.options.ReadOnly, create)
	if errors.Is(err, fs.ErrNotExist) && !create {
		return nil
	}
	if err != nil {
		return err
	}
	if !l.options.ReadOnly {
		if err := l.disk.syncDir(dirOf(l.path)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	l.file = f
	return nil
}

// lock takes the lock of the file, as soon as it is free.
func (l *Log) lock(ctx context.Context) error {
	wait := 250 * time.Microsecond
	for {
		err := l.file.Lock()
		if !errors.Is(err, errLocked) {
			return err
		}
		select {
		case <-time.After(wait):
			wait = min(2*wait, 10*time.Millisecond)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// place returns where the line begins that is the last remembered up to event
// after+1.
func (l *Log) place(after uint64) place {
	if len(l.places) == 0 {
		return place{}
	}
	n := min(after/every, uint64(len(l.places)-1))
	return place{at: l.places[n], seq: n * every}
}

// place is where the line after an event begins.
type place struct {
	at  int64
	seq uint64 // of the event before
}

// took notes an event that is stored in a line of a length.
func (l *Log) took(e audit.Event, length int64) {
	if (e.Seq-1)%every == 0 {
		l.places = append(l.places, l.end)
	}
	l.head, l.end = e.Checkpoint(), l.end+length
	l.tell()
}

// read yields the events after a number, up to the head that the log had at an end.
func (l *Log) read(head uint64, end int64, from place, after uint64) iter.Seq2[audit.Event, error] {
	f := l.file
	return func(yield func(audit.Event, error) bool) {
		if after >= head {
			return
		}
		lines, prev := newLineReader(f, from.at, end), audit.Hash{}
		for seq := from.seq + 1; seq <= head; seq++ {
			at := lines.at
			line, whole, err := lines.next()
			switch {
			case err == nil && !whole:
				err = &Error{Op: "events", Path: l.path, Seq: seq, Byte: at, Text: "the file ends before it", Err: audit.ErrDamaged}
			case err != nil:
				err = &Error{Op: "events", Path: l.path, Seq: seq, Byte: at, Err: err}
			}
			var e audit.Event
			if err == nil && seq > after {
				if e, err = next(line, prev); err != nil || e.Seq != seq {
					err = l.damage("events", seq, at, line, e, err)
				}
				prev = e.Hash
			}
			if err != nil {
				yield(audit.Event{}, err)
				return
			}
			if seq > after && !yield(e, nil) {
				return
			}
		}
	}
}

// next returns the event of a line, checked, also whether it continues the event
// before, whose hash is zero if it is not known.
func next(line []byte, prev audit.Hash) (audit.Event, error) {
	e, err := audit.Decode(line)
	switch {
	case err != nil:
		return e, err
	case e.Hash != e.Sum():
		return e, &audit.Error{Op: "events", Seq: e.Seq, Text: "its hash does not fit its fields", Err: audit.ErrEdited}
	case e.Prev != prev && (e.Seq == 1 || !prev.IsZero()):
		return e, &audit.Error{Op: "events", Seq: e.Seq, Text: "it does not continue the event before", Err: audit.ErrEdited}
	}
	return e, nil
}

// damage returns the error of a line that is not the event which belongs there. It
// also wraps [audit.ErrEdited] if that is what is wrong.
func (l *Log) damage(op string, seq uint64, at int64, line []byte, e audit.Event, err error) error {
	bad := &Error{Op: op, Path: l.path, Seq: seq, Byte: at, Err: audit.ErrDamaged}
	switch {
	case isOtherVersion(line):
		bad.Err = audit.ErrVersion
	case err == nil:
		bad.Text = fmt.Sprintf("event %d stands there", e.Seq)
	default:
		bad.Text = textOf(err)
		if errors.Is(err, audit.ErrEdited) {
			bad.Err = fmt.Errorf("%w: %w", audit.ErrDamaged, audit.ErrEdited)
		}
	}
	return bad
}
