package evidence_test

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// faulty is a file system that fails or changes.
type faulty struct {
	fstest.MapFS
	open   func(name string, times int) (fs.File, error) // nil, nil is the file as it is
	opened map[string]int
}

func (f *faulty) Open(name string) (fs.File, error) {
	f.opened[name]++
	if file, err := f.open(name, f.opened[name]); file != nil || err != nil {
		return file, err
	}
	return f.MapFS.Open(name)
}

// stub is a file that yields what of reads, and fails to close with that error.
type stub struct {
	fs.File
	io.Reader
	closed error
}

func (s stub) Read(b []byte) (int, error) { return s.Reader.Read(b) }
func (s stub) Close() error               { return s.closed }

// counter counts what is read of it, and never ends.
type counter struct{ n int }

func (c *counter) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '{'
	}
	c.n += len(b)
	return len(b), nil
}

// failing is a reader that fails after some text, in the same call.
type failing struct {
	text string
	err  error
}

func (f failing) Read(b []byte) (int, error) { return copy(b, f.text), f.err }

type badDir struct {
	fs.File
	err error
}

func (d badDir) ReadDir(int) ([]fs.DirEntry, error) { return nil, d.err }
func (d badDir) Close() error                       { return nil }

func TestFileSystemsThatFail(t *testing.T) {
	t.Parallel()
	again2 := ": " + again[2:]
	broken := errors.New("disk")
	endless := &counter{}
	good := withLeft(t, "acme").files(t)
	for _, test := range []struct {
		want, name string
		open       func(name string, times int) (fs.File, error)
	}{
		{"ok", "as it is", func(string, int) (fs.File, error) { return nil, nil }},
		{"it cannot be read: disk: open a zip or a directory that has the files of a bundle at its top", "no top",
			func(name string, _ int) (fs.File, error) { return nil, failOn(name, ".", broken) }},
		{"it cannot be read: this file system does not list its files: open a zip or a directory that has the files of a bundle at its top", "no list",
			func(name string, _ int) (fs.File, error) { return stubOn(name, ".", stub{}) }},
		{"it cannot be read: disk: open a zip or a directory that has the files of a bundle at its top", "a list that fails",
			func(name string, _ int) (fs.File, error) {
				if name == "." {
					return badDir{err: broken}, nil
				}
				return nil, nil
			}},
		{"manifest.json: it cannot be read: disk" + again2, "a manifest that does not open",
			func(name string, _ int) (fs.File, error) { return nil, failOn(name, evidence.ManifestFile, broken) }},
		{"manifest.json: it cannot be read: disk" + again2, "a manifest that fails",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.ManifestFile, stub{Reader: failing{"{", broken}})
			}},
		{"manifest.json: it is larger than it may be: it may have 64 KiB" + again, "a manifest without end",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.ManifestFile, stub{Reader: endless})
			}},
		{"events.jsonl: it cannot be read: disk" + again2, "a file that does not open",
			func(name string, _ int) (fs.File, error) { return nil, failOn(name, evidence.EventsFile, broken) }},
		{"events.jsonl: it cannot be read: disk" + again2, "a file that fails",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.EventsFile, stub{Reader: failing{"{", broken}})
			}},
		{"events.jsonl: it cannot be read: disk" + again2, "a file that does not close",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.EventsFile, stub{Reader: strings.NewReader(good[name]), closed: broken})
			}},
		{"review.jsonl: its size is not the one in the manifest: it is longer than 830 bytes" + again, "a file without end",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.ReviewFile, stub{Reader: endless})
			}},
		{"ok", "a file that ends in the call of its last byte",
			func(name string, _ int) (fs.File, error) {
				return stubOn(name, evidence.CheckpointFile, stub{Reader: failing{good[evidence.CheckpointFile], io.EOF}})
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := &faulty{MapFS: good.fs(), open: test.open, opened: make(map[string]int)}
			if got := strings.TrimPrefix(verdict(fsys, none), "evidence: "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if fsys.opened["."] != 1 {
				t.Errorf("opened: %v", fsys.opened)
			}
		})
	}
	if endless.n > 200_000 {
		t.Errorf("%d bytes were read of files without end", endless.n)
	}
}

func failOn(name, of string, err error) error {
	if name == of {
		return err
	}
	return nil
}

func stubOn(name, of string, s stub) (fs.File, error) {
	if name == of {
		return s, nil
	}
	return nil, nil
}

