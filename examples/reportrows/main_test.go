package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// times are the figures of the output that differ from run to run, with the spaces
// that make them columns.
var times = regexp.MustCompile(` *[0-9.]+ (ms|s)\b`)

// TestGolden: but for times, the output is the same on any day. A program that
// finds a total that differs says so instead.
func TestGolden(t *testing.T) {
	t.Parallel()
	const path = "testdata/output.golden"
	var out bytes.Buffer
	if err := run(t.Context(), &out, config{accounts: 2_000, rows: 20_000, runs: 1}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		if times.MatchString(line) || strings.Contains(line, "BY VIEW") {
			line = strings.Join(strings.Fields(times.ReplaceAllString(line, " …")), " ") + "\n"
		}
		lines = append(lines, line)
	}
	got := strings.Join(lines, "")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, got)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRun(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), full{}, config{accounts: 200, rows: 200, runs: 1}); !errors.Is(err, errFull) {
		t.Errorf("an output that takes nothing: %v, want %v", err, errFull)
	}
	for _, c := range []config{{rows: 1, runs: 1}, {accounts: 1, rows: -1, runs: 1}, {accounts: 1, rows: 1}} {
		if err := run(t.Context(), full{}, c); err == nil || errors.Is(err, errFull) {
			t.Errorf("%+v: %v, want it refused", c, err)
		}
	}
}
