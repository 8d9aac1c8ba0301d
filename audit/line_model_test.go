package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// modelDecode reads a line by encoding/json, and takes it if Encode writes the
// event that it finds as the same line.
func modelDecode(line []byte) (audit.Event, bool) {
	var w wireEvent
	if err := json.Unmarshal(line, &w); err != nil {
		return audit.Event{}, false
	}
	e := w.event()
	again, err := audit.Encode(e)
	return e, err == nil && bytes.Equal(again, line)
}

// wireEvent is what encoding/json makes of a line.
type wireEvent struct {
	V       int                  `json:"v"`
	Seq     uint64               `json:"seq"`
	ID      string               `json:"id"`
	Time    time.Time            `json:"time"`
	Company string               `json:"company"`
	Actor   wireActor            `json:"actor"`
	Changes wireList[wireChange] `json:"changes"`
	Targets wireList[string]     `json:"targets"`

	Reason      string     `json:"reason"`
	Approval    string     `json:"approval"`
	Correlation string     `json:"correlation"`
	Via         string     `json:"via"`
	Prev        audit.Hash `json:"prev"`
	Hash        audit.Hash `json:"hash"`
}

type wireActor struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

type wireChange struct {
	Type    string          `json:"type"`
	Version int             `json:"version"`
	Data    json.RawMessage `json:"data"`
}

// event returns the event that w is. It ignores V: a line of another version is
// not canonical.
func (w *wireEvent) event() audit.Event {
	e := audit.Event{
		Seq: w.Seq, ID: w.ID, Time: w.Time, Company: w.Company, Actor: audit.Actor(w.Actor), Targets: w.Targets,
		Reason: w.Reason, Approval: w.Approval, Correlation: w.Correlation, Via: w.Via, Prev: w.Prev, Hash: w.Hash,
	}
	for _, c := range w.Changes {
		e.Changes = append(e.Changes, audit.Change{Type: c.Type, Version: c.Version, Data: c.Data})
	}
	return e
}

// wireList is a list that fails when it gets longer than any list of an event,
// so that a short line cannot take much memory. An empty one becomes nil.
type wireList[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *wireList[T]) UnmarshalJSON(data []byte) error {
	list := json.NewDecoder(bytes.NewReader(data))
	if open, err := list.Token(); err != nil || open != json.Delim('[') {
		return fmt.Errorf("%.20q is no list", data)
	}
	for list.More() {
		if len(*l) == 100_000 {
			return audit.ErrMalformed
		}
		var item T
		if err := list.Decode(&item); err != nil {
			return err
		}
		*l = append(*l, item)
	}
	return nil
}

// TestDecodeIsTheModel compares Decode with the model on lines of any event, as
// they are and changed at some places.
func TestDecodeIsTheModel(t *testing.T) {
	t.Parallel()
	scraps := []string{`"`, `\\`, `\u0041`, `\u000a`, `\u001F`, `\u001f`, `\ud83d\ude00`, `\/`, `,`, `[`, `]`, `{`, `}`, `:`, ` `, "\n", "\xff", "0", "1", "-", "e5", ".0", "null", `""`, "Z", "+00:00", "A", "é"}
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		e := rapid.SampledFrom(history()).Draw(t, "event").Clone()
		text := rapid.SampledFrom([]string{"x", "a\"b", "\\", "\x00\x1f\n\t\r\b\f", "é\u2028😀", "</>&'"})
		e.ID, e.Reason, e.Targets = text.Draw(t, "id"), text.Draw(t, "reason"), rapid.SliceOfN(text, 0, 3).Draw(t, "targets")
		e.Time = e.Time.Add(-time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "later")))
		e.Changes = slices.Repeat(e.Changes, rapid.IntRange(1, 3).Draw(t, "times"))
		line, err := audit.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			from := rapid.IntRange(0, len(line)).Draw(t, "from")
			to := min(len(line), from+rapid.IntRange(0, 3).Draw(t, "how long"))
			line = slices.Concat(line[:from], []byte(rapid.SampledFrom(scraps).Draw(t, "scrap")), line[to:])
		}
		got, err := audit.Decode(line)
		want, is := modelDecode(line)
		if is != (err == nil) || is && cmp.Diff(want, got, cmpopts.EquateEmpty()) != "" {
			t.Fatalf("%s\nDecode = %+v, %v; the model says %t, %+v", line, got, err, is, want)
		}
		if is {
			taken++
		}
	})
	if taken == 0 {
		t.Error("no line was taken")
	}
}

// modelData reports whether data is one value of JSON in UTF-8, without white
// space between its tokens, nested at most 1,000 deep.
func modelData(data []byte) bool {
	var compact bytes.Buffer
	if !json.Valid(data) || !utf8.Valid(data) || json.Compact(&compact, data) != nil || !bytes.Equal(compact.Bytes(), data) {
		return false
	}
	depth, deepest := 0, 0
	tokens := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := tokens.Token()
		if err != nil {
			return deepest <= 1000
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			depth++
			deepest = max(deepest, depth)
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
}

// FuzzData compares what is taken as the data of a change with encoding/json.
func FuzzData(f *testing.F) {
	for _, data := range []string{
		`{}`, `[]`, `""`, `-0.1e+5`, `1E-9`, `01`, `1.`, `-`, `+1`, `.5`, `1e`, `true`, `nul`, `null`, `{"a":[1,{"b":false}],"c":"\u00e9\n\\"}`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`,
		`{1:2}`, `"\x"`, `"\u12g4"`, `"\u12"`, "\"\x1f\"", `"`, `[1 ,2]`, ` 1`, `1 `, `1 2`, `{"a":1}{`, "\"\xff\"", `"é😀"`, `"\u001F\uABCD"`, "", "\"\\u001\x10\"", "9e999",
	} {
		f.Add([]byte(data))
	}
	for _, depth := range []int{999, 1000, 1001, 1002} {
		f.Add(slices.Concat(bytes.Repeat([]byte("["), depth), bytes.Repeat([]byte("]"), depth)))
		f.Add(slices.Concat(bytes.Repeat([]byte(`{"a":`), depth), []byte("1"), bytes.Repeat([]byte("}"), depth)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e := history()[0].Clone()
		e.Changes[0].Data = data
		if err := e.Check(); (err == nil) != modelData(data) {
			t.Errorf("Check = %v; encoding/json says %t", err, modelData(data))
		}
	})
}
