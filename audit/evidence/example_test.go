package evidence_test

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// A company writes the evidence of a review, and keeps a checkpoint in another
// place. Anyone who has both checks it offline. Then somebody makes up a log in which
// Mia was to be kept: all of it fits together, and only the checkpoint shows it.
func Example() {
	real, kept := written(audit.Revoke)
	madeUp, _ := written(audit.Keep)
	for _, file := range [][]byte{real, madeUp} {
		bundle, err := evidence.OpenZip(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			fmt.Println(err)
			return
		}
		report, err := evidence.Check(bundle, audit.Checkpoint{})
		fmt.Println("kept", report.Keep, "revoked", report.Revoke, "known", report.Known.Seq, err)
		report, err = evidence.Check(bundle, kept)
		fmt.Println("kept", report.Keep, "revoked", report.Revoke, "known", report.Known.Seq, err)
	}
	// Output:
	// kept 0 revoked 1 known 0 <nil>
	// kept 0 revoked 1 known 2 <nil>
	// kept 1 revoked 0 known 0 <nil>
	// kept 0 revoked 0 known 0 evidence: events.jsonl: the log is not the one of the checkpoint that you kept: event 2 has another hash; do not rely on this bundle, and ask its writer
}

// written returns the evidence of a review of one person, and the state of the log
// at the end. A company does all of this by itself.
func written(decision string) ([]byte, audit.Checkpoint) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	row := audit.RegisterRow{User: "mia", Role: "viewer", State: audit.StateActive, Added: now, AddedBy: "ada", Duration: "permanent"}
	register, err := evidence.EncodeRegister(slices.Values([]audit.RegisterRow{row}))
	if err != nil {
		fmt.Println(err)
	}
	review := audit.Review{ID: "q1", Opened: now, OpenedBy: "ada", Event: 1, Due: now, Count: 1, Digest: evidence.Digest(register)}
	items := []audit.ReviewItem{{Row: row, Decision: decision, Reason: "as agreed", Reviewer: "ada"}}
	reviewed, err := evidence.EncodeReview(review, slices.Values(items), slices.Values([]audit.Finding(nil)))
	if err != nil {
		fmt.Println(err)
	}
	opening := audit.Change{Type: "review.open", Version: 1, Data: fmt.Appendf(nil, `{"review":"q1","digest":"%v","count":1}`, evidence.Digest(register))}
	closing := audit.Change{Type: "review.close", Version: 1, Data: fmt.Appendf(nil, `{"review":"q1","evidence":"%v"}`, evidence.Sum(register, reviewed))}
	ada := audit.Actor{Kind: audit.KindUser, ID: "ada"}
	first := audit.Event{ID: "e1", Time: now, Company: "acme", Actor: ada, Changes: []audit.Change{opening}}.Chain(audit.Checkpoint{})
	second := audit.Event{ID: "e2", Time: now, Company: "acme", Actor: ada, Changes: []audit.Change{closing}}.Chain(first.Checkpoint())
	var file bytes.Buffer
	if err := evidence.WriteZip(&file, evidence.Parts{Events: both(first, second), Register: register, Review: reviewed}); err != nil {
		fmt.Println(err)
	}
	return file.Bytes(), second.Checkpoint()
}

// both yields two events, as a log does.
func both(first, second audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		_ = yield(first, nil) && yield(second, nil)
	}
}
