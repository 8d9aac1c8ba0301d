package company_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"pgregory.net/rapid"
)

// TestReadChangesErrors: what cannot be read is named, and nothing is returned.
func TestReadChangesErrors(t *testing.T) {
	t.Parallel()
	good := audit.Change{Type: "team.create", Version: 1, Data: []byte(`{"team":"t"}`)}
	for _, test := range []struct {
		change audit.Change
		want   string
	}{
		{audit.Change{Type: "team.paint", Version: 1, Data: []byte(`{}`)}, `a change is of unknown type "team.paint", version 1`},
		{audit.Change{Type: "", Version: 1, Data: []byte(`{}`)}, `a change is of unknown type "", version 1`},
		{audit.Change{Type: "team.create", Version: 2, Data: good.Data}, `a change is of unknown type "team.create", version 2`},
		{audit.Change{Type: "team.create", Version: 0, Data: good.Data}, `a change is of unknown type "team.create", version 0`},
		{audit.Change{Type: "team.create", Version: 1, Data: []byte(`{"team":1}`)}, "team.create, version 1: "},
		{audit.Change{Type: "team.create", Version: 1, Data: []byte(`{"team":"t","x":1}`)}, "team.create, version 1: the data is not in canonical form"},
		{audit.Change{Type: "team.create", Version: 1}, "team.create, version 1: "},
		{audit.Change{Type: "company.found", Version: 1, Data: []byte(`{"company":"a","name":"","document":{"x":1}}`)}, "company.found, version 1: "},
	} {
		changes, err := company.ReadChanges(audit.Event{Seq: 7, Changes: []audit.Change{good, test.change}})
		e, ok := err.(*company.Error)
		if !ok || changes != nil || !errors.Is(err, company.ErrBroken) || e.Seq != 7 || e.Change != test.change.Type {
			t.Errorf("%+v is read as %v, %#v", test.change, changes, err)
			continue
		}
		if want := "company: read changes: event 7: change 2: the log is broken: " + test.want; !strings.HasPrefix(err.Error(), want) || strings.Count(err.Error(), "broken") != 1 {
			t.Errorf("the error is %q, want %q", err, want)
		}
	}
	if changes, err := company.ReadChanges(audit.Event{}); len(changes) != 0 || err != nil {
		t.Errorf("an event without changes is read as %v, %v", changes, err)
	}
}

// TestFoundedIsRefused: nobody founds a company by a Do, and no system can be
// configured for it.
func TestFoundedIsRefused(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin", options{})
	for _, by := range []string{"ann", "system ops"} {
		c.refuses("ErrInvalid", by, company.Founded{Company: "acme", Name: "Acme"})
	}
	_, err := company.Open(t.Context(), c.log, &company.Config{Systems: map[string]company.SystemConfig{"s": {Changes: []company.Change{company.Founded{}}}}})
	if !errors.Is(err, company.ErrInvalid) || !strings.Contains(err.Error(), "company.Found") {
		t.Errorf("a system for it: %v", err)
	}
}

