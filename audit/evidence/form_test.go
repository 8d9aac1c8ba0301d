package evidence_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// What audit.Verify and audit.ReadLines tell apart is told apart here, with a
// manifest that fits. The last line of the events stays, so that they end at the
// checkpoint.
func TestEventsThatAreNoLog(t *testing.T) {
	t.Parallel()
	good := newDraft(t, "acme").files(t)
	lines := strings.SplitAfter(good[evidence.EventsFile], "\n")[:5]
	join := func(at ...int) string {
		var b strings.Builder
		for _, i := range at {
			b.WriteString(lines[i])
		}
		return b.String()
	}
	for _, test := range []struct {
		want, name string
		is, and    error
		events     string
	}{
		{"the events are not the beginning of a log: audit: verify: event 3: it was edited: its hash does not fit its fields", "edited", evidence.ErrChain, audit.ErrEdited,
			join(0, 1) + strings.Replace(lines[2], `"reason":""`, `"reason":"x"`, 1) + join(3, 4)},
		{"the events are not the beginning of a log: audit: verify: event 3: it is missing: a later event is in its place", "missing", evidence.ErrChain, audit.ErrMissing, join(0, 1, 3, 4)},
		{"the events are not the beginning of a log: audit: verify: event 1: it is missing: a later event is in its place", "first missing", evidence.ErrChain, audit.ErrMissing, join(1, 2, 3, 4)},
		{"the events are not the beginning of a log: audit: verify: event 2: it is out of order: it comes after a later event", "swapped", evidence.ErrChain, audit.ErrReordered, join(0, 2, 1, 3, 4)},
		{"the events are not the beginning of a log: audit: verify: event 6: it is out of order: an earlier event is in its place", "twice", evidence.ErrChain, audit.ErrReordered, join(0, 1, 2, 3, 4, 4)},
		{"the form is not valid: audit: read line 3: the form is not valid: it is not as Encode writes it from byte 0 on", "empty line", evidence.ErrForm, audit.ErrMalformed, join(0, 1) + "\n" + join(2, 3, 4)},
		{"the form is not valid: audit: read line 5: the form is not valid: it has no line feed at its end", "no line feed", evidence.ErrForm, audit.ErrMalformed, strings.TrimSuffix(join(0, 1, 2, 3, 4), "\n")},
	} {
		b := good.with(evidence.EventsFile, test.events)
		b.seal("acme")
		_, err := evidence.Check(b.fs(), none)
		want := "evidence: events.jsonl: " + test.want + ": do not rely on this bundle, and ask its writer"
		if err == nil || err.Error() != want {
			t.Errorf("%s: got\n%v, want\n%s", test.name, err, want)
		}
		if !errors.Is(err, test.is) || !errors.Is(err, test.and) {
			t.Errorf("%s: the causes of %v", test.name, err)
		}
	}
	empty := good.with(evidence.EventsFile, "")
	empty.seal("acme")
	if got := cause(t, empty.fs(), none); got != "checkpoint" {
		t.Errorf("no events: %s", got)
	}
}

