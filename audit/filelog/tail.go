package filelog

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/ambit-authz/ambit/audit"
)

// lineReader reads lines.
type lineReader struct {
	r    *bufio.Reader
	at   int64 // where the next one begins
	line []byte
}

// longestLine is that of package audit, which every event in order fits in.
const longestLine = 96 << 20

// errTooLong says that something is no line of an event, however it goes on.
var errTooLong = errors.New("a line is longer than that of any event")

// newLineReader reads the lines of a file from one byte to another.
func newLineReader(f io.ReaderAt, from, to int64) lineReader {
	return lineReader{r: bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 64<<10), at: from}
}

// next returns the next line without its line feed, and whether it had one. At the
// end it returns an empty line without one. The line is valid until the next call.
func (r *lineReader) next() (line []byte, whole bool, err error) {
	r.line = r.line[:0]
	for {
		part, err := r.r.ReadSlice('\n')
		r.line = append(r.line, part...)
		switch {
		case len(r.line) > longestLine+1:
			return nil, false, errTooLong
		case err == nil:
			r.at += int64(len(r.line))
			return r.line[:len(r.line)-1], true, nil
		case err == io.EOF:
			r.at += int64(len(r.line))
			return r.line, false, nil
		case err != bufio.ErrBufferFull:
			return nil, false, err
		}
	}
}

// takeIn takes in what comes after the end: what other processes appended, or what
// is left of an append that failed. The caller has the lock, unless the log is
// open for reading only.
//
// The end of a file is torn if a crash can have left it so: its last line is a part
// of the next one, or has NUL bytes where sectors were not written, which no line
// has. That is cut off: nobody was told that it is stored, since whoever is told has
// synced it. Anything else that is not the next event is damage, which no crash
// makes, and is never cut off.
func (l *Log) takeIn(op string) error {
	size, err := l.file.Size()
	if err != nil {
		return err
	}
	switch {
	case size == l.end:
		return nil
	case size < l.end:
		return &Error{Op: op, Path: l.path, Seq: l.head.Seq, Byte: size, Text: "the file was cut", Err: audit.ErrDamaged}
	}
	t, err := l.scan(op, size)
	if err != nil {
		return err
	}
	if !l.options.ReadOnly {
		if err := l.secure(t); err != nil {
			return err
		}
	}
	if t.seq == l.head.Seq {
		return nil
	}
	l.places = append(l.places, t.places...)
	l.head, l.end = t.head, t.end
	l.tell()
	return nil
}

// tail is what comes after the end that a log knew.
type tail struct {
	seq    uint64 // of the last event
	head   audit.Checkpoint
	end    int64
	places []int64
	last   []byte // the line of that event, with a line feed; nil if nothing came
	begin  int64  // where it begins
	torn   bool   // something torn comes after it
}

// scan reads what comes after the end, up to a size. It decodes the first line and
// the last one: the others are decoded when they are asked for, and must be as many
// as the number of the last one says.
func (l *Log) scan(op string, size int64) (tail, error) {
	t := tail{seq: l.head.Seq, end: l.end}
	lines := newLineReader(l.file, l.end, size)
	for t.end < size {
		line, whole, err := lines.next()
		if errors.Is(err, errTooLong) {
			err = &Error{Op: op, Path: l.path, Seq: t.seq + 1, Byte: t.end, Text: err.Error(), Err: audit.ErrDamaged}
		}
		if err != nil {
			return t, err
		}
		if lines.at == size && l.isTorn(line, whole, t) {
			t.torn = true
			break
		}
		if t.seq == 0 && isOtherVersion(line) {
			return t, &Error{Op: op, Path: l.path, Seq: 1, Err: audit.ErrVersion, Text: "it begins with " + strconv.Quote(string(line[:min(len(line), 20)]))}
		}
		if t.seq%every == 0 {
			t.places = append(t.places, t.end)
		}
		t.seq++
		t.begin, t.end = t.end, lines.at
		if t.seq == l.head.Seq+1 && lines.at < size {
			if err := l.follows(op, &t, line); err != nil {
				return t, err
			}
		}
	}
	if t.seq == l.head.Seq {
		return t, nil
	}
	line, err := l.lineAt(t.begin, t.end)
	if err == nil {
		err = l.follows(op, &t, line)
	}
	t.last = append(line, '\n') // which may be all that is missing
	t.end = t.begin + int64(len(t.last))
	t.torn = t.torn || t.end < size
	return t, err
}

