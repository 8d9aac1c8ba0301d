package sqlfiltertest

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// checkIDs compares what lists of ids select.
func (t *tester) checkIDs() {
	if slices.Contains(t.db.Without, "id") {
		if _, err := t.db.Table.IDs(nil); !errors.Is(err, sqlfilter.ErrNoColumn) {
			t.add(&Error{Check: "ids", Err: fmt.Errorf("the error is %v, and Without has id", err)})
		}
		return
	}
	t.add(t.compareIDs(nil, "no sequence"))
	for name, ids := range t.idLists(newDraw(t.config.seed() + 2)) {
		if !t.done() {
			t.add(t.compareIDs(slices.Values(ids), name))
		}
	}
}

// idLists returns lists of ids by what they are. Most have ids that no row has.
func (t *tester) idLists(d draw) iter.Seq2[string, []datagroup.AccountID] {
	stored, near := make([]datagroup.AccountID, len(t.accounts)), make([]datagroup.AccountID, len(t.accounts))
	for i, a := range t.accounts {
		stored[i] = a.ID()
		near[i] = datagroup.AccountID(d.near(string(a.ID())))
	}
	mixed := []datagroup.AccountID{"", "\xff", "a\xff", stored[0] + "\xff"}
	for i := range 10_000 - len(mixed) {
		ids := [][]datagroup.AccountID{stored, near, {datagroup.AccountID(filler(i))}}[i%3]
		mixed = append(mixed, oneOf(d, ids))
	}
	return func(yield func(string, []datagroup.AccountID) bool) {
		more := yield("no ids", nil) &&
			yield("1 id", stored[:1]) &&
			yield("1 id without a row", mixed[6:7]) &&
			yield("an id that is not UTF-8", mixed[1:2]) &&
			yield("all ids", stored) &&
			yield("ids that are near those of rows", near) &&
			yield("100 ids", mixed[:100]) &&
			yield("1,000 ids", mixed[:1000]) &&
			yield("1,001 ids", mixed[:1001]) &&
			yield("10,000 ids", mixed)
		for i := 0; i < lists && more; i++ {
			more = yield("hostile ids", hostileIDs(i))
		}
	}
}

// lists is over how many lists hostile ids are spread, so that those near each
// other are not in the same.
const lists = 16

// hostileIDs returns one list of the texts that accounts may be called.
func hostileIDs(list int) []datagroup.AccountID {
	var ids []datagroup.AccountID
	for i, s := range hostile() {
		if i%lists == list {
			ids = append(ids, datagroup.AccountID(s))
		}
	}
	return ids
}

// compareIDs returns what is wrong with the condition for a list of ids. A list may
// be refused for an id that is longer than any account here has.
func (t *tester) compareIDs(ids iter.Seq[datagroup.AccountID], name string) *Error {
	truths := t.all(datagroup.False)
	count := 0
	if ids != nil {
		for id := range ids {
			count++
			if i, stored := t.index[id]; stored {
				truths[i] = datagroup.True
			}
		}
	}
	p, err := t.db.Table.IDs(ids)
	if short := shortIDs(ids); errors.Is(err, sqlfilter.ErrTooLarge) && len(short) < count {
		p, err = t.db.Table.IDs(slices.Values(short)) // which are all that accounts have
	}
	if err != nil {
		return &Error{Check: "ids: " + name, Err: err}
	}
	e := t.comparePredicate(p, truths)
	if e != nil {
		e.Check = "ids: " + name
	}
	return e
}

// shortIDs returns the ids that no database may refuse for their length.
func shortIDs(ids iter.Seq[datagroup.AccountID]) []datagroup.AccountID {
	var short []datagroup.AccountID
	if ids != nil {
		for id := range ids {
			if len(id) <= 255 {
				short = append(short, id)
			}
		}
	}
	return short
}
