package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// draft is a bundle in the making: what a company would write, or what somebody
// made of it.
type draft struct {
	company  string
	rows     []audit.RegisterRow
	review   audit.Review
	items    []audit.ReviewItem
	closing  []audit.Finding
	left     []audit.Finding
	events   []audit.Event // built by log, not chained
	register []byte        // built by encode, as the next two
	reviewed []byte
	findings []byte
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func minute(n uint64) time.Time { return noon.Add(time.Duration(n) * time.Minute) }

// newDraft returns a review of two people: Mia was kept, and the invitation of Bob
// was to be revoked. It was, at event 5, after the review was closed at event 4.
func newDraft(t testing.TB, company string) *draft {
	t.Helper()
	d := &draft{company: company}
	d.rows = []audit.RegisterRow{
		{Invitation: "b", Email: "bob@x.io", Role: "viewer", State: audit.StateInvited, Added: minute(1), AddedBy: "ada", Event: 1, Duration: "30 days"},
		{User: "mia", Name: "Mia <M&M>", Role: "editor", Teams: []string{"a", "b"}, State: audit.StateActive, Added: minute(1), AddedBy: "ada", Event: 1, Duration: "permanent"},
	}
	d.review = audit.Review{ID: "r", Opened: minute(2), OpenedBy: "ada", Event: 2, Due: minute(9), Count: 2}
	d.items = []audit.ReviewItem{
		{Row: d.rows[0], Decision: audit.Revoke, Reason: "left", Reviewer: "ada", Decided: minute(3), Event: 3},
		{Row: d.rows[1], Decision: audit.Keep, Reason: "ok", Reviewer: "ada", Decided: minute(3), Event: 3},
	}
	d.closing = []audit.Finding{{Kind: audit.FindingUnmatched, Review: "r", Row: "invitation:b", Decision: audit.Revoke, Event: 3}}
	d.encode(t)
	d.log()
	return d
}

// encode builds the files of the register, the review and the findings.
func (d *draft) encode(t testing.TB) {
	t.Helper()
	var err [3]error
	d.register, err[0] = evidence.EncodeRegister(slices.Values(d.rows))
	d.review.Digest = evidence.Digest(d.register)
	d.reviewed, err[1] = evidence.EncodeReview(d.review, slices.Values(d.items), slices.Values(d.closing))
	d.findings, err[2] = evidence.EncodeFindings(slices.Values(d.left))
	for _, err := range err {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// log builds the events, which record the digest and the evidence.
func (d *draft) log() {
	opening := fmt.Sprintf(`{"review":%q,"due":"2026-03-02T12:09:00Z","digest":"%v","count":%d}`, d.review.ID, evidence.Digest(d.register), len(d.rows))
	closing := fmt.Sprintf(`{"review":%q,"evidence":"%v"}`, d.review.ID, evidence.Sum(d.register, d.reviewed))
	d.events = nil
	for _, change := range []audit.Change{
		{Type: "company.found", Data: []byte(`{}`)},
		{Type: "review.open", Data: []byte(opening)},
		{Type: "review.decide", Data: []byte(`{}`)},
		{Type: "review.close", Data: []byte(closing)},
		{Type: "invitation.revoke", Data: []byte(`{}`)},
	} {
		change.Version = 1
		n := uint64(len(d.events) + 1)
		d.events = append(d.events, audit.Event{
			ID: fmt.Sprint("e", n), Time: minute(n), Company: d.company,
			Actor: audit.Actor{Kind: audit.KindUser, ID: "ada"}, Changes: []audit.Change{change},
		})
	}
}

// chain chains the events.
func (d *draft) chain() []audit.Event {
	var head audit.Checkpoint
	var events []audit.Event
	for _, e := range d.events {
		e = e.Chain(head)
		head, events = e.Checkpoint(), append(events, e)
	}
	return events
}

func (d *draft) head() audit.Checkpoint {
	events := d.chain()
	return events[len(events)-1].Checkpoint()
}

func (d *draft) parts() evidence.Parts {
	return evidence.Parts{Events: values(d.chain()), Register: d.register, Review: d.reviewed, Findings: d.findings}
}

func values(events []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// bundle is the files of a bundle.
type bundle map[string]string

// files returns the files of d, in which the events and the manifest say what they
// should, whether or not they go together.
func (d *draft) files(t testing.TB) bundle {
	t.Helper()
	var lines bytes.Buffer
	if err := audit.WriteLines(&lines, values(d.chain())); err != nil {
		t.Fatal(err)
	}
	b := bundle{
		evidence.EventsFile: lines.String(), evidence.RegisterFile: string(d.register), evidence.ReviewFile: string(d.reviewed),
		evidence.FindingsFile: string(d.findings), evidence.CheckpointFile: d.head().String() + "\n",
	}
	b.seal(d.company)
	return b
}

// seal writes a manifest that fits the files, for a review closed at event 4 of a
// log of five.
func (b bundle) seal(company string) {
	b.sealAs(evidence.Manifest{Version: 1, Company: company, Review: "r", Events: 5, Closed: 4})
}

func (b bundle) sealAs(m evidence.Manifest) {
	delete(b, evidence.ManifestFile)
	for _, name := range slices.Sorted(maps.Keys(b)) {
		m.Files = append(m.Files, evidence.File{Name: name, Size: int64(len(b[name])), SHA256: sha256.Sum256([]byte(b[name]))})
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // a manifest is always JSON
	}
	b[evidence.ManifestFile] = string(text) + "\n"
}

func (b bundle) fs() fstest.MapFS {
	fsys := make(fstest.MapFS)
	for name, text := range b {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func (b bundle) with(name, text string) bundle {
	b = maps.Clone(b)
	b[name] = text
	return b
}

func (b bundle) without(name string) bundle {
	b = maps.Clone(b)
	delete(b, name)
	return b
}

// replace replaces text that is in a file once.
func (b bundle) replace(t testing.TB, name, old, with string) bundle {
	t.Helper()
	if strings.Count(b[name], old) != 1 {
		t.Fatalf("%q is not once in %s:\n%s", old, name, b[name])
	}
	return b.with(name, strings.Replace(b[name], old, with, 1))
}

// verdict is what Check says: "ok", or the text of the error.
func verdict(fsys fs.FS, known audit.Checkpoint) string {
	if _, err := evidence.Check(fsys, known); err != nil {
		return err.Error()
	}
	return "ok"
}

// none is no known checkpoint.
var none audit.Checkpoint

// edit edits the manifest.
func (b bundle) edit(t testing.TB, do func(*evidence.Manifest)) {
	t.Helper()
	var m evidence.Manifest
	if err := json.Unmarshal([]byte(b[evidence.ManifestFile]), &m); err != nil {
		t.Fatal(err)
	}
	do(&m)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	b[evidence.ManifestFile] = string(text) + "\n"
}
