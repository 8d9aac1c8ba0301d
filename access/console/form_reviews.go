package console

import (
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// reviewForms open, decide and close reviews.
func reviewForms() []form {
	return []form{
		{
			Name: "review.open", About: "reviews",
			Title:   say("Open a review"),
			Help:    say("It freezes who has access at this moment. Somebody then decides about each of them: keep, reduce or revoke."),
			Offered: asks(access.RunReview, theCompany), Fits: noneIsOpen,
			Fields: func(v *visit, _ url.Values) []field {
				return []field{
					{Name: "review", Kind: typeLine, Label: say("Its name"), Hint: say("Letters, digits, hyphens and underscores."), Required: true, Max: 64, Value: []string{v.moment.Time().Format("2006-01")}},
					{Name: "due", Kind: typeDay, Label: say("To be closed by"), Hint: say("30 days from now if you leave it out.")},
				}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				due, err := readEnd(in, "due")
				return one(company.OpenReview{Review: in.Get("review"), Due: due}), err
			},
			Back: func(v *visit, _ url.Values, made company.Receipt) string {
				if len(made.Changes) == 0 {
					return v.link("/reviews")
				}
				return v.link("/review", "id", made.Changes[0].(company.OpenReview).Review)
			},
		},
		{
			Name: "review.decide", About: "item", Keys: []string{"review", "row", "after"}, Reason: true,
			Title:   say("Decide about access"),
			Help:    say("A decision changes nothing by itself. Carry out what is to be reduced or revoked as usual: the review finds the event."),
			Offered: offerItem,
			Fields: func(*visit, url.Values) []field {
				return []field{{Name: "decision", Kind: chooseRadio, Label: say("Decision"), Required: true, Options: decisions()}}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				d := company.DecideItem{Review: in.Get("review"), Row: in.Get("row"), Decision: in.Get("decision")}
				if !slices.ContainsFunc(decisions(), func(o option) bool { return o.Value == d.Decision }) {
					return nil, &fieldError{"decision", say("Choose one of them.")}
				}
				return one(d), nil
			},
			Back: func(v *visit, in url.Values, _ company.Receipt) string {
				return v.link("/review", "id", in.Get("review"), "after", in.Get("after"))
			},
		},
		{
			Name: "review.close", About: "review", Keys: []string{"review"},
			Title:   say("Close the review"),
			Help:    say("Whatever is not decided by then, or not carried out, becomes a finding."),
			Offered: offerReview, Fits: isOpen,
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				return one(company.CloseReview{Review: in.Get("review")}), nil
			},
			Back: func(v *visit, in url.Values, _ company.Receipt) string {
				return v.link("/review", "id", in.Get("review"))
			},
		},
	}
}

// offerReview asks whether the reader may run reviews, and for one that there is.
func offerReview(v *visit, in url.Values) error {
	err := v.decide(access.RunReview, access.Company()).Err()
	if _, ok := v.moment.Review(in.Get("review")); err == nil && !ok {
		err = missing("review", in.Get("review"))
	}
	return err
}

// offerItem asks the same for an item of a review: of no other person or invitation
// is the reader told the name.
func offerItem(v *visit, in url.Values) error {
	if err := offerReview(v, in); err != nil {
		return err
	}
	row := in.Get("row")
	if row == "" || row[len(row)-1] == 0 {
		return missing("item", row)
	}
	// No id has the byte 0xff, so nothing that comes after this comes before the row.
	before := row[:len(row)-1] + string([]byte{row[len(row)-1] - 1, 0xff})
	for item := range v.moment.ReviewItems(in.Get("review"), company.RowQuery{After: before, Limit: 1}) {
		if item.Row.Key() == row {
			return nil
		}
	}
	return missing("item", row)
}

func isOpen(v *visit, in url.Values) bool {
	r, _ := v.moment.Review(in.Get("review"))
	return r.Closed.IsZero()
}

// noneIsOpen reports whether a review can be opened: one at a time is open.
func noneIsOpen(v *visit, _ url.Values) bool {
	for r := range v.moment.Reviews() {
		if r.Closed.IsZero() {
			return false
		}
	}
	return true
}

// aboutReview says in words what a form about a review is about; of no name for a
// key that says something else.
func (v *visit) aboutReview(key, value string) row {
	switch key {
	case "review":
		return row{Name: say("Review"), Value: named(value)}
	case "row":
		return row{Name: say("Access of"), Value: named(v.rowNamed(value))}
	}
	return row{}
}

// decisions are what can be decided about an item.
func decisions() []option {
	return []option{
		{audit.Keep, say("keep"), phrase{}},
		{audit.Reduce, say("reduce"), phrase{}},
		{audit.Revoke, say("revoke"), phrase{}},
	}
}

// decisionText is a decision in words, none for "".
func decisionText(decision string) phrase {
	for _, o := range decisions() {
		if o.Value == decision {
			return o.Label
		}
	}
	return phrase{}
}
