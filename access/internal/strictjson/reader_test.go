package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// user and world are what the tests read: one field of every kind.
type user struct {
	id     string
	active bool
	seats  int64
	teams  []string
}

type world struct {
	users []user
	attrs map[string]string
}

var errNoID = errors.New("id missing")

// readWorld is a schema as callers write it.
func readWorld(r *strictjson.Reader) world {
	w := world{attrs: map[string]string{}}
	for field := range r.Object("users", "attributes") {
		switch field {
		case "users":
			for range r.Array() {
				w.users = append(w.users, readUser(r))
			}
		case "attributes":
			for name := range r.Map() {
				w.attrs[name] = r.Text()
			}
		}
	}
	return w
}

func readUser(r *strictjson.Reader) user {
	var u user
	for field := range r.Object("id", "active", "seats", "teams", "unhandled") {
		switch field {
		case "id":
			u.id = r.Text()
		case "active":
			u.active = r.Bool()
		case "seats":
			u.seats = r.Int64()
		case "teams":
			for range r.Array() {
				u.teams = append(u.teams, r.Text())
			}
		}
	}
	if u.id == "" {
		r.Fail(errNoID)
	}
	return u
}

func messages(problems []strictjson.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Error())
	}
	return all
}

func TestReadsWorld(t *testing.T) {
	r := strictjson.NewReader([]byte(`{
		"attributes": {"country": "string", "a.b": "\u0041\n\uD83D\uDE00 \\ud800"},
		"users": [{"id": "ann", "active": true, "seats": -3, "teams": ["x", "y"]}, {"teams": [], "id": "bob"}]
	} `), strictjson.Config{})
	got := readWorld(r)
	if problems := r.Close(); problems != nil {
		t.Fatalf("problems: %v", problems)
	}
	want := world{
		users: []user{{id: "ann", active: true, seats: -3, teams: []string{"x", "y"}}, {id: "bob"}},
		attrs: map[string]string{"country": "string", "a.b": "A\n😀 \\ud800"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(world{}, user{})); diff != "" {
		t.Errorf("world (-want +got):\n%s", diff)
	}
}

func TestProblems(t *testing.T) {
	const loose = "loose" // allow unknown names
	for _, tt := range []struct{ want, name, mode, text string }{
		{``, "empty object", "", `{}`},
		{``, "white space around", "", " \r\n\t{} \n"},
		{``, "unknown name allowed", loose, `{"extra": {"x": [1, "y", null, true]}}`},
		{``, "surrogate pair in upper and lower case", "", `{"attributes": {"a": "\uD83D\ude00"}}`},
		{``, "escaped backslash before u", "", `{"attributes": {"a": "\\ud800"}}`},
		{``, "replacement character itself", "", `{"attributes": {"a": "�\ufffd"}}`},

		{`line 1: wrong type: want object, found null`, "null is no object", "", `null`},
		{`line 1: wrong type: want object, found array`, "array is no object", "", `[{"id": 1}]`},
		{`line 1: users: wrong type: want array, found object`, "object is no array", "", `{"users": {"id": "x"}}`},
		{`line 1: users[0]: id missing|line 1: users[0].id: wrong type: want string, found number`, "number is no string", "", `{"users": [{"id": 1}]}`},
		{`line 1: users[0]: id missing|line 1: users[0].id: wrong type: want string, found null`, "null is no string", "", `{"users": [{"id": null}]}`},
		{`line 1: users[0].active: wrong type: want boolean, found string`, "string is no boolean", "", `{"users": [{"id": "x", "active": "true"}]}`},
		{`line 1: users[0].seats: wrong type: want number, found boolean`, "boolean is no number", "", `{"users": [{"id": "x", "seats": false}]}`},
		{`line 1: users[0].seats: wrong type: want integer of 64 bits, found another number`, "fraction is no integer", "", `{"users": [{"id": "x", "seats": 1.0}]}`},
		{`line 1: users[0].seats: wrong type: want integer of 64 bits, found another number`, "exponent is no integer", "", `{"users": [{"id": "x", "seats": 1e3}]}`},
		{`line 1: users[0].seats: wrong type: want integer of 64 bits, found another number`, "integer of 65 bits", "", `{"users": [{"id": "x", "seats": 9223372036854775808}]}`},
		{`line 1: users[0].teams[1]: wrong type: want string, found number`, "later item is read", "", `{"users": [{"id": "x", "teams": ["a", 1, "b"]}]}`},

		{`line 1: nope: unknown field`, "unknown name far from all", "", `{"nope": [1]}`},
		{`line 1: user: unknown field: did you mean "users"?`, "unknown name near one", "", `{"user": []}`},
		{`line 1: Users: unknown field: did you mean "users"?`, "names are case sensitive", "", `{"Users": []}`},
		{`line 1: ["uſers"]: unknown field: did you mean "users"?`, "other spellings of a letter are other letters", "", `{"uſers": []}`},
		{`line 1: users[0].unhandled: unknown field`, "known name the body does not read", "", `{"users": [{"id": "x", "unhandled": 1}]}`},
		{`line 1: users[0].unhandled: unknown field`, "known name the body does not read, loose", loose, `{"users": [{"id": "x", "unhandled": 1}]}`},

		{`line 1: users: duplicate field`, "duplicate name", "", `{"users": [], "users": [{"id": 1}]}`},
		{`line 1: attributes.a: duplicate field`, "duplicate free name", "", `{"attributes": {"a": "1", "a": "2"}}`},
		{`line 1: attributes.a: duplicate field`, "duplicate name spelled by escape", "", `{"attributes": {"a": "1", "\u0061": "2"}}`},
		{`line 1: x: duplicate field`, "duplicate unknown name, loose", loose, `{"x": 1, "x": 2}`},
		{`line 1: x[1].y: duplicate field`, "duplicate name in what is skipped", loose, `{"x": [0, {"y": 1, "y": 2}]}`},
		{`line 1: users: duplicate field|line 1: users[0].id: duplicate field`, "duplicate name within a duplicate", "", `{"users": [], "users": [{"id": 1, "id": 2}]}`},

		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "high half alone", "", `{"attributes": {"a": "\ud800"}}`},
		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "low half alone", "", `{"attributes": {"a": "x\udc00"}}`},
		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "two high halves", "", `{"attributes": {"a": "\ud800\ud800"}}`},
		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "high half before another escape", "", `{"attributes": {"a": "\ud800\n"}}`},
		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "high half before a letter", "", `{"attributes": {"a": "\ud800u0041"}}`},
		{`line 1: attributes.a: not valid Unicode: a lone surrogate`, "half after a pair", "", `{"attributes": {"a": "\ud83d\ude00\ud83d"}}`},
		{`line 1: attributes["�"]: not valid Unicode: a lone surrogate`, "half in a name", "", `{"attributes": {"\ud800": "x"}}`},
		{`line 1: x[0]: not valid Unicode: a lone surrogate`, "half in what is skipped", loose, `{"x": ["\ud800"]}`},
		{`line 2: not valid Unicode`, "not UTF-8", "", "{\"users\":\n\"�\xff\"}"},
		{`line 1: not valid Unicode`, "overlong encoding", "", "{\"\xc0\xaf\": 1}"},

		{`line 1: attributes["a.b"]: wrong type: want string, found number`, "name with a dot", "", `{"attributes": {"a.b": 1}}`},
		{`line 1: attributes[""]: wrong type: want string, found number`, "empty name", "", `{"attributes": {"": 1}}`},
		{`line 1: attributes["\n\x1b"]: wrong type: want string, found number`, "control characters in a name", "", `{"attributes": {"\n\u001b": 1}}`},
		{`line 3: users[0]: id missing|line 4: users[1]: id missing|line 4: users[1].idd: unknown field: did you mean "id"?`, "order of position", "", "{\n\"users\": [\n{},\n{\"idd\":\n1}]}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := strictjson.NewReader([]byte(tt.text), strictjson.Config{AllowUnknown: tt.mode == loose})
			readWorld(r)
			got := strings.Join(messages(r.Close()), "|")
			if got != tt.want {
				t.Errorf("read %s\n got %s\nwant %s", tt.text, got, tt.want)
			}
		})
	}
}

