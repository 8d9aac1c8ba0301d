package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"pgregory.net/rapid"
)

// hashed returns what the package comment says is hashed.
func hashed(e audit.Event) []byte {
	var b bytes.Buffer
	number := func(n any) {
		if err := binary.Write(&b, binary.BigEndian, n); err != nil {
			panic(err)
		}
	}
	text := func(s string) {
		number(uint64(len(s)))
		b.WriteString(s)
	}
	b.WriteString("ambit-audit-event v1\n")
	number(e.Seq)
	text(e.ID)
	number(e.Time.Unix())
	number(int64(e.Time.Nanosecond()))
	for _, s := range []string{e.Company, e.Actor.Kind, e.Actor.ID, e.Actor.Email, e.Actor.Role} {
		text(s)
	}
	number(uint64(len(e.Changes)))
	for _, c := range e.Changes {
		text(c.Type)
		number(int64(c.Version))
		text(string(c.Data))
	}
	number(uint64(len(e.Targets)))
	for _, s := range e.Targets {
		text(s)
	}
	for _, s := range []string{e.Reason, e.Approval, e.Correlation, e.Via} {
		text(s)
	}
	b.Write(e.Prev[:])
	return b.Bytes()
}

// anyEvent draws events of every kind, most of them malformed.
func anyEvent(t *rapid.T) audit.Event {
	text := rapid.OneOf(rapid.StringN(0, 5, -1), rapid.SampledFrom([]string{"", "a", "\xff", strings.Repeat("long", 400)}))
	hash := func(label string) audit.Hash {
		return audit.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, label))
	}
	change := rapid.Custom(func(t *rapid.T) audit.Change {
		return audit.Change{Type: text.Draw(t, "type"), Version: rapid.Int().Draw(t, "version"), Data: rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(t, "data")}
	})
	return audit.Event{
		Seq: rapid.Uint64().Draw(t, "seq"), ID: text.Draw(t, "id"), Company: text.Draw(t, "company"),
		Time: time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64().Draw(t, "nanoseconds")),
		Actor: audit.Actor{
			Kind: text.Draw(t, "kind"), ID: text.Draw(t, "actor"), Email: text.Draw(t, "e-mail"), Role: text.Draw(t, "role"),
		},
		Changes: rapid.SliceOfN(change, 0, 3).Draw(t, "changes"), Targets: rapid.SliceOfN(text, 0, 3).Draw(t, "targets"),
		Reason: text.Draw(t, "reason"), Approval: text.Draw(t, "approval"), Correlation: text.Draw(t, "correlation"), Via: text.Draw(t, "via"),
		Prev: hash("prev"), Hash: hash("hash"),
	}
}

func TestSumFollowsTheComment(t *testing.T) {
	for _, e := range history() {
		if got := e.Sum(); got != sha256.Sum256(hashed(e)) || got != e.Hash {
			t.Errorf("event %d: %v", e.Seq, got)
		}
	}
	if got := (audit.Event{}).Sum(); got != sha256.Sum256(hashed(audit.Event{})) {
		t.Errorf("zero event: %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		if e := anyEvent(t); e.Sum() != sha256.Sum256(hashed(e)) {
			t.Fatalf("Sum of %+v is not as the package comment says", e)
		}
	})
}

func TestSumOfEqualEvents(t *testing.T) {
	e := history()[4]
	same := e.Clone()
	same.Targets = []string{}
	same.Time = e.Time.In(time.FixedZone("", 3600))
	same.Hash = audit.Hash{}
	if same.Sum() != e.Sum() {
		t.Error("nil and empty, the location of the time, or the hash count")
	}
	var none, empty audit.Event
	empty.Changes = []audit.Change{}
	if none.Sum() != empty.Sum() {
		t.Error("nil and empty changes differ")
	}
	none.Changes = []audit.Change{{}}
	empty.Changes = []audit.Change{{Data: []byte{}}}
	if none.Sum() != empty.Sum() {
		t.Error("nil and empty data differ")
	}
}

