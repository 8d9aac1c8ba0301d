package company_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// fixedLog is a log that holds the given events, true or not.
type fixedLog []audit.Event

func (s fixedLog) Append(context.Context, audit.Event) error { return audit.ErrConflict }

func (s fixedLog) Events(_ context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range s {
			if e.Seq > after && !yield(e.Clone(), nil) {
				return
			}
		}
	}
}

// forge changes an event of a history and computes the hashes from there on
// again, so that only its meaning can give it away.
func forge(history []audit.Event, seq int, change func(e *audit.Event)) fixedLog {
	forged := make(fixedLog, len(history))
	head := audit.Checkpoint{}
	for i, e := range history {
		e = e.Clone()
		if i == seq-1 {
			change(&e)
		}
		forged[i] = e.Chain(head)
		head = forged[i].Checkpoint()
	}
	return forged
}

// replaceData returns a change of an event that replaces a part of its first
// change.
func replaceData(old, new string) func(*audit.Event) {
	return func(e *audit.Event) {
		if !bytes.Contains(e.Changes[0].Data, []byte(old)) {
			panic("no " + old + " in " + string(e.Changes[0].Data))
		}
		e.Changes[0].Data = bytes.Replace(e.Changes[0].Data, []byte(old), []byte(new), 1)
	}
}

// openRefusal is a log that is consistent and cannot be opened.
type openRefusal struct {
	want  error
	name  string
	seq   int // of the event that is forged
	forge func(*audit.Event)
	text  string // of the error
}

// openRefusals returns them. The second event of the history adds bob as a user
// manager.
func openRefusals(history []audit.Event) []openRefusal {
	suspend := func(user string) func(*audit.Event) {
		return func(e *audit.Event) {
			e.Changes = []audit.Change{{Type: "user.suspend", Version: 1, Data: []byte(`{"user":"` + user + `"}`)}}
		}
	}
	return []openRefusal{
		{company.ErrBroken, "unknown type", 2, func(e *audit.Event) { e.Changes[0].Type = "user.knight" }, `unknown type "user.knight"`},
		{company.ErrBroken, "unknown version", 2, func(e *audit.Event) { e.Changes[0].Version = 2 }, "version 2"},
		{company.ErrBroken, "unknown type after a known one", 3, func(e *audit.Event) { e.Changes[1].Type = "user.knight" }, `unknown type "user.knight"`},
		{company.ErrBroken, "unknown field", 2, replaceData(`"user":"bob"`, `"user":"bob","crown":true`), "canonical"},
		{company.ErrBroken, "doubled field", 2, replaceData(`"user":"bob"`, `"user":"eve","user":"bob"`), "canonical"},
		{company.ErrBroken, "field in another case", 2, replaceData(`"user"`, `"User"`), "canonical"},
		{company.ErrBroken, "fields in another order", 2, replaceData(`"name":"Bob","email":"bob@example.com"`, `"email":"bob@example.com","name":"Bob"`), "canonical"},
		{company.ErrBroken, "escaped where it need not be", 2, replaceData(`"bob"`, `"\u0062ob"`), "canonical"},
		{company.ErrBroken, "missing field", 2, replaceData(`"user":"bob",`, ``), "canonical"},
		{company.ErrBroken, "empty field written out", 2, replaceData(`"name":"Bob"`, `"name":""`), "canonical"},
		{company.ErrBroken, "field of another type", 2, replaceData(`"bob"`, `7`), "user.add"},
		{company.ErrBroken, "no object", 2, func(e *audit.Event) { e.Changes[0].Data = []byte("null") }, "canonical"},
		{company.ErrUnknown, "no longer applies: unknown user", 2, suspend("eve"), "no longer applies"},
		{company.ErrTaken, "no longer applies: address taken", 2, replaceData("bob@", "ann@"), "no longer applies"},
		{company.ErrUnknown, "no longer applies: unknown role", 2, replaceData("user-manager", "knight"), "no longer applies"},
		{company.ErrLastHolder, "no longer applies: last holder", 2, suspend("ann"), "no longer applies"},
		{company.ErrBroken, "second founding", 2, func(e *audit.Event) { e.Changes = history[0].Changes }, "begins with the founding"},
		{company.ErrBroken, "second founding in the first event", 1, func(e *audit.Event) { e.Changes = append(e.Changes, e.Changes[0]) }, "begins with the founding"},
		{company.ErrBroken, "no founding", 1, func(e *audit.Event) { e.Changes = history[1].Changes }, "begins with the founding"},
		{company.ErrBroken, "founding of another company", 1, replaceData(`"acme"`, `"emca"`), `company "acme"`},
		{company.ErrInvalid, "founding without a name", 1, replaceData(`"name":"Acme"`, `"name":" "`), "no longer applies"},
		{company.ErrInvalid, "founding with a field unknown", 1, replaceData(`"users":`, `"knights":[],"users":`), "no longer applies"},
		{company.ErrInvalid, "founding with a bound below zero", 1, replaceData(`"seats":20`, `"seats":-1`), "no longer applies"},
		{company.ErrSeats, "more users than seats", 1, func(e *audit.Event) {
			replaceData(`"seats":20`, `"seats":1`)(e)
			replaceData(`"users":[`, `"users":[{"id":"abe","email":"abe@example.com"},`)(e)
		}, "no longer applies"},
		{company.ErrBroken, "another company's event", 2, func(e *audit.Event) { e.Company = "emca" }, `company "emca"`},
		{company.ErrBroken, "earlier than the one before", 5, func(e *audit.Event) { e.Time = history[3].Time.Add(-1) }, "earlier"},
	}
}

