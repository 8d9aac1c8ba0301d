package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func day(n int) time.Time { return time.Date(2026, 1, n, 9, 30, 0, 123456789, time.UTC) }

// registerRows has a row of each state, and what people may type to do harm.
func registerRows() []audit.RegisterRow {
	return []audit.RegisterRow{
		{
			Invitation: "x7", Name: "Bo", Email: "bo@example.com", Role: "viewer", Teams: []string{"us"}, State: audit.StateInvited,
			Added: day(5), AddedBy: "ada", Reason: "joins in spring", Approval: "T-5", Event: 9, Duration: "90 days",
		},
		{
			User: "=cmd|' /C calc'!A0", Invitation: "x1", Name: "<script>alert(1)</script>", Email: "a+b@example.com", Role: "editor",
			Teams: []string{"us", "de, at", `"x"`, ""}, State: audit.StateActive, Added: day(2), AddedBy: "system scim",
			Reason: "line one\nline | two", Event: 2, Duration: "permanent", LastReview: day(20), NextReview: day(30),
		},
		{
			User: "007", Name: "Ann \u202egpj", Email: "a@example.com", Role: "admin", State: audit.StateSuspended, Added: day(1), AddedBy: "ada",
			Reason: `a;=1+1 \ "b"`, Event: 1, Duration: "30 days", Ends: day(31), ReviewBy: day(15), NextReview: day(15),
		},
		{
			User: strings.Repeat("long ", 100), Email: "l@example.com", Role: "[x](http://www.example.com) `*_~$", State: audit.StateRemoved, Added: day(3), AddedBy: "ada",
			Event: 3, Duration: "1 day", Ends: day(4), Removed: day(4), RemovedBy: "mia", RemovedReason: "-left", RemovedEvent: 8,
		},
	}
}

func pieces() []audit.Piece {
	return []audit.Piece{
		{Kind: audit.PieceRole, Role: "editor", Since: day(2), By: "ada", Reason: "new", Approval: "T-1", Until: day(30), Event: 2, Events: []uint64{2}},
		{Kind: audit.PieceTeam, Team: "us", Since: day(2), By: "ada", Event: 2, Events: []uint64{2, 4}},
		{Kind: audit.PieceData, Team: "us", Group: "shops", Since: day(3), By: "eve", Event: 5, Events: []uint64{2, 5}},
		{Kind: audit.PieceFilter, Team: "us", Group: "shops", From: `market = "us"`, To: `market != "de"`, Since: day(4), By: "eve", Event: 6, Events: []uint64{2, 5, 6}},
		{Kind: audit.PieceGained, Team: "us", Group: "shops", To: `market != "de"`, Accounts: []string{"a1", "a2"}, Count: 250, Since: day(5), By: "eve", Event: 7, Events: []uint64{2, 5, 7}},
		{Kind: audit.PieceTeamReport, Team: "us", Report: "q3", Level: "explorer", Since: day(6), By: "eve", Event: 8, Events: []uint64{8}},
		{Kind: audit.PieceLink, Link: "l1", Resource: "report:q3", Since: day(6), By: "mia", Until: day(9), Event: 9, Events: []uint64{9}},
	}
}

func reviewItems() []audit.ReviewItem {
	rows := registerRows()
	return []audit.ReviewItem{
		{Row: rows[0]},
		{Row: rows[1], Decision: audit.Reduce, Reason: "@role is too much", Reviewer: "system auditor", Decided: day(20), Event: 12, Changed: 11, Done: 13},
	}
}

func historyRows() iter.Seq2[audit.HistoryRow, error] {
	e := audit.Event{
		Seq: 12, Time: day(6), Actor: audit.Actor{Kind: audit.KindUser, ID: "ada", Email: "ada@example.com", Role: "admin"},
		Changes: []audit.Change{
			{Type: "user.set-role", Version: 1, Data: []byte(`{"user":"mia","role":"editor"}`)},
			{Type: "source.add", Version: 2, Data: []byte(`{"x":"` + strings.Repeat("y", 9000) + `"}`)},
		},
		Targets: []string{"user:mia"}, Reason: "covers", Approval: "T-9", Via: "support", Correlation: "req-1",
	}
	wide := audit.Event{Seq: 13, Time: day(7), Actor: audit.Actor{Kind: audit.KindSystem, ID: "scim"}, Changes: []audit.Change{{Type: "x.y", Version: 1, Data: []byte("1")}}}
	for i := range 102 {
		wide.Targets = append(wide.Targets, fmt.Sprint("t", i))
	}
	return audit.HistoryRows(values([]audit.Event{e, wide}))
}

