package filelog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/ambit-authz/ambit/audit"
)

// Damage is where a file stops being a log in order. The zero Damage is none.
type Damage struct {
	Path  string
	Seq   uint64 // of the first event that is not there as it should be
	Byte  int64  // where its line begins, and so how much of the file is in order
	Bytes int64  // how much comes from there on
	Lines int    // how many line feeds are in that, as far as it consists of lines
	Why   error  // what is wrong with it

	disk disk
}

// IsZero reports whether there is no damage.
func (d Damage) IsZero() bool { return d.Why == nil }

// String says what is wrong and what [Damage.Cut] would cut off.
func (d Damage) String() string {
	if d.IsZero() {
		return "the log is in order"
	}
	return fmt.Sprintf("%s: event %d, byte %d: %v. To cut there takes away %d bytes with %d line feeds, and leaves %d events",
		d.Path, d.Seq, d.Byte, d.Why, d.Bytes, d.Lines, d.Seq-1)
}

// Inspect reads the whole log in a file and returns the first thing that is wrong
// with it: a line that is not an event, or not the next one. It changes nothing,
// and takes no lock: an append under way looks like a torn end. A torn end is no
// reason to cut anything: [Open] does that by itself.
//
// The error is what the file system failed with.
func Inspect(ctx context.Context, path string) (Damage, error) {
	f, err := osDisk{}.open(path, false, false)
	if err != nil {
		return Damage{}, &Error{Op: "inspect", Path: path, Err: err}
	}
	defer f.Close()
	return inspect(ctx, f, path)
}

func inspect(ctx context.Context, f file, path string) (Damage, error) {
	size, err := f.Size()
	if err != nil {
		return Damage{}, &Error{Op: "inspect", Path: path, Err: err}
	}
	lines := newLineReader(f, 0, size)
	var head audit.Checkpoint
	for lines.at < size && ctx.Err() == nil {
		at := lines.at
		line, whole, err := lines.next()
		if errors.Is(err, errTooLong) {
			return Damage{Path: path, Seq: head.Seq + 1, Byte: at, Bytes: size - at, Why: err, disk: osDisk{}}, nil
		}
		if err != nil {
			return Damage{}, &Error{Op: "inspect", Path: path, Seq: head.Seq + 1, Byte: at, Err: err}
		}
		e, err := audit.Decode(line)
		if err == nil {
			err = e.Follows(head)
		}
		if err == nil && !whole {
			err = errors.New("it has no line feed at its end")
		}
		if err == nil {
			head = e.Checkpoint()
			continue
		}
		d := Damage{Path: path, Seq: head.Seq + 1, Byte: at, Bytes: size - at, Why: err, disk: osDisk{}}
		if whole {
			d.Lines++
		}
		for lines.at < size && ctx.Err() == nil {
			if _, whole, err := lines.next(); errors.Is(err, errTooLong) {
				return d, nil // what follows is not counted
			} else if err != nil {
				return d, &Error{Op: "inspect", Path: path, Err: err}
			} else if whole {
				d.Lines++
			}
		}
		return d, ctx.Err()
	}
	return Damage{}, ctx.Err()
}

// Cut cuts the file off where the damage begins, after it has copied what it cuts
// into a new file beside it, whose path it returns. It takes the lock, and cuts only if
// the damage is still the same. What is cut may be events that somebody was told are
// stored: look at the copy, and compare with a checkpoint kept elsewhere.
//
// The error wraps [audit.ErrConflict] if the file is not as it was inspected.
func (d Damage) Cut(ctx context.Context) (copied string, err error) {
	if d.IsZero() {
		return "", nil
	}
	if d.disk == nil {
		d.disk = osDisk{} // it was made from what was noted of another
	}
	l := &Log{path: d.Path, disk: d.disk, turn: make(chan struct{}, 1)}
	fail := func(err error) (string, error) { return "", &Error{Op: "cut", Path: d.Path, Err: err} }
	if err := l.opened(false); err != nil {
		return fail(err)
	}
	if l.file == nil {
		return fail(ErrReplaced)
	}
	defer l.file.Close()
	if err := l.lock(ctx); err != nil {
		return fail(err)
	}
	defer func() { _ = l.file.Unlock() }()
	if is, err := l.disk.isAt(d.Path, l.file); err != nil || !is {
		return fail(cmp.Or(err, ErrReplaced))
	}
	now, err := inspect(ctx, l.file, d.Path)
	if err != nil {
		return fail(err)
	}
	if now.Byte != d.Byte || now.Bytes != d.Bytes || now.IsZero() {
		return fail(fmt.Errorf("%w: the file is not as it was inspected: now %v", audit.ErrConflict, now))
	}
	copied, err = copyTail(l.disk, l.file, d)
	if err != nil {
		return fail(err)
	}
	if err := cut(l.file, d.Byte); err != nil {
		return fail(err)
	}
	return copied, nil
}

// copyTail copies what is to be cut into a file of its own, so that it survives a
// crash, and returns its path.
func copyTail(d disk, from file, damage Damage) (string, error) {
	for n := 0; ; n++ {
		path := damage.Path + ".cut-" + strconv.FormatInt(damage.Byte, 10)
		if n > 0 {
			path += "-" + strconv.Itoa(n)
		}
		to, err := d.open(path, true, true)
		if err != nil {
			return "", err
		}
		size, err := to.Size()
		if err == nil && size > 0 { // of an earlier cut
			if err := to.Close(); err != nil {
				return "", err
			}
			continue
		}
		if err == nil {
			_, err = io.Copy(io.NewOffsetWriter(to, 0), io.NewSectionReader(from, damage.Byte, damage.Bytes))
		}
		if err == nil {
			err = to.Sync()
		}
		return path, errors.Join(err, to.Close(), d.syncDir(dirOf(path)))
	}
}
