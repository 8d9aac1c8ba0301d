package invite_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// read reads a file that can be read.
func read(t *testing.T, file string) []invite.Row {
	t.Helper()
	rows, err := invite.ReadCSV(strings.NewReader(file), nil)
	if err != nil {
		t.Fatalf("%q: %v", file, err)
	}
	return rows
}

// TestRow reads one row each, below the header of the table.
func TestRow(t *testing.T) {
	text := strings.Repeat
	ids := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint("t", i))
		}
		return strings.Join(all, ";")
	}
	for _, tt := range []struct {
		want invite.Code
		name string
		row  string // email,name,role,teams,reason,until
	}{
		{"ok", "full", "ann@example.com,Ann Lee,member,americas;emea,new in sales,2027-03-01"},
		{"ok", "address only", "ann@example.com,,,,,"},
		{"ok", "spaces around cells", "  ann@example.com , Ann , member , a ; b , why , 2027-03-01 "},
		{"ok", "address that begins with a plus", "+ann@example.com,,,,,"},
		{"ok", "address that begins with an equals sign", "=1+1@example.com,,,,,"},
		{"ok", "name with a sign inside", "ann@example.com,Ann-Lee =@+,,,,"},
		{"ok", "longest name", "ann@example.com," + text("n", 128) + ",,,,"},
		{"ok", "longest reason", "ann@example.com,,,," + text("r", 500) + ","},
		{"ok", "quotes and commas", `ann@example.com,"Lee, ""Ann""",,,"a, b",`},
		{"ok", "reason on two lines", "ann@example.com,,,,\"one\r\ntwo\nthree\",2027-03-01"},
		{"ok", "most teams", "ann@example.com,,," + ids(1000) + ",,"},
		{"ok", "ids with commas", `ann@example.com,,,"a,b;c",,`},
		{"ok", "time", "ann@example.com,,,,,2027-03-01T12:00:00+02:00"},
		{"ok", "first day", "ann@example.com,,,,,0001-01-02"},
		{"ok", "last day", "ann@example.com,,,,,9999-12-31"},
		{"ok", "role and team that nobody looked for", "ann@example.com,no such role,,no such team,,"},

		{"ok", "a cell too few", "ann@example.com,,,,"},
		{"ok", "one cell", "ann@example.com"},
		{"ok", "a name, and no more", "ann@example.com,Ann Lee"},
		{"ok", "an empty cell too many", "ann@example.com,,,,,,"},
		{"ok", "spaces in cells too many", "ann@example.com,,,,,2027-03-01, ,,  "},

		{"bad-row", "a value in a cell too many", "ann@example.com,,,,,,x"},
		{"bad-row", "an unquoted comma", "ann@example.com,Ann,member,,old, as agreed,2027-03-01"},
		{"bad-row", "bad in all", "ann,=1,,;,,March,x"},

		{"bad-address", "none", ",Ann,,,,"},
		{"bad-address", "no at", "ann,,,,,"},
		{"bad-address", "with a name", "Ann <ann@example.com>,,,,,"},
		{"bad-address", "two", "ann@example.com;bob@example.com,,,,,"},
		{"bad-address", "a tab around", "\tann@example.com,,,,,"},
		{"bad-address", "a no-break space around", "\u00a0ann@example.com,,,,,"},
		{"bad-address", "Kelvin sign", "mi\u212ae@example.com,,,,,"},
		{"bad-address", "two lines", "\"ann@example.com\r\nBcc: eve@example.com\",,,,,"},
		{"bad-address", "bad address and name", "ann,=1,,,,"},

		{"ok", "name =", "ann@example.com,=1+1,,,,"},
		{"ok", "name +", "ann@example.com,+1,,,,"},
		{"ok", "name -", "ann@example.com,-1,,,,"},
		{"ok", "name @", "ann@example.com,@SUM(A1),,,,"},
		{"ok", "name after spaces", "ann@example.com,  =1,,,,"},
		{"ok", "quoted name", "ann@example.com,\"=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\",,,,"},
		{"ok", "reason", "ann@example.com,,,,=1,"},
		{"ok", "reason like a list", "ann@example.com,,,,- as agreed,"},
		{"ok", "team", "ann@example.com,,,=1;-2,,"},
		{"ok", "role", "ann@example.com,,+1,,,"},

		{"bad-name", "a sign and too long", "ann@example.com,=" + text("n", 128) + ",,,,"},
		{"bad-name", "name tab", "ann@example.com,\t=1,,,,"},
		{"bad-name", "name CR", "ann@example.com,\"\r=1\",,,,"},
		{"bad-name", "too long", "ann@example.com," + text("n", 129) + ",,,,"},
		{"bad-name", "too long in bytes", "ann@example.com," + text("é", 65) + ",,,,"},
		{"bad-name", "two lines", "ann@example.com,\"Ann\nLee\",,,,"},
		{"bad-name", "turned direction", "ann@example.com,Ann \u202egpj.exe,,,,"},
		{"bad-name", "zero-width space", "ann@example.com,An\u200bn,,,,"},
		{"bad-name", "no-break space at the end", "ann@example.com,Ann\u00a0,,,,"},
		{"bad-reason", "turned direction in the reason", "ann@example.com,,,,a\u202eb,"},
		{"bad-name", "line separator", "ann@example.com,Ann\u2028Lee,,,,"},
		{"bad-name", "escape sequence", "ann@example.com,Ann\x1b[2J,,,,"},

		{"bad-teams", "empty id", "ann@example.com,,,a;;b,,"},
		{"bad-teams", "id of a space", "ann@example.com,,,a; ;b,,"},
		{"bad-teams", "semicolon after the last", "ann@example.com,,,a;,,"},
		{"bad-teams", "only a semicolon", "ann@example.com,,,;,,"},
		{"bad-teams", "twice", "ann@example.com,,,b;a;b,,"},
		{"bad-teams", "too many", "ann@example.com,,," + ids(1001) + ",,"},

		{"bad-reason", "too long", "ann@example.com,,,," + text("r", 501) + ","},
		{"bad-reason", "control character", "ann@example.com,,,,a\x07b,"},
		{"bad-reason", "a tab inside", "ann@example.com,,,,a\tb,"},

		{"bad-date", "words", "ann@example.com,,,,,March"},
		{"bad-date", "no such day", "ann@example.com,,,,,2027-02-29"},
		{"bad-date", "a digit short", "ann@example.com,,,,,2027-3-01"},
		{"bad-date", "another order", "ann@example.com,,,,,01/03/2027"},
		{"bad-date", "the zero time, which would be for good", "ann@example.com,,,,,0001-01-01"},
		{"bad-date", "the zero time elsewhere", "ann@example.com,,,,,0001-01-01T02:00:00+02:00"},
		{"bad-date", "before the year 1", "ann@example.com,,,,,0000-12-31"},
		{"bad-date", "beyond the year 9999 in UTC", "ann@example.com,,,,,9999-12-31T23:59:59-01:00"},
		{"bad-date", "time without zone", "ann@example.com,,,,,2027-03-01T12:00:00"},
		{"bad-date", "zone beyond a day", "ann@example.com,,,,,2027-03-01T12:00:00+25:00"},
		{"bad-date", "time after a space", "ann@example.com,,,,,2027-03-01 12:00:00Z"},
	} {
		rows := read(t, "email,name,role,teams,reason,until\n"+tt.row+"\n")
		if len(rows) != 1 || rows[0].Code != tt.want || rows[0].Line != 2 || (rows[0].Err == nil) != (tt.want == "ok") {
			t.Errorf("%s: %+v, want %s", tt.name, rows, tt.want)
			continue
		}
		if normal, err := rows[0].Terms.Normal(); tt.want == "ok" && (err != nil || !normal.Equal(rows[0].Terms)) {
			t.Errorf("%s: the terms %+v are not normal: %v", tt.name, rows[0].Terms, err)
		}
		causes := map[invite.Code]error{"bad-address": team.ErrAddress,
			"bad-name": invite.ErrTerms, "bad-teams": invite.ErrTerms, "bad-reason": invite.ErrTerms, "bad-date": invite.ErrTerms}
		if want := causes[tt.want]; want != nil && !errors.Is(rows[0].Err, want) || len(fmt.Sprint(rows[0].Err)) > 200 {
			t.Errorf("%s: %v, want %v", tt.name, rows[0].Err, want)
		}
		if tt.want == "bad-row" && !strings.Contains(rows[0].Err.Error(), "cell 7 has a value") {
			t.Errorf("%s: %v", tt.name, rows[0].Err)
		}
	}
}

