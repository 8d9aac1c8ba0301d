package evidence_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

// forged is one way to make a bundle that is not what it says, with hashes and a
// manifest that fit. Want is the text of the error, after "evidence: ".
type forged struct {
	want, name string
	is         error
	draft      func(*draft) // before anything is encoded
	log        func(*draft) // after the events are built
	files      func(testing.TB, bundle) bundle
	manifest   func(*evidence.Manifest)
}

const (
	again    = "; get the bundle again from its writer"
	distrust = "; do not rely on this bundle, and ask its writer"
)

// data replaces text in the data of event seq.
func data(d *draft, seq int, old, with string) {
	c := &d.events[seq-1].Changes[0]
	c.Data = []byte(strings.Replace(string(c.Data), old, with, 1))
}

var forgeries = []forged{
	{want: "ok", name: "as it is"},

	{want: `"notes.txt": this is no file of a bundle: remove it, if you put it there` + again, name: "another file", is: evidence.ErrExtra,
		files: func(_ testing.TB, b bundle) bundle { return b.with("notes.txt", "") }},
	{want: `"a": this is no file of a bundle: remove it, if you put it there` + again, name: "a directory", is: evidence.ErrExtra,
		files: func(_ testing.TB, b bundle) bundle { return b.with("a/b", "") }},
	{want: "events.jsonl: the file is missing: a bundle has six files at its top" + again, name: "another case", is: evidence.ErrMissing,
		files: func(_ testing.TB, b bundle) bundle {
			return b.without(evidence.EventsFile).with("Events.jsonl", b[evidence.EventsFile])
		}},
	{want: "manifest.json: it is larger than it may be: it may have 64 KiB" + again, name: "large manifest", is: evidence.ErrTooLarge,
		files: func(_ testing.TB, b bundle) bundle {
			return b.with(evidence.ManifestFile, strings.Repeat(" ", 64<<10+1))
		}},

	{want: "manifest.json: the manifest is not that of this bundle: unexpected end of JSON input" + again, name: "empty manifest", is: evidence.ErrManifest,
		files: func(_ testing.TB, b bundle) bundle { return b.with(evidence.ManifestFile, "") }},
	{want: "manifest.json: the manifest is not that of this bundle: it is not in its canonical form" + again, name: "manifest with another member", is: evidence.ErrManifest,
		files: func(t testing.TB, b bundle) bundle { return b.replace(t, evidence.ManifestFile, `"v": 1`, `"w": 1`) }},
	{want: "manifest.json: the manifest is not that of this bundle: it is not in its canonical form" + again, name: "manifest with a member twice", is: evidence.ErrManifest,
		files: func(t testing.TB, b bundle) bundle {
			return b.replace(t, evidence.ManifestFile, `"v": 1`, `"v": 1, "v": 1`)
		}},
	{want: "manifest.json: the manifest is not that of this bundle: its version is 2, and this program knows 1" + again, name: "another version", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Version = 2 }},
	{want: "manifest.json: the manifest is not that of this bundle: it has no company or no review" + again, name: "no company", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Company = "" }},
	{want: "manifest.json: the manifest is not that of this bundle: it has no company or no review" + again, name: "no review", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Review = "" }},
	{want: "manifest.json: the manifest is not that of this bundle: the event that closed the review is none of the events" + again, name: "not closed", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Closed = 0 }},
	{want: "manifest.json: the manifest is not that of this bundle: the event that closed the review is none of the events" + again, name: "closed after the end", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Closed = 6 }},
	{want: "manifest.json: the manifest is not that of this bundle: it says that event 5 closed the review, and event 4 did" + again, name: "closed by another event", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Closed = 5 }},
	{want: "manifest.json: the manifest is not that of this bundle: it says that there are 6 events, and there are 5" + again, name: "too many events", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Events = 6 }},
	{want: "manifest.json: the manifest is not that of this bundle: it must list five files" + again, name: "a file that is not listed", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Files = m.Files[1:] }},
	{want: `manifest.json: the manifest is not that of this bundle: it must list events.jsonl in the place of "findings.jsonl"` + again, name: "a file listed twice", is: evidence.ErrManifest,
		manifest: func(m *evidence.Manifest) { m.Files[1] = m.Files[2] }},
	{want: "checkpoint.txt: it is larger than it may be: it has 129 bytes, and may have 128", name: "a size over its limit", is: evidence.ErrTooLarge,
		manifest: func(m *evidence.Manifest) { m.Files[0].Size = 129 }},
	{want: "checkpoint.txt: its size is not the one in the manifest: it has 87 bytes, not 128" + again, name: "a size at its limit", is: evidence.ErrSize,
		manifest: func(m *evidence.Manifest) { m.Files[0].Size = 128 }},
	{want: "events.jsonl: it is larger than it may be: it has 2147483649 bytes, and may have 2147483648", name: "2 GiB of events and a byte", is: evidence.ErrTooLarge,
		manifest: func(m *evidence.Manifest) { m.Files[1].Size = 2<<30 + 1 }},
	{want: "review.jsonl: it is larger than it may be: it has -1 bytes, and may have 536870912", name: "a size below zero", is: evidence.ErrTooLarge,
		manifest: func(m *evidence.Manifest) { m.Files[4].Size = -1 }},
	{want: "findings.jsonl: its size is not the one in the manifest: it is longer than 0 bytes" + again, name: "longer than listed", is: evidence.ErrSize,
		files: func(_ testing.TB, b bundle) bundle { return b.with(evidence.FindingsFile, "\n") }},
	{want: "checkpoint.txt: its size is not the one in the manifest: it has 10 bytes, not 87" + again, name: "shorter than listed", is: evidence.ErrSize,
		files: func(_ testing.TB, b bundle) bundle {
			return b.with(evidence.CheckpointFile, b[evidence.CheckpointFile][:10])
		}},
	{want: "register.jsonl: it was altered: its SHA-256 is not the one in the manifest" + again, name: "altered", is: evidence.ErrAltered,
		files: func(t testing.TB, b bundle) bundle { return b.replace(t, evidence.RegisterFile, "viewer", "editor") }},

	{want: `events.jsonl: an event is of another company: event 3 is of "beta", and the bundle of "acme"` + distrust, name: "an event of another company", is: evidence.ErrCompany,
		log: func(d *draft) { d.events[2].Company = "beta" }},
	{want: `events.jsonl: the log does not open the review exactly once: it opens the review "r" 0 times` + distrust, name: "never opened", is: evidence.ErrOpening,
		log: func(d *draft) { d.events[1].Changes[0].Type = "review.opened" }},
	{want: `events.jsonl: the log does not open the review exactly once: it opens the review "r" 2 times` + distrust, name: "opened twice", is: evidence.ErrOpening,
		log: func(d *draft) { d.events[4].Changes = d.events[1].Changes }},
	{want: `events.jsonl: the log does not open the review exactly once: it opens the review "r" 0 times` + distrust, name: "another review opened", is: evidence.ErrOpening,
		log: func(d *draft) { data(d, 2, `"r"`, `"q"`) }},
	{want: `events.jsonl: the log does not open the review exactly once: it opens the review "r" 0 times` + distrust, name: "a member in capitals", is: evidence.ErrOpening,
		log: func(d *draft) { data(d, 2, `"review"`, `"Review"`) }},
	{want: `events.jsonl: the log does not open the review exactly once: event 2: review.open: its version is 2, and this program knows 1; check the bundle with a newer version of Ambit`, name: "opened in another version", is: evidence.ErrOpening,
		log: func(d *draft) { d.events[1].Changes[0].Version = 2 }},
	{want: `events.jsonl: the log does not open the review exactly once: event 2: review.open: the member "count": json: cannot unmarshal string into Go value of type int; check the bundle with a newer version of Ambit`, name: "a count that is a text", is: evidence.ErrOpening,
		log: func(d *draft) { data(d, 2, `"count":2`, `"count":"2"`) }},
	{want: `events.jsonl: the log does not close the review exactly once: event 4: review.close: json: cannot unmarshal array into Go value of type map[string]json.RawMessage; check the bundle with a newer version of Ambit`, name: "data that is a list", is: evidence.ErrClosing,
		log: func(d *draft) { d.events[3].Changes[0].Data = []byte(`[]`) }},
	{want: `events.jsonl: the log does not close the review exactly once: it closes the review "r" 0 times after it was opened` + distrust, name: "never closed", is: evidence.ErrClosing,
		log: func(d *draft) { d.events[3].Changes[0].Type = "review.decide" }},
	{want: `events.jsonl: the log does not close the review exactly once: it closes the review "r" 2 times after it was opened` + distrust, name: "closed twice", is: evidence.ErrClosing,
		log: func(d *draft) { d.events[4].Changes = d.events[3].Changes }},
	{want: `events.jsonl: the log does not close the review exactly once: it closes the review "r" 1 times after it was opened` + distrust, name: "closed before it was opened", is: evidence.ErrClosing,
		log: func(d *draft) {
			d.events[1].Changes, d.events[3].Changes = d.events[3].Changes, d.events[1].Changes
		}},
	{want: "ok", name: "opened and closed by one event",
		log: func(d *draft) {
			d.events[3].Changes = append(d.events[1].Changes, d.events[3].Changes...)
			d.events[1].Changes = d.events[2].Changes
		},
		draft: func(d *draft) { d.review.Event, d.review.Opened = 4, minute(4) }},
	{want: "ok", name: "other reviews",
		log: func(d *draft) {
			for _, i := range []int{1, 3} {
				c := d.events[i].Changes[0]
				c.Data = []byte(strings.Replace(string(c.Data), `"r"`, `"q"`, 1))
				d.events[4].Changes = append(d.events[4].Changes, c)
			}
		}},
	{want: "ok", name: "an earlier review",
		log: func(d *draft) {
			for _, i := range []int{1, 3} {
				c := d.events[i].Changes[0]
				c.Data = []byte(strings.Replace(string(c.Data), `"r"`, `"q"`, 1))
				d.events[0].Changes = append(d.events[0].Changes, c)
			}
		}},
	{want: "register.jsonl: the register is not the one that the opening recorded: its digest is not that of event 2" + distrust, name: "another digest", is: evidence.ErrRegister,
		log: func(d *draft) { data(d, 2, `"digest":"`, `"digest":"`+strings.Repeat("0", 64)+`","old":"`) }},
	{want: "register.jsonl: the register is not the one that the opening recorded: its digest is not that of event 2" + distrust, name: "no digest", is: evidence.ErrRegister,
		log: func(d *draft) { data(d, 2, `"digest"`, `"hash"`) }},
	{want: "review.jsonl: the register and the review are not those that the closing recorded: their hash is not that of event 4" + distrust, name: "no evidence", is: evidence.ErrEvidence,
		log: func(d *draft) { data(d, 4, `"evidence"`, `"digest"`) }},
	{want: "register.jsonl: the register is not the one that the opening recorded: it has 2 rows, and event 2 recorded 3" + distrust, name: "another count", is: evidence.ErrRegister,
		log: func(d *draft) { data(d, 2, `"count":2`, `"count":3`) }, draft: func(d *draft) { d.review.Count = 3 }},
	{want: `review.jsonl: line 1: it is not about this review and its register: it is not the review "r" as event 2 opened it` + distrust, name: "another count in the review", is: evidence.ErrReview,
		draft: func(d *draft) { d.review.Count = 3 }},
	{want: `review.jsonl: line 1: it is not about this review and its register: it is not the review "r" as event 2 opened it` + distrust, name: "another event in the review", is: evidence.ErrReview,
		draft: func(d *draft) { d.review.Event = 3 }},
	{want: `review.jsonl: line 1: it is not about this review and its register: it is not the review "r" as event 2 opened it` + distrust, name: "another time in the review", is: evidence.ErrReview,
		draft: func(d *draft) { d.review.Opened = minute(3) }},
	{want: `review.jsonl: line 1: it is not about this review and its register: it is not the review "r" as event 2 opened it` + distrust, name: "another id in the review", is: evidence.ErrReview,
		draft: func(d *draft) { d.review.ID = "q" },
		log:   func(d *draft) { data(d, 2, `"q"`, `"r"`); data(d, 4, `"q"`, `"r"`) }},
	{want: "review.jsonl: line 2: it is not about this review and its register: it is not about row 1 of the register" + distrust, name: "items in another order", is: evidence.ErrReview,
		draft: func(d *draft) { d.items[0], d.items[1] = d.items[1], d.items[0] }},
	{want: "review.jsonl: line 3: it is not about this review and its register: it is not about row 2 of the register" + distrust, name: "an item with another row", is: evidence.ErrReview,
		draft: func(d *draft) { d.items[1].Row.Role = "viewer" }},
	{want: "review.jsonl: line 3: it is not about this review and its register: it must be the item of row 2 of the register" + distrust, name: "an item that is not there", is: evidence.ErrReview,
		draft: func(d *draft) { d.items = d.items[:1] }},
	{want: "review.jsonl: line 3: it is not about this review and its register: it must be the item of row 2 of the register" + distrust, name: "nothing where an item should be", is: evidence.ErrReview,
		draft: func(d *draft) { d.items, d.closing = d.items[:1], nil }},
	{want: "review.jsonl: line 4: it is not about this review and its register: it is an item that the register has no row for" + distrust, name: "an item twice", is: evidence.ErrReview,
		draft: func(d *draft) { d.items = append(d.items, d.items[1]) }},
	{want: "review.jsonl: line 4: it is not about this review and its register: it must be a finding of the review" + distrust, name: "a finding of another review", is: evidence.ErrReview,
		draft: func(d *draft) { d.closing[0].Review = "q" }},
	{want: `findings.jsonl: line 1: it is not about this review and its register: it is a finding of the review "q"` + distrust, name: "something left of another review", is: evidence.ErrReview,
		draft: func(d *draft) { d.left = []audit.Finding{{Kind: audit.FindingOpen, Review: "q"}} }},
	{want: "register.jsonl: line 2: the form is not valid: the rows are not in order of their keys, each once" + distrust, name: "rows in another order", is: evidence.ErrForm,
		draft: func(d *draft) {
			d.rows[0], d.rows[1] = d.rows[1], d.rows[0]
			d.items[0], d.items[1] = d.items[1], d.items[0]
		}},
	{want: "register.jsonl: line 2: the form is not valid: the rows are not in order of their keys, each once" + distrust, name: "a row twice", is: evidence.ErrForm,
		draft: func(d *draft) { d.rows[1], d.items[1] = d.rows[0], d.items[0] }},
	{want: "ok", name: "a review of nobody",
		draft: func(d *draft) { d.rows, d.items, d.closing, d.review.Count = nil, nil, nil, 0 }},
}

