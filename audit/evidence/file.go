package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"

	"github.com/ambit-authz/ambit/audit"
)

// The files of a bundle.
const (
	EventsFile     = "events.jsonl"   // the log up to the checkpoint, by [audit.WriteLines]
	RegisterFile   = "register.jsonl" // the population at the opening, by [EncodeRegister]
	ReviewFile     = "review.jsonl"   // the review as it was closed, by [EncodeReview]
	FindingsFile   = "findings.jsonl" // what is left to be done at the checkpoint, by [EncodeFindings]
	CheckpointFile = "checkpoint.txt" // the state of the log, by [audit.Checkpoint.String], and a line feed
	ManifestFile   = "manifest.json"  // what the other five are
)

// limits are the files that a manifest lists, in its order, and how many bytes
// each may have. With these a zip of a bundle needs no form for more than 4 GiB.
var limits = []struct {
	name string
	most int64
}{
	{CheckpointFile, 128},
	{EventsFile, 2 << 30},
	{FindingsFile, 256 << 20},
	{RegisterFile, 256 << 20},
	{ReviewFile, 512 << 20},
}

const (
	maxManifest = 64 << 10
	maxLine     = 8 << 20 // bytes of a line of a register, a review or findings, with its line feed
)

// list refuses a bundle that has other files than its six. It looks at no more
// entries than it must.
func list(fsys fs.FS) error {
	entries, err := readDir(fsys, len(limits)+2)
	if err != nil {
		return &Error{Err: fmt.Errorf("%w: %w", ErrUnreadable, err), Text: "open a zip or a directory that has the files of a bundle at its top"}
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	for _, name := range append(fileNames(), ManifestFile) {
		if !slices.Contains(names, name) {
			return &Error{File: name, Err: ErrMissing, Text: "a bundle has six files at its top" + again}
		}
	}
	for _, entry := range entries {
		name := entry.Name()
		if name != ManifestFile && !slices.Contains(fileNames(), name) {
			return &Error{File: fmt.Sprintf("%q", name), Err: ErrExtra, Text: "remove it, if you put it there" + again}
		}
		if !entry.Type().IsRegular() {
			return &Error{File: name, Err: ErrExtra, Text: "it must be a plain file" + again}
		}
	}
	return listZip(fsys, names)
}

// listZip refuses a zip with entries that it does not show as a file system, and
// names that it shows as others.
func listZip(fsys fs.FS, names []string) error {
	z, ok := fsys.(*zip.Reader)
	if c, closing := fsys.(*zip.ReadCloser); closing {
		z, ok = &c.Reader, true
	}
	if !ok {
		return nil
	}
	for _, f := range z.File {
		if !slices.Contains(names, f.Name) {
			return &Error{File: fmt.Sprintf("%q", f.Name), Err: ErrExtra, Text: "the zip has an entry that is not one of the six" + again}
		}
	}
	return nil
}

func fileNames() []string {
	var names []string
	for _, f := range limits {
		names = append(names, f.name)
	}
	return names
}

// readDir returns the entries at the top, at most so many.
func readDir(fsys fs.FS, most int) ([]fs.DirEntry, error) {
	top, err := fsys.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = top.Close() }() // it was read only
	dir, ok := top.(fs.ReadDirFile)
	if !ok {
		return nil, errors.New("this file system does not list its files")
	}
	var entries []fs.DirEntry
	for len(entries) < most {
		some, err := dir.ReadDir(most - len(entries))
		entries = append(entries, some...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// reader reads a file of a bundle. Where the file ends, it compares it with what
// the manifest says, and fails instead of ending if it is another. It reads at
// most one byte more than the manifest says.
type reader struct {
	file fs.File
	want File
	left int64 // of what the manifest says
	hash hash.Hash
	err  error // that ended it
}

func open(fsys fs.FS, want File) (*reader, error) {
	file, err := fsys.Open(want.Name)
	if err != nil {
		return nil, unreadable(want.Name, err)
	}
	return &reader{file: file, want: want, left: want.Size, hash: sha256.New()}, nil
}

func unreadable(name string, err error) *Error {
	return &Error{File: name, Err: fmt.Errorf("%w: %w", ErrUnreadable, err), Text: again[2:]}
}

func (r *reader) Close() error { return r.file.Close() }

func (r *reader) Read(b []byte) (int, error) {
	if r.err != nil || len(b) == 0 {
		return 0, r.err
	}
	n, err := r.file.Read(b[:min(int64(len(b)), r.left+1)])
	if int64(n) > r.left {
		r.err = r.fail(ErrSize, fmt.Sprintf("it is longer than %d bytes", r.want.Size))
		return 0, r.err
	}
	_, _ = r.hash.Write(b[:n])
	r.left -= int64(n)
	switch {
	case err == nil:
	case err != io.EOF:
		r.err = unreadable(r.want.Name, err)
	case r.left > 0:
		r.err = r.fail(ErrSize, fmt.Sprintf("it has %d bytes, not %d", r.want.Size-r.left, r.want.Size))
	case audit.Hash(r.hash.Sum(nil)) != r.want.SHA256:
		r.err = r.fail(ErrAltered, "its SHA-256 is not the one in the manifest")
	default:
		r.err = io.EOF
	}
	return n, r.err
}

func (r *reader) fail(err error, text string) *Error {
	return &Error{File: r.want.Name, Err: err, Text: text + again}
}
