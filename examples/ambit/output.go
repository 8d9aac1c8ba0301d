package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf16"
)

// output is where answers go. Writing to it never fails: it keeps the first error
// of its writer, which flush returns, so that it is told once.
type output struct {
	to    *bufio.Writer
	color bool
}

func newOutput(w io.Writer, color bool) *output {
	return &output{bufio.NewWriterSize(w, 64<<10), color}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.to.Write(p)
	return len(p), nil
}

// WriteString implements io.StringWriter.
func (o *output) WriteString(s string) (int, error) {
	o.to.WriteString(s)
	return len(s), nil
}

// flush writes what is left, and returns what went wrong.
func (o *output) flush() error { return o.to.Flush() }

// line writes a line of text. Names come from whoever wrote the policy: what
// could move the cursor, make a text look like another one, or be a command where
// the line is logged, is escaped.
func (o *output) line(format string, args ...any) {
	o.WriteString(logged(fmt.Sprintf(format, args...)) + "\n")
}

// lines writes a text of several lines.
func (o *output) lines(text string) {
	for line := range strings.Lines(text) {
		o.line("%s", strings.TrimSuffix(line, "\n"))
	}
}

// The colours of a terminal.
const (
	plain  = ""
	red    = "31"
	green  = "32"
	yellow = "33"
)

// colored writes a line in a colour, where there are colours.
func (o *output) colored(color, format string, args ...any) {
	if !o.color || color == plain {
		o.line(format, args...)
		return
	}
	o.WriteString("\x1b[" + color + "m" + logged(fmt.Sprintf(format, args...)) + "\x1b[0m\n")
}

// json writes a value as JSON for programs, with escapes for what cannot be seen.
func (o *output) json(value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(value); err != nil {
		return err
	}
	for _, r := range b.String() {
		switch {
		case r == '\n' || !unseen(r):
			o.WriteString(string(r))
		case r > '\uffff':
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(o, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(o, `\u%04x`, r)
		}
	}
	return nil
}

// logged returns a line as shown does, so that it is no command in the log of
// a workflow of GitHub: there a line is one that begins with ::, and from ##[ on,
// wherever that stands.
func logged(line string) string {
	line = strings.ReplaceAll(shown(line), "##[", `#\x23[`)
	if text := strings.TrimLeft(line, " "); strings.HasPrefix(text, "::") {
		line = line[:len(line)-len(text)] + `\x3a` + text[1:]
	}
	return line
}

// shown returns a line with escapes for what cannot be seen.
func shown(line string) string {
	if !strings.ContainsFunc(line, unseen) && strings.ToValidUTF8(line, "") == line {
		return line
	}
	var b strings.Builder
	for i, r := range line {
		if !unseen(r) && !(r == '\ufffd' && line[i] != '\xef') {
			b.WriteRune(r)
			continue
		}
		n := len(string(r))
		if r == '\ufffd' && line[i] != '\xef' { // a byte that is no UTF-8
			n = 1
		}
		quoted := strconv.QuoteToASCII(line[i : i+n])
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

func unseen(r rune) bool { return !strconv.IsPrint(r) }

// table aligns rows of cells. See newTable.
type table struct {
	text *strings.Builder
	rows *tabwriter.Writer
}

func newTable() table {
	text := new(strings.Builder)
	return table{text, tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)}
}

// row adds a row.
func (t table) row(cells ...string) {
	for i, cell := range cells {
		cells[i] = shown(cell)
	}
	fmt.Fprintln(t.rows, strings.Join(cells, "\t"))
}

// String returns the rows so far, aligned.
func (t table) String() string {
	t.rows.Flush() // into a strings.Builder, which takes everything
	return t.text.String()
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
