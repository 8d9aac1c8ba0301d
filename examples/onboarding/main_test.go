package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestGolden(t *testing.T) {
	const path = "testdata/output.golden"
	var got bytes.Buffer
	if err := run(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

// TestSecretsStayInTheMail checks that the program prints too little of a link to use it.
func TestSecretsStayInTheMail(t *testing.T) {
	s, err := play()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.mailer.sent) == 0 || len(s.links) == 0 {
		t.Fatalf("%d mails, %d links", len(s.mailer.sent), len(s.links))
	}
	for _, secret := range s.secrets() {
		if strings.Contains(s.String(), secret.Reveal()[5:]) {
			t.Errorf("the output has secret %.5s", secret.Reveal())
		}
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestUnwritableOutput(t *testing.T) {
	if err := run(full{}); !errors.Is(err, errFull) {
		t.Errorf("run = %v, want %v", err, errFull)
	}
}
