package company_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// checkpointFoundingV1 is where testdata/founding-v1.jsonl ends.
const checkpointFoundingV1 = "ambit-checkpoint v1 4 a611780e40a183c643bc29dc5b386a08b12a6fcc52f71bb25ada31974d7c2e55"

// TestRecordedFounding opens a founding in parts that was recorded once. What is
// founded today comes out alike.
func TestRecordedFounding(t *testing.T) {
	t.Parallel()
	var again bytes.Buffer
	today := partsOf(t, largeFounding(90))
	if err := audit.WriteLines(&again, today.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	if *updateHistory {
		if err := os.WriteFile("testdata/founding-v1.jsonl", again.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := os.ReadFile("testdata/founding-v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var history fixedLog
	for e, err := range audit.ReadLines(bytes.NewReader(lines)) {
		if err != nil {
			t.Fatal(err)
		}
		history = append(history, e)
	}
	co, err := company.Open(t.Context(), history, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := co.Checkpoint().String(); got != checkpointFoundingV1 {
		t.Errorf("it ends at %s, want %s", got, checkpointFoundingV1)
	}
	if got, want := text(t, co.Policy()), text(t, inOne(t, largeFounding(90)).Policy()); got != want {
		t.Errorf("the recorded founding comes to\n%.1000s", got)
	}
	if !bytes.Equal(again.Bytes(), lines) {
		t.Error("a founding in parts is written in another form today; logs of the old form must still be read, so do not just record it again")
	}
}

// partRefusals are changes of a founding in several parts, each an event, which one
// more event follows: a change of the name.
func partRefusals(history []audit.Event) []openRefusal {
	parts := len(history) - 1
	renaming := history[parts]
	swap := func(e *audit.Event) { e.Changes = history[2].Changes }
	return []openRefusal{
		{company.ErrBroken, "out of turn", 2, swap, "part 3 of the founding is out of turn"},
		{company.ErrBroken, "twice", 3, func(e *audit.Event) { e.Changes = history[1].Changes }, "part 2 of the founding is out of turn"},
		{company.ErrBroken, "another number", 2, replaceData(`"part":2`, `"part":1`), "part 1 of the founding is out of turn"},
		{company.ErrBroken, "another actor", 3, func(e *audit.Event) { e.Actor = audit.Actor{Kind: audit.KindSystem, ID: "founding"} }, "somebody else"},
		{company.ErrBroken, "another role of the actor", 2, func(e *audit.Event) { e.Actor.Role = "viewer" }, "somebody else"},
		{company.ErrBroken, "another company", 2, func(e *audit.Event) { e.Company = "emca" }, `company "emca"`},
		{company.ErrBroken, "another target", 2, func(e *audit.Event) { e.Targets = []string{"user:ann"} }, "targets"},
		{company.ErrBroken, "earlier", 2, func(e *audit.Event) { e.Time = e.Time.Add(-time.Hour) }, "earlier"},
		{company.ErrBroken, "a change in between", 3, func(e *audit.Event) { e.Changes = renaming.Changes }, "the founding is not finished, 2 of"},
		{company.ErrBroken, "a change beside a part", 2, func(e *audit.Event) { e.Changes = append(e.Changes, renaming.Changes...) }, "event of its own"},
		{company.ErrBroken, "a change beside the last part", parts, func(e *audit.Event) { e.Changes = append(e.Changes, renaming.Changes...) }, "event of its own"},
		{company.ErrBroken, "a change beside the first", 1, func(e *audit.Event) { e.Changes = append(e.Changes, renaming.Changes...) }, "the founding is not finished, 1 of"},
		{company.ErrBroken, "a part beside the first", 1, func(e *audit.Event) { e.Changes = append(e.Changes, history[1].Changes...) }, "event of its own"},
		{company.ErrBroken, "a part after all", parts + 1, swap, "no founding to go on with"},
		{company.ErrBroken, "a part first", 1, swap, "begins with the founding"},
		{company.ErrBroken, "founded twice", 2, func(e *audit.Event) { e.Changes = history[0].Changes }, "begins with the founding"},
		{company.ErrBroken, "another document", 2, replaceData("u00030@", "v00030@"), "not those of the document"},
		{company.ErrBroken, "another sum", 1, replaceData(`"sha256":"`+sumIn(history[0])[:8], `"sha256":"00000000`), "not those of the document"},
		{company.ErrInvalid, "no sum", 1, replaceData(`,"sha256":"`+sumIn(history[0])+`"`, ""), "no longer applies"},
		{company.ErrInvalid, "no size", 1, replaceData(`,"partSize":4096`, ""), "no longer applies"},
		{company.ErrInvalid, "a size too small", 1, replaceData(`"partSize":4096`, `"partSize":2000`), "part 1 of the document is not valid"},
		{company.ErrInvalid, "no number", 1, replaceData(`"parts":`+digit(parts)+`,`, ""), "no longer applies"},
		{company.ErrInvalid, "one part", 1, replaceData(`"parts":`+digit(parts), `"parts":1`), "no longer applies"},
		{company.ErrInvalid, "fewer than none", 1, replaceData(`"parts":`+digit(parts), `"parts":-2`), "no longer applies"},
		{company.ErrBroken, "fewer parts", 1, replaceData(`"parts":`+digit(parts), `"parts":2`), "not those of the document"},
		{company.ErrBroken, "more parts", 1, replaceData(`"parts":`+digit(parts), `"parts":9`), "the founding is not finished"},
		{company.ErrInvalid, "no document", 2, replaceData(`"document":{`, `"document":{"knights":[],`), "no longer applies"},
		{company.ErrInvalid, "no name", 1, replaceData(`"name":"Acme"`, `"name":" "`), "no longer applies"},
		{company.ErrTaken, "what two parts say", 2, replaceData(`"document":{`, `"document":{"attributes":{"country":"string"},`), "no longer applies"},
		{company.ErrSeats, "more users than seats", 1, replaceData(`"seats":100`, `"seats":7`), "no longer applies"},
	}
}

// seqOf returns the number of the event that the refusal is about: what does not
// fit together is found out when all of it is there.
func (r openRefusal) seqOf(parts int) uint64 {
	switch {
	case r.name == "fewer parts":
		return 2
	case r.name == "more parts":
		return uint64(parts) + 1
	case strings.Contains(r.text, "not those of the document"), r.want == company.ErrTaken, r.want == company.ErrSeats:
		return uint64(parts)
	}
	return uint64(r.seq)
}

// TestOpenRefusesParts: a founding in parts that is not as Found writes it does not
// open, and is not gone on with.
func TestOpenRefusesParts(t *testing.T) {
	t.Parallel()
	config, _ := ticking()
	log, f := shortLog(), largeFounding(90)
	co, err := company.Found(t.Context(), log, f, config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := co.Do(t.Context(), company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Emca"}); err != nil {
		t.Fatal(err)
	}
	history := events(t, log)
	parts := len(history) - 1
	for _, tt := range partRefusals(history) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			forged := forge(history, tt.seq, tt.forge)
			seq := tt.seqOf(parts)
			co, err := company.Open(t.Context(), forged, nil)
			var e *company.Error
			if co != nil || !errors.Is(err, tt.want) || !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) || e.Op != "replay" || e.Seq != seq || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("Open = %v; want %v and ErrBroken of event %d, %q", err, tt.want, seq, tt.text)
			}
			// Nobody goes on with the beginning of such a log, either.
			for n := tt.seq; n < parts; n++ {
				begun := logOf(t, forged[:n])
				_, err := company.Found(context.Background(), limited{begun, short}, f, nil)
				if !errors.As(err, &e) || e.Op != "replay" && !errors.Is(err, company.ErrOtherFounding) && !errors.Is(err, company.ErrNotEmpty) || len(events(t, begun)) != n {
					t.Errorf("%d of its events were gone on with: %v", n, err)
				}
			}
		})
	}
}

// sumIn returns the sum of the document in the first event of a founding.
func sumIn(e audit.Event) string {
	_, sum, _ := bytes.Cut(e.Changes[0].Data, []byte(`"sha256":"`))
	return string(sum[:64])
}

func digit(n int) string { return string(rune('0' + n)) }

// TestUnfinished: a log that does not have all parts does not open, and the text
// says what to do.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	all := events(t, partsOf(t, largeFounding(60)))
	for n := 1; n < len(all); n++ {
		_, err := company.Open(t.Context(), fixedLog(all[:n]), nil)
		var e *company.Error
		if !errors.Is(err, company.ErrUnfinished) || !errors.As(err, &e) || e.Refused() || err.Error() != "company: open: the founding is not finished: found it again with the same Founding" {
			t.Errorf("%d of %d events: Open = %v, want ErrUnfinished", n, len(all), err)
		}
	}
}

