package filelog

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestStoreContract runs the contract of audit.Store on a directory.
func TestStoreContract(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // only if it hangs
	defer cancel()
	dir := t.TempDir()
	edit := func(from, to string) func(context.Context, string) error {
		return func(_ context.Context, name string) error {
			return editLine(filepath.Join(dir, fileOf(name)), from, to)
		}
	}
	err := audittest.TestStore(ctx, audittest.StoreTest{
		Open: func(ctx context.Context) (audit.Store, error) {
			return OpenDir(ctx, dir, audittest.TargetKeys, &Options{Poll: time.Millisecond})
		},
		Damages: []audittest.Damage{
			{Name: "an edited text", Do: edit("bob", "eve"), Want: audit.ErrEdited},
			{Name: "no line", Do: edit(`{"v":1,`, "{"), Want: audit.ErrDamaged},
			{Name: "another version", Do: edit(`{"v":1,`, `{"v":2,`), Want: audit.ErrVersion},
		},
	})
	if err != nil {
		t.Error(err)
	}
}

// editLine replaces text in the second line of a file.
func editLine(path, from, to string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines[1] = bytes.Replace(lines[1], []byte(from), []byte(to), 1)
	return os.WriteFile(path, bytes.Join(lines, nil), 0o600)
}

// TestKeeperContract runs the contract of audit.Keeper on a file.
func TestKeeperContract(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := audittest.TestKeeper(t.Context(), func() (audit.Keeper, error) { return NewKeeper(path), nil }); err != nil {
		t.Error(err)
	}
}
