package accesstest

import (
	"bytes"
	"os"
	"testing"
)

// update reports whether golden files are written, by AMBIT_UPDATE=1 in the
// environment. It is unset then: Lock, which the tests call, reads it as well.
var update = func() bool {
	text := os.Getenv("AMBIT_UPDATE")
	os.Unsetenv("AMBIT_UPDATE")
	return text == "1"
}()

// golden compares a text with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if update {
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
