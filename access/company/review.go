package company

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// reviewing is a change of a review, which takes down by whom, when and why it was
// made.
type reviewing interface {
	// takeDown is called after the change was applied.
	takeDown(s *state, by *cause)
}

// ScheduleReviews says after how many months the next review is due: 1, 3, 6 or
// 12. Without it, it is 3.
type ScheduleReviews struct {
	Months int `json:"months"`
	ScheduleReviewsOutcome
}

// ScheduleReviewsOutcome is the outcome of [ScheduleReviews].
type ScheduleReviewsOutcome struct {
	From int `json:"from"` // the months before
}

func (c ScheduleReviews) resolve(p *proposal) (Change, error) {
	if c.Months == p.reviewMonths() {
		return nil, ErrNoChange
	}
	return c, nil
}

func (c ScheduleReviews) derive(s *state, _ origin) (Change, error) {
	c.ScheduleReviewsOutcome = ScheduleReviewsOutcome{s.reviewMonths()}
	return c, nil
}

func (c ScheduleReviews) apply(s *state, _ time.Time) error {
	if !slices.Contains([]int{1, 3, 6, 12}, c.Months) {
		return fmt.Errorf("reviews every %d months %w: write 1, 3, 6 or 12", c.Months, ErrInvalid)
	}
	s.reviews.every = c.Months
	return nil
}

// OpenReview opens a review of everybody who has access, of suspended users, and
// of open invitations. It freezes their rows of the register: these are its items,
// and stay as they are. Anyone whose access has ended is none of them, also if it
// is given back later: the next review has them, and their row says when that is
// due. Only one review is open at a time.
//
// Nobody decides about themselves, nor about somebody whom they let in. So that
// every item can be decided it takes two people who may run reviews and did not
// let each other in, or somebody from outside: a system with their name, which
// [Config.Systems] allows to make a [DecideItem].
type OpenReview struct {
	Review string    `json:"review"` // never used before, at most 64 letters, digits, - and _; "" for a random one
	Due    time.Time `json:"due"`    // when it is to be closed, within a year; zero is 30 days after it was opened
	OpenReviewOutcome
}

// OpenReviewOutcome is the outcome of [OpenReview].
type OpenReviewOutcome struct {
	Count  int        `json:"count"`  // of the items
	Digest audit.Hash `json:"digest"` // of their rows, by [evidence.Digest]
}

// reviewTime is how long a review may take, unless its opening says so.
const reviewTime = 30 * 24 * time.Hour

func (c OpenReview) resolve(p *proposal) (Change, error) {
	due, err := text.End(c.Due)
	if err != nil {
		return nil, invalid("when the review is due", err)
	}
	c.Due = due
	if open, is := p.reviews.get(p.reviews.open); is {
		so := open.ID == c.Review && (c.Due.IsZero() || c.Due.Equal(open.Due))
		return nil, p.repeated(so, fmt.Errorf("%w: %s", ErrReviewOpen, open.ID))
	}
	id, err := newID(p, kindReview, c.Review)
	if err != nil {
		return nil, err
	}
	if c.Review = id; c.Due.IsZero() {
		c.Due = p.at.Add(reviewTime)
	}
	return c, p.future(c.Due)
}

func (c OpenReview) derive(s *state, o origin) (Change, error) {
	rows := s.population(o.at)
	register, err := evidence.EncodeRegister(slices.Values(rows))
	c.OpenReviewOutcome = OpenReviewOutcome{len(rows), evidence.Digest(register)}
	return c, err
}

func (c OpenReview) apply(s *state, at time.Time) error {
	if s.reviews.open != "" {
		return ErrReviewOpen
	}
	if err := checkFree(s, kindReview, c.Review); err != nil {
		return err
	}
	if !validInvitation(c.Review) {
		return fmt.Errorf("the review id %s %w: write up to %d letters, digits, hyphens and underscores", text.Quote(c.Review), ErrInvalid, maxInvitation)
	}
	switch {
	case !c.Due.After(at):
		return past(c.Due)
	case c.Due.After(at.AddDate(1, 0, 0)):
		return fmt.Errorf("when the review is due %w: write a time within a year, not %s", ErrInvalid, team.End(c.Due))
	}
	return nil
}

func (c OpenReview) takeDown(s *state, by *cause) {
	s.reviews = s.reviews.put(&review{
		Review: audit.Review{
			ID: c.Review, Opened: by.at, OpenedBy: by.by, Reason: by.reason, Event: by.seq, Due: c.Due, Count: c.Count, Digest: c.Digest,
		},
		rows: s.population(by.at),
	})
	s.reviews.open = c.Review
}

// DecideItem decides about an item of a review: to keep what the row stands for,
// to reduce it, or to revoke it, with the reason of the Do. It changes nothing by
// itself: reduce and revoke are carried out by other changes, which the review
// finds by their events.
//
// An item is decided again only after it was reopened, by a change of what the row
// stands for: after a keep by any, otherwise by one that does not lower it. A
// change in the same event as the decision counts as one after it.
//
// The reviewer is the actor. They must not be who the item is about, nor have made
// or sponsored a change that raised it since it was decided last in a review that
// is closed.
type DecideItem struct {
	Review   string `json:"review"`
	Row      string `json:"row"`      // the key of the item: "user:mia", "invitation:x7"
	Decision string `json:"decision"` // [audit.Keep], [audit.Reduce] or [audit.Revoke]
}

