package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
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
	case d.isOpen():
		return statusOpen, err
	}
	return statusNo, err
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
	const noLimit = math.MaxInt / 2
	limits := diff.Limits{Steps: noLimit, Rights: cmp.Or(c.most, noLimit)}
	d := comparison{old: old.name, next: next.name, doubts: diff.Doubts(old.policy, next.policy)}
	if slices.ContainsFunc(d.doubts, isOfStrangers) && !c.strangers {
		return d // which is not looked at
	}
	for change := range diff.FilterChanges(old.policy, next.policy) {
		if ctx.Err() != nil || len(d.filters) == limits.Rights {
			d.moreFilters = true
			break
		}
		d.filters = append(d.filters, change)
	}
	d.Summary = diff.Compare(old.policy, next.policy).Summary(ctx, limits)
	return d
}

// isOfStrangers reports whether there is no meaning in a comparison.
func isOfStrangers(d diff.Doubt) bool { return d.Code == diff.Strangers }
