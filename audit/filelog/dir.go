package filelog

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// Dir has the logs of many companies, each in a file of its own in one directory.
// It is an [audit.Store].
type Dir struct {
	path    string
	options Options
	keys    audit.Keys
	index   *index // nil without keys
}

// OpenDir opens a directory of logs, which must be there. With keys, it has an
// index of them in a file of the directory. If that file is missing, it is made
// from all logs, which reads them. All who write to a directory must pass the same
// keys: what is appended without them is not found.
//
// The error is an [*Error], for what [Open] returns and for an index that is
// damaged: remove the file "keys" then, and it is made again.
func OpenDir(ctx context.Context, path string, keys audit.Keys, o *Options) (*Dir, error) {
	if o == nil {
		o = new(Options)
	}
	d := &Dir{path: path, options: *o, keys: keys}
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no directory")
	}
	if err == nil && !canLock && !o.ReadOnly {
		err = ErrNoLock
	}
	if err != nil {
		return nil, &Error{Op: "open", Path: path, Err: err}
	}
	if keys == nil {
		return d, nil
	}
	d.index = newIndex(osDisk{}, filepath.Join(path, indexName), o.ReadOnly)
	err = d.index.locked(ctx, !o.ReadOnly, func() error { return nil })
	if err == nil && !d.index.complete && !o.ReadOnly {
		err = d.reindex(ctx)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// reindex completes the index from the logs. Meanwhile others may append, and put
// the keys of what they append into it, and may do the same.
func (d *Dir) reindex(ctx context.Context) error {
	for name, err := range d.Names(ctx) {
		if err != nil {
			return err
		}
		l, err := Open(ctx, d.file(name), &Options{ReadOnly: true})
		if err != nil {
			return err
		}
		var all []string
		for e, err := range l.Events(ctx, 0) {
			if err != nil {
				return errors.Join(err, l.Close())
			}
			all = append(all, d.keys(e)...)
		}
		if err := errors.Join(d.index.add(ctx, name, all), l.Close()); err != nil {
			return err
		}
	}
	return d.index.finish(ctx)
}

// Log implements [audit.Store]. Close the log when it is not used any more. The
// error is that of [Open], or of
// [audit.CheckName].
func (d *Dir) Log(ctx context.Context, name string) (audit.Log, error) {
	if err := audit.CheckName(name); err != nil {
		return nil, err
	}
	path := d.file(name)
	if dir := dirOf(path); dir != d.path && !d.options.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, &Error{Op: "open", Path: dir, Err: err}
		}
		for ; dir != d.path; dir = dirOf(dir) {
			if err := syncDir(dirOf(dir)); err != nil {
				return nil, &Error{Op: "open", Path: dir, Err: err}
			}
		}
	}
	l, err := Open(ctx, path, &d.options)
	if err != nil || d.index == nil || d.options.ReadOnly {
		return l, err
	}
	return &indexed{l, d, name}, nil
}

// indexed is a log of a directory with an index.
type indexed struct {
	*Log
	dir  *Dir
	name string
}

// Append implements [audit.Log]. The keys are stored before the event, so that the
// index may say too much, and never too little.
func (l *indexed) Append(ctx context.Context, e audit.Event) error {
	if e.Check() == nil { // an event that no log stores has no keys
		if err := l.dir.index.add(ctx, l.name, l.dir.keys(e)); err != nil {
			return err
		}
	}
	return l.Log.Append(ctx, e)
}

// Names implements [audit.Store].
func (d *Dir) Names(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var all []string
		err := filepath.WalkDir(d.path, func(path string, entry fs.DirEntry, err error) error {
			if err := cmp.Or(err, ctx.Err()); err != nil {
				return err
			}
			rel, err := filepath.Rel(d.path, path)
			if err != nil || rel == "." {
				return err
			}
			if entry.IsDir() {
				if !strings.HasPrefix(entry.Name(), dirPrefix) {
					return fs.SkipDir
				}
				return nil
			}
			name, ok := nameOf(filepath.ToSlash(rel))
			if !ok {
				return nil
			}
			info, err := entry.Info()
			if err == nil && info.Size() > 0 {
				all = append(all, name)
			}
			return err
		})
		if err != nil {
			yield("", &Error{Op: "names", Path: d.path, Err: err})
			return
		}
		slices.Sort(all)
		for _, name := range all {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// Find implements [audit.Store]. It finds nothing without keys. A directory opened
// to read only must have been opened to write with keys once: else there is an
// error.
func (d *Dir) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if d.index == nil {
			return
		}
		names, err := d.index.find(ctx, key)
		if errors.Is(err, errIncomplete) && !d.options.ReadOnly {
			// Somebody removed the index, so that it is made again.
			if err = d.reindex(ctx); err == nil {
				names, err = d.index.find(ctx, key)
			}
		}
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// Every name has a file name that all systems take: lower-case letters, digits and
// some signs as they are, everything else as % and two digits; a long one goes
// through directories. The prefixes keep both apart from what systems reserve.
const (
	filePrefix = "log."
	dirPrefix  = "dir."
	longest    = 180 // bytes of a part
	plain      = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	hexDigits  = "0123456789ABCDEF"
)

// file returns the path of the file of a name.
func (d *Dir) file(name string) string {
	return filepath.Join(d.path, filepath.FromSlash(fileOf(name)))
}

// fileOf returns the path of the file of a name, with slashes, below its directory.
func fileOf(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	rest, path := b.String(), ""
	for len(rest) > longest {
		path += dirPrefix + rest[:longest] + "/"
		rest = rest[longest:]
	}
	return path + filePrefix + rest
}

// nameOf returns the name whose file has a path, and whether there is one.
func nameOf(path string) (string, bool) {
	parts := strings.Split(path, "/")
	var whole string
	for i, part := range parts {
		prefix := dirPrefix
		if i == len(parts)-1 {
			prefix = filePrefix
		}
		rest, ok := strings.CutPrefix(part, prefix)
		if !ok {
			return "", false
		}
		whole += rest
	}
	var name []byte
	for i := 0; i < len(whole); i++ {
		if whole[i] != '%' {
			name = append(name, whole[i])
			continue
		}
		if i+2 >= len(whole) {
			return "", false
		}
		high, low := strings.IndexByte(hexDigits, whole[i+1]), strings.IndexByte(hexDigits, whole[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		name = append(name, byte(high<<4|low))
		i += 2
	}
	return string(name), audit.CheckName(string(name)) == nil && fileOf(string(name)) == path
}
