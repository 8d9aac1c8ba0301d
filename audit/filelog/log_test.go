package filelog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestContract runs the contract of audit.Log on files.
func TestContract(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // only if it hangs
	defer cancel()
	dir, n := t.TempDir(), 0
	err := audittest.TestLog(ctx, func() (audit.Log, error) {
		n++
		return Open(ctx, filepath.Join(dir, fmt.Sprint(n)), &Options{Poll: time.Millisecond})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestOpenRefuses opens what is no log, or not one of this form.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole, _ := written(t, 2)
	lines := strings.SplitAfter(string(whole), "\n")
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"another version":       {strings.Replace(string(whole), `{"v":1,`, `{"v":2,`, 1), audit.ErrVersion},
		"another version, torn": {strings.Replace(lines[0], `{"v":1,`, `{"v":2,`, 1), audit.ErrVersion},
		"not a log":             {"hello\nworld\n", audit.ErrDamaged},
		"one line of text":      {"hello\n", audit.ErrDamaged},
		"not from the first":    {lines[1], audit.ErrDamaged},
		"a line lost":           {lines[0] + lines[0], audit.ErrDamaged},
		"an empty line":         {lines[0] + "\n", audit.ErrDamaged},
		"run together":          {strings.TrimSuffix(lines[0], "\n") + lines[1], audit.ErrDamaged},
		"run together by NUL":   {strings.TrimSuffix(lines[0], "\n") + "\x00" + lines[1], audit.ErrDamaged},
		"not a log, one line":   {"hello", audit.ErrDamaged},
		"a file of JSON":        {`{"name":"acme","users":[]}`, audit.ErrDamaged},
		"a program":             {"\x7fELF\x02\x01\x01\x00\x00", audit.ErrDamaged},
		"NUL in the last line":  {strings.Replace(string(whole), `"id":"e2`, "\"id\":\"e\x00", 1), audit.ErrDamaged},
		"a line feed damaged":   {strings.TrimSuffix(string(whole), "\n") + "J", audit.ErrDamaged},
		"damaged, and torn":     {strings.TrimSuffix(string(whole), "\n") + "J" + `{"v":1,"seq":3,"id":"`, audit.ErrDamaged},
		"another hash":          {lines[0] + strings.Replace(lines[1], `"reason":""`, `"reason":"x"`, 1), audit.ErrDamaged},
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), path, nil)
		e, ok := errors.AsType[*Error](err)
		if !ok || !errors.Is(err, tt.want) || e.Path != path || e.Op != "open" {
			t.Errorf("%s: Open = %v, want %v", name, err, tt.want)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != tt.text {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	dir := t.TempDir()
	if _, err := Open(t.Context(), dir, nil); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Open(t.Context(), "/dev/null", &Options{ReadOnly: true}); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a device: %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "no", "log"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

// TestSymlink opens a log through a link.
func TestSymlink(t *testing.T) {
	t.Parallel()
	whole, _ := written(t, 2)
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "log"), whole, 0o600), os.Symlink("log", filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	l, err := Open(t.Context(), filepath.Join(dir, "link"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got := collect(t, l); len(got) != 2 {
		t.Errorf("%d events", len(got))
	}
	if err := os.Symlink("none", filepath.Join(dir, "nothing")); err != nil {
		t.Fatal(err)
	}
	nothing, err := Open(t.Context(), filepath.Join(dir, "nothing"), nil)
	if err == nil {
		err = errors.Join(nothing.Append(t.Context(), event(audit.Checkpoint{}, "ann", 1)), nothing.Close())
	}
	if !errors.Is(err, ErrNotRegular) {
		t.Errorf("a link to nothing: %v", err)
	}
}

// TestReadOnly reads what another process writes, and does not write.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	r, err := Open(t.Context(), path, &Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := collect(t, r); len(got) != 0 {
		t.Errorf("%d events where no file is", len(got))
	}
	whole, events := written(t, 3)
	for size, want := range map[int]int{len(whole) / 2: 1, len(whole) - 1: 2, len(whole): 3} {
		if err := os.WriteFile(path, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(t.Context(), path, &Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := collect(t, r); len(got) != want {
			t.Errorf("of %d bytes %d events are read, want %d", size, len(got), want)
		}
		if err := r.Append(t.Context(), events[0]); !errors.Is(err, ErrReadOnly) {
			t.Errorf("Append = %v", err)
		}
		if now, err := os.ReadFile(path); err != nil || len(now) != size {
			t.Errorf("the file was changed: %v", err)
		}
		_ = r.Close()
	}
}

// TestReplaced puts another file in the place of the one that is open, removes it,
// and cuts it.
func TestReplaced(t *testing.T) {
	t.Parallel()
	whole, events := written(t, 3)
	next := event(events[2].Checkpoint(), "next", 10)
	for name, tt := range map[string]struct {
		change func(path string) error
		want   error
	}{
		"another file": {func(path string) error {
			return errors.Join(os.WriteFile(path+"2", whole, 0o600), os.Rename(path+"2", path))
		}, ErrReplaced},
		"no file": {os.Remove, ErrReplaced},
		"cut":     {func(path string) error { return os.Truncate(path, int64(len(whole)/2)) }, audit.ErrDamaged},
		"an event of another log": {func(path string) error {
			line, err := audit.Encode(event(audit.Checkpoint{Seq: 3, Hash: audit.Hash{1}}, "eve", 10))
			return errors.Join(err, os.WriteFile(path, append(append(whole[:len(whole):len(whole)], line...), '\n'), 0o600))
		}, audit.ErrDamaged},
		"garbage": {func(path string) error { return os.WriteFile(path, append(whole, "garbage\n"...), 0o600) }, audit.ErrDamaged},
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := tt.change(path); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(t.Context(), next); !errors.Is(err, tt.want) {
			t.Errorf("%s: Append = %v, want %v", name, err, tt.want)
		}
		for _, err := range l.Events(t.Context(), 0) {
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: Events yields %v, want %v", name, err, tt.want)
			}
		}
		_ = l.Close()
	}
}

// TestReplacedMeanwhile puts another file in the place of a log while an append
// waits for its lock: what is written to a file without a name is lost.
func TestReplacedMeanwhile(t *testing.T) {
	d := newSimulated(1, faults{})
	l, err := open(t.Context(), d.of(new(process)), "log", nil)
	if err != nil {
		t.Fatal(err)
	}
	first := event(audit.Checkpoint{}, "ann", 10)
	if err := l.Append(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	d.onLock = func() { d.files["log"] = new(inode) }
	if err := l.Append(t.Context(), event(first.Checkpoint(), "ann", 10)); !errors.Is(err, ErrReplaced) {
		t.Errorf("Append = %v", err)
	}
}

// TestNameIsSafe: the name of a file is on the disk before its first event is
// acknowledged, also if another process made the file, and ended.
func TestNameIsSafe(t *testing.T) {
	for name, look := range map[string]func(l *Log){
		"at once":     func(*Log) {},
		"after Event": func(l *Log) { collect(t, l) },
	} {
		d := newSimulated(1, faults{})
		l, err := open(t.Context(), d.of(new(process)), "log", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.of(new(process)).open("log", true, true); err != nil {
			t.Fatal(err)
		}
		look(l)
		if err := l.Append(t.Context(), event(audit.Checkpoint{}, "ann", 10)); err != nil {
			t.Fatal(err)
		}
		if !d.files["log"].named {
			t.Errorf("%s: the event is acknowledged, and the name of its file may be lost", name)
		}
	}
}

// TestLimit reads what has no line feed for longer than any event has.
func TestLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Truncate(path, longestLine+2)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, nil); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("Open = %v", err)
	}
	if d, err := Inspect(t.Context(), path); err != nil || d.Seq != 1 || d.Byte != 0 || d.Bytes != longestLine+2 {
		t.Errorf("Inspect = %v, %v", d, err)
	}
}

// TestClosed asks a log that was closed.
func TestClosed(t *testing.T) {
	t.Parallel()
	l, err := Open(t.Context(), filepath.Join(t.TempDir(), "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := event(audit.Checkpoint{}, "ann", 10)
	if err := errors.Join(l.Append(t.Context(), e), l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(t.Context(), e); !errors.Is(err, ErrClosed) {
		t.Errorf("Append = %v", err)
	}
	for _, err := range l.Watch(t.Context(), 0) {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("Watch yields %v", err)
		}
	}
}

// TestWaitsForLock appends while another handle has the lock, until its context ends.
func TestWaitsForLock(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	one, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	first := event(audit.Checkpoint{}, "ann", 10)
	if err := one.Append(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	two, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	if err := two.file.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	next := event(first.Checkpoint(), "ann", 10)
	if err := one.Append(ctx, next); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Append = %v, want the end of its context", err)
	}
	if err := errors.Join(two.file.Unlock(), one.Append(t.Context(), next)); err != nil {
		t.Error(err)
	}
}

// TestSyncs counts the syncs: at least one for each event acknowledged, and the name
// of the file before the first.
func TestSyncs(t *testing.T) {
	d := newSimulated(1, faults{})
	l, err := open(t.Context(), d.of(new(process)), "log", nil)
	if err != nil {
		t.Fatal(err)
	}
	var head audit.Checkpoint
	for n := range 100 {
		e := event(head, "ann", 10)
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if head = e.Checkpoint(); d.counts.syncs != n+1 || len(d.files["log"].dirty) > 0 || !d.files["log"].named {
			t.Fatalf("after event %d: %d syncs, %d writes not on the disk, its name there: %t", n+1, d.counts.syncs, len(d.files["log"].dirty), d.files["log"].named)
		}
	}
}

// TestPlaces reads a long log after each of its events, as it was written and as it
// was opened again.
func TestPlaces(t *testing.T) {
	t.Parallel()
	d := newSimulated(1, faults{})
	const n = 3*every + 2
	for range 2 {
		l, err := open(t.Context(), d.of(new(process)), "log", nil)
		if err != nil {
			t.Fatal(err)
		}
		for l.head.Seq < n {
			if err := l.Append(t.Context(), event(l.head, "ann", 10)); err != nil {
				t.Fatal(err)
			}
		}
		all := collect(t, l)
		for after := range uint64(n + 1) {
			seq := after
			for e, err := range l.Events(t.Context(), after) {
				if seq++; err != nil || e.Seq != seq || e.Hash != all[seq-1].Hash {
					t.Fatalf("after %d: event %d, %v, want %d", after, e.Seq, err, seq)
				}
			}
			if seq != n {
				t.Fatalf("after %d it ends at %d", after, seq)
			}
			if after > 0 && l.Append(t.Context(), all[after-1]) != nil {
				t.Fatalf("event %d is not known", after)
			}
		}
	}
}

// TestKeeperSyncs: what takes the place of the checkpoint is on the disk before it
// does, and so is its name afterwards.
func TestKeeperSyncs(t *testing.T) {
	d := newSimulated(1, faults{})
	k := NewKeeper("checkpoint")
	k.disk = d.of(new(process))
	c := audit.Checkpoint{Seq: 3, Hash: audit.Hash{1}}
	if err := k.Keep(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if n := d.files["checkpoint"]; n == nil || len(n.dirty) > 0 || !n.named {
		t.Errorf("the checkpoint is not on the disk: %+v", n)
	}
	d.files["checkpoint"].named = false // as if its directory could not be synced
	if err := k.Keep(t.Context(), c); err != nil || !d.files["checkpoint"].named {
		t.Errorf("kept again: %v; its name is on the disk: %t", err, d.files["checkpoint"].named)
	}
	d.files["checkpoint"].seen = []byte("nonsense")
	if _, err := k.Kept(t.Context()); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("Kept = %v", err)
	}
	if err := k.Keep(t.Context(), c); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("Keep over something else = %v", err)
	}
}

// TestDamage inspects a damaged file, and cuts it where it is told to.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole, events := written(t, 4)
	path := filepath.Join(t.TempDir(), "log")
	if d, err := Inspect(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) || !d.IsZero() {
		t.Errorf("no file: %v, %v", d, err)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := Inspect(t.Context(), path); err != nil || !d.IsZero() || d.String() != "the log is in order" {
		t.Errorf("in order: %v, %v", d, err)
	}
	bad := []byte(strings.Replace(string(whole), `e3-ann`, `e3-eve`, 1))
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Inspect(t.Context(), path)
	if err != nil || d.Seq != 3 || d.Lines != 2 || d.Byte+d.Bytes != int64(len(whole)) || !errors.Is(d.Why, audit.ErrEdited) || !strings.Contains(d.String(), "leaves 2 events") {
		t.Fatalf("Inspect = %v, %v", d, err)
	}
	other := d
	other.Byte++
	if _, err := other.Cut(t.Context()); !errors.Is(err, audit.ErrConflict) {
		t.Errorf("Cut where nothing is damaged = %v", err)
	}
	if copied, err := (Damage{}).Cut(t.Context()); copied != "" || err != nil {
		t.Errorf("Cut of nothing = %q, %v", copied, err)
	}
	copied, err := d.Cut(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cut, err1 := os.ReadFile(copied)
	left, err2 := os.ReadFile(path)
	if err := errors.Join(err1, err2); err != nil || string(left)+string(cut) != string(bad) || len(left) != int(d.Byte) {
		t.Errorf("%d and %d bytes of %d, %v", len(left), len(cut), len(bad), err)
	}
	// Damaged again in the same place, and cut by what was noted of it.
	if err := os.WriteFile(path, append(left[:len(left):len(left)], "nonsense\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := Damage{Path: path, Seq: 3, Byte: d.Byte, Bytes: 9, Lines: 1, Why: audit.ErrDamaged}.Cut(t.Context())
	again, err1 := os.ReadFile(copied)
	cut2, err2 := os.ReadFile(second)
	if err := errors.Join(err, err1, err2); err != nil || string(again) != string(cut) || string(cut2) != "nonsense\n" {
		t.Errorf("the second copy %q has %q, the first one %q, %v", second, cut2, again, err)
	}
	l, err := Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Append(t.Context(), events[2]); err != nil {
		t.Error(err)
	}
}

// TestEditedEnd: what another process appended and somebody changed since is not built
// upon, wherever in a tail it is the end.
func TestEditedEnd(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 3; n++ {
		whole, events := written(t, n)
		path := filepath.Join(t.TempDir(), "log")
		l, err := Open(t.Context(), path, nil) // when there is nothing
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		id := fmt.Sprintf("e%d-", n)
		bad := strings.Replace(string(whole), id+"ann", id+"eve", 1)
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		after := event(events[n-1].Checkpoint(), "ann", 10)
		if err := l.Append(t.Context(), after); !errors.Is(err, audit.ErrEdited) || !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("Append after %d = %v", n, err)
		}
		if _, err := Open(t.Context(), path, nil); !errors.Is(err, audit.ErrEdited) {
			t.Errorf("Open of %d = %v", n, err)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != bad {
			t.Errorf("the file of %d was written to: %v", n, err)
		}
	}
}

// TestCopyOfLiveFile copies a file while it is written: the copy opens, and goes on
// where it ends.
func TestCopyOfLiveFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Open(t.Context(), filepath.Join(dir, "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const most = 400 // so that a disk that syncs at once is not filled
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		var head audit.Checkpoint
		for n := 0; n < most && ctx.Err() == nil; n++ {
			e := event(head, "ann", 5000)
			if err := l.Append(context.WithoutCancel(ctx), e); err != nil {
				done <- err
				return
			}
			head = e.Checkpoint()
		}
		done <- nil
	}()
	for n := range 20 {
		text, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprint("copy", n))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		restored, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := collect(t, restored)
		var head audit.Checkpoint
		if len(all) > 0 {
			head = all[len(all)-1].Checkpoint()
		}
		if err := restored.Append(t.Context(), event(head, "restored", 10)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(audit.Verify(restored.Events(t.Context(), 0), head), restored.Close()); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestErrorText reads errors as people do.
func TestErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"filelog: open x: there is no lock for files here: open it for reading only":                   &Error{Op: "open", Path: "x", Err: ErrNoLock},
		"filelog: events x: event 2, byte 70: the log is damaged: the file ends before it":             &Error{Op: "events", Path: "x", Seq: 2, Byte: 70, Text: "the file ends before it", Err: audit.ErrDamaged},
		"filelog: append x: the log was opened for reading only":                                       &Error{Op: "append", Path: "x", Err: ErrReadOnly},
		"filelog: open x: event 1, byte 0: it is in another version of the form: it begins with \"v\"": &Error{Op: "open", Path: "x", Seq: 1, Err: audit.ErrVersion, Text: `it begins with "v"`},
	} {
		if got := err.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// lineOf returns the line of an event, with a line feed.
func lineOf(t *testing.T, e audit.Event) string {
	t.Helper()
	line, err := audit.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

// TestDamageInMiddle reads a log whose middle was changed while it was closed: what
// comes before is read, and then there is an error that says where.
func TestDamageInMiddle(t *testing.T) {
	t.Parallel()
	whole, _ := written(t, 5)
	lines := strings.SplitAfter(string(whole), "\n")
	at := int64(len(lines[0]) + len(lines[1]))
	for name, bad := range map[string]string{
		"nonsense":        strings.Repeat("x", len(lines[2])-1) + "\n",
		"another event":   lines[1],
		"another chain":   lineOf(t, event(audit.Checkpoint{Seq: 2, Hash: audit.Hash{1}}, "eve", 40)),
		"another version": strings.Replace(lines[2], `{"v":1,`, `{"v":7,`, 1),
	} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(lines[0]+lines[1]+bad+lines[3]+lines[4]), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(t.Context(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		n, last := 0, error(nil)
		for _, err := range l.Events(t.Context(), 0) {
			if last = err; err == nil {
				n++
			}
		}
		e, ok := errors.AsType[*Error](last)
		if n != 2 || !ok || e.Seq != 3 || e.Byte != at || !errors.Is(e, audit.ErrDamaged) && !errors.Is(e, audit.ErrVersion) {
			t.Errorf("%s: %d events and then %v, want 2 and damage at byte %d", name, n, last, at)
		}
		if err := l.Append(t.Context(), event(audit.Checkpoint{Seq: 2, Hash: audit.Hash{1}}, "eve", 1)); err == nil || errors.Is(err, audit.ErrConflict) && name != "another chain" {
			t.Errorf("%s: an event for that place: %v", name, err)
		}
		_ = l.Close()
	}
}
