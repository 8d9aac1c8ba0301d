package invite

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// MaxReason is the most bytes of a row's reason.
const MaxReason = 500

// maxRowBytes is far more than a row within the limits of terms can have.
// Without it the reader of cells would make a gigabyte of 32 MiB of commas.
const maxRowBytes = 1 << 20

// CSVConfig says how large a file may be.
type CSVConfig struct {
	MaxBytes int64 // 0 means 32 MiB
	MaxRows  int   // below the header, without empty ones; 0 means 100,000
}

// ReadCSV reads invitations from a file in the form of RFC 4180: UTF-8, with or
// without a byte order mark, cells separated by commas, lines ended by LF, CR LF
// or CR. It looks at the file alone and has no effect. A nil config is the zero
// one.
//
// The first row names the columns, in any order and ASCII case: email, which is
// required, name, role, teams, reason and until. The cell teams has ids
// separated by semicolons. The cell until is when the access ends, exclusive: a
// date, which is midnight UTC, or a time of RFC 3339. Spaces around a cell and
// around an id are not part of it; an empty cell counts as if there were no
// such column. Rows without any content are skipped, and so are columns without
// a name, which must not have a value. A row may end early, and the cells that it
// lacks are empty.
//
// The rows come in the order of the file, each with a code of its own, so that
// one bad row spoils no other. Of rows with the same mailbox only the first
// counts. Any text may begin with a sign that starts a formula, such as + or =,
// as it may wherever it is typed; if you write rows for a spreadsheet, escape
// them.
//
// If there is an error, there are no rows. It is an [*Error] with the line, and
// wraps [ErrFile] if the file as a whole cannot be read: it is too large, not
// UTF-8, has a NUL, quotes that do not match, unknown, repeated or missing
// columns, or no rows; otherwise it wraps the error of r.
func ReadCSV(r io.Reader, c *CSVConfig) ([]Row, error) {
	if c == nil {
		c = &CSVConfig{}
	}
	f := newFile(r, cmp.Or(c.MaxBytes, 32<<20))
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	var rows []Row
	for {
		cells, err := f.read()
		if err == io.EOF && len(rows) > 0 {
			return rows, nil
		}
		if err == io.EOF {
			return nil, f.refuse("there are no rows below the header")
		}
		if err != nil {
			return nil, err
		}
		if len(rows) >= cmp.Or(c.MaxRows, 100_000) {
			return nil, f.refuse("it has more than %d rows", len(rows))
		}
		rows = append(rows, f.row(cells))
	}
}

// column is a column that a file may have.
type column int

const (
	emailColumn column = iota
	nameColumn
	roleColumn
	teamsColumn
	reasonColumn
	untilColumn
)

var columnNames = [...]string{"email", "name", "role", "teams", "reason", "until"}

// file is a file that is being read.
type file struct {
	source *source
	cells  *csv.Reader
	line   int                   // where the row last read begins
	places [len(columnNames)]int // of the columns, from 1; 0 if there is none
	named  []bool                // whether a cell belongs to one of them
	lines  map[string]int        // where a mailbox is first named, by key
}

func newFile(r io.Reader, most int64) *file {
	s := &source{r: r, most: most}
	b := bufio.NewReader(s)
	begin, _ := b.Peek(3)
	rest, err := text.Content(begin)
	if err != nil {
		s.err = fmt.Errorf("%w: %w", ErrFile, err)
	}
	_, _ = b.Discard(len(begin) - len(rest))
	f := &file{source: s, cells: csv.NewReader(b), line: 1, lines: make(map[string]int)}
	f.cells.FieldsPerRecord = -1
	f.cells.ReuseRecord = true
	return f
}

// read returns the cells of the next row that has any content, and io.EOF
// after the last one. They are valid until the next call.
func (f *file) read() ([]string, error) {
	for {
		f.source.row = 0
		cells, err := f.cells.Read()
		var quotes *csv.ParseError
		switch {
		case f.source.err != nil && f.source.err != io.EOF: // rather than what the reader of cells made of it
			return nil, &Error{Line: f.line, Err: f.source.err}
		case errors.As(err, &quotes):
			f.line = quotes.StartLine
			return nil, f.refuse("%w", quotes.Err)
		case err != nil:
			return nil, err
		}
		f.line, _ = f.cells.FieldPos(0)
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				return nil, f.refuse("cell %d is not UTF-8; save the file as CSV UTF-8", i+1)
			}
			if strings.IndexByte(cell, 0) >= 0 {
				return nil, f.refuse("cell %d has a NUL; save the file as CSV UTF-8", i+1)
			}
		}
		if slices.ContainsFunc(cells, func(cell string) bool { return strings.Trim(cell, " ") != "" }) {
			return cells, nil
		}
	}
}

