package rowsecurity

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
)

// SetUser is the statement that makes the rest of a transaction one of the user $1:
// SET LOCAL with a parameter. It ends with the transaction.
const SetUser = "SELECT set_config('ambit.user_id', $1, true)"

// Beginner begins transactions: a *pgxpool.Pool or a *pgx.Conn.
type Beginner interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// ReadAs runs read in a transaction that sees what a user sees. What has ended when
// it begins is over; what a keeper commits meanwhile, its next statement sees. Who the user is, is what your sign-on found: never take it from
// a request. Keep it as short as a request. What read leaves in the session, such as
// a temporary table, the next user of the connection has as well.
func ReadAs(ctx context.Context, db Beginner, user team.UserID, read func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, SetUser, string(user)); err != nil {
			return fmt.Errorf("rowsecurity: set the user: %w", err)
		}
		return read(tx)
	})
}

// ReadSQLAs is [ReadAs] for database/sql.
func ReadSQLAs(ctx context.Context, db *sql.DB, user team.UserID, read func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() // nothing after a commit
	if _, err := tx.ExecContext(ctx, SetUser, string(user)); err != nil {
		return fmt.Errorf("rowsecurity: set the user: %w", err)
	}
	if err := read(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Queryer asks for a row: a *pgxpool.Pool, a *pgx.Conn or a pgx.Tx.
type Queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// WaitFor returns nil once the tables have the event with a number: pass the Seq of
// the receipt of a change, and whoever reads afterwards reads with it. It looks
// every so often until ctx ends, and needs no Keeper in its process. The error is
// that of ctx, with how far the tables are, or what the database failed with.
func WaitFor(ctx context.Context, db Queryer, seq uint64, every time.Duration) error {
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		var at int64
		if err := db.QueryRow(ctx, "SELECT coalesce(max(seq), 0) FROM ambit.position").Scan(&at); err != nil {
			return fmt.Errorf("rowsecurity: wait for event %d: %w", seq, err)
		}
		if uint64(at) >= seq {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("rowsecurity: wait for event %d: the tables are at %d: %w", seq, at, ctx.Err())
		case <-again.C:
		}
	}
}

// Discard is for the AfterRelease of a pool: it ends what a session keeps beyond
// its transactions, and costs a round trip each time that a connection comes back.
// What ReadAs needs ends with its transaction; this is for programs that might also
// make temporary tables, cursors WITH HOLD or a SET that is not LOCAL.
func Discard(conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// DISCARD ALL but for the statements that pgx has prepared.
	_, err := conn.Exec(ctx, "CLOSE ALL; RESET ALL; RESET SESSION AUTHORIZATION; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES", pgx.QueryExecModeSimpleProtocol)
	return err == nil
}
