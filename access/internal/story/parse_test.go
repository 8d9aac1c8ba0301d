package story

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ambit-authz/ambit/access"
)

// TestUnreadable has what a file must not contain. The messages that people see
// are in TestMistakes.
func TestUnreadable(t *testing.T) {
	p := loadPolicy(t)
	const good = "story S\nsees tom us-search us-social\n"
	long := strings.Repeat("x", maxLine)
	manySubjects := "subjects"
	for i := range 101 {
		manySubjects += fmt.Sprintf(" u%d", i)
	}
	manyResources := strings.ReplaceAll(strings.Replace(manySubjects, "subjects", "resources", 1), " u", " account:")
	big := "matrix\n" + manySubjects + "\nactions account.view\n" + manyResources + "\nend\n"
	var wide strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&wide, "subjects a%d b%d c%d d%d e%d f%d\n", i, i, i, i, i, i)
	}
	for _, tt := range []struct{ want, name, text string }{
		{"S.story:3: the line is not valid UTF-8: save the file as UTF-8", "encoding", good + "# \xff"},
		{"S.story:3: the line has the control character U+0000: type the line again", "NUL", good + "# \x00"},
		{"S.story:3: the line has the control character U+000D: save the file with a line feed at the end of each line", "a return within a line", good + "# a\rb"},
		{"S.story:3: the line has U+202E, which is invisible or changes the direction of text: type the line again", "direction of writing in a comment", good + "# a\u202eb"},
		{"S.story:3: the line has U+2066, which is invisible or changes the direction of text: type the line again", "direction of writing in a title", good + "story \u2066b"},
		{"S.story:3: the line has the control character U+001B: type the line again", "an escape in a title", good + "story \x1b[31m"},
		{`S.story:3: "us-search\u00a0" has the character U+00A0, which looks like a space: type a space instead, or put the word in quotes if it is an id`, "an unbreakable space", good + "sees tom us-search\u00a0"},
		{"S.story:3: the line has 16385 bytes, at most 16384 are read", "a long line", good + "#" + long},
		{"S.story: the file has 1048577 bytes, at most 1048576 are read", "a large file", good + strings.Repeat("\n", maxFile+1-len(good))},
		{"S.story:1: the line is not valid UTF-8: save the file as UTF-8", "before the first story", "\xff\n" + good},
		{`S.story: the file has no story: begin one with "story" and a title`, "comments only", "# a\n# b"},
		{`S.story: the file has no story: begin one with "story" and a title`, "nothing at all", ""},
		{"S.story:3: the matrix has 10201 questions: at most 10000 in one, and 100000 in a file", "a large matrix", good + big},
		{"S.story:1675: a matrix has at most 10000 questions", "a wide matrix", "story S\nmatrix\n" + strings.Repeat("\n", 6) + wide.String()},
		{`S.story:3: "0001-01-01" is not in the calendar: write a day that there is, as in 2027-01-31`, "the zero time", good + "at 0001-01-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stories, mistakes := parse("S.story", []byte(tt.text))
			check(p, stories)
			var texts []string
			for _, s := range stories {
				mistakes = append(mistakes, s.mistakes...)
			}
			for _, m := range mistakes {
				texts = append(texts, m.Error())
			}
			if !slices.Contains(texts, tt.want) {
				t.Errorf("it reports %.2000q and not %s", texts, tt.want)
			}
		})
	}
}

// TestCells: many matrices in one file, each small enough, are limited together.
func TestCells(t *testing.T) {
	var text strings.Builder
	text.WriteString("story S\n")
	for range 11 {
		text.WriteString("matrix\n")
		for _, axis := range []string{"subjects u", "resources account:"} {
			verb, value, _ := strings.Cut(axis, " ")
			text.WriteString(verb)
			for i := range 100 {
				fmt.Fprintf(&text, " %s%d", value, i)
			}
			text.WriteString("\n")
		}
		text.WriteString("actions account.view\nend\n")
	}
	stories, _ := parse("S.story", []byte(text.String()))
	if n := len(stories[0].matrices); n != 10 || len(stories[0].mistakes) != 1 {
		t.Errorf("%d matrices were kept of 11, and there are the mistakes %v", n, stories[0].mistakes)
	}
}