func TestOpenRefuses(t *testing.T) {
	history := events(t, playStory(t).log)
	for _, test := range openRefusals(history) {
		t.Run(test.name, func(t *testing.T) {
			log := forge(history, test.seq, test.forge)
			if err := audit.Verify(log.Events(t.Context(), 0), audit.Checkpoint{}); err != nil {
				t.Fatalf("the forged log does not hang together: %v", err)
			}
			co, err := company.Open(t.Context(), log, newStoryHost().config())
			var e *company.Error
			if co != nil || !errors.Is(err, test.want) || !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) {
				t.Fatalf("Open: %v; want %v and ErrBroken, and no company", err, test.want)
			}
			if e.Op != "replay" || e.Seq != uint64(test.seq) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v of event %d, want %q of event %d", err, e.Seq, test.text, test.seq)
			}
		})
	}
}

// TestOpenRefusesBrokenChain opens logs that are not consistent. The error is
// that of package audit, of the event where the chain breaks.
func TestOpenRefusesBrokenChain(t *testing.T) {
	history := events(t, playStory(t).log)
	last := uint64(len(history))
	tests := []struct {
		want  error
		name  string
		seq   uint64
		alter func(s fixedLog) fixedLog
	}{
		{audit.ErrEdited, "reason edited", 3, func(s fixedLog) fixedLog { s[2].Reason = "for no reason"; return s }},
		{audit.ErrEdited, "edited and hashed again", 4, func(s fixedLog) fixedLog { s[2].Reason = "x"; s[2].Hash = s[2].Sum(); return s }},
		{audit.ErrEdited, "first event edited", 1, func(s fixedLog) fixedLog { s[0].Actor.ID = "eve"; return s }},
		{audit.ErrEdited, "last event edited", last, func(s fixedLog) fixedLog { s[last-1].Time = start; return s }},
		{audit.ErrMissing, "first event missing", 1, func(s fixedLog) fixedLog { return s[1:] }},
		{audit.ErrMissing, "an event missing", 6, func(s fixedLog) fixedLog { return slices.Delete(s, 5, 6) }},
		{audit.ErrReordered, "two swapped", 6, func(s fixedLog) fixedLog { s[5], s[6] = s[6], s[5]; return s }},
		{audit.ErrReordered, "one twice", 7, func(s fixedLog) fixedLog { return slices.Insert(s, 6, s[5]) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := test.alter(slices.Clone(fixedLog(history)))
			co, err := company.Open(t.Context(), log, newStoryHost().config())
			var e *audit.Error
			if co != nil || !errors.Is(err, test.want) || !errors.As(err, &e) || e.Seq != test.seq {
				t.Errorf("Open: %v; want %v of event %d, and no company", err, test.want, test.seq)
			}
			if ce := (*company.Error)(nil); !errors.As(err, &ce) || ce.Op != "open" {
				t.Errorf("%#v is no Error of open", err)
			}
		})
	}
	if co, err := company.Open(t.Context(), fixedLog(nil), nil); co != nil || !errors.Is(err, company.ErrNotFounded) {
		t.Errorf("Open of an empty log: %v; want ErrNotFounded, and no company", err)
	}
}

