package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// format writes policies in their canonical form: sorted by id, and laid out for
// reading. The same policy always has the same bytes.
func format(c *call) (int, error) {
	if n := len(c.args); n > 1 && !c.write && !c.showDiff && !c.list {
		return statusFailed, c.wrong("several documents need -w, -d or -l")
	}
	status := statusYes
	var all []error
	for _, arg := range c.args {
		changed, err := c.formatOne(arg)
		if err != nil {
			all, status = append(all, err), statusFailed
		} else if changed && (c.showDiff || c.list) {
			status = max(status, statusNo)
		}
	}
	return status, errors.Join(all...)
}

// formatOne formats one document, and reports whether that changes it.
func (c *call) formatOne(arg string) (changed bool, err error) {
	if c.write && (arg == "-" || strings.HasPrefix(arg, logPrefix)) {
		return false, c.wrong("-w writes to files: " + arg + " is none that it may write")
	}
	from, err := c.open(arg)
	if err != nil {
		return false, err
	}
	after, err := from.policy.Document().JSON()
	if err != nil {
		return false, fmt.Errorf("%s: %w", from.name, err)
	}
	changed = !bytes.Equal(from.data, after)
	if c.list && changed {
		c.out.line("%s", from.name)
	}
	if c.showDiff && changed {
		c.out.unified(from.name, string(from.data), string(after))
	}
	switch {
	case c.write && changed:
		return true, replace(arg, after)
	case !c.write && !c.list && !c.showDiff:
		c.out.Write(after)
	}
	return changed, nil
}

// replace puts data in the place of a file, whole or not at all. What links to the
// file still does.
func replace(path string, data []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fileError(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fileError(err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fileError(err)
	}
	defer os.Remove(temp.Name()) // fails once it is renamed
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Chmod(info.Mode().Perm()), temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(temp.Name(), path)
}
