package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// table aligns rows of cells. The zero table is not ready; see newTable.
type table struct {
	text *strings.Builder
	rows *tabwriter.Writer
}

func newTable() table {
	text := new(strings.Builder)
	return table{text, tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)}
}

// row adds a row. An empty cell is shown as a dash, so that every row reaches its last column.
func (t table) row(cells ...string) {
	for i, cell := range cells {
		if cell == "" {
			cells[i] = "–"
		}
	}
	fmt.Fprintln(t.rows, strings.Join(cells, "\t"))
}

// String returns the rows so far, aligned.
func (t table) String() string {
	t.rows.Flush() // into a strings.Builder, which takes everything
	return t.text.String()
}

// short joins what fits a cell, and counts the rest.
func short(words []string) string {
	const most = 4
	if rest := len(words) - most; rest > 1 { // "and 1 more" is no shorter than the one
		return strings.Join(words[:most], ", ") + fmt.Sprintf(" and %d more", rest)
	}
	return strings.Join(words, ", ")
}
