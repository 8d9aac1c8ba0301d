package filelog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// indexName is the name of the file of an index.
const indexName = "keys"

// index says which logs have events with a key, by the first 8 bytes of a SHA-256 of
// the key: two keys with the same ones find too much, which they may. A line of its
// file has a checksum of the rest, the name of a log, and the hashes of some keys of
// it; it is written at once, so that only the last line can be torn. The file only
// grows. A line without a name says that all logs were looked at: until then, the
// index has only keys of events that came after it.
//
// It keeps some 50 bytes in memory for each key of each log.
type index struct {
	disk     disk
	path     string
	readOnly bool
	turn     chan struct{} // holds a token while somebody uses what follows

	file file // nil before there is one
	taken
}

// taken is what was read of the file of an index.
type taken struct {
	last, end int64 // where the last line begins, and where it ends
	unsafe    bool  // that line may not survive a crash
	unended   bool  // something comes after it that is no whole line
	complete  bool  // the line without a name came
	names     []string
	nos       map[string]uint32   // by name
	logs      map[uint64][]uint32 // by key
}

func newIndex(d disk, path string, readOnly bool) *index {
	x := &index{disk: d, path: path, readOnly: readOnly, turn: make(chan struct{}, 1)}
	x.taken = newTaken()
	return x
}

func newTaken() taken {
	return taken{nos: make(map[string]uint32), logs: make(map[uint64][]uint32)}
}

// errIncomplete says that not all logs were looked at.
var errIncomplete = errors.New("the index is not there or not complete: open the directory once to write")

func hashOf(key string) uint64 {
	sum := sha256.Sum256([]byte("ambit-key v1\n" + key))
	return binary.BigEndian.Uint64(sum[:])
}

// has reports whether the index has a key of a log.
func (x *index) has(key uint64, name string) bool {
	no, ok := x.nos[name]
	return ok && slices.Contains(x.logs[key], no)
}

// note notes a key of a log.
func (x *index) note(key uint64, name string) {
	no, ok := x.nos[name]
	if !ok {
		no = uint32(len(x.names))
		x.names, x.nos[name] = append(x.names, name), no
	}
	if !slices.Contains(x.logs[key], no) {
		x.logs[key] = append(x.logs[key], no)
	}
}

// find returns the names of the logs that may have a key, in byte order. The error
// wraps errIncomplete if it cannot say.
func (x *index) find(ctx context.Context, key string) (names []string, err error) {
	look := func() error {
		if !x.complete {
			return errIncomplete
		}
		for _, no := range x.logs[hashOf(key)] {
			names = append(names, x.names[no])
		}
		return nil
	}
	err = x.locked(ctx, false, func() error {
		if x.unended && !x.readOnly {
			return audit.ErrDamaged // or it is being written now
		}
		return look()
	})
	if errors.Is(err, audit.ErrDamaged) && !x.readOnly {
		err = x.locked(ctx, true, look)
	}
	slices.Sort(names)
	return names, err
}

// add adds the keys of a log that the index does not have, with one write and one
// sync, and with none if it has them all.
func (x *index) add(ctx context.Context, name string, keys []string) error {
	return x.locked(ctx, true, func() error {
		var added []uint64
		for _, key := range keys {
			if h := hashOf(key); !x.has(h, name) {
				added = append(added, h)
			}
		}
		slices.Sort(added)
		if added = slices.Compact(added); len(added) == 0 {
			return nil
		}
		return x.write(name, added)
	})
}

// finish says that all logs were looked at.
func (x *index) finish(ctx context.Context) error {
	return x.locked(ctx, true, func() error {
		if x.complete {
			return nil
		}
		return x.write("", nil)
	})
}

// write writes a line at the end, and syncs it.
func (x *index) write(name string, keys []uint64) error {
	line := keyLine(name, keys)
	if _, err := x.file.WriteAt(line, x.end); err != nil {
		return err
	}
	if err := x.file.Sync(); err != nil {
		return err
	}
	x.take(name, keys)
	x.last, x.end = x.end, x.end+int64(len(line))
	return nil
}

// take takes in a line.
func (x *index) take(name string, keys []uint64) {
	x.complete = x.complete || name == ""
	for _, key := range keys {
		x.note(key, name)
	}
}

// secure writes the last line again, if another process wrote it, and syncs it,
// before an event is stored that needs it: whoever wrote it may have ended before it
// was synced. The lines before were secured by who wrote after them.
func (x *index) secure() error {
	if !x.unsafe {
		return nil
	}
	line := make([]byte, x.end-x.last)
	if _, err := x.file.ReadAt(line[:len(line)-1], x.last); err != nil {
		return err
	}
	line[len(line)-1] = '\n' // which may be all that is missing
	if _, err := x.file.WriteAt(line, x.last); err != nil {
		return err
	}
	if err := x.file.Sync(); err != nil {
		return err
	}
	x.unsafe = false
	return nil
}

