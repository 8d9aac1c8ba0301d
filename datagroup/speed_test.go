package datagroup_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/ambit-authz/ambit/datagroup"
)

const typical = "country = 'US' and labels has 'vip'"

func speedFilters() []struct{ name, text string } {
	return []struct{ name, text string }{
		{"typical", typical},
		{"negated list", "country not in ('DE', 'FR') and (name prefix 'US ' or not spend >= 1000)"},
		{"list of 1000", "country in ('" + strings.Join(numbered(1000), "', '") + "', 'US')"},
		{"labels", "labels has any ('a', 'b', 'vip') and labels has all ('vip', 'test')"},
		{"long labels", "labels has any ('" + strings.Join(numbered(100), "', '") + "', 'vip')"},
		{"definite", "country present and id = 'acc-1' or source missing"},
	}
}

func speedAccount(t testing.TB, s *datagroup.Schema) datagroup.Account {
	return account(t, s, row{"name": "US shop", "country": "US", "spend": 5.0, "labels": []string{"new", "test", "vip"}})
}

func TestMatchDoesNotAllocate(t *testing.T) {
	s := world(t)
	for _, test := range speedFilters() {
		f, name := parse(t, s, test.text), test.name
		for under, a := range map[string]datagroup.Account{"its schema": speedAccount(t, s), "another schema": speedAccount(t, world(t))} {
			if got := f.Match(a); got != datagroup.True {
				t.Errorf("%s under %s: matches %v", name, under, got)
			}
			if n := testing.AllocsPerRun(100, func() { f.Match(a) }); n > 0 {
				t.Errorf("%s under %s: %v allocations", name, under, n)
			}
		}
	}
}

func TestValueIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(datagroup.Value{}); size > 40 {
		t.Errorf("a Value has %d bytes", size)
	}
}

// TestFilterIsSmall: a company keeps the filter of each of its groups.
func TestFilterIsSmall(t *testing.T) {
	s := schema(t, "channel string", "country string")
	const n = 1000
	var kept [n]datagroup.Filter
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range kept {
		kept[i] = parse(t, s, twoEqual)
	}
	runtime.ReadMemStats(&after)
	if bytes := (after.TotalAlloc - before.TotalAlloc) / n; bytes > 280 {
		t.Errorf("a filter of two comparisons takes %d bytes", bytes)
	}
}

func BenchmarkMatch(b *testing.B) {
	s := world(b)
	for _, test := range speedFilters() {
		f, a := parse(b, s, test.text), speedAccount(b, s)
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Match(a)
			}
		})
	}
	f, a := parse(b, s, typical), speedAccount(b, world(b))
	b.Run("another schema", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Match(a)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	s := world(b)
	for _, test := range speedFilters() {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(test.text)))
			for b.Loop() {
				if _, err := s.Parse(test.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A load makes each account and each group's filter, and matches them.

func BenchmarkAccount(b *testing.B) {
	s := schema(b, "channel string", "country string", "labels labels", "spend number")
	for name, values := range map[string]map[string]datagroup.Value{
		"few": {"country": datagroup.Text("c001"), "channel": datagroup.Text("k01")},
		"all": {
			"name": datagroup.Text("US 1"), "country": datagroup.Text("c001"), "channel": datagroup.Text("k01"),
			"spend": datagroup.Number(5), "labels": datagroup.Labels("brand", "vip"),
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Account("acc-1", "google", values); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/row", func(b *testing.B) {
			var row []datagroup.Value
			b.ReportAllocs()
			for b.Loop() {
				row, _ = s.Row(row, "acc-1", "google", values)
			}
		})
	}
}

const twoEqual = "country = 'c001' and channel = 'k01'"

func BenchmarkGroup(b *testing.B) {
	s := schema(b, "channel string", "country string")
	f := parse(b, s, twoEqual)
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Parse(twoEqual); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bind", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.Bind(s); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("reads", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Reads()
		}
	})
}

// BenchmarkBatch is of 1,000 filters over so many classes, 20 of each country, as
// a load has them.
func BenchmarkBatch(b *testing.B) {
	for _, countries := range []int{25, 1250} {
		s := schema(b, "channel string", "country string")
		var classes []datagroup.Account
		var filters []datagroup.Filter
		for i := range countries * 20 {
			classes = append(classes, account(b, s, row{"country": fmt.Sprintf("c%03d", i/20), "channel": fmt.Sprintf("k%02d", i%20)}))
		}
		for i := range 1000 {
			filters = append(filters, parse(b, s, fmt.Sprintf("country = 'c%03d' and channel = 'k%02d'", i%countries, i%20)))
		}
		b.Run(fmt.Sprint(len(classes)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				batch := datagroup.NewBatch(s, slices.Values(classes))
				for _, f := range filters {
					batch.Bits(f)
				}
			}
		})
		b.Run(fmt.Sprint(len(classes), "/match"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				batch := datagroup.NewBatch(s, slices.Values(classes))
				for _, f := range filters {
					for range batch.Match(f) {
					}
				}
			}
		})
	}
}
