package evidence_test

import (
	"errors"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/google/go-cmp/cmp"
)

// causes has a short name for each sentinel of the package.
var causes = map[error]string{
	evidence.ErrMissing: "missing", evidence.ErrExtra: "extra", evidence.ErrUnreadable: "unreadable", evidence.ErrZip: "zip",
	evidence.ErrTooLarge: "too large", evidence.ErrManifest: "manifest", evidence.ErrSize: "size", evidence.ErrAltered: "altered",
	evidence.ErrForm: "form", evidence.ErrChain: "chain", evidence.ErrCompany: "company", evidence.ErrCheckpoint: "checkpoint",
	evidence.ErrKnown: "known", evidence.ErrNewer: "newer", evidence.ErrOpening: "opening", evidence.ErrClosing: "closing", evidence.ErrRegister: "register",
	evidence.ErrEvidence: "evidence", evidence.ErrReview: "review",
}

// cause returns the short name of the one cause that Check has for refusing a
// bundle, "ok" if it does not. Every refusal is an *Error and comes without a
// report.
func cause(t testing.TB, fsys fs.FS, known audit.Checkpoint) string {
	t.Helper()
	r, err := evidence.Check(fsys, known)
	if err == nil {
		if r.Known != known {
			t.Errorf("the report says that %v was known", r.Known)
		}
		return "ok"
	}
	if !reflect.DeepEqual(r, evidence.Report{}) { // it is called too often for cmp
		t.Errorf("%v came with the report %+v", err, r)
	}
	return causeOf(t, err)
}

func causeOf(t testing.TB, err error) string {
	t.Helper()
	if _, ok := err.(*evidence.Error); !ok {
		t.Errorf("%v is a %T", err, err)
	}
	var found []string
	for sentinel, name := range causes {
		if errors.Is(err, sentinel) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%v has the causes %q", err, found)
	}
	return found[0]
}

// counted checks how often each cause was found.
func counted(t *testing.T, got, want map[string]int) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}

// withLeft returns a draft with a finding that is left, so that no file of it is
// empty.
func withLeft(t testing.TB, company string) *draft {
	t.Helper()
	d := newDraft(t, company)
	d.left = d.closing
	d.encode(t)
	return d
}

// Whatever happens to one file is found out, if nobody makes another manifest.
func TestEveryFileAltered(t *testing.T) {
	t.Parallel()
	d := withLeft(t, "acme")
	good := d.files(t)
	if got := verdict(good.fs(), d.head()); got != "ok" {
		t.Fatal(got)
	}
	counts := make(map[string]int)
	refuse := func(b bundle) {
		t.Helper()
		if got := cause(t, b.fs(), none); got == "ok" {
			t.Errorf("accepted:\n%s", cmp.Diff(good, b))
		} else {
			counts[got]++
		}
	}
	size, manifest := 0, len(good[evidence.ManifestFile])
	for name, text := range good {
		size += len(text)
		if refuse(good.without(name)); counts["missing"] != 1 {
			t.Errorf("without %s: %v", name, counts)
		}
		delete(counts, "missing")
		for n := range text {
			refuse(good.with(name, text[:n]))
		}
		refuse(good.with(name, text+"\n"))
		want := map[string]int{"size": len(text) + 1}
		if name == evidence.ManifestFile {
			want = map[string]int{"manifest": len(text) + 1}
		}
		counted(t, counts, want)
		clear(counts)
	}
	for name, text := range good {
		if name == evidence.ManifestFile {
			continue
		}
		for n := range text {
			refuse(good.with(name, flip(text, n)))
		}
	}
	counted(t, counts, map[string]int{"altered": size - manifest})
}

// flip flips the lowest bit of the byte at n.
func flip(text string, n int) string {
	b := []byte(text)
	b[n] ^= 1
	return string(b)
}

// A byte of the manifest makes it malformed, or a lie about something else.
func TestEveryByteOfTheManifest(t *testing.T) {
	t.Parallel()
	good := withLeft(t, "acme").files(t)
	text := good[evidence.ManifestFile]
	counts := make(map[string]int)
	for n := range text {
		counts[cause(t, good.with(evidence.ManifestFile, flip(text, n)).fs(), none)]++
	}
	if counts["ok"] > 0 || counts["manifest"] < 100 || counts["altered"] < 100 || counts["company"] == 0 || counts["opening"] == 0 || counts["size"] == 0 {
		t.Errorf("causes: %v", counts)
	}
}

