package live_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
)

// Follow a file: a new text is taken within the time you say, and one with a
// mistake is told, and changes nothing.
func ExampleFollow() {
	dir, err := os.MkdirTemp("", "policy")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "policy.json")
	var file sync.Mutex // held by the one who reads or writes, so that nobody reads half of it; you would rename another file to it
	read := func(context.Context) ([]byte, error) {
		file.Lock()
		defer file.Unlock()
		return os.ReadFile(name)
	}
	write := func(role string) {
		file.Lock()
		defer file.Unlock()
		text := fmt.Sprintf(`{"users": [{"id": "ann", "email": "ann@example.com", "role": %q}]}`, role)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	write("viewer")

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel() // which ends the following
	news := make(chan string)
	current, err := live.Follow(ctx, live.Config{
		Read:      read,
		Every:     time.Millisecond, // a service waits longer
		OnError:   func(err error) { news <- err.Error() },
		OnReplace: func(_, _ *access.Policy) { news <- "replaced" },
	})
	if err != nil {
		log.Fatal(err)
	}
	ask := func() {
		fmt.Println(current.Policy().Decide(access.User("ann"), access.CreateReport, access.Company()))
	}
	ask()

	write("editor")
	fmt.Println(<-news)
	ask()

	write("editer")
	fmt.Println(<-news)
	ask()
	// Output:
	// deny no-capability: role viewer does not hold report.create
	// replaced
	// allow: role editor
	// document: 1 problem
	// line 1: users[0] "ann".role: role "editer" does not exist; did you mean "editor"?
	// allow: role editor
}
