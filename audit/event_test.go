package audit_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
)

// history returns the events of testdata/log-v1.jsonl.
func history() []audit.Event {
	admin := audit.Actor{Kind: "user", ID: "ann", Email: "ann@example.com", Role: "admin"}
	return chain(
		audit.Event{
			ID: "e1", Time: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Company: "acme", Actor: admin,
			Changes: []audit.Change{{Type: "found", Version: 1, Data: []byte(`{"name":"Acme","founder":"ann"}`)}},
			Targets: []string{"company:acme"},
		},
		audit.Event{
			ID: "e2", Time: time.Date(2026, 1, 2, 15, 4, 5, 500_000_000, time.UTC), Company: "acme", Actor: admin,
			Changes: []audit.Change{
				{Type: "create-team", Version: 1, Data: []byte(`{"id":"americas"}`)},
				{Type: "attach-group", Version: 2, Data: []byte(`{"team":"americas","group":"us"}`)},
			},
			Targets: []string{"team:americas", "group:us"}, Correlation: "req-7",
		},
		audit.Event{
			ID: "e3", Time: time.Date(2026, 1, 3, 0, 0, 0, 1, time.UTC), Company: "acme",
			Actor:   audit.Actor{Kind: "invitee", Email: "bob@example.com"},
			Changes: []audit.Change{{Type: "accept", Version: 1, Data: []byte(`{"generation":1,"until":null}`)}},
			Targets: []string{"invitation:i1", "user:bob"},
		},
		audit.Event{
			ID: "e4", Time: time.Date(2026, 1, 3, 0, 0, 0, 1, time.UTC), Company: "acme", Actor: admin,
			Changes: []audit.Change{{Type: "set-role", Version: 1, Data: []byte(`{"user":"bob","role":"admin","note":"<\u0041 \"&\">` + "\u2028" + `"}`)}},
			Targets: []string{"user:bob"}, Reason: "says:\t\"é\u2028\"\n\\ <&> \x00\x1f\x7f", Approval: "TICKET-1", Correlation: "req-8", Via: "support ada",
		},
		audit.Event{
			ID: "e5", Time: time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), Company: "acme",
			Actor:   audit.Actor{Kind: "system", ID: "scim"},
			Changes: []audit.Change{{Type: "remove-user", Version: 3, Data: []byte(`[0.10,1e3,true,{}]`)}},
		},
	)
}

// chain returns the events chained from the first on.
func chain(events ...audit.Event) []audit.Event {
	var head audit.Checkpoint
	for i, e := range events {
		events[i] = e.Chain(head)
		head = events[i].Checkpoint()
	}
	return events
}

func TestActorString(t *testing.T) {
	for want, a := range map[string]audit.Actor{
		"nobody":                  {},
		`"system scim"`:           {Kind: audit.KindUser, ID: "system scim"},
		"ann":                     {Kind: audit.KindUser, ID: "ann", Email: "ann@example.com", Role: "admin"},
		"system scim":             {Kind: audit.KindSystem, ID: "scim"},
		"invitee bob@example.com": {Kind: audit.KindInvitee, Email: "bob@example.com"},
	} {
		if got := a.String(); got != want {
			t.Errorf("%+v is %q, want %q", struct{ Kind, ID, Email, Role string }(a), got, want)
		}
	}
}

func TestZeroValues(t *testing.T) {
	if err := (audit.Event{}).Check(); !errors.Is(err, audit.ErrMalformed) {
		t.Errorf("the zero Event: %v", err)
	}
	if (audit.Event{}).Sum().IsZero() || !(audit.Hash{}).IsZero() {
		t.Error("the zero Hash is that of an event, or is not zero")
	}
	if got := (audit.Event{}).Checkpoint(); got != (audit.Checkpoint{}) {
		t.Errorf("the checkpoint of the zero Event: %v", got)
	}
	if diff := cmp.Diff(audit.Event{}, (audit.Event{}).Clone()); diff != "" {
		t.Errorf("the zero Event changes when cloned:\n%s", diff)
	}
	if err := audit.Verify(values(nil), audit.Checkpoint{}); err != nil {
		t.Errorf("an empty log: %v", err)
	}
	var m audit.Memory
	for range m.Events(t.Context(), 0) {
		t.Error("the zero Memory has events")
	}
	if err := m.Append(t.Context(), history()[0]); err != nil {
		t.Errorf("the zero Memory: %v", err)
	}
}