// refuse returns what is wrong with the file at the row last read.
func (f *file) refuse(format string, args ...any) error {
	return &Error{Line: f.line, Err: fmt.Errorf("%w: "+format, append([]any{ErrFile}, args...)...)}
}

// readHeader finds the columns.
func (f *file) readHeader() error {
	cells, err := f.read()
	if err == io.EOF {
		return f.refuse("it is empty")
	}
	if err != nil {
		return err
	}
	f.named = make([]bool, len(cells))
	for i, cell := range cells {
		name := text.Lower(strings.Trim(cell, " "))
		if name == "" {
			continue // as spreadsheets write for cells that were empty again
		}
		f.named[i] = true
		c := slices.Index(columnNames[:], name)
		if c < 0 && strings.ContainsAny(name, ";\t") {
			return f.refuse("there is no column %s; separate cells by commas, neither by semicolons nor by tabs", text.Quote(name))
		}
		if c < 0 {
			return f.refuse("there is no column %s; the columns are %s", text.Quote(name), strings.Join(columnNames[:], ", "))
		}
		if f.places[c] > 0 {
			return f.refuse("column %q is there twice", name)
		}
		f.places[c] = i + 1
	}
	if f.places[emailColumn] == 0 {
		return f.refuse("column %q is missing", columnNames[emailColumn])
	}
	return nil
}

// row reads the row that has these cells.
func (f *file) row(cells []string) Row {
	row := Row{Line: f.line}
	row.Code, row.Err = f.fill(&row, cells)
	return row
}

// fill reads a row as far as it is valid, and says what is not.
func (f *file) fill(row *Row, cells []string) (code Code, err error) {
	for i, cell := range cells {
		if (i >= len(f.named) || !f.named[i]) && strings.Trim(cell, " ") != "" {
			return BadRow, &Error{Err: fmt.Errorf("cell %d has a value, and its column has no name; a value with a comma goes into quotes", i+1)}
		}
	}
	cell := func(c column) string {
		if f.places[c] == 0 || f.places[c] > len(cells) {
			return ""
		}
		return strings.Trim(cells[f.places[c]-1], " ")
	}
	t := &row.Terms
	if t.Address, err = team.ParseAddress(cell(emailColumn)); err != nil {
		return BadAddress, err
	}
	key := t.Address.Key()
	if line, ok := f.lines[key]; ok {
		return DuplicateInFile, &Error{Err: fmt.Errorf("line %d has the same mailbox", line)}
	}
	f.lines[key] = row.Line

	name, reason := cell(nameColumn), cell(reasonColumn)
	if err := text.Line(name, MaxName); err != nil {
		return BadName, wrong(ErrTerms, "the name %w", err)
	}
	t.Name = name
	t.Role = role.Name(cell(roleColumn))
	if t.Teams, err = readTeams(cell(teamsColumn)); err != nil {
		return BadTeams, err
	}
	if err := text.Lines(reason, MaxReason); err != nil {
		return BadReason, wrong(ErrTerms, "the reason %w", err)
	}
	row.Reason = reason
	if t.Until, err = readUntil(cell(untilColumn)); err != nil {
		return BadDate, err
	}
	return OK, nil
}

// readTeams reads ids separated by semicolons.
func readTeams(cell string) ([]team.ID, error) {
	if cell == "" {
		return nil, nil
	}
	ids := make([]team.ID, 0, strings.Count(cell, ";")+1)
	for id := range strings.SplitSeq(cell, ";") {
		if id = strings.Trim(id, " "); id == "" {
			return nil, wrong(ErrTerms, "a team has no id")
		}
		ids = append(ids, team.ID(id))
	}
	return normalTeams(ids)
}

// readUntil reads the end of access. An empty cell means never.
func readUntil(cell string) (time.Time, error) {
	t, err := text.ParseEnd(cell)
	if err != nil {
		return t, wrong(ErrTerms, "the end %s %w", text.Quote(cell), err)
	}
	return t, nil
}

// source reads a file up to its limits.
type source struct {
	r    io.Reader
	most int64 // bytes of the file
	read int64 // of them so far
	row  int   // bytes since the last row
	cr   bool  // the last byte was a CR, which ended a line
	err  error // why nothing more comes
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.read += int64(n)
	s.row += n
	switch {
	case s.read > s.most:
		s.err = fmt.Errorf("%w: it has more than %d bytes", ErrFile, s.most)
	case s.row > maxRowBytes:
		s.err = fmt.Errorf("%w: a row has more than %d bytes", ErrFile, maxRowBytes)
	default:
		s.err = err
	}
	return len(s.endLines(p[:n])), s.err
}

// endLines makes every end of a line one LF, in place.
func (s *source) endLines(p []byte) []byte {
	kept := p[:0]
	for _, b := range p {
		after := s.cr
		if s.cr = b == '\r'; s.cr {
			b = '\n'
		} else if after && b == '\n' {
			continue
		}
		kept = append(kept, b)
	}
	return kept
}
