package diff

import (
	"os"
	"testing"
)

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
	if string(want) != got {
		t.Errorf("%s is not the text now:\n%s", name, got)
	}
}
