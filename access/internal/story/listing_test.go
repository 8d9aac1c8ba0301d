package story

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// two is a company in which Ann opens two reports and has a link to a chart in one
// of two accounts. One kind alone lists budget.edit.
func two() *access.Policy {
	return access.MustLoad(`{
	  "catalog":  {"roles": [{"name": "analyst", "capabilities": ["account.view", "insight.view", "budget.edit"]}], "kinds": [
	    {"name": "chart", "in": "account", "actions": ["insight.view"], "link": "insight.view"}, {"name": "budget", "in": "company", "actions": ["budget.edit"]}]},
	  "accounts": [{"id": "a", "source": "s"}, {"id": "b", "source": "s"}, {"id": "c", "source": "s"}],
	  "groups":   [{"id": "ga", "filter": "id = 'a'"}, {"id": "gb", "filter": "id = 'b'"}],
	  "teams":    [{"id": "ta", "groups": ["ga", "gb"], "members": [{"user": "ann"}]}, {"id": "none"}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "analyst"}],
	  "reports":  [{"id": "r", "grants": [{"user": "ann", "level": "creator"}]}, {"id": "s", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "t"}],
	  "links":    [{"id": "l", "maker": "ann", "action": "insight.view", "resource": {"kind": "chart", "id": "c", "account": "a"}}]
	}`)
}

// TestListings has what holds of a small company, and how a list departs from it.
func TestListings(t *testing.T) {
	p := two()
	for line, want := range map[string]string{
		"sees ann a b": "", "sees ann b a": "", "sees ann at least a": "", "sees ann at least b a": "", "opens ann r s": "", "opens ann at least s": "",
		"opens ann at least s r": "", "team ta sees a b": "", "team ta sees at least b": "", "team none sees nothing": "", "sees link l a": "", "sees link l at least a": "",
		"sees nobody nothing": "", "opens nobody nothing": "",

		"sees ann a":                     "ann sees: 1 too many",
		"sees ann everything":            "ann sees: 1 missing",
		"sees ann at least a c":          "ann sees: 1 missing",
		"sees nobody at least a":         "nobody sees: 1 missing",
		"opens ann r":                    "ann opens: 1 too many",
		"opens ann at least t":           "ann opens: 1 missing",
		"opens ann everything":           "ann opens: 1 missing",
		"opens link l at least r":        "link l opens: 1 missing",
		"team ta sees a":                 "team ta sees: 1 too many",
		"team ta sees everything":        "team ta sees: 1 missing",
		"team ta sees nothing":           "team ta sees: 2 too many",
		"team ta sees at least a c":      "team ta sees: 1 missing",
		"team none sees at least a":      "team none sees: 1 missing",
		"team none sees everything":      "team none sees: 3 missing",
		"sees link l b":                  "link l sees: 1 too many, 1 missing",
		"sees link l at least b":         "link l sees: 1 missing",
		"sees link l nothing":            "link l sees: 1 too many",
		"team none\nsees ann at least a": "ann in team none sees: 1 missing",
	} {
		got := failuresOf(t, p, line)
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Text(), want+"\n")) {
			t.Errorf("%s: %v, want %s", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"sees link l at least b":    "deny link-scope: link l is for another action", // its maker sees b, but the link is for a
		"team none sees at least a": "team none has no data group",
		"team ta sees at least c":   "data group ga: the filter id = 'a' is false for it\n    data group gb: the filter id = 'b' is false for it",
	} {
		if text := failuresOf(t, p, line)[0].Text(); !strings.Contains(text, want) {
			t.Errorf("%s: %s, want %s", line, text, want)
		}
	}
}

// failuresOf returns the failures of a story with one line, which has no mistake.
func failuresOf(t *testing.T, p *access.Policy, line string) []Failure {
	t.Helper()
	stories, mistakes := parse("s.story", []byte("story S\n"+line))
	check(p, stories)
	if mistakes = append(mistakes, stories[0].mistakes...); len(mistakes) > 0 {
		t.Fatalf("%s: %v", line, mistakes)
	}
	return stories[0].Failures(p)
}

// TestPartsOfKinds drops each action that a kind lists. If that was the only kind,
// nobody may take it anywhere.
func TestPartsOfKinds(t *testing.T) {
	p := two()
	parts := partsOf(p)
	var texts []string
	for _, part := range parts {
		if part.kind != "kind" {
			continue
		}
		texts = append(texts, part.text)
		e := p.Edit()
		part.drop(e)
		without, err := e.Policy()
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range []string{"allow ann budget.edit budget:x", "allow ann insight.view chart:x in account:a", "allow link l insight.view chart:c in account:a"} {
			stories, _ := parse("s.story", []byte("story S\n"+line))
			if got := holds(stories[0].assertions[0], without); got == (strings.HasPrefix(part.text, "budget") == (i == 0)) {
				t.Errorf("without %s it is %v that %s", part.text, got, line)
			}
		}
	}
	if want := []string{"chart, insight.view", "budget, budget.edit"}; !slices.Equal(texts, want) && !slices.Equal(texts, []string{want[1], want[0]}) {
		t.Errorf("the parts are %q", texts)
	}
}
