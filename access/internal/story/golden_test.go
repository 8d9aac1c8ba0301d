package story

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
)

// storiesDir is the example stories of package accesstest.
var storiesDir = filepath.Join("..", "..", "accesstest", "testdata", "stories")

// loadPolicy returns the policy of storiesDir.
func loadPolicy(t testing.TB) *access.Policy {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(storiesDir, "policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// report returns the failures of one file, story by story.
func report(p *access.Policy, name, text string) string {
	var b strings.Builder
	suite := Read(p, fstest.MapFS{name: {Data: []byte(text)}})
	for _, f := range suite.Failures {
		fmt.Fprintln(&b, f.Error())
	}
	for _, s := range suite.Stories {
		fmt.Fprintf(&b, "--- %s\n", s.Title)
		for _, text := range Texts(s.Failures(p)) {
			fmt.Fprintln(&b, text)
		}
	}
	return b.String()
}

// golden compares a text with a file, which AMBIT_UPDATE=1 in the environment
// writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if os.Getenv("AMBIT_UPDATE") == "1" {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s is not the report now:\n%s", name, got)
	}
}

// TestMistakes keeps the messages about mistakes in story files, and TestFailures
// those about policies that depart from a story.
func TestMistakes(t *testing.T) { testGolden(t, "mistakes", 11) }

func TestFailures(t *testing.T) { testGolden(t, "failures", 5) }

func testGolden(t *testing.T, dir string, atLeast int) {
	names, err := filepath.Glob(filepath.Join("testdata", dir, "*.story"))
	if err != nil || len(names) < atLeast {
		t.Fatalf("%d files in %s, want %d: %v", len(names), dir, atLeast, err)
	}
	p := loadPolicy(t)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := report(p, filepath.Base(name), string(text))
			golden(t, strings.TrimSuffix(name, ".story")+".golden", got)
			crlf := report(p, filepath.Base(name), strings.ReplaceAll(string(text), "\n", "\r\n"))
			if crlf != got {
				t.Errorf("with the line ends of Windows the report is\n%s", crlf)
			}
		})
	}
}

// TestCoverageGolden keeps the report on the coverage of the example stories.
func TestCoverageGolden(t *testing.T) {
	p := loadPolicy(t)
	suite := Read(p, os.DirFS(storiesDir))
	c := Cover(p, suite)
	if len(suite.Failures) > 0 || c.Failed != "" {
		t.Fatal(suite.Failures, c.Failed)
	}
	golden(t, filepath.Join("testdata", "coverage.golden"), c.String()+"\n")
}
