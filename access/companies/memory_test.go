package companies_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
)

// heap returns how many bytes are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // what the first one found unused may have had a cleanup
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestMemory measures what small companies take that are kept: little more than
// open ones alone, which share a shipped catalog. It runs beside no other test.
func TestMemory(t *testing.T) {
	const n = 200
	s, c := newTestStore(), new(clock)
	config := configOf(c, 0)("")
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("c", i)
		l, err := s.MemoryStore.Log(t.Context(), names[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := company.Found(t.Context(), l, foundingOf(names[i], manyUsers(19)...), config); err != nil {
			t.Fatal(err)
		}
	}
	before := heap()
	var open []*company.Company
	for _, name := range names {
		l, _ := s.MemoryStore.Log(t.Context(), name)
		co, err := company.Open(t.Context(), l, config)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, co)
	}
	alone := (heap() - before) / n
	runtime.KeepAlive(open)

	before = heap()
	all := newCompanies(t, s, &companies.Config{Company: func(string) *company.Config { return config }})
	for _, name := range names {
		if _, err := all.Open(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	kept := (heap() - before) / n
	runtime.KeepAlive(all)
	t.Logf("a company of 20 users takes %d bytes alone, and %d kept", alone, kept)
	if alone > 35_000 || kept > alone*3/2 {
		t.Errorf("a company of 20 users takes %d bytes alone, and %d kept", alone, kept)
	}
}
