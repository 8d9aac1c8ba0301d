package main

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// total is what a reader sees of the report in one line.
type total struct {
	rows, clicks, spend int64
}

func (t *total) add(clicks, spend int64) {
	t.rows++
	t.clicks += clicks
	t.spend += spend
}

// way is a way to the total of what a reader sees. All ways have the same total.
type way struct {
	name  string
	total func(d *database, ctx context.Context, v access.View) (total, error)
}

var ways = []way{
	{"by View", (*database).byView},
	{"by ids", (*database).byIDs},
	{"by filter", (*database).byFilter},
	{"row by row", (*database).rowByRow},
}

// byView is what a service does: the way that the view recommends. Ids are compared
// where the rows have them. Rows of accounts that the company does not have are in
// no view, as they are not in the table of accounts either.
func (d *database) byView(ctx context.Context, v access.View) (total, error) {
	if sqlfilter.ShapeOf(v) == sqlfilter.ByIDs {
		return d.ofIDs(ctx, v.Accounts())
	}
	p, err := d.accounts.View(v)
	if err != nil {
		return total{}, err
	}
	return d.ofAccounts(ctx, p)
}

func (d *database) byFilter(ctx context.Context, v access.View) (total, error) {
	return d.ofFilter(ctx, v.Filter())
}

func (d *database) byIDs(ctx context.Context, v access.View) (total, error) {
	return d.ofIDs(ctx, v.Accounts())
}

// ofFilter returns the total of the accounts that match a filter.
func (d *database) ofFilter(ctx context.Context, f datagroup.Filter) (total, error) {
	p, err := d.accounts.Where(f)
	if err != nil {
		return total{}, err
	}
	return d.ofAccounts(ctx, p)
}

// ofIDs returns the total of the accounts with these ids. It needs no table of
// accounts: the rows have what it compares.
func (d *database) ofIDs(ctx context.Context, ids iter.Seq[datagroup.AccountID]) (total, error) {
	p, err := d.report.IDs(ids)
	if err != nil {
		return total{}, err
	}
	where, args := d.where(p)
	return d.sum(ctx, where, args)
}

// ofAccounts returns the total of the accounts that a condition selects. It is no
// JOIN: DuckDB would then compare the labels of an account for each of its rows.
func (d *database) ofAccounts(ctx context.Context, p sqlfilter.Predicate) (total, error) {
	where, args := d.where(p)
	return d.sum(ctx, "r.account_id IN (SELECT a.id FROM accounts AS a WHERE "+where+")", args)
}

func (d *database) sum(ctx context.Context, where string, args []any) (t total, err error) {
	const sums = "SELECT COUNT(*), COALESCE(SUM(r.clicks), 0), COALESCE(SUM(r.spend), 0) FROM report AS r WHERE "
	err = d.db.QueryRowContext(ctx, sums+where, args...).Scan(&t.rows, &t.clicks, &t.spend)
	return t, err
}

// rowByRow reads the whole report and asks the view about each row.
func (d *database) rowByRow(ctx context.Context, v access.View) (t total, err error) {
	rows, err := d.db.QueryContext(ctx, "SELECT account_id, clicks, spend FROM report")
	if err != nil {
		return total{}, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var account sql.NullString
		var clicks, spend int64
		if err := rows.Scan(&account, &clicks, &spend); err != nil {
			return total{}, err
		}
		if v.Sees(datagroup.AccountID(account.String)) {
			t.add(clicks, spend)
		}
	}
	return t, rows.Err()
}
