package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const canonical = `{"catalog": "company", "users": [{"id": "ann", "role": "viewer"}]}` + "\n"

func TestFormatWrite(t *testing.T) {
	t.Parallel()
	path := file(t, "policy.json", `{"users":[{"role":"viewer","id":"ann"}]}`)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if got := program("fmt", "-l", link, path); got != (answered{link + "\n" + path + "\n", "", 1}) {
		t.Errorf("-l: %+v", got)
	}
	if got := program("fmt", "-w", link); got != (answered{}) {
		t.Errorf("-w: %+v, want nothing", got)
	}
	data, err := os.ReadFile(path)
	if diff := cmp.Diff(canonical, string(data)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file is %v, want what it was", info.Mode())
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	for _, flags := range []string{"-w", "-l", "-d", "-w -d -l"} {
		if got := program(append(strings.Fields("fmt "+flags), path)...); got != (answered{}) {
			t.Errorf("%s of what is canonical: %+v, want nothing", flags, got)
		}
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("it left %v, %v", names, err)
	}
}

// TestFormatMistakes leaves a file with mistakes as it is, and goes on to the next.
func TestFormatMistakes(t *testing.T) {
	t.Parallel()
	const wrong = `{"users":[{"id":"ann","role":"vewer"}]}`
	bad, good := file(t, "bad.json", wrong), file(t, "good.json", `{"users":[{"id":"ann","role":"viewer"}]}`)
	got := program("fmt", "-w", "-d", bad, good)
	if got.status != 2 || !strings.HasPrefix(got.stderr, bad+":1: users[0] \"ann\".role: ") || !strings.Contains(got.stdout, "+++ "+good) {
		t.Errorf("got %+v", got)
	}
	for path, want := range map[string]string{bad: wrong, good: canonical} {
		if data, err := os.ReadFile(path); err != nil || string(data) != want {
			t.Errorf("%s is %q, %v", path, data, err)
		}
	}
}

// TestCompare makes the second of two texts from the changes, and the first from
// the opposite ones, with as few changes as there can be.
func TestCompare(t *testing.T) {
	t.Parallel()
	const seed = 1
	random := rand.New(rand.NewPCG(seed, seed))
	draw := func() []string {
		lines := make([]string, random.IntN(12))
		for i := range lines {
			lines[i] = string(rune('a' + random.IntN(4)))
		}
		return lines
	}
	for range 5000 {
		before, after := draw(), draw()
		edits := compare(before, after)
		made := map[byte][]string{}
		changes := 0
		for _, e := range edits {
			if made[e.sign] = append(made[e.sign], e.text); e.sign != ' ' {
				changes++
			}
			for _, sign := range []byte{'<', '>'} {
				if e.sign == ' ' || sign == '<' && e.sign == '-' || sign == '>' && e.sign == '+' {
					made[sign] = append(made[sign], e.text)
				}
			}
		}
		common := lcs(before, after)
		if strings.Join(made['<'], "") != strings.Join(before, "") || strings.Join(made['>'], "") != strings.Join(after, "") ||
			changes != len(before)+len(after)-2*common {
			t.Fatalf("seed %d: %v to %v by %v", seed, before, after, edits)
		}
	}
}

// lcs returns how many lines two texts have in common, in their order.
func lcs(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	row := make([]int, len(b)+1)
	for i := range a {
		corner := 0
		for j := range b {
			above := row[j+1]
			if row[j+1] = max(above, row[j]); a[i] == b[j] {
				row[j+1] = corner + 1
			}
			corner = above
		}
	}
	return row[len(b)]
}

// TestCompareMuch replaces all where too much changes.
func TestCompareMuch(t *testing.T) {
	t.Parallel()
	before, after := make([]string, maxEdits), make([]string, maxEdits)
	for i := range before {
		before[i], after[i] = "a", "b"
	}
	edits := compare(append([]string{"same"}, before...), append([]string{"same"}, after...))
	if len(edits) != 2*maxEdits+1 || edits[0] != (edit{' ', "same"}) || edits[maxEdits] != (edit{'-', "a"}) || edits[maxEdits+1] != (edit{'+', "b"}) {
		t.Errorf("%d changes", len(edits))
	}
}

// TestUnified shows what is around a change, in hunks, and the end of a file
// without a line feed.
func TestUnified(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	out := newOutput(&b, false)
	before := strings.Split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", " ")
	after := append([]string{"0"}, before[:7]...)
	after = append(after, before[8:]...)
	after[len(after)-1] = "end"
	out.unified("p", strings.Join(before, "\n"), strings.Join(after, "\n")+"\n")
	out.flush()
	golden(t, "unified.golden", b.String())
}
