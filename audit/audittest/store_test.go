package audittest_test

import (
	"context"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestMemoryStore: the store in memory keeps the contract.
func TestMemoryStore(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := audit.NewMemoryStore(audittest.TargetKeys)
	if err := audittest.TestStore(ctx, audittest.StoreTest{Open: func(context.Context) (audit.Store, error) { return s, nil }}); err != nil {
		t.Error(err)
	}
}