// written is a file of a list.
type written struct {
	name  string
	write func(w io.Writer) error
}

func formats[R any](name string, l audit.List[R]) []written {
	return []written{
		{name + ".csv", l.WriteCSV}, {name + ".jsonl", l.WriteLines}, {name + ".md", l.WriteMarkdown}, {name + ".html", l.WriteHTML},
	}
}

// TestListGoldens compares every list in every format, as people see it.
func TestListGoldens(t *testing.T) {
	t.Parallel()
	due := []audit.DueRow{
		{Kind: audit.DueEnd, At: day(30), User: "mia", Email: "mia@example.com"},
		{Kind: audit.DueUndelivered, Invitation: "x7", Email: "bo@example.com"},
		{Kind: audit.DueMembership, At: day(31).In(time.FixedZone("", 7200)), User: "mia", Team: "us"}, {Kind: audit.DueNoCreator, Report: "q3"}, {Kind: audit.DueReview, Review: "2026-Q1"},
	}
	findings := []audit.Finding{
		{Kind: audit.FindingUnmatched, Review: "2026-Q1", Row: "user:mia", Decision: audit.Revoke, Event: 12}, {Kind: audit.FindingOverdue, Review: "2026-Q1"},
	}
	files := slices.Concat(
		formats("register", audit.RegisterList(slices.Values(registerRows()))), formats("pieces", audit.PieceList(slices.Values(pieces()))),
		formats("due", audit.DueList(slices.Values(due))), formats("review", audit.ReviewList(slices.Values(reviewItems()))),
		formats("findings", audit.FindingList(slices.Values(findings))), formats("history", audit.HistoryList(historyRows())),
	)
	for _, f := range files {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		golden := filepath.Join("testdata", "lists", f.name)
		if *update {
			if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s (%v) is now\n%s", golden, err, b.String())
		}
		if bytes.ContainsRune(b.Bytes(), '\r') || b.Len() > 0 && !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
			t.Errorf("%s does not consist of lines", f.name)
		}
	}
}

// TestRegisterColumns: the columns that the register of a company is asked for come
// first, under their names.
func TestRegisterColumns(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := audit.RegisterList(nil).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "User,E-mail,Role,Date added,Added by,Reason,Duration,Teams,State,Ends,") {
		t.Errorf("the head is %s", b.String())
	}
}

func TestEmptyLists(t *testing.T) {
	t.Parallel()
	for _, f := range formats("zero", audit.List[int]{}) {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			t.Errorf("%s: %v", f.name, err)
		}
		people := strings.HasSuffix(f.name, ".md") || strings.HasSuffix(f.name, ".html")
		if strings.Contains(b.String(), "0 rows") != people || !people && b.Len() > 0 {
			t.Errorf("%s is %q", f.name, b.String())
		}
	}
}

// rowsThen yields n rows, then an error, if there is one.
func rowsThen(n int, err error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for range n {
			if !yield("a row of some text", nil) {
				return
			}
		}
		if err != nil && yield("no row", err) {
			panic("the rows went on after an error")
		}
	}
}

func textList(rows iter.Seq2[string, error]) audit.List[string] {
	return audit.List[string]{Title: "Texts", Columns: []audit.Column[string]{{Name: "Text", Text: func(s string) string { return s }}}, Rows: rows}
}

