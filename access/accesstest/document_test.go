package accesstest

import (
	"os"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// loadPolicyCI returns the document of the example.
func loadPolicyCI(t testing.TB) *document.Document {
	t.Helper()
	text, err := os.ReadFile("../../examples/policyci/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func compile(t testing.TB, d *document.Document) *access.Policy {
	t.Helper()
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
