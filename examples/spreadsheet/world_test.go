package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// hostile are texts that somebody may have typed, or chosen as an id.
var hostile = []string{
	"Ann", "'", "''", "'=1", "'007", `\`, `'\n`, `C:\new`, "a\nb", "a\r\n=1", "\x00", "a\xff", "\ufeff=1", "\u200b=1", "\u00a0=1", " =1", "\u2800=1", "\t=1", "\r=1",
	"=1+1", "+1", "-1", "-", "@SUM(A1)", "=A1", `=HYPERLINK("http://x","y")`, "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "−1", "a;=1+1;b", `a; "=1+1`, `"=1`, `","=1`, "=1,2",
	"007", "1e5", "1E+5", "12", "1,5", "1,000", "$12", "12€", "¥1", "50%", "2 1/2", "(12)", "12:30", "12:30:01", "12 pm", "12pm", "3/4", "1-2-3", "2026-01-02", "2026-01-02T15:04:05Z",
	"MAR1", "1mar", "sept2", "2 March", "January 2, 2026", "Fri 2 Jan 2026", "2-Jan-26", "TRUE", "false", " True ", "#N/A", "#REF!", "#DIV/0!", "#12", "１２", "٣", "½",
	"mia2", "90 days", "T-12", "a@example.com", "a,b", "a;b", "a|b", `"a"`, `a"b`, " a ", "עברית", "a \u202egpj", "👩‍💻", strings.Repeat("ä", 250), "<script>alert(1)</script>", "&lt;",
}

// register has every hostile text in every place of a row that holds a text.
func register() iter.Seq[audit.RegisterRow] {
	at := func(i int) time.Time { return time.Date(2026, 1, 2, 15, 4, 5, i, time.UTC).AddDate(0, 0, i) }
	return func(yield func(audit.RegisterRow) bool) {
		for i := range hostile {
			s := func(k int) string { return hostile[(i+k*7)%len(hostile)] }
			if !yield(audit.RegisterRow{
				User: s(0), Invitation: s(1), Name: s(2), Email: s(3), Role: s(4), Teams: []string{s(5), s(6)}[:i%3], State: audit.StateActive,
				Added: at(i), AddedBy: s(7), Reason: s(8), Approval: s(9), Event: uint64(i), Duration: fmt.Sprint(i, " days"), Ends: at(2 * i),
				ReviewBy: at(1), LastReview: at(2), NextReview: at(3), Removed: at(4), RemovedBy: s(10), RemovedReason: s(11), RemovedEvent: uint64(10 * i),
			}) {
				return
			}
		}
	}
}

// random has cells of the parts that numbers, dates, formulas and separators are
// made of.
func random(n int) audit.List[[]string] {
	parts := strings.Fields(`0 1 2 12 31 2026 . , : / - + = @ ' " ; ( ) % $ € £ e E T Z am PM p Jan may MAR sep dec December Mon Friday # N/A A1 true FALSE \ ! & | _ ~ d days １ ٣ ½ i h x`)
	parts = append(parts, " ", " ", " ", "\n", "\u00a0")
	draw := rand.New(rand.NewPCG(14, 1))
	l := audit.List[[]string]{Rows: func(yield func([]string, error) bool) {
		for range n {
			row := make([]string, 8)
			for i := range row {
				for range 1 + draw.IntN(7) {
					row[i] += parts[draw.IntN(len(parts))]
				}
			}
			if !yield(row, nil) {
				return
			}
		}
	}}
	for i := range 8 {
		l.Columns = append(l.Columns, audit.Column[[]string]{Name: fmt.Sprint("column ", 'a'+i, "th"), Text: func(row []string) string { return row[i] }})
	}
	return l
}

// file writes a list to a file of its own, and returns its name and its cells.
func file[R any](t *testing.T, l audit.List[R]) (name string, cells [][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := l.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name, parse(t, b.Bytes())
}

func parse(t *testing.T, file []byte) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1 // spreadsheets leave out empty cells at the end
	cells, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// need skips the test if a program is missing, or fails it where CI must have it.
func need(t *testing.T, program string, inCI bool) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if inCI && os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and this is CI: see .ci/servers", program)
	}
	t.Skipf("%s is missing: see .ci/servers", program)
}

// run runs a program, which must not need long.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
}

// cell is what a spreadsheet program made of one.
type cell struct {
	kind string // "text" is the one that may be; "" of an empty cell
	text string
}

// compare compares what a program made with what it was to make, of each cell.
func compare(t *testing.T, got func(row, column int) cell, want [][]string) {
	t.Helper()
	wrong := 0
	for i, row := range want {
		for j, s := range row {
			if c := got(i, j); c.text != s || c.kind != "text" && s != "" {
				if wrong++; wrong <= 20 {
					t.Errorf("row %d, column %d: %q became the %s %q", i, j, s, c.kind, c.text)
				}
			}
		}
	}
	if wrong > 20 {
		t.Errorf("%d cells in all", wrong)
	}
}

// compareRows compares a file that was written again.
func compareRows(t *testing.T, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows became %d", len(want), len(got))
	}
	compare(t, func(row, column int) cell {
		if column >= len(got[row]) {
			return cell{}
		}
		return cell{"text", got[row][column]}
	}, want)
}

// without returns the cells without the apostrophe that one may begin with.
func without(cells [][]string) [][]string {
	cells = slices.Clone(cells)
	for i, row := range cells {
		cells[i] = slices.Clone(row)
		for j := range row {
			cells[i][j] = strings.TrimPrefix(row[j], "'")
		}
	}
	return cells
}
