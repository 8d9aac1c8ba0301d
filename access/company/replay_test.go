package company_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

var updateHistory = flag.Bool("update", false, "record the history in testdata anew")

// script is a log that says what it is told, true or not.
type script []audit.Event

func (s script) Append(context.Context, audit.Event) error { return audit.ErrConflict }

func (s script) Events(_ context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range s {
			if e.Seq > after && !yield(e.Clone(), nil) {
				return
			}
		}
	}
}

// forge changes an event of a history and makes all hashes from there on anew,
// so that only its meaning can give it away.
func forge(history []audit.Event, seq int, change func(e *audit.Event)) script {
	forged := make(script, len(history))
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

// data returns a change of an event that replaces a part of its first change.
func data(old, new string) func(*audit.Event) {
	return func(e *audit.Event) {
		if !bytes.Contains(e.Changes[0].Data, []byte(old)) {
			panic("no " + old + " in " + string(e.Changes[0].Data))
		}
		e.Changes[0].Data = bytes.Replace(e.Changes[0].Data, []byte(old), []byte(new), 1)
	}
}

func TestOpenRefuses(t *testing.T) {
	history := events(t, tell(t).log)
	found, added := history[0], history[1] // the second adds bob as a user manager
	tests := []struct {
		want  error
		name  string
		seq   int
		forge func(*audit.Event)
		text  string // of the error
	}{
		{company.ErrBroken, "unknown type", 2, func(e *audit.Event) { e.Changes[0].Type = "user.knight" }, `unknown type "user.knight"`},
		{company.ErrBroken, "unknown version", 2, func(e *audit.Event) { e.Changes[0].Version = 2 }, "version 2"},
		{company.ErrBroken, "unknown type behind a known one", 3, func(e *audit.Event) { e.Changes[1].Type = "user.knight" }, `unknown type "user.knight"`},
		{company.ErrBroken, "unknown field", 2, data(`"user":"bob"`, `"user":"bob","crown":true`), "canonical"},
		{company.ErrBroken, "doubled field", 2, data(`"user":"bob"`, `"user":"eve","user":"bob"`), "canonical"},
		{company.ErrBroken, "field in another case", 2, data(`"user"`, `"User"`), "canonical"},
		{company.ErrBroken, "fields in another order", 2, data(`"user":"bob","name":"Bob"`, `"name":"Bob","user":"bob"`), "canonical"},
		{company.ErrBroken, "escaped where it need not be", 2, data(`"bob"`, `"\u0062ob"`), "canonical"},
		{company.ErrBroken, "missing field", 2, data(`"user":"bob",`, ``), "canonical"},
		{company.ErrBroken, "empty field written out", 2, data(`"name":"Bob"`, `"name":""`), "canonical"},
		{company.ErrBroken, "field of another type", 2, data(`"bob"`, `7`), "user.add"},
		{company.ErrBroken, "no object", 2, func(e *audit.Event) { e.Changes[0].Data = []byte("null") }, "canonical"},
		{company.ErrUnknown, "no longer applies: unknown user", 2, func(e *audit.Event) {
			e.Changes = []audit.Change{{Type: "user.suspend", Version: 1, Data: []byte(`{"user":"eve"}`)}}
		}, "no longer applies"},
		{company.ErrTaken, "no longer applies: address taken", 2, data("bob@", "ann@"), "no longer applies"},
		{company.ErrUnknown, "no longer applies: unknown role", 2, data("user-manager", "knight"), "no longer applies"},
		{company.ErrLastHolder, "no longer applies: last holder", 2, func(e *audit.Event) {
			e.Changes = []audit.Change{{Type: "user.suspend", Version: 1, Data: []byte(`{"user":"ann"}`)}}
		}, "no longer applies"},
		{company.ErrBroken, "second founding", 2, func(e *audit.Event) { e.Changes = found.Changes }, "begins with the founding"},
		{company.ErrBroken, "second founding in the first event", 1, func(e *audit.Event) { e.Changes = append(e.Changes, e.Changes[0]) }, "begins with the founding"},
		{company.ErrBroken, "no founding", 1, func(e *audit.Event) { e.Changes = added.Changes }, "begins with the founding"},
		{company.ErrBroken, "founding of another company", 1, data(`"acme"`, `"emca"`), `company "acme"`},
		{company.ErrInvalid, "founding without a name", 1, data(`"name":"Acme"`, `"name":" "`), "no longer applies"},
		{company.ErrInvalid, "founding with a field unknown", 1, data(`"users":`, `"knights":[],"users":`), "no longer applies"},
		{company.ErrInvalid, "founding with a bound below zero", 1, data(`"seats":20`, `"seats":-1`), "no longer applies"},
		{company.ErrSeats, "more users than seats", 1, func(e *audit.Event) {
			data(`"seats":20`, `"seats":1`)(e)
			data(`"users":[`, `"users":[{"id":"abe","email":"abe@example.com"},`)(e)
		}, "no longer applies"},
		{company.ErrBroken, "another company's event", 2, func(e *audit.Event) { e.Company = "emca" }, `company "emca"`},
		{company.ErrBroken, "earlier than the one before", 5, func(e *audit.Event) { e.Time = history[3].Time.Add(-1) }, "earlier"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := forge(history, test.seq, test.forge)
			if err := audit.Verify(log.Events(t.Context(), 0), audit.Checkpoint{}); err != nil {
				t.Fatalf("the forged log does not hang together: %v", err)
			}
			co, err := company.Open(t.Context(), log, newStage().config())
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

// TestOpenRefusesBrokenChain opens logs that do not hang together. The error is
// the audit package's, of the event where the chain breaks.
func TestOpenRefusesBrokenChain(t *testing.T) {
	history := events(t, tell(t).log)
	last := uint64(len(history))
	tests := []struct {
		want  error
		name  string
		seq   uint64
		alter func(s script) script
	}{
		{audit.ErrEdited, "reason edited", 3, func(s script) script { s[2].Reason = "for no reason"; return s }},
		{audit.ErrEdited, "edited and hashed again", 4, func(s script) script { s[2].Reason = "x"; s[2].Hash = s[2].Sum(); return s }},
		{audit.ErrEdited, "first event edited", 1, func(s script) script { s[0].Actor.ID = "eve"; return s }},
		{audit.ErrEdited, "last event edited", last, func(s script) script { s[last-1].Time = begin; return s }},
		{audit.ErrMissing, "first event missing", 1, func(s script) script { return s[1:] }},
		{audit.ErrMissing, "an event missing", 6, func(s script) script { return slices.Delete(s, 5, 6) }},
		{audit.ErrReordered, "two swapped", 6, func(s script) script { s[5], s[6] = s[6], s[5]; return s }},
		{audit.ErrReordered, "one twice", 7, func(s script) script { return slices.Insert(s, 6, s[5]) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			log := test.alter(slices.Clone(script(history)))
			co, err := company.Open(t.Context(), log, newStage().config())
			var e *audit.Error
			if co != nil || !errors.Is(err, test.want) || !errors.As(err, &e) || e.Seq != test.seq {
				t.Errorf("Open: %v; want %v of event %d, and no company", err, test.want, test.seq)
			}
			if ce := (*company.Error)(nil); !errors.As(err, &ce) || ce.Op != "open" {
				t.Errorf("%#v is no Error of open", err)
			}
		})
	}
	if co, err := company.Open(t.Context(), script(nil), nil); co != nil || !errors.Is(err, company.ErrNotFounded) {
		t.Errorf("Open of an empty log: %v; want ErrNotFounded, and no company", err)
	}
}

// TestNothingIsSkipped makes each event in turn one nobody knows, and one that
// happened before.
func TestNothingIsSkipped(t *testing.T) {
	x := tell(t)
	history := events(t, x.log)
	for i := range history {
		seq := i + 1
		for _, log := range []script{
			forge(history, seq, func(e *audit.Event) { e.Changes[len(e.Changes)-1].Type = "unheard-of" }),
			forge(history, seq, func(e *audit.Event) { e.Changes = slices.Concat(e.Changes, history[0].Changes) }),
		} {
			_, err := company.Open(t.Context(), log, newStage().config())
			var e *company.Error
			if !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) || e.Seq != uint64(seq) {
				t.Errorf("Open with a bad event %d: %v", seq, err)
			}
			if seq == len(history) {
				continue // the company knows the hash of this one: it is found out before
			}
			// What comes before the bad event cannot be told from what was made
			// up with it: the state the company knows is not in this log.
			if _, err := x.past(t, log, uint64(seq-1)); seq > 1 && !errors.Is(err, company.ErrDiverged) {
				t.Errorf("At(%d) before a bad event: %v, want ErrDiverged", seq-1, err)
			}
			if _, err := x.past(t, log, uint64(seq)); !errors.Is(err, company.ErrBroken) {
				t.Errorf("At(%d), which is bad: %v, want ErrBroken", seq, err)
			}
		}
	}
}

// past returns the document after an event of a log that cannot be opened, but
// that a company reads from which has seen better times.
func (x told) past(t testing.TB, log audit.Log, seq uint64) (string, error) {
	t.Helper()
	swap := &exchange{log: x.log}
	co, err := company.Open(t.Context(), swap, x.stage.config())
	if err != nil {
		t.Fatal(err)
	}
	swap.log = log
	p, err := co.At(t.Context(), seq)
	if err != nil {
		return "", err
	}
	return text(t, p), nil
}

// exchange is a log that can be exchanged for another behind its user's back.
type exchange struct{ log audit.Log }

func (x *exchange) Append(ctx context.Context, e audit.Event) error { return x.log.Append(ctx, e) }

func (x *exchange) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return x.log.Events(ctx, after)
}

// TestFollowerRefuses lets a company come across an event that another writer
// appended and that it does not understand. It stays where it was, and writes
// nothing after what it did not read.
func TestFollowerRefuses(t *testing.T) {
	s, log := newStage(), audit.NewMemory()
	co := found(t, log, s)
	bad := events(t, log)[0]
	bad.Changes = []audit.Change{{Type: "unheard-of", Version: 1, Data: []byte("{}")}}
	if err := log.Append(t.Context(), bad.Chain(co.Checkpoint())); err != nil {
		t.Fatal(err)
	}
	was := co.Policy()
	sc := story()[0]
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

// checkpointV1 is where testdata/history-v1.jsonl ends. It is kept here, and not
// there, so that the two cannot be changed together by accident.
const checkpointV1 = "ambit-checkpoint v1 40 6184163db318c046d3f9dd6cbc069f3b366776d44ed9aac00d3ef06c5c389a60"

// recorded returns the log in testdata and its checkpoint.
func recorded(t *testing.T) (lines []byte, history []audit.Event, cp audit.Checkpoint) {
	t.Helper()
	lines, err := os.ReadFile("testdata/history-v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if cp, err = audit.ParseCheckpoint(checkpointV1); err != nil {
		t.Fatal(err)
	}
	for e, err := range audit.ReadLines(bytes.NewReader(lines)) {
		if err != nil {
			t.Fatal(err)
		}
		history = append(history, e)
	}
	return lines, history, cp
}

// record writes the story, as it is told today, to testdata.
func record(t *testing.T) {
	t.Helper()
	x := tell(t)
	var lines bytes.Buffer
	if err := audit.WriteLines(&lines, x.log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(
		os.MkdirAll("testdata", 0o755),
		os.WriteFile("testdata/history-v1.jsonl", lines.Bytes(), 0o644),
		os.WriteFile("testdata/history-v1.json", []byte(text(t, x.company.Policy())), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := x.company.Checkpoint().String(); got != checkpointV1 {
		t.Errorf("set checkpointV1 to %q", got)
	}
}

// TestRecordedHistory replays a log that was recorded once and for all.
func TestRecordedHistory(t *testing.T) {
	if *updateHistory {
		record(t)
	}
	want, err := os.ReadFile("testdata/history-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	_, history, cp := recorded(t)
	if err := audit.Verify(script(history).Events(t.Context(), 0), cp); err != nil {
		t.Fatal(err)
	}
	co, err := company.Open(t.Context(), script(history), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, co.Policy()); got != string(want) {
		t.Errorf("the recorded history comes to\n%s\nwant\n%s", got, want)
	}
	if co.ID() != "acme" || co.Name() != "Acme & Söhne <GmbH>" || co.Limits() != (company.Limits{Seats: 5}) || co.Checkpoint() != cp {
		t.Errorf("it is %q, %q, %+v at %v", co.ID(), co.Name(), co.Limits(), co.Checkpoint())
	}
	var invited []string
	for i := range co.Invitations() {
		invited = append(invited, fmt.Sprintf("%s to %s is %s in generation %d, by %s, user %q, until %s", i.ID, i.Terms.Address, i.State, i.Generation, i.Sponsor, i.User, i.Terms.End(begin).Format(time.DateOnly)))
	}
	if want := []string{
		`i-eve to Eve@example.com is accepted in generation 1, by ann, user "eve", until 0001-01-01`,
		`i-fay to fay@example.com is declined in generation 1, by ann, user "", until 2026-01-31`,
		`i-gus to gus@example.com is revoked in generation 3, by bob, user "", until 2026-01-15`,
		`i-hal to hal@example.com is pending in generation 1, by bob, user "", until 0001-01-01`,
	}; !slices.Equal(invited, want) {
		t.Errorf("the invitations are %q, want %q", invited, want)
	}
	types := []string{"company.found"}
	for _, e := range history {
		for _, c := range e.Changes {
			types = append(types, c.Type)
		}
	}
	slices.Sort(types)
	all := append(company.Types(), "company.found")
	slices.Sort(all)
	if got := slices.Compact(types); !slices.Equal(got, all) {
		t.Errorf("the recorded history has changes of types %q, want all: %q", got, all)
	}
}

// TestHistoryIsToldAlike tells the recorded story again. If it comes out
// differently, what is written today changed; what was written before must
// still be read, so do not just record it anew.
func TestHistoryIsToldAlike(t *testing.T) {
	lines, _, _ := recorded(t)
	var again bytes.Buffer
	if err := audit.WriteLines(&again, tell(t).log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	recordedLines, toldLines := bytes.Split(lines, []byte("\n")), bytes.Split(again.Bytes(), []byte("\n"))
	for i := range min(len(recordedLines), len(toldLines)) {
		if !bytes.Equal(recordedLines[i], toldLines[i]) {
			t.Fatalf("event %d is now written as\n%s\nand was\n%s", i+1, toldLines[i], recordedLines[i])
		}
	}
	if len(recordedLines) != len(toldLines) {
		t.Errorf("%d lines, want %d", len(toldLines), len(recordedLines))
	}
}

// TestRecordedBitFlips flips every bit of the recorded log, or in a short test
// some of each line.
func TestRecordedBitFlips(t *testing.T) {
	lines, history, cp := recorded(t)
	stride := 1
	if testing.Short() {
		stride = 61
	}
	split := bytes.SplitAfter(lines, []byte("\n"))
	if len(split) != len(history)+1 || len(split[len(history)]) != 0 {
		t.Fatalf("%d lines for %d events", len(split), len(history))
	}
	for k, line := range split[:len(history)] {
		t.Run(fmt.Sprintf("event %d", k+1), func(t *testing.T) {
			t.Parallel()
			edited := 0
			for bit := 0; bit < 8*len(line); bit += stride {
				altered, rest := slices.Clone(line), history[k+1:]
				altered[bit/8] ^= 1 << (bit % 8)
				if bit/8 == len(line)-1 && len(rest) > 0 {
					altered, rest = append(altered, split[k+1]...), rest[1:] // it is one line with the next now
				}
				log, err := read(history[:k], altered, rest)
				if err != nil {
					continue
				}
				if err = audit.Verify(each(log), cp); err == nil {
					t.Fatalf("bit %d can be flipped", bit)
				}
				if errors.Is(err, audit.ErrEdited) {
					edited++
				}
			}
			if edited == 0 {
				t.Error("no flip left a line behind that is an edited event")
			}
		})
	}
}

// read returns a log of which some lines have still to be read.
func read(before []audit.Event, lines []byte, after []audit.Event) (script, error) {
	log := slices.Clone(script(before))
	for e, err := range audit.ReadLines(bytes.NewReader(lines)) {
		if err != nil {
			return nil, err
		}
		log = append(log, e)
	}
	return append(log, after...), nil
}

// each yields events as they are.
func each(list []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func TestRecordedRemovals(t *testing.T) {
	_, history, cp := recorded(t)
	for i := range history {
		want := audit.ErrMissing
		if i == len(history)-1 {
			want = audit.ErrTruncated
		}
		if err := audit.Verify(each(slices.Delete(slices.Clone(history), i, i+1)), cp); !errors.Is(err, want) {
			t.Errorf("without event %d: %v, want %v", i+1, err, want)
		}
		if err := audit.Verify(each(history[:i]), cp); !errors.Is(err, audit.ErrTruncated) {
			t.Errorf("without the events from %d on: %v, want %v", i+1, err, audit.ErrTruncated)
		}
	}
}

func TestRecordedSwaps(t *testing.T) {
	_, history, cp := recorded(t)
	for i := range history {
		for j := range i {
			swapped := slices.Clone(history)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			if err := audit.Verify(each(swapped), cp); !errors.Is(err, audit.ErrReordered) {
				t.Errorf("with events %d and %d swapped: %v, want %v", j+1, i+1, err, audit.ErrReordered)
			}
		}
	}
}

// TestRecordedCuts cuts the file off at every byte.
func TestRecordedCuts(t *testing.T) {
	lines, history, cp := recorded(t)
	k, at := 0, 0 // whole lines before the cut, and where the last of them ends
	for cut := range len(lines) {
		if cut > 0 && lines[cut-1] == '\n' {
			k, at = k+1, cut
		}
		log, err := read(history[:k], lines[at:cut], nil)
		if err == nil {
			err = audit.Verify(log.Events(t.Context(), 0), cp)
		}
		want := audit.ErrMalformed // the file ends within a line
		if at == cut {
			want = audit.ErrTruncated
		}
		if !errors.Is(err, want) {
			t.Fatalf("cut off after %d bytes: %v, want %v", cut, err, want)
		}
	}
}

// TestRecordedRewriting edits each event and makes the hashes anew, which only
// the checkpoint can expose.
func TestRecordedRewriting(t *testing.T) {
	_, history, cp := recorded(t)
	for i := range history {
		log := forge(history, i+1, func(e *audit.Event) { e.Time = e.Time.Add(time.Nanosecond) })
		if err := audit.Verify(each(log), audit.Checkpoint{}); err != nil {
			t.Fatalf("the forged log does not hang together: %v", err)
		}
		if err := audit.Verify(each(log), cp); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("rewritten from event %d on: %v, want %v", i+1, err, audit.ErrRewritten)
		}
	}
}

// TestReplayRepeatsInvitations opens logs whose events hang together, and whose
// last one has something happen to an invitation that no Do would have done.
func TestReplayRepeatsInvitations(t *testing.T) {
	h := newHall(t, audit.NewMemory(), func(c *company.Config) { c.Invitations.TTL = 24 * time.Hour })
	h.invite("expired", to("ex@x.test", "viewer"))
	h.pass(25 * time.Hour)
	h.invite("pending", to("bob@x.test", "viewer"))
	for _, id := range []invite.ID{"declined", "revoked", "accepted"} {
		h.invite(id, to(string(id)+"@x.test", "viewer"))
	}
	h.must(h.proven("declined@x.test"), company.DeclineInvitation{Invitation: "declined", Secret: h.letter("declined").Secret})
	h.must(company.User("ann"), company.RevokeInvitation{Invitation: "revoked"})
	if _, err := h.accept("accepted", "kim"); err != nil {
		t.Fatal(err)
	}
	const issued = `"sponsor":{"user":"ann"},"generation":1,"digest":"00000000000000000000000000000000000000000000000000000000000000ff"`
	second, third := strings.Replace(issued, ":1,", ":2,", 1), strings.Replace(issued, ":1,", ":3,", 1)
	send := func(id, terms, issued string) string {
		return `{"invitation":"` + id + `","terms":{` + terms + `},` + issued + `}`
	}
	answer := func(id, user string) string {
		if user != "" {
			user = `"user":"` + user + `","role":"viewer",`
		}
		return `{"invitation":"` + id + `",` + user + `"issuer":"idp","verified":"2026-01-01T09:00:00Z"}`
	}
	new := `"address":"new@x.test","role":"viewer"`
	for _, tt := range []struct {
		want string
		name string
		kind string
		data string
	}{
		{"", "sent", "invitation.send", send("new", new, issued)},
		{"", "sent to who declined", "invitation.send", send("new", `"address":"declined@x.test","role":"viewer"`, issued)},
		{"ErrBroken ErrTaken", "sent with an id used", "invitation.send", send("declined", new, issued)},
		{"ErrBroken ErrInvalid", "sent without an id", "invitation.send", send("", new, issued)},
		{"ErrBroken ErrInvalid", "sent with an id that is none", "invitation.send", send("a b", new, issued)},
		{"ErrBroken ErrPending", "sent to a pending address", "invitation.send", send("new", `"address":"BOB@x.test","role":"user"`, issued)},
		{"ErrBroken ErrInvalid", "sent as the second", "invitation.send", send("new", new, second)},
		{"ErrBroken ErrInvalid", "sent without a digest", "invitation.send", send("new", new, strings.Replace(issued, "ff", "00", 1))},
		{"ErrBroken ErrInvalid ErrTerms", "sent with two ends", "invitation.send", send("new", new+`,"days":3,"until":"2026-02-01T00:00:00Z"`, issued)},
		{"", "sent anew", "invitation.resend", `{"invitation":"pending",` + second + `}`},
		{"", "sent anew after it expired", "invitation.resend", `{"invitation":"expired",` + second + `}`},
		{"ErrBroken ErrInvalid", "sent anew as before", "invitation.resend", `{"invitation":"pending",` + issued + `}`},
		{"ErrBroken ErrInvalid", "sent anew, with one left out", "invitation.resend", `{"invitation":"pending",` + third + `}`},
		{"ErrBroken ErrNone", "sent anew though there is none", "invitation.resend", `{"invitation":"ghost",` + issued + `}`},
		{"ErrBroken ErrRevoked", "sent anew though revoked", "invitation.resend", `{"invitation":"revoked",` + second + `}`},
		{"", "amended", "invitation.amend", `{"invitation":"pending","role":"user",` + second + `}`},
		{"ErrBroken ErrExpired", "amended though expired", "invitation.amend", `{"invitation":"expired","role":"user",` + second + `}`},
		{"ErrBroken ErrInvalid ErrTerms", "amended to two ends", "invitation.amend", `{"invitation":"pending","role":"user","days":3,"until":"2026-02-01T00:00:00Z",` + second + `}`},
		{"", "accepted", "invitation.accept", answer("pending", "new")},
		{"ErrBroken ErrExpired", "accepted though expired", "invitation.accept", answer("expired", "new")},
		{"ErrBroken ErrDeclined", "accepted though declined", "invitation.accept", answer("declined", "new")},
		{"ErrBroken ErrRevoked", "accepted though revoked", "invitation.accept", answer("revoked", "new")},
		{"ErrAccepted ErrBroken", "accepted again", "invitation.accept", answer("accepted", "new")},
		{"ErrBroken ErrNone", "accepted though there is none", "invitation.accept", answer("ghost", "new")},
		{"ErrBroken ErrTaken", "accepted as who is there", "invitation.accept", answer("pending", "ann")},
		{"", "declined", "invitation.decline", answer("pending", "")},
		{"ErrAccepted ErrBroken", "declined though accepted", "invitation.decline", answer("accepted", "")},
		{"", "revoked", "invitation.revoke", `{"invitation":"expired","email":"ex@x.test"}`},
		{"ErrAccepted ErrBroken", "revoked though accepted", "invitation.revoke", `{"invitation":"accepted","email":"accepted@x.test"}`},
		{"ErrBroken ErrUnknown", "taken over by nobody", "user.remove", `{"user":"ann","takeOver":"ghost","role":"admin","email":"ann@x.test","invitations":["pending"]}`},
		{"", "taken over", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["expired","pending"]}`},
		{"ErrBroken ErrDeclined", "taken over though declined", "user.remove", `{"user":"ann","takeOver":"abe","role":"admin","email":"ann@x.test","invitations":["declined"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := audit.Event{ID: "e", Time: h.stage.now(), Company: "acme", Actor: audit.Actor{Kind: audit.KindSystem, ID: "desk"},
				Changes: []audit.Change{{Type: tt.kind, Version: 1, Data: []byte(tt.data)}}}
			log := append(script(events(t, h.log)), e.Chain(h.co.Checkpoint()))
			if _, err := company.Open(t.Context(), log, nil); heard(err) != tt.want {
				t.Errorf("told %q, want %q: %v", heard(err), tt.want, err)
			}
		})
	}
}
