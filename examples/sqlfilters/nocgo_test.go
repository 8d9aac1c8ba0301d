//go:build !cgo

package sqlfilters

import "testing"

// TestDuckDB says why there is no DuckDB among the set-ups.
func TestDuckDB(t *testing.T) {
	if ci {
		t.Fatal("the driver of DuckDB needs cgo")
	}
	t.Skip("the driver of DuckDB needs cgo")
}
