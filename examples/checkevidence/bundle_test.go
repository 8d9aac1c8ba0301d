package main

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// events returns a log of six events, in which the fourth closes the review of a
// register by a decision about its one row.
func events(register, review []byte) []audit.Event {
	var log []audit.Event
	var head audit.Checkpoint
	for i, c := range []struct{ kind, data string }{
		{"company.found", `{}`},
		{"review.open", fmt.Sprintf(`{"review":"q1","digest":"%v","count":1}`, evidence.Digest(register))},
		{"review.decide", `{"review":"q1","row":"user:mia","decision":"revoke"}`},
		{"review.close", fmt.Sprintf(`{"review":"q1","evidence":"%v"}`, evidence.Sum(register, review))},
		{"user.remove", `{"user":"mia"}`},
		{"user.suspend", `{"user":"bob"}`},
	} {
		e := audit.Event{
			ID: fmt.Sprint("e", i+1), Time: noon.AddDate(0, 0, i+1), Company: "acme", Actor: audit.Actor{Kind: audit.KindUser, ID: "ada"},
			Changes: []audit.Change{{Type: c.kind, Version: 1, Data: []byte(c.data)}},
		}.Chain(head)
		head, log = e.Checkpoint(), append(log, e)
	}
	return log
}

// bundle returns the zip of the evidence, and the checkpoints of the log. With
// another decision it is what somebody made up.
func bundle(t *testing.T, decision string) (zip []byte, checkpoints []string) {
	t.Helper()
	row := audit.RegisterRow{
		User: "mia", Email: "mia@example.com", Role: "viewer", State: audit.StateActive,
		Added: noon.AddDate(0, 0, 1), AddedBy: "ada", Event: 1, Duration: "permanent",
	}
	register, err := evidence.EncodeRegister(slices.Values([]audit.RegisterRow{row}))
	if err != nil {
		t.Fatal(err)
	}
	review := audit.Review{ID: "q1", Opened: noon.AddDate(0, 0, 2), OpenedBy: "ada", Event: 2, Due: noon.AddDate(0, 1, 0), Count: 1, Digest: evidence.Digest(register)}
	item := audit.ReviewItem{Row: row, Decision: decision, Reason: "left the project", Reviewer: "ada", Decided: noon.AddDate(0, 0, 3), Event: 3}
	finding := audit.Finding{Kind: audit.FindingUnmatched, Review: "q1", Row: row.Key(), Decision: decision, Event: 3}
	reviewed, err := evidence.EncodeReview(review, slices.Values([]audit.ReviewItem{item}), slices.Values([]audit.Finding{finding}))
	if err != nil {
		t.Fatal(err)
	}
	log := events(register, reviewed)
	for _, e := range log {
		checkpoints = append(checkpoints, e.Checkpoint().String())
	}
	var file bytes.Buffer
	err = evidence.WriteZip(&file, evidence.Parts{
		Events: func(yield func(audit.Event, error) bool) {
			for _, e := range log {
				if !yield(e, nil) {
					return
				}
			}
		},
		Register: register, Review: reviewed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), checkpoints
}
