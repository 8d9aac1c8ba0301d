package main

import (
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
			answers = append(answers, answerOf(from.policy.Decide(access.User(user), a, r)))
		}
		return yesNo(len(all) > 0), c.out.json(answers)
	}
	if len(all) == 0 {
		c.out.line("nobody may take %s on %v", a, r)
		c.out.whyNobody(from.policy.Applies(a, r))
		return statusNo, nil
	}
	t := newTable()
	for _, user := range all {
		t.row(string(user), from.policy.Decide(access.User(user), a, r).String())
	}
	c.out.lines(t.String())
	return statusYes, nil
}

// whyNobody tells of a question that nobody can ask: a misspelt action or kind.
func (o *output) whyNobody(d access.Decision) {
	if !d.Allowed {
		o.line("%v", d)
	}
}
