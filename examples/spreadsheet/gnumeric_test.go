package spreadsheet

import (
	"compress/gzip"
	"encoding/xml"
	"os"
	"path/filepath"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// TestGnumericRegister: Gnumeric reads every cell of a hostile register as text and
// none as a formula, and writes the same rows and cells again. It takes away the
// apostrophe that marks a cell as text.
func TestGnumericRegister(t *testing.T) {
	t.Parallel()
	gnumeric(t, audit.RegisterList(register()))
}

// TestGnumericRandom does the same with cells of the parts of numbers, dates and
// formulas.
func TestGnumericRandom(t *testing.T) {
	t.Parallel()
	gnumeric(t, random(4000))
}

// TestGnumericSees: what the other tests look for is seen where it is.
func TestGnumericSees(t *testing.T) {
	t.Parallel()
	need(t, "ssconvert", true)
	name := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(name, []byte("=1+1,007,TRUE,#N/A,2026-01-02T15:04:05Z,'=1,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := gnumericCells(t, name)
	for i, want := range []cell{{"formula", "=1+1"}, {"number", "7"}, {"boolean", "TRUE"}, {"error", "#N/A"}, {"number", ""}, {"text", "=1"}, {"text", "x"}} {
		c := got[[2]int{0, i}]
		if c.kind != want.kind || want.text != "" && c.text != want.text {
			t.Errorf("column %d is the %s %q, want the %s %q", i, c.kind, c.text, want.kind, want.text)
		}
	}
}

func gnumeric[R any](t *testing.T, l audit.List[R]) {
	need(t, "ssconvert", true)
	name, cells := file(t, l)
	got := gnumericCells(t, name)
	compare(t, func(row, column int) cell { return got[[2]int{row, column}] }, without(cells))
	for at := range got {
		if at[0] >= len(cells) || at[1] >= len(cells[0]) {
			t.Errorf("there is a cell at %v, outside of the table", at)
		}
	}
	again := filepath.Join(t.TempDir(), "again.csv")
	run(t, "ssconvert", name, again)
	b, err := os.ReadFile(again)
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, parse(t, b), without(cells))
}

// gnumericCells returns the cells of a file as Gnumeric keeps them, by row and
// column.
func gnumericCells(t *testing.T, name string) map[[2]int]cell {
	t.Helper()
	own := filepath.Join(t.TempDir(), "list.gnumeric")
	run(t, "ssconvert", name, own)
	f, err := os.Open(own)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Cells []struct {
			Row       int    `xml:",attr"`
			Col       int    `xml:",attr"`
			ValueType string `xml:",attr"`
			Text      string `xml:",chardata"`
		} `xml:"Sheets>Sheet>Cells>Cell"`
	}
	if err := xml.NewDecoder(plain).Decode(&book); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{"": "formula", "20": "boolean", "40": "number", "50": "error", "60": "text"}
	cells := make(map[[2]int]cell)
	for _, c := range book.Cells {
		cells[[2]int{c.Row, c.Col}] = cell{kinds[c.ValueType], c.Text}
	}
	return cells
}
