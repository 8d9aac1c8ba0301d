package story

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docLine is a line of the table of lines in the package comment of accesstest: its
// form, and what is said about it.
var docLine = regexp.MustCompile(`(?m)^//\t( *)(\S+(?: \S+)*)(?:  +(.*))?$`)

// fill has what may stand for each capital word of a form.
var fill = map[string][]string{
	"TITLE": {"T", "On 1 & 2"}, "DAY": {"2027-01-01", "2027-01-01T09:00:00+01:00"}, "TEAM": {"americas", `"the team"`}, "REASON": {"team", "suspended"},
	"SUBJECT": {"tom", "nobody", "link l1", `"link"`}, "ACTION": {"account.view", "campaign.edit"}, "ACCOUNT": {"us-search", `"new app"`}, "REPORT": {"q3"},
	"RESOURCE": {"company", "account:us-search", "report:q3", "campaign:c1 in account:us-search", `"campaign:c 1 in account:us-search"`, "budget:b1"},
}

// instances returns a form with its capital words filled in, in every way.
func instances(form string) []string {
	if before, option, ok := strings.Cut(form, " ["); ok {
		return append(instances(before), instances(before+" "+strings.TrimSuffix(option, "]"))...)
	}
	capital := regexp.MustCompile(`[A-Z]{3,}(\.\.\.)?`)
	at := capital.FindStringIndex(form)
	if at == nil {
		return []string{form}
	}
	name, several := strings.CutSuffix(form[at[0]:at[1]], "...")
	values := fill[name]
	if several {
		values = append(slices.Clone(values), strings.Join(values, " "))
	}
	var all []string
	for _, v := range values {
		for _, rest := range instances(form[at[1]:]) {
			all = append(all, form[:at[0]]+v+rest)
		}
	}
	return all
}

// TestDocLines reads each line that the package comment of accesstest documents.
// There is one for each verb.
func TestDocLines(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "accesstest", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "// These are the lines:\n")
	table, _, _ = strings.Cut(table, "// A SUBJECT is")
	documented := make(map[string]bool)
	for _, line := range docLine.FindAllStringSubmatch(table, -1) {
		form, about := line[2], line[3]
		verb, _, _ := strings.Cut(form, " ")
		documented[verb] = true
		forms := []string{form}
		for _, word := range []string{"everything", "nothing"} {
			if strings.Contains(about, "or "+word) {
				forms = append(forms, regexp.MustCompile(`[A-Z]+\.\.\.$`).ReplaceAllString(form, word))
			}
		}
		for _, form := range forms {
			for _, written := range instances(form) {
				if strings.HasSuffix(written, "because team") != (verb == "allow") && strings.Contains(written, "because") {
					continue // the reason is one of the other verb
				}
				readsDocumented(t, line[1] != "", verb, written)
			}
		}
	}
	for _, verb := range slices.Concat(verbs, matrixVerbs) {
		if !documented[verb] {
			t.Errorf("the package comment does not have %s", verb)
		}
	}
}

// readsDocumented reads a line in the place where it belongs.
func readsDocumented(t *testing.T, inMatrix bool, verb, line string) {
	t.Helper()
	text := "story S\nopens zoe nothing\n" + line + "\nopens mia nothing\n"
	switch {
	case verb == "company":
		text = "story S\nteam x\nopens zoe nothing\ncompany\nopens mia nothing"
	case verb == "matrix":
		text = "story S\nmatrix\nsubjects x\nactions y\nresources company\nend"
	case inMatrix:
		text = "story S\nmatrix\n"
		for _, axis := range []string{"subjects SUBJECT...", "actions ACTION...", "resources RESOURCE..."} {
			if !strings.HasPrefix(axis, verb) {
				all := instances(axis)
				text += all[len(all)-1] + "\n"
			}
		}
		if verb != "end" {
			text += line + "\n"
		}
		text += "end"
	}
	stories, mistakes := parse("s.story", []byte(text))
	for _, s := range stories {
		mistakes = append(mistakes, s.mistakes...)
	}
	if len(mistakes) > 0 {
		t.Errorf("%s: %v", line, mistakes)
	}
}
