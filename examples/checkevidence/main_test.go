package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

// unpack writes the files of a zip to a directory.
func unpack(t *testing.T, file []byte, dir string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err == nil {
		err = os.CopyFS(dir, z)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// replaceFile replaces a file of a bundle, and makes its manifest again.
func replaceFile(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, "manifest.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m evidence.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for i, f := range m.Files {
		if f.Name == name {
			m.Files[i].Size, m.Files[i].SHA256 = int64(len(text)), sha256.Sum256([]byte(text))
		}
	}
	data, err = json.MarshalIndent(m, "", "  ")
	if err := errors.Join(err, os.WriteFile(path, append(data, '\n'), 0o600), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, known := bundle(t, audit.Revoke)
	made, _ := bundle(t, audit.Keep)
	files := map[string][]byte{"good.zip": good, "made-up.zip": made, "cut.zip": good[:len(good)-1], "flipped.zip": bytes.Clone(good), "empty.zip": nil}
	files["flipped.zip"][100] ^= 1
	for name, file := range files {
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unpack(t, good, filepath.Join(dir, "good"))
	unpack(t, good, filepath.Join(dir, "altered"))
	unpack(t, good, filepath.Join(dir, "missing"))
	unpack(t, good, filepath.Join(dir, "hidden"))
	replaceFile(t, filepath.Join(dir, "hidden"), "findings.jsonl", "")
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "altered", "register.jsonl"), []byte("{}\n"), 0o600),
		os.Remove(filepath.Join(dir, "missing", "findings.jsonl")),
	); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		status int
		golden string
		args   []string
	}{
		{3, "no-checkpoint.golden", []string{"good.zip"}},
		{3, "no-checkpoint.golden", []string{"good"}},
		{0, "proved.golden", []string{"good.zip", known[7]}},
		{0, "proved.golden", []string{"good", known[7]}},
		{0, "proved-closing.golden", []string{"good.zip", known[6]}},
		{3, "old-checkpoint.golden", []string{"good.zip", known[4]}},
		{3, "made-up.golden", []string{"made-up.zip"}},
		{1, "made-up-known.golden", []string{"made-up.zip", known[7]}},
		{1, "altered.golden", []string{"altered"}},
		{1, "hidden.golden", []string{"hidden", known[7]}},
		{1, "missing.golden", []string{"missing"}},
		{1, "cut.golden", []string{"cut.zip"}},
		{1, "", []string{"flipped.zip"}}, // how it is refused depends on how it was compressed
		{1, "empty.golden", []string{"empty.zip"}},
	} {
		var out, errs bytes.Buffer
		args := append([]string{filepath.Join(dir, test.args[0])}, test.args[1:]...)
		if got := run(args, &out, &errs); got != test.status || errs.Len() > 0 {
			t.Errorf("%q: status %d, want %d; %s", test.args, got, test.status, errs.String())
		}
		if test.golden != "" {
			golden(t, test.golden, out.String())
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "bundle.zip")
	good, known := bundle(t, audit.Revoke)
	if err := os.WriteFile(name, good, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		want string
		args []string
	}{
		{usage, nil},
		{usage, []string{"-h"}},
		{usage, []string{name, known[7], known[7]}},
		{"checkevidence: the second argument is no checkpoint: audit: checkpoint: the form is not valid: write ambit-checkpoint v1 <sequence> <hash>\n", []string{name, "31"}},
		{"checkevidence: stat none.zip: no such file or directory\n", []string{"none.zip"}},
	} {
		var out, errs bytes.Buffer
		if status := run(test.args, &out, &errs); status != 2 || out.Len() > 0 || errs.String() != test.want {
			t.Errorf("%q: status %d\n%s%s", test.args, status, out.String(), errs.String())
		}
	}
	var errs bytes.Buffer
	if status := run([]string{name}, full{}, &errs); status != 2 || errs.String() != "checkevidence: no space left\n" {
		t.Errorf("full: status %d\n%s", status, errs.String())
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }
