package accesstest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// TestTold cuts what nobody would read, and says so.
func TestTold(t *testing.T) {
	mistakes := make([]mistake, maxTold+7)
	for i := range mistakes {
		mistakes[i] = mistake{"s.story", i + 1, errors.New("no")}
	}
	if texts := first(mistakes[:maxTold]); len(texts) != maxTold || texts[maxTold-1] != "s.story:100: no" {
		t.Errorf("of a hundred it tells %d: %q", len(texts), texts)
	}
	if texts := first(mistakes); len(texts) != maxTold+1 || texts[maxTold] != "s.story: and 7 more" {
		t.Errorf("of a hundred and seven it tells %d: %q", len(texts), texts[maxTold:])
	}
	c := &coverage{total: map[string]int{"grant": maxParts + 2}, missed: map[string]int{}}
	for range maxParts + 2 {
		c.missing = append(c.missing, part{kind: "grant", text: "g", users: []team.UserID{"u"}})
	}
	if text := c.String(); strings.Count(text, "  grant       g\n") != maxParts || !strings.Contains(text, "\n  and 2 more\n") {
		t.Errorf("it tells %d parts: %s", strings.Count(text, "\n"), text[len(text)-80:])
	}
}

// costly is a line that does not hold, and counts how often it says why.
type costly struct {
	*claim
	said *int
}

func (c costly) verdict(p *access.Policy) (wrong, why string) {
	*c.said++
	return c.claim.verdict(p)
}

// TestToldCost: a failure that is only counted is not explained, and a name that
// is only counted not looked for.
func TestToldCost(t *testing.T) {
	p, said := loadPolicy(t), 0
	s := &story{file: "s.story", title: "S"}
	for range 3 * maxTold {
		s.says = append(s.says, costly{&claim{question: question{who: access.User("tom"), do: "user.invite", on: access.Company()}, allow: true}, &said})
	}
	if texts := s.run(p); len(texts) != maxTold+1 || texts[maxTold] != "s.story: and 200 more" || said != maxTold {
		t.Errorf("it tells %d and explains %d: %s", len(texts), said, texts[maxTold:])
	}
	d := large(maxSuggest, 1, 1, 1)
	var text strings.Builder
	text.WriteString("story S\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "deny zuser-%d user.invite company\n", i)
	}
	p = compile(t, d)
	start := time.Now()
	if got := told(p, "s.story", text.String()); !strings.Contains(got, "and 19900 more") {
		t.Errorf("it tells %.2000s", got)
	}
	if took := time.Since(start); took > 10*time.Second { // each looks at ten thousand names
		t.Errorf("20,000 misspelt ids take %v", took)
	}
}

// TestCoverageCost: a part of users that no line is about is not dropped, and a
// filter looks at no two accounts that are alike to it.
func TestCoverageCost(t *testing.T) {
	p := compile(t, large(10, 2000, 3, 3))
	lines := map[team.UserID][]assertion{"tom": {&claim{}}}
	if misses(lines, p, part{users: []team.UserID{"ann"}, drop: func(*access.Edit) { t.Error("the part is dropped") }}) {
		t.Error("a line about nobody concerned misses a part")
	}
	l := newLeaves(p)
	for want, reads := range map[int][]string{1: nil, 25: {"region"}, 2000: {"id"}} {
		if got := len(l.unlike(reads)); got != want {
			t.Errorf("a filter that reads %q looks at %d accounts, want %d", reads, got, want)
		}
	}
}

// TestSuggestions looks for what was meant among the ids of a company that is
// not too large.
func TestSuggestions(t *testing.T) {
	ids := make(map[string]bool)
	for i := range maxSuggest {
		ids[fmt.Sprint("user", i)] = true
	}
	if got, want := (unknown{"user", "uzer9999", ids}).Error(), `there is no user "uzer9999"; did you mean "user9999"?`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	ids["one more"] = true
	if got, want := (unknown{"user", "uzer9999", ids}).Error(), `there is no user "uzer9999"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestCoverageOfLinks counts what a link shows for its maker, in the scope it
// was made in.
func TestCoverageOfLinks(t *testing.T) {
	p := access.MustLoad(`{
	  "roles":    [{"name": "analyst", "capabilities": ["account.view", "insight.view"]}],
	  "accounts": [{"id": "a", "source": "s"}, {"id": "b", "source": "s"}],
	  "groups":   [{"id": "ga", "filter": "id = 'a'"}, {"id": "gb", "filter": "id = 'b'"}],
	  "teams":    [{"id": "ta", "groups": ["ga"], "members": [{"user": "ann"}]}, {"id": "tb", "groups": ["gb"], "members": [{"user": "ann"}]}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "analyst"}],
	  "links":    [{"id": "l", "maker": "ann", "session": "ta", "action": "insight.view", "resource": {"kind": "chart", "id": "c", "account": "a"}}]
	}`)
	stories, mistakes := parse("s.story", []byte("story S\nallow link l insight.view chart:c in account:a\nsees link l a\n"))
	check(p, stories)
	c := measure(p, stories)
	want := `no story would miss
  membership  team tb, user ann
  assignment  team tb, data group gb
  filter      data group ga, id = 'a': never false
  filter      data group gb, id = 'b': never false
  filter      data group gb, id = 'b': never true
membership  1 of 2
assignment  1 of 2
capability  2 of 2
filter      1 of 4
coverage 50 %: 5 of 10 parts`
	if c.failed != "" || len(mistakes) > 0 || c.String() != want {
		t.Errorf("%v %s\n%s", mistakes, c.failed, c)
	}
}
