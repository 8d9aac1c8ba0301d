package main

import (
	"fmt"
	"slices"
	"strings"
)

// help describes the program, or one command.
func help(c *call) (int, error) {
	if len(c.args) == 0 {
		c.out.overview()
		return statusYes, nil
	}
	cmd, ok := find(c.args[0])
	if !ok {
		return statusFailed, usageError{"", fmt.Errorf("there is no command %q%s", c.args[0], suggestion(c.args[0]))}
	}
	cmd.help(c.out)
	return statusYes, nil
}

const (
	introduction = `Ambit reads a policy and answers questions about it.

Usage: ambit COMMAND [flags] POLICY
`
	sources = `
A POLICY is the path of a document in JSON, - for standard input, or file:PATH for the
log of a company, with -at EVENT or -asof TIME for a state of before.

Exit status: 0 yes, 1 no (denied, nobody, a difference, a finding), 2 wrong usage or a
policy with mistakes, which are all listed as FILE:LINE: what. 3: nothing proves it.

ambit help COMMAND says more.
`
)

func (o *output) overview() {
	o.lines(introduction)
	o.line("")
	t := newTable()
	for _, c := range commands() {
		t.row("  "+c.name, c.summary)
	}
	o.lines(t.String())
	o.lines(sources)
}

// help describes a command: its usage, its flags, its exit statuses and an
// example.
func (c command) help(o *output) {
	usage := []string{"Usage: ambit", c.name}
	for _, row := range c.rows() {
		if slices.Contains(strings.Fields(c.needs), row.name) {
			usage = append(usage, "-"+row.name, row.value)
		}
	}
	if len(c.rows()) > 0 {
		usage = append(usage, "[flags]")
	}
	o.line("%s", strings.TrimSpace(strings.Join(append(usage, c.args), " ")))
	o.line("")
	o.line("%s.", strings.ToUpper(c.summary[:1])+c.summary[1:])
	o.lines(c.about)
	if rows := c.rows(); len(rows) > 0 {
		o.line("")
		t := newTable()
		for _, r := range rows {
			t.row(strings.TrimRight("  -"+r.name+" "+r.value, " "), r.about)
		}
		o.lines(t.String())
	}
	if c.more != nil {
		c.more(o)
	}
	if c.statuses != "" {
		o.line("")
		o.line("Exit status: %s.", c.statuses)
	}
	o.line("")
	o.line("Example:")
	o.line("  ambit %s", c.example)
}
