package strictjson

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// path writes the current place in the grammar of [Problem.Path].
func (r *Reader) path() string { return pathOf(r.frames[1:]) }

func pathOf(frames []frame) string {
	var b []byte
	for _, f := range frames {
		if f.index >= 0 {
			b = append(strconv.AppendInt(append(b, '['), int64(f.index), 10), ']')
		} else {
			b = appendName(b, f.key)
		}
	}
	return string(b)
}

// appendName appends the member of that name to a path.
func appendName(b []byte, name string) []byte {
	switch {
	case !bare(name):
		return append(strconv.AppendQuote(append(b, '['), name), ']')
	case len(b) > 0:
		b = append(b, '.')
	}
	return append(b, name...)
}

// Member returns the path of the member of that name of the object at a path.
func Member(path, name string) string { return string(appendName([]byte(path), name)) }

// bare reports whether a name needs no quotes in a path.
func bare(name string) bool {
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return name != ""
}

// Item splits the path of an item of a list, or of something in one, into the
// path of the list, the position, and what comes after: "teams", 3 and
// "members[0].user" for teams[3].members[0].user.
func Item(path string) (list string, index int, rest string, ok bool) {
	list, rest, found := strings.Cut(path, "[")
	number, rest, closed := strings.Cut(rest, "]")
	index, err := strconv.Atoi(number)
	if !found || !closed || err != nil {
		return "", 0, "", false
	}
	return list, index, strings.TrimPrefix(rest, "."), true
}

// Lines finds the line of each path, in the grammar of [Problem.Path], in a
// text that a Reader has accepted: where its member or item starts. Use it for
// what is found only after reading, such as a reference to something that does
// not exist. A path that leads nowhere gets the line of the last place on the
// way to it that exists; in a text that cannot be read, that is line 1.
//
// Cost: one pass over the text, and for each member or item next to a path a
// search among the paths.
func Lines(data []byte, paths ...string) map[string]int {
	r := NewReader(data, Config{MaxDepth: deepest})
	count := &counter{data: data}
	lines := make(map[string]int, len(paths))
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	r.locate(paths, func(path string, at int) { lines[path] = count.line(at) })
	return lines
}

// locate calls found for every place on the way to each of the paths, which are
// sorted and all lie at or below the current place, from front to back.
func (r *Reader) locate(paths []string, found func(path string, at int)) {
	for _, p := range paths {
		found(p, r.frames[len(r.frames)-1].at)
	}
	descend := func() {
		if below := within(paths, r.path()); len(below) > 0 {
			r.locate(below, found)
		}
	}
	switch r.Kind() {
	case Object:
		for range r.Map() {
			descend()
		}
	case Array:
		for range r.Array() {
			descend()
		}
	}
}

// within picks the paths at or below place, of sorted ones.
func within(paths []string, place string) []string {
	var in []string
	from, _ := slices.BinarySearch(paths, place)
	for _, p := range paths[from:] {
		if !strings.HasPrefix(p, place) {
			break
		}
		if Below(p, place) {
			in = append(in, p)
		}
	}
	return in
}

// Below reports whether a path is at or below the place of another.
func Below(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// counter numbers lines at offsets that never go back.
type counter struct {
	data     []byte
	at       int
	newlines int
}

func (c *counter) line(at int) int {
	c.newlines += bytes.Count(c.data[c.at:at], []byte("\n"))
	c.at = at
	return c.newlines + 1
}
