package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "record the log again, and rewrite the golden file")

// TestGolden records the year again, with -update, and compares what the program prints.
func TestGolden(t *testing.T) {
	log, checkpoint := record(t)
	if *update {
		year, known = log, checkpoint
		write(t, "testdata/year.jsonl", log)
		write(t, "testdata/checkpoint.txt", []byte(checkpoint))
	}
	if !bytes.Equal(log, year) || checkpoint != known {
		t.Errorf("the year is not as in testdata (-update records it again)")
	}
	var got bytes.Buffer
	if err := run(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/output.golden"
	if *update {
		write(t, path, got.Bytes())
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestUnwritableOutput(t *testing.T) {
	if err := run(t.Context(), full{}); !errors.Is(err, errFull) {
		t.Errorf("run = %v, want %v", err, errFull)
	}
}