// lineAt reads a line without its line feed, or the zeros in its place.
func (l *Log) lineAt(begin, end int64) ([]byte, error) {
	line := make([]byte, end-begin)
	if _, err := l.file.ReadAt(line, begin); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return bytes.TrimRight(bytes.TrimSuffix(line, []byte{'\n'}), "\x00"), nil
}

// follows checks that the last line of a tail is the event of its number, and, if
// it is the first of the tail, that it continues the head.
func (l *Log) follows(op string, t *tail, line []byte) error {
	e, err := audit.Decode(line)
	if err == nil && e.Hash != e.Sum() {
		err = audit.ErrEdited
	}
	if err == nil && t.seq == l.head.Seq+1 {
		err = e.Follows(l.head)
	}
	if err != nil || e.Seq != t.seq {
		return l.damage(op, t.seq, t.begin, line, e, err)
	}
	t.head = e.Checkpoint()
	return nil
}

// secure makes a tail survive a crash before anybody builds on it: whoever wrote
// its last line may have ended before it was synced, and a failed sync leaves a
// line that can be read and is not on the disk. So it is written again, and what
// is torn is cut off before.
func (l *Log) secure(t tail) error {
	if t.torn {
		// Synced before anything is written: remains of two writes must not mix.
		if err := cut(l.file, t.end); err != nil {
			return err
		}
	}
	if t.last == nil {
		return nil
	}
	if _, err := l.file.WriteAt(t.last, t.begin); err != nil {
		return err
	}
	return l.file.Sync()
}

// cut cuts off what comes after an end.
func cut(f file, end int64) error {
	if err := f.Truncate(end); err != nil {
		return err
	}
	return f.Sync()
}

// isTorn reports whether the last line of a file is one that a crash has left so,
// to be cut off. One that is whole but for its line feed is kept. These are damage:
// a file that does not begin as a log; a line that is closed, but has something else
// in the place of its line feed; and zeros that are not whole sectors in a line that
// has its line feed, since disks write those as a whole.
func (l *Log) isTorn(line []byte, whole bool, t tail) bool {
	alike := isAlike(line, `{"v":1,"seq":`+strconv.FormatUint(t.seq+1, 10)+`,"id":"`)
	if whole {
		return alike && bytes.IndexByte(line, 0) >= 0 && isUnwritten(line, t.end)
	}
	written := bytes.TrimRight(line, "\x00")
	if _, err := audit.Decode(written); err == nil {
		return l.options.ReadOnly // it may still be written
	}
	if !alike {
		return t.seq > 0 // remains of another line that had this place
	}
	return bytes.IndexByte(written, 0) >= 0 || !isClosed(written)
}

// isAlike reports whether b is a text, as far as both go. Zeros are alike to
// everything.
func isAlike(b []byte, text string) bool {
	for i := range min(len(b), len(text)) {
		if b[i] != text[i] && b[i] != 0 {
			return false
		}
	}
	return true
}

// isUnwritten reports whether the zeros of a line that begins at a byte can be what
// was not written of it: they end with a sector. They begin with one, with the line,
// or where a cut that was half done ended; but a single byte that turned zero is
// damage.
func isUnwritten(line []byte, at int64) bool {
	const sector = 512 // larger ones are multiples of it
	for i := 0; i < len(line); i++ {
		if line[i] != 0 {
			continue
		}
		from := i
		for i < len(line) && line[i] == 0 {
			i++
		}
		whole := from == 0 || (at+int64(from))%sector == 0
		if !whole && i == from+1 || (at+int64(i))%sector != 0 {
			return false
		}
	}
	return true
}

// isClosed reports whether the object of JSON that b begins with ends in b.
func isClosed(b []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return true
			}
		}
	}
	return false
}

// isOtherVersion reports whether a line is one of package audit in another version.
func isOtherVersion(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte(`{"v":`))
	digits, _, comma := bytes.Cut(rest, []byte(","))
	n, err := strconv.ParseUint(string(digits), 10, 32)
	return ok && comma && err == nil && n != 1
}

// textOf returns the text of an error without the package that it is of.
func textOf(err error) string {
	if e, ok := errors.AsType[*audit.Error](err); ok {
		if e.Text != "" {
			return e.Text
		}
		return e.Err.Error()
	}
	return err.Error()
}