// TestRead reads each form of a line once and compares what it means.
func TestRead(t *testing.T) {
	day := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	ask := func(at time.Time, s access.Subject, a access.Action, r access.Resource) question {
		return question{at, s, a, r}
	}
	for _, tt := range []struct {
		text string
		want assertion
	}{
		{"allow tom account.view account:us-1", &claim{question: ask(time.Time{}, access.User("tom"), "account.view", access.Account("us-1")), no: 2, allow: true}},
		{"\t allow\ttom  account.view account:us-1 # why", &claim{question: ask(time.Time{}, access.User("tom"), "account.view", access.Account("us-1")), no: 2, allow: true}},
		{"deny tom account.view account:us#1 because out-of-reach", &claim{question: ask(time.Time{}, access.User("tom"), "account.view", access.Account("us#1")), no: 2, because: access.ReasonOutOfReach}},
		{"at 2027-01-01\ndeny tom a company", &claim{question: ask(day, access.User("tom"), "a", access.Company()), no: 3}},
		{"at 2027-01-01T02:00:00+02:00\ndeny tom a company", &claim{question: ask(day, access.User("tom"), "a", access.Company()), no: 3}},
		{"team us\ndeny tom a company", &claim{question: ask(time.Time{}, access.Session("tom", "us"), "a", access.Company()), no: 3}},
		{"deny link l1 a report:q3", &claim{question: ask(time.Time{}, access.ViaLink("l1"), "a", access.Report("q3")), no: 2}},
		{`deny "link" l1 report:q3`, &claim{question: ask(time.Time{}, access.User("link"), "l1", access.Report("q3")), no: 2}},
		{"deny nobody a company", &claim{question: ask(time.Time{}, access.Subject{}, "a", access.Company()), no: 2}},
		{`deny "nobody" a company`, &claim{question: ask(time.Time{}, access.User("nobody"), "a", access.Company()), no: 2}},
		{"deny tom a campaign:c1 in account:us-1", &claim{question: ask(time.Time{}, access.User("tom"), "a", access.Item("campaign", "c1", "us-1")), no: 2}},
		{`deny tom a "campaign:c 1" in "account:us 1"`, &claim{question: ask(time.Time{}, access.User("tom"), "a", access.Item("campaign", "c 1", "us 1")), no: 2}},
		{`deny tom a "campaign:c 1 in account:us 1"`, &claim{question: ask(time.Time{}, access.User("tom"), "a", access.Item("campaign", "c 1", "us 1")), no: 2}},
		{"deny tom a budget:b1 because no-capability", &claim{question: ask(time.Time{}, access.User("tom"), "a", access.CompanyItem("budget", "b1")), no: 2, because: access.ReasonNoCapability}},
		{"sees tom us-1 us-2", &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{}), ids: []string{"us-1", "us-2"}}},
		{`sees tom "nothing" "# 1" "say \"hi\""`, &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{}), ids: []string{"nothing", "# 1", `say "hi"`}}},
		{"sees tom nothing", &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{})}},
		{"sees tom nothing because suspended", &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{}), because: access.ReasonSuspended}},
		{"sees tom at least us-1", &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{}), ids: []string{"us-1"}, atLeast: true}},
		{`opens link l1 at least "at"`, &listing{no: 2, question: ask(time.Time{}, access.ViaLink("l1"), access.ViewReport, access.Resource{}), ids: []string{"at"}, atLeast: true}},
		{`sees tom "at" least`, &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewAccount, access.Resource{}), ids: []string{"at", "least"}}},
		{"team us sees us-1", &listing{no: 2, question: ask(time.Time{}, access.Subject{}, access.ViewAccount, access.Team("us")), ids: []string{"us-1"}}},
		{"team us sees nothing", &listing{no: 2, question: ask(time.Time{}, access.Subject{}, access.ViewAccount, access.Team("us"))}},
		{"team us sees everything", &listing{no: 2, question: ask(time.Time{}, access.Subject{}, access.ViewAccount, access.Team("us")), all: true}},
		{`team sees sees at least "sees"`, &listing{no: 2, question: ask(time.Time{}, access.Subject{}, access.ViewAccount, access.Team("sees")), ids: []string{"sees"}, atLeast: true}},
		{"team sees\nopens tom q3", &listing{no: 3, question: ask(time.Time{}, access.Session("tom", "sees"), access.ViewReport, access.Resource{}), ids: []string{"q3"}}},
		{"opens tom everything", &listing{no: 2, question: ask(time.Time{}, access.User("tom"), access.ViewReport, access.Resource{}), all: true}},
		{"at 2027-01-01\nteam us\nopens tom q3", &listing{no: 4, question: ask(day, access.Session("tom", "us"), access.ViewReport, access.Resource{}), ids: []string{"q3"}}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			for _, before := range []string{"story S\n", "\uFEFFstory S\n", "  story\tS  \r\n"} {
				stories, mistakes := parse("S.story", []byte(before+tt.text))
				if len(stories) != 1 || stories[0].Title != "S" || len(stories[0].mistakes)+len(mistakes) > 0 || len(stories[0].assertions) != 1 {
					t.Fatalf("read as %v with %v", stories, mistakes)
				}
				if got := stories[0].assertions[0]; !cmp.Equal(got, tt.want, cmp.AllowUnexported(claim{}, question{}, listing{}, access.Subject{}, access.Resource{})) {
					t.Errorf("read as %#v, want %#v", got, tt.want)
				}
			}
		})
	}
}

