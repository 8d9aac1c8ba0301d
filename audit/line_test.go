package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const golden = "testdata/log-v1.jsonl"

// goldenCheckpoint was taken when the golden file was made.
const goldenCheckpoint = "ambit-checkpoint v1 5 3935791d442275c07b2d8568c2443ecdf9f73b6ea2b7a3396c4a3f494ee06572"

// The recorded log reads, verifies and writes the same for ever. If this test
// fails, the code is wrong, not the file.
func TestGoldenLog(t *testing.T) {
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	cp, err := audit.ParseCheckpoint(goldenCheckpoint)
	if err != nil {
		t.Fatal(err)
	}
	if err := audit.Verify(audit.ReadLines(bytes.NewReader(file)), cp); err != nil {
		t.Error(err)
	}
	var got []audit.Event
	for e, err := range audit.ReadLines(bytes.NewReader(file)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(history(), got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	var again bytes.Buffer
	if err := audit.WriteLines(&again, values(got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(file), again.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	for line := range bytes.Lines(file) {
		if !json.Valid(line) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

// A line with any bit flipped is no event, or one that Verify finds out.
func TestEveryBitOfALog(t *testing.T) {
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	h := history()
	counts := make(map[string]int)
	start := 0
	for i := range h {
		line := file[start : start+bytes.IndexByte(file[start:], '\n')]
		start += len(line) + 1
		for bit := range 8 * len(line) {
			flipped := bytes.Clone(line)
			flipped[bit/8] ^= 1 << (bit % 8)
			e, err := audit.Decode(flipped)
			if err != nil {
				if !errors.Is(err, audit.ErrMalformed) {
					t.Fatalf("event %d, bit %d: %v", i+1, bit, err)
				}
				counts["malformed"]++
				continue
			}
			tampered := slices.Clone(h)
			tampered[i] = e
			if got, want := verdict(tampered, audit.Checkpoint{}), fmt.Sprintf("edited at %d", i+1); got != want {
				t.Fatalf("event %d, bit %d: %s, want %s", i+1, bit, got, want)
			}
			counts["edited"]++
		}
	}
	if counts["malformed"]+counts["edited"] != 8*(len(file)-len(h)) || counts["malformed"] < 1000 || counts["edited"] < 1000 {
		t.Errorf("flipped bits: %v", counts)
	}
	// The line feeds, too.
	for i, c := range file {
		if c != '\n' {
			continue
		}
		for bit := range 8 {
			flipped := bytes.Clone(file)
			flipped[i] ^= 1 << bit
			if err := audit.Verify(audit.ReadLines(bytes.NewReader(flipped)), audit.Checkpoint{}); !errors.Is(err, audit.ErrMalformed) {
				t.Errorf("line feed at %d, bit %d: %v", i, bit, err)
			}
		}
	}
	// A file cut off anywhere is found out, at the end of a line by the
	// checkpoint only.
	for n := range len(file) {
		err := audit.Verify(audit.ReadLines(bytes.NewReader(file[:n])), last(h))
		want := audit.ErrMalformed
		if n == 0 || file[n-1] == '\n' {
			want = audit.ErrTruncated
		}
		if !errors.Is(err, want) {
			t.Errorf("cut at %d: %v, want %v", n, err, want)
		}
	}
}

// notCanonical is how the text begins that says that a line is not the one that
// Encode writes.
const notCanonical = "it is not as Encode writes it"

func TestDecodeIsStrict(t *testing.T) {
	line, err := audit.Encode(history()[1])
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, with string) string {
		if strings.Count(string(line), old) != 1 {
			t.Fatalf("%q is not once in %s", old, line)
		}
		return strings.Replace(string(line), old, with, 1)
	}
	tests := []struct{ want, name, line string }{
		{"", "as it is", string(line)},
		{notCanonical, "other version", replace(`"v":1`, `"v":2`)},
		{notCanonical, "no version", replace(`"v":1,`, ``)},
		{notCanonical, "unknown member", replace(`"v":1,`, `"v":1,"w":1,`)},
		{notCanonical, "member twice", replace(`"v":1,`, `"v":1,"v":1,`)},
		{notCanonical, "member twice, first other", replace(`"id":"e2"`, `"id":"e3","id":"e2"`)},
		{notCanonical, "capitals", replace(`"company"`, `"Company"`)},
		{notCanonical, "space", replace(`"v":1,`, `"v":1, `)},
		{notCanonical, "space in front", " " + string(line)},
		{notCanonical, "carriage return", string(line) + "\r"},
		{notCanonical, "line feed", string(line) + "\n"},
		{notCanonical, "order", replace(`"v":1,"seq":2`, `"seq":2,"v":1`)},
		{notCanonical, "escape without need", replace(`"id":"e2"`, `"id":"\u00652"`)},
		{notCanonical, "solidus escaped", replace(`"id":"e2"`, `"id":"e\/2"`)},
		{notCanonical, "control character escaped long", replace(`"id":"e2"`, `"id":"e\u000a2"`)},
		{notCanonical, "lone surrogate", replace(`"id":"e2"`, `"id":"\ud800"`)},
		{"a text is not UTF-8", "not UTF-8", replace(`"id":"e2"`, "\"id\":\"\xff\"")},
		{notCanonical, "fraction with zeros", replace(`05.5Z`, `05.50Z`)},
		{notCanonical, "offset", replace(`05.5Z`, `05.5+00:00`)},
		{notCanonical, "null for a text", replace(`"reason":""`, `"reason":null`)},
		{notCanonical, "null for a list", replace(`["team:americas","group:us"]`, `null`)},
		{notCanonical, "null in a list", replace(`["team:americas"`, `[null`)},
		{notCanonical, "no changes", replace(`"changes":[`, `"changes":[],"x":[`)},
		{notCanonical, "no id", replace(`"id":"e2",`, ``)},
		{"there is no id", "empty id", replace(`"id":"e2"`, `"id":""`)},
		{"", "hash that does not fit", replace(`"correlation":"req-7"`, `"correlation":"req-8"`)},
		{notCanonical, "empty", ""},
		{notCanonical, "cut off", string(line[:len(line)-1])},
		{notCanonical, "two in a line", string(line) + string(line)},
		{notCanonical, "sequence with a fraction", replace(`"seq":2`, `"seq":2.0`)},
		{notCanonical, "sequence in quotes", replace(`"seq":2`, `"seq":"2"`)},
		{notCanonical, "sequence too large", replace(`"seq":2`, `"seq":18446744073709551616`)},
		{notCanonical, "short hash", replace(`"hash":"`, `"hash":"00","x":"`)},
		{notCanonical, "time without a zone", replace(`05.5Z`, `05.5`)},
		{notCanonical, "list of another type", replace(`["team:americas"`, `[{}`)},
		{notCanonical, "object for a list", replace(`["team:americas","group:us"]`, `{"team:americas":"group:us"}`)},
		{notCanonical, "text for a list", replace(`["team:americas","group:us"]`, `"team:americas"`)},
		{notCanonical, "number too large for a list", replace(`["team:americas","group:us"]`, `1e999`)},
		{notCanonical, "long list", replace(`["team:americas"`, `["a"`+strings.Repeat(`,"a"`, 100_000))},
		{"the line is too long", "long", strings.Repeat(" ", 96<<20+1)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, err := audit.Decode([]byte(test.line))
			if test.want == "" {
				again, encodeErr := audit.Encode(e)
				if err != nil || encodeErr != nil || string(again) != test.line {
					t.Errorf("%v, %v, %s", err, encodeErr, again)
				}
				return
			}
			bad, ok := errors.AsType[*audit.Error](err)
			if !ok || bad.Op != "decode" || !errors.Is(err, audit.ErrMalformed) {
				t.Fatalf("got %v", err)
			}
			if got := bad.Text; got != test.want && !strings.HasPrefix(got, test.want+" from byte ") {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if diff := cmp.Diff(audit.Event{}, e); diff != "" {
				t.Errorf("an event comes with the error:\n%s", diff)
			}
		})
	}
}

func TestDecodeKeepsNothing(t *testing.T) {
	want := history()[3]
	line, err := audit.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	e, err := audit.Decode(line)
	if err != nil {
		t.Fatal(err)
	}
	clear(line)
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("writing to the line shows in the event:\n%s", diff)
	}
}

func TestReadLines(t *testing.T) {
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	text, broken := string(file), errors.New("disk")
	tests := []struct {
		want  string
		is    error
		good  int
		name  string
		input io.Reader
	}{
		{"", nil, 5, "all", strings.NewReader(text)},
		{"", nil, 5, "byte by byte", iotest.OneByteReader(strings.NewReader(text))},
		{"", nil, 0, "empty", strings.NewReader("")},
		{"audit: read line 5: the form is not valid: it has no line feed at its end", audit.ErrMalformed, 4, "no last line feed", strings.NewReader(text[:len(text)-1])},
		{"audit: read line 6: the form is not valid: it is not as Encode writes it from byte 0 on", audit.ErrMalformed, 5, "empty line", strings.NewReader(text + "\n")},
		{"audit: read line 1: the form is not valid: it is not as Encode writes it from byte 455 on", audit.ErrMalformed, 0, "carriage returns", strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))},
		{"audit: read line 6: the form is not valid: the line is too long", audit.ErrMalformed, 5, "endless line", io.MultiReader(strings.NewReader(text), endless{})},
		{"audit: read line 6: disk", broken, 5, "reader fails", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))},
		{"audit: read line 6: disk", broken, 5, "reader fails in a line", io.MultiReader(strings.NewReader(text+"{"), iotest.ErrReader(broken))},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			good, got := 0, ""
			for e, err := range audit.ReadLines(test.input) {
				if err == nil {
					good++
					continue
				}
				got = err.Error()
				if diff := cmp.Diff(audit.Event{}, e); diff != "" || !errors.Is(err, test.is) {
					t.Errorf("%v, with the event:\n%s", err, diff)
				}
			}
			if good != test.good || got != test.want {
				t.Errorf("%d events, then %q; want %d, %q", good, got, test.good, test.want)
			}
		})
	}
	for range audit.ReadLines(strings.NewReader(text)) {
		break
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestWriteLinesErrors(t *testing.T) {
	h, broken := history(), errors.New("disk")
	failing := func(yield func(audit.Event, error) bool) {
		if yield(h[0], nil) {
			yield(audit.Event{}, broken)
		}
	}
	tests := []struct {
		want   error
		lines  int
		name   string
		room   int
		events iter.Seq2[audit.Event, error]
	}{
		{nil, 5, "all", 1 << 20, values(h)},
		{broken, 1, "events fail", 1 << 20, failing},
		{audit.ErrMalformed, 1, "malformed", 1 << 20, values([]audit.Event{h[0], {}})},
		{io.ErrShortWrite, 1, "writer fails", 800, values(h)},
	}
	for _, test := range tests {
		w := &limited{room: test.room}
		err := audit.WriteLines(w, test.events)
		if lines := bytes.Count(w.got, []byte("\n")); !errors.Is(err, test.want) || lines != test.lines {
			t.Errorf("%s: %v after %d lines, want %v after %d", test.name, err, lines, test.want, test.lines)
		}
	}
}

// limited is a writer with room for so many bytes.
type limited struct {
	room int
	got  []byte
}

func (w *limited) Write(b []byte) (int, error) {
	n := min(len(b), w.room-len(w.got))
	w.got = append(w.got, b[:n]...)
	if n < len(b) {
		return n, io.ErrShortWrite
	}
	return n, nil
}

func FuzzDecode(f *testing.F) {
	for _, e := range history() {
		line, err := audit.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Add([]byte(`{"v":1,"changes":[{}],"targets":[""]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := audit.Decode(line)
		if model, is := modelDecode(line); is != (err == nil) || is && cmp.Diff(model, e, cmpopts.EquateEmpty()) != "" {
			t.Errorf("Decode = %+v, %v; encoding/json and Encode say %t, %+v", e, err, is, model)
		}
		if err != nil {
			if !errors.Is(err, audit.ErrMalformed) {
				t.Errorf("an error of another kind: %v", err)
			}
			return
		}
		if again, err := audit.Encode(e); err != nil || !bytes.Equal(again, line) {
			t.Errorf("%v, encoded again as %s", err, again)
		}
		if err := e.Chain(audit.Checkpoint{}).Follows(audit.Checkpoint{}); err != nil {
			t.Errorf("decoded, but no log takes it: %v", err)
		}
	})
}
