package main

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// eachPlace runs a benchmark on each database, filled with the whole world.
func eachPlace(b *testing.B, run func(b *testing.B, d *database, w *world)) {
	for _, place := range places {
		b.Run(place.name, func(b *testing.B) {
			d, w := filled(b, place.kind, place.dsn(b), whole)
			run(b, d, w)
		})
	}
}

// measure runs a question as a benchmark. What it reports is the quickest, as others may use the
// machine at the same time.
func measure(b *testing.B, name string, ask func() error) {
	b.Run(name, func(b *testing.B) {
		took, err := quickest(b.N, ask)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(milliseconds(took), "ms")
		b.ReportMetric(0, "ns/op") // the mean
	})
}

// BenchmarkIDs is a list of so many ids, spread over all accounts.
func BenchmarkIDs(b *testing.B) {
	eachPlace(b, func(b *testing.B, d *database, w *world) {
		for _, n := range []int{1, 10, 100, 1_000, 10_000, 20_000} {
			var ids []datagroup.AccountID
			for i := range n {
				ids = append(ids, datagroup.AccountID(w.document.Accounts[i*7_919%len(w.document.Accounts)].ID))
			}
			measure(b, fmt.Sprint(n), func() error {
				_, err := d.ofIDs(b.Context(), slices.Values(ids))
				return err
			})
		}
	})
}

// filterOf returns a filter of so many data groups. Those of texts compare two, and
// those of labels compare two texts and look for a label.
func filterOf(w *world, groups int, withLabels bool) (datagroup.Filter, error) {
	var all []datagroup.Filter
	for i := range groups {
		text := fmt.Sprintf("country = '%s' and source = '%s'", countries[i%len(countries)], sources[i/len(countries)%len(sources)])
		if withLabels {
			text += " and labels has " + datagroup.Text(labels[i%len(labels)]).String()
		}
		f, err := w.policy.Directory().Schema().Parse(text)
		if err != nil {
			return datagroup.Filter{}, err
		}
		all = append(all, f)
	}
	return datagroup.Any(all...), nil
}

// BenchmarkGroups is the filter of so many data groups, and the list of the accounts
// that match it. A filter that is refused has no figure.
func BenchmarkGroups(b *testing.B) {
	eachPlace(b, func(b *testing.B, d *database, w *world) {
		for _, withLabels := range []bool{false, true} {
			for _, n := range []int{1, 10, 30, 60, 100} {
				f, err := filterOf(w, n, withLabels)
				if err != nil {
					b.Fatal(err)
				}
				var ids []datagroup.AccountID
				for a := range w.policy.Directory().Accounts() {
					if f.Match(a) == datagroup.True {
						ids = append(ids, a.ID())
					}
				}
				name := fmt.Sprintf("groups=%d/labels=%t/comparisons=%d/accounts=%d", n, withLabels, f.Size(), len(ids))
				if _, err := d.accounts.Where(f); !errors.Is(err, sqlfilter.ErrTooLarge) {
					measure(b, name+"/by=filter", func() error {
						_, err := d.ofFilter(b.Context(), f)
						return err
					})
				}
				measure(b, name+"/by=ids", func() error {
					_, err := d.ofIDs(b.Context(), slices.Values(ids))
					return err
				})
			}
		}
	})
}

// BenchmarkReaders is what the program prints, with the servers of the tests.
func BenchmarkReaders(b *testing.B) {
	eachPlace(b, func(b *testing.B, d *database, w *world) {
		for i, reader := range readers {
			for _, way := range ways {
				measure(b, fmt.Sprintf("%v/%s", reader, way.name), func() error {
					got, err := way.total(d, b.Context(), w.policy.View(reader))
					if err == nil && got != w.want[i] {
						return fmt.Errorf("%+v, want %+v", got, w.want[i])
					}
					return err
				})
			}
		}
	})
}
