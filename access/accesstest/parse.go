package accesstest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// The limits of a file.
const (
	maxFile  = 1 << 20
	maxLine  = 16 << 10
	maxCells = 100_000 // questions of all its matrices
)

// parse reads the stories of a file. It knows no policy: what the words name is
// checked later. Mistakes in front of the first story, and about the file as a
// whole, are returned; the others are the stories'.
func parse(file string, text []byte) ([]*story, []mistake) {
	if len(text) > maxFile {
		return nil, []mistake{{file, 0, tooLarge(int64(len(text)))}}
	}
	p := &parser{file: file}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // as some editors begin a file
	for line := range bytes.Lines(text) {
		p.no++
		line = bytes.TrimSuffix(line, []byte("\n"))
		p.line(string(bytes.TrimSuffix(line, []byte("\r"))))
	}
	p.endStory()
	if len(p.stories) == 0 && len(p.mistakes) == 0 {
		p.failAt(0, errors.New(`the file has no story: begin one with "story" and a title`))
	}
	return p.stories, p.mistakes
}

// parser is on its way through the lines of a file.
type parser struct {
	file     string
	no       int // of the line, from 1
	stories  []*story
	mistakes []mistake
	cells    int // questions of all matrices so far

	story  *story
	at     time.Time
	scope  *string // team of the session; nil is company level
	matrix *matrix // nil outside

	// The lines of the time and of the scope under which nothing was asked yet,
	// 0 if there is none.
	idleTime, idleScope int
}

// verbs are the words that begin a line outside of a matrix.
var verbs = []string{"story", "at", "team", "company", "allow", "deny", "sees", "opens", "matrix"}

func (p *parser) fail(err error) { p.failAt(p.no, err) }

func (p *parser) failAt(line int, err error) {
	if p.story == nil {
		p.mistakes = append(p.mistakes, mistake{p.file, line, err})
		return
	}
	p.story.fail(line, err)
}

// line reads a line.
func (p *parser) line(text string) {
	if len(text) > maxLine {
		p.fail(fmt.Errorf("the line has %d bytes, at most %d are read", len(text), maxLine))
		return
	}
	if err := checkLine(text); err != nil {
		p.fail(err)
		return
	}
	// A title is taken as it stands.
	text = strings.Trim(text, " \t")
	if rest, ok := strings.CutPrefix(text, "story"); ok && strings.Trim(rest, " \t") != rest || text == "story" {
		p.begin(strings.Trim(rest, " \t"))
		return
	}
	words, err := splitWords(text)
	switch {
	case err != nil:
		p.fail(err)
	case len(words) == 0:
	case p.matrix != nil:
		p.matrixLine(words[0], &cursor{words[1:]})
	default:
		p.storyLine(words[0], &cursor{words[1:]})
	}
}

// begin begins a story.
func (p *parser) begin(title string) {
	p.endStory()
	p.story = &story{file: p.file, line: p.no, title: title}
	p.stories = append(p.stories, p.story)
	p.at, p.scope = time.Time{}, nil
	if title == "" {
		p.story.title = fmt.Sprintf("%s:%d", p.file, p.no)
		p.fail(errors.New(`the story has no title: write "story" and what it is about`))
	}
}

// endStory checks what can be said of a story only at its end.
func (p *parser) endStory() {
	if p.story == nil {
		return
	}
	if p.matrix != nil {
		p.failAt(p.matrix.line, errors.New(`the matrix has no "end"`))
		p.endMatrix()
	}
	p.settle(&p.idleTime)
	p.settle(&p.idleScope)
	if len(p.story.says) == 0 && len(p.story.matrices) == 0 && len(p.story.mistakes) == 0 {
		p.failAt(p.story.line, fmt.Errorf("the story %q asks nothing", p.story.title))
	}
	p.story = nil
}

// settle tells of a line under which nothing was asked.
func (p *parser) settle(idle *int) {
	if *idle != 0 {
		p.failAt(*idle, errors.New("nothing is asked under this line"))
	}
	*idle = 0
}

