package main

import (
	"context"
	"fmt"
	"slices"

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
	d := c.compare(old, next)
	if i := slices.IndexFunc(d.doubts, isOfStrangers); i >= 0 && !c.strangers {
		return statusFailed, fmt.Errorf("%s and %s: %s A comparison would list all of both; -strangers makes it all the same", old.name, next.name, d.doubts[i].Text)
	}
	switch c.format {
	case "json":
		err = c.out.json(jsonOf(d))
	case "markdown":
		d.markdown(c.out)
	default:
		d.text(c.out)
	}
	switch {
	case !c.exitCode || d.isEmpty():
		return statusYes, err
	case d.Gains.Count+d.Losses.Count == 0:
		return statusOpen, err
	}
	return statusNo, err
}

// comparison is what there is to say of two policies.
type comparison struct {
	old, next string // their names
	doubts    []diff.Doubt
	diff.Summary
}

// compare compares two policies, for as long as the flag -within allows.
func (c *call) compare(old, next source) comparison {
	defer c.progress("comparing " + old.name + " and " + next.name)()
	ctx := context.Background()
	if c.within > 0 {
		limited, cancel := context.WithTimeout(ctx, c.within)
		defer cancel()
		ctx = limited
	}
	const noLimit = 1 << 62
	limits := diff.Limits{Steps: noLimit, Rights: c.most}
	if c.most == 0 {
		limits.Rights = noLimit
	}
	d := comparison{old: old.name, next: next.name, doubts: diff.Doubts(old.policy, next.policy)}
	if slices.ContainsFunc(d.doubts, isOfStrangers) && !c.strangers {
		return d // which is not looked at
	}
	d.Summary = diff.Compare(old.policy, next.policy).Summary(ctx, limits)
	return d
}

// isOfStrangers reports whether there is no meaning in a comparison.
func isOfStrangers(d diff.Doubt) bool { return d.Code == diff.Strangers }

// isEmpty reports whether the policies allow the same, for certain.
func (d comparison) isEmpty() bool {
	return d.Gains.Count+d.Losses.Count == 0 && !d.Gains.More && !d.Losses.More
}

// text writes gains and losses, a line each, and how many there are.
func (d comparison) text(o *output) {
	for _, doubt := range d.doubts {
		o.colored(yellow, "! %s", doubt.Text)
	}
	if d.isEmpty() {
		o.line("no difference")
		return
	}
	o.rights(green, "+", d.Gains)
	o.rights(red, "-", d.Losses)
	o.line("gains: %v; losses: %v", d.Gains, d.Losses)
}

func (o *output) rights(color, sign string, t diff.Total) {
	for _, r := range t.Rights {
		o.colored(color, "%s %v", sign, r)
	}
	if rest := moreText(t); rest != "" {
		o.colored(color, "%s %s", sign, rest)
	}
}

// moreText says how many rights are not listed, "" if all are.
func moreText(t diff.Total) string {
	n := t.Count - len(t.Rights)
	switch {
	case n > 0 && t.More:
		return fmt.Sprintf("and more than %d more", n)
	case n > 0:
		return fmt.Sprintf("and %d more", n)
	case t.More:
		return "and perhaps more: it was not looked at to the end"
	}
	return ""
}
