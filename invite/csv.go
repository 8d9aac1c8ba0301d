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

	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// MaxReason is the most bytes of a row's reason.
const MaxReason = 500

// maxRowBytes is far more than a row within the limits of terms can have. Without
// it the reader of cells would make a gigabyte of 32 MiB of commas.
const maxRowBytes = 1 << 20

// CSVConfig says how large a file may be.
type CSVConfig struct {
	MaxBytes int64 // 0 means 32 MiB
	MaxRows  int   // below the header, without empty ones; 0 means 100,000
}

// ReadCSV reads invitations from a file in the form of RFC 4180: UTF-8, with or
// without a byte order mark, cells separated by commas. It looks at the file
// alone and has no effect. A nil config is the zero one.
//
// The first row names the columns, in any order and ASCII case: email, which is
// required, name, role, teams, reason and until. Teams are ids separated by
// semicolons. Until is when the access ends, exclusive: a date, which is
// midnight UTC, or a time of RFC 3339. Blanks around a cell and around an id are
// not part of it; an empty cell is as if there were no such column. Rows without
// any content are skipped.
//
// The rows come in the order of the file, each with a code of its own, so that
// one bad row spoils no other. Of rows with the same mailbox only the first
// counts. Addresses may begin with a sign that starts a formula, as + or =;
// whoever writes rows for a spreadsheet must escape them.
//
// The error is an [*Error] and there are no rows. It wraps [ErrFile] if the file
// as a whole is no good: too large, not UTF-8, a NUL, quotes that do not match,
// unknown, repeated or missing columns, or no rows; else the error of r.
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
			return nil, f.refuse("more than %d rows", len(rows))
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
	line   int                   // on which the row last read begins
	places [len(columnNames)]int // of the columns, from 1; 0 if there is none
	width  int                   // how many cells a row has
	lines  map[string]int        // on which a mailbox is first named, by key
}

func newFile(r io.Reader, most int64) *file {
	s := &source{r: r, most: most}
	b := bufio.NewReader(s)
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
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
		case f.source.err != nil && f.source.err != io.EOF: // whatever the reader of cells made of it
			return nil, &Error{f.line, f.source.err}
		case errors.As(err, &quotes):
			f.line = quotes.StartLine
			return nil, f.refuse("%w", quotes.Err)
		case err != nil:
			return nil, err
		}
		f.line, _ = f.cells.FieldPos(0)
		for i, cell := range cells {
			if !utf8.ValidString(cell) {
				return nil, f.refuse("cell %d is not UTF-8", i+1)
			}
			if strings.IndexByte(cell, 0) >= 0 {
				return nil, f.refuse("cell %d has a NUL", i+1)
			}
		}
		if slices.ContainsFunc(cells, func(cell string) bool { return strings.Trim(cell, " ") != "" }) {
			return cells, nil
		}
	}
}

// refuse returns what is wrong with the file at the row last read.
func (f *file) refuse(format string, args ...any) error {
	return &Error{f.line, fmt.Errorf("%w: "+format, append([]any{ErrFile}, args...)...)}
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
	f.width = len(cells)
	for i, cell := range cells {
		name := lower(strings.Trim(cell, " "))
		c := slices.Index(columnNames[:], name)
		if c < 0 && f.width == 1 && strings.ContainsAny(name, ";\t") {
			return f.refuse("the header %.64q has no commas, which separate cells", name)
		}
		if c < 0 {
			return f.refuse("there is no column %.64q; the columns are %s", name, strings.Join(columnNames[:], ", "))
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

// lower returns s with its ASCII letters in lower case.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

// row reads one row.
func (f *file) row(cells []string) Row {
	row := Row{Line: f.line}
	row.Code, row.Err = f.fill(&row, cells)
	return row
}

// fill reads a row as far as it is good, and says what is not.
func (f *file) fill(row *Row, cells []string) (code Code, err error) {
	if len(cells) != f.width {
		return BadRow, fmt.Errorf("invite: there are %d cells, and %d in the header", len(cells), f.width)
	}
	cell := func(c column) string {
		if f.places[c] == 0 {
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
		return DuplicateInFile, fmt.Errorf("invite: line %d has the same mailbox", line)
	}
	f.lines[key] = row.Line

	name, reason := cell(nameColumn), cell(reasonColumn)
	if isFormula(name) || isFormula(reason) {
		return Formula, fmt.Errorf("invite: %w: a name or reason begins like a formula", ErrTerms)
	}
	if !line(name, MaxName) {
		return BadName, fmt.Errorf("invite: %w: the name has more than %d bytes or control characters", ErrTerms, MaxName)
	}
	t.Name = name
	t.Role = role.Name(cell(roleColumn))
	if t.Teams, err = readTeams(cell(teamsColumn)); err != nil {
		return BadTeams, err
	}
	if !lines(reason, MaxReason) {
		return BadReason, fmt.Errorf("invite: %w: the reason has more than %d bytes or control characters", ErrTerms, MaxReason)
	}
	row.Reason = reason
	if t.Until, err = readUntil(cell(untilColumn)); err != nil {
		return BadDate, err
	}
	return OK, nil
}

// isFormula reports whether a spreadsheet would run a cell.
func isFormula(cell string) bool { return cell != "" && strings.IndexByte("=+-@\t\r", cell[0]) >= 0 }

// readTeams reads ids separated by semicolons.
func readTeams(cell string) ([]team.ID, error) {
	if cell == "" {
		return nil, nil
	}
	ids := make([]team.ID, 0, strings.Count(cell, ";")+1)
	for id := range strings.SplitSeq(cell, ";") {
		if id = strings.Trim(id, " "); id == "" {
			return nil, fmt.Errorf("invite: %w: a team without id", ErrTerms)
		}
		ids = append(ids, team.ID(id))
	}
	return normalTeams(ids)
}

// readUntil reads the end of access. Empty is never.
func readUntil(cell string) (time.Time, error) {
	if cell == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, cell)
	if err != nil {
		t, err = time.Parse(time.RFC3339, cell)
	}
	if err != nil || t.IsZero() || !writable(t) {
		return time.Time{}, fmt.Errorf("invite: %w: %.40q is no date such as 2006-01-02", ErrTerms, cell)
	}
	return t.UTC(), nil
}

// source hands a file on, up to its limits.
type source struct {
	r    io.Reader
	most int64 // bytes of the file
	read int64 // of them so far
	row  int   // bytes since the last row
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
		s.err = fmt.Errorf("%w: more than %d bytes", ErrFile, s.most)
	case s.row > maxRowBytes:
		s.err = fmt.Errorf("%w: a row of more than %d bytes", ErrFile, maxRowBytes)
	default:
		s.err = err
	}
	return n, s.err
}
