package company_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// evidenceOf returns the evidence of a review, as a zip.
func (c *testCompany) evidenceOf(id string) []byte {
	c.t.Helper()
	var zip bytes.Buffer
	if err := c.WriteEvidence(context.Background(), &zip, id); err != nil {
		c.t.Fatal(err)
	}
	return zip.Bytes()
}

// checkZip checks the evidence in a zip.
func checkZip(t testing.TB, zip []byte, known audit.Checkpoint) (evidence.Report, error) {
	t.Helper()
	z, err := evidence.OpenZip(bytes.NewReader(zip), int64(len(zip)))
	if err != nil {
		t.Fatal(err)
	}
	return company.CheckEvidence(context.Background(), z, known)
}

// checkEvidence writes the evidence of a review, and checks it.
func (c *testCompany) checkEvidence(id string) evidence.Report {
	c.t.Helper()
	report, err := checkZip(c.t.(*testing.T), c.evidenceOf(id), c.Checkpoint())
	if err != nil || report.Manifest.Review != id || report.Known != c.Checkpoint() {
		c.t.Errorf("%+v, %v", report, err)
	}
	return report
}

// reviewed is a company with a closed review w.
func reviewed(t *testing.T) *testCompany {
	t.Helper()
	c := reviewCompany(t)
	c.run(`ugo: user.set-role max user; ann: review.open w; ann: review.decide w user:max keep; ann: review.decide w user:vic revoke;
		ann: review.decide w user:uma reduce; ann: review.close w`)
	return c
}

func TestWriteEvidenceErrors(t *testing.T) {
	t.Parallel()
	c := reviewed(t)
	c.must("ann", company.OpenReview{Review: "v"})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var e *company.Error
	for name, err := range map[string]error{
		"ErrUnknown":    c.WriteEvidence(t.Context(), new(bytes.Buffer), "ghost"),
		"ErrReviewOpen": c.WriteEvidence(t.Context(), new(bytes.Buffer), "v"),
		"no room":       c.WriteEvidence(t.Context(), full{}, "w"),
		"ended":         c.WriteEvidence(ended, new(bytes.Buffer), "w"),
	} {
		switch {
		case !errors.As(err, &e) || e.Op != "write evidence":
			t.Errorf("%s: %v", name, err)
		case name == "no room":
			if !errors.Is(err, errFull) {
				t.Errorf("%s: %v", name, err)
			}
		case name == "ended":
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		case errorName(err) != name:
			t.Errorf("%s: %v", name, err)
		}
	}
	lost := reviewed(t)
	other := events(t, lost.log)
	lost.config.Now = lost.clock.Now
	short := &switchLog{Log: lost.log}
	lost.log = short
	lost.reopen()
	for name, to := range map[string]audit.Log{"shorter": fixedLog(other[:3]), "another": forge(other, 2, func(e *audit.Event) { e.Via = "x" })} {
		short.Log = to
		if err := lost.WriteEvidence(t.Context(), new(bytes.Buffer), "w"); !errors.Is(err, company.ErrDiverged) {
			t.Errorf("%s log: %v, want ErrDiverged", name, err)
		}
	}
}

// switchLog is a log that is exchanged.
type switchLog struct{ audit.Log }

// full is a disk without room.
type full struct{}

var errFull = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestEvidenceLater: what is carried out after the closing is in the evidence that
// is written then, and changes nothing of the review as it was closed.
func TestEvidenceLater(t *testing.T) {
	t.Parallel()
	c := reviewed(t)
	first := c.checkEvidence("w")
	c.must("ugo", parseChange(t, "user.remove vic"))
	second := c.checkEvidence("w")
	c.must("ann", parseChange(t, "user.set-role uma viewer"))
	third := c.checkEvidence("w")
	if first.Left != 7 || second.Left != 6 || third.Left != 5 || first.Findings != 7 || third.Findings != 7 {
		t.Errorf("left are %d, %d, %d of %d findings", first.Left, second.Left, third.Left, first.Findings)
	}
	if first.Review != third.Review {
		t.Errorf("the review is %+v, and was %+v", third.Review, first.Review)
	}
	c.second(&c.config).must("ann", company.OpenReview{Review: "v"}) // which c does not know of
	if report := c.checkEvidence("w"); report.Checkpoint != third.Checkpoint {
		t.Errorf("the evidence goes up to %v, and the company to %v", report.Checkpoint, third.Checkpoint)
	}
	past, err := c.At(t.Context(), first.Checkpoint.Seq)
	if n := len(slices.Collect(past.Findings("w"))); err != nil || n != 7 {
		t.Errorf("%d findings at the time, %v", n, err)
	}
}

