package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
)

// WriteHTML writes a page of its own: the title, the rows as a table, and their
// count. It loads nothing and runs nothing, and forbids itself both by a policy,
// so it may be opened from a disk or sent by mail. It prints in landscape, with
// the names of the columns on every sheet. Texts are shown as in WriteMarkdown.
func (l List[R]) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	write := func(part *template.Template, data any) error {
		b.Reset()
		if err := part.Execute(&b, data); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes())
		return err
	}
	names := l.names()
	for i, name := range names {
		names[i] = shownLines(name)
	}
	if err := write(htmlHead, struct {
		Title   string
		Columns []string
	}{shownLines(l.Title), names}); err != nil {
		return err
	}
	n, err := l.eachLine(func(texts []string) error {
		for i, s := range texts {
			texts[i] = shownLines(s)
		}
		return write(htmlRow, texts)
	})
	if err != nil {
		return err
	}
	return write(htmlFoot, countText(n))
}

// htmlStyle is what the policy of the page allows, by its hash.
const htmlStyle = `
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #111; background: #fff }
table { border-collapse: collapse; width: 100% }
thead { display: table-header-group }
tr { break-inside: avoid }
th, td { border: 1px solid #999; padding: 0.2em 0.4em; text-align: start; vertical-align: top }
th { background: #eee }
td { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 5em }
@page { size: A4 landscape; margin: 12mm }
@media print { body { font-size: 7pt; margin: 0 } th { print-color-adjust: exact } }
`

var (
	htmlHead = template.Must(template.New("head").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-` + styleHash() + `'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>` + htmlStyle + `</style>
</head>
<body>
{{with .Title}}<h1>{{.}}</h1>
{{end}}<table>
<thead>
<tr>{{range .Columns}}<th scope="col">{{.}}</th>{{end}}</tr>
</thead>
<tbody>
`))
	htmlRow = template.Must(template.New("row").Parse(`<tr>{{range .}}<td dir="auto">{{.}}</td>{{end}}</tr>
`))
	htmlFoot = template.Must(template.New("foot").Parse(`</tbody>
</table>
<p>{{.}}</p>
</body>
</html>
`))
)

func styleHash() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}