// TestAllowed: an allow line of a matrix lists every combination of its subjects,
// actions and resources, which the axes tell apart.
func TestAllowed(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"allow tom a.b company", "tom a.b company"},
		{"allow tom mia a.b c.d company", "tom a.b company, tom c.d company, mia a.b company, mia c.d company"},
		{"allow tom a.b company kind:x in account:us kind:x", "tom a.b company, tom a.b kind:x in account:us, tom a.b kind:x"},
		{"allow link l nobody tom a.b company", "link l a.b company, nobody a.b company, tom a.b company"},
		{`allow "link" "nobody" a.b company`, "link a.b company, nobody a.b company"},
		{"allow c.d a.b company", "c.d a.b company"}, // the first word is a subject
		{"allow tom c.d company", "tom c.d company"}, // the first action ends the subjects
		{"allow c.d c.d company", "c.d c.d company"},
		{"allow c.d c.d a.b company", "error: c.d is among the subjects of the matrix, and among its actions: write a line for each subject"},
		{"allow tom c.d a.b company", "error: c.d is among the subjects of the matrix, and among its actions: write a line for each subject"},
		{"allow tom tom a.b company", "error: tom a.b company is allowed in the matrix already: remove one of them"},
		{"allow tom a.b a.b company", "error: tom a.b company is allowed in the matrix already: remove one of them"},
	} {
		for _, axes := range []string{"subjects tom mia link l nobody \"link\" \"nobody\" c.d\nactions a.b c.d\nresources company kind:x kind:x in account:us\n%s\n", "%s\nresources company kind:x kind:x in account:us\nactions a.b c.d\nsubjects tom mia c.d link l nobody \"link\" \"nobody\"\n"} {
			stories, _ := parse("s.story", []byte("story S\nmatrix\n"+fmt.Sprintf(axes, tt.line)+"end"))
			var got []string
			for _, m := range stories[0].mistakes {
				got = append(got, "error: "+m.Text())
			}
			for _, e := range stories[0].matrices[0].allowed {
				if len(stories[0].mistakes) == 0 {
					got = append(got, question{subject: e.subject, action: e.action, resource: e.resource}.String())
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("%s is read as %q, want %q", tt.line, got, tt.want)
			}
		}
	}
}

