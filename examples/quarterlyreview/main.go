// Quarterlyreview answers an auditor's questions from the log of a small company: who has access, since when, given by whom, why and
// until when; how the last review went and what it left to be done; and what is due. Then it writes the evidence of the review into a
// bundle, and checks it as the auditor would, without the company. From the top of the module:
//
//	go run ./examples/quarterlyreview
//
// Read audit.go: it has all the questions. The log is testdata/year.jsonl; record_test.go has the year that it tells.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// year is the log. Yours is in a file or a database.
//
//go:embed testdata/year.jsonl
var year []byte

// known is a checkpoint of the log that the auditor keeps: the company cannot change what they have.
//
//go:embed testdata/checkpoint.txt
var known string

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "quarterlyreview: %v\n", err)
		os.Exit(1)
	}
}

// run opens the company and writes the answers to w.
func run(ctx context.Context, w io.Writer) error {
	log := audit.NewMemory()
	for e, err := range audit.ReadLines(bytes.NewReader(year)) {
		if err == nil {
			err = log.Append(ctx, e)
		}
		if err != nil {
			return err
		}
	}
	harbour, err := company.Open(ctx, log, nil)
	if err != nil {
		return err
	}
	// The year is over, so it is asked about as of its last event. A service asks harbour.Now().
	then, err := harbour.At(ctx, harbour.Checkpoint().Seq)
	if err != nil {
		return err
	}
	a := auditor{page: page{}, ctx: ctx, company: harbour, then: then}
	for _, question := range []func() error{a.register, a.pieces, a.review, a.due, a.evidence} {
		if err := question(); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, a.String())
	return err
}
