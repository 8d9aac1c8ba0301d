package main

import (
	"fmt"
	"iter"

	"github.com/ambit-authz/ambit/access/diff"
)

// difference compares two policies: who gains and who loses what.
func difference(c *call) (int, error) {
	if c.args[0] == "-" && c.args[1] == "-" {
		return statusFailed, c.wrong("only one of OLD and NEW can be standard input")
	}
	old, err := c.openAt(c.args[0], place{c.oldAt, c.oldAsOf})
	if err != nil {
		return statusFailed, err
	}
	next, err := c.open(c.args[1])
	if err != nil {
		return statusFailed, err
	}
	d := diff.Compare(old.policy, next.policy)
	gains := c.out.rights(green, "+", d.Gains(), c.most)
	losses := c.out.rights(red, "-", d.Losses(), c.most)
	if gains+losses == 0 {
		c.out.line("no difference")
		return statusYes, nil
	}
	return yesNo(!c.exitCode), nil
}

// rights writes rights, a line each, and returns how many it wrote.
func (o *output) rights(color, sign string, all iter.Seq[diff.Right], most int) int {
	n := 0
	for r := range all {
		if n == most && most > 0 {
			o.line("%s and more", sign)
			break
		}
		o.colored(color, "%s %s", sign, fmt.Sprint(r))
		n++
	}
	return n
}
