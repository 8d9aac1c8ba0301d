package audit

import (
	"io"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// WriteMarkdown writes the title, the rows as a table of GitHub's Markdown, and the
// count of the rows. No text of a row is markup in it: it is shown as it is, with
// an escape, such as \u202e, for what cannot be seen.
func (l List[R]) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	if l.Title != "" {
		title := markdownText(strings.Join(strings.Fields(l.Title), " "))
		if before, ends := strings.CutSuffix(title, "#"); ends {
			title = before + `\#` // which would not be shown
		}
		b.WriteString("# " + title + "\n\n")
	}
	flush := func() error {
		_, err := io.WriteString(w, b.String())
		b.Reset()
		return err
	}
	write := func(texts []string) error {
		for _, s := range texts {
			b.WriteString("| " + markdownText(s) + " ")
		}
		b.WriteString("|\n")
		return flush()
	}
	if len(l.Columns) > 0 {
		if err := write(l.names()); err != nil {
			return err
		}
		b.WriteString(strings.Repeat("| --- ", len(l.Columns)) + "|\n")
	}
	n, err := l.eachLine(write)
	if err != nil {
		return err
	}
	b.WriteString("\n" + countText(n) + "\n")
	return flush()
}

// markdownText returns s as Markdown for one line, a line feed as a break.
func markdownText(s string) string {
	return markdownEscapes.Replace(shownLines(s))
}

// markdownEscapes are by entities where a backslash could be read otherwise: in
// tables, by programs that know no backslash before what is HTML, or by templates.
// A "://" or "www." would be made a link.
var markdownEscapes = strings.NewReplacer(
	"\n", "<br>",
	`\`, "&#92;", "|", "&#124;", "&", "&amp;", "<", "&lt;", ">", "&gt;", "{", "&#123;", "}", "&#125;",
	"`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "$", `\$`,
	"://", "&#58;//", "www.", "www&#46;",
)

// shownLines returns s with escapes for what cannot be seen, apart from line feeds.
func shownLines(s string) string {
	if text.Visible(s) == nil {
		return s
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = text.Shown(line)
	}
	return strings.Join(lines, "\n")
}
