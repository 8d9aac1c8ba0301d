package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
)

// IsAhead reports whether the last event is further ahead of the clock than the
// host allows: one of the two clocks is wrong.
func (c *Company) IsAhead(conf Config, clock time.Time) bool {
	skew := conf.ClockSkew
	if skew == 0 {
		skew = 5 * time.Minute
	}
	return c.Last.Sub(clock) > skew
}

// among returns the place of a correction among other changes, or -1: it is to
// stand alone.
func among(all []company.Change) int {
	if len(all) < 2 {
		return -1
	}
	return slices.IndexFunc(all, func(c company.Change) bool { _, ok := c.(company.CorrectClock); return ok })
}

// corrects reports whether a request is the one that may be made all the same.
func (c *Company) corrects(r Request) bool {
	if len(r.Changes) != 1 {
		return false
	}
	_, ok := r.Changes[0].(company.CorrectClock)
	return ok
}

// correctClock makes time count from the clock again. Ends stay. What counts from
// when it was sent does not last longer for it.
func (p *proposal) correctClock(c company.CorrectClock) (company.Change, string) {
	if refusal := first(
		when(!p.Last.After(p.clock), "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	c.From = p.Last
	p.Now = p.clock
	for n := range p.Invitations {
		i := &p.Invitations[n]
		if i.State != invite.Pending || !i.Sent.After(p.Now) {
			continue
		}
		if !i.Expires.IsZero() {
			i.Expires, i.Sent = p.Now.Add(i.Expires.Sub(i.Sent)), p.Now
		}
	}
	for n := range p.Invitations {
		for _, later := range p.Invitations {
			if i := &p.Invitations[n]; i.State == invite.Pending && later.Message > i.Message && i.Terms.Address.Equal(later.Terms.Address) && Outlasts(i.Expires, p.Now) {
				i.Expires = p.Now
			}
		}
	}
	return c, ""
}