// TestNothingIsSkipped replaces an event by one of an unknown type, and by one
// that happened before. That it is so for each event, and for the past before
// it, the tests of internal/journal say.
func TestNothingIsSkipped(t *testing.T) {
	x := playStory(t)
	history := events(t, x.log)
	for _, seq := range []int{1, 2, len(history) / 2, len(history) - 1, len(history)} {
		for _, log := range []fixedLog{
			forge(history, seq, func(e *audit.Event) { e.Changes[len(e.Changes)-1].Type = "unheard-of" }),
			forge(history, seq, func(e *audit.Event) { e.Changes = slices.Concat(e.Changes, history[0].Changes) }),
		} {
			_, err := company.Open(t.Context(), log, newStoryHost().config())
			var e *company.Error
			if !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) || e.Seq != uint64(seq) {
				t.Errorf("Open with a bad event %d: %v", seq, err)
			}
			if seq == len(history) {
				continue // the company knows the hash of this one: it is found out before
			}
			// The events before the bad one cannot be told from forged ones, nor can
			// it: the state that the company knows is not in this log.
			for at := max(seq-1, 1); at <= seq; at++ {
				if _, err := x.documentAt(t, log, uint64(at)); !errors.Is(err, company.ErrDiverged) {
					t.Errorf("At(%d) with a bad event %d: %v, want ErrDiverged", at, seq, err)
				}
			}
		}
	}
}

// documentAt returns the document after an event of a log that cannot be
// opened. It asks a company that was opened from a good log.
func (x playedStory) documentAt(t testing.TB, log audit.Log, seq uint64) (string, error) {
	t.Helper()
	swap := &switchedLog{log: x.log}
	co, err := company.Open(t.Context(), swap, x.host.config())
	if err != nil {
		t.Fatal(err)
	}
	swap.log = log
	p, err := co.PolicyAfter(t.Context(), seq)
	if err != nil {
		return "", err
	}
	return text(t, p), nil
}

// switchedLog is a log that can be replaced while a company uses it.
type switchedLog struct{ log audit.Log }

func (x *switchedLog) Append(ctx context.Context, e audit.Event) error { return x.log.Append(ctx, e) }

func (x *switchedLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return x.log.Events(ctx, after)
}

// TestFollowerRefuses: another writer appends an event that this company cannot
// read. It stays where it was, and writes nothing after what it did not read.
func TestFollowerRefuses(t *testing.T) {
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	bad := events(t, log)[0]
	bad.Changes = []audit.Change{{Type: "unheard-of", Version: 1, Data: []byte("{}")}}
	if err := log.Append(t.Context(), bad.Chain(co.Checkpoint())); err != nil {
		t.Fatal(err)
	}
	was := co.Policy()
	sc := storySteps()[0]
	_, doErr := co.Do(t.Context(), company.By{Actor: sc.by, Reason: "why not"}, sc.changes...)
	for what, err := range map[string]error{"Sync": co.Sync(t.Context()), "Do": doErr} {
		var e *company.Error
		if !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) || e.Seq != 2 {
			t.Errorf("%s = %v, want ErrBroken of event 2", what, err)
		}
	}
	if co.Policy() != was || co.Checkpoint().Seq != 1 || len(events(t, log)) != 2 {
		t.Error("the policy or the log is another")
	}
}