// TestRowTerms reads all that a row can say.
func TestRowTerms(t *testing.T) {
	rows := read(t, "until, Teams ,EMAIL,reason,Name,role\n"+
		" 2027-03-01 , emea ; americas ,Ann@Example.com,\"new\r\nin sales\", Ann Lee , member \n"+
		"2027-03-01T01:30:00+02:00,,bob@example.com,,,\n")
	want := []invite.Row{
		{Line: 2, Code: "ok", Reason: "new\nin sales", Terms: invite.Terms{
			Address: address(t, "Ann@Example.com"), Name: "Ann Lee", Role: "member", Teams: []team.ID{"americas", "emea"},
			Until: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}},
		{Line: 4, Code: "ok", Terms: invite.Terms{Address: address(t, "bob@example.com"), Until: time.Date(2027, 2, 28, 23, 30, 0, 0, time.UTC)}},
	}
	for i, w := range want {
		if got := rows[i]; fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", w) {
			t.Errorf("row %d is\n%#v, want\n%#v", i, got, w)
		}
	}
}

// TestFileForms reads the same rows from files of every form.
func TestFileForms(t *testing.T) {
	const plain = "email,role\nann@example.com,member\nbob@example.com,\n"
	for _, tt := range []struct {
		name, file string
		lines      [2]int
	}{
		{"plain", plain, [2]int{2, 3}},
		{"without a last line break", strings.TrimSuffix(plain, "\n"), [2]int{2, 3}},
		{"CRLF", strings.ReplaceAll(plain, "\n", "\r\n"), [2]int{2, 3}},
		{"byte order mark", "\ufeff" + plain, [2]int{2, 3}},
		{"byte order mark and quotes", "\ufeff\"email\",\"role\"\r\n\"ann@example.com\",\"member\"\r\n\"bob@example.com\",\"\"\r\n", [2]int{2, 3}},
		{"other case and spaces", strings.Replace(plain, "email,role", " E-MAIL"[:2]+"MAIL , ROLE ", 1), [2]int{2, 3}},
		{"other order", "role,email\nmember,ann@example.com\n,bob@example.com\n", [2]int{2, 3}},
		{"empty lines", "\n\r\n" + strings.ReplaceAll(plain, "\n", "\n\n\r\n") + "\n", [2]int{6, 9}},
		{"lines of spaces and commas", "   \n , \n" + strings.ReplaceAll(plain, "\n", "\n,\n , ,,\n"), [2]int{6, 9}},
		{"line break in a cell before", "email,role,reason\nann@example.com,member,\"one\ntwo\r\nthree\"\nbob@example.com,,\n", [2]int{2, 5}},
		{"line break in a skipped cell", "email,role\nann@example.com,member\n\" \",\" \"\nbob@example.com,\n", [2]int{2, 4}},
		{"CR", strings.ReplaceAll(plain, "\n", "\r"), [2]int{2, 3}},
		{"all line ends", "email,role\rann@example.com,member\r\nbob@example.com,\n\r", [2]int{2, 3}},
		{"columns without a name at the end", "email,role,, ,\r\nann@example.com,member,,,\r\nbob@example.com,,,,\r\n", [2]int{2, 3}},
		{"columns without a name in between", ",email,,role,\n,ann@example.com,,member,\n , bob@example.com ,,,\n", [2]int{2, 3}},
		{"empty cells that the header does not have", "email,role\nann@example.com,member,,, ,\nbob@example.com,,\n", [2]int{2, 3}},
		{"short rows", "email,role,teams,until\nann@example.com,member\nbob@example.com\n", [2]int{2, 3}},
		{"line break in the header", "email,role,\"reason \"\nann@example.com,member,\nbob@example.com,,\n", [2]int{2, 3}},
	} {
		rows := read(t, tt.file)
		if len(rows) != 2 {
			t.Errorf("%s: %d rows", tt.name, len(rows))
			continue
		}
		for i, want := range []struct {
			address string
			role    role.Name
		}{{"ann@example.com", "member"}, {"bob@example.com", ""}} {
			r := rows[i]
			if r.Code != "ok" || r.Terms.Address.String() != want.address || r.Terms.Role != want.role || r.Line != tt.lines[i] {
				t.Errorf("%s: row %d is %+v, want %v in line %d", tt.name, i, r, want, tt.lines[i])
			}
		}
	}
}

