package access_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

const levelTable = `
| level | 'report.view' | 'report.explore' 'report.comment' | 'report.edit' (tabs, widgets) | 'report.set' (name, settings) 'report.unshare' 'report.delete' | report.share-… |
|---|---|---|---|---|---|
| creator | ✓ | ✓ | ✓ | ✓ | '-creator' '-editor' '-explorer' '-viewer' |
| editor | ✓ | ✓ | ✓ | – | '-editor' '-explorer' '-viewer' |
| explorer | ✓ | ✓ | – | – | '-explorer' '-viewer' |
| viewer | ✓ | – | – | – | – |
`

// levelRows returns the actions that levelTable gives each level.
func levelRows() map[string][]access.Action {
	held := make(map[string][]access.Action)
	rows := tableRows(levelTable)
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			if cell == "✓" {
				for _, m := range quotedName.FindAllStringSubmatch(rows[0][i+1], -1) {
					held[row[0]] = append(held[row[0]], access.Action(m[1]))
				}
			}
			for _, m := range quotedName.FindAllStringSubmatch(cell, -1) {
				held[row[0]] = append(held[row[0]], access.Action("report.share"+m[1]))
			}
		}
	}
	return held
}

func TestLevelTable(t *testing.T) {
	p := access.MustLoad(`{
	  "teams": [{"id": "explorers", "members": [{"user": "by-team-explorer"}]}, {"id": "viewers", "members": [{"user": "by-team-viewer"}]}],
	  "users": [{"id": "creator", "email": "a@example.com", "role": "viewer"}, {"id": "editor", "email": "b@example.com", "role": "viewer"},
	            {"id": "explorer", "email": "c@example.com", "role": "viewer"}, {"id": "viewer", "email": "d@example.com", "role": "viewer"},
	            {"id": "by-team-explorer", "email": "e@example.com", "role": "viewer"}, {"id": "by-team-viewer", "email": "f@example.com", "role": "viewer"},
	            {"id": "admin", "email": "g@example.com", "role": "admin"}],
	  "reports": [{"id": "q3", "grants": [
	    {"user": "creator", "level": "creator"}, {"user": "editor", "level": "editor"}, {"user": "explorer", "level": "explorer"},
	    {"user": "viewer", "level": "viewer"}, {"team": "explorers", "level": "explorer"}, {"team": "viewers", "level": "viewer"}]}]
	}`)
	held := levelRows()
	for level, n := range map[string]int{"creator": 11, "editor": 7, "explorer": 5, "viewer": 1} {
		if len(held[level]) != n {
			t.Errorf("read %d actions of level %s, want %d", len(held[level]), level, n)
		}
	}
	asked := 0
	for _, tt := range []struct{ user, level, team string }{
		{"creator", "creator", ""}, {"editor", "editor", ""}, {"explorer", "explorer", ""}, {"viewer", "viewer", ""},
		{"by-team-explorer", "explorer", "explorers"}, {"by-team-viewer", "viewer", "viewers"}, {"admin", "none", ""},
	} {
		for _, action := range kindRows()["report"] {
			if action == hostAction {
				continue
			}
			asked++
			want := "deny level-too-low capability"
			switch {
			case slices.Contains(held[tt.level], action):
				want = "allow"
			case tt.level == "none":
				want = "deny no-level capability"
			}
			d := p.Decide(access.User(tt.user), action, access.Report("q3"))
			if got := verdictOf(d); got != want {
				t.Errorf("%s %s: %s, want %s", tt.user, action, got, want)
			}
			if d.Allowed && d.Reason != "grant" || d.Level.String() != tt.level || string(d.Team) != tt.team || d.Role != "" {
				t.Errorf("%s %s: by %s, level %s, team %q, role %q", tt.user, action, d.Reason, d.Level, d.Team, d.Role)
			}
		}
	}
	if asked != 7*11 {
		t.Errorf("asked %d questions, want %d", asked, 7*11)
	}
}

func TestLevels(t *testing.T) {
	for i, name := range []string{"viewer", "explorer", "editor", "creator"} {
		l := access.Level(i + 1)
		var got access.Level
		if err := got.UnmarshalText([]byte(name)); got != l || err != nil {
			t.Errorf("UnmarshalText(%q) = %v, %v", name, got, err)
		}
		if got, want := l.ShareAction(), access.Action("report.share-"+name); got != want || l.String() != name || !l.Valid() {
			t.Errorf("level %d is %q, valid %t, shared by %s, want %q and %s", l, l, l.Valid(), got, name, want)
		}
	}
	if l := access.Level(5); l.Valid() || l.ShareAction() != "" || l.String() != "Level(5)" {
		t.Errorf("level 5 is %q, valid %t, shared by %q", l, l.Valid(), l.ShareAction())
	}
}

func TestLevelText(t *testing.T) {
	text, err := json.Marshal(map[string]access.Level{"a": access.Viewer})
	if string(text) != `{"a":"viewer"}` || err != nil {
		t.Errorf("Marshal = %s, %v", text, err)
	}
	l := access.Editor
	for _, bad := range []string{"", "none", "Viewer", "admin"} {
		if err := l.UnmarshalText([]byte(bad)); !errors.Is(err, access.ErrInvalid) || l != access.Editor {
			t.Errorf("UnmarshalText(%q) = %v, %v", bad, l, err)
		}
	}
	if err := l.UnmarshalText([]byte("creator")); err != nil || l != access.Creator {
		t.Errorf("UnmarshalText(creator) = %v, %v", l, err)
	}
	for _, bad := range []access.Level{0, 5} {
		if _, err := bad.MarshalText(); !errors.Is(err, access.ErrInvalid) {
			t.Errorf("MarshalText of %v: %v", bad, err)
		}
	}
}