// locked calls f when everything is taken in that is in the file, alone in this
// process, and if it is to write, in all.
func (x *index) locked(ctx context.Context, write bool, f func() error) (err error) {
	defer func() {
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			err = &Error{Op: "find", Path: x.path, Err: err}
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		if err := x.open(write); err != nil {
			return err
		}
		if x.file == nil {
			return f() // there is nothing yet
		}
		is, err := x.enter(ctx, write)
		if is && err == nil {
			err = f()
		}
		if write {
			_ = x.file.Unlock() // it ends with the process at the latest
		}
		if is || err != nil {
			return err
		}
		// The file was removed, so that it is made again: what was known of it counts
		// no more.
		err = x.file.Close()
		x.file, x.taken = nil, newTaken()
		if err != nil {
			return err
		}
	}
}

// open opens the file, and makes it if it is to be written. If it is not there,
// nothing is opened.
func (x *index) open(write bool) error {
	if x.file != nil {
		return nil
	}
	f, err := x.disk.open(x.path, !x.readOnly, write)
	if errors.Is(err, fs.ErrNotExist) && !write {
		return nil
	}
	if err == nil && !x.readOnly {
		if err = x.disk.syncDir(dirOf(x.path)); err != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if err == nil {
		x.file = f
	}
	return err
}

// enter takes the lock, if it is to write, and takes in what is new. It reports
// whether the file is still the one at its path.
func (x *index) enter(ctx context.Context, write bool) (bool, error) {
	if write {
		if err := (&Log{file: x.file}).lock(ctx); err != nil {
			return true, err
		}
	}
	is, err := x.disk.isAt(x.path, x.file)
	if is && err == nil {
		err = x.takeIn(write)
	}
	if is && err == nil && write {
		err = x.secure()
	}
	return is, err
}

// takeIn takes in what comes after the end. What is torn is cut off by who may
// write: whoever wrote it did not go on to its event. What cannot come from a crash
// is damage, as in a log.
func (x *index) takeIn(write bool) error {
	size, err := x.file.Size()
	if err != nil {
		return err
	}
	if size < x.end {
		return x.damage(size, "it was cut")
	}
	x.unended = false
	lines := newLineReader(x.file, x.end, size)
	for lines.at < size {
		line, whole, err := lines.next()
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\x00")
		name, keys, ok := parseKeyLine(string(line))
		switch {
		case !whole && !write:
			x.unended = true
			return nil
		case ok:
			x.take(name, keys)
			x.last, x.end, x.unsafe = x.end, x.end+int64(len(line))+1, true
			if size > x.end && lines.at == size {
				return cut(x.file, x.end) // zeros after it
			}
		case lines.at == size && isTornKeyLine(line, whole, x.end):
			return cut(x.file, x.end)
		default:
			return x.damage(x.end, "a line is not in order")
		}
	}
	return nil
}

func (x *index) damage(at int64, text string) error {
	return &Error{Op: "find", Path: x.path, Byte: at, Text: text + ": remove the file, and it is made again from the logs", Err: audit.ErrDamaged}
}

// isTornKeyLine reports whether the last line of an index is one that a crash has
// left so.
func isTornKeyLine(line []byte, whole bool, at int64) bool {
	if bytes.IndexByte(line, 0) >= 0 {
		return isUnwritten(line, at)
	}
	if whole || len(line) == 0 {
		return !whole
	}
	_, _, other := parseKeyLine(string(line[:len(line)-1])) // another byte is where its line feed was
	return !other && len(bytes.Trim(line[:min(len(line), 8)], "0123456789abcdef")) == 0
}

// keyLine returns the line of some keys of a log.
func keyLine(name string, keys []uint64) []byte {
	text := strconv.AppendQuote(nil, name)
	for _, key := range keys {
		text = fmt.Appendf(text, " %016x", key)
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text)
}

// parseKeyLine reads it, without its line feed.
func parseKeyLine(line string) (name string, keys []uint64, ok bool) {
	sum, text, _ := strings.Cut(line, " ")
	if sum != fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) {
		return "", nil, false
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", nil, false
	}
	for hash := range strings.FieldsSeq(text[len(quoted):]) {
		key, err := strconv.ParseUint(hash, 16, 64)
		if err != nil {
			return "", nil, false
		}
		keys = append(keys, key)
	}
	name, err = strconv.Unquote(quoted)
	return name, keys, err == nil
}

func (x *index) close() error {
	if x.file == nil {
		return nil
	}
	return x.file.Close()
}
