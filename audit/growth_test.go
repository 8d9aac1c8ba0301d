package audit_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/internal/growth"
)

// TestReadGrowth: what a log costs to read grows with it only, whatever is in it,
// and so does what one line costs.
func TestReadGrowth(t *testing.T) {
	event := func(seq uint64, prev audit.Checkpoint, changes, targets int) audit.Event {
		e := audit.Event{ID: fmt.Sprint("e", seq), Time: time.Unix(int64(seq), 0).UTC(), Company: "acme", Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"}}
		for i := range changes {
			e.Changes = append(e.Changes, audit.Change{Type: "x.y", Version: 1, Data: fmt.Appendf(nil, `{"id":"%d","list":[1,2,3]}`, i)})
		}
		for i := range targets {
			e.Targets = append(e.Targets, fmt.Sprint("user:", i))
		}
		return e.Chain(prev)
	}
	lines := func(events ...audit.Event) string {
		var b bytes.Buffer
		if err := audit.WriteLines(&b, values(events)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, text := range map[string]func(n int) string{
		"events": func(n int) string {
			var all []audit.Event
			var at audit.Checkpoint
			for i := range n {
				e := event(uint64(i+1), at, 1, 1)
				at, all = e.Checkpoint(), append(all, e)
			}
			return lines(all...)
		},
		"changes":            func(n int) string { return lines(event(1, audit.Checkpoint{}, n, 1)) },
		"targets":            func(n int) string { return lines(event(1, audit.Checkpoint{}, 1, n)) },
		"empty lines":        func(n int) string { return strings.Repeat("\n", n) },
		"a line without end": func(n int) string { return `{"v":"` + strings.Repeat("x", 10*n) },
		"nested":             func(n int) string { return strings.Repeat(`{"changes":[`, n) },
		"fields twice":       func(n int) string { return "{" + strings.Repeat(`"seq":1,`, n) + `"seq":1}` },
		"unknown fields":     func(n int) string { return "{" + strings.Repeat(`"soq":1,`, n) + `"seq":1}` },
		"no encoding":        func(n int) string { return `{"id":"` + strings.Repeat("\xff", n) + `"}` },
		"bad lines":          func(n int) string { return strings.Repeat("{}\n", n) },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				text := text(n)
				return func() {
					_ = audit.Verify(audit.ReadLines(strings.NewReader(text)), audit.Checkpoint{})
					for line := range slices.Values(bytes.Split([]byte(text), []byte("\n"))) {
						_, _ = audit.Decode(line)
					}
				}
			})
		})
	}
}

// TestListGrowth: what a list costs to write grows with its rows and with the length
// of its texts only.
func TestListGrowth(t *testing.T) {
	for name, rows := range map[string]func(n int) [][]string{
		"rows":       func(n int) [][]string { return slices.Repeat([][]string{{"Ann", "=1"}}, n) },
		"columns":    func(n int) [][]string { return [][]string{slices.Repeat([]string{"Ann"}, n)} },
		"a text":     func(n int) [][]string { return [][]string{{strings.Repeat("a_ ", n)}} },
		"semicolons": func(n int) [][]string { return [][]string{{strings.Repeat(";", n) + "=1"}} },
		"spaces":     func(n int) [][]string { return [][]string{{strings.Repeat(`; ""`, n) + "=1"}} },
		"numbers":    func(n int) [][]string { return [][]string{{strings.Repeat("12 mar ", n)}} },
		"hidden":     func(n int) [][]string { return [][]string{{strings.Repeat("\u202e\xff\n", n)}} },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				l := table(rows(n))
				return func() {
					for _, f := range formats("", l) {
						var b bytes.Buffer
						if err := f.write(&b); err != nil {
							t.Fatal(err)
						}
					}
				}
			})
		})
	}
}
