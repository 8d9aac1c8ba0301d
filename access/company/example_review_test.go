package company_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// Review who has access: open a review, decide about its items, carry out what was
// decided, close it, and keep its evidence.
func ExampleOpenReview() {
	ctx, acme := context.Background(), foundExample(&company.Config{})
	ann := company.By{Actor: company.User("ann"), Reason: "left the west"}
	uma := company.By{Actor: company.User("uma"), Reason: "as decided"}
	_, err := acme.Do(ctx, ann, company.OpenReview{Review: "q1"}, company.DecideItem{Review: "q1", Row: "user:tom", Decision: audit.Reduce})
	fmt.Println(err)
	_, err = acme.Do(ctx, uma, company.DecideItem{Review: "q1", Row: "user:uma", Decision: audit.Keep})
	fmt.Println(err)
	_, err = acme.Do(ctx, uma, company.RemoveMember{Team: "west", User: "tom"}, company.CloseReview{Review: "q1"})
	fmt.Println(err)
	for finding := range acme.Now().Findings("q1") {
		fmt.Println(finding.Kind, finding.Row)
	}
	var zip bytes.Buffer
	fmt.Println(acme.WriteEvidence(ctx, &zip, "q1"))
	// Output:
	// <nil>
	// company: do: change 1, review.decide: nobody may decide about their own access
	// <nil>
	// open user:ann
	// open user:uma
	// <nil>
}

// Check the evidence of a review offline, with a checkpoint of the log that was
// kept in another place.
func ExampleCheckEvidence() {
	zip, kept := evidenceExample()
	bundle, err := evidence.OpenZip(bytes.NewReader(zip), int64(len(zip)))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := company.CheckEvidence(context.Background(), bundle, kept)
	fmt.Println(report.Manifest.Company, report.Review.Count, "items,", report.Open, "open", err)
	// Output: acme 3 items, 3 open <nil>
}

// evidenceExample returns the evidence of a review, and a checkpoint.
func evidenceExample() ([]byte, audit.Checkpoint) {
	ctx, acme := context.Background(), foundExample(&company.Config{})
	_, err := acme.Do(ctx, company.By{Actor: company.User("ann")}, company.OpenReview{Review: "q1"}, company.CloseReview{Review: "q1"})
	var zip bytes.Buffer
	if err == nil {
		err = acme.WriteEvidence(ctx, &zip, "q1")
	}
	if err != nil {
		fmt.Println(err)
	}
	return zip.Bytes(), acme.Checkpoint()
}