// item returns how the item stands.
func (c DecideItem) item(s *state) (audit.RegisterRow, standing, error) {
	r, err := s.openReview(c.Review)
	if err != nil {
		return audit.RegisterRow{}, standing{}, err
	}
	n, found := r.row(c.Row)
	if !found {
		return audit.RegisterRow{}, standing{}, fmt.Errorf("row %s of review %s %w: rows are named user:<id> and invitation:<id>", text.Quote(c.Row), r.ID, ErrUnknown)
	}
	return r.rows[n], s.standing(r, n), nil
}

// check refuses a decision that cannot be, and a reviewer who is not independent.
func (c DecideItem) check(s *state, reviewer audit.Actor) error {
	row, is, err := c.item(s)
	switch {
	case err != nil:
		return err
	case !slices.Contains([]string{audit.Keep, audit.Reduce, audit.Revoke}, c.Decision):
		return fmt.Errorf("the decision %s %w: write %s, %s or %s", text.Quote(c.Decision), ErrInvalid, audit.Keep, audit.Reduce, audit.Revoke)
	case reviewer.Kind == audit.KindUser && reviewer.ID == string(s.subject(row)):
		return ownItem{}
	}
	if seq := s.raisedBy(row, reviewer.String()); seq != 0 {
		return fmt.Errorf("%w: by event %d", ErrNotIndependent, seq)
	}
	if v := is.decided(); v != nil {
		return fmt.Errorf("%w: %s, by event %d", ErrDecided, v.decision, v.by.seq)
	}
	return nil
}

// ownItem is an [ErrSelf] with a text of its own.
type ownItem struct{}

func (ownItem) Error() string { return "nobody may decide about their own access" }

func (ownItem) Unwrap() error { return ErrSelf }

func (c DecideItem) resolve(p *proposal) (Change, error) {
	_, is, err := c.item(&p.state)
	if v := is.decided(); err == nil && v != nil && v.decision == c.Decision && v.by.by == p.auditActor().String() {
		return nil, p.repeated(true, fmt.Errorf("%w: %s, by event %d", ErrDecided, v.decision, v.by.seq))
	}
	return c, err
}

// derive checks what needs the actor.
func (c DecideItem) derive(s *state, o origin) (Change, error) { return c, c.check(s, o.actor) }

func (c DecideItem) apply(*state, time.Time) error { return nil }

func (c DecideItem) takeDown(s *state, by *cause) {
	r, _ := s.reviews.get(c.Review)
	next := *r
	next.verdicts.Add(persist.NewToken(), c.Row, &verdict{c.Decision, by})
	s.reviews = s.reviews.put(&next)
}

// CloseReview closes a review. Items that are open, and decisions that are not
// carried out, are its findings.
type CloseReview struct {
	Review string `json:"review"`
	CloseReviewOutcome
}

// CloseReviewOutcome is the outcome of [CloseReview].
type CloseReviewOutcome struct {
	Keep     int        `json:"keep"` // the items that were decided so; likewise the next two
	Reduce   int        `json:"reduce"`
	Revoke   int        `json:"revoke"`
	Open     int        `json:"open"`     // the items that are not decided
	Findings int        `json:"findings"` // see [Moment.Findings]
	Evidence audit.Hash `json:"evidence"` // of the register and the review, by [evidence.Sum]
}

func (c CloseReview) resolve(p *proposal) (Change, error) {
	_, err := p.openReview(c.Review)
	if errors.Is(err, ErrReviewClosed) {
		err = p.repeated(true, err)
	}
	return c, err
}

func (c CloseReview) derive(s *state, o origin) (Change, error) {
	r, err := s.openReview(c.Review)
	if err != nil {
		return nil, err
	}
	c.CloseReviewOutcome = CloseReviewOutcome{}
	items := s.standings(r)
	for item := range r.items(items) {
		*c.count(item.Decision)++
	}
	for range r.findings(items, o.at) {
		c.Findings++
	}
	parts, err := r.encode(items, o.at)
	c.Evidence = evidence.Sum(parts.Register, parts.Review)
	return c, err
}

// count returns how many items have a decision; "" is none.
func (c *CloseReviewOutcome) count(decision string) *int {
	switch decision {
	case audit.Keep:
		return &c.Keep
	case audit.Reduce:
		return &c.Reduce
	case audit.Revoke:
		return &c.Revoke
	}
	return &c.Open
}

func (c CloseReview) apply(*state, time.Time) error { return nil }

func (c CloseReview) takeDown(s *state, by *cause) {
	r, _ := s.reviews.get(c.Review)
	next := *r
	next.Closed, next.ClosedBy, next.ClosedEvent, next.Evidence = by.at, by.by, by.seq, c.Evidence
	next.closing = s.standings(r)
	token := persist.NewToken()
	for n, is := range next.closing {
		if v := is.decided(); v != nil {
			s.reviews.last.Add(token, r.rows[n].Key(), v)
		}
	}
	s.reviews = s.reviews.put(&next)
	s.reviews.open, s.reviews.before = "", r.Opened
}

// rowTarget returns what a row stands for, by its key.
func rowTarget(key string) []access.Resource {
	if id, ok := strings.CutPrefix(key, userKeys); ok {
		return users(team.UserID(id))
	}
	if id, ok := strings.CutPrefix(key, "invitation:"); ok {
		return []access.Resource{invitation(invite.ID(id))}
	}
	return nil
}
