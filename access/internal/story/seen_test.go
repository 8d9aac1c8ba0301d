package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/internal/growth"
)

// textsOf returns what is wrong with a story file, each text with its place.
func textsOf(t *testing.T, file string) (texts []string) {
	t.Helper()
	p := loadPolicy(t)
	suite := Read(p, fstest.MapFS{"s.story": {Data: []byte(file)}})
	texts = Texts(suite.Failures)
	for _, s := range suite.Stories {
		texts = append(texts, Texts(s.Failures(p))...)
	}
	return texts
}

// TestFactAndClaim: what a team sees, and what nobody may do to the team, are asked
// with the same words. The one does not repeat the other.
func TestFactAndClaim(t *testing.T) {
	const fact, claim = "team americas sees us-search us-social\n", "deny nobody account.view team:americas because wrong-kind\n"
	const wrong = "nobody account.view team:americas: want deny because wrong-kind, got deny because no-subject\n  deny no-subject: nobody is asking"
	for file, want := range map[string][]string{
		"story S\n" + fact + claim: {"s.story:3: " + wrong},
		"story S\n" + claim + fact: {"s.story:2: " + wrong},
		"story S\n" + fact + fact:  {"s.story:3: team americas sees: line 2 says that already: write one line for both"},
	} {
		if got := textsOf(t, file); !slices.Equal(got, want) {
			t.Errorf("%s\nit reports %q, want %q", file, got, want)
		}
	}
}

// TestLongLines: what a line costs grows with its words only.
func TestLongLines(t *testing.T) {
	word := func(i int) string { return fmt.Sprintf(" %03x", i) }
	again := func(int) string { return " x" }
	for _, line := range []struct {
		begin string
		word  func(i int) string
	}{
		{"sees tom", word}, {"team us sees", word},
		{"deny tom a company because", again}, {"deny tom a company because suspended", again}, {"deny tom a company", again},
	} {
		t.Run(line.begin, func(t *testing.T) {
			growth.Hundredfold(t, 40, func(n int) func() {
				var text strings.Builder
				text.WriteString("story S\n" + line.begin)
				for i := range n {
					text.WriteString(line.word(i))
				}
				return func() {
					for range 20 { // the first time costs more
						parse("s.story", []byte(text.String()))
					}
				}
			})
		})
	}
}

// TestBrokenTimes: patterns are not compiled for each broken time of a file.
func TestBrokenTimes(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _ = notTime("2027") }); n > 10 {
		t.Errorf("a broken time allocates %v times", n)
	}
}
