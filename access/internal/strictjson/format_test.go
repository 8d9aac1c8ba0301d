package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

func marshal(t *rapid.T, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("marshal: %v", err)
	}
	return data
}

func TestFormat(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"scalar", `1`, "1"},
		{"string is copied as it is", ` "<\u003c\/ ,:é{" `, `"<\u003c\/ ,:é{"`},
		{"empty object", `{ }`, `{}`},
		{"empty array", `[ ]`, `[]`},
		{"fits", `{"a":[1],"b":{}}`, `{"a": [1], "b": {}}`},
		{"exactly as wide", `["12345678901234"]`, "[\"12345678901234\"]"},
		{"one too wide", `["123456789012345","",{}]`, "[\n  \"123456789012345\",\n  \"\",\n  {}\n]"},
		{"characters count, not bytes", `["éééééééééééééé",1]`, "[\n  \"éééééééééééééé\",\n  1\n]"},
		{"wide string is not broken", `{"a":"1234567890123456789012345"}`, "{\n  \"a\": \"1234567890123456789012345\"\n}"},
		{"item fits with room for a comma", `[[123,456,78901],0]`, "[\n  [123, 456, 78901],\n  0\n]"},
		{"item fits only without a comma", `[0,[123,456,789012]]`, "[\n  0,\n  [\n    123,\n    456,\n    789012\n  ]\n]"},
		{"item breaks again", `{"a":{"b":[111111,222222,333333]}}`, "{\n  \"a\": {\n    \"b\": [\n      111111,\n      222222,\n      333333\n    ]\n  }\n}"},
		{"name counts", `{"long":[1,2,3],"x":[1,2,3,4]}`, "{\n  \"long\": [1, 2, 3],\n  \"x\": [1, 2, 3, 4]\n}"},
		{"empty stays together however narrow", `{"12345678901234567":{}, "b":[]}`, "{\n  \"12345678901234567\": {},\n  \"b\": []\n}"},
		{"order is kept", `{"b":1,"a":2,"b":3}`, "{\n  \"b\": 1,\n  \"a\": 2,\n  \"b\": 3\n}"},
		{"not JSON", `{"a":1,}`, ""},
		{"nothing", ``, ""},
		{"two values", `1 2`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := strictjson.Format([]byte(tt.text), 20)
			if tt.want == "" {
				if !errors.Is(err, strictjson.ErrSyntax) || got != nil {
					t.Errorf("got %q, %v, want a syntax error", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want+"\n", string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The layout keeps the text but for white space, is a fixed point, and no line
// that could be broken is too wide.
func TestFormatLaws(t *testing.T) {
	broken := 0
	rapid.Check(t, func(t *rapid.T) {
		data := marshal(t, value().Draw(t, "value"))
		width := rapid.IntRange(0, 80).Draw(t, "width")
		got, err := strictjson.Format(data, width)
		if err != nil {
			t.Fatalf("format: %v", err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, got); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
		if diff := cmp.Diff(string(data), compact.String()); diff != "" {
			t.Fatalf("the text changed (-before +after):\n%s", diff)
		}
		again, err := strictjson.Format(got, width)
		if err != nil || !bytes.Equal(got, again) {
			t.Fatalf("not a fixed point: %v\n%s", err, cmp.Diff(string(got), string(again)))
		}
		lines := strings.Split(strings.TrimSuffix(string(got), "\n"), "\n")
		if len(lines) > 1 {
			broken++
		}
		for _, line := range lines {
			closed := strings.HasSuffix(strings.TrimSuffix(line, ","), "}") || strings.HasSuffix(strings.TrimSuffix(line, ","), "]")
			if utf8.RuneCountInString(line) > width && closed && strings.ContainsAny(line, "{[") && breakable(line) {
				t.Fatalf("wider than %d: %s", width, line)
			}
		}
	})
	if broken == 0 && !testing.Short() {
		t.Error("nothing was too wide for one line")
	}
}

// breakable reports whether the value on a line is an object or array with
// something in it.
func breakable(line string) bool {
	line = strings.TrimSuffix(strings.TrimSpace(line), ",")
	dec := json.NewDecoder(strings.NewReader(line))
	if t, err := dec.Token(); err != nil {
		return false
	} else if _, named := t.(string); named && dec.InputOffset() < int64(len(line)) {
		line = strings.TrimPrefix(line[dec.InputOffset():], ": ")
	}
	return len(line) > 2 && (line[0] == '{' || line[0] == '[')
}

// TestMarshal writes filters so that they stay readable.
func TestMarshal(t *testing.T) {
	got, err := strictjson.Marshal(map[string]string{"filter": "spend >= 5 and not name = 'A&B'"})
	if want := `{"filter":"spend >= 5 and not name = 'A&B'"}`; string(got) != want || err != nil {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
	if got, err := strictjson.Marshal(func() {}); got != nil || err == nil {
		t.Errorf("Marshal of a function = %s, %v", got, err)
	}
}

// TestMember names the members of an object as problems do.
func TestMember(t *testing.T) {
	for name, want := range map[string]string{"spend": "attributes.spend", "ad spend": `attributes["ad spend"]`} {
		if got := strictjson.Member("attributes", name); got != want {
			t.Errorf("Member of %q = %s, want %s", name, got, want)
		}
	}
}

// TestProblemsSoFar counts while reading, so that a reader can tell whether a value
// had its type.
func TestProblemsSoFar(t *testing.T) {
	r := strictjson.NewReader([]byte(`{"a": "x", "b": 1}`), strictjson.Config{})
	after := map[string]int{}
	for name := range r.Object("a", "b") {
		r.Text()
		after[name] = r.Problems()
	}
	if diff := cmp.Diff(map[string]int{"a": 0, "b": 1}, after); diff != "" {
		t.Errorf("problems after each member (-want +got):\n%s", diff)
	}
}
