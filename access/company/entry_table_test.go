package company

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
)

// TestLogTable compares the table of types in the documentation with the table
// of the program: it has all of them in the same order, each with its Go type,
// and says something of each that it says of no other.
func TestLogTable(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var got, want [][2]string
	said := make(map[string]string)
	for _, line := range regexp.MustCompile(`(?m)^//\t([a-z]+\.[a-z-]+) +([A-Z]\w+) +(.*\S)$`).FindAllStringSubmatch(string(text), -1) {
		got = append(got, [2]string{line[1], line[2]})
		if also := said[line[3]]; also != "" && line[1] != "user.reinstate" {
			t.Errorf("of %s it says what it says of %s: %s", line[1], also, line[3])
		}
		said[line[3]] = line[1]
	}
	for _, r := range table {
		name := reflect.TypeOf(r.zero).Name()
		if name == "founded" || name == "foundedPart" {
			name = "F" + name[1:]
		}
		want = append(want, [2]string{r.name, name})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("write the table in section The log of doc.go like the one in table.go (-want +got):\n%s", diff)
	}
}

// TestReadChanges reads every change of the recorded history, which has all
// types, as it was written. A founding comes as a Founded, with its document.
func TestReadChanges(t *testing.T) {
	t.Parallel()
	var records []audit.Change
	for _, name := range []string{"testdata/history-v1.jsonl", "testdata/founding-v1.jsonl"} {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for e, err := range audit.ReadLines(file) {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, e.Changes...)
		}
	}
	changes, err := ReadChanges(audit.Event{Seq: 1, Changes: records})
	if err != nil {
		t.Fatal(err)
	}
	read := make(map[string]bool)
	for i, c := range changes {
		r := records[i]
		read[r.Type] = true
		switch f := c.(type) {
		case Founded, FoundedPart:
			c = unfounded(t, f)
		}
		again, err := record(c)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, again); diff != "" {
			t.Errorf("%T is not what was recorded (-want +got):\n%s", c, diff)
		}
	}
	for _, r := range table {
		if !read[r.name] {
			t.Errorf("no change of type %s was read", r.name)
		}
	}
}

// unfounded returns a founding, or a part of one, as the log has it, from the value
// alone.
func unfounded(t *testing.T, c Change) Change {
	t.Helper()
	text := func(d *document.Document) json.RawMessage {
		data, err := compact(d)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if f, ok := c.(FoundedPart); ok {
		return foundedPart{Part: f.Part, Document: text(f.Document)}
	}
	f := c.(Founded)
	return founded{Company: f.Company, Name: f.Name, Limits: f.Limits, Parts: f.Parts, PartSize: f.PartSize, SHA256: f.SHA256, Document: text(f.Document)}
}

// TestReadChangesOwn: what was read is the caller's, and shares no memory with
// the event.
func TestReadChangesOwn(t *testing.T) {
	t.Parallel()
	r, err := record(founded{Company: "acme", Name: "Acme", Document: json.RawMessage(`{"users":[{"id":"ann"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	e := audit.Event{Changes: []audit.Change{r}}
	changes, err := ReadChanges(e)
	if err != nil {
		t.Fatal(err)
	}
	clear(r.Data)
	want := Founded{Company: "acme", Name: "Acme", Document: &document.Document{Users: []document.User{{ID: "ann"}}}}
	if diff := cmp.Diff([]Change{want}, changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