// TestDuplicates: the first row of a mailbox counts, whatever its code.
func TestDuplicates(t *testing.T) {
	rows := read(t, "email,name\n"+
		"ann@example.com,Ann\n"+
		"bob@example.com,An\u200bn\n"+
		"ANN@example.com,Ann\n"+
		"ann+us@example.com,Ann\n"+
		"Bob@Example.com,Bob\n"+
		"not an address,\n"+
		"not an address,\n"+
		"ann@EXAMPLE.com,\"two\nlines\"\n"+
		"carl@example.com,Carl,x\n"+
		"carl@example.com,Carl\n")
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s", r.Line, r.Code))
	}
	want := []string{"2 ok", "3 bad-name", "4 duplicate-in-file", "5 ok", "6 duplicate-in-file", "7 bad-address", "8 bad-address",
		"9 duplicate-in-file", "11 bad-row", "12 ok"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for i, line := range map[int]string{2: "line 2 ", 4: "line 3 ", 7: "line 2 "} {
		if err := rows[i].Err; err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("row %d: %v, want one that names %s", i, err, line)
		}
	}
}

// TestBadFile reads files that are no good as a whole.
func TestBadFile(t *testing.T) {
	for _, tt := range []struct {
		want, name, file string
		line             int
	}{
		{"it is empty", "empty", "", 1},
		{"it is empty", "a byte order mark", "\ufeff", 1},
		{"it is empty", "empty lines", "\n\r\n\n", 1},
		{"it is empty", "cells of spaces", " , \n,\n", 2},
		{"there are no rows below the header", "header only", "email\n", 1},
		{"there are no rows below the header", "header and empty lines", "email,name\n\n , \n", 3},
		{`there is no column "e-mail"; the columns are email, name, role, teams, reason, until`, "unknown column", "e-mail\na@b\n", 1},
		{`column "email" is missing`, "columns without a name only", "x,,\n"[1:] + "\"\",name,\n", 2},
		{`there is no column "emaıl"`, "column in Turkish", "ema\u0131l\na@b\n", 1},
		{`there is no column "emaİl"`, "column in Turkish capitals", "EMA\u0130L\na@b\n", 1},
		{`there is no column "teamſ"`, "column with a long s", "email,team\u017f\na@b,\n", 1},
		{`there is no column "\ufeffemail"`, "two byte order marks", "\ufeff\ufeffemail\na@b\n", 1},
		{`there is no column "ann@example.com"`, "no header", "\nann@example.com,Ann\nbob@example.com,Bob\n", 2},
		{`by commas, neither by semicolons nor by tabs`, "semicolons", "email;name\na@b;A\n", 1},
		{`by commas, neither by semicolons nor by tabs`, "semicolons, and empty columns", "email;name,,\na@b;A,,\n", 1},
		{`by commas, neither by semicolons nor by tabs`, "tabs", "email\tname\na@b\tA\n", 1},
		{`column "email" is there twice`, "column twice", "email,name,EMAIL\na@b,,\n", 1},
		{`column "email" is missing`, "no address", "name,role\nAnn,member\n", 1},
		{"cell 2 is not UTF-8", "Latin-1", "email,name\na@b,Ren\xe9\n", 2},
		{"cell 1 is not UTF-8", "Latin-1 in the header", "na\xefve\na@b\n", 1},
		{"it looks like UTF-16: save it as UTF-8", "UTF-16", "\xff\xfee\x00m\x00a\x00i\x00l\x00", 1},
		{"it looks like UTF-16: save it as UTF-8", "UTF-16, big end first", "\xfe\xff\x00e\x00m\x00a\x00i\x00l", 1},
		{"it looks like UTF-16: save it as UTF-8", "UTF-16 without a mark", "e\x00m\x00a\x00i\x00l\x00", 1},
		{"it looks like UTF-16: save it as UTF-8", "UTF-16 without a mark, big end first", "\x00e\x00m\x00a\x00i\x00l", 1},
		{"save the file as CSV UTF-8", "UTF-16 after a line of ASCII", "email\na\x00@\x00b\x00\n", 2},
		{"cell 1 is not UTF-8", "half a surrogate", "email\na\xed\xa0\x80@b\n", 2},
		{"cell 3 is not UTF-8", "in a cell too many", "email\na@b,,\xff\n", 2},
		{"cell 1 has a NUL", "NUL", "email\nann@example.com\nb\x00@b\n", 3},
		{`bare " in non-quoted-field`, "bare quote", "email,name\na@b,A \"B\" C\n", 2},
		{`extraneous or missing " in quoted-field`, "text after a quote", "email,name\n\na@b,\"A\" B\n", 3},
		{`extraneous or missing " in quoted-field`, "quote without end", "email,name\na@b,\nc@d,\"C\n,\n,\n", 3},
	} {
		for form, r := range map[string]io.Reader{"whole": strings.NewReader(tt.file), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.file))} {
			rows, err := invite.ReadCSV(r, nil)
			var e *invite.Error
			if rows != nil || !errors.Is(err, invite.ErrFile) || !errors.As(err, &e) || e.Line != tt.line {
				t.Errorf("%s, %s: %v, %#v, want ErrFile in line %d", tt.name, form, rows, err, tt.line)
				continue
			}
			if text := err.Error(); !strings.Contains(text, tt.want) || !strings.HasPrefix(text, fmt.Sprintf("invite: line %d: ", tt.line)) || len(text) > 300 {
				t.Errorf("%s: %v, want one that says %q", tt.name, err, tt.want)
			}
		}
	}
}

