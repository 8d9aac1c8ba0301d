package spreadsheet

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// How LibreOffice is told to read CSV: the separator, the quote, UTF-8, from line 1.
const (
	atCommas     = "CSV:44,34,76,1"
	atSemicolons = "CSV:59,34,76,1" // as it guesses where the comma is in numbers
)

// TestLibreOfficeRegister: LibreOffice reads every cell of a hostile register as
// text and none as a formula, and writes the same rows and cells again, with their
// apostrophes, so that ParseCell gives the texts. The same with random cells.
func TestLibreOfficeRegister(t *testing.T) {
	t.Parallel()
	need(t, "soffice", false)
	t.Run("register", func(t *testing.T) { libreOffice(t, audit.RegisterList(register())) })
	t.Run("random", func(t *testing.T) { libreOffice(t, random(4000)) })
}

// TestLibreOfficeSemicolons: what LibreOffice reads at the wrong separator is not
// what was written, and runs nothing all the same.
func TestLibreOfficeSemicolons(t *testing.T) {
	t.Parallel()
	need(t, "soffice", false)
	name, _ := file(t, audit.RegisterList(register()))
	for at, c := range libreOfficeCells(t, name, atSemicolons) {
		if c.kind == "formula" {
			t.Errorf("the cell at %v became the formula %q", at, c.text)
		}
	}
	if err := os.WriteFile(name, []byte("\"a;=1+1;b\",007\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := libreOfficeCells(t, name, `CSV:59,,76,1`)[[2]int{0, 1}]; c.kind != "formula" {
		t.Errorf("a formula after a semicolon is the %s %q", c.kind, c.text)
	}
}

func libreOffice[R any](t *testing.T, l audit.List[R]) {
	name, cells := file(t, l)
	got := libreOfficeCells(t, name, atCommas)
	compare(t, func(row, column int) cell { return got[[2]int{row, column}] }, cells)
	out := t.TempDir()
	soffice(t, "--infilter="+atCommas, "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", out, name)
	b, err := os.ReadFile(filepath.Join(out, filepath.Base(name)))
	if err != nil {
		t.Fatal(err)
	}
	compareRows(t, parse(t, b), cells)
}

// soffice runs LibreOffice with a profile of its own.
func soffice(t *testing.T, args ...string) {
	t.Helper()
	run(t, "soffice", append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless"}, args...)...)
}

// libreOfficeCells returns the cells of a file as LibreOffice keeps them, by row and
// column.
func libreOfficeCells(t *testing.T, name, filter string) map[[2]int]cell {
	t.Helper()
	out := t.TempDir()
	soffice(t, "--infilter="+filter, "--convert-to", "fods", "--outdir", out, name)
	b, err := os.ReadFile(filepath.Join(out, "list.fods"))
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Rows []struct {
			Repeated int `xml:"number-rows-repeated,attr"`
			Cells    []struct {
				Formula  string `xml:"formula,attr"`
				Type     string `xml:"value-type,attr"`
				Repeated int    `xml:"number-columns-repeated,attr"`
				Text     []flat `xml:"p"`
			} `xml:"table-cell"`
		} `xml:"body>spreadsheet>table>table-row"`
	}
	if err := xml.Unmarshal(b, &book); err != nil {
		t.Fatal(err)
	}
	cells := make(map[[2]int]cell)
	row := 0
	for _, r := range book.Rows {
		column := 0
		for _, c := range r.Cells {
			var lines []string
			for _, p := range c.Text {
				lines = append(lines, string(p))
			}
			kind := strings.Replace(c.Type, "string", "text", 1)
			if c.Formula != "" {
				kind = "formula"
			}
			for range max(c.Repeated, 1) {
				if kind != "" {
					for again := range max(r.Repeated, 1) {
						cells[[2]int{row + again, column}] = cell{kind, strings.Join(lines, "\n")}
					}
				}
				column++
			}
		}
		row += max(r.Repeated, 1)
	}
	return cells
}

// flat is the text of a paragraph, in which runs of spaces are elements.
type flat string

// UnmarshalXML implements [xml.Unmarshaler].
func (f *flat) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; token.Name.Local == "s" {
				n := 1
				for _, a := range token.Attr {
					if a.Name.Local == "c" {
						n = 0
						for _, digit := range a.Value {
							n = 10*n + int(digit-'0')
						}
					}
				}
				*f += flat(strings.Repeat(" ", n))
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			*f += flat(token)
		}
	}
	return nil
}
