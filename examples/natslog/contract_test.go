package natslog

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestLogContract runs the contract of audit.Log on three nodes.
func TestLogContract(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*hang)
	defer cancel()
	c := need(t, shared)
	s := create(t, connect(t, c.nodes...), &Options{Stream: "LOG", Monitors: c.monitors()})
	var n atomic.Int64
	err := audittest.TestLog(ctx, func() (audit.Log, error) { return s.Log(ctx, fmt.Sprint("log ", n.Add(1))) })
	if err != nil {
		t.Error(err)
	}
}

// TestStoreContract runs the contract of audit.Store on three nodes, through two of
// them.
func TestStoreContract(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*hang)
	defer cancel()
	c := need(t, shared)
	o := &Options{Stream: "STORE", Keys: audittest.TargetKeys}
	js := connect(t, c.nodes[0])
	other := connect(t, c.nodes[1])
	create(t, js, o)
	n := 0
	err := audittest.TestStore(ctx, audittest.StoreTest{
		Open: func(ctx context.Context) (audit.Store, error) {
			if n++; n%2 == 0 {
				return Open(ctx, js, o)
			}
			return Open(ctx, other, o)
		},
	})
	if err != nil {
		t.Error(err)
	}
}
