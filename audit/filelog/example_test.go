package filelog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
)

// temporary returns a directory for an example.
func temporary() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "filelog")
	if err != nil {
		panic(err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }
}

// hello returns an event that comes after a head.
func hello(head audit.Checkpoint, by string) audit.Event {
	return audit.Event{
		ID: fmt.Sprint("e", head.Seq+1), Time: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Company: "acme",
		Actor:   audit.Actor{Kind: audit.KindUser, ID: by},
		Changes: []audit.Change{{Type: "hello", Version: 1, Data: []byte(`{}`)}},
	}.Chain(head)
}

// Events that were appended are there when the file is opened again. Package company
// appends and reads them for you: give it the log.
func ExampleOpen() {
	dir, remove := temporary()
	defer remove()
	ctx, path := context.Background(), filepath.Join(dir, "acme.log")
	for round := range 2 {
		log, err := filelog.Open(ctx, path, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		var head audit.Checkpoint
		for e, err := range audit.Replay(ctx, log, audit.Checkpoint{}, audit.Checkpoint{}) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println("round", round, "reads", e.ID, "by", e.Actor)
			head = e.Checkpoint()
		}
		fmt.Println(log.Append(ctx, hello(head, "ann")), log.Close())
	}
	// Output:
	// <nil> <nil>
	// round 1 reads e1 by ann
	// <nil> <nil>
}

// One directory has the logs of many companies, and finds those that have a key. For
// companies, the keys are company.Keys: the addresses of their users.
func ExampleOpenDir() {
	dir, remove := temporary()
	defer remove()
	ctx := context.Background()
	byActor := func(e audit.Event) []string { return []string{e.Actor.ID} }
	logs, err := filelog.OpenDir(ctx, dir, byActor, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"acme", "Globex/EU"} {
		log, err := logs.Log(ctx, name)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(log.Append(ctx, hello(audit.Checkpoint{}, "ann")))
	}
	for name, err := range logs.Find(ctx, "ann") {
		fmt.Println(name, err)
	}
	// Output:
	// <nil>
	// <nil>
	// Globex/EU <nil>
	// acme <nil>
}

// A file that is damaged does not open. Inspect says what is wrong, and what would be
// lost by cutting there; the decision is yours.
func ExampleInspect() {
	dir, remove := temporary()
	defer remove()
	ctx, path := context.Background(), filepath.Join(dir, "acme.log")
	if err := os.WriteFile(path, []byte("not an event\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	damage, err := filelog.Inspect(ctx, path)
	fmt.Println(damage.Seq, damage.Byte, damage.Bytes, err)
	copied, err := damage.Cut(ctx)
	fmt.Println(filepath.Base(copied), err)
	// Output:
	// 1 0 13 <nil>
	// acme.log.cut-0 <nil>
}