func TestCheck(t *testing.T) {
	edit := func(f func(e *audit.Event)) func(e *audit.Event) { return f }
	data := func(text string) func(e *audit.Event) {
		return func(e *audit.Event) { e.Changes[1].Data = []byte(text) }
	}
	tests := []struct {
		want string // the text of the error, "" for none
		name string
		edit func(e *audit.Event)
	}{
		{"", "as it is", edit(func(*audit.Event) {})},
		{"", "largest sequence", edit(func(e *audit.Event) { e.Seq = 1<<63 - 1 })},
		{"the sequence is not between 1 and 2^63-1", "sequence 0", edit(func(e *audit.Event) { e.Seq = 0 })},
		{"the sequence is not between 1 and 2^63-1", "sequence 2^63", edit(func(e *audit.Event) { e.Seq = 1 << 63 })},
		{"there is no id", "no id", edit(func(e *audit.Event) { e.ID = "" })},
		{"there is no company", "no company", edit(func(e *audit.Event) { e.Company = "" })},
		{"there is no time", "no time", edit(func(e *audit.Event) { e.Time = time.Time{} })},
		{"the time is not in UTC", "other zone", edit(func(e *audit.Event) { e.Time = e.Time.In(time.FixedZone("", 0)) })},
		{"", "year 0", edit(func(e *audit.Event) { e.Time = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) })},
		{"the year has more than four digits", "year -1", edit(func(e *audit.Event) { e.Time = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) })},
		{"the year has more than four digits", "year 10000", edit(func(e *audit.Event) { e.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) })},
		{"a text is not UTF-8", "id", edit(func(e *audit.Event) { e.ID = "\xff" })},
		{"a text is not UTF-8", "company", edit(func(e *audit.Event) { e.Company = "a\xff" })},
		{"a text is not UTF-8", "reason", edit(func(e *audit.Event) { e.Reason = "\xed\xa0\x80" })},
		{"a text is not UTF-8", "approval", edit(func(e *audit.Event) { e.Approval = "\xc0\x80" })},
		{"a text is not UTF-8", "via", edit(func(e *audit.Event) { e.Via = "\x80" })},
		{"a text is not UTF-8", "correlation", edit(func(e *audit.Event) { e.Correlation = "\x80" })},

		{"the actor is of no known kind", "no kind", edit(func(e *audit.Event) { e.Actor.Kind = "" })},
		{"the actor is of no known kind", "kind in capitals", edit(func(e *audit.Event) { e.Actor.Kind = "User" })},
		{"the actor has no id", "user without id", edit(func(e *audit.Event) { e.Actor.ID = "" })},
		{"the actor has no id", "system without id", edit(func(e *audit.Event) { e.Actor = audit.Actor{Kind: "system"} })},
		{"", "system", edit(func(e *audit.Event) { e.Actor = audit.Actor{Kind: "system", ID: "scim"} })},
		{"", "invitee", edit(func(e *audit.Event) { e.Actor = audit.Actor{Kind: "invitee", Email: "b@example.com"} })},
		{"the invitee has no e-mail", "invitee without e-mail", edit(func(e *audit.Event) { e.Actor = audit.Actor{Kind: "invitee", ID: "i1"} })},
		{"the actor is not in UTF-8", "actor id", edit(func(e *audit.Event) { e.Actor.ID = "\xff" })},
		{"the actor is not in UTF-8", "actor e-mail", edit(func(e *audit.Event) { e.Actor.Email = "\xff" })},
		{"the actor is not in UTF-8", "actor role", edit(func(e *audit.Event) { e.Actor.Role = "\xff" })},

		{"there are no changes", "no changes", edit(func(e *audit.Event) { e.Changes = nil })},
		{"", "most changes", edit(func(e *audit.Event) { e.Changes = slices.Repeat(e.Changes[:1], 10_000) })},
		{"there are more than 10,000 changes", "changes", edit(func(e *audit.Event) { e.Changes = slices.Repeat(e.Changes[:1], 10_001) })},
		{"the type of a change is empty or not UTF-8", "no type", edit(func(e *audit.Event) { e.Changes[1].Type = "" })},
		{"the type of a change is empty or not UTF-8", "type", edit(func(e *audit.Event) { e.Changes[1].Type = "\xff" })},
		{"the version of a change is below 1", "version 0", edit(func(e *audit.Event) { e.Changes[1].Version = 0 })},
		{"the version of a change is below 1", "version -1", edit(func(e *audit.Event) { e.Changes[1].Version = -1 })},
		{"the data of a change is not JSON in UTF-8", "no data", edit(func(e *audit.Event) { e.Changes[1].Data = nil })},
		{"", "spaces in strings", data(`{"a b":"[ {\" \\"}`)},
		{"", "a number", data(`-1.50e+7`)},
		{"", "null", data(`null`)},
		{"the data of a change is not JSON in UTF-8", "trailing data", data(`{}{}`)},
		{"the data of a change is not JSON in UTF-8", "leaving its place", data(`{}}],"targets":[]`)},
		{"the data of a change is not JSON in UTF-8", "not UTF-8", data("\"\xff\"")},
		{"the data of a change has white space or is nested more than 1,000 deep", "space", data(`{"a": 1}`)},
		{"the data of a change has white space or is nested more than 1,000 deep", "tab", data("[1,\t2]")},
		{"the data of a change has white space or is nested more than 1,000 deep", "line feed at the end", data("{}\n")},
		{"the data of a change has white space or is nested more than 1,000 deep", "carriage return in front", data("\r{}")},
		{"", "deepest", data(strings.Repeat("[", 1000) + strings.Repeat("]", 1000))},
		{"", "wide", data("[" + strings.Repeat("{},", 2000) + "[]]")},
		{"the data of a change has white space or is nested more than 1,000 deep", "deep", data(strings.Repeat("[", 1001) + strings.Repeat("]", 1001))},

		{"", "no targets", edit(func(e *audit.Event) { e.Targets = nil })},
		{"a target is empty or not UTF-8", "empty target", edit(func(e *audit.Event) { e.Targets = []string{"a", ""} })},
		{"a target is empty or not UTF-8", "target", edit(func(e *audit.Event) { e.Targets = []string{"a", "\xff"} })},
		{"", "most targets", edit(func(e *audit.Event) { e.Targets = slices.Repeat([]string{"a"}, 100_000) })},
		{"there are more than 100,000 targets", "targets", edit(func(e *audit.Event) { e.Targets = slices.Repeat([]string{"a"}, 100_001) })},

		{"", "largest", edit(func(e *audit.Event) { e.Reason = strings.Repeat("x", 16<<20-len(hashed(*e))) })},
		{"it is larger than 16 MiB", "large", edit(func(e *audit.Event) { e.Reason = strings.Repeat("x", 16<<20-len(hashed(*e))+1) })},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := history()[1].Clone()
			test.edit(&e)
			err := e.Check()
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
			} else {
				bad, ok := errors.AsType[*audit.Error](err)
				if !ok || bad.Text != test.want || bad.Seq != e.Seq || bad.Op != "check" || !errors.Is(err, audit.ErrMalformed) {
					t.Fatalf("got %v, want malformed: %s", err, test.want)
				}
			}
			// The other ways in agree.
			line, encodeErr := audit.Encode(e)
			if (encodeErr == nil) != (err == nil) {
				t.Errorf("Encode: %v", encodeErr)
			}
			if err == nil {
				if again, err := audit.Decode(line); err != nil || again.Sum() != e.Sum() {
					t.Errorf("Decode: %v", err)
				}
				return
			}
			if err := e.Follows(audit.Checkpoint{}); !errors.Is(err, audit.ErrMalformed) {
				t.Errorf("Follows: %v", err)
			}
		})
	}
}

