package sqllogs

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

// asChild appends to a SQLite file if this process was started by a test to do so,
// and tells what was acknowledged, a checkpoint a line.
func asChild() (done bool, code int) {
	path := os.Getenv("AMBIT_TEST_FILE")
	if path == "" {
		return false, 0
	}
	if err := appendTo(path, os.Getenv("AMBIT_TEST_NAME")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true, 1
	}
	return true, 0
}

// perChild is how many events a process appends.
const perChild = 100

func appendTo(path, name string) error {
	ctx := context.Background()
	db, err := sql.Open("sqlite", SQLiteDSN(path))
	if err != nil {
		return err
	}
	defer db.Close()
	// All of them make the tables at once.
	if err := sqllog.Migrate(ctx, db, sqllog.SQLite, nil); err != nil {
		return err
	}
	s, err := sqllog.Open(ctx, db, sqllog.SQLite, nil)
	if err != nil {
		return err
	}
	l, err := s.Log(ctx, "acme")
	if err != nil {
		return err
	}
	var head audit.Checkpoint
	for n := 0; n < perChild; {
		e := event(head, fmt.Sprint(name, "-", n))
		switch err := l.Append(ctx, e); {
		case err == nil:
			fmt.Println(e.Checkpoint())
			head = e.Checkpoint()
			n++
		case errors.Is(err, audit.ErrConflict):
			for e, err := range l.Events(ctx, head.Seq) {
				if err != nil {
					return err
				}
				head = e.Checkpoint()
			}
		default:
			return err
		}
	}
	return nil
}

// child starts a process that appends to a file.
func child(t *testing.T, path, name string, before ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(before, self)
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "AMBIT_TEST_FILE="+path, "AMBIT_TEST_NAME="+name)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

// acknowledged returns the checkpoints that a process told. The last line may be
// cut off, as the process was killed.
func acknowledged(t *testing.T, out string) []audit.Checkpoint {
	t.Helper()
	var all []audit.Checkpoint
	whole, _, _ := cutLast(out)
	for lines := bufio.NewScanner(strings.NewReader(whole)); lines.Scan(); {
		c, err := audit.ParseCheckpoint(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

func cutLast(out string) (whole, rest string, ok bool) {
	i := strings.LastIndexByte(out, '\n')
	return out[:i+1], out[i+1:], i >= 0
}

// TestProcesses: four processes make one file, and append to one log.
func TestProcesses(t *testing.T) {
	t.Parallel()
	p := worlds[0].place(t)
	told := make(map[audit.Checkpoint]bool)
	places := make(map[uint64]bool)
	var cmds []*exec.Cmd
	var outs []*strings.Builder
	for _, name := range []string{"a", "b", "c", "d"} {
		cmd, out := child(t, p.name, name)
		cmds, outs = append(cmds, cmd), append(outs, out)
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, c := range acknowledged(t, outs[i].String()) {
			if places[c.Seq] {
				t.Errorf("place %d is acknowledged twice", c.Seq)
			}
			told[c], places[c.Seq] = true, true
		}
	}
	n := 0
	for e, err := range audit.Replay(t.Context(), named(t, p.store(t, p.db(t), nil), "acme"), audit.Checkpoint{}, audit.Checkpoint{}) {
		if n++; err != nil || !told[e.Checkpoint()] {
			t.Fatalf("event %d is there and was not acknowledged, %v", e.Seq, err)
		}
	}
	if n != 4*perChild || len(told) != n {
		t.Errorf("%d events, %d acknowledged", n, len(told))
	}
}

// TestKilledProcesses: processes are killed while they append, and what they told is
// there.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	rounds := 15
	if os.Getenv("AMBIT_LONG") != "" {
		rounds = 300
	}
	p := worlds[0].place(t)
	l := named(t, p.store(t, p.db(t), nil), "acme")
	total := 0
	for round := 0; round < rounds || total == 0 && round < 10*rounds; round++ {
		one, outOne := child(t, p.name, fmt.Sprint("one", round))
		two, outTwo := child(t, p.name, fmt.Sprint("two", round))
		wait := time.Duration(25+round*7%60) * time.Millisecond
		if round >= rounds { // a busy machine needs longer until a process appends
			wait *= time.Duration(round - rounds + 2)
		}
		<-time.After(wait)
		one.Process.Kill()
		two.Process.Kill()
		one.Wait()
		two.Wait()
		there := make(map[audit.Checkpoint]bool)
		for e, err := range audit.Replay(t.Context(), l, audit.Checkpoint{}, audit.Checkpoint{}) {
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			there[e.Checkpoint()] = true
		}
		for _, c := range append(acknowledged(t, outOne.String()), acknowledged(t, outTwo.String())...) {
			if total++; !there[c] {
				t.Errorf("round %d: event %d was acknowledged and is lost", round, c.Seq)
			}
		}
	}
	fill(t, l, headOf(t, l), 1)
	if total == 0 {
		t.Error("nothing was acknowledged")
	}
	t.Log(total, "acknowledged")
}

// TestSyncs counts what the system is told to write for good.
func TestSyncs(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is missing; that each append asks for synchronous is tested by TestWeakConnections")
	}
	p := worlds[0].place(t)
	p.store(t, p.db(t), nil)
	trace := p.name + ".trace"
	cmd, out := child(t, p.name, "a", strace, "-f", "-e", "trace=fsync,fdatasync", "-o", trace)
	if err := cmd.Wait(); err != nil {
		t.Skip("strace may not trace here:", err)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	syncs := 0
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "fsync(") || strings.Contains(line, "fdatasync(") {
			syncs++
		}
	}
	if n := len(acknowledged(t, out.String())); n != perChild || syncs < n {
		t.Errorf("%d syncs for %d appends", syncs, n)
	}
	t.Logf("%d syncs for %d appends", syncs, perChild)
}
