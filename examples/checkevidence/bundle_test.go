package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// counter counts in place of crypto/rand, so that ids and hashes are the same in every run.
type counter uint64

func (c *counter) Read(p []byte) (int, error) {
	*c++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*c))
	return len(p), nil
}

// bundle returns the zip of the evidence of a review in a company of three, and the checkpoints of its log. Bea decides about Ada
// and about Mia, whose decision is given; nobody decides about Bea. The review is closed by event 7, and Mia is removed by event 8.
func bundle(t *testing.T, decision string) (zip []byte, checkpoints []string) {
	t.Helper()
	ctx, log := context.Background(), audit.NewMemory()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	acme, err := company.Found(ctx, log, company.Founding{
		ID: "acme", Name: "Acme", Catalog: role.CompanyCatalog(), Founder: team.User{ID: "ada", Email: team.MustParseAddress("ada@acme.example")},
	}, &company.Config{
		Now: func() time.Time { return now }, Rand: new(counter),
		Systems: map[string]company.SystemConfig{"directory": {Changes: []company.Change{company.AddUser{}}, Roles: []role.Name{"admin", "team-member"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	checkpoints = append(checkpoints, acme.Checkpoint().String())
	directory, ada, bea := company.System("directory"), company.User("ada"), company.User("bea")
	for _, step := range []struct {
		by     company.Actor
		reason string
		change company.Change
	}{
		{directory, "second administrator", company.AddUser{User: "bea", Role: "admin", Person: company.Person{Email: "bea@acme.example"}}},
		{directory, "works on the launch", company.AddUser{User: "mia", Role: "team-member", Person: company.Person{Email: "mia@acme.example"}}},
		{ada, "first quarter", company.OpenReview{Review: "q1"}},
		{bea, "runs the company", company.DecideItem{Review: "q1", Row: "user:ada", Decision: audit.Keep}},
		{bea, "the launch is over", company.DecideItem{Review: "q1", Row: "user:mia", Decision: decision}},
		{ada, "done", company.CloseReview{Review: "q1"}},
		{ada, "as reviewed", company.RemoveUser{User: "mia"}},
	} {
		now = now.AddDate(0, 0, 1)
		if _, err := acme.Do(ctx, company.By{Actor: step.by, Reason: step.reason}, step.change); err != nil {
			t.Fatal(err)
		}
		checkpoints = append(checkpoints, acme.Checkpoint().String())
	}
	var file bytes.Buffer
	if err := acme.WriteEvidence(ctx, &file, "q1"); err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), checkpoints
}