// TestFileLimits reads files just within their limits and just beyond.
func TestFileLimits(t *testing.T) {
	small := "email\na@b\nc@d\n"
	wide := func(n int) string { return "email,name\na@b,\"" + strings.Repeat("x\n", n/2) + "\"\n" }
	many := func(n int) string { return "email\n" + strings.Repeat("a@b\n\n", n) }
	for _, tt := range []struct {
		want, name, file string
		config           *invite.CSVConfig
	}{
		{"ok", "as large as may be", small, &invite.CSVConfig{MaxBytes: 14}},
		{"more than 13 bytes", "a byte too large", small, &invite.CSVConfig{MaxBytes: 13}},
		{"more than 13 bytes", "too large for an empty line", small[:13] + "\n", &invite.CSVConfig{MaxBytes: 13}},
		{"more than -1 bytes", "no bytes at all", small, &invite.CSVConfig{MaxBytes: -1}},
		{"ok", "as many rows as may be", small, &invite.CSVConfig{MaxRows: 2}},
		{"more than 1 rows", "a row too many", small, &invite.CSVConfig{MaxRows: 1}},
		{"more than 0 rows", "no rows at all", small, &invite.CSVConfig{MaxRows: -1}},
		{"ok", "as many rows as may be by default", many(100_000), nil},
		{"more than 100000 rows", "a row too many by default", many(100_001), &invite.CSVConfig{}},
		{"ok", "a large row", wide(1 << 19), nil},
		{"ok", "large rows together", "email,name\n" + strings.Repeat(strings.TrimPrefix(wide(1<<19), "email,name\n"), 4), nil},
		{"a row has more than 1048576 bytes", "a row too large", wide(1<<20 + 8192), nil},
		{"a row has more than 1048576 bytes", "commas only", "email\n" + strings.Repeat(",", 2<<20), nil},
		{"a row has more than 1048576 bytes", "a quote that never ends", "email\na@b\n\"" + strings.Repeat("\n", 2<<20), nil},
		{"more than 33554432 bytes", "too large by default", small + strings.Repeat(strings.Repeat(" ", 1023)+"\n", 32<<10), nil},
	} {
		if testing.Short() && len(tt.file) > 3<<20 {
			continue
		}
		rows, err := invite.ReadCSV(strings.NewReader(tt.file), tt.config)
		if tt.want == "ok" && (err != nil || len(rows) == 0) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want != "ok" && (rows != nil || !errors.Is(err, invite.ErrFile) || !strings.HasSuffix(err.Error(), tt.want)) {
			t.Errorf("%s: %d rows, %v, want %q", tt.name, len(rows), err, tt.want)
		}
	}
}

