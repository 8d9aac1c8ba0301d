package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs what the README of this folder and that of the module show of
// the program.
func TestReadme(t *testing.T) {
	t.Parallel()
	for _, doc := range []struct{ path, files, prompt string }{
		{"README.md", "testdata/session", "$ ambit "},
		{"../../README.md", "../..", "$ go run ./examples/ambit "},
	} {
		text, err := os.ReadFile(doc.path)
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for i, block := range strings.Split(string(text), "```") {
			if i%2 == 0 || !strings.Contains(block, "\n"+doc.prompt) {
				continue
			}
			_, block, _ = strings.Cut(block, "\n") // the language
			for part := range strings.SplitSeq("\n"+block, "\n$ ") {
				if part == "" {
					continue
				}
				shown++
				line, want, _ := strings.Cut(part, "\n")
				got := session(doc.files, strings.Fields(strings.TrimPrefix(line, strings.TrimPrefix(doc.prompt, "$ "))))
				if strings.TrimSpace(got) != strings.TrimSpace(want) {
					t.Errorf("%s shows of %s\n%s\nit prints\n%s", doc.path, line, want, got)
				}
			}
		}
		if shown == 0 && doc.path == "README.md" {
			t.Error("it shows nothing of this program")
		}
	}
}

// session runs the program on the files of a folder and returns what it writes,
// without the folder.
func session(dir string, words []string) string {
	for i, word := range words {
		if strings.HasSuffix(word, ".json") {
			words[i] = filepath.Join(dir, word)
		}
	}
	got := program(words...)
	return strings.ReplaceAll(got.stdout+got.stderr, dir+"/", "")
}
