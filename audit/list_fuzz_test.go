package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/internal/text"
)

// hostile are texts that somebody may have in a name or a reason.
var hostile = []string{
	"", " ", "Ann", "'", "''", "'=1", `\`, `a\nb`, `'\`, "a\r\nb\rc\n", "\x00", "\xff", "\ufeff=1", "\u200b=1", "\u00a0 =1", "\u2800=1", "\t=1", "\r=1",
	"=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠a", "﹢1", "−1", "=cmd|' /C calc'!A0", `a;=1+1;b`, `a; "=1`, `"=1`, "a\n=1",
	"007", "1e5", "1E+5", "12", "1,5", "1'000", "$12", "12€", "50%", "2 1/2", "(12)", "12:30", "12 pm", "3/4", "1-2-3", "2026-01-02", "2026-01-02T15:04:05Z",
	"MAR1", "sept2", "2 Mars", "1. Mai", "Friday, January 2, 2026", "TRUE", "false", " True ", "#N/A", "#REF!", "#NAME?", "#12", "１２", "٣", "½",
	"<script>alert(1)</script>", "&lt;b&gt;", "a|b", `\|`, "`a`", "*a*", "_a_", "[a](b)", "![a](b)", "<a@b.c>", "http://a.b", "www.a.b", "~~a~~", "$a$",
	"{{a}}", "<!-- a", "</td></table>", "a<br>b", "a \u202egpj", "\u2066a", "עברית", "👩‍💻", "\u2028", "a,b", `"a"`, `a"b`, strings.Repeat("ä", 250), "\uffff", "\U000e0001",
}

// table is a list of rows of texts, two columns wide or one.
func table(rows [][]string) audit.List[[]string] {
	l := audit.List[[]string]{Title: rows[0][0] + " #", Rows: func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}}
	for i := range rows[0] {
		l.Columns = append(l.Columns, audit.Column[[]string]{Name: rows[0][i], Text: func(row []string) string { return row[i] }})
	}
	return l
}

// tables calls f with tables of three texts.
func tables(a, b, c string, f func(rows [][]string)) {
	f([][]string{{a, b}, {c, a}, {b, c}})
	f([][]string{{a}, {b}, {c}})
}

func seeds(f *testing.F) {
	for i := range hostile {
		f.Add(hostile[i], hostile[(i+1)%len(hostile)], hostile[(i+2)%len(hostile)])
	}
}

// FuzzCSV: what encoding/csv reads gives the texts again, row by row and line by
// line, and no cell is more than text to a spreadsheet.
func FuzzCSV(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		tables(a, b, c, func(rows [][]string) {
			var out bytes.Buffer
			if err := table(rows).WriteCSV(&out); err != nil {
				t.Fatal(err)
			}
			want := append([][]string{rows[0]}, rows...)
			if n := strings.Count(out.String(), "\n"); n != len(want) {
				t.Errorf("%d rows are on %d lines: %q", len(want), n, out.String())
			}
			got, err := csv.NewReader(&out).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range got {
				for i, cell := range row {
					if why := notText(cell); why != "" {
						t.Errorf("the cell %q %s", cell, why)
					}
					if row[i], err = audit.ParseCell(cell); err != nil {
						t.Error(err)
					}
				}
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%q came back as %q", want, got)
			}
		})
	})
}

// notText says why a spreadsheet might see more than text in a cell, in the
// simplest way.
func notText(cell string) string {
	for _, part := range strings.Split(cell, ";") {
		part = strings.TrimFunc(part, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\u2800' })
		if part != "" && strings.ContainsAny(part[:1], "=+-@") || strings.ContainsAny(string(append([]rune(part), ' ')[:1]), "＝＋－＠") {
			return "begins a formula"
		}
	}
	if err := text.Visible(cell); err != nil {
		return err.Error()
	}
	cell = strings.TrimSpace(cell)
	if _, err := strconv.ParseFloat(strings.NewReplacer(",", "", " ", "", "%", "", "$", "", "'", "").Replace(cell), 64); err == nil && cell[0] <= '9' && cell[0] != '\'' {
		return "is a number"
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "15:04", time.Kitchen, "2 January 2006", "2 Jan 2006", "Jan2", "2Jan", "January 2, 2006", "1/2/2006", "2006-01"} {
		if _, err := time.Parse(layout, cell); err == nil && (layout != time.RFC3339 || strings.HasSuffix(cell, "Z")) {
			return "is a date"
		}
	}
	if _, err := strconv.ParseBool(cell); err == nil && len(cell) > 1 {
		return "is a boolean"
	}
	return ""
}

func TestParseCell(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "a": "a", `a\n`: `a\n`, "'": "", "'a": "a", "''a": "'a", `'a\\b`: `a\b`, `'\r\n\x3b\xff\u202e\U000e0001`: "\r\n;\xff\u202e\U000e0001", "'é\"": "é\"",
	} {
		if got, err := audit.ParseCell(cell); err != nil || got != want {
			t.Errorf("%q stands for %q, %v; want %q", cell, got, err, want)
		}
	}
	for _, cell := range []string{`'\`, `'a\q`, `'\u12`, `'\'`} {
		got, err := audit.ParseCell(cell)
		if bad, ok := errors.AsType[*audit.Error](err); !ok || bad.Op != "parse cell" || !errors.Is(err, audit.ErrMalformed) || got != "" {
			t.Errorf("%q stands for %q, %v", cell, got, err)
		}
	}
}

// TestPlainCells: what people and Ambit write every day is written as it is, so that
// the apostrophe stays rare; what a spreadsheet would change is not.
func TestPlainCells(t *testing.T) {
	t.Parallel()
	for s, plain := range map[string]bool{
		"mia": true, "mia2": true, "mia@example.com": true, "90 days": true, "permanent": true, "2026-01-02T15:04:05+00:00": true, "#12": true, "#12, #13": true,
		"Zoë O'Neill": true, "T-12": true, "OPS-7": true, "a; b": true, "Q1 2026": true, "2026-Q1": true, "user:12": true, "550e8400-e29b-41d4-a716-446655440000": true,
		"trueman": true, "May": true, "e5": true, "#": true, "# 1": true, `C:\x`: true, "a=b": true, "1st": true, "12 EUR": true, "a - b": true,
		"12": false, "5e3": false, "may 1": false, "1may": false, "MAR1": false, "marc1": false, "ma1": true, "mayor1": true, "1 e 2": false, "12 am": false,
		"true": false, "#ref!": false, "2026-01-02": false, "$1": false, "x;=1": false, "'x": false, "a\nb": false, " -": false,
		"=a": false, "+a": false, "-a": false, "@a": false, "＝a": false, "＋a": false, "－a": false, "＠a": false, "﹦a": false, "﹢a": false, "﹣a": false, "﹫a": false, "−a": false,
		" \u00a0\u2800\"=a": false, "a;b;\"\" \u2800@a": false, "x\u2800=a": true, "a; b=c": true,
	} {
		var b bytes.Buffer
		if err := table([][]string{{s, "x"}}).WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		if got := !strings.HasPrefix(strings.TrimPrefix(b.String(), `"`), "'"); got != plain {
			t.Errorf("%q is written as it is: %v, want %v", s, got, plain)
		}
	}
}

var markdownSigns = regexp.MustCompile("\\\\([`*_\\[\\]~$#])|<br>")

// FuzzMarkdown: a table has a line for each row with a cell for each text, which is
// that text, and no markup.
func FuzzMarkdown(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		tables(a, b, c, func(rows [][]string) {
			var out bytes.Buffer
			if err := table(rows).WriteMarkdown(&out); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(out.String(), "\n")
			if len(lines) != len(rows)+7 || !strings.HasPrefix(lines[0], "# ") || !strings.HasSuffix(lines[0], `\#`) || lines[1] != "" || lines[len(rows)+5] != "3 rows" {
				t.Fatalf("the lines are %q", lines)
			}
			for i, row := range append([][]string{rows[0], nil}, rows...) {
				if row == nil {
					continue
				}
				cells := strings.Split(lines[i+2], "|")
				if len(cells) != len(row)+2 {
					t.Fatalf("the row is %q", lines[i+2])
				}
				for j, s := range row {
					cell := strings.TrimSuffix(strings.TrimPrefix(cells[j+1], " "), " ")
					bare := markdownSigns.ReplaceAllString(cell, "")
					if strings.ContainsAny(bare, "\\`*_[]~$<>{}") || strings.Contains(bare, "://") || strings.Contains(bare, "www.") {
						t.Errorf("the cell %q has markup", cell)
					}
					back := html.UnescapeString(markdownSigns.ReplaceAllString(strings.ReplaceAll(cell, "<br>", "\n"), "$1"))
					if back != seen(s) {
						t.Errorf("%q is shown as %q", s, back)
					}
				}
			}
		})
	})
}

// seen is how people see a text: line by line, with escapes for what is hidden.
func seen(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i < len(lines)-1 {
			line = strings.TrimSuffix(line, "\r")
		}
		lines[i] = text.Shown(line)
	}
	return strings.Join(lines, "\n")
}

// FuzzHTML: a page has the texts in its cells, and no element but its own.
func FuzzHTML(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		xmlText := strings.NewReplacer("\uffff", "", "\ufffe", "") // of which XML has the rest
		a, b, c = xmlText.Replace(a), xmlText.Replace(b), xmlText.Replace(c)
		tables(a, b, c, func(rows [][]string) {
			var out bytes.Buffer
			if err := table(rows).WriteHTML(&out); err != nil {
				t.Fatal(err)
			}
			want := []string{"html:", "head:", "meta:", "meta:", "meta:", "title:" + seen(a+" #"), "style:", "body:", "h1:" + seen(a+" #"), "table:", "thead:", "tr:"}
			for _, s := range rows[0] {
				want = append(want, "th:"+seen(s))
			}
			want = append(want, "tbody:")
			for _, row := range rows {
				want = append(want, "tr:")
				for _, s := range row {
					want = append(want, "td:"+seen(s))
				}
			}
			want = append(want, "p:3 rows")
			if got := elements(t, out.String()); !slices.Equal(got, want) {
				t.Errorf("the page is\n%q, want\n%q", got, want)
			}
		})
	})
}

// elements returns the elements of a page with the text that is directly in each,
// apart from that of the style.
func elements(t *testing.T, page string) []string {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []string
	var open []int
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, page)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open = append(open, len(all))
			all = append(all, token.Name.Local+":")
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) == 0 {
				continue
			}
			name, _, _ := strings.Cut(all[open[len(open)-1]], ":")
			if slices.Contains([]string{"title", "h1", "th", "td", "p"}, name) {
				all[open[len(open)-1]] += string(token)
			}
		case xml.Comment:
			t.Errorf("the comment %q", token)
		}
	}
}
