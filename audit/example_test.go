package audit_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Two events are appended and verified. Then somebody who can write where they are kept edits the first, and is caught; and makes all hashes
// anew, and is caught by the checkpoint.
func Example() {
	ctx, log := context.Background(), audit.NewMemory()
	var head audit.Checkpoint
	for i, data := range []string{`{"user":"bob","role":"admin"}`, `{"user":"bob","role":"team-member"}`} {
		e := audit.Event{
			ID:      fmt.Sprintf("e%d", i+1),
			Time:    time.Date(2026, 1, 2, 15, 4, i, 0, time.UTC),
			Company: "acme",
			Actor:   audit.Actor{Kind: audit.KindUser, ID: "ann", Email: "ann@example.com", Role: "admin"},
			Changes: []audit.Change{{Type: "set-role", Version: 1, Data: []byte(data)}},
			Targets: []string{"user:bob"},
		}.Chain(head)
		if err := log.Append(ctx, e); err != nil {
			fmt.Println(err)
			return
		}
		head = e.Checkpoint()
	}
	fmt.Println(audit.Verify(log.Events(ctx, 0), head))

	var events []audit.Event
	for e := range log.Events(ctx, 0) {
		events = append(events, e)
	}
	kept := func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
	events[0].Actor.ID = "eve"
	fmt.Println(audit.Verify(kept, head))

	events[0] = events[0].Chain(audit.Checkpoint{})
	events[1] = events[1].Chain(events[0].Checkpoint())
	fmt.Println(audit.Verify(kept, audit.Checkpoint{}))
	fmt.Println(audit.Verify(kept, head))

	events = slices.Delete(events, 1, 2)
	fmt.Println(audit.Verify(kept, head))
	// Output:
	// <nil>
	// audit: verify event 1: edited: its hash does not fit its fields
	// <nil>
	// audit: verify event 2: not the log of the checkpoint: its hash is another there
	// audit: verify event 2: shorter than the checkpoint: the checkpoint is at 2
}
