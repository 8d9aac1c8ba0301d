package filelog

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// childPath is the variable that makes a process of this test a child, which appends
// to the log at its path until it is killed, and says what is stored.
const childPath = "AMBIT_FILELOG_CHILD"

// TestChild is what a child does.
func TestChild(t *testing.T) {
	path := os.Getenv(childPath)
	if path == "" {
		t.Skip("only for the processes that TestKilled starts")
	}
	l, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		e := event(l.head, fmt.Sprint(os.Getpid(), "-", n), rand.IntN(2000))
		switch err := l.Append(t.Context(), e); {
		case err == nil:
			fmt.Printf("stored %d %s\n", e.Seq, e.Hash)
		case !errors.Is(err, audit.ErrConflict):
			t.Fatal(err)
		}
	}
}

// children are processes that append to one log.
type children struct {
	t     *testing.T
	mu    sync.Mutex
	acked map[string]bool // "seq hash"
}

// start starts a child, and returns a function that waits until it has stored so
// many events, and kills it.
func (c *children) start(path string) func(n int) {
	c.t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childPath+"="+path)
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			if text, ok := strings.CutPrefix(scanner.Text(), "stored "); ok {
				lines <- text
			}
		}
	}()
	return func(n int) {
		for line := range lines {
			c.note(line)
			if n--; n <= 0 {
				break
			}
		}
		_ = child.Process.Kill()
		for line := range lines {
			c.note(line)
		}
		_ = child.Wait() // it was killed
	}
}

func (c *children) note(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acked[line] = true
}

// TestKilled kills processes while they append to one log: everything that they were
// told is stored is there, and what is there is a chain.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 10
	if os.Getenv("CI") != "" && !testing.Short() {
		kills = 200
	}
	if os.Getenv("AMBIT_LONG") != "" {
		kills = 1000
	}
	path := filepath.Join(t.TempDir(), "log")
	c := &children{t: t, acked: make(map[string]bool)}
	for round := range kills / 2 {
		one, two := c.start(path), c.start(path)
		var done sync.WaitGroup
		done.Go(func() { one(1 + rand.IntN(8)) })
		done.Go(func() { two(1 + rand.IntN(8)) })
		done.Wait()
		if round%25 == 0 || round == kills/2-1 {
			c.check(path)
		}
	}
	t.Logf("%d processes were killed; %d events were acknowledged", kills, len(c.acked))
}

// check opens the log and looks for everything that is stored.
func (c *children) check(path string) {
	c.t.Helper()
	l, err := Open(c.t.Context(), path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer l.Close()
	there := make(map[string]bool)
	for e, err := range audit.Replay(c.t.Context(), l, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			c.t.Fatal(err)
		}
		there[fmt.Sprintf("%d %s", e.Seq, e.Hash)] = true
	}
	for acked := range c.acked {
		if !there[acked] {
			c.t.Fatalf("event %s was acknowledged and is gone", acked)
		}
	}
}
