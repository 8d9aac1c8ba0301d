package story

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

const (
	extension = ".story"
	maxFiles  = 1000
)

// readFiles returns the stories of all files, ordered by name, and the mistakes
// that belong to no story.
func readFiles(fsys fs.FS) ([]*Story, []Failure) {
	if fsys == nil {
		return nil, []Failure{{".", 0, errors.New("the file system is nil")}}
	}
	names, mistakes := find(fsys)
	if len(names) == 0 && len(mistakes) == 0 {
		mistakes = append(mistakes, Failure{".", 0, fmt.Errorf("there is no story here: no file has a name that ends in %s", extension)})
	}
	if len(names) > maxFiles {
		return nil, append(mistakes, Failure{".", 0, fmt.Errorf("there are %d files, at most %d are read", len(names), maxFiles)})
	}
	var stories []*Story
	for _, name := range names {
		text, err := readFile(fsys, name)
		if err != nil {
			mistakes = append(mistakes, Failure{name, 0, err})
			continue
		}
		more, wrong := parse(name, text)
		stories, mistakes = append(stories, more...), append(mistakes, wrong...)
	}
	slices.SortStableFunc(mistakes, func(a, b Failure) int { return strings.Compare(a.File, b.File) })
	return stories, mistakes
}

// readFile reads a file, unless it is too large to parse.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, tooLarge(info.Size())
	}
	return fs.ReadFile(fsys, name)
}

func tooLarge(n int64) error {
	return fmt.Errorf("the file has %d bytes, at most %d are read", n, maxFile)
}

// leftEnds and leftBegins are how the names of files end and begin that editors
// and merges leave beside the one they belong to: locks, swap files and copies.
var (
	leftEnds   = []string{"~", ".bak", ".orig", ".rej", ".save", ".swp", ".swo", ".swn", ".swx", ".kate-swp", "___jb_tmp___", "___jb_old___"}
	leftBegins = []string{".#", "._", "~$", ".~lock."}
)

// left reports whether nobody wrote a file of that name as a story. It asks for
// the name alone, as such a file may be a link to nothing, or no text.
func left(name string) bool {
	name = strings.ToLower(path.Base(name))
	return strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") ||
		slices.ContainsFunc(leftEnds, func(end string) bool { return strings.HasSuffix(name, end) }) ||
		slices.ContainsFunc(leftBegins, func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// almost reports whether a file was probably meant to be a story file.
func almost(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return strings.Contains(strings.ToLower(path.Base(name)), extension) || ext == ".stories" ||
		text.Nearest(ext, slices.Values([]string{extension})) != ""
}

// find returns the names of the story files, sorted. A file that was probably
// meant to be one of them is a mistake, but for those that editors leave.
func find(fsys fs.FS) (names []string, mistakes []Failure) {
	fail := func(name string, err error) { mistakes = append(mistakes, Failure{name, 0, err}) }
	// The function returns no error, so the walk returns none.
	_ = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			fail(name, err)
			return nil
		}
		if left(name) { // a directory is walked even so
			return nil
		}
		if d.Type()&fs.ModeSymlink != 0 {
			if info, err := fs.Stat(fsys, name); err == nil && info.IsDir() {
				fail(name, errors.New("a link to a directory is not followed: copy the directory here, or run its stories in a test of their own"))
				return nil
			}
		}
		switch {
		case d.IsDir():
		case path.Ext(name) == extension:
			names = append(names, name)
		case almost(name):
			fail(name, fmt.Errorf("the file is not read: rename it to end in %s", extension))
		}
		return nil
	})
	slices.Sort(names)
	return names, mistakes
}
