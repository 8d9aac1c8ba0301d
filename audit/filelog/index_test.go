package filelog

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// byActor are keys that say who made an event.
func byActor(e audit.Event) []string { return []string{e.Actor.ID} }

// openDir opens a directory of logs by actor.
func openDir(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := OpenDir(t.Context(), path, byActor, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// found returns the names that Find yields.
func found(t *testing.T, d *Dir, key string) string {
	t.Helper()
	var names []string
	for name, err := range d.Find(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// store appends an event of an actor to a log that has none.
func store(t *testing.T, d *Dir, name, actor string) {
	t.Helper()
	l, err := d.Log(t.Context(), name)
	if err == nil {
		err = l.Append(t.Context(), event(audit.Checkpoint{}, actor, 10))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexIsMadeAgain removes the index: it is made from the logs.
func TestIndexIsMadeAgain(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openDir(t, path)
	store(t, d, "one", "ann")
	store(t, d, "two", "bob")
	store(t, d, strings.Repeat("é", 100), "ann")
	if err := os.Remove(filepath.Join(path, indexName)); err != nil {
		t.Fatal(err)
	}
	d = openDir(t, path)
	if got, want := found(t, d, "ann"), "one "+strings.Repeat("é", 100); got != want || found(t, d, "bob") != "two" || found(t, d, "eve") != "" {
		t.Errorf("ann is in %q, want %q", got, want)
	}
	store(t, d, "three", "bob")
	if got := found(t, openDir(t, path), "bob"); got != "three two" {
		t.Errorf("bob is in %q", got)
	}
}

// TestIndexCut cuts the index at every byte, as a crash does, and lets zeros stand
// for what was not written: what comes before is found, and it goes on.
func TestIndexCut(t *testing.T) {
	t.Parallel()
	path := inMemory(t)
	d := openDir(t, path)
	for _, name := range []string{"one", "two", "three"} {
		store(t, d, name, "ann")
	}
	file := filepath.Join(path, indexName)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for size := 0; size <= len(whole); size += min(stride(), 5) {
		for _, zeros := range []int{0, 7} {
			if err := os.WriteFile(file, append(slices.Clone(whole[:size]), make([]byte, zeros)...), 0o600); err != nil {
				t.Fatal(err)
			}
			lines := strings.Count(string(whole[:size]), "\n")
			if size < len(whole) && whole[size] == '\n' {
				lines++ // it lacks its line feed only
			}
			names := []string{"one", "two", "three"}
			if lines > 0 { // else it is made again from the logs; the first line says that it was
				names = names[:lines-1]
			}
			slices.Sort(names)
			d := openDir(t, path)
			if got := found(t, d, "ann"); got != strings.Join(names, " ") {
				t.Fatalf("cut at %d: %q, want %q", size, got, names)
			}
			if err := d.index.add(t.Context(), "next", []string{"ann"}); err != nil {
				t.Fatalf("cut at %d: %v", size, err)
			}
			if got := found(t, openDir(t, path), "ann"); !strings.Contains(got, "next") {
				t.Fatalf("cut at %d: %q", size, got)
			}
		}
	}
	text, n := string(whole), len(whole)
	for _, bad := range []string{"x" + text, strings.Replace(text, "two", "too", 1), strings.Replace(text, "two", "t\x00o", 1), strings.Replace(text, "three", "trhee", 1),
		text[:n-1] + "x", text[:n-3] + "\x00" + text[n-2:], text + "no hash"} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenDir(t.Context(), path, byActor, nil); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("a damaged index: %v", err)
		}
	}
}

// TestKeysComeFirst: the keys of an event are in the index if its append fails.
func TestKeysComeFirst(t *testing.T) {
	t.Parallel()
	d := openDir(t, t.TempDir())
	l, err := d.Log(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	gap := event(event(audit.Checkpoint{}, "eve", 1).Checkpoint(), "ann", 10)
	if err := l.Append(t.Context(), gap); !errors.Is(err, audit.ErrConflict) {
		t.Fatal(err)
	}
	if got := found(t, d, "ann"); got != "one" {
		t.Errorf("ann is in %q", got)
	}
	for name, err := range d.Names(t.Context()) {
		t.Errorf("%q has no event, %v", name, err)
	}
	if err := l.Append(t.Context(), audit.Event{}); !errors.Is(err, audit.ErrMalformed) {
		t.Errorf("Append = %v", err)
	}
}

// TestOpenDirRefuses opens what is no directory.
func TestOpenDirRefuses(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + "2"} {
		if _, err := OpenDir(t.Context(), path, nil, nil); err == nil {
			t.Errorf("%s opens", path)
		}
	}
	d, err := OpenDir(t.Context(), t.TempDir(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	store(t, d, "one", "ann")
	if got := found(t, d, "ann"); got != "" {
		t.Errorf("without keys, ann is in %q", got)
	}
}

// TestIndexIsSafe: what the index has of an event is on the disk before the event
// is, whoever wrote it.
func TestIndexIsSafe(t *testing.T) {
	d := newSimulated(1, faults{})
	x := newIndex(d.of(new(process)), "keys", false)
	if err := errors.Join(x.finish(t.Context()), x.add(t.Context(), "one", []string{"ann"})); err != nil {
		t.Fatal(err)
	}
	n := d.files["keys"]
	if len(n.dirty) > 0 || !n.named || len(n.disk) == 0 {
		t.Errorf("what was added is not on the disk: %v", n.dirty)
	}
	// Another process wrote a key, and ended before it was synced.
	line := keyLine("two", []uint64{hashOf("bob")})
	other := &handle{d, n, new(process)}
	if _, err := other.WriteAt(line, int64(len(n.seen))); err != nil {
		t.Fatal(err)
	}
	if names, err := x.find(t.Context(), "bob"); err != nil || len(names) != 1 {
		t.Errorf("bob is in %q, %v", names, err)
	}
	if err := x.add(t.Context(), "two", []string{"bob"}); err != nil {
		t.Fatal(err)
	}
	if len(n.dirty) > 0 || string(n.disk) != string(n.seen) {
		t.Errorf("what another process added is not on the disk: %v", n.dirty)
	}
}

// TestIndexOfTwo opens a directory twice that has no index: what either of them
// appends is found by everybody.
func TestIndexOfTwo(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	one := openDir(t, path)
	two := &Dir{path: path, keys: byActor, index: newIndex(osDisk{}, filepath.Join(path, indexName), false)}
	if err := two.reindex(t.Context()); err != nil { // it saw no index, and makes it later
		t.Fatal(err)
	}
	store(t, one, "one", "ann")
	store(t, two, "two", "ann")
	for i, d := range []*Dir{one, two, openDir(t, path)} {
		if got := found(t, d, "ann"); got != "one two" {
			t.Errorf("directory %d finds ann in %q", i, got)
		}
	}
}

// TestIndexRemoved removes the index under a directory that is open: it is made
// again, and nothing is left out.
func TestIndexRemoved(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d, other := openDir(t, path), openDir(t, path)
	store(t, d, "one", "ann")
	for _, name := range []string{"two", "three"} {
		if err := os.Remove(filepath.Join(path, indexName)); err != nil {
			t.Fatal(err)
		}
		store(t, other, name, "ann")
	}
	for i, d := range []*Dir{d, other, openDir(t, path)} {
		if got := found(t, d, "ann"); got != "one three two" {
			t.Errorf("directory %d finds ann in %q", i, got)
		}
	}
}

// TestIndexEnd looks for a key whose line was damaged at its end, after it was
// written by somebody else: there is an error, and not too little.
func TestIndexEnd(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d, other := openDir(t, path), openDir(t, path)
	store(t, other, "one", "ann")
	file := filepath.Join(path, indexName)
	whole, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(whole[:len(whole)-1:len(whole)-1], 'x'), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, err := range d.Find(t.Context(), "ann") {
		if n++; !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("ann is in %q, %v", name, err)
		}
	}
	if n != 1 {
		t.Errorf("Find yields %d pairs, want an error", n)
	}
}

// TestIndexUnfinished opens a directory whose index was being made when a process
// ended.
func TestIndexUnfinished(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	plain, err := OpenDir(t.Context(), path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	store(t, plain, "one", "ann")
	store(t, plain, "two", "ann")
	look := func() (names string, err error) {
		d, err := OpenDir(t.Context(), path, byActor, &Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		for name, err := range d.Find(t.Context(), "ann") {
			if err != nil {
				return "", err
			}
			names += name + " "
		}
		return names, nil
	}
	if names, err := look(); !errors.Is(err, errIncomplete) {
		t.Errorf("without an index, ann is in %q, %v", names, err)
	}
	half := newIndex(osDisk{}, filepath.Join(path, indexName), false)
	if err := errors.Join(half.add(t.Context(), "one", []string{"ann"}), half.close()); err != nil {
		t.Fatal(err)
	}
	if names, err := look(); !errors.Is(err, errIncomplete) {
		t.Errorf("of half an index, ann is in %q, %v", names, err)
	}
	if got := found(t, openDir(t, path), "ann"); got != "one two" {
		t.Errorf("ann is in %q", got)
	}
	if names, err := look(); names != "one two " || err != nil {
		t.Errorf("ann is in %q, %v", names, err)
	}
}
