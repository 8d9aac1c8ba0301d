package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestReadme runs what the README shows of this program.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range strings.Split(string(readme), "```")[1:] {
		_, rest, found := strings.Cut(block, "\n$ go run ./examples/companyx ")
		if !found {
			continue
		}
		shown++
		line, want, _ := strings.Cut(rest, "\n")
		var stdout, stderr bytes.Buffer
		run(strings.Fields(line), &stdout, &stderr)
		if strings.TrimSpace(stdout.String()) != strings.TrimSpace(want) || stderr.Len() > 0 {
			t.Errorf("companyx %s prints\n%s%s\nREADME.md shows\n%s", line, &stdout, &stderr, want)
		}
	}
	if shown == 0 {
		t.Error("README.md shows nothing of this program")
	}
}
