package filelog

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
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
// file is that hash, a checksum of the line, and the name of a log; and it only
// grows. It keeps some 40 bytes in memory for each key of each log.
type index struct {
	disk     disk
	path     string
	readOnly bool
	turn     chan struct{} // holds a token while somebody uses what follows

	file  file  // nil before there is one
	end   int64 // of what is taken in
	safe  int64 // of what is known to survive a crash
	names []string
	nos   map[string]uint32   // by name
	logs  map[uint64][]uint32 // by key
}

func newIndex(d disk, path string, readOnly bool) *index {
	return &index{disk: d, path: path, readOnly: readOnly, turn: make(chan struct{}, 1), nos: make(map[string]uint32), logs: make(map[uint64][]uint32)}
}

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

// find returns the names of the logs that may have a key, in byte order.
func (x *index) find(ctx context.Context, key string) (names []string, err error) {
	err = x.locked(ctx, false, func() error {
		for _, no := range x.logs[hashOf(key)] {
			names = append(names, x.names[no])
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// refresh takes in what other processes added.
func (x *index) refresh(ctx context.Context) error {
	return x.locked(ctx, false, func() error { return nil })
}

// add adds the keys of a log that the index does not have, with one write and one
// sync, and with none if it has them all.
func (x *index) add(ctx context.Context, name string, keys []string) error {
	return x.locked(ctx, true, func() error {
		var lines []byte
		var added []uint64
		for _, key := range keys {
			if h := hashOf(key); !x.has(h, name) && !slices.Contains(added, h) {
				lines, added = appendKeyLine(lines, h, name), append(added, h)
			}
		}
		if len(added) == 0 {
			return nil
		}
		if _, err := x.file.WriteAt(lines, x.end); err != nil {
			return err
		}
		if err := x.file.Sync(); err != nil {
			return err
		}
		for _, h := range added {
			x.note(h, name)
		}
		x.end += int64(len(lines))
		x.safe = x.end
		return nil
	})
}

// secure writes again what others wrote, and syncs it, before an event is stored
// that needs it: whoever wrote it may have ended before it was synced.
func (x *index) secure() error {
	if x.safe == x.end {
		return nil
	}
	lines := make([]byte, x.end-x.safe)
	_, err := x.file.ReadAt(lines, x.safe)
	if err == nil {
		_, err = x.file.WriteAt(lines, x.safe)
	}
	if err == nil {
		err = x.file.Sync()
	}
	if err == nil {
		x.safe = x.end
	}
	return err
}

// locked calls f when everything is taken in that is in the file, alone in this
// process, and if it is to write, in all.
func (x *index) locked(ctx context.Context, write bool, f func() error) (err error) {
	defer func() {
		if _, ok := errors.AsType[*Error](err); err != nil && !ok {
			err = &Error{Op: "find", Path: x.path, Err: err}
		}
	}()
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if x.file == nil {
		if x.file, err = x.disk.open(x.path, !x.readOnly, write); errors.Is(err, fs.ErrNotExist) {
			x.file = nil
			return f()
		} else if err != nil {
			x.file = nil
			return err
		}
		if write {
			if err := x.disk.syncDir(dirOf(x.path)); err != nil {
				return err
			}
		}
	}
	if write {
		if err := (&Log{file: x.file}).lock(ctx); err != nil {
			return err
		}
		defer func() { _ = x.file.Unlock() }()
	}
	if err := x.takeIn(write); err != nil {
		return err
	}
	if write {
		if err := x.secure(); err != nil {
			return err
		}
	}
	return f()
}

// takeIn takes in what comes after the end. What is torn is cut off by who may
// write: whoever wrote it did not go on to its event.
func (x *index) takeIn(write bool) error {
	size, err := x.file.Size()
	if err != nil {
		return err
	}
	if size < x.end {
		return &Error{Op: "find", Path: x.path, Byte: size, Text: "the index was cut: remove it, and it is made again", Err: audit.ErrDamaged}
	}
	lines := lineReader{r: bufio.NewReaderSize(io.NewSectionReader(x.file, x.end, size-x.end), 64<<10), at: x.end}
	for lines.at < size {
		line, whole, err := lines.next()
		if err != nil {
			return err
		}
		key, name, ok := parseKeyLine(string(line))
		switch {
		case whole && ok:
			x.note(key, name)
			x.end = lines.at
		case lines.at < size && !isZeros(line):
			return &Error{Op: "find", Path: x.path, Byte: x.end, Text: "a line of the index is damaged: remove it, and it is made again", Err: audit.ErrDamaged}
		default:
			if !write {
				return nil // it may still be written
			}
			return cut(x.file, x.end)
		}
	}
	return nil
}

// isZeros reports whether a line has sectors that were never written.
func isZeros(line []byte) bool { return strings.IndexByte(string(line), 0) >= 0 }

// appendKeyLine appends the line of a key of a log.
func appendKeyLine(b []byte, key uint64, name string) []byte {
	text := fmt.Sprintf("%016x %s", key, strconv.Quote(name))
	return fmt.Appendf(b, "%08x %s\n", crc32.ChecksumIEEE([]byte(text)), text)
}

// parseKeyLine reads it.
func parseKeyLine(line string) (key uint64, name string, ok bool) {
	sum, text, _ := strings.Cut(line, " ")
	hash, quoted, _ := strings.Cut(text, " ")
	key, err := strconv.ParseUint(hash, 16, 64)
	name, unquoted := strconv.Unquote(quoted)
	return key, name, err == nil && unquoted == nil && sum == fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text)))
}

func (x *index) close() error {
	if x.file == nil {
		return nil
	}
	return x.file.Close()
}
