package story

import (
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// TestTexts cuts what nobody would read, and says so.
func TestTexts(t *testing.T) {
	mistakes := make([]Failure, maxTexts+7)
	for i := range mistakes {
		mistakes[i] = Failure{"s.story", i + 1, fmt.Errorf("no %d", i+1)}
	}
	if texts := Texts(mistakes[:maxTexts]); len(texts) != maxTexts || texts[maxTexts-1] != "s.story:100: no 100" {
		t.Errorf("of a hundred it reports %d: %q", len(texts), texts)
	}
	if texts := Texts(mistakes); len(texts) != maxTexts+1 || texts[maxTexts] != "s.story: and 7 more" {
		t.Errorf("of a hundred and seven it reports %d: %q", len(texts), texts[maxTexts:])
	}
	for i := range 5 {
		mistakes = append(mistakes, Failure{"s.story", 200 + i, mistakes[105].err})
	}
	if texts := Texts(mistakes); len(texts) != maxTexts+1 || texts[0] != "s.story:106: no 106 (also lines 200-204)" || texts[maxTexts] != "s.story: and 7 more" {
		t.Errorf("of a hundred and twelve it reports %d: %q, %q", len(texts), texts[0], texts[maxTexts:])
	}
	c := &Coverage{total: map[string]int{"grant": maxParts + 2}, missed: map[string]int{}}
	for range maxParts + 2 {
		c.missing = append(c.missing, part{kind: "grant", text: "g", users: []team.UserID{"u"}})
	}
	if text := c.String(); strings.Count(text, "  grant       g\n") != maxParts || !strings.Contains(text, "\n  and 2 more\n") {
		t.Errorf("it lists %d parts: %s", strings.Count(text, "\n"), text[len(text)-80:])
	}
}

// TestLinesText names lines in runs, and not too many of them.
func TestLinesText(t *testing.T) {
	every := make([]int, 30)
	for i := range every {
		every[i] = 2*i + 1
	}
	for want, lines := range map[string][]int{
		"line 7": {7}, "lines 7, 8": {7, 8}, "lines 7-9": {7, 8, 9}, "lines 1, 3-5, 7, 9, 10": {1, 3, 4, 5, 7, 9, 10},
		"lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39 and 10 more": every,
	} {
		if got := linesText(lines); got != want {
			t.Errorf("%v: %s, want %s", lines, got, want)
		}
	}
}

// costly is a line that does not hold, and counts how often it explains why.
type costly struct {
	*claim
	explained *int
}

func (c costly) verdict(p *access.Policy) (wrong, why string) {
	*c.explained++
	return c.claim.verdict(p)
}

// TestTextsCost: a failure that is only counted is not explained, and no near name
// is looked for.
func TestTextsCost(t *testing.T) {
	p, explained := loadPolicy(t), 0
	s := &Story{File: "s.story", Title: "S"}
	for i := range 3 * maxTexts {
		q := question{subject: access.User("ada"), action: access.ViewAccount, resource: access.Account(fmt.Sprint("a", i))}
		s.assertions = append(s.assertions, costly{&claim{question: q, allow: true}, &explained})
	}
	if texts := Texts(s.Failures(p)); len(texts) != maxTexts+1 || texts[maxTexts] != "s.story: and 200 more" || explained != maxTexts {
		t.Errorf("it reports %d and explains %d: %s", len(texts), explained, texts[maxTexts:])
	}
	for i, a := range s.assertions {
		a.(costly).no, a.(costly).subject = i+1, access.User("ghost")
	}
	explained = 0
	if texts := Texts(s.Failures(p)); len(texts) != 1 || !strings.HasPrefix(texts[0], "s.story:1: there is no user ghost, which makes 300 answers wrong, in lines 1-300\n") || explained != 1 {
		t.Errorf("of one cause it reports %d and explains %d: %s", len(texts), explained, texts[0])
	}
	d := large(10_000, 1)
	var text strings.Builder
	text.WriteString("story S\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "deny zuser-%d user.invite company\n", i)
	}
	p = compile(t, d)
	// If each looked at ten thousand names, this would take minutes.
	if got := report(p, "s.story", text.String()); !strings.Contains(got, "and 19900 more") {
		t.Errorf("it reports %.2000s", got)
	}
}

// TestCoverageCost: a part of users that no line is about is not dropped.
func TestCoverageCost(t *testing.T) {
	p := compile(t, large(10, 2000))
	lines := asked{users: map[team.UserID][]assertion{"tom": {&claim{}}}}
	if misses(lines, p, part{users: []team.UserID{"ann"}, drop: func(*access.Edit) { t.Error("the part is dropped") }}) {
		t.Error("a line about nobody concerned misses a part")
	}
}

// TestSuggestions looks for the id that was meant, unless there are too many.
func TestSuggestions(t *testing.T) {
	looked := 0
	users := func(n int) iter.Seq[string] {
		return func(yield func(string) bool) {
			for looked = 0; looked < n && yield(fmt.Sprint("user", looked)); looked++ {
			}
		}
	}
	if got, want := (unknown{"user", "uzer9999", users(10_000), func() string { return "" }}).Error(), `there is no user "uzer9999"; did you mean "user9999"?`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := (unknown{"user", "uzer9999", users(10_000_000), func() string { return "" }}).Error(), `there is no user "uzer9999": write it as the policy has it`; got != want || looked > 100_000 {
		t.Errorf("of %d names: %s, want %s", looked, got, want)
	}
}

// TestCoverageOfLinks counts the lines about a link for its maker, in the scope it
// was made in.
func TestCoverageOfLinks(t *testing.T) {
	p := access.MustLoad(`{
	  "catalog":  {"roles": [{"name": "analyst", "capabilities": ["account.view", "insight.view"]}], "kinds": [{"name": "chart", "in": "account", "actions": ["insight.view"], "link": "insight.view"}]},
	  "accounts": [{"id": "a", "source": "s"}, {"id": "b", "source": "s"}],
	  "groups":   [{"id": "ga", "filter": "id = 'a'"}, {"id": "gb", "filter": "id = 'b'"}],
	  "teams":    [{"id": "ta", "groups": ["ga"], "members": [{"user": "ann"}]}, {"id": "tb", "groups": ["gb"], "members": [{"user": "ann"}]}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "analyst"}],
	  "links":    [{"id": "l", "maker": "ann", "session": "ta", "action": "insight.view", "resource": {"kind": "chart", "id": "c", "account": "a"}}]
	}`)
	stories, mistakes := parse("s.story", []byte("story S\nallow link l insight.view chart:c in account:a\nsees link l a\n"))
	check(p, stories)
	c := Cover(p, &Suite{Stories: stories})
	want := `no story would miss
  membership  team tb, user ann
  assignment  team tb, data group gb
  filter      data group ga, id = 'a': never false
  filter      data group gb, id = 'b': never false
  filter      data group gb, id = 'b': never true
membership  1 of 2
assignment  1 of 2
capability  2 of 2
kind        1 of 1
filter      1 of 4
coverage 54 %: 6 of 11 parts`
	if c.Failed != "" || len(mistakes) > 0 || c.String() != want {
		t.Errorf("%v %s\n%s", mistakes, c.Failed, c)
	}
}

// TestEverything: a line that says everything wants all there is. A suspended
// subject lacks it, which is no mistake of the line.
func TestEverything(t *testing.T) {
	p := access.MustLoad(`{
	  "accounts": [{"id": "a", "source": "s"}, {"id": "b", "source": "s"}],
	  "groups":   [{"id": "all", "filter": "everything"}, {"id": "ga", "filter": "id = 'a'"}],
	  "teams":    [{"id": "ta", "groups": ["ga", "all"], "members": [{"user": "ann"}]}, {"id": "tb", "groups": ["ga"], "members": [{"user": "bob"}]}, {"id": "tc", "groups": ["ga"]}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "viewer"}, {"id": "bob", "email": "bob@example.com", "role": "viewer"},
	               {"id": "sam", "email": "sam@example.com", "role": "admin", "suspended": true}],
	  "reports":  [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}, {"user": "bob", "level": "viewer"}]}, {"id": "q2", "grants": [{"user": "ann", "level": "viewer"}]}]
	}`)
	for line, want := range map[string]string{
		"sees ann everything": "", "opens ann everything": "", "team ta sees everything": "",
		"sees bob everything":     "s.story:2: bob sees: 1 missing\n  b is only in the story:",
		"opens bob everything":    "s.story:2: bob opens: 1 missing\n  q2 is only in the story:",
		"team tb sees everything": "s.story:2: team tb sees: 1 missing\n  b is only in the story:",
		"sees sam everything":     "s.story:2: sam sees: 2 missing\n  a is only in the story:",
	} {
		got := strings.TrimPrefix(report(p, "s.story", "story S\n"+line+"\n"), "--- S\n")
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	// A filter concerns somebody if one of several teams that have it has members.
	if c := Cover(p, new(Suite)); c.total["filter"] != 3 {
		t.Errorf("it counts %d results of filters, want 3:\n%s", c.total["filter"], c)
	}
}