// endless is a file that never ends, and counts what is read of it.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		took := copy(p[n:], e.text[e.read%len(e.text):])
		n += took
		e.read += took
	}
	return len(p), nil
}

// TestEndlessFile reads no further than the limits, and keeps no more in memory
// than a row needs.
func TestEndlessFile(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		bytes int
	}{
		"commas":        {",", 1 << 20},
		"spaces":        {" ", 1 << 20},
		"empty lines":   {"\n", 1 << 20},
		"empty cells":   {strings.Repeat(" ", 10_000) + ",\n", 32 << 20},
		"open quotes":   {"\"\n\",", 1 << 20},
		"letters":       {"a", 1 << 20},
		"quotes":        {"\"", 1 << 20},
		"spaces in row": {"\" \",", 1 << 20},
	} {
		e := &endless{text: tt.text}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, err := invite.ReadCSV(e, nil)
		runtime.ReadMemStats(&after)
		if rows != nil || !errors.Is(err, invite.ErrFile) || e.read > tt.bytes+8192 {
			t.Errorf("%s: %d bytes were read, %d rows, %v", name, e.read, len(rows), err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
			t.Errorf("%s: %d MiB were allocated", name, used>>20)
		}
	}
}

// TestReadFails reads from what fails. The rows before it are not returned.
func TestReadFails(t *testing.T) {
	broken := errors.New("broken pipe")
	for name, r := range map[string]io.Reader{
		"at once":           iotest.ErrReader(broken),
		"in the header":     io.MultiReader(strings.NewReader("ema"), iotest.ErrReader(broken)),
		"below the header":  io.MultiReader(strings.NewReader("email\n"), iotest.ErrReader(broken)),
		"below a row":       io.MultiReader(strings.NewReader("email\na@b\n"), iotest.ErrReader(broken)),
		"in a row":          io.MultiReader(strings.NewReader("email\na@b\nc"), iotest.ErrReader(broken)),
		"in quotes":         io.MultiReader(strings.NewReader("email\na@b\n\"c"), iotest.ErrReader(broken)),
		"together with all": iotest.DataErrReader(io.MultiReader(strings.NewReader("email\na@b\n"), iotest.ErrReader(broken))),
	} {
		rows, err := invite.ReadCSV(r, nil)
		var e *invite.Error
		if rows != nil || !errors.Is(err, broken) || errors.Is(err, invite.ErrFile) || !errors.As(err, &e) || e.Line == 0 {
			t.Errorf("%s: %v, %v, want the error of the reader", name, rows, err)
		}
	}
	timeout := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("email\na@b\n")))
	if rows, err := invite.ReadCSV(timeout, nil); rows != nil || !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a reader that fails once: %v, %v", rows, err)
	}
}

