package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// page is what the program prints: headings and rows, line by line.
type page struct{ lines []string }

// heading begins a chapter.
func (p *page) heading(title string) {
	p.space()
	p.lines = append(p.lines, "# "+title)
}

// space leaves a line empty, unless it is the first.
func (p *page) space() {
	if len(p.lines) > 0 {
		p.lines = append(p.lines, "")
	}
}

// row adds a row. An empty cell is shown as a dash.
func (p *page) row(cells ...string) {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "–"
		}
	}
	p.lines = append(p.lines, "  "+strings.Join(cells, "\t"))
}

// String returns the page. Rows that follow each other are aligned.
func (p *page) String() string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, line := range p.lines {
		fmt.Fprintln(t, line)
	}
	t.Flush() // into a strings.Builder, which takes everything
	return text.String()
}
