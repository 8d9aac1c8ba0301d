package company_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// TestReplayChecksEdits opens logs that are consistent, with edits that no Do
// would have made: what an edit may not say is not believed of a log either.
func TestReplayChecksEdits(t *testing.T) {
	c := staffCompany(t)
	for name, tt := range map[string]struct{ want, kind, data string }{
		"an edit":                          {"", "team.edit", `{"team":"t","description":"D"}`},
		"an edit of an unknown team":       {"ErrBroken ErrUnknown", "team.edit", `{"team":"ghost","description":"D"}`},
		"a member added again":             {"ErrBroken ErrTaken", "team.add-member", `{"team":"t","user":"max"}`},
		"a member added again, as it says": {"ErrBroken ErrTaken", "team.add-member", `{"team":"t","user":"ugo","from":"2026-01-01T10:00:00Z"}`},
		"a membership after one":           {"", "team.add-member", `{"team":"t","user":"ann","from":"2026-01-01T08:00:00Z"}`},
		"the end of no membership":         {"ErrBroken ErrUnknown", "team.set-member-end", `{"team":"t","user":"vic","until":"2026-01-01T11:00:00Z"}`},
		"the end of one that has ended":    {"ErrBroken ErrUnknown", "team.set-member-end", `{"team":"t","user":"ann","until":null,"from":"2026-01-01T08:00:00Z"}`},
		"the zero time as an end":          {"ErrBroken ErrInvalid", "team.set-member-end", `{"team":"t","user":"ugo","until":"0001-01-01T00:00:00Z","from":"2026-01-01T10:00:00Z"}`},
		"an end":                           {"", "team.set-member-end", `{"team":"t","user":"ugo","until":null,"from":"2026-01-01T10:00:00Z"}`},
		"a member less who is none":        {"ErrBroken ErrUnknown", "team.remove-member", `{"team":"t","user":"vic"}`},
		"a filter taken away":              {"ErrBroken ErrInvalid", "datagroup.edit", `{"group":"gu","filter":null,"from":"country = 'US'"}`},
		"accounts edited twice":            {"ErrBroken ErrInvalid", "source.edit", `{"accounts":[{"account":{"id":"us","tier":"a"}},{"account":{"id":"us"},"clear":["country"]}],"from":` + bounded(`{"id":"us","source":"google","country":"US"}`, `{"id":"us","source":"google","country":"US"}`) + `}`},
		"accounts connected twice":         {"ErrBroken ErrInvalid", "source.add", `{"accounts":[{"id":"x","source":"a"},{"id":"x","source":"b"}]}`},
		"no accounts":                      {"ErrBroken ErrNoChange", "source.remove", `{"accounts":[]}`},
		"set and taken away":               {"ErrBroken ErrInvalid", "source.edit", `{"accounts":[{"account":{"id":"us","tier":"a"},"clear":["tier"]}],"from":` + bounded(`{"id":"us","source":"google","country":"US"}`) + `}`},
		"declared without a type":          {"ErrBroken ErrInvalid", "attribute.declare", `{"attribute":"new","type":""}`},
		"retyped to no type":               {"ErrBroken ErrInvalid", "attribute.retype", `{"attribute":"tier","type":"","from":"string"}`},
		"retyped":                          {"", "attribute.retype", `{"attribute":"tier","type":"number","from":"string"}`},
		"a report of a bad name":           {"ErrBroken ErrInvalid", "report.set", `{"report":"r","name":"a\nb","from":"R"}`},
		"a level lowered":                  {"ErrBroken ErrLowers", "report.share", `{"report":"r","user":"vic","level":"viewer","until":"2026-01-01T11:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`},
		"an end lowered":                   {"ErrBroken ErrLowers", "report.share", `{"report":"r","user":"vic","level":"editor","until":"2026-01-01T10:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`},
		"shared until the zero time":       {"ErrBroken ErrInvalid", "report.share", `{"report":"r","user":"vic","level":"creator","until":"0001-01-01T00:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`},
		"shared":                           {"", "report.share", `{"report":"r","user":"vic","level":"creator","until":"2026-01-01T11:00:00Z","fromLevel":"editor","fromUntil":"2026-01-01T11:00:00Z"}`},
		"the last creator unshared":        {"ErrBroken ErrLastCreator", "report.unshare", `{"report":"r","user":"uma","level":"creator"}`},
		"no seats":                         {"ErrBroken ErrInvalid", "company.set-limits", `{"seats":0}`},
		"seats":                            {"", "company.set-limits", `{"seats":30}`},
	} {
		e := c.forged(audit.Actor{Kind: audit.KindUser, ID: "ann", Email: "ann@x.test", Role: "admin"},
			audit.Change{Type: tt.kind, Version: 1, Data: []byte(tt.data)})
		log := append(fixedLog(events(t, c.log)), e)
		if _, err := company.Open(t.Context(), log, nil); errorName(err) != tt.want {
			t.Errorf("%s: refused as %q, want %q: %v", name, errorName(err), tt.want, err)
		}
	}
}