// Lines that encoding/json takes, and that EncodeRegister and its like do not
// write, are refused even when the log records their hashes.
func TestFormOfLines(t *testing.T) {
	t.Parallel()
	const (
		canonical = "the form is not valid: it is not in its canonical form" + distrust
		oneOf     = "the form is not valid: it must be one of a review, an item and a finding" + distrust
	)
	zero := `"0001-01-01T00:00:00Z"`
	another := `{"review":{"id":"q","opened":` + zero + `,"openedBy":"","event":0,"due":` + zero + `,"count":0,"digest":"` + strings.Repeat("0", 64) + `"}}` + "\n"
	for _, test := range []struct {
		want, name      string
		file, old, with string
	}{
		{"register.jsonl: line 1: " + canonical, "space", evidence.RegisterFile, `{"invitation"`, `{ "invitation"`},
		{"register.jsonl: line 1: " + canonical, "carriage return", evidence.RegisterFile, "\n", "\r\n"},
		{"register.jsonl: line 2: " + canonical, "escapes of HTML", evidence.RegisterFile, "<", `\u003c`},
		{"register.jsonl: line 2: " + canonical, "an empty member", evidence.RegisterFile, `{"user":"mia",`, `{"user":"mia","email":"",`},
		{"register.jsonl: line 2: " + canonical, "an unknown member", evidence.RegisterFile, `{"user":"mia",`, `{"user":"mia","x":1,`},
		{"register.jsonl: line 2: " + canonical, "a member twice", evidence.RegisterFile, `{"user":"mia",`, `{"user":"eve","user":"mia",`},
		{"register.jsonl: line 2: " + canonical, "capitals", evidence.RegisterFile, `{"user"`, `{"User"`},
		{"register.jsonl: line 2: " + canonical, "another order", evidence.RegisterFile, `"user":"mia","name":"Mia <M&M>"`, `"name":"Mia <M&M>","user":"mia"`},
		{"register.jsonl: line 2: " + canonical, "no UTF-8", evidence.RegisterFile, "M&M", "\xff"},
		{"register.jsonl: line 3: the form is not valid: unexpected end of JSON input" + distrust, "an empty line", evidence.RegisterFile, `"permanent"}` + "\n", `"permanent"}` + "\n\n"},
		{"register.jsonl: line 2: the form is not valid: it has no line feed at its end" + distrust, "no line feed", evidence.RegisterFile, `"permanent"}` + "\n", `"permanent"}`},
		{"register.jsonl: line 1: the form is not valid: it is longer than 8 MiB" + distrust, "a long line", evidence.RegisterFile, "30 days", strings.Repeat("x", 8<<20)},
		{"review.jsonl: line 1: " + canonical, "two in a line", evidence.ReviewFile, `{"review":{`, `{"item":null,"review":{`},
		{"review.jsonl: line 1: it is not about this review and its register: it must be the review, as it was before its closing" + distrust, "closed already", evidence.ReviewFile, `"}}`, `","closed":"2026-03-02T12:04:00Z"}}`},
		{"review.jsonl: line 1: it is not about this review and its register: it must be the review, as it was before its closing" + distrust, "no review", evidence.ReviewFile, `{"review":{"id"`, `{"finding":{"kind":"open","review":"r"}}` + "\n" + `{"review":{"id"`},
		{"review.jsonl: line 2: the form is not valid: json: cannot unmarshal string into Go struct field reviewLine.item of type audit.ReviewItem" + distrust, "an item that is a text", evidence.ReviewFile, `{"item":{"row":{"invitation"`, `{"item":"x"}` + "\n" + `{"item":{"row":{"invitation"`},
		{"review.jsonl: line 4: " + canonical, "an empty member of a finding", evidence.ReviewFile, `{"kind"`, `{"row":"","kind"`},
		{"review.jsonl: line 4: it is not about this review and its register: it must be a finding of the review" + distrust, "another review", evidence.ReviewFile, `{"finding":{`, another + `{"finding":{`},
		{"review.jsonl: line 4: " + oneOf, "nothing", evidence.ReviewFile, `{"finding":{`, "{}\n" + `{"finding":{`},
		{"review.jsonl: line 4: " + oneOf, "two of them", evidence.ReviewFile, `{"finding":{`, strings.TrimSuffix(another, "}\n") + `,"finding":{`},
		{"findings.jsonl: line 1: " + canonical, "null", evidence.FindingsFile, `{"kind":"unmatched","review":"r","row":"invitation:b","decision":"revoke","event":3}`, `null`},
	} {
		d := withLeft(t, "acme")
		file := map[string]*[]byte{evidence.RegisterFile: &d.register, evidence.ReviewFile: &d.reviewed, evidence.FindingsFile: &d.findings}[test.file]
		text := strings.Replace(string(*file), test.old, test.with, 1)
		if text == string(*file) {
			t.Errorf("%s: %q is not in %s", test.name, test.old, *file)
		}
		*file = []byte(text)
		digest := d.review.Digest
		d.log()
		if test.file == evidence.RegisterFile { // the review says the digest of this register
			d.reviewed = []byte(strings.Replace(string(d.reviewed), digest.String(), evidence.Digest(d.register).String(), 1))
			d.log()
		}
		if got := strings.TrimPrefix(verdict(d.files(t).fs(), none), "evidence: "); got != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// A checkpoint is one line, as audit writes it.
func TestFormOfCheckpoint(t *testing.T) {
	t.Parallel()
	good := newDraft(t, "acme").files(t)
	text := good[evidence.CheckpointFile]
	for _, other := range []string{"", "\n", strings.TrimSuffix(text, "\n"), text + "\n", " " + text, strings.ToUpper(text), strings.Replace(text, "\n", "\r\n", 1)} {
		b := good.with(evidence.CheckpointFile, other)
		b.seal("acme")
		if got, want := verdict(b.fs(), none), "evidence: checkpoint.txt: the form is not valid: it must be one checkpoint and a line feed"+distrust; got != want {
			t.Errorf("%q: %s", other, got)
		}
	}
}

// The report counts the items by their decisions.
func TestReportCounts(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	d.rows, d.items = nil, nil
	for i, decision := range []string{"", audit.Keep, audit.Reduce, audit.Reduce, audit.Revoke, audit.Revoke, audit.Revoke, "", "", ""} {
		row := audit.RegisterRow{User: string(rune('a' + i)), State: audit.StateActive}
		d.rows = append(d.rows, row)
		d.items = append(d.items, audit.ReviewItem{Row: row, Decision: decision})
	}
	d.review.Count, d.left = len(d.rows), d.closing
	d.encode(t)
	d.log()
	r, err := evidence.Check(d.files(t).fs(), none)
	if err != nil || r.Open != 4 || r.Keep != 1 || r.Reduce != 2 || r.Revoke != 3 || r.Findings != 1 || r.Left != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
