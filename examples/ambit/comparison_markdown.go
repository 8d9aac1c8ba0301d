package main

import (
	"fmt"
	"strings"
)

// maxSection is how many bytes a section of a comparison lists in Markdown, and
// maxLine how many of one line: GitHub refuses a comment of more than 65,536
// characters.
const (
	maxSection = 15_000
	maxLine    = 1_000
)

// markdown writes a comparison for a comment on a pull request. Names come from
// the policy, and so from the author of the pull request: they stand in blocks of
// code only, each line after a sign, so that no text is markup, a mention or the
// end of its block.
func (d comparison) markdown(o *output) {
	if d.isEmpty() {
		o.line("No difference: everybody may do the same as before.")
	} else {
		o.line("Gain access: **%v**. Lose access: **%v**.", d.Gains, d.Losses)
	}
	for _, s := range d.sections() {
		o.line("")
		o.line("#### %s", s.title)
		o.line("")
		o.line("```diff")
		o.WriteString(s.block())
		o.line("```")
	}
}

// block returns the lines of a section, as far as there is space.
func (s section) block() string {
	var b strings.Builder
	for i, line := range s.lines {
		line = shortened(shown(line))
		if b.Len()+len(line) > maxSection {
			fmt.Fprintf(&b, "%s and %d more are not shown here\n", s.sign, len(s.lines)-i)
			break
		}
		fmt.Fprintf(&b, "%s %s\n", s.sign, line)
	}
	if s.rest != "" {
		fmt.Fprintf(&b, "%s %s\n", s.sign, s.rest)
	}
	return b.String()
}

// shortened returns at most maxLine bytes of a text.
func shortened(text string) string {
	if len(text) <= maxLine {
		return text
	}
	return strings.ToValidUTF8(text[:maxLine], "") + " …"
}
