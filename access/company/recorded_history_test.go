package company_test

import (
	"bytes"
	"crypto/sha256"
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
	"github.com/google/go-cmp/cmp"
)

var updateHistory = flag.Bool("update", false, "record the history in testdata again")

// checkpointV1 is where testdata/history-v1.jsonl ends. It is kept apart, so
// that the two cannot be changed together by accident.
const checkpointV1 = "ambit-checkpoint v1 50 95135cac887938132c6a74686da33fcbf6b01727524b842fdf12c5bdec71900e"

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

// record writes the story, as it comes out today, to testdata.
func record(t *testing.T) {
	t.Helper()
	x := playStory(t)
	var lines bytes.Buffer
	if err := audit.WriteLines(&lines, x.log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	var sums strings.Builder
	for seq := range x.company.Checkpoint().Seq {
		p, err := x.company.PolicyAfter(t.Context(), seq+1)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "%d %x\n", seq+1, sha256.Sum256([]byte(text(t, p))))
	}
	err := errors.Join(
		os.MkdirAll("testdata", 0o755),
		os.WriteFile("testdata/history-v1.sums", []byte(sums.String()), 0o644),
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

// TestRecordedHistory replays a log that was recorded once and is never
// recorded again.
func TestRecordedHistory(t *testing.T) {
	if *updateHistory {
		record(t)
	}
	want, err := os.ReadFile("testdata/history-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	_, history, cp := recorded(t)
	if err := audit.Verify(fixedLog(history).Events(t.Context(), 0), cp); err != nil {
		t.Fatal(err)
	}
	co, err := company.Open(t.Context(), fixedLog(history), nil)
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
		invited = append(invited, fmt.Sprintf("%s to %s is %s in generation %d, by %s, user %q, until %s", i.ID, i.Terms.Address, i.State, i.Generation, i.Sponsor, i.User, i.Terms.End(start).Format(time.DateOnly)))
	}
	if want := []string{
		`i-eve to Eve@example.com is accepted in generation 1, by ann, user "eve", until 0001-01-01`,
		`i-fay to fay@example.com is declined in generation 1, by ann, user "", until 2026-01-31`,
		`i-gus to gus@example.com is revoked in generation 3, by bob, user "", until 2026-01-15`,
		`i-hal to hal@example.com is pending in generation 2, by bob, user "", until 0001-01-01`,
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
	all := append(company.LogNames(), "company.found")
	slices.Sort(all)
	if got := slices.Compact(types); !slices.Equal(got, all) {
		t.Errorf("the recorded history has changes of types %q, want all: %q", got, all)
	}
}

// TestHistoryComesOutAlike plays the recorded story again. If it comes out
// differently, the form that is written today changed. Logs of the old form
// must still be read, so do not just record it again.
func TestHistoryComesOutAlike(t *testing.T) {
	lines, _, _ := recorded(t)
	var again bytes.Buffer
	if err := audit.WriteLines(&again, playStory(t).log.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	recordedLines, playedLines := bytes.Split(lines, []byte("\n")), bytes.Split(again.Bytes(), []byte("\n"))
	for i := range min(len(recordedLines), len(playedLines)) {
		if !bytes.Equal(recordedLines[i], playedLines[i]) {
			t.Fatalf("event %d is now written as\n%s\nand was\n%s", i+1, playedLines[i], recordedLines[i])
		}
	}
	if len(recordedLines) != len(playedLines) {
		t.Errorf("%d lines, want %d", len(playedLines), len(recordedLines))
	}
}

// TestRecordedBitFlips flips bits of the recorded log: some of each line, or
// every one in a long run. That no bit of any log can be flipped is for package
// audit to test.
func TestRecordedBitFlips(t *testing.T) {
	lines, history, cp := recorded(t)
	stride := 61
	if long {
		stride = 1
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
				log, err := readBetween(history[:k], altered, rest)
				if err != nil {
					continue
				}
				if err = audit.Verify(sequence(log), cp); err == nil {
					t.Fatalf("bit %d can be flipped", bit)
				}
				if errors.Is(err, audit.ErrEdited) {
					edited++
				}
			}
			if edited == 0 {
				t.Error("no flip left a line that is an edited event")
			}
		})
	}
}

// readBetween returns a log of which some lines are still to be read.
func readBetween(before []audit.Event, lines []byte, after []audit.Event) (fixedLog, error) {
	log := slices.Clone(fixedLog(before))
	for e, err := range audit.ReadLines(bytes.NewReader(lines)) {
		if err != nil {
			return nil, err
		}
		log = append(log, e)
	}
	return append(log, after...), nil
}

// sequence yields events as they are.
func sequence(list []audit.Event) iter.Seq2[audit.Event, error] {
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
		if err := audit.Verify(sequence(slices.Delete(slices.Clone(history), i, i+1)), cp); !errors.Is(err, want) {
			t.Errorf("without event %d: %v, want %v", i+1, err, want)
		}
		if err := audit.Verify(sequence(history[:i]), cp); !errors.Is(err, audit.ErrTruncated) {
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
			if err := audit.Verify(sequence(swapped), cp); !errors.Is(err, audit.ErrReordered) {
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
		log, err := readBetween(history[:k], lines[at:cut], nil)
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

// TestRecordedRewriting edits each event and computes the hashes from there on
// again, which only the checkpoint can expose.
func TestRecordedRewriting(t *testing.T) {
	_, history, cp := recorded(t)
	for i := range history {
		log := forge(history, i+1, func(e *audit.Event) { e.Time = e.Time.Add(time.Nanosecond) })
		if err := audit.Verify(sequence(log), audit.Checkpoint{}); err != nil {
			t.Fatalf("the forged log does not hang together: %v", err)
		}
		if err := audit.Verify(sequence(log), cp); !errors.Is(err, audit.ErrRewritten) {
			t.Errorf("rewritten from event %d on: %v, want %v", i+1, err, audit.ErrRewritten)
		}
	}
}

// TestRecordedDocuments compares the document after every event of the recorded
// log with the one there was when testdata/history-v1.sums was written.
func TestRecordedDocuments(t *testing.T) {
	want, err := os.ReadFile("testdata/history-v1.sums")
	if err != nil {
		t.Fatal(err)
	}
	_, history, cp := recorded(t)
	co, err := company.Open(t.Context(), fixedLog(history), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for seq := uint64(1); seq <= cp.Seq; seq++ {
		p, err := co.PolicyAfter(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%d %x\n", seq, sha256.Sum256([]byte(text(t, p))))
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("documents by event (-want +got):\n%s", diff)
	}
}
