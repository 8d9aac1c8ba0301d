package console

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/audit"
)

// format is a file that a list can be saved as, or a page to print it.
type format struct {
	Ext  string
	Name phrase
	Type string
}

// formats are those of every list, in the order of their links.
func formats() []format {
	return []format{
		{"csv", say("CSV"), "text/csv; charset=utf-8"},
		{"jsonl", say("JSON Lines"), "application/jsonl"},
		{"md", say("Markdown"), "text/markdown; charset=utf-8"},
		{"html", say("To print"), "text/html; charset=utf-8"},
	}
}

// listRoutes returns the routes of a page that is a list, and of the list in every
// format.
func listRoutes(page route, save func(*visit, format) (*answer, error)) []route {
	all := []route{page}
	for _, f := range formats() {
		all = append(all, route{Path: page.Path + "/" + f.Ext, Rights: page.Rights, Show: func(v *visit) (*answer, error) { return save(v, f) }})
	}
	return all
}

// saved is a link to all rows of what a page shows a part of.
type saved struct {
	Name phrase
	Link string
}

// files returns the links to a list in every format: all of it, also if the page
// is a later one.
func (v *visit) files(path string) []saved {
	query := url.Values{}
	for name, values := range v.parameters() {
		if name != "after" && name != "before" {
			query[name] = values
		}
	}
	var all []saved
	for _, f := range formats() {
		all = append(all, saved{f.Name, v.console.address(path+"/"+f.Ext, query)})
	}
	return all
}

// limit returns how many rows a file is asked for at most; 0 is all.
func (v *visit) limit() int {
	n, err := strconv.Atoi(v.asked("limit"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// save answers with a list as a file, which is made as a whole before its first
// byte is sent, so that nobody takes a part of it for all.
func save[R any](f format, name string, list audit.List[R]) (*answer, error) {
	if f.Ext == "html" {
		list = printable(list)
	}
	writers := map[string]func(io.Writer) error{"csv": list.WriteCSV, "jsonl": list.WriteLines, "md": list.WriteMarkdown, "html": list.WriteHTML}
	var body bytes.Buffer
	if err := writers[f.Ext](&body); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	made := &file{Name: name + "." + f.Ext, Type: f.Type, Data: body.Bytes()}
	if f.Ext == "html" {
		made.Name, made.Policy = "", printPolicy(body.String())
	}
	return &answer{File: made}, nil
}

// printPolicy is that of a page to print: it is one file with its style in it,
// and nothing else of it may be loaded or run.
func printPolicy(page string) string {
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
}

// printable returns a list without the columns that no row has anything in: paper
// is narrow.
func printable[R any](list audit.List[R]) audit.List[R] {
	var rows []R
	var failed error
	for row, err := range list.Rows {
		if failed = err; err != nil {
			break
		}
		rows = append(rows, row)
	}
	list.Columns = slices.DeleteFunc(slices.Clone(list.Columns), func(c audit.Column[R]) bool {
		return len(rows) > 0 && !slices.ContainsFunc(rows, func(row R) bool { return c.Text(row) != "" })
	})
	list.Rows = func(yield func(R, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		if failed != nil {
			var none R
			yield(none, failed)
		}
	}
	return list
}

// first returns the first rows of a list; 0 is all of them.
func first[R any](n int, rows iter.Seq[R]) iter.Seq[R] {
	return func(yield func(R) bool) {
		left := n
		for row := range rows {
			if !yield(row) {
				return
			}
			if left--; left == 0 {
				return
			}
		}
	}
}

// readAudit are the readers of what is made from the log.
var readAudit = []access.Action{access.ReadAudit}
