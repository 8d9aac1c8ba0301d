package evidence_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit/evidence"
)

// entry is a file in a zip of a test.
type entry struct{ name, text string }

// rezip returns a zip of the entries.
func rezip(t testing.TB, comment string, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.Create(e.name)
		if err == nil {
			_, err = io.WriteString(w, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.SetComment(comment), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// entries returns the files of b in some order.
func (b bundle) entries() []entry {
	var entries []entry
	for name, text := range b {
		entries = append(entries, entry{name, text})
	}
	return entries
}

// openAndCheck returns the error of OpenZip or Check.
func openAndCheck(file []byte) error {
	z, err := evidence.OpenZip(bytes.NewReader(file), int64(len(file)))
	if err == nil {
		_, err = evidence.Check(z, none)
	}
	return err
}

func TestOpenZip(t *testing.T) {
	t.Parallel()
	good := newDraft(t, "acme").files(t)
	renamed := func(to string) []byte {
		return rezip(t, "", append(good.without(evidence.FindingsFile).entries(), entry{to, good[evidence.FindingsFile]})...)
	}
	most := 4<<10 - 6*46 // bytes of names in a list of 4 KiB
	for name := range good.without(evidence.FindingsFile) {
		most -= len(name)
	}
	for _, test := range []struct {
		want, name string
		is         error
		file       []byte
	}{
		{"", "zipped by others", nil, rezip(t, "", good.entries()...)},
		{"it is not the zip of a bundle: it is too short" + again, "empty", evidence.ErrZip, nil},
		{"it is not the zip of a bundle: it does not end as a zip without a comment does" + again, "no zip", evidence.ErrZip, make([]byte, 100)},
		{"it is not the zip of a bundle: it does not end as a zip without a comment does" + again, "with a comment", evidence.ErrZip, rezip(t, "x", good.entries()...)},
		{"it is not the zip of a bundle: it does not end as a zip without a comment does" + again, "something after it", evidence.ErrZip, append(rezip(t, "", good.entries()...), 0)},
		{"it is not the zip of a bundle: its list of files is not at its end" + again, "something in front of it", evidence.ErrZip, append([]byte{0}, rezip(t, "", good.entries()...)...)},
		{"it is not the zip of a bundle: it lists 5 files" + again, "a file less", evidence.ErrZip, rezip(t, "", good.entries()[1:]...)},
		{"it is not the zip of a bundle: it lists 7 files" + again, "a file more", evidence.ErrZip, rezip(t, "", append(good.entries(), entry{"a", ""})...)},
		{"it is not the zip of a bundle: it lists 0 files" + again, "no files", evidence.ErrZip, rezip(t, "")},
		{"findings.jsonl: the file is missing: a bundle has six files at its top" + again, "a list of 4 KiB", evidence.ErrMissing, renamed(strings.Repeat("a", most))},
		{"it is not the zip of a bundle: its list of files is not at its end" + again, "a list of 4 KiB and a byte", evidence.ErrZip, renamed(strings.Repeat("a", most+1))},
		{"it is not the zip of a bundle: its list of files is not at its end" + again, "a long list", evidence.ErrZip, renamed(strings.Repeat("a", 4<<10))},
		{"findings.jsonl: the file is missing: a bundle has six files at its top" + again, "a file with a name that is hidden", evidence.ErrMissing, renamed(`\`)},
		{`"../findings.jsonl": this is no file of a bundle: the zip has an entry that is not one of the six` + again, "a file with a name from outside", evidence.ErrExtra, renamed("../findings.jsonl")},
		{`"./findings.jsonl": this is no file of a bundle: the zip has an entry that is not one of the six` + again, "a file with another name", evidence.ErrExtra, renamed("./findings.jsonl")},
		{"it cannot be read: events.jsonl: duplicate entries in zip file: open a zip or a directory that has the files of a bundle at its top", "a file twice", evidence.ErrUnreadable, renamed(evidence.EventsFile)},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := openAndCheck(test.file)
			if !errors.Is(err, test.is) || err != nil && strings.TrimPrefix(err.Error(), "evidence: ") != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// A zip that was opened otherwise may have entries that it does not show.
func TestHiddenEntry(t *testing.T) {
	t.Parallel()
	file := rezip(t, "", append(newDraft(t, "acme").files(t).entries(), entry{`\`, "x"})...)
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if got := cause(t, z, none); got != "extra" {
		t.Errorf("reader: %s", got)
	}
	name := filepath.Join(t.TempDir(), "bundle.zip")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := cause(t, c, none); got != "extra" {
		t.Errorf("read closer: %s", got)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A zip whose list says that there are more files than it has.
func TestListThatLies(t *testing.T) {
	t.Parallel()
	file := rezip(t, "", newDraft(t, "acme").files(t).entries()[1:]...)
	binary.LittleEndian.PutUint16(file[len(file)-12:], 6)
	if got := causeOf(t, openAndCheck(file)); got != "zip" {
		t.Errorf("got %s", got)
	}
	if _, err := evidence.OpenZip(bytes.NewReader(nil), 100); causeOf(t, err) != "unreadable" {
		t.Errorf("shorter than said: %v", err)
	}
}

// Every byte of a zip, and every place to cut it: it is refused, or says the same.
// What says nothing is, for one, the time of a file.
func TestEveryByteOfAZip(t *testing.T) {
	t.Parallel()
	d := newDraft(t, "acme")
	file := zipped(t, d)
	want, err := evidence.Check(d.files(t).fs(), none)
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[string]int)
	for n := range file {
		altered := bytes.Clone(file)
		altered[n] ^= 1
		z, err := evidence.OpenZip(bytes.NewReader(altered), int64(len(file)))
		var r evidence.Report
		if err == nil {
			r, err = evidence.Check(z, none)
		}
		if err != nil {
			counts[causeOf(t, err)]++
			continue
		}
		if counts["same"]++; !reflect.DeepEqual(r, want) {
			t.Errorf("byte %d: %+v", n, r)
		}
		if err := openAndCheck(file[:n]); causeOf(t, err) != "zip" {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	if counts["unreadable"] < 1000 || counts["same"] > len(file)/5 {
		t.Errorf("causes of %d bytes: %v", len(file), counts)
	}
}

// A zip that is small, and large when it is read, is refused by what the manifest
// says, not after reading all of it.
func TestZipBomb(t *testing.T) {
	t.Parallel()
	good := newDraft(t, "acme").files(t)
	for _, name := range []string{evidence.ManifestFile, evidence.FindingsFile} {
		file := rezip(t, "", good.with(name, strings.Repeat(" ", 10<<20)).entries()...)
		want := "size"
		if name == evidence.ManifestFile {
			want = "too large"
		}
		if got := causeOf(t, openAndCheck(file)); got != want {
			t.Errorf("%s, in %d bytes: %s", name, len(file), got)
		}
	}
}