// The words for broken syntax are those of encoding/json. That it is the only
// problem, and where, is ours.
func TestSyntax(t *testing.T) {
	for _, tt := range []struct {
		line       int
		name, text string
	}{
		{1, "comma after the last item", `[1,]`},
		{1, "comma before the first item", `[,1]`},
		{1, "two commas", `[1,,2]`},
		{3, "comma missing between items", "[1\n\n2]"},
		{2, "comma missing between members", "{\"a\":1\n\"b\":2}"},
		{1, "comma after the last member", `{"a":1,}`},
		{1, "colon missing", `{"a" 1}`},
		{1, "value missing", `{"a":}`},
		{1, "name is no string", `{1: 2}`},
		{1, "name is an object", `{{}: 2}`},
		{1, "wrong closing bracket", `[1}`},
		{1, "wrong closing brace", `{"a":1]`},
		{1, "closing bracket alone", `]`},
		{1, "single quotes", `['a']`},
		{1, "bare word", `[yes]`},
		{1, "almost true", `[tru]`},
		{1, "leading zero", `[01]`},
		{1, "leading plus", `[+1]`},
		{1, "not a number", `[NaN]`},
		{1, "comment", `[] // all`},
		{1, "byte order mark", "\uFEFF[]"},
		{2, "newline in a string", "[\n\"a\nb\"]"},
		{1, "unknown escape", `["\x"]`},
		{1, "short escape", `["\u12"]`},
		{1, "item missing at the end", `[1`},
		{1, "white space of another script", "[\u00A0]"},
		{1, "empty text", ""},
		{1, "only white space", " "},
		{1, "object not closed", `{"users": []`},
		{1, "string not closed", `{"users`},
		{1, "second value", `{} {}`},
		{2, "stray bracket after the end", "{}\n]"},
		{1, "stray comma after the end", `{},`},
		{2, "other problems before it are not looked for", "{\"users\": 1, \"users\": 2}\nx"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if json.Valid([]byte(tt.text)) {
				t.Fatal("the row is valid JSON")
			}
			r := strictjson.NewReader([]byte(tt.text), strictjson.Config{})
			if w := readWorld(r); len(w.users) > 0 {
				t.Errorf("%q: read %v", tt.text, w)
			}
			problems := r.Close()
			if len(problems) != 1 || !errors.Is(problems[0], strictjson.ErrSyntax) || problems[0].Path != "" || problems[0].Line != tt.line {
				t.Errorf("%q: got %v, want one syntax problem in line %d", tt.text, messages(problems), tt.line)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, tt := range []struct {
		want   error
		name   string
		config strictjson.Config
		text   string
	}{
		{nil, "as large as allowed", strictjson.Config{MaxBytes: 3}, `"a"`},
		{strictjson.ErrSize, "one byte too large", strictjson.Config{MaxBytes: 2}, `"a"`},
		{strictjson.ErrSize, "size goes before encoding", strictjson.Config{MaxBytes: 1}, "\"\xff\""},
		{nil, "size without limit", strictjson.Config{MaxBytes: -1}, `"` + strings.Repeat("a", 1<<20) + `"`},
		{nil, "as deep as allowed by default", strictjson.Config{}, nested(100)},
		{strictjson.ErrDepth, "one level too deep by default", strictjson.Config{MaxDepth: -1}, nested(101)},
		{nil, "as deep as allowed", strictjson.Config{MaxDepth: 2}, nested(2)},
		{strictjson.ErrDepth, "one array too deep", strictjson.Config{MaxDepth: 2}, nested(3)},
		{strictjson.ErrDepth, "one object too deep", strictjson.Config{MaxDepth: 2}, objects(3)},
		{nil, "scalars are no level", strictjson.Config{MaxDepth: 1}, `[1, "a", null]`},
		{strictjson.ErrSyntax, "a megabyte of brackets", strictjson.Config{}, strings.Repeat("[", 1<<20)},
		{strictjson.ErrSyntax, "deeper than encoding/json goes", strictjson.Config{MaxDepth: 1 << 40}, nested(10_001)},
		{nil, "deepest", strictjson.Config{MaxDepth: 1 << 40}, nested(10_000)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := strictjson.NewReader([]byte(tt.text), tt.config)
			r.Skip()
			problems := r.Close()
			if tt.want == nil && problems == nil {
				return
			}
			if len(problems) != 1 || !errors.Is(problems[0], tt.want) || problems[0].Path != "" {
				t.Errorf("got %v, want %v", messages(problems), tt.want)
			}
		})
	}
}

func TestTooMany(t *testing.T) {
	for _, tt := range []struct {
		config, kept, bad int
		many              bool
		name              string
	}{
		{2, 2, 2, false, "as many as kept"},
		{2, 2, 3, true, "one more"},
		{0, 100, 100, false, "as many as kept by default"},
		{0, 100, 5000, true, "far more than kept by default"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := "[" + strings.Repeat("\n1,", tt.bad) + "\n\"last\"]"
			r := strictjson.NewReader([]byte(text), strictjson.Config{MaxProblems: tt.config})
			last := ""
			for range r.Array() {
				last = r.Text()
			}
			problems := r.Close()
			got := 0
			for _, p := range problems {
				if errors.Is(p, strictjson.ErrType) {
					got++
				}
			}
			if got != tt.kept {
				t.Errorf("kept %d type problems, want %d", got, tt.kept)
			}
			if end := problems[len(problems)-1]; errors.Is(end, strictjson.ErrTooMany) != tt.many || len(problems) > tt.kept+1 {
				t.Errorf("%d problems, the last is %v; want too many: %v", len(problems), end, tt.many)
			}
			if tt.many == (last == "last") {
				t.Errorf("last item read as %q after too many: %v", last, tt.many)
			}
		})
	}
}

// A value is there once. Reading again, in any way, is a problem and leaves
// what follows in place.
func TestReadTwice(t *testing.T) {
	r := strictjson.NewReader([]byte(`[1, "b", [2], {"c": 3}, "end"]`), strictjson.Config{})
	var got []string
	for range r.Array() {
		switch r.Kind() {
		case strictjson.Number:
			got = append(got, r.Number().String(), r.Text())
		case strictjson.String:
			got = append(got, r.Text(), r.Number().String())
		case strictjson.Array:
			items := r.Array()
			for range items {
				got = append(got, fmt.Sprint(r.Int64()))
			}
			for range items {
				t.Error("the array was read twice")
			}
		case strictjson.Object:
			for key := range r.Map() {
				got = append(got, key, fmt.Sprint(r.Int64()), fmt.Sprint(r.Bool()))
			}
		}
		if k := r.Kind(); k != strictjson.None {
			t.Errorf("after reading, kind is %v", k)
		}
	}
	r.Skip() // nothing is left: not a problem, since nothing was asked for
	want := []string{"1", "", "b", "", "2", "c", "3", "false", "end", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	wantProblems := []string{
		"line 1: [0]: wrong type: want string, found nothing",
		"line 1: [1]: wrong type: want number, found nothing",
		"line 1: [2]: wrong type: want array, found nothing",
		"line 1: [3].c: wrong type: want boolean, found nothing",
		"line 1: [4]: wrong type: want number, found nothing",
	}
	if diff := cmp.Diff(wantProblems, messages(r.Close())); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestBreakSkipsTheRest(t *testing.T) {
	r := strictjson.NewReader([]byte(`{"a": [1, 2, 3], "b": {"x": 1, "nope": 2, "x": 3}, "c": "end"}`), strictjson.Config{})
	end := ""
	for field := range r.Object("a", "b", "c") {
		switch field {
		case "a":
			for range r.Array() {
				break
			}
		case "b":
			for range r.Object("x") {
				break
			}
		case "c":
			end = r.Text()
		}
	}
	if end != "end" {
		t.Errorf("member after the loops that were broken off: %q", end)
	}
	if diff := cmp.Diff([]string{"line 1: b.x: duplicate field"}, messages(r.Close())); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestFail(t *testing.T) {
	r := strictjson.NewReader([]byte("[\n1,\n[2]]"), strictjson.Config{})
	r.Fail(errNoID)
	for i := range r.Array() {
		r.Fail(fmt.Errorf("item %d: %w", i, errNoID))
	}
	want := []string{"line 1: id missing", "line 2: [0]: item 0: id missing", "line 3: [1]: item 1: id missing"}
	problems := r.Close()
	if diff := cmp.Diff(want, messages(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if !errors.Is(problems[1], errNoID) {
		t.Errorf("%v does not unwrap to the error given", problems[1])
	}
	r.Fail(errNoID)
	if diff := cmp.Diff(problems, r.Close(), cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
		t.Errorf("after Close nothing changes (-before +after):\n%s", diff)
	}
}

func TestZeroValues(t *testing.T) {
	if got := strictjson.Kind(0); got != strictjson.None || got.String() != "nothing" {
		t.Errorf("zero kind is %v", got)
	}
	// After a fatal problem every read is the zero value, and no loop runs.
	r := strictjson.NewReader([]byte(`{"a": 1}`), strictjson.Config{MaxBytes: 1})
	for range r.Object("a") {
		t.Error("Object ran")
	}
	for range r.Map() {
		t.Error("Map ran")
	}
	for range r.Array() {
		t.Error("Array ran")
	}
	if k, s, b, n, i := r.Kind(), r.Text(), r.Bool(), r.Number(), r.Int64(); k != 0 || s != "" || b || n != "" || i != 0 {
		t.Errorf("read %v %q %v %q %d after a fatal problem", k, s, b, n, i)
	}
	r.Fail(errNoID)
	if got := messages(r.Close()); !slices.Equal(got, []string{"line 1: text too large"}) {
		t.Errorf("problems: %v", got)
	}
}

// readAny reads a value of any shape, as encoding/json would give it.
func readAny(r *strictjson.Reader) any {
	switch r.Kind() {
	case strictjson.String:
		return r.Text()
	case strictjson.Bool:
		return r.Bool()
	case strictjson.Number:
		return r.Number()
	case strictjson.Array:
		items := []any{}
		for range r.Array() {
			items = append(items, readAny(r))
		}
		return items
	case strictjson.Object:
		members := map[string]any{}
		for name := range r.Map() {
			members[name] = readAny(r)
		}
		return members
	}
	r.Skip()
	return nil
}

func decode(t interface{ Fatalf(string, ...any) }, data []byte) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("encoding/json refuses %q: %v", data, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("encoding/json finds something after %q: %v", data, err)
	}
	return v
}

// value draws a JSON value; encoding/json sorts and escapes it.
func value() *rapid.Generator[any] {
	scalar := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,3})?(e[+-]?[0-9]{1,2})?`), func(s string) any { return json.Number(s) }),
		rapid.StringN(0, 12, -1).AsAny(),
	)
	name := rapid.OneOf(rapid.SampledFrom([]string{"", "id", "a.b", `"`, "[", "<&>"}), rapid.StringN(0, 4, -1))
	return rapid.Custom(func(t *rapid.T) any {
		v := scalar.Draw(t, "scalar")
		for range rapid.IntRange(0, 5).Draw(t, "depth") {
			if rapid.Bool().Draw(t, "in array") {
				v = slices.Insert(rapid.SliceOfN(scalar, 0, 5).Draw(t, "items"), 0, v)
			} else {
				m := rapid.MapOfN(name, scalar, 0, 5).Draw(t, "members")
				m[name.Draw(t, "name")] = v
				v = m
			}
		}
		return v
	})
}

// What encoding/json writes is accepted and read as encoding/json reads it,
// however it is laid out.
func TestReadsWhatJSONWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(value().Draw(t, "value"))
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		data, err = strictjson.Format(data, rapid.IntRange(0, 60).Draw(t, "width"))
		if err != nil {
			t.Fatalf("format: %v", err)
		}
		r := strictjson.NewReader(data, strictjson.Config{})
		got := readAny(r)
		if problems := r.Close(); problems != nil {
			t.Fatalf("%s: %v", data, problems)
		}
		if diff := cmp.Diff(decode(t, data), got); diff != "" {
			t.Fatalf("%s (-encoding/json +strictjson):\n%s", data, diff)
		}
	})
}

// Writing any member of any object a second time, at the end of that object, is
// exactly one problem.
func TestDuplicateAnywhere(t *testing.T) {
	nested := 0
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.MapOfN(rapid.StringN(0, 3, -1), value(), 1, 30).Draw(t, "members")
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		again := rapid.SampledFrom(slices.Sorted(maps.Keys(m))).Draw(t, "again")
		name, err := json.Marshal(again)
		if err != nil {
			t.Fatalf("marshal: %v", err)
		}
		text := fmt.Sprintf("%s,%s:0}", data[:len(data)-1], name)
		for range rapid.IntRange(0, 3).Draw(t, "depth") {
			text = `[{"in": ` + text + "}]"
			nested++
		}
		r := strictjson.NewReader([]byte(text), strictjson.Config{})
		r.Skip()
		if problems := r.Close(); len(problems) != 1 || !errors.Is(problems[0], strictjson.ErrDuplicate) {
			t.Fatalf("%s: %v", text, problems)
		}
	})
	if nested == 0 && !testing.Short() {
		t.Error("no duplicate was nested")
	}
}