// TestReplayChecksStructure opens logs that are consistent, with changes that
// no Do would have made.
func TestReplayChecksStructure(t *testing.T) {
	c := newCompany(t, "ann admin; bob user; cat viewer; dan viewer 1h", options{reports: "r: bob creator; s: bob creator, cat creator; orphan"})
	theirs := bounded(`{"report":"r","level":"creator"}`, `{"report":"s","level":"creator"}`)
	c.must("ann", parseChanges(t, "attribute.declare x string; team.create t; team.create gone; team.delete gone; source.add a")...)
	for name, tt := range map[string]struct{ want, kind, data string }{
		"a user over another":     {"ErrBroken ErrTaken", "user.add", `{"user":"ann","personal":{"email":"eve@example.com"},"role":"admin"}`},
		"a team over another":     {"ErrBroken ErrTaken", "team.create", `{"team":"t"}`},
		"a team of an id used":    {"ErrBroken ErrReused", "team.create", `{"team":"gone"}`},
		"an account over another": {"ErrBroken ErrTaken", "source.add", `{"accounts":[{"id":"a","source":"bing"}]}`},
		"an attribute over one":   {"ErrBroken ErrTaken", "attribute.declare", `{"attribute":"x","type":"number"}`},
		"fewer seats than users":  {"ErrBroken ErrInvalid", "company.set-limits", `{"seats":-1}`},
		"an outcome of another":   {"ErrBroken ErrInvalid", "owner.transfer", `{"to":"bob","from":"cat","role":"admin","becomes":"data-manager"}`},
		"a report loses its last creator": {"ErrBroken ErrSuccessor", "user.remove",
			`{"user":"bob","role":"user","personal":{"email":"bob@x.test"},"reports":` + theirs + `,"orphaned":` + bounded(`"r"`) + `}`},
		"a report keeps a creator": {"", "user.remove",
			`{"user":"cat","role":"viewer","personal":{"email":"cat@x.test"},"reports":` + bounded(`{"report":"s","level":"creator"}`) + `}`},
		"a successor": {"", "user.remove",
			`{"user":"bob","successor":"cat","role":"user","personal":{"email":"bob@x.test"},"reports":` + theirs + `,"handedOver":` + bounded(`"r"`) + `}`},
		"the actor as successor": {"ErrBroken ErrSelf ErrSuccessor", "user.remove",
			`{"user":"bob","successor":"ann","role":"user","personal":{"email":"bob@x.test"},"reports":` + theirs + `,"handedOver":` + bounded(`"r"`) + `}`},
		"a successor without a need": {"ErrBroken ErrInvalid", "user.remove",
			`{"user":"cat","successor":"bob","role":"viewer","personal":{"email":"cat@x.test"},"reports":` + bounded(`{"report":"s","level":"creator"}`) + `}`},
		"a creator besides another": {"ErrBroken ErrInvalid", "report.name-creator", `{"report":"r","user":"cat"}`},
		"oneself as creator":        {"ErrBroken ErrSelf ErrSuccessor", "report.name-creator", `{"report":"orphan","user":"ann"}`},
		"a creator with an end":     {"ErrBroken ErrSuccessor", "report.name-creator", `{"report":"orphan","user":"dan"}`},
		"a creator":                 {"", "report.name-creator", `{"report":"orphan","user":"cat"}`},
	} {
		e := c.forged(audit.Actor{Kind: audit.KindUser, ID: "ann", Email: "ann@x.test", Role: "admin"},
			audit.Change{Type: tt.kind, Version: 1, Data: []byte(tt.data)})
		log := append(fixedLog(events(t, c.log)), e)
		if _, err := company.Open(t.Context(), log, nil); errorName(err) != tt.want {
			t.Errorf("%s: refused as %q, want %q: %v", name, errorName(err), tt.want, err)
		}
	}
}

// forged returns an event that continues the log, with the right targets,
// whatever it changes.
func (c *testCompany) forged(by audit.Actor, changes ...audit.Change) audit.Event {
	return audit.Event{
		ID: "e", Time: c.now(), Company: c.ID(), Actor: by, Changes: changes, Targets: company.TargetsOf(changes...),
	}.Chain(c.Checkpoint())
}

// TestLogWithoutFounding opens a log whose first event has no change.
func TestLogWithoutFounding(t *testing.T) {
	e := audit.Event{ID: "e", Time: time.Now().UTC(), Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"}}.Chain(audit.Checkpoint{})
	if _, err := company.Open(t.Context(), fixedLog{e}, nil); !errors.Is(err, company.ErrBroken) {
		t.Errorf("Open = %v, want ErrBroken", err)
	}
}

// TestReplayChecksNames replays logs with a name or id of the company that may
// not be given: one rule for text holds there, too.
func TestReplayChecksNames(t *testing.T) {
	history := events(t, playStory(t).log)
	for name, log := range map[string]fixedLog{
		"founded":         forge(history[:1], 1, replaceData(`"name":"Acme"`, `"name":"Ac`+"\u202e"+`me "`)),
		"without a name":  forge(history[:1], 1, replaceData(`"name":"Acme"`, `"name":""`)),
		"id of two lines": forge(history[:1], 1, replaceData(`"company":"acme"`, `"company":"acme`+"\u0085"+`x"`)),
		"renamed":         forge(history, len(history)-1, replaceData(`"name":"Acme & Söhne <GmbH>"`, `"name":"Ac`+"\u202e"+`me"`)),
	} {
		if _, err := company.Open(t.Context(), log, newStoryHost().config()); !errors.Is(err, company.ErrInvalid) {
			t.Errorf("%s: Open = %v, want ErrInvalid", name, err)
		}
	}
}