// historyOf reads a history to its end.
func historyOf(ctx context.Context, c *company.Company, q company.HistoryQuery) (all []company.Entry, err error) {
	for e, err := range c.History(ctx, q) {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// fits is [company.HistoryQuery] as its documentation has it, for actors as text.
func fits(q company.HistoryQuery, actor string, e audit.Event, changes []company.Change) bool {
	target := q.Target.IsZero() || slices.Contains(e.Targets, q.Target.String())
	when := (q.From.IsZero() || !e.Time.Before(q.From)) && (q.To.IsZero() || e.Time.Before(q.To))
	who := actor == "" || strings.EqualFold(actor, e.Actor.String())
	for _, c := range changes {
		if accepted, ok := c.(company.AcceptInvitation); ok && string(accepted.User) == actor {
			who = true
		}
	}
	return target && when && who && e.Seq > q.After && (q.Before == 0 || e.Seq < q.Before)
}

// actorOfText returns the actor whom an event calls by a text, in capitals if it
// is an invitee, as addresses are compared without regard to case.
func actorOfText(text string) company.Actor {
	switch kind, name, _ := strings.Cut(text, " "); {
	case text == "":
		return company.Actor{}
	case kind == "system":
		return company.System(name)
	case kind == "invitee":
		proof, err := invite.Verified(mustAddress(strings.ToUpper(name)), "https://id.example", "", start)
		if err != nil {
			panic(err)
		}
		return company.Invitee(proof)
	}
	return company.User(text)
}

// TestHistoryFilters asks the recorded history for every target, every actor and
// all of them together with times and pages, and compares the answer with all
// events, of which those that fit are looked for one by one.
func TestHistoryFilters(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	co, err := company.Open(t.Context(), fixedLog(history), nil)
	if err != nil {
		t.Fatal(err)
	}
	changes := make([][]company.Change, len(history))
	targets, actors := []string{"", "user:nobody", "board:b in account:a"}, []string{"", "nobody", "eve", "hal", "system nobody", "invitee no@example.com"}
	var times []time.Time
	for i, e := range history {
		if changes[i], err = company.ReadChanges(e); err != nil {
			t.Fatal(err)
		}
		targets, actors, times = append(targets, e.Targets...), append(actors, e.Actor.String()), append(times, e.Time, e.Time.Add(1))
	}
	for _, all := range []*[]string{&targets, &actors} {
		slices.Sort(*all)
		*all = slices.Compact(*all)
	}
	found := make(map[bool]int)
	check := func(fail func(string, ...any), target, actor string, q company.HistoryQuery) {
		if target != "" {
			if err := q.Target.UnmarshalText([]byte(target)); err != nil {
				t.Fatal(err)
			}
		}
		q.Actor = actorOfText(actor)
		var want []company.Entry
		for i, e := range history {
			if fits(q, actor, e, changes[i]) && (q.Limit <= 0 || len(want) < q.Limit) {
				entry := company.Entry{Event: e, Changes: changes[i]}
				if q.Unread {
					entry.Changes = nil
				}
				want = append(want, entry)
			}
		}
		found[len(want) > 0]++
		if got, err := historyOf(t.Context(), co, q); err != nil || !reflect.DeepEqual(got, want) {
			fail("%+v: %d events, %v; want %d", q, len(got), err, len(want))
		}
	}
	for _, target := range targets {
		check(t.Errorf, target, "", company.HistoryQuery{})
	}
	for _, actor := range actors {
		check(t.Errorf, "", actor, company.HistoryQuery{})
	}
	for _, at := range times {
		check(t.Errorf, "", "", company.HistoryQuery{From: at})
		check(t.Errorf, "", "", company.HistoryQuery{To: at})
	}
	rapid.Check(t, func(rt *rapid.T) {
		when := rapid.SampledFrom(append(slices.Clone(times), time.Time{}, time.Time{}))
		check(rt.Fatalf, rapid.SampledFrom(append(targets, "", "")).Draw(rt, "target"), rapid.SampledFrom(append(actors, "", "")).Draw(rt, "actor"),
			company.HistoryQuery{From: when.Draw(rt, "from"), To: when.Draw(rt, "to"),
				After: rapid.Uint64Range(0, 50).Draw(rt, "after"), Before: rapid.Uint64Range(0, 80).Draw(rt, "before"), Limit: rapid.IntRange(-1, 4).Draw(rt, "limit"), Unread: rapid.Bool().Draw(rt, "unread")})
	})
	if found[true] == 0 || found[false] == 0 {
		t.Errorf("something was found, or nothing: %v", found)
	}
}

// TestHistoryPages: pages of every size, joined, are the whole.
func TestHistoryPages(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	co, err := company.Open(t.Context(), fixedLog(history), nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := company.HistoryQuery{Actor: company.User("ann")}
	want, err := historyOf(t.Context(), co, whole)
	if err != nil || len(want) < 5 {
		t.Fatal(len(want), err)
	}
	for size := 1; size <= len(want)+1; size++ {
		var got []company.Entry
		page := whole
		for page.Limit = size; ; {
			part, err := historyOf(t.Context(), co, page)
			if err != nil || len(part) > size {
				t.Fatal(len(part), err)
			}
			if len(part) == 0 {
				break
			}
			got = append(got, part...)
			page.After = part[len(part)-1].Seq
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("pages of %d come to %d events, want %d", size, len(got), len(want))
		}
	}
}

// TestHistoryBefore: a history that ends before an event reads nothing from there
// on, so pages from the end cost what they show.
func TestHistoryBefore(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	log := &countingLog{Log: fixedLog(history)}
	co, err := company.Open(t.Context(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	head := uint64(len(history))
	for _, n := range few(3, 10, upTo(len(history)+2)) {
		after := uint64(n)
		for before := range head + 3 {
			log.read = 0
			got, err := historyOf(t.Context(), co, company.HistoryQuery{After: after, Before: before})
			end := head // the last that is asked for
			if before != 0 {
				end = min(end, before-1)
			}
			want := int(max(end, after) - after)
			if err != nil || len(got) != want || want > 0 && got[0].Seq != after+1 || log.read != want {
				t.Fatalf("after %d and before %d: %d events of %d read, %v; want %d", after, before, len(got), log.read, err, want)
			}
		}
	}
}

// countingLog counts the events that are read of a log.
type countingLog struct {
	audit.Log
	read int
}

func (l *countingLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range l.Log.Events(ctx, after) {
			l.read++
			if !yield(e, err) {
				return
			}
		}
	}
}

// TestHistoryEnd: a history ends with what the company had taken in when its loop
// began, and a loop that is left early stays left.
func TestHistoryEnd(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin", options{})
	other, err := company.Open(t.Context(), c.log, &company.Config{Now: c.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	history := c.History(t.Context(), company.HistoryQuery{})
	count := func() (n int) {
		for e, err := range history {
			if n++; err != nil || e.Seq != uint64(n) {
				t.Fatal(e.Seq, err)
			}
			if n == 1 {
				c.must("ann", company.CreateTeam{})
			}
		}
		return n
	}
	if first, second := count(), count(); first != 1 || second != 2 {
		t.Errorf("the first loop saw %d events and the second %d, want 1 and 2", first, second)
	}
	for range other.History(t.Context(), company.HistoryQuery{After: 1}) {
		t.Error("another company returns what it did not take in")
	}
	for range history {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if all, err := historyOf(ctx, c.Company, company.HistoryQuery{}); !errors.Is(err, context.Canceled) || len(all) != 0 {
		t.Errorf("of a context that ended: %d events, %v", len(all), err)
	}
}

// swappedLog is a log that comes to say something else.
type swappedLog struct{ audit.Log }

// TestHistoryAltered reads a log of which one event was altered after the company
// took it in. What comes before it is good; it and what comes after are not
// returned, even if nobody asked for it.
func TestHistoryAltered(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	history = history[:12]
	const seq = 5
	altered := func(change func(e *audit.Event)) fixedLog {
		log := fixedLog(slices.Clone(history))
		log[seq-1] = log[seq-1].Clone()
		change(&log[seq-1])
		return log
	}
	rehashed := func(change func(e *audit.Event)) fixedLog {
		return altered(func(e *audit.Event) { change(e); e.Hash = e.Sum() })
	}
	for name, test := range map[string]struct {
		log  fixedLog
		want error
		at   uint64 // where it is found
	}{
		"reason":    {altered(func(e *audit.Event) { e.Reason = "x" }), audit.ErrEdited, seq},
		"targets":   {altered(func(e *audit.Event) { e.Targets = nil }), audit.ErrEdited, seq},
		"form":      {altered(func(e *audit.Event) { e.ID = "" }), audit.ErrMalformed, seq},
		"form, all": {rehashed(func(e *audit.Event) { e.ID = "" }), audit.ErrMalformed, seq},
		"rehashed":  {rehashed(func(e *audit.Event) { e.Reason = "x" }), company.ErrBroken, seq + 1},
		"company":   {rehashed(func(e *audit.Event) { e.Company = "x" }), company.ErrBroken, seq},
		"type":      {rehashed(func(e *audit.Event) { e.Changes[0].Type = "x" }), company.ErrBroken, seq},
		"rewritten": {forge(history, seq, func(e *audit.Event) { e.Reason = "x" }), company.ErrDiverged, uint64(len(history))},
		"missing":   {slices.Delete(fixedLog(slices.Clone(history)), seq-1, seq), company.ErrDiverged, seq},
		"cut off":   {fixedLog(history[:seq-1]), company.ErrDiverged, seq},
	} {
		log := &swappedLog{fixedLog(history)}
		co, err := company.Open(t.Context(), log, nil)
		if err != nil {
			t.Fatal(err)
		}
		log.Log = test.log
		got, err := historyOf(t.Context(), co, company.HistoryQuery{})
		e, ok := err.(*company.Error)
		if !errors.Is(err, test.want) || !ok || e.Seq != test.at || len(got) != int(test.at)-1 {
			t.Errorf("%s: %d events, then %v; want %v at event %d", name, len(got), err, test.want, test.at)
		}
		if name == "type" {
			continue // what is not asked for is not read
		}
		if got, err := historyOf(t.Context(), co, company.HistoryQuery{Target: access.Team("none")}); len(got) != 0 || !errors.Is(err, test.want) {
			t.Errorf("%s, by target: %v, then %v; want %v", name, got, err, test.want)
		}
		if got, err := historyOf(t.Context(), co, company.HistoryQuery{Limit: int(test.at) - 1}); len(got) != int(test.at)-1 || err != nil {
			t.Errorf("%s, up to there: %d events, then %v", name, len(got), err)
		}
	}
}

// TestHistoryLogFails: an error of the log comes last, as it is.
func TestHistoryLogFails(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	log := &swappedLog{fixedLog(history)}
	co, err := company.Open(t.Context(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	down := fmt.Errorf("the disk is gone")
	log.Log = failingAfter{fixedLog(history), 3, down}
	got, err := historyOf(t.Context(), co, company.HistoryQuery{After: 1})
	if len(got) != 2 || !errors.Is(err, down) || cmp.Or(err.Error(), "") != "company: history: the disk is gone" {
		t.Errorf("%d events, then %v", len(got), err)
	}
}

// failingAfter is a log that fails after an event.
type failingAfter struct {
	audit.Log
	seq  uint64
	fail error
}

func (l failingAfter) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range l.Log.Events(ctx, after) {
			if e.Seq > l.seq {
				e, err = audit.Event{}, l.fail
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
