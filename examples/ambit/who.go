package main

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// who lists the users who may take an action, each with the reason.
func who(c *call) (int, error) {
	a, err := c.action()
	if err != nil {
		return statusFailed, err
	}
	r, err := c.resource()
	if err != nil {
		return statusFailed, err
	}
	from, err := c.open(c.args[0])
	if err != nil {
		return statusFailed, err
	}
	all := slices.Sorted(from.policy.Who(a, r).All())
	if c.format == "json" {
		answers := []answer{}
		for _, user := range all {
			answers = append(answers, answerOf(from.policy, from.policy.Decide(access.User(user), a, r)))
		}
		if err := c.out.json(answers); err != nil {
			return statusFailed, err
		}
	}
	if len(all) == 0 {
		d := from.policy.Applies(a, r)
		if d.Allowed {
			d = absent(from.policy, a, r)
		}
		return statusNo, c.none(fmt.Sprintf("nobody may take %s on %v", a, r), from.policy, d)
	}
	if c.format == "json" {
		return statusYes, nil
	}
	t := newTable()
	for _, user := range all {
		t.row(string(user), from.policy.Decide(access.User(user), a, r).String())
	}
	c.out.lines(t.String())
	return statusYes, nil
}

// none tells that there is nothing to list, and which denial is why, if d is one. In
// JSON the list is empty, so the denial goes to standard error.
func (c *call) none(nothing string, p *access.Policy, d access.Decision) error {
	switch {
	case c.format == "json" && d.Reason == "":
		return nil
	case c.format == "json":
		return fmt.Errorf("ambit: %s: %s", nothing, withMeant(p, d))
	}
	c.out.line("%s", nothing)
	if d.Reason != "" {
		c.out.line("%s", withMeant(p, d))
	}
	return nil
}
