package model

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// review makes a change of reviews, unless it is refused.
func (p *proposal) review(c company.Change) (company.Change, Refusal) {
	switch c := c.(type) {
	case company.ScheduleReviews:
		return p.scheduleReviews(c)
	case company.OpenReview:
		return p.openReview(c)
	case company.DecideItem:
		return c, p.decideItem(c)
	case company.CloseReview:
		return p.closeReview(c)
	}
	panic("a change that is not of a review")
}

// asked is what Decide says of an action at the company.
func (p *proposal) asked(action access.Action) (a Refusal) {
	err := p.ask(action, access.Company())
	a.when(err != "", err, "")
	return a
}

func (p *proposal) scheduleReviews(c company.ScheduleReviews) (company.Change, Refusal) {
	a := p.asked("company.edit")
	c.From = p.past().months()
	a.when(!slices.Contains([]int{1, 3, 6, 12}, c.Months), "ErrInvalid", "")
	a.when(c.Months == c.From, "ErrNoChange", "")
	return c, a
}

// found returns the review with an id, and the one that is open.
func (p *proposal) found(id string) (is, open *Review) {
	for _, r := range p.past().reviews() {
		if r.ID == id {
			is = &r
		}
		if r.Closed.IsZero() {
			open = &r
		}
	}
	return is, open
}

var reviewID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (p *proposal) openReview(c company.OpenReview) (company.Change, Refusal) {
	a := p.asked("review.run")
	if c.Review == "" {
		c.Review = fmt.Sprintf("chosen-%d-%d", len(p.Events), len(p.made.Steps))
	}
	is, open := p.found(c.Review)
	if p.System != "" && is != nil && is.Closed.IsZero() && (c.Due.IsZero() || c.Due.Equal(is.Due)) {
		return nil, because("ErrNoChange", "") // which a system may repeat; likewise below
	}
	a.when(open != nil, "ErrReviewOpen", "")
	a.when(is != nil, "ErrTaken", "")
	a.when(!reviewID.MatchString(c.Review), "ErrInvalid", "")
	if c.Due.IsZero() {
		c.Due = p.Now.Add(30 * 24 * time.Hour)
	}
	a.when(Ended(c.Due, p.Now), "ErrPast", "")
	a.when(badEnd(c.Due) || c.Due.After(p.Now.AddDate(1, 0, 0)), "ErrInvalid", "")
	if a.Refused() {
		return nil, a
	}
	var rows []audit.RegisterRow // of who has access, would have it if they were not suspended, or is invited
	for _, row := range p.past().register(false) {
		if row.State != audit.StateEnded {
			rows = append(rows, row)
		}
	}
	c.Count, c.Digest = len(rows), evidence.Digest(lines(rows))
	p.made.Frozen = maps.Clone(p.made.Frozen)
	if p.made.Frozen == nil {
		p.made.Frozen = map[string][]audit.RegisterRow{}
	}
	p.made.Frozen[c.Review] = rows
	return c, a
}

// lines is a register as a file.
func lines(rows []audit.RegisterRow) []byte {
	data, err := evidence.EncodeRegister(slices.Values(rows))
	if err != nil {
		panic(err)
	}
	return data
}

func (p *proposal) decideItem(c company.DecideItem) Refusal {
	a := p.asked("review.run")
	a.when(!slices.Contains([]string{audit.Keep, audit.Reduce, audit.Revoke}, c.Decision), "ErrInvalid", "")
	is, _ := p.found(c.Review)
	if a.when(is == nil, "ErrUnknown", ""); is == nil {
		return a
	}
	a.when(!is.Closed.IsZero(), "ErrReviewClosed", "")
	n := slices.IndexFunc(is.Items, func(i Item) bool { return i.Row.Key() == c.Row })
	if a.when(n < 0, "ErrUnknown", ""); n < 0 {
		return a
	}
	i := is.Items[n]
	if p.System != "" && !i.Open() && i.Decision == c.Decision && i.Reviewer == p.actor() && is.Closed.IsZero() {
		return because("ErrNoChange", "")
	}
	a.when(!i.Open(), "ErrDecided", "")
	a.when(p.User != "" && (p.User == i.Row.User || p.User == i.user), "ErrSelf", "")
	a.when(p.past().isMaker(p.actor(), i), "ErrNotIndependent", "")
	return a
}

// isMaker reports whether somebody made or sponsored what raised the row of an item
// since it was decided last in a review that is closed. The founding is nobody's.
func (p past) isMaker(actor string, i Item) bool {
	since := p.lastDecisions()[i.Row.Key()]
	for seq, s := range p.steps() {
		if seq <= since {
			continue
		}
		for _, e := range p.effects(seq, s) {
			if i.isAbout(e.row) && e.kind == raises && slices.Contains(e.makers, actor) {
				return true
			}
		}
	}
	return false
}

func (p *proposal) closeReview(c company.CloseReview) (company.Change, Refusal) {
	a := p.asked("review.run")
	is, _ := p.found(c.Review)
	if a.when(is == nil, "ErrUnknown", ""); is == nil {
		return nil, a
	}
	if p.System != "" && !is.Closed.IsZero() {
		return nil, because("ErrNoChange", "")
	}
	a.when(!is.Closed.IsZero(), "ErrReviewClosed", "")
	if a.Refused() {
		return nil, a
	}
	var rows []audit.RegisterRow
	var items []audit.ReviewItem
	for _, i := range is.Items {
		rows, items = append(rows, i.Row), append(items, i.Shown())
		switch {
		case i.Open():
			c.Open++
		case i.Decision == audit.Keep:
			c.Keep++
		case i.Decision == audit.Reduce:
			c.Reduce++
		case i.Decision == audit.Revoke:
			c.Revoke++
		}
	}
	review, err := evidence.EncodeReview(is.Review, slices.Values(items), slices.Values(is.Findings))
	if err != nil {
		panic(err)
	}
	c.Findings, c.Evidence = len(is.Findings), evidence.Sum(lines(rows), review)
	return c, a
}
