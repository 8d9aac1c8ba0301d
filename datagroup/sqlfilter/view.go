package sqlfilter

import (
	"iter"

	"github.com/ambit-authz/ambit/datagroup"
)

// View is the accounts that somebody sees, as package access has them: access.View
// is one.
type View interface {
	Empty() bool                             // no account is in it
	SeesAll() bool                           // it is that of a role that sees all data
	Len() int                                // how many accounts are in it
	Accounts() iter.Seq[datagroup.AccountID] // their ids
	FilterSize() int                         // how large Filter is, at most
	Filter() datagroup.Filter                // which matches these accounts only
}

// Shape is a way to say a [View] in SQL. The zero Shape is Nothing.
type Shape uint8

const (
	Nothing    Shape = iota // no account: 1 = 0
	Everything              // every account
	ByFilter                // the accounts that match the view's filter
	ByIDs                   // the accounts whose ids are in a list
)

// String returns "nothing", "everything", "by filter" or "by ids", and "invalid" for
// anything else.
func (s Shape) String() string {
	switch s {
	case Nothing:
		return "nothing"
	case Everything:
		return "everything"
	case ByFilter:
		return "by filter"
	case ByIDs:
		return "by ids"
	default:
		return "invalid"
	}
}

// ShapeOf returns the way that costs a database the least, as measured in
// examples/reportrows: by the filter if it has at most 200 comparisons and items,
// and if there are more than 100 accounts for each of them. Finding an account by
// its id costs about as much as 100 comparisons. An empty view is Nothing, also that
// of a role that sees all data, and so is a nil one.
func ShapeOf(v View) Shape {
	switch {
	case v == nil || v.Empty():
		return Nothing
	case v.SeesAll():
		return Everything
	}
	if size := v.FilterSize(); size <= maxComparisons && v.Len() > accountsPerComparison*size {
		return ByFilter
	}
	return ByIDs
}

// accountsPerComparison is how many comparisons cost what finding one account does.
const accountsPerComparison = 100

// View returns the condition that selects exactly the accounts in v, in the way that
// [ShapeOf] names; by their ids also if t does not describe what the filter reads.
// The error is [ErrNoColumn] if it does not describe id.
//
// By filter, the condition stays true for accounts that come later. By ids, it is
// as old as v is. Everything selects every row with an id: also of accounts that the
// company does not have. See rule 2 of the package.
func (t *Table) View(v View) (Predicate, error) {
	switch ShapeOf(v) {
	case Nothing:
		return Predicate{}, nil
	case Everything, ByFilter:
		if p, err := t.Where(v.Filter()); err == nil {
			return p, nil
		}
	}
	return t.IDs(v.Accounts())
}
