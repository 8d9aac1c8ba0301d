package sqllogs

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ambit-authz/ambit/audit/sqllog"
	"github.com/jackc/pgx/v5"
)

// notify makes PostgreSQL tell who listens which log has a new event.
const notify = `
CREATE OR REPLACE FUNCTION ambit_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('ambit_event', NEW.log);
	RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ambit_notify AFTER INSERT ON ambit_event FOR EACH ROW EXECUTE FUNCTION ambit_notify()`

// Notify adds a trigger to the table of events, for [Listen]. It is off by default:
// a commit that notifies takes a lock of the whole server, so that many writers of
// many logs get a fraction of what they get without it. It is worth it for a service
// that writes little, and whose followers must know at once. It needs a role that
// may create functions and triggers, and PostgreSQL 14.
func Notify(ctx context.Context, db *sql.DB) error {
	if _, err := db.ExecContext(ctx, notify); err != nil {
		return fmt.Errorf("sqllogs: add the trigger: %w", err)
	}
	return nil
}

// Listen wakes the watches of a store as soon as another process has appended to a
// log, until ctx ends or its connection breaks, which the error says. Call it again
// then, after a while. What is notified is a hint: a watch reads the table, and goes
// on polling, so it misses nothing while nobody listens.
//
// It needs a connection of its own, to the server itself and not to a pooler. When
// it listens, it calls listening, which may be nil.
func Listen(ctx context.Context, dsn string, store *sqllog.Store, listening func()) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("sqllogs: listen: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN ambit_event"); err != nil {
		return fmt.Errorf("sqllogs: listen: %w", err)
	}
	if listening != nil {
		listening()
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("sqllogs: listen: %w", err)
		}
		store.Wake(n.Payload)
	}
}