// forgery is evidence that somebody made up, with hashes and a manifest that fit:
// package evidence accepts it.
type forgery struct {
	name  string
	want  error
	event uint64                                 // that is not accepted; 0 if all are
	log   func(*madeUp)                          // nil leaves it
	files func(parts *evidence.Parts, m *madeUp) // nil leaves them
}

// madeUp is evidence while it is made up.
type madeUp struct {
	t      *testing.T
	events []audit.Event
	rows   []audit.RegisterRow
	review audit.Review
	items  []audit.ReviewItem
	found  []audit.Finding
}

var forgeries = []forgery{
	{name: "nothing"},
	{name: "a row more", want: company.ErrBroken, event: 5, log: func(m *madeUp) {
		m.rows = append(m.rows, audit.RegisterRow{User: "zoe", Role: "viewer", State: audit.StateActive, AddedBy: "ann", Duration: "permanent"})
		m.items = append(m.items, audit.ReviewItem{Row: m.rows[len(m.rows)-1]})
	}},
	{name: "a row less", want: company.ErrBroken, event: 5, log: func(m *madeUp) { m.rows, m.items = m.rows[1:], m.items[1:] }},
	{name: "a row of another role", want: company.ErrBroken, event: 5, log: func(m *madeUp) { m.rows[3].Role = "viewer"; m.items[3].Row.Role = "viewer" }},
	{name: "a row added by somebody else", want: company.ErrBroken, event: 5, log: func(m *madeUp) { m.rows[3].AddedBy = "ann"; m.items[3].Row.AddedBy = "ann" }},
	{name: "a decision more", want: company.ErrBroken, event: 9, log: func(m *madeUp) {
		m.items[1].Decision, m.items[1].Reviewer, m.items[1].Event = audit.Keep, "ann", 6
	}},
	{name: "a decision less", want: company.ErrBroken, event: 9, log: func(m *madeUp) { m.items[3] = audit.ReviewItem{Row: m.items[3].Row} }},
	{name: "another decision", want: company.ErrBroken, event: 9, log: func(m *madeUp) { m.items[7].Decision = audit.Keep }},
	{name: "carried out", want: company.ErrBroken, event: 9, log: func(m *madeUp) { m.items[7].Done = 8 }},
	{name: "a finding less", want: company.ErrBroken, event: 9, log: func(m *madeUp) { m.found = m.found[1:] }},
	{name: "a reviewer who raised it", want: company.ErrBroken, event: 6, log: func(m *madeUp) {
		m.events[5].Actor = m.events[3].Actor // of ugo, who raised max
		m.items[3].Reviewer = "ugo"
	}},
	{name: "a reviewer of themselves", want: company.ErrBroken, event: 6, log: func(m *madeUp) {
		m.events[5].Actor = audit.Actor{Kind: audit.KindUser, ID: "max", Email: "max@x.test", Role: "user"}
		m.items[3].Reviewer = "max"
	}},
	{name: "the raise left out", want: company.ErrBroken, event: 4, log: func(m *madeUp) {
		m.events = slices.Delete(m.events, 3, 4)
		for i := range m.items {
			m.items[i].Event = max(m.items[i].Event, 1) - 1
		}
		m.review.Event--
	}},
	{name: "nothing is left", want: company.ErrEvidence, files: func(p *evidence.Parts, _ *madeUp) { p.Findings = nil }},
	{name: "something is left twice", want: company.ErrEvidence, files: func(p *evidence.Parts, _ *madeUp) { p.Findings = append(p.Findings, p.Findings...) }},
}