// make returns the draft of the bundle.
func (f forged) make(t *testing.T) *draft {
	d := newDraft(t, "acme")
	if f.draft != nil {
		f.draft(d)
		d.encode(t)
		d.log()
	}
	if f.log != nil {
		f.log(d)
	}
	return d
}

// forge returns the bundle, and the checkpoint of its log.
func (f forged) forge(t *testing.T) (bundle, audit.Checkpoint) {
	d := f.make(t)
	b := d.files(t)
	if f.manifest != nil {
		m := evidence.Manifest{Version: 1, Company: "acme", Review: "r", Events: 5, Closed: 4}
		b.sealAs(m) // for the files
		b.edit(t, f.manifest)
	}
	if f.files != nil {
		b = f.files(t, b)
	}
	return b, d.head()
}

func TestForgeries(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, f := range forgeries {
		t.Run(f.name, func(t *testing.T) {
			b, known := f.forge(t)
			want := f.want
			if want != "ok" {
				want = "evidence: " + want
			}
			if got := verdict(b.fs(), known); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if _, err := evidence.Check(b.fs(), none); !errors.Is(err, f.is) {
				t.Errorf("without a checkpoint: %v", err)
			}
		})
		if names[f.name] {
			t.Errorf("%s is there twice", f.name)
		}
		names[f.name] = true
	}
}
