package evidence_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/google/go-cmp/cmp"
)

// zipped returns the zip of d.
func zipped(t testing.TB, d *draft) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := evidence.WriteZip(&b, d.parts()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is written is what the test puts together by itself, and is accepted.
func TestWriteZip(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	file := zipped(t, d)
	if again := zipped(t, d); !bytes.Equal(file, again) {
		t.Error("the same parts gave other bytes")
	}
	z, err := evidence.OpenZip(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	got := make(bundle)
	for _, f := range z.File {
		text, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(text)
		if f.Modified.Year() != 1980 {
			t.Errorf("%s has the time %v", f.Name, f.Modified)
		}
	}
	if diff := cmp.Diff(d.files(t), got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	r, err := evidence.Check(z, d.head())
	if err != nil {
		t.Fatal(err)
	}
	r.Manifest.Files = nil
	closed := d.review
	closed.Closed, closed.ClosedBy, closed.ClosedEvent, closed.Evidence = minute(4), "ada", 4, evidence.Sum(d.register, d.reviewed)
	want := evidence.Report{
		Manifest:   evidence.Manifest{Version: 1, Company: "acme", Review: "r", Events: 5, Closed: 4},
		Checkpoint: d.head(), Known: d.head(), Review: closed, Keep: 1, Revoke: 1, Findings: 1,
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

// What Check refuses is not written, for the same cause.
func TestWriteZipRefuses(t *testing.T) {
	t.Parallel()
	n := 0
	for _, f := range forgeries {
		if f.files != nil || f.manifest != nil {
			continue
		}
		d := f.make(t)
		n++
		if err := evidence.WriteZip(io.Discard, d.parts()); !errors.Is(err, f.is) {
			// A review that names itself as another is looked for as that.
			if f.name != "another id in the review" || causeOf(t, err) != "opening" {
				t.Errorf("%s: %v, want %v", f.name, err, f.is)
			}
		}
	}
	if n < 25 {
		t.Errorf("only %d forgeries", n)
	}
}

func TestWriteZipErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	for _, test := range []struct {
		want string
		is   error
		name string
		edit func(*evidence.Parts)
	}{
		{"review.jsonl: line 1: it is not about this review and its register: it must be the review", evidence.ErrReview, "no review", func(p *evidence.Parts) { p.Review = nil }},
		{"review.jsonl: line 1: it is not about this review and its register: it must be the review", evidence.ErrReview, "no review in the first line", func(p *evidence.Parts) { _, p.Review, _ = bytes.Cut(p.Review, []byte("\n")) }},
		{"review.jsonl: line 1: the form is not valid: invalid character 'x' looking for beginning of value" + distrust, evidence.ErrForm, "no JSON", func(p *evidence.Parts) { p.Review = []byte("x\n") }},
		{"review.jsonl: line 1: the form is not valid: it has no line feed at its end" + distrust, evidence.ErrForm, "no line feed", func(p *evidence.Parts) { p.Review = []byte("{}") }},
		{"events.jsonl: the events are not the beginning of a log: audit: verify: event 1: it is missing: a later event is in its place: do not rely on this bundle, and ask its writer", evidence.ErrChain, "an event is missing", func(p *evidence.Parts) {
			all := p.Events
			p.Events = func(yield func(audit.Event, error) bool) {
				for e, err := range all {
					if e.Seq > 1 && !yield(e, err) {
						return
					}
				}
			}
		}},
		{"disk", broken, "events fail", func(p *evidence.Parts) {
			p.Events = func(yield func(audit.Event, error) bool) { yield(audit.Event{}, broken) }
		}},
		{"audit: check: the form is not valid: the sequence is not between 1 and 2^63-1", audit.ErrMalformed, "no event", func(p *evidence.Parts) {
			p.Events = values([]audit.Event{{}})
		}},
	} {
		parts := newDraft(t, "acme").parts()
		test.edit(&parts)
		err := evidence.WriteZip(io.Discard, parts)
		if err == nil || strings.TrimPrefix(err.Error(), "evidence: ") != test.want || !errors.Is(err, test.is) {
			t.Errorf("%s: got\n%v, want\n%s", test.name, err, test.want)
		}
	}
	most := 64<<10 - len(newDraft(t, "acme").files(t)[evidence.ManifestFile]) + len("acme") - 2 // the size of the events has two more digits
	for n, want := range map[int]error{most: nil, most + 1: evidence.ErrTooLarge} {
		long := newDraft(t, strings.Repeat("a", n))
		var file bytes.Buffer
		if err := evidence.WriteZip(&file, long.parts()); !errors.Is(err, want) {
			t.Errorf("an id of %d bytes: %v", n, err)
		}
		if got := verdict(long.files(t).fs(), none); (got == "ok") != (want == nil) {
			t.Errorf("an id of %d bytes, written otherwise: %s", n, got)
		}
	}
	// Without an id, a log that closes a review without an id would do.
	d := newDraft(t, "acme")
	d.review.ID = ""
	d.closing = nil
	d.encode(t)
	d.log()
	if err := evidence.WriteZip(io.Discard, d.parts()); !errors.Is(err, evidence.ErrManifest) {
		t.Errorf("no id: %v", err)
	}
}

// The error of a writer comes back, wherever it is.
func TestWriteZipToFullDisk(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	size := len(zipped(t, d))
	for room := 0; room < size; room += 7 {
		if err := evidence.WriteZip(&limited{room: room}, d.parts()); err != io.ErrShortWrite {
			t.Errorf("room for %d of %d bytes: %v", room, size, err)
		}
	}
	if err := evidence.WriteZip(&limited{room: size}, d.parts()); err != nil {
		t.Errorf("room for all: %v", err)
	}
}

// limited is a writer with room for so many bytes.
type limited struct{ room int }

func (w *limited) Write(b []byte) (int, error) {
	n := min(len(b), w.room)
	w.room -= n
	if n < len(b) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

// These bytes are hashed in logs, so that they never change. If this test fails,
// the code is wrong, or encoding/json writes something else than it did.
func TestEncode(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	d.rows[1].Name = "<b> & \"q\" \\ \t\u2028 é\u007f\U0001F600"
	d.rows[1].Ends = time.Date(2026, 3, 2, 12, 0, 0, 500, time.UTC)
	d.items[1].Row = d.rows[1]
	d.review.Closed, d.review.ClosedBy, d.review.ClosedEvent, d.review.Evidence = minute(4), "ada", 4, audit.Hash{1} // ignored
	d.left = []audit.Finding{{Kind: audit.FindingOverdue, Review: "r"}}
	d.encode(t)
	mia := `{"user":"mia","name":"<b> & \"q\" \\ \t\u2028 é` + "\u007f\U0001F600" + `","role":"editor","teams":["a","b"],"state":"active","added":"2026-03-02T12:01:00Z","addedBy":"ada","event":1,"duration":"permanent","ends":"2026-03-02T12:00:00.0000005Z"}`
	bob := `{"invitation":"b","email":"bob@x.io","role":"viewer","state":"invited","added":"2026-03-02T12:01:00Z","addedBy":"ada","event":1,"duration":"30 days"}`
	want := bob + "\n" + mia + "\n"
	if diff := cmp.Diff(want, string(d.register)); diff != "" {
		t.Errorf("register (-want +got):\n%s", diff)
	}
	want = `{"review":{"id":"r","opened":"2026-03-02T12:02:00Z","openedBy":"ada","event":2,"due":"2026-03-02T12:09:00Z","count":2,"digest":"` + d.review.Digest.String() + `"}}
{"item":{"row":` + bob + `,"decision":"revoke","reason":"left","reviewer":"ada","decided":"2026-03-02T12:03:00Z","event":3}}
{"item":{"row":` + mia + `,"decision":"keep","reason":"ok","reviewer":"ada","decided":"2026-03-02T12:03:00Z","event":3}}
{"finding":{"kind":"unmatched","review":"r","row":"invitation:b","decision":"revoke","event":3}}
`
	if diff := cmp.Diff(want, string(d.reviewed)); diff != "" {
		t.Errorf("review (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`{"kind":"overdue","review":"r"}`+"\n", string(d.findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// A line may have 8 MiB to the byte.
func TestLongestLine(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	room := 8<<20 - len(`{"kind":"open","review":"r","row":""}`+"\n")
	d.left = []audit.Finding{{Kind: audit.FindingOpen, Review: "r", Row: strings.Repeat("x", room)}}
	d.encode(t)
	if got := verdict(d.files(t).fs(), none); got != "ok" || len(d.findings) != 8<<20 {
		t.Errorf("%d bytes: %s", len(d.findings), got)
	}
	d.left[0].Row += "x"
	if _, err := evidence.EncodeFindings(slices.Values(d.left)); err == nil || err.Error() != "evidence: findings.jsonl: line 1: the form is not valid: it is longer than 8 MiB" {
		t.Errorf("a byte more: %v", err)
	}
}

// A register that is exported is the register of a bundle.
func TestEncodeIsWriteLines(t *testing.T) {
	t.Parallel()
	d := withLeft(t, "acme")
	var register, findings bytes.Buffer
	if err := errors.Join(audit.RegisterList(slices.Values(d.rows)).WriteLines(&register), audit.FindingList(slices.Values(d.left)).WriteLines(&findings)); err != nil {
		t.Fatal(err)
	}
	if register.String() != string(d.register) || findings.String() != string(d.findings) {
		t.Errorf("as lists:\n%s%s", &register, &findings)
	}
}

func TestEncodeErrors(t *testing.T) {
	t.Parallel()
	rows := newDraft(t, "acme").rows
	rows[1].Ends = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	_, err := evidence.EncodeRegister(slices.Values(rows))
	if err == nil || !errors.Is(err, evidence.ErrForm) || !strings.HasPrefix(err.Error(), "evidence: register.jsonl: line 2: the form is not valid: json: ") {
		t.Errorf("year 10000: %v", err)
	}
	nobody := slices.Values([]audit.Finding(nil))
	items := []audit.ReviewItem{{Row: rows[0]}, {Row: rows[1]}}
	if _, err := evidence.EncodeReview(audit.Review{}, slices.Values(items), nobody); !errors.Is(err, evidence.ErrForm) {
		t.Errorf("year 10000 in an item: %v", err)
	}
	if _, err := evidence.EncodeReview(audit.Review{Due: rows[1].Ends}, slices.Values(items), nobody); !errors.Is(err, evidence.ErrForm) {
		t.Errorf("year 10000 in a review: %v", err)
	}
}
