package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/diff"
)

// TestStrangers refuses to compare policies of two companies.
func TestStrangers(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "markdown", "json"} {
		got := program("diff", "-format", format, "testdata/before.json", "testdata/stranger.json")
		want := "testdata/before.json and testdata/stranger.json: The two policies seem to be of two companies: "
		if got.status != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, want) || !strings.Contains(got.stderr, "-strangers") {
			t.Errorf("%s: %+v", format, got)
		}
	}
	// Nobody is a stranger to a policy that is not there yet.
	if got := programWith(environment{stdin: strings.NewReader("{}")}, "diff", "-", companyx); got.status != 0 {
		t.Errorf("a first policy: %+v", got)
	}
}

// TestWithin ends a search in time, and says so.
func TestWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format, want string
	}{
		{"text", "+ and perhaps more: it was not looked at to the end\n"},
		{"markdown", "Gain access: **more than could be looked at**."},
		{"json", `"more": true`},
	} {
		got := program("diff", "-exit-code", "-within", "1ns", "-format", test.format, "testdata/before.json", "testdata/after.json")
		if got.status != 3 || !strings.Contains(got.stdout, test.want) {
			t.Errorf("%s: %+v, want 3 and %q", test.format, got, test.want)
		}
	}
}

// hostile are names that would be something else than a name in Markdown, HTML, a
// terminal or a workflow of GitHub.
var hostile = []string{
	"```", "~~~", "`x` **b** [a](http://evil.example) ![i](http://evil.example/p.png)", "@octocat", "#1", "<img src=x onerror=alert(1)>",
	"</code></pre>", "<!-- ", "| a | b |", "::error::x", "$(touch /tmp/x)", "${{ github.token }}", "a'b\"c", strings.Repeat("M", 250), "-->", "# head",
	"\u00a0", "ｅ", "e\u0301",
}

// TestHostileMarkdown has such names as ids and names of everything. No line of
// the Markdown can be more than text.
func TestHostileMarkdown(t *testing.T) {
	t.Parallel()
	var users, members, accounts, groups, reports []string
	for i, name := range hostile {
		q := jsonText(t, name)
		role := `"role": "team-member"`
		if i%5 == 0 {
			role = `"role": "admin"`
		}
		users = append(users, fmt.Sprintf(`{"id": %s, %s}`, q, role))
		members = append(members, fmt.Sprintf(`{"user": %s}`, q))
		accounts = append(accounts, fmt.Sprintf(`{"id": %s, "source": "x"}`, q))
		groups = append(groups, fmt.Sprintf(`{"id": %s, "filter": "everything"}`, q))
		reports = append(reports, fmt.Sprintf(`{"id": %s, "grants": [{"user": %s, "level": "creator"}, {"team": %s, "level": "viewer"}]}`, q, q, jsonText(t, hostile[0])))
	}
	all := func(items []string) string { return "[" + strings.Join(items, ",") + "]" }
	var teams []string
	for _, name := range hostile {
		teams = append(teams, fmt.Sprintf(`{"id": %s, "groups": [%s], "members": %s}`, jsonText(t, name), jsonText(t, name), all(members)))
	}
	doc := fmt.Sprintf(`{"accounts": %s, "groups": %s, "teams": %s, "users": %s, "reports": %s}`,
		all(accounts), all(groups), all(teams), all(users), all(reports))
	path := file(t, "hostile.json", doc)
	for _, most := range []string{"5", "0"} {
		got := programWith(environment{stdin: strings.NewReader("{}")}, "diff", "-format", "markdown", "-most", most, "-", path)
		if got.status != 0 || len(got.stdout) > 60_000 {
			t.Fatalf("%d, %d bytes %s", got.status, len(got.stdout), got.stderr)
		}
		onlyText(t, got.stdout)
	}
	// The values of filters come from the same author.
	var filters []string
	for i, name := range hostile {
		filters = append(filters, fmt.Sprintf(`{"id": "g%d", "filter": %s}`, i, jsonText(t, "id = '"+strings.ReplaceAll(name, "'", "''")+"'")))
	}
	next := file(t, "next.json", fmt.Sprintf(`{"groups": %s}`, all(filters)))
	old := file(t, "old.json", fmt.Sprintf(`{"groups": %s}`, strings.ReplaceAll(all(filters), "id = '", "id = 'x")))
	got := program("diff", "-format", "markdown", old, next)
	if onlyText(t, got.stdout); strings.Count(got.stdout, "\n~ ") != len(hostile) {
		t.Errorf("got %+v", got)
	}
	// Text for a terminal has no control characters, and one line for each right.
	got = programWith(environment{stdin: strings.NewReader("{}")}, "diff", "-most", "0", "-", path)
	for _, line := range strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n") {
		if !strings.HasPrefix(line, "+ ") && !strings.HasPrefix(line, "gains: ") || line != shown(line) {
			t.Errorf("%q", line)
		}
	}
	// A finding stays one command, whatever is in it.
	got = program("lint", "-format", "github", "-severity", "error", path)
	for _, line := range strings.Split(strings.TrimSuffix(got.stdout, "\n"), "\n") {
		if !regexp.MustCompile(`^::(notice|warning|error) file=[^,:]+,line=\d+,title=[a-z-]+::[^\r\n]+$`).MatchString(line) {
			t.Errorf("%q", line)
		}
	}
}