// TestCodes pins the codes, which hosts store and translate.
func TestCodes(t *testing.T) {
	got := []invite.Code{invite.OK, invite.BadRow, invite.BadAddress, invite.DuplicateInFile, invite.BadName, invite.BadTeams,
		invite.BadReason, invite.BadDate, invite.AlreadyMember, invite.AlreadyPending, invite.UnknownRole, invite.NotOffered, invite.AboveCeiling,
		invite.UnknownTeam, invite.NotAllowed, invite.BeyondOwnEnd, invite.OverLimit, invite.TooSoon, invite.Failed}
	want := []invite.Code{"ok", "bad-row", "bad-address", "duplicate-in-file", "bad-name", "bad-teams",
		"bad-reason", "bad-date", "already-member", "already-pending", "unknown-role", "not-offered", "above-ceiling",
		"unknown-team", "not-allowed", "beyond-own-end", "over-limit", "too-soon", "failed"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if (invite.Row{}).Code == invite.OK {
		t.Error("a row nobody looked at is OK")
	}
}

// FuzzReadCSV reads anything, whole and byte by byte. What is OK is good as it
// is, and no two rows that are OK have the same mailbox.
func FuzzReadCSV(f *testing.F) {
	for _, file := range []string{"", "email\na@b\n", "\ufeffEmail,name\r\na@b,\"x\r\ny\"\r\n", "until,email,teams\n2027-03-01,a@b,x;y\n", "email\na@b\nA@B\n",
		"email,reason\na@b,=1\n", "email;name\n", "email\n\"", "email,email\n", " ,\n\n email \n,\n", "email,until\na@b,0001-01-01T00:00:00Z\n", "email\n\xff\n", string(largeFile(20))} {
		f.Add([]byte(file))
	}
	codes := []invite.Code{"ok", "bad-row", "bad-address", "duplicate-in-file", "bad-name", "bad-teams", "bad-reason", "bad-date"}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := invite.ReadCSV(bytes.NewReader(file), &invite.CSVConfig{MaxRows: 50})
		again, err2 := invite.ReadCSV(iotest.OneByteReader(bytes.NewReader(file)), &invite.CSVConfig{MaxRows: 50})
		if fmt.Sprint(rows, err) != fmt.Sprint(again, err2) {
			t.Fatalf("byte by byte: %v, %v, not %v, %v", again, err2, rows, err)
		}
		var e *invite.Error
		if err != nil && (rows != nil || !errors.Is(err, invite.ErrFile) || !errors.As(err, &e) || e.Line < 1 || !utf8.ValidString(err.Error())) {
			t.Fatalf("%v, %v", rows, err)
		}
		if err == nil && len(rows) == 0 || len(rows) > 50 {
			t.Fatalf("%d rows without error", len(rows))
		}
		line, seen := 1, make(map[string]bool)
		for _, r := range rows {
			if r.Line <= line || r.Line > 1+bytes.Count(file, []byte("\n"))+bytes.Count(file, []byte("\r")) || !slices.Contains(codes, r.Code) || (r.Err == nil) != (r.Code == invite.OK) {
				t.Fatalf("%+v after line %d", r, line)
			}
			line = r.Line
			key := r.Terms.Address.Key()
			if r.Code == invite.OK && seen[key] || r.Code == invite.DuplicateInFile && !seen[key] {
				t.Fatalf("%+v, seen before: %t", r, seen[key])
			}
			seen[key] = true
			if normal, err := r.Terms.Normal(); r.Code == invite.OK && (err != nil || fmt.Sprint(normal) != fmt.Sprint(r.Terms) || len(r.Reason) > 500) {
				t.Fatalf("%+v is not normal: %v", r, err)
			}
		}
	})
}

// TestFileGrowth: what a file costs grows with it only, whatever is in it.
func TestFileGrowth(t *testing.T) {
	for name, row := range map[string]func(i int) string{
		"good rows":        func(i int) string { return fmt.Sprintf("p%d@x.test,Ann,member,a;b,why,2027-01-01", i) },
		"one mailbox":      func(int) string { return "ann@x.test" },
		"bad in every way": func(i int) string { return fmt.Sprintf("p%d,=1,,;,,March,x", i) },
		"empty":            func(int) string { return " , ,\n" },
		"commas":           func(i int) string { return fmt.Sprintf("p%d@x.test%s", i, strings.Repeat(",", 50)) },
		"line ends":        func(i int) string { return fmt.Sprintf("p%d@x.test,\"a\r\nb\rc\"\r\n\r", i) },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 50, func(n int) func() {
				var file strings.Builder
				file.WriteString("email,name,role,teams,reason,until\r\nann@example.com\r\n")
				for i := range n {
					file.WriteString(row(i) + "\r\n")
				}
				return func() { read(t, file.String()) }
			})
		})
	}
}
