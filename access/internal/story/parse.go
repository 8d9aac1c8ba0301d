package story

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
)

// The limits of a file.
const (
	maxFile  = 1 << 20
	maxLine  = 16 << 10
	maxCells = 100_000 // questions of all its matrices
)

// parse reads the stories of a file. It knows no policy: what the words name is
// checked later. It returns mistakes before the first story, and those about the
// file as a whole; the others are recorded in their story.
func parse(file string, data []byte) ([]*Story, []Failure) {
	if len(data) > maxFile {
		return nil, []Failure{{file, 0, tooLarge(int64(len(data)))}}
	}
	p := &parser{file: file}
	content, err := text.Content(data)
	if err != nil {
		return nil, []Failure{{file, 0, err}}
	}
	for line := range bytes.Lines(content) {
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

// parser goes through the lines of a file.
type parser struct {
	file     string
	no       int // of the line, from 1
	stories  []*Story
	mistakes []Failure
	cells    int // questions of all matrices so far

	story  *Story
	at     time.Time
	scope  *string // team of the session; nil is company level
	matrix *matrix // nil outside

	// The lines that set the time and the scope, as long as nothing was asked
	// under them; 0 otherwise.
	idleTime, idleScope int
	fact                int // the last line about a team, on which neither has a bearing
}

// verbs are the words that begin a line outside of a matrix.
var verbs = []string{"story", "at", "team", "company", "allow", "deny", "sees", "opens", "matrix"}

func (p *parser) fail(err error) { p.failAt(p.no, err) }

func (p *parser) failAt(line int, err error) {
	if p.story == nil {
		p.mistakes = append(p.mistakes, Failure{p.file, line, err})
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
	// A title is read as it is: it has no words to split.
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
	p.story = &Story{File: p.file, Line: p.no, Title: title}
	p.stories = append(p.stories, p.story)
	p.at, p.scope = time.Time{}, nil
	if title == "" {
		p.story.Title = fmt.Sprintf("%s:%d", p.file, p.no)
		p.fail(errors.New(`the story has no title: write "story" and what it is about`))
	}
}

// endStory checks what is known only at the end of a story.
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
	if len(p.story.assertions) == 0 && len(p.story.matrices) == 0 && len(p.story.mistakes) == 0 {
		p.failAt(p.story.Line, fmt.Errorf("the story %q asks nothing", p.story.Title))
	}
	p.story = nil
}

// settle reports a line under which nothing was asked.
func (p *parser) settle(idle *int) {
	switch {
	case *idle != 0 && p.fact > *idle:
		p.failAt(*idle, errors.New("nothing is asked under this line: what a team sees is the same at any time, and in every session"))
	case *idle != 0:
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
		err = p.sees(c)
	case verb.is("opens"):
		err = p.opens(c)
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
		p.idleTime, p.idleScope = 0, 0 // also for a broken line: one mistake is enough
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
		return errors.New("the lines above have that time already")
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
		return time.Time{}, fmt.Errorf("%q is neither a day nor a time: write 2027-01-01 or 2027-01-01T09:00:00Z", text)
	}
	return at, nil
}

// setTeam reads the rest of a team, which sets the scope, or says what a team sees.
func (p *parser) setTeam(c *cursor) error {
	const usage = "team TEAM, or team TEAM sees ACCOUNT..."
	w, ok := c.next()
	switch {
	case !ok:
		return wrongForm(usage)
	case len(c.rest) > 0 && c.rest[0].is("sees"):
		c.next()
		return p.teamSees(w.text, c)
	case len(c.rest) > 0 && c.rest[0].is("opens"):
		return fmt.Errorf("a team opens no reports, its members do: write \"opens SUBJECT REPORT...\" under the line \"team %s\"", w.text)
	}
	return p.setScope(&w.text, c, usage)
}

// setScope sets the team of the following lines, nil for company level.
func (p *parser) setScope(team *string, c *cursor, usage string) error {
	p.settle(&p.idleScope)
	if team == p.scope || team != nil && p.scope != nil && *team == *p.scope {
		return errors.New("the lines above have that scope already")
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
	subject, err := c.subject(p.scope, usage)
	if err != nil {
		return err
	}
	action, ok := c.next()
	if !ok {
		return wrongForm(usage)
	}
	resource, err := c.resource(usage)
	if err != nil {
		return err
	}
	q := question{p.at, subject, access.Action(action.text), resource}
	read := &claim{question: q, no: p.no, allow: allow}
	if read.because, err = c.because(allow, usage); err != nil {
		return err
	}
	if err := c.done(usage); err != nil {
		return err
	}
	p.story.assertions = append(p.story.assertions, read)
	return nil
}
