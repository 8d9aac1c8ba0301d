// Package rowsecurity lets PostgreSQL enforce who sees which rows: it keeps a table
// of who sees which account in step with the log of a company, and row-level
// security compares each row with it. A query that forgot its WHERE shows what the
// user of the transaction sees, and nothing without a user.
//
//	keeper := rowsecurity.New(pool, acme, nil)      // as the role ambit_keeper
//	go func() { failed <- keeper.Keep(ctx) }()
//	…
//	err := rowsecurity.ReadAs(ctx, app, "tom", func(tx pgx.Tx) error { // as ambit_app
//		return tx.QueryRow(ctx, "SELECT sum(amount) FROM spend").Scan(&sum)
//	})
//
// The SQL is in the directory sql; README.md says what is guaranteed, what is not,
// and what it costs.
package rowsecurity
