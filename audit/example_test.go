package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Two events are appended and verified. Then somebody who can write where they
// are kept edits the first: the hashes show it. When they make all hashes again,
// the checkpoint shows it.
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
	// audit: verify: event 1: it was edited: its hash does not fit its fields
	// <nil>
	// audit: verify: event 2: the log is not that of the checkpoint: the event at the checkpoint has another hash
	// audit: verify: event 2: the log is shorter than the checkpoint: the checkpoint is at 2
}

// A log is written to a file and read back, without trust in the file.
func ExampleReadLines() {
	ctx, log := context.Background(), audit.NewMemory()
	event := audit.Event{
		ID: "e1", Time: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Company: "acme",
		Actor:   audit.Actor{Kind: audit.KindSystem, ID: "scim"},
		Changes: []audit.Change{{Type: "add-user", Version: 1, Data: []byte(`{"user":"bob"}`)}},
	}.Chain(audit.Checkpoint{})
	fmt.Println(log.Append(ctx, event))

	var file bytes.Buffer
	fmt.Println(audit.WriteLines(&file, log.Events(ctx, 0)))
	fmt.Println(audit.Verify(audit.ReadLines(&file), event.Checkpoint()))
	// Output:
	// <nil>
	// <nil>
	// <nil>
}
