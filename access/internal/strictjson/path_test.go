package strictjson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

func TestLines(t *testing.T) {
	const text = `{
  "users": [
    {"id": "ann"},
    {
      "id":
        "bob",
      "teams": [
        "x", "y",
        "z"
      ]
    }
  ],
  "attributes": {"a.b": 1,
    "": {"x": 2},
    "usersx": 3}
}`
	for _, tt := range []struct {
		want       int
		name, path string
	}{
		{1, "the whole text", ""},
		{2, "array", "users"},
		{3, "first item", "users[0]"},
		{3, "member on its item's line", "users[0].id"},
		{5, "member starts at its name", "users[1].id"},
		{8, "item on a shared line", "users[1].teams[1]"},
		{9, "item on its own line", "users[1].teams[2]"},
		{13, "name with a dot", `attributes["a.b"]`},
		{14, "below an empty name", `attributes[""].x`},
		{15, "name that another begins", "attributes.usersx"},
		{4, "absent member", "users[1].email"},
		{4, "absent member whose beginning is there", "users[1].i"},
		{5, "below a scalar", "users[1].id.x"},
		{7, "absent item", "users[1].teams[7]"},
		{2, "below an absent item", "users[7].teams[0]"},
		{1, "absent from the start", "groups[0].filter"},
		{1, "not a path", "]["},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Alone, and among others.
			if got := strictjson.Lines([]byte(text), tt.path)[tt.path]; got != tt.want {
				t.Errorf("line of %s: got %d, want %d", tt.path, got, tt.want)
			}
			if got := strictjson.Lines([]byte(text), "users[1].teams[2]", tt.path, "users", "attributes")[tt.path]; got != tt.want {
				t.Errorf("line of %s among others: got %d, want %d", tt.path, got, tt.want)
			}
		})
	}
	if got := strictjson.Lines([]byte(text)); len(got) != 0 {
		t.Errorf("no path: got %v", got)
	}
}

// In a text that cannot be read, everything is in line 1; no depth of nesting uses up the stack.
func TestLinesOfBrokenText(t *testing.T) {
	for _, text := range []string{"", "{\n\"a\": 1,\n\"b\" }", strings.Repeat("[\n", 1<<20)} {
		got := strictjson.Lines([]byte(text), "", "a", "[0]")
		if diff := cmp.Diff(map[string]int{"": 1, "a": 1, "[0]": 1}, got); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	}
}

// The line a Reader gives a problem is the line Lines finds for its path.
func TestLinesAgreeWithProblems(t *testing.T) {
	errHere := errors.New("here")
	var failAll func(r *strictjson.Reader)
	failAll = func(r *strictjson.Reader) {
		r.Fail(errHere)
		switch r.Kind() {
		case strictjson.Object:
			for range r.Map() {
				failAll(r)
			}
		case strictjson.Array:
			for range r.Array() {
				failAll(r)
			}
		}
	}
	deepest := 0
	rapid.Check(t, func(t *rapid.T) {
		data := marshal(t, value().Draw(t, "value"))
		data, err := strictjson.Format(data, rapid.IntRange(0, 40).Draw(t, "width"))
		if err != nil {
			t.Fatalf("format: %v", err)
		}
		r := strictjson.NewReader(data, strictjson.Config{MaxProblems: 1000})
		failAll(r)
		want := map[string]int{}
		var paths []string
		for _, p := range r.Close() {
			want[p.Path] = p.Line
			paths = append(paths, p.Path)
			deepest = max(deepest, p.Line)
		}
		if diff := cmp.Diff(want, strictjson.Lines(data, paths...)); diff != "" {
			t.Fatalf("%s (-problems +Lines):\n%s", data, diff)
		}
	})
	if deepest < 10 && !testing.Short() {
		t.Errorf("no text of more than %d lines was drawn", deepest)
	}
}
