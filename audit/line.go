package audit

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"strconv"
	"time"
)

const (
	lineVersion = 1
	// maxLine bounds the lines that are read. Escaping makes at most 6 bytes of
	// one, and what Sum writes beside the texts is more than a sixth of the
	// names and signs here, so every event in order fits.
	maxLine = 6 * maxSize
)

// Encode returns e as a line of JSON without the line feed. It is defined by
// the package comment: equal events have equal lines. The error is that of
// [Event.Check]. The hash is written as it is, right or wrong: a record of a
// log that was tampered with is still a record.
func Encode(e Event) ([]byte, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	return appendLine(make([]byte, 0, e.size()+512), &e), nil
}

// Decode returns the event with that line, without a line feed. It accepts
// exactly the lines that [Encode] writes; the error of any other wraps
// [ErrMalformed]. The event shares no memory with line. Decode does not check
// its hash; [Verify] does.
func Decode(line []byte) (Event, error) {
	if len(line) > maxLine {
		return Event{}, &Error{Op: "decode", Text: "the line is too long", Err: ErrMalformed}
	}
	s := scanner{line: line}
	e := s.event()
	if s.failed {
		return Event{}, &Error{Op: "decode", Text: "it is not as Encode writes it from byte " + strconv.Itoa(s.at) + " on", Err: ErrMalformed}
	}
	if flaw := e.flaw(); flaw != "" {
		return Event{}, &Error{Op: "decode", Seq: e.Seq, Text: flaw, Err: ErrMalformed}
	}
	return e, nil
}

// WriteLines writes the events to w, a line with a line feed for each, in the
// order they come and with one call for each. It stops at the first error, of
// events or w, passed on as it is, or of [Encode]; then w has got the lines
// before, and of the next possibly a part.
func WriteLines(w io.Writer, events iter.Seq2[Event, error]) error {
	for e, err := range events {
		if err != nil {
			return err
		}
		line, err := Encode(e)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// ReadLines yields the events of the lines of r, in the order they come:
// [Verify] finds out whether that is a log. You can range over the sequence
// once. An error comes as the last pair, with the zero Event, and is an
// [*Error] whose Op has the number of the line: of [Decode], of r, or
// [ErrMalformed] for a last line without a line feed, which may have been cut
// off.
func ReadLines(r io.Reader) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		buffered := bufio.NewReader(r)
		var line []byte
		for n := 1; ; n++ {
			var err error
			var e Event
			line, err = appendRead(line[:0], buffered)
			if err == io.EOF {
				return
			}
			if err == nil {
				e, err = Decode(line)
			}
			if err == nil {
				if !yield(e, nil) {
					return
				}
				continue
			}
			report := &Error{Err: err}
			if bad, ok := errors.AsType[*Error](err); ok {
				*report = Error{Text: bad.Text, Err: bad.Err}
			}
			report.Op = "read line " + strconv.Itoa(n)
			yield(Event{}, report)
			return
		}
	}
}

// appendRead appends the next line of r to b, without its line feed. The error
// is [io.EOF] only where no further line begins.
func appendRead(b []byte, r *bufio.Reader) ([]byte, error) {
	for {
		part, err := r.ReadSlice('\n')
		b = append(b, part...)
		switch {
		case len(b) > maxLine+1:
			return b, &Error{Text: "the line is too long", Err: ErrMalformed}
		case err == nil:
			return b[:len(b)-1], nil
		case err == io.EOF && len(b) > 0:
			return b, &Error{Text: "it has no line feed at its end", Err: ErrMalformed}
		case err != bufio.ErrBufferFull:
			return b, err
		}
	}
}

// appendLine appends the line of e.
func appendLine(b []byte, e *Event) []byte {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, lineVersion, 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, e.Seq, 10)
	b = appendMember(b, `,"id":`, e.ID)
	b = append(b, `,"time":"`...)
	b = e.Time.AppendFormat(b, time.RFC3339Nano)
	b = appendMember(b, `","company":`, e.Company)
	b = appendMember(b, `,"actor":{"kind":`, e.Actor.Kind)
	b = appendMember(b, `,"id":`, e.Actor.ID)
	b = appendMember(b, `,"email":`, e.Actor.Email)
	b = appendMember(b, `,"role":`, e.Actor.Role)
	b = append(b, `},"changes":[`...)
	for i, c := range e.Changes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, `{"type":`, c.Type)
		b = append(b, `,"version":`...)
		b = strconv.AppendInt(b, int64(c.Version), 10)
		b = append(b, `,"data":`...)
		b = append(b, c.Data...)
		b = append(b, '}')
	}
	b = append(b, `],"targets":[`...)
	for i, target := range e.Targets {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, "", target)
	}
	b = appendMember(b, `],"reason":`, e.Reason)
	b = appendMember(b, `,"approval":`, e.Approval)
	b = appendMember(b, `,"correlation":`, e.Correlation)
	b = appendMember(b, `,"via":`, e.Via)
	b = appendMember(b, `,"prev":`, e.Prev.String())
	b = appendMember(b, `,"hash":`, e.Hash.String())
	return append(b, '}')
}

// appendMember appends name, which comes with its punctuation, and text as a
// string of JSON, escaped as RFC 8785 has it.
func appendMember(b []byte, name, text string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, name...)
	b = append(b, '"')
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			if c < ' ' {
				b = append(b, `\u00`...)
				b = append(b, digits[c>>4], digits[c&15])
			} else {
				b = append(b, c)
			}
		}
	}
	return append(b, '"')
}
