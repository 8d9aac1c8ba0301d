package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Column is one column of the tables of a [List].
type Column[R any] struct {
	Name string             // in the head of the table
	Text func(row R) string // of the cell of a row, as it is; every format makes it harmless for itself
}

// List is rows that can be written as a file, each by one of the methods. They
// write row by row, so what they need does not grow with the list. Title and
// Columns are for you to change: "Acme: who has access", without the column
// Approval.
//
// All methods stop at the first error of Rows or of the writer and return it as it
// is. The writer then has the rows before and perhaps a part of the next one.
// WriteMarkdown and WriteHTML end with the count of the rows, so that a file that
// was cut off can be told. A row that cannot be written is an [*Error] that wraps
// [ErrMalformed].
type List[R any] struct {
	Title   string // of the Markdown and HTML files; "" is none
	Columns []Column[R]
	Rows    iter.Seq2[R, error] // nil is none
}

// WriteLines writes the rows as JSON Lines: each as encoding/json has it, without
// the escapes for HTML, and a line feed. Equal rows have equal lines. Title and
// Columns have no part in it: the lines have all of every row, to the nanosecond,
// and are for programs.
func (l List[R]) WriteLines(w io.Writer) error {
	var b bytes.Buffer
	encode := json.NewEncoder(&b)
	encode.SetEscapeHTML(false)
	_, err := l.eachRow(func(n int, row R) error {
		b.Reset()
		if err := encode.Encode(row); err != nil {
			return &Error{Op: "write row " + strconv.Itoa(n), Err: fmt.Errorf("%w: %w", ErrMalformed, err)}
		}
		_, err := w.Write(b.Bytes())
		return err
	})
	return err
}

// eachRow calls write with each row and its number, from 1, and returns how many
// there were. It stops at the first error.
func (l List[R]) eachRow(write func(n int, row R) error) (int, error) {
	n := 0
	if l.Rows == nil {
		return n, nil
	}
	for row, err := range l.Rows {
		if err != nil {
			return n, err
		}
		n++
		if err := write(n, row); err != nil {
			return n, err
		}
	}
	return n, nil
}

// eachLine calls write with the texts of each row as [List.eachRow] does. It may
// change them, and must not keep them.
func (l List[R]) eachLine(write func(texts []string) error) (int, error) {
	texts := make([]string, len(l.Columns))
	return l.eachRow(func(_ int, row R) error {
		for i, c := range l.Columns {
			texts[i] = c.Text(row)
		}
		return write(texts)
	})
}

// names returns the names of the columns.
func (l List[R]) names() []string {
	names := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		names[i] = c.Name
	}
	return names
}

// countText is the last line of a file for people.
func countText(n int) string {
	if n == 1 {
		return "1 row"
	}
	return strconv.Itoa(n) + " rows"
}

// without returns the rows of a sequence that has no errors.
func without[R any](rows iter.Seq[R]) iter.Seq2[R, error] {
	if rows == nil {
		return nil
	}
	return func(yield func(R, error) bool) {
		for row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// timeLayout is RFC 3339 with a numeric zone: that no spreadsheet takes for a date
// of its own, and shows or saves in another form.
const timeLayout = "2006-01-02T15:04:05-07:00"

// timeText returns t in UTC to the second, and "" for none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// eventText returns the number of an event as "#12", which is text to a
// spreadsheet, and "" for none.
func eventText(seq uint64) string {
	if seq == 0 {
		return ""
	}
	return "#" + strconv.FormatUint(seq, 10)
}

// listText joins ids with commas. One that has a comma or begins with a quote is
// put in quotes, which are doubled in it, so that the list can be told apart again.
func listText(ids []string) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteString(", ")
		}
		if id == "" || strings.ContainsAny(id, `,`) || strings.HasPrefix(id, `"`) {
			id = `"` + strings.ReplaceAll(id, `"`, `""`) + `"`
		}
		b.WriteString(id)
	}
	return b.String()
}
