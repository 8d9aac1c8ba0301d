package accesstest

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

// loadPolicy returns the policy of testdata/stories.
func loadPolicy(t testing.TB) *access.Policy {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "stories", "policy.json"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told returns what a run of one file tells, story by story.
func told(p *access.Policy, name, text string) string {
	var b strings.Builder
	stories, mistakes := read(fstest.MapFS{name: {Data: []byte(text)}})
	check(p, stories)
	for _, m := range mistakes {
		fmt.Fprintln(&b, m.Error())
	}
	for _, s := range stories {
		fmt.Fprintf(&b, "--- %s\n", s.title)
		for _, text := range s.run(p) {
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
		t.Errorf("%s is not what is told now:\n%s", name, got)
	}
}

// TestMistakes keeps the messages about mistakes in story files, and TestFailures
// those about policies that are not as a story says.
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
			got := told(p, filepath.Base(name), string(text))
			golden(t, strings.TrimSuffix(name, ".story")+".golden", got)
			crlf := told(p, filepath.Base(name), strings.ReplaceAll(string(text), "\n", "\r\n"))
			if crlf != got {
				t.Errorf("with the line ends of Windows it tells\n%s", crlf)
			}
		})
	}
}

// TestCoverageGolden keeps what is told of the coverage of testdata/stories.
func TestCoverageGolden(t *testing.T) {
	p := loadPolicy(t)
	stories, mistakes := read(os.DirFS(filepath.Join("testdata", "stories")))
	check(p, stories)
	c := measure(p, stories)
	if len(mistakes) > 0 || c.failed != "" {
		t.Fatal(mistakes, c.failed)
	}
	golden(t, filepath.Join("testdata", "coverage.golden"), c.String()+"\n")
}
