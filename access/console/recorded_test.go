package console_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
)

// recordedSite is the company of a history that was recorded once, which has
// every type of change, at the time of its last event.
func recordedSite(t *testing.T, file string) *site {
	t.Helper()
	lines, err := os.Open("../company/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	log := audit.NewMemory()
	for e, err := range audit.ReadLines(lines) {
		if err == nil {
			err = log.Append(t.Context(), e)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &site{t: t, as: "ann"}
	if s.company, err = company.Open(t.Context(), log, &company.Config{Now: func() time.Time { return time.Time{} }}); err != nil {
		t.Fatal(err)
	}
	s.handler, err = console.New(s.company, &console.Config{
		User: func(*http.Request) (team.UserID, error) { return team.UserID(s.as), nil }, Prefix: "/admin",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var tableRow = regexp.MustCompile(`(?s)<tr>.*?</tr>`)

// TestRecorded reads all pages of record of the recorded history, and compares
// their rows with testdata/record.txt: every type of change, every kind of piece
// and of what is due is a sentence there.
func TestRecorded(t *testing.T) {
	t.Parallel()
	s := recordedSite(t, "history-v1.jsonl")
	admin := adminOf(t, s)
	pages := []string{"/history", "/register?removed=1", "/due?days=3660", "/reviews"}
	for row := range s.company.Now().Register(company.RowQuery{Removed: true}) {
		if row.User != "" {
			pages = append(pages, "/access?"+in("id", row.User).Encode())
		}
	}
	for review := range s.company.Now().Reviews() {
		pages = append(pages, "/review?all=1&"+in("id", review.ID).Encode())
	}
	var got strings.Builder
	for _, path := range pages {
		p := s.get(admin, path).want(t, 200)
		fmt.Fprintln(&got, path)
		for _, row := range tableRow.FindAllString(p.body, -1) {
			if text := plainText(strings.ReplaceAll(row, "</td>", " | ")); !strings.HasPrefix(text, "What ") {
				fmt.Fprintln(&got, "\t"+text)
			}
		}
	}
	if strings.Contains(got.String(), "company.") {
		t.Error("a change has no sentence")
	}
	compareFile(t, "testdata/record.txt", got.String())
	for seq := range s.company.Checkpoint().Seq {
		s.get(admin, fmt.Sprintf("/event?seq=%d", seq+1)).want(t, 200).lacks(t, "<h3>company.")
	}
}

// compareFile compares a text with a file, or writes it with -update.
func compareFile(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-update rewrites it; -want +got):\n%s", name, diff)
	}
}

// adminOf returns somebody who may open all pages.
func adminOf(t *testing.T, s *site) string {
	t.Helper()
	for u := range s.company.Policy().Directory().Users() {
		if s.get(string(u.ID), "/history").status == 200 && s.get(string(u.ID), "/settings").status == 200 {
			return string(u.ID)
		}
	}
	t.Fatal("there is nobody who may open all pages")
	return ""
}
