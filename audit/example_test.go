package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
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

// The rows of a register as a table for a wiki, without some columns. Package
// company makes the rows; a name cannot break the table.
func ExampleList() {
	l := audit.RegisterList(slices.Values([]audit.RegisterRow{
		{User: "mia", Role: "editor", Added: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), AddedBy: "ada", Reason: "joins *us* | new", Duration: "permanent", State: audit.StateActive},
		{User: "tom", Role: "viewer", Added: time.Date(2026, 1, 3, 9, 0, 0, 0, time.UTC), AddedBy: "mia", Reason: "=1+1", Duration: "90 days", State: audit.StateSuspended},
	}))
	l.Title = "Acme: who has access"
	l.Columns = slices.DeleteFunc(l.Columns[:9], func(c audit.Column[audit.RegisterRow]) bool { return c.Name == "E-mail" || c.Name == "Teams" })
	if err := l.WriteMarkdown(os.Stdout); err != nil {
		fmt.Println(err)
	}
	if err := l.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// # Acme: who has access
	//
	// | User | Role | Date added | Added by | Reason | Duration | State |
	// | --- | --- | --- | --- | --- | --- | --- |
	// | mia | editor | 2026-01-02T15:04:05+00:00 | ada | joins \*us\* &#124; new | permanent | active |
	// | tom | viewer | 2026-01-03T09:00:00+00:00 | mia | =1+1 | 90 days | suspended |
	//
	// 2 rows
	// User,Role,Date added,Added by,Reason,Duration,State
	// "mia","editor","2026-01-02T15:04:05+00:00","ada","joins *us* | new","permanent","active"
	// "tom","viewer","2026-01-03T09:00:00+00:00","mia","'=1+1","90 days","suspended"
}
