package company_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage pile up: the searches make small companies by the
// thousand, and a third of their time would go into looking for what is left of
// them.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}