// A file that is another when it is read again is found out, before anything is
// made of it.
func TestFilesThatChange(t *testing.T) {
	t.Parallel()
	good := withLeft(t, "acme").files(t)
	for name, text := range good {
		if name == evidence.ManifestFile {
			continue // is read once
		}
		for _, other := range []struct{ want, text string }{
			{"altered", flip(text, len(text)/2)},
			{"size", text[:len(text)/2]},
			{"size", text + text},
		} {
			fsys := &faulty{MapFS: good.fs(), opened: make(map[string]int), open: func(of string, times int) (fs.File, error) {
				if times > 1 {
					return stubOn(of, name, stub{Reader: strings.NewReader(other.text)})
				}
				return nil, nil
			}}
			got := cause(t, fsys, none)
			if got != other.want && !(other.want == "altered" && (got == "form" || got == "chain" || got == "review")) {
				t.Errorf("%s: %s, want %s", name, got, other.want)
			}
		}
	}
}

// Manifest.Open reads what was checked, or fails.
func TestManifestOpen(t *testing.T) {
	t.Parallel()
	good := withLeft(t, "acme").files(t)
	r, err := evidence.Check(good.fs(), none)
	if err != nil {
		t.Fatal(err)
	}
	read := func(b bundle, name string) (string, error) {
		file, err := r.Manifest.Open(b.fs(), name)
		if err != nil {
			return "", err
		}
		defer func() { _ = file.Close() }()
		text, err := io.ReadAll(file)
		if again, err2 := file.Read(nil); again != 0 || (err == nil) != (err2 == io.EOF) {
			t.Errorf("read again: %d, %v", again, err2)
		}
		return string(text), err
	}
	for name, text := range good {
		got, err := read(good, name)
		if name == evidence.ManifestFile {
			if causeOf(t, err) != "missing" {
				t.Errorf("manifest: %v", err)
			}
			continue
		}
		if err != nil || got != text {
			t.Errorf("%s: %v, %q", name, err, got)
		}
		if _, err := read(good.with(name, flip(text, 0)), name); causeOf(t, err) != "altered" {
			t.Errorf("%s, altered: %v", name, err)
		}
		longer, err := r.Manifest.Open(good.with(name, text+"x").fs(), name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(longer, make([]byte, len(text))); err != nil {
			t.Errorf("%s, longer: %v", name, err)
		}
		for range 2 { // what failed does not end well after all
			if _, err := io.ReadAll(longer); causeOf(t, err) != "size" {
				t.Errorf("%s, longer: %v", name, err)
			}
		}
		if _, err := read(good.without(name), name); causeOf(t, err) != "unreadable" || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s, removed: %v", name, err)
		}
	}
}

func TestKnownCheckpointOfNoLog(t *testing.T) {
	t.Parallel()
	fsys := newDraft(t, "acme").files(t).fs()
	for _, known := range []audit.Checkpoint{{Seq: 1}, {Hash: audit.Hash{1}}} {
		if _, err := evidence.Check(fsys, known); !errors.Is(err, audit.ErrMalformed) {
			t.Errorf("%v: %v", known, err)
		}
	}
}

// A file that is a link or a directory is none.
func TestNoPlainFile(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{fs.ModeDir, fs.ModeSymlink, fs.ModeNamedPipe} {
		fsys := newDraft(t, "acme").files(t).fs()
		fsys[evidence.EventsFile].Mode = mode
		if got, want := verdict(fsys, none), "evidence: events.jsonl: this is no file of a bundle: it must be a plain file"+again; got != want {
			t.Errorf("%v: got %s", mode, got)
		}
	}
}

// No more entries of a directory are looked at than there may be.
type manyFiles struct{ fstest.MapFS }

func (m manyFiles) Open(string) (fs.File, error) { return &manyDir{}, nil }

type manyDir struct {
	fs.ReadDirFile
	n int
}

func (d *manyDir) ReadDir(n int) ([]fs.DirEntry, error) {
	entry, err := fs.Stat(fstest.MapFS{"a": {}}, "a")
	if d.n += 2; d.n > 100 || n < 0 {
		return nil, errors.New("asked for too many")
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(entry), fs.FileInfoToDirEntry(entry)}[:min(n, 2)], err
}

func (d *manyDir) Close() error { return nil }

func TestManyFiles(t *testing.T) {
	t.Parallel()
	if got := cause(t, manyFiles{}, none); got != "missing" {
		t.Errorf("got %s", got)
	}
}