// Moving a byte or an item over the border of two fields makes another event.
func TestSumKeepsFieldsApart(t *testing.T) {
	c := func(typ, data string) audit.Change { return audit.Change{Type: typ, Data: []byte(data)} }
	events := []audit.Event{
		{}, {ID: "ab"}, {ID: "a", Company: "b"}, {Company: "ab"}, {Company: "a", Actor: audit.Actor{Kind: "b"}},
		{Actor: audit.Actor{Kind: "a", ID: "b"}}, {Actor: audit.Actor{ID: "a", Email: "b"}}, {Actor: audit.Actor{Email: "a", Role: "b"}},
		{Actor: audit.Actor{ID: "ab"}}, {Actor: audit.Actor{Email: "ab"}}, {Actor: audit.Actor{Role: "ab"}},
		{Changes: []audit.Change{c("a", "b")}}, {Changes: []audit.Change{c("ab", "")}}, {Changes: []audit.Change{c("", "ab")}},
		{Changes: []audit.Change{c("a", ""), c("", "b")}}, {Changes: []audit.Change{{}}}, {Changes: []audit.Change{{}, {}}},
		{Targets: []string{"ab"}}, {Targets: []string{"a", "b"}}, {Targets: []string{"", "ab"}}, {Targets: []string{"ab", ""}}, {Targets: []string{""}},
		{Reason: "ab"}, {Reason: "a", Approval: "b"}, {Approval: "ab"}, {Approval: "a", Correlation: "b"}, {Correlation: "ab"},
		{Correlation: "a", Via: "b"}, {Via: "ab"},
		{Time: time.Unix(1, 0)}, {Time: time.Unix(0, 1)}, {Seq: 1}, {Prev: audit.Hash{1}}, {Prev: audit.Hash{31: 1}},
	}
	seen := make(map[audit.Hash]int)
	for i, e := range events {
		if j, ok := seen[e.Sum()]; ok {
			t.Errorf("events %d and %d have the same hash", i, j)
		}
		seen[e.Sum()] = i
	}
}

func TestHashText(t *testing.T) {
	h := history()[0].Hash
	b, err := json.Marshal(map[audit.Hash]audit.Hash{h: h})
	if want := `{"` + h.String() + `":"` + h.String() + `"}`; err != nil || string(b) != want {
		t.Fatalf("got %s, %v, want %s", b, err, want)
	}
	var again map[audit.Hash]audit.Hash
	if err := json.Unmarshal(b, &again); err != nil || again[h] != h {
		t.Errorf("got %v, %v", again, err)
	}
	text := h.String()
	for name, bad := range map[string]string{
		"empty": "", "short": text[1:], "long": text + "0", "odd": text[:63], "capitals": strings.ToUpper(text), "not hexadecimal": text[:63] + "g",
		"space": " " + text[1:],
	} {
		got := h
		if err := got.UnmarshalText([]byte(bad)); !errors.Is(err, audit.ErrMalformed) || got != h {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestCheckpointText(t *testing.T) {
	c := history()[4].Checkpoint()
	digits := c.Hash.String()
	zeros := strings.Repeat("0", 64)
	tests := []struct {
		ok   bool
		name string
		text string
	}{
		{true, "fifth", "ambit-checkpoint v1 5 " + digits},
		{true, "zero", "ambit-checkpoint v1 0 " + zeros},
		{true, "largest", "ambit-checkpoint v1 18446744073709551615 " + digits},
		{false, "too large", "ambit-checkpoint v1 18446744073709551616 " + digits},
		{false, "empty", ""},
		{false, "no prefix", "5 " + digits},
		{false, "other version", "ambit-checkpoint v2 5 " + digits},
		{false, "line feed", "ambit-checkpoint v1 5 " + digits + "\n"},
		{false, "leading zero", "ambit-checkpoint v1 05 " + digits},
		{false, "sign", "ambit-checkpoint v1 +5 " + digits},
		{false, "no sequence", "ambit-checkpoint v1  " + digits},
		{false, "no hash", "ambit-checkpoint v1 5"},
		{false, "capitals", "ambit-checkpoint v1 5 " + strings.ToUpper(digits)},
		{false, "zero with a hash", "ambit-checkpoint v1 0 " + digits},
		{false, "no zero without a hash", "ambit-checkpoint v1 5 " + zeros},
	}
	for _, test := range tests {
		got, err := audit.ParseCheckpoint(test.text)
		if !test.ok {
			if !errors.Is(err, audit.ErrMalformed) || got != (audit.Checkpoint{}) {
				t.Errorf("%s: got %v, %v", test.name, got, err)
			}
		} else if err != nil || got.String() != test.text {
			t.Errorf("%s: got %v, %v", test.name, got, err)
		}
	}
	if got, err := audit.ParseCheckpoint(c.String()); err != nil || got != c {
		t.Errorf("got %v, %v, want %v", got, err, c)
	}
}
