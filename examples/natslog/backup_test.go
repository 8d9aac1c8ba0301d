package natslog

import (
	"path/filepath"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
)

// TestBackup copies a log to a file, goes on where it ended, and copies it back into
// another stream.
func TestBackup(t *testing.T) {
	t.Parallel()
	js := connect(t, need(t, alone).nodes...)
	log, _ := create(t, js, &Options{Stream: "BACKUP", Replicas: 1}).Log(t.Context(), "acme")
	file, err := filelog.Open(t.Context(), filepath.Join(t.TempDir(), "acme.log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	head := audit.Checkpoint{}
	for range 2 {
		for range 30 {
			e := newEvent(head, "e")
			if err := log.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			head = e.Checkpoint()
		}
		if got, err := audit.Copy(t.Context(), file, log); err != nil || got != head {
			t.Fatalf("Copy returns %v, %v, want %v", got, err, head)
		}
	}
	restored, _ := create(t, js, &Options{Stream: "RESTORED", Replicas: 1}).Log(t.Context(), "acme")
	if got, err := audit.Copy(t.Context(), restored, file); err != nil || got != head {
		t.Fatalf("Copy back returns %v, %v, want %v", got, err, head)
	}
	if err := audit.Verify(restored.Events(t.Context(), 0), head); err != nil {
		t.Error(err)
	}
}
