package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// page collects what the program prints.
type page struct {
	strings.Builder
}

// head writes what each reader sees.
func (p *page) head(w *world) {
	fmt.Fprintf(p, "One report of %s rows; %s accounts in %d data groups\n\n",
		thousands(int64(len(w.report))), thousands(int64(len(w.document.Accounts))), len(w.document.Groups))
	t := newTable(p)
	fmt.Fprintln(t, "READER\tACCOUNTS\tCOMPARISONS\tROWS\tCLICKS\tSPEND\tTHE VIEW SAYS\t")
	for i, reader := range readers {
		v, want := w.policy.View(reader), w.want[i]
		fmt.Fprintf(t, "%v\t%s\t%s\t%s\t%s\t%s\t%s\t\n", reader, thousands(int64(v.Len())), thousands(int64(v.FilterSize())),
			thousands(want.rows), thousands(want.clicks), thousands(want.spend/100), sqlfilter.ShapeOf(v))
	}
	t.Flush() // into a strings.Builder, which takes everything
}

// show fills a database and writes how long each way to each total takes, the
// quickest of some runs. The error is that of a total that differs, if one does.
func (p *page) show(ctx context.Context, d *database, w *world, runs int) error {
	start := time.Now()
	if err := d.fill(ctx, w.document.Accounts, w.report); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	fmt.Fprintf(p, "\n%s, filled in %.1f s\n\n", d.name, time.Since(start).Seconds())
	t := newTable(p)
	fmt.Fprint(t, "READER\t")
	for _, way := range ways {
		fmt.Fprint(t, strings.ToUpper(way.name)+"\t")
	}
	for i, reader := range readers {
		fmt.Fprintf(t, "\n%v\t", reader)
		for _, way := range ways {
			took, err := quickest(runs, func() error {
				view, err := open(w.policy, reader)
				if err != nil {
					return err
				}
				got, err := way.total(d, ctx, view)
				if err == nil && got != w.want[i] {
					return fmt.Errorf("%+v, want %+v", got, w.want[i])
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %v %s: %w", d.name, reader, way.name, err)
			}
			fmt.Fprintf(t, "%.1f ms\t", milliseconds(took))
		}
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// quickest returns the time of the quickest of some runs, or the first error.
func quickest(runs int, ask func() error) (time.Duration, error) {
	least := time.Duration(math.MaxInt64)
	for range runs {
		start := time.Now()
		if err := ask(); err != nil {
			return 0, err
		}
		least = min(least, time.Since(start))
	}
	return least, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func newTable(p *page) *tabwriter.Writer {
	return tabwriter.NewWriter(p, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// thousands is a number as people read it.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
