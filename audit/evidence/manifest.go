package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"

	"github.com/ambit-authz/ambit/audit"
)

const version = 1 // of the form of a bundle

// Manifest says what the files of a bundle are. Its JSON, with two spaces for
// each level and a line feed at its end, is manifest.json.
type Manifest struct {
	Version int    `json:"v"`       // of the form: 1
	Company string `json:"company"` // of all events
	Review  string `json:"review"`  // the id
	Events  uint64 `json:"events"`  // how many there are: the Seq of the last
	Closed  uint64 `json:"closed"`  // the event that closed the review
	Files   []File `json:"files"`   // the other five, in byte order of their names
}

// File is what a [Manifest] says of a file.
type File struct {
	Name   string     `json:"name"`
	Size   int64      `json:"size"` // in bytes
	SHA256 audit.Hash `json:"sha256"`
}

// Open opens a file of a bundle that the manifest lists. Its reader fails with an
// [*Error], instead of ending, where the file is not the one that the manifest
// says: it was altered after it was checked. It fails with [ErrMissing] for a name
// that the manifest does not list, and with [ErrUnreadable]. Close it after use.
func (m Manifest) Open(fsys fs.FS, name string) (io.ReadCloser, error) {
	for _, f := range m.Files {
		if f.Name == name {
			return open(fsys, f)
		}
	}
	return nil, &Error{File: fmt.Sprintf("%q", name), Err: ErrMissing, Text: "the manifest does not list it"}
}

// encode returns manifest.json.
func (m Manifest) encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, manifestError(err.Error())
	}
	return b.Bytes(), nil
}

func manifestError(text string) *Error {
	return &Error{File: ManifestFile, Err: ErrManifest, Text: text + again}
}

// readManifest reads manifest.json, and refuses one that no bundle can have.
func readManifest(fsys fs.FS) (Manifest, error) {
	var m Manifest
	file, err := fsys.Open(ManifestFile)
	if err != nil {
		return m, unreadable(ManifestFile, err)
	}
	defer func() { _ = file.Close() }() // it was read only
	text, err := io.ReadAll(io.LimitReader(file, maxManifest+1))
	if err != nil {
		return m, unreadable(ManifestFile, err)
	}
	if len(text) > maxManifest {
		return m, &Error{File: ManifestFile, Err: ErrTooLarge, Text: "it may have 64 KiB" + again}
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, manifestError(err.Error())
	}
	if canonical, err := m.encode(); err != nil || !bytes.Equal(canonical, text) {
		return m, manifestError("it is not in its canonical form")
	}
	return m, m.check()
}

// check refuses what no manifest says.
func (m Manifest) check() error {
	switch {
	case m.Version != version:
		return manifestError(fmt.Sprintf("its version is %d, and this program knows %d", m.Version, version))
	case m.Company == "" || m.Review == "":
		return manifestError("it has no company or no review")
	case m.Closed == 0 || m.Closed > m.Events:
		return manifestError("the event that closed the review is none of the events")
	case len(m.Files) != len(limits):
		return manifestError("it must list five files")
	}
	for i, f := range m.Files {
		if f.Name != limits[i].name {
			return manifestError(fmt.Sprintf("it must list %s in the place of %q", limits[i].name, f.Name))
		}
		if err := checkSize(f.Name, f.Size); err != nil {
			return err
		}
	}
	return nil
}

// checkSize refuses a file of more bytes than it may have.
func checkSize(name string, size int64) error {
	for _, f := range limits {
		if f.name == name && (size < 0 || size > f.most) {
			return &Error{File: name, Err: ErrTooLarge, Text: fmt.Sprintf("it has %d bytes, and may have %d", size, f.most)}
		}
	}
	return nil
}