// TestListErrors: what ends the rows, or the file, comes back as it is, and then no
// further row is asked for.
func TestListErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, f := range formats("rows", textList(rowsThen(3, broken))) {
		var b bytes.Buffer
		err := f.write(&b)
		if err != broken || strings.Count(b.String(), "a row") != 3 || strings.Contains(b.String(), "no row") || strings.Contains(b.String(), "3 rows") {
			t.Errorf("%s: error %v after %q", f.name, err, b.String())
		}
	}
	var whole bytes.Buffer
	for i, f := range formats("whole", textList(rowsThen(2, nil))) {
		whole.Reset()
		if err := f.write(&whole); err != nil {
			t.Fatal(err)
		}
		for n := range whole.Len() {
			w := &shortWriter{left: n, err: broken}
			if err := formats("whole", textList(rowsThen(2, nil)))[i].write(w); err != broken {
				t.Fatalf("%s: error %v of a writer that takes %d bytes", f.name, err, n)
			}
		}
	}
}

// shortWriter fails after so many bytes.
type shortWriter struct {
	left int
	err  error
}

func (w *shortWriter) Write(b []byte) (int, error) {
	if len(b) > w.left {
		return w.left, w.err
	}
	w.left -= len(b)
	return len(b), nil
}

// TestRowWithoutLine: a row that JSON cannot have is told with its number.
func TestRowWithoutLine(t *testing.T) {
	t.Parallel()
	rows := append(registerRows(), audit.RegisterRow{Added: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)})
	err := audit.RegisterList(slices.Values(rows)).WriteLines(io.Discard)
	if bad, ok := errors.AsType[*audit.Error](err); !ok || bad.Op != "write row 5" || !errors.Is(err, audit.ErrMalformed) {
		t.Errorf("the error is %v", err)
	}
}

func TestHistoryRows(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	n := 0
	for row, err := range audit.HistoryRows(func(yield func(audit.Event, error) bool) {
		_ = yield(audit.Event{Seq: 1, Changes: make([]audit.Change, 3)}, nil) && yield(audit.Event{Seq: 2}, broken) && yield(audit.Event{Seq: 3, Changes: make([]audit.Change, 1)}, nil)
	}) {
		if n++; n == 4 && (err != broken || row.Event != 0) || n < 4 && (err != nil || row.Event != 1) || n > 4 {
			t.Errorf("row %d is of event %d, with the error %v", n, row.Event, err)
		}
	}
	if n != 4 {
		t.Errorf("%d rows", n)
	}
	for range historyRows() {
		break // which must not go on
	}
}

// TestListStreams: a file grows while the rows come, so that only a bounded part of
// it is kept.
func TestListStreams(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"csv", "jsonl", "md", "html"} {
		var got, rows int
		most := 0
		l := textList(func(yield func(string, error) bool) {
			for range 2000 {
				rows++
				most = max(most, rows*len("a row of some text")-got)
				if !yield("a row of some text", nil) {
					return
				}
			}
		})
		if err := formats("", l)[i].write(countingWriter{&got}); err != nil {
			t.Fatal(err)
		}
		if most > 8<<10 {
			t.Errorf("%s: %d bytes were kept", name, most)
		}
	}
}

type countingWriter struct{ n *int }

func (w countingWriter) Write(b []byte) (int, error) {
	*w.n += len(b)
	return len(b), nil
}

// TestPagePolicy: the page forbids itself everything but its own style, which the
// policy names by the hash of what a browser takes for it.
func TestPagePolicy(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := audit.RegisterList(nil).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(b.String(), "<style>")
	style, _, found := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-` + base64.StdEncoding.EncodeToString(sum[:]) + `'; base-uri 'none'; form-action 'none'">`
	if !found || !strings.Contains(b.String(), "<head>\n<meta charset=\"utf-8\">\n"+policy) {
		t.Errorf("the page lacks %s:\n%s", policy, b.String())
	}
	for _, rule := range []string{"thead { display: table-header-group }", "@page {", "@media print {"} {
		if !strings.Contains(style, rule) {
			t.Errorf("the style lacks %s", rule)
		}
	}
	if strings.Contains(style, "url") || strings.Contains(style, "@import") {
		t.Errorf("the style loads something:\n%s", style)
	}
}
