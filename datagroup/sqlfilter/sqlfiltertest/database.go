package sqlfiltertest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// Database is a database under test: a table of accounts, and how it is described.
type Database struct {
	// Table describes the table: a column for each attribute of [Schema] and for
	// id, source and name.
	Table *sqlfilter.Table
	// Without names the attributes that have no column. What reads one must be
	// refused, and everything else must not.
	Without []string
	// Numbered says that the statements of the database have $1, $2 and so on in
	// the place of ?.
	Numbered bool

	// Store adds a row for an account to the table, which is empty at first. What
	// is missing ([datagroup.Value.IsMissing]) is NULL, and labels are kept in the
	// way that Table says. The error wraps [ErrCannotHold] if the columns cannot hold
	// the account and no row was added; any other one ends the test.
	Store func(ctx context.Context, account datagroup.Account) error
	// Select returns the ids of the rows for which a condition is true: it runs
	// SELECT id FROM the table WHERE the condition, and reads the ids as they are
	// stored.
	Select func(ctx context.Context, where string, args []any) ([]datagroup.AccountID, error)
}

const (
	// mostLeftOut is the part of the accounts that a database need not hold: one in
	// so many.
	mostLeftOut = 10
	// mostComparisons is the size from which on a filter may be refused.
	mostComparisons = 200
)

// TestDatabase stores the accounts of the corpus in a database and selects by each
// of its filters, by lists of ids and by the zero [sqlfilter.Predicate]. A condition
// must be true, false and NULL for exactly the accounts for which
// [datagroup.Filter.Match] is True, False and Unknown, which it sees from what the
// database selects by the condition, by its NOT and by its IS NULL. With the
// defaults these are some 15,000 statements over 640 rows, see [Config.OneIn].
//
// It returns nil, or an [*Error] for each kind of comparison that is wrong, joined:
// about the smallest filter it finds, and at most [Config.MostErrors]. Accounts that the
// database cannot hold are left out, up to one in ten. The end of ctx ends the test,
// and its error is joined. A panic of Store or Select is the caller's.
func TestDatabase(ctx context.Context, db Database, c *Config) error {
	if db.Table == nil || db.Store == nil || db.Select == nil {
		return &Error{Check: "database", Err: errors.New("give it a Table, Store and Select")}
	}
	accounts := Accounts(c)
	return newTester(ctx, db, c).run(accounts, newWriter(c, accounts).all(c.random())) // which are those of Filters
}

func newTester(ctx context.Context, db Database, c *Config) *tester {
	return &tester{
		ctx: ctx, db: db, config: c, schema: Schema(), index: make(map[datagroup.AccountID]int),
		covered: make(coverage), found: make(map[string]*Error), texts: make(map[string]string),
	}
}

// run is the test with these accounts and filters.
func (t *tester) run(accounts []datagroup.Account, filters []datagroup.Node) error {
	if err := t.store(accounts); err != nil {
		return err
	}
	for _, check := range []func() *Error{t.checkEverything, t.checkZero, t.checkWithout} {
		if !t.done() {
			t.add(check())
		}
	}
	if len(t.errs) == 0 {
		t.checkIDs()
		t.checkBeside()
		t.checkFilters(filters)
	}
	if len(t.errs) == 0 {
		t.add(t.checkStrength())
	}
	return errors.Join(append(t.errs, t.ctx.Err())...)
}

// tester is a database together with what is in it.
type tester struct {
	ctx      context.Context
	db       Database
	config   *Config
	schema   *datagroup.Schema
	accounts []datagroup.Account         // that the database holds
	index    map[datagroup.AccountID]int // of accounts, by id
	covered  coverage
	texts    map[string]string // the SQL by what is the same but for literals
	found    map[string]*Error // what is wrong, by its kind
	errs     []error
	shrunk   int // how many filters were made smaller
}

// add adds what is wrong, unless it is nil.
func (t *tester) add(e *Error) {
	if e != nil && t.ctx.Err() == nil {
		t.errs = append(t.errs, e)
	}
}

// done reports whether there is no use in going on.
func (t *tester) done() bool {
	most := t.config.mostErrors()
	return len(t.errs) >= most || t.shrunk >= 3*most || t.ctx.Err() != nil
}

// store stores the accounts that the database can hold.
func (t *tester) store(all []datagroup.Account) error {
	leftOut := 0
	for _, a := range all {
		err := t.db.Store(t.ctx, a)
		switch {
		case errors.Is(err, ErrCannotHold):
			leftOut++
		case err != nil:
			return &Error{Check: "store", Account: a, Err: err}
		default:
			t.index[a.ID()] = len(t.accounts)
			t.accounts = append(t.accounts, a)
		}
	}
	if leftOut > len(all)/mostLeftOut {
		return &Error{Check: "store", Err: fmt.Errorf("the database cannot hold %d of %d accounts, more than one in %d", leftOut, len(all), mostLeftOut)}
	}
	return nil
}

// checkEverything looks whether the rows are those that were stored.
func (t *tester) checkEverything() *Error {
	e := t.compare("1 = 1", nil, t.all(datagroup.True))
	if e != nil {
		e.Check = "store"
	}
	return e
}

func (t *tester) checkZero() *Error {
	e := t.comparePredicate(sqlfilter.Predicate{}, t.all(datagroup.False))
	if e != nil {
		e.Check = "zero predicate"
	}
	return e
}

// all returns the same for each account.
func (t *tester) all(truth datagroup.Truth) []datagroup.Truth {
	return slices.Repeat([]datagroup.Truth{truth}, len(t.accounts))
}

// checkWithout looks whether the table lacks the columns it is said to lack.
func (t *tester) checkWithout() *Error {
	for _, a := range attributes {
		n := asked(a, datagroup.Present)
		_, err := t.db.Table.Where(t.filter(n))
		if without := slices.Contains(t.db.Without, a.Name); without != errors.Is(err, sqlfilter.ErrNoColumn) {
			return &Error{Check: "filter", Filter: written(n), Err: fmt.Errorf("the error is %v, and Without has %s: %t", err, a.Name, without)}
		}
	}
	return nil
}

func (t *tester) checkStrength() *Error {
	err := t.covered.weak(func(k kind) bool { return slices.Contains(t.db.Without, k.attribute.Name) })
	if err != nil {
		return &Error{Check: "strength", Err: err}
	}
	return nil
}
