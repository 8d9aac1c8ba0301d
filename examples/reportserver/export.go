package main

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/audit"
)

// file is a link to a page as a file.
type file struct{ Name, Link string }

// formats are the files that a list can be saved as.
var formats = []struct{ ext, name, kind string }{
	{"csv", "CSV", "text/csv; charset=utf-8"},
	{"jsonl", "JSON Lines", "application/jsonl"},
	{"md", "Markdown", "text/markdown; charset=utf-8"},
	{"html", "To print", "text/html; charset=utf-8"},
}

// files returns links to all rows of what a page shows the first of.
func files(path string, asked url.Values) []file {
	query := url.Values{}
	for name, values := range asked {
		if name != "after" {
			query[name] = values
		}
	}
	var all []file
	for _, f := range formats {
		link := url.URL{Path: path + "/" + f.ext, RawQuery: query.Encode()}
		all = append(all, file{f.name, link.String()})
	}
	return all
}

// export answers with a list in the format that the path names.
func export[R any](w http.ResponseWriter, r *http.Request, name string, list audit.List[R]) {
	ext := r.PathValue("format")
	if ext == "html" {
		list = printable(list)
	}
	writers := map[string]func(io.Writer) error{"csv": list.WriteCSV, "jsonl": list.WriteLines, "md": list.WriteMarkdown, "html": list.WriteHTML}
	for _, f := range formats {
		if f.ext == ext {
			sendFile(w, r, name+"."+ext, f.kind, writers[ext])
			return
		}
	}
	accesshttp.Refuse(w, r, admission.ErrNotFound)
}

// printable returns a list without the columns that no row has anything in: paper is narrow.
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

// sendFile answers with a file, which is made as a whole before its first byte is sent, so that nobody takes a part of it for all. A
// page to print is shown, anything else is saved.
func sendFile(w http.ResponseWriter, r *http.Request, name, kind string, write func(io.Writer) error) {
	var body bytes.Buffer
	if err := write(&body); err != nil {
		accesshttp.Refuse(w, r, fmt.Errorf("%s: %w", name, err))
		return
	}
	setPageHeaders(w.Header())
	h := w.Header()
	h.Set("Content-Type", kind)
	if kind == "text/html; charset=utf-8" {
		h.Set("Content-Security-Policy", printPolicy)
	} else {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
	w.Write(body.Bytes()) // a client that is gone needs no answer
}

// printPolicy is that of a page to print. It is one file with its style in it, and names the hash of that style in a policy of its own:
// both hold.
const printPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
