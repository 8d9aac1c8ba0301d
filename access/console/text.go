package console

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// phrase is a text of the pages: an English sentence that a host may have
// replaced, and the names and numbers in it. The zero phrase is no text.
//
// Each %s stands for one of args. A translation may change their order by
// %[2]s.
type phrase struct {
	English string
	args    []any // strings, lists of strings, integers, times and phrases
}

// say returns a text of the pages. The English text must be a literal, so that
// it is found for the list of all of them.
func say(english string, args ...any) phrase { return phrase{english, args} }

// name returns the name that a phrase consists of, if it is nothing else.
func (p phrase) name() (string, bool) {
	if len(p.args) != 1 || p.English != "%s" {
		return "", false
	}
	name, ok := p.args[0].(string)
	return name, ok
}

func (p phrase) is() bool { return p.English != "" }

// texts are the words that take the place of the English ones.
type texts map[string]string

//go:embed words.txt
var words string

// Texts returns every English text of the pages, in byte order: what a host may
// replace or translate by [Config.Texts]. Each %s in one stands for a name, a
// number, a time or another text; to put them in another order, write %[2]s
// before %[1]s. "en" is the language that the pages say they are in.
func Texts() []string { return strings.Split(strings.TrimSpace(words), "\n") }

// newTexts checks the words of a host.
func newTexts(given map[string]string) (texts, error) {
	known := Texts()
	for english, other := range given {
		if _, ok := slices.BinarySearch(known, english); !ok {
			return nil, fmt.Errorf("console: Config.Texts: the pages have no text %q; Texts lists them", english)
		}
		if places(english) != places(other) {
			return nil, fmt.Errorf("console: Config.Texts: %q must have as many places for names as %q", other, english)
		}
	}
	return maps.Clone(given), nil
}

// place is where an argument of a text stands.
var place = regexp.MustCompile(`%(\[[1-9]\])?s`)

// places returns how many arguments a text has, and -1 for one that fmt could not
// format.
func places(text string) int {
	if strings.Contains(place.ReplaceAllString(text, ""), "%") {
		return -1
	}
	return len(place.FindAllString(text, -1))
}

// plain returns a phrase as text, for where no markup can stand.
func (t texts) plain(p phrase) string {
	return worded(t.words(p), p.args, func(arg string) string { return arg }, t.plain)
}

// html returns a phrase with each name in it isolated from the direction of
// the text around it. In an attribute, html/template drops the elements. The words
// are text, too: those of a host may come from whoever translates.
func (t texts) html(p phrase) template.HTML {
	isolate := func(arg string) string { return "<bdi>" + template.HTMLEscapeString(arg) + "</bdi>" }
	nested := func(p phrase) string { return string(t.html(p)) }
	return template.HTML(worded(template.HTMLEscapeString(t.words(p)), p.args, isolate, nested))
}

// words returns the words of a phrase, with the places of its arguments.
func (t texts) words(p phrase) string {
	if words, ok := t[p.English]; ok {
		return words
	}
	return p.English
}

// worded puts arguments into words.
func worded(words string, given []any, name func(string) string, nested func(phrase) string) string {
	if len(given) == 0 {
		return words
	}
	args := make([]any, len(given))
	for i, arg := range given {
		switch arg := arg.(type) {
		case phrase:
			args[i] = nested(arg)
		case string:
			args[i] = name(arg)
		case []string:
			each := make([]string, len(arg))
			for i, s := range arg {
				each[i] = name(s)
			}
			args[i] = list(each)
		case time.Time:
			args[i] = minute(arg)
		case int, uint64:
			args[i] = fmt.Sprint(arg)
		default:
			args[i] = name(fmt.Sprint(arg))
		}
	}
	return fmt.Sprintf(words, args...)
}

// day is how a page shows the day of a time, and minute the time itself; none
// is "".
func day(t time.Time) string    { return formatTime(t, time.DateOnly) }
func minute(t time.Time) string { return formatTime(t, "2006-01-02 15:04") }

// lastDay is the last day before an end, "" for none.
func lastDay(end time.Time) string {
	if end.IsZero() {
		return ""
	}
	return day(end.Add(-1))
}

// until says when something ends: by its last day, if it is a whole one. None is
// no text.
func until(end time.Time) phrase {
	switch {
	case end.IsZero():
		return phrase{}
	case end.Equal(end.Truncate(24 * time.Hour)):
		return say("until %s, included", lastDay(end))
	}
	return say("until %s", end)
}

func formatTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// cut returns the beginning of a text that is long, for a list.
func cut(s string) string {
	const most = 160
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// list returns texts with commas between them. For a page, use listed, or give the
// texts to say as they are: then none turns the next one around.
func list(items []string) string { return strings.Join(items, ", ") }