// TestSettings shows how far an at and a team reach.
func TestSettings(t *testing.T) {
	got := questions(t, `story One
deny tom a company
at 2027-01-01
team us
deny tom b company
deny tom c company
company
deny tom d company
at 2027-01-02
deny tom e company
team us
team us sees x
deny tom g company
story Two
team us sees everything
deny tom f company
`)
	want := []string{
		"tom a company", "tom in team us b company at 2027-01-01", "tom in team us c company at 2027-01-01",
		"tom d company at 2027-01-01", "tom e company at 2027-01-02",
		"team us sees", "tom in team us g company at 2027-01-02", "team us sees", "tom f company",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// questions returns the questions of a text.
func questions(t *testing.T, text string) (all []string) {
	t.Helper()
	stories, mistakes := parse("S.story", []byte(text))
	for _, s := range stories {
		for _, a := range s.assertions {
			all = append(all, a.String())
		}
		mistakes = append(mistakes, s.mistakes...)
	}
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return all
}

// TestReasons: a story may give every code of package access.
func TestReasons(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "reason.go"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != "Reason" || fields[2] != "=" {
			continue
		}
		n++
		code, err := strconv.Unquote(fields[3])
		if err != nil {
			t.Fatal(err)
		}
		_, allow := parseReason(code, true)
		_, deny := parseReason(code, false)
		if byRoute := slices.Contains([]string{"ReasonRole", "ReasonTeam", "ReasonGrant", "ReasonMaker", "ReasonLink"}, fields[0]); byRoute != (allow == nil) || byRoute == (deny == nil) {
			t.Errorf("%s: to allow %v, to deny %v", code, allow, deny)
		}
	}
	if want := len(allowReasons()) + len(denyReasons()); n != want {
		t.Errorf("reason.go has %d codes, and a story may give %d", n, want)
	}
}

// TestDocStory reads the story that the package comment of accesstest shows.
func TestDocStory(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "accesstest", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, story, _ := strings.Cut(string(text), "//\t# Everything")
	story, _, _ = strings.Cut(story, "\n// These are the lines:")
	if !strings.Contains(string(text), "go:embed policy.json all:stories\n") {
		t.Error("the package comment embeds stories without those whose names begin with _")
	}
	got := questions(t, strings.ReplaceAll("#"+story, "\n//", "\n"))
	if len(got) != 6 {
		t.Errorf("the story of the package comment asks %q", got)
	}
}

// writeSubject writes a subject as a story does, within its scope.
func writeSubject(s access.Subject) string {
	switch {
	case s.IsZero():
		return "nobody"
	case s.Link() != "":
		return "link " + strconv.Quote(string(s.Link()))
	}
	return strconv.Quote(string(s.User()))
}

// writeSetting writes when and in what scope something is asked.
func writeSetting(at time.Time, s access.Subject) string {
	text := ""
	if !at.IsZero() {
		text = "at " + at.Format(time.RFC3339Nano) + "\n"
	}
	if scope, ok := s.Team(); ok {
		text += "team " + strconv.Quote(string(scope)) + "\n"
	}
	return text
}

// writeAssertion writes an assertion as a story of its own, so that only its own
// settings apply.
func writeAssertion(a assertion) string {
	text := "story -\n" + writeSetting(a.asks().at, a.asks().subject)
	switch a := a.(type) {
	case *claim:
		verb := map[bool]string{true: "allow", false: "deny"}[a.allow]
		text += fmt.Sprintf("%s %s %q %q", verb, writeSubject(a.subject), a.action, a.resource.String())
		if a.because != "" {
			text += " because " + string(a.because)
		}
	case *listing:
		verb := map[access.Action]string{access.ViewAccount: "sees", access.ViewReport: "opens"}[a.action]
		text += verb + " " + writeSubject(a.subject)
		if of := ofTeam(a); of != "" {
			text = fmt.Sprintf("story -\nteam %q sees", of)
		}
		if a.atLeast {
			text += " at least"
		}
		switch {
		case a.all:
			text += " everything"
		case len(a.ids) == 0:
			text += " nothing"
			if a.because != "" {
				text += " because " + string(a.because)
			}
		}
		for _, id := range a.ids {
			text += " " + strconv.Quote(id)
		}
	}
	return text + "\n"
}

func writeMatrix(b *strings.Builder, m *matrix) {
	b.WriteString("story -\n")
	scoped := access.Subject{}
	if m.scope != nil {
		scoped = access.Session("-", *m.scope)
	}
	b.WriteString(writeSetting(m.at, scoped) + "matrix\n")
	for _, s := range m.subjects.values {
		fmt.Fprintf(b, "subjects %s\n", writeSubject(s))
	}
	for _, a := range m.actions.values {
		fmt.Fprintf(b, "actions %q\n", a)
	}
	for _, r := range m.resources.values {
		fmt.Fprintf(b, "resources %q\n", r.String())
	}
	for _, e := range m.allowed {
		fmt.Fprintf(b, "allow %s %q %q\n", writeSubject(e.subject), e.action, e.resource.String())
	}
	b.WriteString("end\n")
}

// meaning returns what stories assert, without lines and titles.
func meaning(stories []*Story) (all []string) {
	for _, s := range stories {
		for _, a := range s.assertions {
			all = append(all, writeAssertion(a))
		}
		for _, m := range s.matrices {
			var b strings.Builder
			writeMatrix(&b, m)
			all = append(all, b.String())
		}
	}
	return all
}

func FuzzParse(f *testing.F) {
	for _, dir := range []string{storiesDir, filepath.Join(storiesDir, "reports"), "testdata/mistakes", "testdata/failures"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.story"))
		if err != nil || len(names) == 0 {
			f.Fatal(dir, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	p := loadPolicy(f)
	f.Fuzz(func(t *testing.T, text string) {
		stories, mistakes := parse("f.story", []byte(text))
		lines := strings.Count(text, "\n") + 1
		wrong := len(mistakes)
		for _, s := range stories {
			wrong += len(s.mistakes)
			for _, m := range s.mistakes {
				if m.Line < 1 || m.Line > lines || m.Text() == "" {
					t.Errorf("a mistake without a place or a cause: %v", m)
				}
			}
		}
		if len(stories) == 0 && wrong == 0 {
			t.Error("neither a story nor a mistake")
		}
		if first, again := report(p, "f.story", text), report(p, "f.story", text); first != again {
			t.Errorf("it reports\n%s\nand then\n%s", first, again)
		}
		if wrong > 0 {
			return
		}
		stories, _ = parse("f.story", []byte(text))
		again, mistakes := parse("f.story", []byte(strings.Join(meaning(stories), "")))
		for _, s := range again {
			mistakes = append(mistakes, s.mistakes...)
		}
		if len(mistakes) > 0 {
			t.Fatalf("what was read and written cannot be read: %v", mistakes)
		}
		if diff := cmp.Diff(meaning(stories), meaning(again)); diff != "" {
			t.Errorf("written and read again, it means something else:\n%s", diff)
		}
	})
}
