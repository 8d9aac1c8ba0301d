package main

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access/diff"
)

// maxMarkdown is how many bytes of rights the Markdown of a comparison lists, and
// maxLine how many of one: GitHub refuses a comment of more than 65,536
// characters.
const (
	maxMarkdown = 40_000
	maxLine     = 1_000
)

// markdown writes a comparison for a comment on a pull request. Names come from
// the policy, and so from the author of the pull request: they stand in blocks of
// code only, each line after a sign, so that no text is markup, a mention or the
// end of its block.
func (d comparison) markdown(o *output) {
	if len(d.doubts) > 0 {
		o.line("```diff")
		for _, doubt := range d.doubts {
			o.line("! %s", shortened(shown(doubt.Text)))
		}
		o.line("```")
		o.line("")
	}
	if d.isEmpty() {
		o.line("No difference: everybody may do the same as before.")
		return
	}
	o.line("Gain access: **%v**. Lose access: **%v**.", d.Gains, d.Losses)
	left := maxMarkdown
	o.block("Gains", "+", d.Gains, &left)
	o.block("Losses", "-", d.Losses, &left)
}

// block writes one side of a comparison, as long as there is space left.
func (o *output) block(title, sign string, t diff.Total, left *int) {
	if t.Count == 0 && !t.More {
		return
	}
	var b strings.Builder
	for i, r := range t.Rights {
		line := sign + " " + shortened(shown(r.String())) + "\n"
		if *left -= len(line); *left < 0 {
			t.Rights = t.Rights[:i]
			break
		}
		b.WriteString(line)
	}
	if rest := moreText(t); rest != "" {
		fmt.Fprintf(&b, "%s %s\n", sign, rest)
	}
	o.line("")
	o.line("#### %s", title)
	o.line("")
	o.line("```diff")
	o.WriteString(b.String())
	o.line("```")
}

// shortened returns at most maxLine bytes of a text.
func shortened(text string) string {
	if len(text) <= maxLine {
		return text
	}
	return strings.ToValidUTF8(text[:maxLine], "") + " …"
}