// TestEvidenceMadeUp: what is consistent and does not follow from the events is
// found out by company alone, without a checkpoint.
func TestEvidenceMadeUp(t *testing.T) {
	t.Parallel()
	c := reviewed(t)
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			m := c.madeUp(t)
			if f.log != nil {
				f.log(m)
			}
			zip, head := m.write(f.files)
			z, err := evidence.OpenZip(bytes.NewReader(zip), int64(len(zip)))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := evidence.Check(z, head); err != nil {
				t.Fatalf("it does not fit together: %v", err)
			}
			_, err = company.CheckEvidence(t.Context(), z, audit.Checkpoint{})
			var e *company.Error
			if !errors.Is(err, f.want) || err != nil && (!errors.As(err, &e) || e.Seq != f.event) {
				t.Errorf("%v, want %v at event %d", err, f.want, f.event)
			}
			if head != c.Checkpoint() {
				_, err = company.CheckEvidence(t.Context(), z, c.Checkpoint())
				if !errors.Is(err, evidence.ErrKnown) && !errors.Is(err, evidence.ErrNewer) {
					t.Errorf("with the checkpoint: %v, want ErrKnown or ErrNewer", err)
				}
			}
		})
	}
}

// madeUp begins with the evidence as it is.
func (c *testCompany) madeUp(t *testing.T) *madeUp {
	t.Helper()
	m := &madeUp{t: t, events: events(t, c.log), rows: slices.Collect(c.rowsOf("w")), items: slices.Collect(c.Now().ReviewItems("w", company.RowQuery{})),
		found: slices.Collect(c.Now().Findings("w"))}
	m.review, _ = c.Now().Review("w")
	return m
}

// write writes the evidence, with every hash computed again.
func (m *madeUp) write(change func(*evidence.Parts, *madeUp)) (zip []byte, head audit.Checkpoint) {
	m.t.Helper()
	var parts evidence.Parts
	var err error
	if parts.Register, err = evidence.EncodeRegister(slices.Values(m.rows)); err != nil {
		m.t.Fatal(err)
	}
	m.review.Count, m.review.Digest = len(m.rows), evidence.Digest(parts.Register)
	parts.Review, err = evidence.EncodeReview(m.review, slices.Values(m.items), slices.Values(m.found))
	if err != nil {
		m.t.Fatal(err)
	}
	if parts.Findings, err = evidence.EncodeFindings(slices.Values(m.found)); err != nil {
		m.t.Fatal(err)
	}
	for i := range m.events {
		e := m.events[i].Clone()
		for j := range e.Changes {
			switch change := &e.Changes[j]; change.Type {
			case "review.open":
				m.set(change, "count", m.review.Count)
				m.set(change, "digest", m.review.Digest)
			case "review.close":
				m.set(change, "evidence", evidence.Sum(parts.Register, parts.Review))
			}
		}
		m.events[i] = e.Chain(head)
		head = m.events[i].Checkpoint()
	}
	if change != nil {
		change(&parts, m)
	}
	parts.Events = sequence(m.events)
	var b bytes.Buffer
	if err := evidence.WriteZip(&b, parts); err != nil {
		m.t.Fatal(err)
	}
	return b.Bytes(), head
}

// set sets a member of the data of a change, in its place.
func (m *madeUp) set(c *audit.Change, member string, value any) {
	m.t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(c.Data, &all); err != nil {
		m.t.Fatal(err)
	}
	now, err := json.Marshal(value)
	if err != nil {
		m.t.Fatal(err)
	}
	old := fmt.Sprintf("%q:%s", member, all[member])
	c.Data = []byte(strings.Replace(string(c.Data), old, fmt.Sprintf("%q:%s", member, now), 1))
}

// TestCheckEvidenceErrors: what package evidence finds comes as it is, and a
// context ends the check.
func TestCheckEvidenceErrors(t *testing.T) {
	t.Parallel()
	c := reviewed(t)
	zip := c.evidenceOf("w")
	_, err := checkZip(t, zip, audit.Checkpoint{Seq: 9, Hash: audit.Hash{1}})
	var cause *evidence.Error
	var e *company.Error
	if !errors.Is(err, evidence.ErrKnown) || !errors.As(err, &cause) || !errors.As(err, &e) || e.Op != "check evidence" {
		t.Errorf("another log: %v", err)
	}
	if !strings.HasPrefix(err.Error(), "company: check evidence: events.jsonl: the log is not the one of the checkpoint that you kept") {
		t.Errorf("the text is %q", err)
	}
	z, err := evidence.OpenZip(bytes.NewReader(zip), int64(len(zip)))
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := company.CheckEvidence(ended, z, audit.Checkpoint{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}
