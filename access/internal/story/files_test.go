package story

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// brokenFS fails to list one directory.
type brokenFS struct {
	fstest.MapFS
	broken string
}

var errBroken = errors.New("broken")

func (f brokenFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == f.broken {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errBroken}
	}
	return f.MapFS.ReadDir(name)
}

// largeFS has files that are too large. It fails if one is read.
type largeFS struct {
	fstest.MapFS
	t *testing.T
}

type largeInfo struct{ fs.FileInfo }

func (largeInfo) Size() int64 { return maxFile + 1 }

func (f largeFS) Stat(name string) (fs.FileInfo, error) {
	info, err := f.MapFS.Stat(name)
	return largeInfo{info}, err
}

func (f largeFS) ReadFile(name string) ([]byte, error) {
	f.t.Errorf("%s is read", name)
	return nil, errBroken
}

func TestFiles(t *testing.T) {
	data := func(title string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("story " + title + "\ndeny a b company\n")}
	}
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[strconv.Itoa(i)+".story"] = data("S")
	}
	for _, tt := range []struct {
		name     string
		fsys     fs.FS
		stories  string
		mistakes string
	}{
		{"by name, all the way down", fstest.MapFS{"b.story": data("B"), "a/z/x.story": data("X"), "a.story": data("A"), "a/y.story": data("Y"), ".story": data("-")}, "- A Y X B", ""},
		{"other files are ignored", fstest.MapFS{"a.story": data("A"), "policy.json": data("P"), "access.lock": data("L"), "README": data("R"), "x.go": data("G")}, "A", ""},
		{"no file", fstest.MapFS{"policy.json": data("P"), "x/y.md": data("Y")}, "", ".: there is no story here: no file has a name that ends in .story"},
		{"an empty directory", fstest.MapFS{}, "", ".: there is no story here: no file has a name that ends in .story"},
		{"no file system", nil, "", ".: the file system is nil"},
		{"another case", fstest.MapFS{"a.Story": data("A"), "b.story": data("B")}, "B", "a.Story: the file is not read: rename it to end in .story"},
		{"a misspelt name", fstest.MapFS{"a.sotry": data("A")}, "", "a.sotry: the file is not read: rename it to end in .story"},
		{"a name that goes on", fstest.MapFS{"a.story.txt": data("A"), "b.STORY.old": data("B"), "c.story/README": data("C")}, "", "a.story.txt: the file is not read: rename it to end in .story\nb.STORY.old: the file is not read: rename it to end in .story"},
		{"a plural", fstest.MapFS{"a.storys": data("A"), "b.Stories": data("B")}, "", "a.storys: the file is not read: rename it to end in .story\nb.Stories: the file is not read: rename it to end in .story"},
		{"a directory that cannot be read", brokenFS{fstest.MapFS{"a/b.story": data("B"), "c.story": data("C")}, "a"}, "C", "a: open a: broken"},
		{"too many files", many, "", ".: there are 1001 files, at most 1000 are read"},
		{"a large file", fstest.MapFS{"a.story": {Data: make([]byte, maxFile+1)}, "b.story": data("B")}, "B", "a.story: the file has 1048577 bytes, at most 1048576 are read"},
		{"a file too large to be read", largeFS{fstest.MapFS{"a.story": data("A")}, t}, "", "a.story: the file has 1048577 bytes, at most 1048576 are read"},
		{"links to a file, to nothing and to a directory", os.DirFS(linked(t)), "A B", "gone.story: stat gone.story: no such file or directory\nmore: a link to a directory is not followed: copy the directory here, or run its stories in a test of their own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stories, mistakes := readFiles(tt.fsys)
			var titles, texts []string
			for _, s := range stories {
				titles = append(titles, s.Title)
			}
			for _, m := range mistakes {
				texts = append(texts, m.Error())
			}
			if got := strings.Join(titles, " "); got != tt.stories {
				t.Errorf("it reads %q, want %q", got, tt.stories)
			}
			if diff := cmp.Diff(tt.mistakes, strings.Join(texts, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
	_, mistakes := readFiles(brokenFS{fstest.MapFS{"a/b.story": data("B")}, "a"})
	if !slices.ContainsFunc(mistakes, func(m Failure) bool { return errors.Is(m, errBroken) }) {
		t.Errorf("the mistakes %v do not wrap their cause", mistakes)
	}
}

// TestLeftFiles has files that editors and merges leave beside a story. None of
// them is read, and none is a mistake; a directory of such a name is read.
func TestLeftFiles(t *testing.T) {
	files := fstest.MapFS{"#tom.story": {Data: []byte("story T\ndeny a b company\n")}, "old~/b.story": {Data: []byte("story B\ndeny a b company\n")}}
	for _, name := range []string{
		".tom.story.swp", ".tom.story.swo", ".tom.story.kate-swp", ".#tom.story", "#tom.story#", "tom.story~", "tom.story.~1~", ".tom.story.un~", "tom.story.bak",
		"tom.story.orig", "tom.story.rej", "tom.STORY.ORIG", "tom.story.save", "._tom.story", "~$tom.story", ".~lock.tom.story#", "tom.story___jb_tmp___", "tom.story___jb_old___", ".DS_Store", "Thumbs.db",
	} {
		files[name] = &fstest.MapFile{Data: []byte("\x00\x01")}
		files["more/"+name] = files[name]
	}
	stories, mistakes := readFiles(files)
	if len(stories) != 2 || len(mistakes) > 0 {
		t.Errorf("it reads %d stories, with the mistakes %v", len(stories), mistakes)
	}
	for _, name := range []string{"tom.story.txt", "tom.Story", "tom.stroy", "tom.story.md", "tom.story.old", "tom.story.json", "tom.stori", "tom.story ", "tom.stories"} {
		_, mistakes := readFiles(fstest.MapFS{name: {Data: []byte("story T\ndeny a b company\n")}})
		if len(mistakes) != 1 || mistakes[0].File != name {
			t.Errorf("%q is passed over: %v", name, mistakes)
		}
	}
}

// linked returns a directory with links: to a file, to nothing, and to a
// directory.
func linked(t *testing.T) string {
	dir, other := t.TempDir(), t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "a.story"), []byte("story A\ndeny a b company\n"), 0o644),
		os.WriteFile(filepath.Join(other, "b.txt"), []byte("story B\ndeny a b company\n"), 0o644),
		os.Symlink(filepath.Join(other, "b.txt"), filepath.Join(dir, "b.story")),
		os.Symlink(filepath.Join(other, "gone"), filepath.Join(dir, "gone.story")),
		os.Symlink(other, filepath.Join(dir, "more")),
		os.Symlink("ann@host.4711:1", filepath.Join(dir, ".#a.story")), // the lock of an editor
	)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
