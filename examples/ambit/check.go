package main

import (
	"errors"
	"iter"
	"maps"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// check says whether policies are in order, and what is in them. It goes on after
// a bad one.
func check(c *call) (int, error) {
	var all []error
	status := statusYes
	for _, arg := range c.args {
		from, err := c.open(arg)
		if err != nil {
			all = append(all, err)
			if _, wrong := errors.AsType[contentError](err); !wrong {
				status = statusFailed
			}
			status = max(status, statusNo)
			continue
		}
		c.out.line("%s: ok: %s", from.name, contents(from.policy.Directory()))
	}
	return status, errors.Join(all...)
}

// contents counts what is in a policy.
func contents(d access.Directory) string {
	return strings.Join([]string{
		count(numberOf(d.Users()), "user"), count(numberOf(d.Teams()), "team"), count(numberOf(d.Groups()), "data group"),
		count(numberOf(d.Accounts()), "account"), count(numberOf(maps.Keys(maps.Collect(d.Reports()))), "report"), count(numberOf(d.Links()), "link"),
	}, ", ")
}

// numberOf returns how many there are.
func numberOf[T any](all iter.Seq[T]) (n int) {
	for range all {
		n++
	}
	return n
}
