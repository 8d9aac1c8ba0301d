package audit_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/google/go-cmp/cmp"
)

// TestMemoryStoreContract runs the contract of audit.Store on the one in memory.
func TestMemoryStoreContract(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := audit.NewMemoryStore(audittest.TargetKeys)
	err := audittest.TestStore(ctx, audittest.StoreTest{
		Open: func(context.Context) (audit.Store, error) { return s, nil },
	})
	if err != nil {
		t.Error(err)
	}
}

// TestLogsOfMemoryStore runs the contract of audit.Log on the logs of one store.
func TestLogsOfMemoryStore(t *testing.T) {
	t.Parallel()
	s := audit.NewMemoryStore(nil)
	name := "log"
	err := audittest.TestLog(t.Context(), func() (audit.Log, error) {
		name += "'"
		log, err := s.Log(t.Context(), name)
		if _, ok := log.(audit.Watcher); !ok {
			t.Error("the log cannot be watched")
		}
		return log, err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestKeysOfMemoryStore: without keys nothing is found; the keys of an event that
// is malformed are not asked for, and those of one that was refused may be found.
func TestKeysOfMemoryStore(t *testing.T) {
	first := history()[0]
	key := "user:" + first.ID
	tests := []struct {
		what string
		keys audit.Keys
		e    audit.Event
		want []string
	}{
		{"no keys", nil, first, nil},
		{"stored", func(audit.Event) []string { return []string{key} }, first, []string{"log"}},
		{"refused", func(audit.Event) []string { return []string{key} }, history()[1], []string{"log"}},
		{"malformed", func(audit.Event) []string { panic("asked for the keys of an event that is none") }, audit.Event{}, nil},
	}
	for _, test := range tests {
		s := audit.NewMemoryStore(test.keys)
		log, err := s.Log(t.Context(), "log")
		if err != nil {
			t.Fatal(err)
		}
		stored := log.Append(t.Context(), test.e) == nil
		if stored != (test.e.Seq == 1) {
			t.Errorf("%s: stored: %v", test.what, stored)
		}
		if diff := cmp.Diff(test.want, names(t, s.Find(t.Context(), key))); diff != "" {
			t.Errorf("%s: found (-want +got):\n%s", test.what, diff)
		}
		if got := names(t, s.Names(t.Context())); stored != (len(got) == 1) {
			t.Errorf("%s: names: %q", test.what, got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for _, seq := range []iter.Seq2[string, error]{s.Names(ended), s.Find(ended, key)} {
			for name, err := range seq {
				if name != "" || !errors.Is(err, context.Canceled) {
					t.Errorf("%s: under an ended context: %q, %v", test.what, name, err)
				}
			}
		}
	}
}

// names collects names.
func names(t *testing.T, seq iter.Seq2[string, error]) []string {
	t.Helper()
	var list []string
	for name, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	return list
}
