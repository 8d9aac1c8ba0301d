package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access/document"
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
// with the same words. The one does not repeat the other. Nor does a reason repeat a
// matrix.
func TestFactAndClaim(t *testing.T) {
	const fact, claim = "team americas sees us-search us-social\n", "deny nobody account.view team:americas because wrong-kind\n"
	const matrix, reason = "matrix\nsubjects tom\nactions user.invite\nresources company\nend\n", "deny tom user.invite company because no-capability\n"
	const wrong = "nobody account.view team:americas: want deny because wrong-kind, got deny because no-subject\n  deny no-subject: nobody is asking"
	for file, want := range map[string][]string{
		"story S\n" + fact + claim:                           {"s.story:3: " + wrong},
		"story S\n" + claim + fact:                           {"s.story:2: " + wrong},
		"story S\n" + matrix + reason:                        nil, // which a matrix cannot give
		"story S\n" + reason + matrix:                        nil,
		"story S\n" + matrix + reason + reason:               {"s.story:8: tom user.invite company: line 7 says that already, so remove one of them"},
		"story S\n" + reason + "story T\n" + reason + reason: {"s.story:5: tom user.invite company: line 4 says that already, so remove one of them"},
		"story S\n" + fact + "story T\n" + fact + fact:       {"s.story:5: team americas sees: line 4 says that already: write one line for both"},
		"story S\n" + fact + fact:                            {"s.story:3: team americas sees: line 2 says that already: write one line for both"},
	} {
		if got := textsOf(t, file); !slices.Equal(got, want) {
			t.Errorf("%s\nit reports %q, want %q", file, got, want)
		}
	}
}

// TestDeniedForTwoReasons: whoever is denied everything, but for another reason after
// their end, is told what holds if it is written.
func TestDeniedForTwoReasons(t *testing.T) {
	p := compile(t, &document.Document{
		Teams: []document.Team{{ID: "us"}},
		Users: []document.User{{ID: "tom", Email: "tom@example.com", Role: "viewer", Until: "2027-01-01"}},
	})
	const line = "team us\ndeny tom user.invite company"
	for text, want := range map[string]string{
		line: `tom is not a current member of team us, and so denied everything: if you mean that, write "because not-a-member" at the end of the line, and "at" with a day above it`,
		"at 2026-12-31\n" + line + " because not-a-member": "",
		"at 2027-01-01\n" + line + " because ended":        "",
		"at 2027-01-01\n" + line:                           `the access of tom has ended, and so denied everything: if you mean that, write "because ended" at the end of the line`,
	} {
		s := Read(p, fstest.MapFS{"s.story": {Data: []byte("story S\n" + text)}}).Stories[0]
		got := ""
		for _, f := range s.Failures(p) {
			got += f.Text()
		}
		if got != want {
			t.Errorf("%s\nit reports %s\nwant %s", text, got, want)
		}
	}
}

// TestPausedLink: a link that shows nothing since its maker is suspended is no link
// that shows nothing.
func TestPausedLink(t *testing.T) {
	q3 := document.Resource{Kind: "report", ID: "q3"}
	p := compile(t, &document.Document{
		Users:   []document.User{{ID: "tom", Email: "tom@example.com", Role: "viewer", Suspended: true}, {ID: "mia", Email: "mia@example.com", Role: "viewer"}},
		Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "tom", Level: "creator"}, {User: "mia", Level: "creator"}}}, {ID: "q4", Grants: []document.Grant{{User: "tom", Level: "creator"}}}},
		Links: []document.Link{
			{ID: "toms", Maker: "tom", Action: "report.view", Resource: q3}, {ID: "mias", Maker: "mia", Action: "report.view", Resource: q3},
			{ID: "lost", Maker: "mia", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q4"}},
		},
	})
	const paused = `the maker of link toms would be denied now, at the subject step, and so denied everything: if you mean that, write "because link-paused" at the end of the line`
	for line, want := range map[string]string{
		"sees link toms nothing":                      paused,
		"opens link toms nothing":                     paused,
		"opens link toms nothing because link-paused": "",
		"opens link toms nothing because link-ended": `link toms opens: want nothing because link-ended, got nothing because link-paused
  deny link-paused: the maker of link toms would be denied now, at the subject step
    its maker
      deny suspended: tom is suspended
        what would help
          reinstate tom: nobody may`,
		"opens link lost nothing":                     "", // as mia does
		"opens link lost nothing because link-paused": "",
		"opens link lost nothing because link-ended": `link lost opens: want nothing because link-ended, got nothing because link-paused
  deny link-paused: the maker of link lost would be denied now, at the capability step
    its maker
      deny no-level: report q4 is not shared with mia
        what would help
          share report q4 with mia as viewer: nobody may`,
		"opens link mias q3":     "",
		"sees link mias nothing": "",                                                                                                               // mia has no team
		"sees tom everything":    `tom is suspended, and so denied everything: if you mean that, write "because suspended" at the end of the line`, // there is none
		"sees mia everything":    "",
		"sees link mias nothing because link-paused": `link mias sees: want nothing because link-paused, got nothing
  link mias is not denied everything`,
	} {
		s := Read(p, fstest.MapFS{"s.story": {Data: []byte("story S\n" + line)}}).Stories[0]
		got := ""
		for _, f := range s.Failures(p) {
			got += f.Text()
		}
		if got != want {
			t.Errorf("%s\nit reports %s\nwant %s", line, got, want)
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

// TestLongestLine reads a line that is as long as may be.
func TestLongestLine(t *testing.T) {
	const line = "deny tom user.invite company "
	for more, wrong := range []int{0, 1} {
		text := "story S\n" + line + "#" + strings.Repeat("x", maxLine-len(line)-1+more)
		if stories, _ := parse("s.story", []byte(text)); len(stories[0].mistakes) != wrong {
			t.Errorf("%d bytes more: %v", more, stories[0].mistakes)
		}
	}
}

// TestBrokenTimes: patterns are not compiled for each broken time of a file.
func TestBrokenTimes(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _ = notTime("2027") }); n > 10 {
		t.Errorf("a broken time allocates %v times", n)
	}
}
