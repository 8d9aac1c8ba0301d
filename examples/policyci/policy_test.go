package policyci

import (
	"embed"
	"flag"
	"os"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
)

//go:embed all:stories
var stories embed.FS

var _ = flag.Bool("update", false, "rewrite access.lock") // accesstest.Lock looks for it

func load(t *testing.T, path string) *access.Policy {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := access.Load(data, nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return policy
}

func TestPolicy(t *testing.T) {
	policy := load(t, "policy.json")
	accesstest.Run(t, policy, stories)
	accesstest.Lock(t, policy, "access.lock")
	accesstest.Coverage(t, policy, stories, 60)
}

// TestNoNewAccess compares the policy with the one that it replaces, if the CI
// names that.
func TestNoNewAccess(t *testing.T) {
	base := os.Getenv("POLICY_BASE")
	if base == "" {
		t.Skip("POLICY_BASE does not name the policy document to compare with")
	}
	accesstest.NoNewAccess(t, load(t, base), load(t, "policy.json"))
}
