package story

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// slip is something that people write in a story file and do not mean.
type slip struct{ name, text string }

// begun is the beginning of a story, for a slip in its third line.
const begun = "story S\nsees tom us-search us-social\n"

// slips are written for the policy of the example stories.
var slips = []slip{
	// The words that begin a line.
	{"a verb misspelt", begun + "alow tom account.view account:us-search"},
	{"a verb in capitals", begun + "Allow tom account.view account:us-search"},
	{"a verb of another form", begun + "allows tom account.view account:us-search"},
	{"can", begun + "can tom account.view account:us-search"},
	{"tom can", begun + "tom can account.view account:us-search"},
	{"the subject first", begun + "tom sees us-search"},
	{"see", begun + "see mia de-search"},
	{"forbid", begun + "forbid tom account.view account:de-search"},
	{"refuse", begun + "reject tom account.view account:de-search"},
	{"does not see", begun + "not sees tom de-search"},
	{"given when then", begun + "Given tom is active"},
	{"a comment as in Go", begun + "// tom sees nothing else"},
	{"a comment as in SQL", begun + "-- tom sees nothing else"},
	{"a list with dashes", begun + "- allow tom account.view account:us-search"},
	{"a colon after the verb", begun + "allow: tom account.view account:us-search"},
	{"a colon after story", "story: Tom\nsees tom us-search us-social"},
	{"story in capitals", "Story Tom\nsees tom us-search us-social"},
	{"a JSON file", "{\"story\": \"Tom\"}\n"},
	{"a heading of Markdown", "# Tom\nsees tom us-search us-social"},
	{"the scope as a word", begun + "session americas\nsees tom us-search us-social"},
	{"team without its id", begun + "team\nsees tom us-search us-social"},
	{"teams", begun + "teams americas\nsees tom us-search us-social"},
	{"end outside of a matrix", begun + "end"},
	{"a line of a matrix outside of it", begun + "subjects tom mia"},
	// The words of a claim.
	{"because left out", begun + "deny tom account.view account:de-search out-of-reach"},
	{"because misspelt", begun + "deny tom account.view account:de-search becuase out-of-reach"},
	{"a reason left out", begun + "deny tom account.view account:de-search because"},
	{"a reason misspelt", begun + "deny tom account.view account:de-search because out-of-rech"},
	{"a reason in capitals", begun + "deny tom account.view account:de-search because Out-Of-Reach"},
	{"a reason with underscores", begun + "deny tom account.view account:de-search because out_of_reach"},
	{"a reason in words", begun + "deny tom account.view account:de-search because out of reach"},
	{"a reason of allowing", begun + "deny tom account.view account:de-search because team"},
	{"a reason to list something", begun + "sees mia at least us-search because team"},
	{"deny without an action", begun + "deny tom account:de-search"},
	{"allow without a resource", begun + "allow tom account.view"},
	{"allow alone", begun + "allow"},
	{"an action misspelt", begun + "allow tom account.veiw account:us-search"},
	{"an action in capitals", begun + "allow tom Account.View account:us-search"},
	{"an action with a colon", begun + "allow tom account:view account:us-search"},
	{"the verb alone as an action", begun + "allow tom view account:us-search"},
	{"to before the action", begun + "allow tom to account.view account:us-search"},
	{"on before the resource", begun + "allow tom account.view on account:us-search"},
	{"action and resource swapped", begun + "allow tom account:us-search account.view"},
	{"user: before the id", begun + "allow user:tom account.view account:us-search"},
	{"user before the id", begun + "allow user tom account.view account:us-search"},
	{"an address for the id", begun + "allow tom@example.com account.view account:us-search"},
	{"a name in capitals", begun + "allow Tom account.view account:us-search"},
	{"a team as a subject", begun + "allow americas account.view account:us-search"},
	{"team: as a subject", begun + "allow team:americas account.view account:us-search"},
	{"a link without the word", begun + "allow l1 report.view report:q3"},
	{"link: before the id", begun + "allow link:l1 report.view report:q3"},
	{"in a team, in the line", begun + "allow tom in americas account.view account:us-search"},
	{"account: left out", begun + "allow tom account.view us-search"},
	{"a space after account:", begun + "allow tom account.view account: us-search"},
	{"account without a colon", begun + "allow tom account.view account us-search"},
	{"account with an equals sign", begun + "allow tom account.view account=us-search"},
	{"account with a slash", begun + "allow tom account.view account/us-search"},
	{"Account in capitals", begun + "allow tom account.view Account:us-search"},
	{"the plural of a kind", begun + "allow tom account.view accounts:us-search"},
	{"an unknown kind", begun + "deny tom campaign.edit keyword:k1 in account:de-search"},
	{"an item without an account", begun + "allow tom campaign.edit campaign:spring"},
	{"an item in an account without the word", begun + "allow tom campaign.edit campaign:spring in us-search"},
	{"an item in another item", begun + "allow tom campaign.edit campaign:spring in budget:b"},
	{"an item in a company", begun + "allow tom campaign.edit campaign:spring in company"},
	{"an item of the company in an account", begun + "allow mia campaign.edit budget:b in account:us-search"},
	{"a report in an account", begun + "deny tom report.view report:q3 in account:us-search"},
	{"an id of another kind", begun + "allow tom account.view account:q3"},
	{"a wrong kind", begun + "deny tom account.view report:q3"},
	{"a company with an id", begun + "deny tom user.invite company:acme"},
	{"two resources in a line", begun + "allow mia account.view account:us-search account:de-search"},
	{"two actions in a line", begun + "allow mia account.view campaign.edit account:us-search"},
	{"two subjects in a line", begun + "allow tom mia account.view account:us-search"},
	{"not", begun + "allow not tom account.view account:us-search"},
	{"an arrow", begun + "allow tom -> account.view account:us-search"},
	{"a full stop at the end", begun + "allow tom account.view account:us-search."},
	{"a semicolon at the end", begun + "allow tom account.view account:us-search;"},
	{"brackets", begun + "sees mia [us-search us-social de-search]"},
	// The words of a list.
	{"a comma between ids", "story S\nsees tom us-search, us-social"},
	{"a comma without a space", "story S\nsees tom us-search,us-social"},
	{"and between ids", "story S\nsees tom us-search and us-social"},
	{"account: before the ids", "story S\nsees tom account:us-search account:us-social"},
	{"an unknown account", "story S\nsees tom us-serach us-social"},
	{"a report among accounts", "story S\nsees mia q3"},
	{"all", "story S\nsees ada all"},
	{"a star", "story S\nsees ada *"},
	{"a pattern", "story S\nsees tom us-*"},
	{"none", "story S\nsees tom none"},
	{"only", "story S\nsees tom only us-search us-social"},
	{"not in a list", "story S\nsees tom not de-search"},
	{"nothing and something", "story S\nsees tom nothing us-search"},
	{"something and everything", "story S\nsees tom us-search everything"},
	{"an id twice", "story S\nsees tom us-search us-search us-social"},
	{"nobody is listed", "story S\nsees tom"},
	{"at least after the ids", "story S\nsees tom us-search at least"},
	{"at least without a word", "story S\nsees tom least us-search"},
	{"at most", "story S\nsees tom at most us-search us-social"},
	{"a time in the line", "story S\nsees tom us-search us-social at 2027-01-01"},
	{"a user sees, as a team does", "story S\nuser tom sees us-search us-social"},
	{"a team after sees", "story S\nsees americas us-search us-social"},
	{"team after sees", "story S\nsees team americas us-search us-social"},
	{"a team that allows", "story S\nteam americas allow account.view account:us-search"},
	{"a reason for what a team sees", "story S\nteam americas sees nothing because out-of-reach"},
	// Quotes, and characters that look like others.
	{"a quote that is not closed", begun + "deny mia account.view \"account:new app"},
	{"a quote within a word", begun + "deny mia account.view account:\"new app\""},
	{"single quotes", begun + "deny mia account.view 'account:new app'"},
	{"typographic quotes", begun + "deny mia account.view “account:new app”"},
	{"typographic single quotes", begun + "deny mia account.view ‘account:new app’"},
	{"German quotes", begun + "deny mia account.view „account:new app“"},
	{"backquotes", begun + "deny mia account.view `account:new app`"},
	{"no quotes", begun + "deny mia account.view account:new app"},
	{"a backslash before the space", begun + "deny mia account.view account:new\\ app"},
	{"empty quotes", begun + "deny \"\" account.view account:us-search"},
	{"a verb in quotes", begun + "\"deny\" tom account.view account:de-search"},
	{"a line in quotes", begun + "\"deny tom account.view account:de-search\""},
	{"a non-breaking space", begun + "deny\u00a0tom account.view account:de-search"},
	{"an ideographic space", begun + "deny\u3000tom account.view account:de-search"},
	{"an en dash in an id", begun + "deny tom account.view account:de–search"},
	{"a non-breaking hyphen", begun + "deny tom account.view account:de\u2011search"},
	{"a zero width space", begun + "deny tom account.view account:de\u200bsearch"},
	{"a soft hyphen", begun + "deny tom account.view account:de\u00adsearch"},
	{"a Cyrillic letter", begun + "deny tоm account.view account:de-search"},
	{"full-width letters", begun + "deny tom account.view ａccount:de-search"},
	{"a comment without a space", begun + "deny tom account.view account:de-search#its in Germany"},
	{"a direction mark", begun + "deny tom \u202eaccount.view account:de-search"},
	{"a control character", begun + "deny tom account.view\x07 account:de-search"},
	{"no UTF-8", begun + "deny tom account.view account:m\xfcnchen"},
	// Times.
	{"a month that does not exist", begun + "at 2027-13-01\nsees ida nothing"},
	{"a day that does not exist", begun + "at 2027-02-30\nsees ida nothing"},
	{"a date as in America", begun + "at 07/01/2027\nsees ida nothing"},
	{"a date as in Germany", begun + "at 01.07.2027\nsees ida nothing"},
	{"a date in words", begun + "at 1 July 2027\nsees ida nothing"},
	{"a day without zeros", begun + "at 2027-7-1\nsees ida nothing"},
	{"a time without a zone", begun + "at 2027-07-01T09:00:00\nsees ida nothing"},
	{"a time without seconds", begun + "at 2027-07-01T09:00Z\nsees ida nothing"},
	{"a time after a space", begun + "at 2027-07-01 09:00\nsees ida nothing"},
	{"a time with a named zone", begun + "at 2027-07-01T09:00:00 CET\nsees ida nothing"},
	{"a comma in the seconds", begun + "at 2027-07-01T09:00:00,5Z\nsees ida nothing"},
	{"an hour of one digit", begun + "at 2027-07-01T9:00:00Z\nsees ida nothing"},
	{"an offset of a day", begun + "at 2027-07-01T09:00:00+24:00\nsees ida nothing"},
	{"a year of two digits", begun + "at 27-07-01\nsees ida nothing"},
	{"today", begun + "at today\nsees ida nothing"},
	{"at without a day", begun + "at\nsees ida nothing"},
	{"on a day", begun + "on 2027-07-01\nsees ida nothing"},
	{"at the end of a line", begun + "deny ida account.view account:us-search at 2027-07-01"},
	{"at after its line", begun + "deny ida account.view account:us-search because out-of-reach\nat 2027-07-01"},
	{"no time where it matters", begun + "sees ida us-search us-social"},
	// Matrices.
	{"end missing", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search"},
	{"end missing before another story", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nstory T\nsees ada everything"},
	{"end missing before a line", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\ndeny tom source.edit account:de-search"},
	{"no subjects", begun + "matrix\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\nend"},
	{"a matrix of nothing", begun + "matrix\nend"},
	{"deny in a matrix", begun + "matrix\nsubjects ada tom\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\ndeny tom source.edit account:us-search\nend"},
	{"allow outside of the axes", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nallow ada source.edit account:de-search\nend"},
	{"a reason in a matrix", begun + "matrix\nsubjects ada\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search because role\nend"},
	{"subject for subjects", begun + "matrix\nsubject ada\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\nend"},
	{"users for subjects", begun + "matrix\nusers ada\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\nend"},
	{"commas in an axis", begun + "matrix\nsubjects ada, tom\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\nend"},
	{"account: left out in an axis", begun + "matrix\nsubjects ada\nactions source.edit\nresources us-search\nallow ada source.edit us-search\nend"},
	{"account: left out in a list", begun + "matrix\nsubjects ada\nactions source.edit\nresources account:us-search\nallow ada source.edit us-search\nend"},
	{"everybody in a matrix", begun + "matrix\nsubjects everybody\nactions source.edit\nresources account:us-search\nend"},
	{"a matrix in a matrix", begun + "matrix\nsubjects ada\nactions source.edit\nresources account:us-search\nallow ada source.edit account:us-search\nmatrix\nend"},
	{"a time in a matrix", begun + "matrix\nat 2027-01-01\nsubjects tom\nactions source.edit\nresources account:us-search\nend"},
	{"an action for no resource", begun + "matrix\nsubjects tom\nactions source.edit user.invite\nresources account:us-search\nend"},
	{"an allow that cannot be", begun + "matrix\nsubjects ada\nactions source.edit user.invite\nresources account:us-search company\nallow ada source.edit user.invite account:us-search company\nend"},
	// Words that are more, fewer or elsewhere.
	{"a reason after a word", begun + "allow tom account.view account:us-search because of team"},
	{"a reason in a sentence", begun + "deny tom account.view account:de-search because it is out-of-reach"},
	{"a comma before because", begun + "deny tom account.view account:de-search, because out-of-reach"},
	{"and before a verb", begun + "and deny mia account.view company"},
	{"a colon after the subject", begun + "deny tom: account.view account:de-search"},
	{"a genitive", begun + "deny tom's account.view account:de-search"},
	{"a quote that begins too early", begun + "deny \"tom account.view account:de-search"},
	{"two words in one pair of quotes", begun + "allow tom \"account.view account:us-search\""},
	{"brackets around the resource", begun + "allow tom account.view (account:us-search)"},
	{"two colons", begun + "allow tom account.view account::us-search"},
	{"a resource without an id", begun + "allow tom account.view account:"},
	{"a resource without a kind", begun + "allow tom account.view :us-search"},
	{"a subject alone", begun + "allow ada"},
	{"link alone", begun + "allow link"},
	{"everything for a resource", begun + "allow tom account.view everything"},
	{"a pattern for an action", begun + "allow tom account.* account:us-search"},
	{"subject and account swapped", begun + "sees us-search tom"},
	{"report: before the ids", begun + "opens mia report:q3"},
	{"an account among reports", begun + "opens mia us-search"},
	{"an equals sign", begun + "sees tom = us-search us-social"},
	{"a list in two lines", begun + "sees mia at least\n  us-search"},
	{"at least in one word", begun + "sees mia atleast us-search"},
	{"at least before the subject", begun + "sees at least mia us-search"},
	{"at least before all", begun + "at least mia sees us-search"},
	{"a team that see", begun + "team americas see us-search us-social"},
	{"a user as a member of a list of accounts", begun + "team americas sees tom"},
	{"two teams", begun + "team americas sees team europe"},
	{"a colon after team", begun + "team: americas\nsees tom us-search us-social"},
	{"a colon after the team", begun + "team americas:\nsees tom us-search us-social"},
	{"a user for a team", begun + "team tom sees us-search"},
	{"a month", begun + "at 2027-01\nopens ida q3"},
	{"seconds of Unix", begun + "at 1798761600\nopens ida q3"},
	{"a span of time", begun + "at 2027-01-01 until 2027-02-01\nopens ida q3"},
	{"a name for the company", begun + "company acme\nopens ida q3"},
	{"a colon after matrix", begun + "matrix:\nsubjects tom\nactions source.edit\nresources account:us-search\nend"},
	{"a title for a matrix", begun + "matrix of sources\nsubjects tom\nactions source.edit\nresources account:us-search\nend"},
	{"end of what", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nend matrix"},
	{"end in capitals", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nEnd"},
	{"everything in a matrix", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nallow tom source.edit everything\nend"},
	{"a list in a matrix", begun + "matrix\nsubjects tom\nactions source.edit\nresources account:us-search\nsees tom us-search us-social\nend"},
	{"because without a line", begun + "deny because out-of-reach"},
	{"because in the next line", begun + "allow tom account.view account:us-search\nbecause team"},
	{"a line that goes on", begun + "allow tom account.view account:us-search \\\n  because team"},
	{"a role that does not exist", begun + "deny tom role.update role:amdin"},
	{"a table", begun + "| allow | tom | account.view | account:us-search |"},
	{"a subject in the next line", begun + "allow\ntom account.view account:us-search"},
	{"everything in capitals", begun + "ALLOW TOM ACCOUNT.VIEW ACCOUNT:US-SEARCH"},
	{"no one", begun + "deny no one account.view account:us-search"},
	{"all users", begun + "deny all account.view account:us-search"},
	{"a line of a table of Unicode", begun + "\u2028allow tom account.view account:us-search"},
	// Stories and files.
	{"a title twice", begun + "\nstory S\nsees ada everything"},
	{"no title", "story\nsees ada everything"},
	{"a line before the first story", "sees ada everything\nstory S\nsees tom us-search us-social"},
	{"a story that asks nothing", begun + "story T\n# to do"},
	{"both allow and deny", begun + "allow tom account.view account:us-search\ndeny tom account.view account:us-search"},
	{"both in two stories", begun + "allow tom account.view account:us-search\nstory T\ndeny tom account.view account:us-search"},
	{"a line twice", begun + "deny tom user.invite company\ndeny tom user.invite company"},
	{"a team that is set already", begun + "team americas\nsees tom us-search us-social\nteam americas\nopens tom q3"},
	{"company at company level", begun + "company\nopens tom q3"},
	{"a session of a team the user is not in", begun + "team europe\ndeny tom account.view account:de-search"},
	{"a link in a session", begun + "team americas\nallow link l1 report.view report:q3"},
	{"an empty file", ""},
	{"an empty line in UTF-16", wide("story S\nsees tom us-search us-social\n")},
	{"NUL", "story S\x00\nsees tom us-search us-social"},
	{"a return within a line", "story S\rsees tom us-search us-social"},
	{"a conflict of a merge", begun + "<<<<<<< HEAD\nopens tom q3\n=======\nopens tom nothing\n>>>>>>> main"},
}

// wide writes a text in UTF-16 with a byte order mark, as Windows does.
func wide(text string) string {
	var b strings.Builder
	for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

// cure is how a message says what to do.
var cure = regexp.MustCompile(`\b(write|put|list|did you mean|remove|leave|type|save|add|close|begin|begins with|needs|take|it is asked of)\b`)

// TestSlips keeps what is said about each slip. None of them passes.
func TestSlips(t *testing.T) {
	p := loadPolicy(t)
	var b strings.Builder
	for _, s := range slips {
		var texts []string
		suite := Read(p, fstest.MapFS{"s.story": {Data: []byte(s.text)}})
		texts = append(texts, Texts(suite.Failures)...)
		for _, st := range suite.Stories {
			texts = append(texts, Texts(st.Failures(p))...)
		}
		if len(texts) == 0 {
			t.Errorf("%s: it passes:\n%s", s.name, s.text)
		}
		for _, text := range texts {
			if !strings.HasPrefix(text, "s.story:") || !cure.MatchString(text) {
				t.Errorf("%s: no file or no cure: %s", s.name, text)
			}
		}
		fmt.Fprintf(&b, "%s\n", s.name)
		for line := range strings.Lines(strings.TrimPrefix(s.text, begun)) {
			fmt.Fprintf(&b, "    %q\n", strings.TrimSuffix(line, "\n"))
		}
		fmt.Fprintf(&b, "%s\n\n", strings.Join(texts, "\n"))
	}
	golden(t, filepath.Join("testdata", "slips.golden"), b.String())
}

// TestHarmless has what editors do to a file. It means the same as without.
func TestHarmless(t *testing.T) {
	p := loadPolicy(t)
	const text = "# Tom\nstory S\nat 2027-01-01\nsees tom us-search us-social # both\nallow mia campaign.edit budget:b\n"
	want, _ := parse("s.story", []byte(text))
	for name, got := range map[string]string{
		"line ends of Windows":       strings.ReplaceAll(text, "\n", "\r\n"),
		"a byte order mark":          "\ufeff" + text,
		"both":                       "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"),
		"tabs":                       strings.ReplaceAll(text, " ", "\t"),
		"indented lines":             "  " + strings.ReplaceAll(text, "\n", "\n\t "),
		"spaces at the end":          strings.ReplaceAll(text, "\n", " \t\n"),
		"empty lines":                strings.ReplaceAll(text, "\n", "\n\n"),
		"no line end at the end":     strings.TrimSuffix(text, "\n"),
		"ids in quotes":              strings.NewReplacer("us-search", `"us-search"`, "budget:b", `"budget:b"`).Replace(text),
		"letters beyond ASCII":       strings.Replace(text, "# both", "# beide für Tōmu", 1),
		"a note after the last line": text + "# the end",
	} {
		stories, mistakes := parse("s.story", []byte(got))
		if fmt.Sprint(meaning(stories)) != fmt.Sprint(meaning(want)) || len(mistakes) > 0 {
			t.Errorf("%s: read as %q with %v", name, meaning(stories), mistakes)
		}
		if check(p, stories); len(stories[0].Failures(p)) > 0 {
			t.Errorf("%s: %v", name, stories[0].Failures(p))
		}
	}
}

// TestLetterSlips spoils one letter of the example stories, which then fail or mean
// the same. So no misspelt word turns a line into one that holds.
func TestLetterSlips(t *testing.T) {
	p, seen := loadPolicy(t), branches{}
	var files []string
	for _, name := range []string{"people.story", "kinds.story", "reports/q3.story"} {
		text, err := os.ReadFile(filepath.Join(storiesDir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(text))
	}
	word := regexp.MustCompile(`[a-z]\S+[a-z]`)
	seen.until(t, func(t *rapid.T) {
		lines := strings.Split(rapid.SampledFrom(files).Draw(t, "file"), "\n")
		no := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		line, _, _ := strings.Cut(lines[no], "#")
		words := word.FindAllStringIndex(line, -1)
		if len(words) == 0 || strings.HasPrefix(line, "story ") {
			return
		}
		at := rapid.SampledFrom(words).Draw(t, "word")
		if at[0] > 0 && strings.HasPrefix(line, "story") {
			return
		}
		old := line[at[0]:at[1]]
		if kind, _, ok := strings.Cut(old, ":"); ok && (kind == "campaign" || kind == "budget" || kind == "keyword") {
			return // the host's ids, which the policy does not know
		}
		i := rapid.IntRange(0, len(old)-1).Draw(t, "letter")
		slip := rapid.SampledFrom([]string{"drop", "double", "swap", "capital", "replace", "cut"}).Draw(t, "slip")
		spoilt := map[string]string{
			"drop": old[:i] + old[i+1:], "double": old[:i] + old[i:i+1] + old[i:], "capital": old[:i] + strings.ToUpper(old[i:i+1]) + old[i+1:],
			"swap": old[:max(i-1, 0)] + reversed(old[max(i-1, 0):i+1]) + old[i+1:], "replace": old[:i] + "x" + old[i+1:], "cut": old[:i] + " " + old[i:],
		}[slip]
		lines[no] = line[:at[0]] + spoilt + line[at[1]:]
		if titles := failing(p, strings.Join(lines, "\n")); len(titles) > 0 {
			seen[slip]++
			return
		}
		if word := strings.Fields(line); spoilt != old && (slip != "cut" || i > 0) && word[0] != "at" {
			t.Fatalf("%q for %q passes: %s", spoilt, old, lines[no])
		}
	}, "drop", "double", "swap", "capital", "replace", "cut")
}

// reversed returns a text of ASCII letters the other way round.
func reversed(text string) string {
	b := []byte(text)
	slices.Reverse(b)
	return string(b)
}
