package evidence_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/ambit-authz/ambit/internal/growth"
)

// FuzzCheck alters the files of a good bundle, with the manifest or with one that
// is made again. With the checkpoint kept outside, only the good events, register
// and review are accepted; what is accepted can be opened, and written again.
func FuzzCheck(f *testing.F) {
	d := withLeft(f, "acme")
	good, known := d.files(f), d.head()
	for _, seal := range []bool{false, true} {
		f.Add(good[evidence.EventsFile], good[evidence.RegisterFile], good[evidence.ReviewFile], good[evidence.FindingsFile], good[evidence.CheckpointFile], good[evidence.ManifestFile], seal)
		f.Add("", "", `{"review":{}}`+"\n", "{}\n", known.String(), "{}", seal)
		f.Add(good[evidence.EventsFile][:450], "null\n", "{}\n", "null\n", "ambit-checkpoint v1 0 "+strings.Repeat("0", 64)+"\n", `{"files":[null]}`, seal)
	}
	f.Fuzz(func(t *testing.T, events, register, review, findings, checkpoint, manifest string, seal bool) {
		b := bundle{
			evidence.EventsFile: events, evidence.RegisterFile: register, evidence.ReviewFile: review,
			evidence.FindingsFile: findings, evidence.CheckpointFile: checkpoint, evidence.ManifestFile: manifest,
		}
		if seal {
			b.seal("acme")
		}
		if got := cause(t, b.fs(), known); got == "ok" {
			for _, name := range []string{evidence.EventsFile, evidence.RegisterFile, evidence.ReviewFile, evidence.CheckpointFile} {
				if b[name] != good[name] {
					t.Errorf("%s was accepted:\n%s", name, b[name])
				}
			}
		}
		if cause(t, b.fs(), none) == "ok" {
			parts := evidence.Parts{Events: audit.ReadLines(strings.NewReader(events)), Register: []byte(register), Review: []byte(review), Findings: []byte(findings)}
			if err := evidence.WriteZip(io.Discard, parts); err != nil {
				t.Errorf("accepted, and not written again: %v", err)
			}
		}
	})
}

// TestGrowth: what a bundle costs to check grows with it only, whatever is in it.
func TestGrowth(t *testing.T) {
	for name, of := range map[string]func(d *draft, n int) bundle{
		"rows": func(d *draft, n int) bundle {
			d.rows, d.items, d.closing = nil, nil, nil
			for i := range n {
				row := audit.RegisterRow{User: fmt.Sprintf("u%05d", i), Teams: []string{"a"}}
				d.rows, d.items = append(d.rows, row), append(d.items, audit.ReviewItem{Row: row})
				d.closing = append(d.closing, audit.Finding{Kind: audit.FindingOpen, Review: "r", Row: row.Key()})
			}
			d.review.Count, d.left = n, d.closing
			d.encode(t)
			d.log()
			return d.files(t)
		},
		"teams": func(d *draft, n int) bundle {
			d.rows[1].Teams = strings.Split(strings.Repeat("a", n), "")
			d.items[1].Row = d.rows[1]
			d.encode(t)
			d.log()
			return d.files(t)
		},
		"events": func(d *draft, n int) bundle {
			last := d.events[4]
			for range n {
				d.events = append(d.events, last)
			}
			b := d.files(t)
			b.sealAs(evidence.Manifest{Version: 1, Company: "acme", Review: "r", Events: uint64(n + 5), Closed: 4})
			return b
		},
		"openings": func(d *draft, n int) bundle {
			for i := range n {
				d.events[4].Changes = append(d.events[4].Changes, audit.Change{Type: "review.open", Version: 1, Data: fmt.Appendf(nil, `{"review":"x%d"}`, i)})
			}
			return d.files(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				fsys := of(newDraft(t, "acme"), n).fs()
				return func() {
					if got := verdict(fsys, none); got != "ok" {
						t.Error(got)
					}
				}
			})
		})
	}
	for name, text := range map[string]func(n int) string{
		"empty lines":        func(n int) string { return strings.Repeat("\n", n) },
		"bad lines":          func(n int) string { return strings.Repeat("{}\n", n) },
		"a line without end": func(n int) string { return `{"user":"` + strings.Repeat("x", 10*n) },
		"nested":             func(n int) string { return strings.Repeat(`{"teams":[`, n) + "\n" },
		"members twice":      func(n int) string { return "{" + strings.Repeat(`"event":1,`, n) + `"event":1}` + "\n" },
		"files":              func(n int) string { return `{"files":[` + strings.Repeat("{},", n) + `{}]}` },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				d := newDraft(t, "acme")
				d.register, d.findings = []byte(text(n)), []byte(text(n))
				d.review.Digest = evidence.Digest(d.register)
				d.log()
				b := d.files(t)
				made, lies := b.fs(), b.with(evidence.ManifestFile, text(n)).fs()
				return func() {
					_, _ = evidence.Check(made, none)
					_, _ = evidence.Check(lies, none)
					_ = evidence.WriteZip(io.Discard, d.parts())
				}
			})
		})
	}
}
