package evidence_test

import (
	"bytes"
	"io/fs"
	"testing"

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
