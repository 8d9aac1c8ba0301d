package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// commandLines has a line of each command that reads a policy.
var commandLines = []string{
	"check", "fmt", "decide -as mia -do account.view -on company", "why -as mia -do account.view -on company",
	"who -do account.view -on company", "list accounts -as mia", "diff " + companyx,
}

func TestBadDocument(t *testing.T) {
	t.Parallel()
	for _, line := range commandLines {
		want := 2
		if line == "check" {
			want = 1
		}
		got := program(append(strings.Fields(line), "testdata/mistakes.json")...)
		if got.status != want || got.stdout != "" {
			t.Errorf("%s: got %d %q, want %d and no output", line, got.status, got.stdout, want)
		}
		golden(t, "mistakes.golden", got.stderr)
	}
}

func TestAbsent(t *testing.T) {
	t.Parallel()
	for _, line := range commandLines {
		for _, path := range []string{"testdata/absent.json", "file:testdata/absent.log"} {
			got := program(append(strings.Fields(line), path)...)
			name := strings.TrimPrefix(path, "file:")
			want := name + ": file does not exist: name a policy document, file:PATH for a log, or - for standard input\n"
			if got.status != 2 || got.stdout != "" || got.stderr != want {
				t.Errorf("%s %s: got %+v, want 2 and %q", line, path, got, want)
			}
		}
	}
}

// TestCheckGoesOn checks good policies after bad ones, and says the worst.
func TestCheckGoesOn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		first  string
	}{{1, "testdata/mistakes.json"}, {2, "testdata/absent.json"}} {
		got := program("check", test.first, companyx)
		if got.status != test.status || !strings.HasPrefix(got.stdout, companyx+": ok: ") || !strings.HasPrefix(got.stderr, test.first+":") {
			t.Errorf("%s: %+v, want %d", test.first, got, test.status)
		}
	}
}

func TestStandardInput(t *testing.T) {
	t.Parallel()
	got := programWith(environment{stdin: strings.NewReader("{}")}, "check", "-")
	if want := "stdin: ok: 0 users, 0 teams, 0 data groups, 0 accounts, 0 reports, 0 links\n"; got.status != 0 || got.stdout != want {
		t.Errorf("got %+v, want %q", got, want)
	}
	got = programWith(environment{stdin: strings.NewReader("{\n\"user\": []}")}, "check", "-")
	if want := "stdin:2: user: unknown field: did you mean \"users\"?\n"; got.status != 1 || got.stderr != want {
		t.Errorf("got %+v, want %q", got, want)
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := program("check", dir)
	if want := dir + ": is a directory\n"; got.status != 2 || got.stderr != want {
		t.Errorf("a directory: %+v, want %q", got, want)
	}
	got = program("check", "file:"+dir)
	if got.status == 0 || !strings.HasPrefix(got.stderr, dir+": filelog: open ") {
		t.Errorf("a log that is a directory: %+v", got)
	}
	got = programWith(environment{maxBytes: 10}, "check", companyx)
	if want := companyx + ": it has more than 10 bytes: is this a policy document?\n"; got.status != 2 || got.stderr != want {
		t.Errorf("too large: %+v, want %q", got, want)
	}
	size := int64(len(`{"users":[]}`))
	got = programWith(environment{maxBytes: size, stdin: strings.NewReader(`{"users":[]}`)}, "check", "-")
	if got.status != 0 {
		t.Errorf("as large as may be: %+v", got)
	}
	path := file(t, "acme.log", `{"v":1,"seq":1}`)
	got = program("check", path)
	if want := path + ": it looks like the log of a company: write file:" + path + "\n"; !strings.HasSuffix(got.stderr, want) {
		t.Errorf("a log as a document: %+v, want %q", got, want)
	}
}

// TestNoPolicy tells what is named in the place of a policy.
func TestNoPolicy(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"", "file:"} {
		if got := program("check", arg); got.status != 2 || !strings.HasPrefix(got.stderr, "ambit: the name of a policy is empty: ") {
			t.Errorf("%q: %+v", arg, got)
		}
	}
	got := program("check", "file:"+companyx)
	if want := companyx + ": it looks like a document, not like the log of a company: write " + companyx + " without file:\n"; got.status != 1 || got.stderr != want {
		t.Errorf("a document as a log: %+v, want %q", got, want)
	}
	got = program("picture", "-o", filepath.Join(t.TempDir(), "absent", "x.svg"), companyx)
	if got.status != 2 || !strings.HasPrefix(got.stderr, "ambit: -o: ") || strings.Contains(got.stderr, "name a policy") {
		t.Errorf("a picture into no folder: %+v", got)
	}
}

// TestEmpty tells of a document without anything in it that it is empty.
func TestEmpty(t *testing.T) {
	t.Parallel()
	const empty = ": it is empty: a policy document is at least {}, and ambit schema writes what may be in it\n"
	for _, text := range []string{"", "\n", " \r\n\t\n", "\ufeff"} {
		path := file(t, "empty.json", text)
		for _, line := range commandLines {
			got := program(append(strings.Fields(line), path)...)
			if got.status == 0 || got.stdout != "" || got.stderr != path+empty {
				t.Errorf("%s of %q: %+v, want %q", line, text, got, path+empty)
			}
			got = programWith(environment{stdin: strings.NewReader(text)}, append(strings.Fields(line), "-")...)
			if got.status == 0 || got.stdout != "" || got.stderr != "stdin"+empty {
				t.Errorf("%s of %q from standard input: %+v", line, text, got)
			}
		}
	}
}

// TestManyMistakes tells of a hundred, and how many there are.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "many.json")
	path = file(t, filepath.Base(path), `{"users": [`+strings.TrimSuffix(strings.Repeat(`{"id": "", "role": "user"},`, 130), ",")+`]}`)
	got := program("check", path)
	lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
	if len(lines) != 101 || lines[100] != path+": and 30 mistakes more: correct these first" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}

// TestOneLine tells each mistake on one line.
func TestOneLine(t *testing.T) {
	t.Parallel()
	if got := oneLine("p", errors.New("a\n::error::b")).Error(); got != `p: a\n::error::b` {
		t.Errorf("got %q", got)
	}
	path := file(t, "utf16.json", "\xff\xfe{\x00}\x00")
	if got := program("check", path); got.status != 1 || !strings.HasPrefix(got.stderr, path+": ") || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("a file without lines: %+v", got)
	}
}