// TestFoundUnreadable: a log that cannot be read is neither founded nor gone on
// with.
func TestFoundUnreadable(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	all := events(t, partsOf(t, f))
	for n := range len(all) {
		log := logOf(t, all[:n+1])
		if _, err := company.Found(t.Context(), limited{unreadable(log), short}, f, nil); !errors.Is(err, errRead) {
			t.Errorf("%d events: Found = %v, want %v", n+1, err, errRead)
		}
	}
}

// TestFoundReadsNoMore: what a log has after its founding is not read to find out
// that it has a company.
func TestFoundReadsNoMore(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]company.Founding{"one event": largeFounding(5), "parts": largeFounding(60)} {
		log := partsOf(t, f)
		n := uint64(len(events(t, log)))
		co, err := company.Open(t.Context(), log, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := co.Do(t.Context(), company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Emca"}); err != nil {
			t.Fatal(err)
		}
		faulty := audittest.NewFaulty(log, audittest.Plan{Read: func(_ int, e audit.Event) error {
			if e.Seq > n {
				return errRead
			}
			return nil
		}})
		if _, err := company.Found(t.Context(), limited{faulty, short}, f, nil); !errors.Is(err, company.ErrNotEmpty) {
			t.Errorf("%s: Found = %v, want ErrNotEmpty", name, err)
		}
	}
}

// TestPartsInNoDo: a part of a founding is no change that anybody can make.
func TestPartsInNoDo(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin", options{})
	for _, by := range []string{"ann", "system ops"} {
		c.refuses("ErrInvalid", by, company.FoundedPart{Part: 2, Document: new(document.Document)})
	}
	if slices.ContainsFunc(company.ChangeTypes(), func(c company.Change) bool {
		return company.LogName(c) == "company.found-part" || company.LogName(c) == "company.found"
	}) {
		t.Error("a system can be configured to found companies")
	}
}

// TestEvidenceOfParts: evidence of a company that was founded in parts follows from
// its events, which begin with those parts.
func TestEvidenceOfParts(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; ugo user-manager", options{log: shortLog(), document: func(d *document.Document) {
		d.Users = append(d.Users, largeFounding(60).Document.Users...)
	}})
	c.must("ann", company.OpenReview{Review: "w"})
	c.must("ann", company.CloseReview{Review: "w"})
	c.checkEvidence("w")
	if all := events(t, c.log); len(all) < 4 || all[1].Changes[0].Type != "company.found-part" {
		t.Errorf("it was founded in one event")
	}
}
