package accesstest_test

import (
	"embed"
	"io/fs"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
)

//go:embed testdata/stories
var stories embed.FS

// TestPolicy is what a user of the package writes.
func TestPolicy(t *testing.T) {
	files, err := fs.Sub(stories, "testdata/stories")
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(files, "policy.json")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	accesstest.Run(t, policy, files)
	accesstest.Coverage(t, policy, files, 90)
}
