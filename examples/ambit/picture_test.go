package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// jsonText returns a text as JSON.
func jsonText(t *testing.T, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestPicture draws a team, and the company; as a file, and in words.
func TestPicture(t *testing.T) {
	t.Parallel()
	team, all := program("picture", "-team", "americas", companyx), program("picture", companyx)
	for _, got := range []answered{team, all} {
		if got.status != 0 || !strings.HasPrefix(got.stdout, "<svg ") || !strings.Contains(got.stdout, "Americas") {
			t.Errorf("got %d %.100q %s", got.status, got.stdout, got.stderr)
		}
	}
	if strings.Contains(team.stdout, "Europe") || !strings.Contains(all.stdout, "Europe") {
		t.Error("Europe is in the picture of the other team, or not in that of the company")
	}
	path := filepath.Join(t.TempDir(), "team.svg")
	if got := program("picture", "-o", path, "-team", "americas", companyx); got != (answered{}) {
		t.Errorf("got %+v", got)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != team.stdout {
		t.Errorf("the file is another picture: %v", err)
	}
	if got := program("picture", "-format", "text", "-team", "americas", companyx); got.status != 0 || !strings.HasPrefix(got.stdout, "7 accounts by 2 data groups") || strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("in words: %+v", got)
	}
	got := program("picture", "-team", "americs", companyx)
	if want := companyx + ": there is no team \"americs\"; ambit fmt shows the teams\n"; got != (answered{"", want, 1}) {
		t.Errorf("an unknown team: %+v", got)
	}
	if got := program("picture", "-o", t.TempDir(), companyx); got.status != 2 || got.stderr == "" {
		t.Errorf("a directory: %+v", got)
	}
}