// storyLine reads a line of a story, which begins with a verb.
func (p *parser) storyLine(verb word, c *cursor) {
	if p.story == nil {
		p.begin(fmt.Sprintf("%s:%d", p.file, p.no))
		p.fail(errors.New(`a file begins with "story" and a title`))
	}
	var err error
	switch {
	case verb.is("at"):
		err = p.setTime(c)
	case verb.is("team"):
		err = p.setTeam(c)
	case verb.is("company"):
		err = p.setScope(nil, c, "company")
	case verb.is("allow"), verb.is("deny"):
		err = p.claim(verb.text == "allow", c)
	case verb.is("sees"):
		err = p.listing(access.ViewAccount, "sees SUBJECT ACCOUNT...", c)
	case verb.is("opens"):
		err = p.listing(access.ViewReport, "opens SUBJECT REPORT...", c)
	case verb.is("matrix"):
		err = c.done("matrix")
		p.matrix = &matrix{line: p.no, at: p.at, scope: p.scope, mistakes: len(p.story.mistakes)}
	default:
		err = fmt.Errorf("a line cannot begin with %q%s", verb.text, didYouMean(verb.text, slices.Values(verbs)))
	}
	if err != nil {
		p.fail(err)
	}
	if !verb.is("at") && !verb.is("team") && !verb.is("company") {
		p.idleTime, p.idleScope = 0, 0 // also if it could not be read: one mistake is enough
	}
}

func (p *parser) setTime(c *cursor) error {
	const usage = "at DAY"
	w, ok := c.next()
	if !ok {
		return wrongForm(usage)
	}
	p.settle(&p.idleTime)
	at, err := parseDay(w.text)
	if err != nil {
		return err
	}
	if at.Equal(p.at) {
		return errors.New("the lines above are asked at that time already")
	}
	p.at, p.idleTime = at, p.no
	return c.done(usage)
}

// parseDay reads a day, which begins in UTC, or an instant.
func parseDay(text string) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	at = at.UTC()
	if err != nil || !at.After(beginning()) {
		return time.Time{}, fmt.Errorf("%q is no day and no time: write 2027-01-01 or 2027-01-01T09:00:00Z", text)
	}
	return at, nil
}

func (p *parser) setTeam(c *cursor) error {
	const usage = "team TEAM"
	w, ok := c.next()
	if !ok {
		return wrongForm(usage)
	}
	return p.setScope(&w.text, c, usage)
}

// setScope sets the team of the following lines, nil for company level.
func (p *parser) setScope(team *string, c *cursor, usage string) error {
	p.settle(&p.idleScope)
	if team == p.scope || team != nil && p.scope != nil && *team == *p.scope {
		return errors.New("the lines above are asked there already")
	}
	p.scope, p.idleScope = team, p.no
	return c.done(usage)
}

// claim reads the rest of an allow or a deny.
func (p *parser) claim(allow bool, c *cursor) error {
	usage := "deny SUBJECT ACTION RESOURCE [because REASON]"
	if allow {
		usage = "allow SUBJECT ACTION RESOURCE [because REASON]"
	}
	who, err := c.subject(p.scope, usage)
	if err != nil {
		return err
	}
	action, ok := c.next()
	if !ok {
		return wrongForm(usage)
	}
	on, err := c.resource(usage)
	if err != nil {
		return err
	}
	says := &claim{question{p.at, who, access.Action(action.text), on}, p.no, allow, "", false}
	if says.because, err = c.because(allow, usage); err != nil {
		return err
	}
	if err := c.done(usage); err != nil {
		return err
	}
	p.story.says = append(p.story.says, says)
	return nil
}

// listing reads the rest of a sees or opens.
func (p *parser) listing(do access.Action, usage string, c *cursor) error {
	who, err := c.subject(p.scope, usage)
	if err != nil {
		return err
	}
	says := &listing{line: p.no, at: p.at, who: who, do: do}
	switch {
	case len(c.rest) == 0:
		return fmt.Errorf("%w, or nothing, or everything", wrongForm(usage))
	case c.rest[0].is("nothing"), c.rest[0].is("everything"):
		says.all = c.rest[0].text == "everything"
		c.next()
		if !says.all {
			if says.because, err = c.because(false, "sees SUBJECT nothing [because REASON]"); err != nil {
				return err
			}
			if says.because != "" && !slices.Contains(subjectReasons(), says.because) {
				return fmt.Errorf("%s is no reason to be denied everything: ask for it with deny", says.because)
			}
		}
		if err := c.done("sees SUBJECT nothing, or opens SUBJECT everything"); err != nil {
			return err
		}
	}
	for w, ok := c.next(); ok; w, ok = c.next() {
		if w.is("nothing") || w.is("everything") || w.is("because") {
			return fmt.Errorf("%s cannot stand here: put it into quotes if it is an id", w.text)
		}
		if slices.Contains(says.ids, w.text) {
			return fmt.Errorf("%s stands here twice", w.text)
		}
		says.ids = append(says.ids, w.text)
	}
	p.story.says = append(p.story.says, says)
	return nil
}
