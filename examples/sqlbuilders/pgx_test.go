package sqlbuilders

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ambit-authz/ambit/access"
)

// pgx takes numbered arguments, in any of its modes.
func Example_pgx() {
	ctx := context.Background()
	conn, err := connectReports(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close(ctx)
	for _, reader := range readers {
		visible, err := accountsPostgreSQL.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args := visible.Numbered(3) // after $1 and $2
		query := `SELECT COALESCE(SUM(v.clicks), 0)::bigint
			FROM visit v JOIN account a ON a.id = v.account
			WHERE v.day >= $1 AND v.day < $2 AND ` + where
		args = append([]any{first, until}, args...)
		var clicks int64
		err = conn.QueryRow(ctx, query, args...).Scan(&clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

var pgxModes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// pgxLibraries returns pgx in each of its modes.
func pgxLibraries(t *testing.T, dsn string) []library {
	var all []library
	for _, mode := range pgxModes {
		conn, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) })
		all = append(all, library{name: "pgx, " + mode.String(), rows: func(q question) ([]int64, string, error) {
			text, args := q.numbered()
			rows, err := conn.Query(t.Context(), text, append([]any{mode}, args...)...)
			if err != nil {
				return nil, text, err
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			return ids, text, err
		}})
	}
	return all
}
