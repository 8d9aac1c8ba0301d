package audittest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// To test a log of your own, return it empty from the function.
func ExampleTestLog() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	fmt.Println(audittest.TestLog(ctx, func() (audit.Log, error) { return audit.NewMemory(), nil }))
	// Output: <nil>
}

// The log stores the event and loses its answer. Code that appends must repeat
// the call: it stores nothing twice.
func ExampleNewFaulty() {
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{
		Append: func(call int, _ audit.Event) audittest.Mode {
			if call == 1 {
				return audittest.FailAfter
			}
			return audittest.Pass
		},
	})
	event := audit.Event{
		ID: "e1", Time: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Company: "acme",
		Actor:   audit.Actor{Kind: audit.KindUser, ID: "ann"},
		Changes: []audit.Change{{Type: "set-role", Version: 1, Data: []byte(`{"user":"bob"}`)}},
	}.Chain(audit.Checkpoint{})
	ctx := context.Background()
	fmt.Println(errors.Is(log.Append(ctx, event), audittest.ErrInjected))
	fmt.Println(log.Append(ctx, event))
	fmt.Println(audit.Verify(log.Events(ctx, 0), event.Checkpoint()))
	// Output:
	// true
	// <nil>
	// <nil>
}
