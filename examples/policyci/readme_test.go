package policyci

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access/accesstest"
)

// TestFirst runs the story that the environment has.
func TestFirst(t *testing.T) {
	text := os.Getenv("POLICYCI_FIRST")
	if text == "" {
		t.Skip("POLICYCI_FIRST is no story to run")
	}
	accesstest.Run(t, load(t, "policy.json"), fstest.MapFS{"first.story": {Data: []byte(text)}})
}

// TestReadme does with the policy of this directory what the README shows of a
// first story: it fails as shown, and passes as shown.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, session, found := strings.Cut(string(readme), "```text\n$ cat first.story\n")
	if !found {
		t.Fatal("README.md shows no first story")
	}
	session, _, _ = strings.Cut(session, "```")
	shown := strings.Split(session, "$ cat first.story\n")
	if len(shown) != 2 {
		t.Fatalf("README.md shows %d stories, want one that fails and one that passes", len(shown))
	}
	for i, step := range shown {
		story, want, _ := strings.Cut(step, "$ go test\n")
		got, failed := inProcess(t, "^TestFirst$", "POLICYCI_FIRST="+story)
		if failed != (i == 0) {
			t.Errorf("failed is %v:\n%s", failed, got)
		}
		if got = strings.ReplaceAll(got, "TestFirst", "TestPolicy"); failed && strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("the output is\n%s\nREADME.md shows\n%s", got, want)
		}
	}
}