// Reading never panics, and what is accepted is what encoding/json accepts,
// with the same value.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"users": [{"id": "ann", "active": true, "seats": -3, "teams": ["x"]}], "attributes": {"a": "b"}}`,
		`[1,]`, `{"a" 1}`, `["\ud83d\ude00", "\ud800"]`, `{"a":1,"a":2}`, `[[[`, ` null `, `1 2`, "\xff", `"\u12`, `-`, `[1}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		config := strictjson.Config{MaxBytes: 1 << 16, MaxDepth: 50, MaxProblems: 5}
		r := strictjson.NewReader(data, config)
		readWorld(r)
		if n := len(r.Close()); n > 6 {
			t.Fatalf("%d problems", n)
		}
		r = strictjson.NewReader(data, config)
		got := readAny(r)
		if r.Close() != nil {
			return
		}
		if diff := cmp.Diff(decode(t, data), got); diff != "" {
			t.Fatalf("%q (-encoding/json +strictjson):\n%s", data, diff)
		}
	})
}

// One user of the world is some 80 bytes.
func BenchmarkReader(b *testing.B) {
	text := []byte(`{"users": [` + strings.Repeat(`{"id": "user-0123456789", "active": true, "seats": 12, "teams": ["americas", "emea"]}, `, 999) + `{"id": "x"}]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := strictjson.NewReader(text, strictjson.Config{})
		if w := readWorld(r); len(w.users) != 1000 || r.Close() != nil {
			b.Fatal("not read")
		}
	}
}

// TestBrief reports after the first problems only the items that have more.
func TestBrief(t *testing.T) {
	r := strictjson.NewReader([]byte(`{"a": [{"x": 1}, {"x": 1, "y": 1, "z": [1]}, {"m": [{"x": 1, "y": 2}, {"x": 1}]}, {"x": 1}], "b": 1}`),
		strictjson.Config{MaxProblems: 1, Brief: true})
	for range r.Object("a") {
		for range r.Array() {
			for range r.Object("m") {
				for range r.Array() {
					for range r.Object() {
					}
				}
			}
		}
	}
	var paths []string
	for _, p := range r.Close() {
		paths = append(paths, p.Path)
	}
	if got := strings.Join(paths, " "); got != "a[0].x a[1] a[2].m[0] a[2].m[1] a[3] b" {
		t.Errorf("the problems are at %s", got)
	}
}