// onlyText checks that all names of a comparison in Markdown stand in blocks of
// code: each line of a block begins with a sign, and the others are known.
func onlyText(t *testing.T, markdown string) {
	t.Helper()
	outside := regexp.MustCompile(`^(|#### (Doubts|Filters|Gains|Losses)|Gain access: \*\*[0-9a-z ,]+\*\*\. Lose access: \*\*[0-9a-z ,]+\*\*\.|No difference: everybody may do the same as before\.)$`)
	inside, lines := false, 0
	for _, line := range strings.Split(strings.TrimSuffix(markdown, "\n"), "\n") {
		switch {
		case !inside && line == "```diff":
			inside = true
		case inside && line == "```":
			inside = false
		case inside:
			if lines++; !strings.HasPrefix(line, "+ ") && !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "! ") && !strings.HasPrefix(line, "~ ") || len(line) > maxLine+10 {
				t.Errorf("in a block: %q", line)
			}
		case !outside.MatchString(line):
			t.Errorf("outside of a block: %q", line)
		}
	}
	if inside || lines == 0 {
		t.Errorf("%d lines in blocks, and the last block is open: %v", lines, inside)
	}
}

// TestFilterChange tells of a filter that nobody gains or loses by today.
func TestFilterChange(t *testing.T) {
	t.Parallel()
	const policy = `{"attributes": {"country": "string"}, "accounts": [{"id": "us-1", "source": "x", "country": "US"}],
		"groups": [{"id": "us", "filter": "%s"}], "teams": [{"id": "west", "groups": ["us"], "members": [{"user": "tom"}]}],
		"users": [{"id": "tom", "role": "team-member"}]}`
	old := file(t, "old.json", fmt.Sprintf(policy, "country = 'US'"))
	for _, test := range []struct {
		status       int
		filter, want string
	}{
		{0, "country = 'US' or country = 'US'", "~ data group us: means the same as before\nno difference\n"},
		{1, "country in ('US', 'CA')", "~ data group us: can only widen: now also an account with country \"CA\"\ngains: nobody; losses: nobody\n"},
	} {
		next := file(t, "next.json", fmt.Sprintf(policy, test.filter))
		if got := program("diff", "-exit-code", old, next); got != (answered{test.want, "", test.status}) {
			t.Errorf("%s: %+v", test.filter, got)
		}
	}
}

// TestMoreText says how much is left out.
func TestMoreText(t *testing.T) {
	t.Parallel()
	one := []diff.Right{{}}
	for _, test := range []struct {
		total diff.Total
		want  string
	}{
		{diff.Total{Count: 1, Rights: one}, ""},
		{diff.Total{Count: 3, Rights: one}, "and 2 more"},
		{diff.Total{Count: 3, Rights: one, More: true}, "and more than 2 more"},
		{diff.Total{Count: 1, Rights: one, More: true}, "and perhaps more: it was not looked at to the end"},
	} {
		if got := moreText(test.total); got != test.want {
			t.Errorf("%+v: %q, want %q", test.total, got, test.want)
		}
	}
	got := program("diff", "-most", "1", "testdata/session/policy.json", "testdata/filters.json")
	if !strings.Contains(got.stdout, "~ data group europe: ") || !strings.Contains(got.stdout, "\n~ and perhaps more\n") {
		t.Errorf("one filter of two: %+v", got)
	}
}

// TestBlock keeps a section of a comment short, and its lines what they are.
func TestBlock(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 2*maxLine)
	s := section{sign: "+", lines: []string{"a\u202e\nb", long}}
	for range 100 {
		s.lines = append(s.lines, strings.Repeat("x", 900))
	}
	lines := strings.Split(strings.TrimSuffix(s.block(), "\n"), "\n")
	if lines[0] != `+ a\u202e\nb` || lines[1] != "+ "+strings.Repeat("é", maxLine/2)+" …" {
		t.Errorf("got %.100q", lines[:2])
	}
	if last := lines[len(lines)-1]; last != "+ and 85 more are not shown here" || len(lines) != 18 {
		t.Errorf("the last of %d lines is %q", len(lines), last)
	}
}
