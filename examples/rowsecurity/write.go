package rowsecurity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/jackc/pgx/v5"
)

// position returns what the tables are in step with, zero if they were never filled.
func (k *Keeper) position(ctx context.Context) (at audit.Checkpoint, err error) {
	var seq int64
	var hash string
	err = k.db.QueryRow(ctx, "SELECT seq, hash FROM ambit.position").Scan(&seq, &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	at.Seq = uint64(seq)
	return at, at.Hash.UnmarshalText([]byte(hash))
}

// move is a change of the position.
type move struct {
	from audit.Checkpoint
	to   company.Moment
	time time.Time // of the event of to
}

// The position changes only from what it was thought to be. This locks it, so that
// it stays until the transaction ends, and another one that waits for it finds it
// changed.
const (
	movePosition  = "UPDATE ambit.position SET seq = $1, hash = $2, time = $3, good_until = now() + $4 WHERE seq = $5 AND hash = $6"
	firstPosition = "INSERT INTO ambit.position (seq, hash, time, good_until) VALUES ($1, $2, $3, now() + $4) ON CONFLICT DO NOTHING"
)

// in moves the position in a transaction. It reports false, and the transaction is
// to be rolled back, if the position was not where the move begins.
func (m move) in(ctx context.Context, tx pgx.Tx, maxAge time.Duration) (bool, error) {
	var bound *time.Duration
	if maxAge > 0 {
		bound = &maxAge
	}
	to := m.to.Checkpoint()
	statement, args := firstPosition, []any{int64(to.Seq), to.Hash.String(), instant(m.time), bound}
	if m.from != (audit.Checkpoint{}) {
		statement, args = movePosition, append(args, int64(m.from.Seq), m.from.Hash.String())
	}
	tag, err := tx.Exec(ctx, statement, args...)
	return tag.RowsAffected() == 1, err
}

// instant returns a time as the database has it, in microseconds: rounded up, as no
// time that it compares an end with lies in between.
func instant(t time.Time) time.Time {
	if down := t.Truncate(time.Microsecond); down.Before(t) {
		return down.Add(time.Microsecond)
	}
	return t
}

// errOvertaken ends a transaction in which the position is not what it was.
var errOvertaken = errors.New("another keeper changed the position")

// commit moves the position and changes the tables, in one transaction. It reports
// false if another keeper was quicker.
func (k *Keeper) commit(ctx context.Context, m move, change func(pgx.Tx) error) (bool, error) {
	// The lock on the position must show what its last holder committed.
	options := pgx.TxOptions{IsoLevel: pgx.ReadCommitted}
	err := pgx.BeginTxFunc(ctx, k.db, options, func(tx pgx.Tx) error {
		moved, err := m.in(ctx, tx, k.config.MaxAge)
		switch {
		case err != nil:
			return fmt.Errorf("move the position: %w", err)
		case !moved:
			return errOvertaken
		}
		return change(tx)
	})
	if errors.Is(err, errOvertaken) {
		return false, nil
	}
	if err == nil {
		k.last = m.to
	}
	return err == nil, err
}

// write changes the tables by a difference.
func (k *Keeper) write(ctx context.Context, m move, d difference) (bool, error) {
	if m.from == m.to.Checkpoint() && k.config.MaxAge == 0 {
		k.last = m.to
		return true, nil // there is nothing to renew
	}
	return k.commit(ctx, m, func(tx pgx.Tx) error {
		for _, s := range d.statements() {
			if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
				return fmt.Errorf("%s: %w", s.sql, err)
			}
		}
		return nil
	})
}

type statement struct {
	sql  string
	args []any
}

// most is how many rows a statement changes at most.
const most = 50_000

// statements returns what changes the tables.
func (d difference) statements() (all []statement) {
	add := func(changed []row, sql string, columns ...func([]row) any) {
		for part := range slices.Chunk(changed, most) {
			s := statement{sql: sql}
			for _, column := range columns {
				s.args = append(s.args, column(part))
			}
			all = append(all, s)
		}
	}
	add(d.visible.remove, "DELETE FROM ambit.visible t USING unnest($1::text[], $2::text[]) AS gone (user_id, account_id) WHERE t.user_id = gone.user_id AND t.account_id = gone.account_id", userIDs, accountIDs)
	add(d.seesAll.remove, "DELETE FROM ambit.sees_all WHERE user_id = ANY ($1::text[])", userIDs)
	add(d.accounts.remove, "DELETE FROM ambit.account WHERE account_id = ANY ($1::text[])", accountIDs)
	add(d.visible.put, "INSERT INTO ambit.visible SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) ON CONFLICT (user_id, account_id) DO UPDATE SET until = excluded.until", userIDs, accountIDs, ends)
	add(d.seesAll.put, "INSERT INTO ambit.sees_all SELECT * FROM unnest($1::text[], $2::timestamptz[]) ON CONFLICT (user_id) DO UPDATE SET until = excluded.until", userIDs, ends)
	add(d.accounts.put, "INSERT INTO ambit.account SELECT * FROM unnest($1::text[]) ON CONFLICT (account_id) DO NOTHING", accountIDs)
	return all
}

func userIDs(all []row) any    { return column(all, func(r row) string { return string(r.user) }) }
func accountIDs(all []row) any { return column(all, func(r row) string { return string(r.account) }) }
func ends(all []row) any       { return column(all, row.end) }

func column[T any](all []row, of func(row) T) []T {
	values := make([]T, len(all))
	for i, r := range all {
		values[i] = of(r)
	}
	return values
}

// end returns the end of a row as the database has it, nil for none.
func (r row) end() *time.Time {
	if r.until.IsZero() {
		return nil
	}
	end := instant(r.until)
	return &end
}

// fill puts all rows in the place of those that are there.
func (k *Keeper) fill(ctx context.Context, at audit.Checkpoint, next company.Moment) (bool, error) {
	head := next.Checkpoint().Seq
	_, time, err := k.events(ctx, head, head)
	if err != nil {
		return false, err
	}
	return k.commit(ctx, move{from: at, to: next, time: time}, func(tx pgx.Tx) error {
		for _, table := range []string{"visible", "sees_all", "account"} {
			if _, err := tx.Exec(ctx, "DELETE FROM ambit."+table); err != nil {
				return err
			}
		}
		for d := range everything(next.Policy()) {
			if err := d.copyInto(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyInto adds the rows of a difference to tables that do not have them.
func (d difference) copyInto(ctx context.Context, tx pgx.Tx) error {
	add := func(table string, all []row, columns []string, values func(row) []any) error {
		if len(all) == 0 {
			return nil
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"ambit", table}, columns, pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			return values(all[i]), nil
		}))
		return err
	}
	return errors.Join(
		add("visible", d.visible.put, []string{"user_id", "account_id", "until"}, func(r row) []any { return []any{string(r.user), string(r.account), r.end()} }),
		add("sees_all", d.seesAll.put, []string{"user_id", "until"}, func(r row) []any { return []any{string(r.user), r.end()} }),
		add("account", d.accounts.put, []string{"account_id"}, func(r row) []any { return []any{string(r.account)} }),
	)
}
