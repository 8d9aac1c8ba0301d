package main

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// listed is what the command list can list.
var listed = []string{"accounts", "actions", "reports"}

// listItems lists what a subject has: the accounts they see, the actions they may take
// on something, or the reports at which they may take an action.
func listItems(c *call) (int, error) {
	what := c.args[0]
	if !slices.Contains(listed, what) {
		return statusFailed, usageError{"list", fmt.Errorf("it lists %s: %q is none of them", choice(listed), what)}
	}
	s, err := c.subject()
	if err != nil {
		return statusFailed, err
	}
	find, err := c.lister(what, s)
	if err != nil {
		return statusFailed, err
	}
	from, err := c.open(c.args[1])
	if err != nil {
		return statusFailed, err
	}
	items := find(from.policy)
	if c.format == "json" {
		if err := c.out.json(items); err != nil {
			return statusFailed, err
		}
	}
	if len(items) == 0 {
		return statusNo, c.none(c.nothing(what, s), from.policy, c.denial(what, from.policy, s))
	}
	if c.format != "json" {
		for _, item := range items {
			c.out.line("%s", item)
		}
	}
	return statusYes, nil
}

// lister returns what finds the items, sorted; never nil.
func (c *call) lister(what string, s access.Subject) (func(*access.Policy) []string, error) {
	switch what {
	case "accounts":
		if c.do != nil || c.on != nil {
			return nil, c.wrong("accounts are listed without -do and -on")
		}
		return func(p *access.Policy) []string { return texts(slices.Collect(p.View(s).Accounts())) }, nil
	case "reports":
		if c.on != nil {
			return nil, c.wrong("reports are listed without -on")
		}
		a := access.ViewReport
		if c.do != nil {
			a = access.Action(*c.do)
		}
		return func(p *access.Policy) []string { return texts(slices.Collect(p.Reports(s, a))) }, nil
	}
	if c.do != nil {
		return nil, c.wrong("actions are listed without -do; ask ambit decide about a single one")
	}
	r, err := c.resource()
	return func(p *access.Policy) []string { return texts(slices.Collect(p.Actions(s, r))) }, err
}

// denial returns the denial that is why there is nothing to list: the subject may do
// nothing at all, or the action or the resource is not there. It is zero if there is
// no such reason.
func (c *call) denial(what string, p *access.Policy, s access.Subject) access.Decision {
	if d := p.Active(s); !d.Allowed {
		return d
	}
	switch {
	case what == "reports" && c.do != nil:
		if d := p.Applies(access.Action(*c.do), access.Report("any")); !d.Allowed {
			return d
		}
	case what == "actions":
		r, _ := c.resource() // it was read before
		if d := p.Applies(access.ViewAccount, r); !d.Allowed && d.Reason != access.ReasonWrongKind {
			return d
		}
		return absent(p, "", r)
	}
	return access.Decision{}
}

// nothing says that there is nothing to list.
func (c *call) nothing(what string, s access.Subject) string {
	switch what {
	case "accounts":
		return fmt.Sprintf("%v sees no account", s)
	case "reports":
		return fmt.Sprintf("%v may do that at no report", s)
	}
	return fmt.Sprintf("%v may do nothing on %s", s, *c.on)
}

// texts returns ids as texts, sorted.
func texts[S ~string](ids []S) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	slices.Sort(all)
	return all
}
