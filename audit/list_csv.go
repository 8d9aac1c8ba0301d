package audit

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
)

// WriteCSV writes the names of the columns, then the rows, as lines of UTF-8 with
// commas that end with a line feed. Every row is one line, with all its cells in
// quotes, so that programs that guess the separator guess the comma. Every cell is
// text to a spreadsheet: the section "Cells" of the package has the rule, and
// [ParseCell] undoes it.
//
// There is no byte order mark, which programs would read as a part of the first
// name. Excel takes a file without one for one in the code page of its system when
// it is opened by a double click: for that, write "\ufeff" to w first.
func (l List[R]) WriteCSV(w io.Writer) error {
	if len(l.Columns) == 0 {
		return nil
	}
	var b []byte
	write := func(texts []string, quote func(cell string) bool) error {
		b = b[:0]
		for _, s := range texts {
			cell := cellOf(s)
			if quote(cell) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b = append(append(b, cell...), ',')
		}
		b[len(b)-1] = '\n'
		_, err := w.Write(b)
		return err
	}
	if err := write(l.names(), mustQuote); err != nil {
		return err
	}
	_, err := l.eachLine(func(texts []string) error {
		return write(texts, func(string) bool { return true })
	})
	return err
}

// mustQuote reports whether a cell means something else without quotes.
func mustQuote(cell string) bool {
	return cell == "" || strings.ContainsAny(cell, `",`)
}

// ParseCell returns the text that a cell of [List.WriteCSV] stands for: of one that
// begins with an apostrophe, what follows it, with the escapes undone; of any other
// the cell itself. The error wraps [ErrMalformed]: after the apostrophe stands a
// backslash that begins no escape of Go.
func ParseCell(cell string) (string, error) {
	rest, escaped := strings.CutPrefix(cell, "'")
	if !escaped {
		return cell, nil
	}
	b := make([]byte, 0, len(rest))
	for rest != "" {
		if rest[0] != '\\' {
			b, rest = append(b, rest[0]), rest[1:]
			continue
		}
		r, wide, tail, err := strconv.UnquoteChar(rest, 0)
		if err != nil {
			return "", &Error{Op: "parse cell", Err: fmt.Errorf("%w: %.20q begins with no escape", ErrMalformed, rest)}
		}
		if rest = tail; wide {
			b = utf8.AppendRune(b, r)
		} else {
			b = append(b, byte(r))
		}
	}
	return string(b), nil
}

// cellOf returns the cell of a text.
func cellOf(s string) string {
	if text.Visible(s) == nil && !strings.HasPrefix(s, "'") && !runs(s) && !isValue(s) {
		return s
	}
	shown := text.Shown(strings.ReplaceAll(s, `\`, `\\`))
	return "'" + strings.ReplaceAll(shown, ";", `\x3b`)
}

// runs reports whether a spreadsheet may run s: whether it begins like a formula,
// or has a semicolon after which something does. Where the comma is in numbers,
// spreadsheets split files at semicolons, and a quote protects only what it begins.
func runs(s string) bool {
	for part := range strings.SplitSeq(s, ";") {
		part = strings.TrimLeftFunc(part, func(r rune) bool { return r == '"' || unicode.IsSpace(r) || r == '\u2800' })
		if r, _ := utf8.DecodeRuneInString(part); strings.ContainsRune(formulaSigns, r) {
			return true
		}
	}
	return false
}

// formulaSigns are what formulas begin with, in all the widths of Unicode.
const formulaSigns = "=+-@" + "＝＋－＠" + "﹦﹢﹣﹫" + "−"

// isValue reports whether a spreadsheet that speaks English may read s as a number,
// an amount, a date, a time, a boolean or an error, and save it as it would write
// that: 007 as 7, MAR1 as a date.
func isValue(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case s == "true" || s == "false":
		return true
	case strings.HasPrefix(s, "#"):
		return len(s) > 1 && 'a' <= s[1] && s[1] <= 'z'
	}
	if _, err := time.Parse(timeLayout, strings.ToUpper(s)); err == nil {
		return false
	}
	number := strings.IndexFunc(s, unicode.IsNumber)
	if number < 0 {
		return false
	}
	return onlyWords(s[:number], datesWords) && onlyWords(s[number:], datesWords+" e d t z a p am pm")
}

// onlyWords reports whether every word of s is one of a list, of which those of
// more than two letters may be cut down to three.
func onlyWords(s, list string) bool {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		known := false
		for name := range strings.FieldsSeq(list) {
			known = known || word == name || len(word) >= 3 && strings.HasPrefix(name, word)
		}
		if !known {
			return false
		}
	}
	return true
}

const datesWords = `january february march april may june july august september october november december
	monday tuesday wednesday thursday friday saturday sunday`
