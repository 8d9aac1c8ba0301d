package company_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// TestSharedAgainAfterItsEnd: a grant that is over is lowered by nothing, but
// to set it once more to what it is would change nothing.
func TestSharedAgainAfterItsEnd(t *testing.T) {
	s := newSetting(t, setting{users: "ann admin; uma admin; sue viewer", more: func(w *world) {
		w.reports["r"] = newReport("")
		w.reports["r"].users["uma"] = modelGrant{level: access.Creator}
		w.reports["r"].users["sue"] = modelGrant{access.Editor, at(-1)}
	}})
	s.refuses(t, "ErrNoChange", 0, "system sync", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: at(-1)})
	s.refuses(t, "ErrPast", 0, "uma", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: at(0)})
	s.makes(t, "uma", company.ShareReport{Report: "r", User: "sue", Level: access.Viewer, Until: at(1)})
}

// TestMemberUntilAnEndThatIsPast: a membership that is over is not given, but one
// that lasts may be ended at once.
func TestMemberUntilAnEndThatIsPast(t *testing.T) {
	s := newSetting(t, setting{users: "ann admin; sue viewer; bob viewer", more: func(w *world) {
		w.teams["t"] = newTeam()
		w.teams["t"].members["bob"] = at(5)
	}})
	s.refuses(t, "ErrPast", 0, "ann", company.AddMember{Team: "t", User: "sue", Until: at(0)})
	s.refuses(t, "ErrPast", 0, "system sync", company.AddMember{Team: "t", User: "sue", Until: at(-1)})
	s.makes(t, "ann", company.AddMember{Team: "t", User: "bob", Until: at(0)})
}