// A manifest that was made again for an altered file hides it from the manifest
// only. What is left to be done is proved by the events alone: see package
// company.
func TestEveryFileAlteredWithItsManifest(t *testing.T) {
	t.Parallel()
	d := withLeft(t, "acme")
	good := d.files(t)
	want := map[string]map[string]bool{
		evidence.EventsFile:     {"form": true, "chain": true},
		evidence.RegisterFile:   {"register": true},
		evidence.ReviewFile:     {"evidence": true},
		evidence.CheckpointFile: {"form": true, "checkpoint": true},
		evidence.FindingsFile:   {"form": true, "review": true, "ok": true},
	}
	for name, causes := range want {
		got := make(map[string]bool)
		text := good[name]
		for n := range text {
			b := good.with(name, flip(text, n))
			b.seal("acme")
			got[cause(t, b.fs(), none)] = true
		}
		if diff := cmp.Diff(causes, got); diff != "" {
			t.Errorf("%s, byte by byte (-want +got):\n%s", name, diff)
		}
	}
	cut := map[string]map[string]bool{
		evidence.EventsFile:     {"form": true, "checkpoint": true},
		evidence.RegisterFile:   {"register": true},
		evidence.ReviewFile:     {"evidence": true},
		evidence.CheckpointFile: {"form": true},
		evidence.FindingsFile:   {"form": true, "ok": true},
	}
	for name, causes := range cut {
		got := make(map[string]bool)
		text := good[name]
		for n := range text {
			b := good.with(name, text[:n])
			b.seal("acme")
			got[cause(t, b.fs(), none)] = true
		}
		if diff := cmp.Diff(causes, got); diff != "" {
			t.Errorf("%s, cut anywhere (-want +got):\n%s", name, diff)
		}
	}
}

// A file of another company's bundle is found out, with a manifest that was made
// again as well. What is left to be done is so if it names another review.
func TestEveryFileOfAnother(t *testing.T) {
	t.Parallel()
	good := newDraft(t, "acme").files(t)
	other := newDraft(t, "beta")
	other.rows[1].Name, other.items[1].Row.Name = "Eve", "Eve"
	other.left = []audit.Finding{{Kind: audit.FindingOpen, Review: "q", Row: "user:eve"}}
	other.encode(t)
	other.log()
	theirs := other.files(t)
	names := slices.Sorted(maps.Keys(good))
	var stale, made []string
	for _, name := range names {
		stale = append(stale, cause(t, good.with(name, theirs[name]).fs(), none))
		if name == evidence.ManifestFile {
			continue
		}
		b := good.with(name, theirs[name])
		b.seal("acme")
		made = append(made, cause(t, b.fs(), none))
	}
	if diff := cmp.Diff([]string{"altered", "altered", "size", "altered", "size", "size"}, stale); diff != "" {
		t.Errorf("%q (-want +got):\n%s", names, diff)
	}
	if diff := cmp.Diff([]string{"checkpoint", "company", "review", "register", "evidence"}, made); diff != "" {
		t.Errorf("%q with the manifest (-want +got):\n%s", names, diff)
	}
	// Files that go together, of both: their events under our name.
	theirs.seal("acme")
	if got := cause(t, theirs.fs(), none); got != "company" {
		t.Errorf("all files of the other, and our manifest: %s", got)
	}
	both := good.with(evidence.RegisterFile, theirs[evidence.RegisterFile]).with(evidence.ReviewFile, theirs[evidence.ReviewFile])
	both.seal("acme")
	if got := cause(t, both.fs(), none); got != "register" {
		t.Errorf("register and review of the other: %s", got)
	}
}

// When everything is made again, only the checkpoint that was kept outside finds
// it out, and the report says when there was none.
func TestRewrittenConsistently(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	real := d.chain()
	d.items[0].Decision, d.closing = audit.Keep, nil
	d.encode(t)
	d.log()
	forged := d.files(t).fs()
	r, err := evidence.Check(forged, none)
	if err != nil || r.Known != none || r.Keep != 2 {
		t.Errorf("without a checkpoint: %+v, %v", r, err)
	}
	// Before the opening nothing was changed.
	want := []string{"ok", "ok", "ok", "known", "known"}
	for i, e := range real {
		if got := cause(t, forged, e.Checkpoint()); got != want[i] {
			t.Errorf("with the checkpoint of event %d: %s, want %s", i+1, got, want[i])
		}
		if _, err := evidence.Check(forged, e.Checkpoint()); want[i] == "known" && !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("with the checkpoint of event %d: %v", i+1, err)
		}
	}

	// What the bundle says itself is compared before what is known.
	real5 := real[4].Checkpoint()
	mixed := d.files(t).with(evidence.CheckpointFile, real5.String()+"\n")
	mixed.seal("acme")
	if got := cause(t, mixed.fs(), real5); got != "checkpoint" {
		t.Errorf("with the checkpoint of the real log: %s", got)
	}

	// The end cut off is an older bundle, or hides what came after.
	d = newDraft(t, "acme")
	whole := d.head()
	d.events = d.events[:4]
	short := d.files(t)
	short.sealAs(evidence.Manifest{Version: 1, Company: "acme", Review: "r", Events: 4, Closed: 4})
	if got := cause(t, short.fs(), d.head()); got != "ok" {
		t.Errorf("an older bundle: %s", got)
	}
	if _, err := evidence.Check(short.fs(), whole); !errors.Is(err, evidence.ErrNewer) || !errors.Is(err, audit.ErrTruncated) {
		t.Errorf("with a later checkpoint: %v", err)
	}
}
