package access

import (
	"fmt"

	"github.com/ambit-authz/ambit/internal/text"
)

// Level is how far a report is shared with a user or a team: like a role, a set
// of actions. Each level holds all that the one below it holds. The zero Level
// is no access.
type Level uint8

// The levels, from the lowest.
const (
	Viewer Level = iota + 1
	Explorer
	Editor
	Creator
)

// MaxTeamLevel is the highest level a team may have. The levels above it are
// shared person by person.
const MaxTeamLevel = Explorer

// levels says what each level adds to the one below it.
var levels = [...]struct {
	name string
	adds []Action
}{
	Viewer:   {"viewer", []Action{ViewReport}},
	Explorer: {"explorer", []Action{ExploreReport, CommentReport, ShareExplorer, ShareViewer}},
	Editor:   {"editor", []Action{EditReport, ShareEditor}},
	Creator:  {"creator", []Action{SetReport, UnshareReport, DeleteReport, ShareCreator}},
}

// Valid reports whether l is one of the four levels.
func (l Level) Valid() bool { return Viewer <= l && l <= Creator }

// String returns "viewer", "explorer", "editor" or "creator", and "none" for
// the zero Level.
func (l Level) String() string {
	switch {
	case l.Valid():
		return levels[l].name
	case l == 0:
		return "none"
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// MarshalText writes a valid level as String does. The error wraps
// [ErrInvalid].
func (l Level) MarshalText() ([]byte, error) {
	if !l.Valid() {
		return nil, fmt.Errorf("access: level %v %w", l, ErrInvalid)
	}
	return []byte(l.String()), nil
}

// UnmarshalText reads a level as [Level.String] writes it; "none" is not one.
// The error wraps [ErrInvalid], and leaves l as it is.
func (l *Level) UnmarshalText(text []byte) error {
	parsed, err := parseLevel(string(text))
	if err != nil {
		return fmt.Errorf("access: %w", err)
	}
	*l = parsed
	return nil
}

func parseLevel(name string) (Level, error) {
	for l := Viewer; l <= Creator; l++ {
		if levels[l].name == name {
			return l, nil
		}
	}
	return 0, fmt.Errorf("level %s %w: write viewer, explorer, editor or creator", text.Quote(name), ErrInvalid)
}

// ShareAction returns the action of sharing a report at l, and "" if l is not
// valid.
func (l Level) ShareAction() Action {
	switch l {
	case Viewer:
		return ShareViewer
	case Explorer:
		return ShareExplorer
	case Editor:
		return ShareEditor
	case Creator:
		return ShareCreator
	}
	return ""
}
