package sqllogs

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

// TestCutWAL: a file whose write-ahead log was cut, at any frame and beside it, is a
// shorter log in order, which goes on. Only a checkpoint from elsewhere tells.
func TestCutWAL(t *testing.T) {
	t.Parallel()
	p := worlds[0].place(t)
	db := p.db(t, "_pragma=wal_autocheckpoint(0)")
	l := named(t, p.store(t, db, nil), "acme")
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	head := fill(t, l, audit.Checkpoint{}, 6)
	file, err := os.ReadFile(p.name)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(p.name + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	const header, frameHeader = 32, 24
	frame := frameHeader + int(binary.BigEndian.Uint32(wal[8:12]))
	shorter := 0
	for at := header; at <= len(wal); at += frame {
		for _, size := range []int{at - 1, at, at + 1} {
			if size > len(wal) {
				continue
			}
			copied := &place{world: p.world, name: filepath.Join(t.TempDir(), "copy.db")}
			if err := errors.Join(os.WriteFile(copied.name, file, 0o600), os.WriteFile(copied.name+"-wal", wal[:size], 0o600)); err != nil {
				t.Fatal(err)
			}
			cut := named(t, copied.store(t, copied.db(t), nil), "acme")
			got := headOf(t, cut)
			if err := audit.Verify(cut.Events(t.Context(), 0), head); got != head && !errors.Is(err, audit.ErrTruncated) {
				t.Errorf("cut at %d: with the checkpoint: %v", size, err)
			}
			if got != head {
				shorter++
			}
			fill(t, cut, got, 1)
		}
	}
	if frames := (len(wal) - header) / frame; frames < 6 || shorter < 10 {
		t.Errorf("%d frames, %d cuts lost something", frames, shorter)
	}
}

// TestHeldLock: while another connection has the write lock for longer than the
// busy_timeout, an append is in doubt, and settles later.
func TestHeldLock(t *testing.T) {
	t.Parallel()
	p := worlds[0].place(t)
	p.store(t, p.db(t), nil)
	impatient, err := sql.Open("sqlite", strings.Replace(SQLiteDSN(p.name), "10000", "50", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer impatient.Close()
	s, err := sqllog.Open(t.Context(), impatient, sqllog.SQLite, &sqllog.Options{Accept: []string{"busy_timeout"}})
	if err != nil {
		t.Fatal(err)
	}
	l := named(t, s, "acme")
	tx, err := p.db(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := event(audit.Checkpoint{}, "a")
	own := new(sqllog.Error)
	if err := l.Append(t.Context(), e); errors.Is(err, audit.ErrConflict) || !errors.As(err, &own) {
		t.Errorf("while the lock is held: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), e); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestBackupSQLite: VACUUM INTO makes a copy while the log is written.
func TestBackupSQLite(t *testing.T) {
	t.Parallel()
	p := worlds[0].place(t)
	db := p.db(t)
	l := named(t, p.store(t, db, nil), "acme")
	head := fill(t, l, audit.Checkpoint{}, 20)
	copied := &place{world: p.world, name: filepath.Join(t.TempDir(), "backup.db")}
	if _, err := db.Exec("VACUUM INTO ?", copied.name); err != nil {
		t.Fatal(err)
	}
	fill(t, l, head, 1)
	// A copy has another journal mode, which Migrate sets.
	backup := copied.db(t)
	if _, err := sqllog.Open(t.Context(), backup, sqllog.SQLite, nil); !errors.Is(err, audit.ErrWeak) {
		t.Errorf("before Migrate: %v", err)
	}
	restored := named(t, copied.store(t, backup, nil), "acme")
	if got := headOf(t, restored); got != head {
		t.Errorf("the copy ends at %v, want %v", got, head)
	}
	if err := audit.Verify(restored.Events(t.Context(), 0), headOf(t, l)); !errors.Is(err, audit.ErrTruncated) {
		t.Errorf("with the last checkpoint: %v", err)
	}
}

// TestWatch: a watch is current within its poll of what another process appended,
// and at once when it is woken.
func TestWatch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w world) {
		p := w.place(t)
		writer := named(t, p.store(t, p.db(t), nil), "acme")
		follower := named(t, p.store(t, p.db(t), &sqllog.Options{Poll: 20 * time.Millisecond}), "acme")
		ctx := patient(t)
		head := fill(t, writer, audit.Checkpoint{}, 1)
		for e, err := range follower.Watch(ctx, 0) {
			if err != nil {
				t.Fatal(err)
			}
			if e.Seq == 5 {
				break
			}
			head = fill(t, writer, head, 1)
		}
	})
}