func TestFollows(t *testing.T) {
	h := history()
	edited := h[1]
	edited.Reason = "edited"
	tests := []struct {
		want error
		text string
		name string
		e    audit.Event
		head audit.Checkpoint
	}{
		{nil, "", "first", h[0], audit.Checkpoint{}},
		{nil, "", "next", h[2], h[1].Checkpoint()},
		{audit.ErrConflict, "it leaves a gap", "first left out", h[1], audit.Checkpoint{}},
		{audit.ErrConflict, "it leaves a gap", "gap", h[3], h[1].Checkpoint()},
		{audit.ErrConflict, "the place is taken", "the head itself", h[1], h[1].Checkpoint()},
		{audit.ErrConflict, "the place is taken", "earlier", h[0], h[1].Checkpoint()},
		{audit.ErrConflict, "it continues another event", "fork", h[2], edited.Chain(h[0].Checkpoint()).Checkpoint()},
		{audit.ErrConflict, "it continues another event", "first with a link", h[0].Chain(audit.Checkpoint{Hash: h[1].Hash}), audit.Checkpoint{}},
		{audit.ErrEdited, "its hash does not fit its fields", "edited", edited, h[0].Checkpoint()},
		{audit.ErrMalformed, "the sequence is not between 1 and 2^63-1", "zero", audit.Event{}, audit.Checkpoint{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.e.Follows(test.head)
			if test.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			bad, ok := errors.AsType[*audit.Error](err)
			if !ok || bad.Err != test.want || bad.Text != test.text || bad.Op != "append" || bad.Seq != test.e.Seq {
				t.Errorf("got %v, want %v: %s", err, test.want, test.text)
			}
		})
	}
}

func TestClone(t *testing.T) {
	e, want := history()[1], history()[1]
	c := e.Clone()
	if diff := cmp.Diff(want, c); diff != "" {
		t.Fatal(diff)
	}
	c.Changes[0].Data[0], c.Changes[1].Type, c.Targets[0] = '!', "!", "!"
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("writing to a clone shows in the original:\n%s", diff)
	}
}

func TestErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"audit: append: event 7: it is not the next event of the log: the place is taken": &audit.Error{Op: "append", Seq: 7, Text: "the place is taken", Err: audit.ErrConflict},
		"audit: read: unknown problem":       &audit.Error{Op: "read"},
		"audit: hash: the form is not valid": &audit.Error{Op: "hash", Err: audit.ErrMalformed},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}
