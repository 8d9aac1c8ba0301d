package main

import (
	"errors"
	"strings"

	"github.com/ambit-authz/ambit/access/document"
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
		c.out.line("%s: ok: %s", from.name, contents(from.policy.Document()))
	}
	return status, errors.Join(all...)
}

// contents counts what is in a document.
func contents(d *document.Document) string {
	return strings.Join([]string{
		count(len(d.Users), "user"), count(len(d.Teams), "team"), count(len(d.Groups), "data group"),
		count(len(d.Accounts), "account"), count(len(d.Reports), "report"), count(len(d.Links), "link"),
	}, ", ")
}
