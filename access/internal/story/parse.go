package story

import (
	"bytes"
	"cmp"
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
	lost   bool    // the last line that sets one of them could not be read
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
	err := checkLine(text)
	text = strings.Trim(text, " \t")
	if title, ok := cutStory(text); ok && err == nil {
		p.begin(title)
		return
	} else if ok {
		p.begin(p.place()) // so that the lines below have one
	}
	if err != nil {
		p.fail(err)
		return
	}
	words, err := splitWords(text)
	if len(words) > 0 && likely(words[0], "story") {
		p.begin(cmp.Or(strings.Trim(text[len(words[0].text):], " \t"), p.place()))
	}
	if p.story == nil && (err != nil || len(words) > 0) {
		p.begin(p.place())
		p.fail(errors.New(`a file begins with "story" and a title`))
	}
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

// cutStory returns the title if a line begins a story. It is read as it is: it has
// no words to split.
func cutStory(line string) (title string, ok bool) {
	rest, ok := strings.CutPrefix(line, "story")
	title = strings.Trim(rest, " \t")
	return title, ok && (title != rest || rest == "")
}

// place returns the file and the line, the title of a story that has none.
func (p *parser) place() string { return fmt.Sprintf("%s:%d", p.file, p.no) }

// begin begins a story.
func (p *parser) begin(title string) {
	p.endStory()
	p.story = &Story{File: p.file, Line: p.no, Title: title}
	p.stories = append(p.stories, p.story)
	p.at, p.scope, p.lost = time.Time{}, nil, false
	if title == "" {
		p.story.Title = p.place()
		p.fail(errors.New(`the story has no title: write "story" and what it is about`))
	}
}

// endStory checks what is known only at the end of a story.
func (p *parser) endStory() {
	if p.story == nil {
		return
	}
	if p.matrix != nil {
		p.failAt(p.matrix.line, errors.New(`the matrix has no "end": write it below the last line of the matrix`))
		p.endMatrix()
	}
	p.settle(&p.idleTime)
	p.settle(&p.idleScope)
	if len(p.story.assertions) == 0 && len(p.story.matrices) == 0 && len(p.story.mistakes) == 0 {
		p.failAt(p.story.Line, fmt.Errorf("the story %q asks nothing: write what it is about in lines such as allow, deny or sees, or remove it", p.story.Title))
	}
	p.story = nil
}

// settle reports a line under which nothing was asked.
func (p *parser) settle(idle *int) {
	switch {
	case *idle != 0 && p.fact > *idle:
		p.failAt(*idle, errors.New("nothing that depends on this line is asked under it: what a team sees is the same at any time, and in every session"))
	case *idle != 0:
		p.failAt(*idle, errors.New("nothing is asked under this line: remove it, or move it above the lines it is for"))
	}
	*idle = 0
}

// storyLine reads a line of a story, which begins with a verb.
func (p *parser) storyLine(verb word, c *cursor) {
	var err error
	switch {
	case verb.is("at"):
		err = p.setTime(c)
	case verb.is("team"):
		err = p.setTeam(c)
	case verb.is("company"):
		if err = c.done("company alone in its line"); err == nil {
			err = p.setScope(nil)
		}
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
		if !verb.quoted && slices.Contains(matrixVerbs, verb.text) {
			err = fmt.Errorf(`%s belongs in a matrix: write "matrix" in a line above it, and "end" below the last`, verb.text)
		} else {
			err = unknownVerb(verb, c, "a line", verbs)
		}
		if likely(verb, "matrix") { // so that its lines have one
			p.matrix = &matrix{line: p.no, at: p.at, scope: p.scope, mistakes: len(p.story.mistakes)}
		}
	}
	if err != nil {
		p.fail(err)
	}
	if sets := []string{"at", "team", "company"}; slices.Contains(sets, meant[verb.text]) || text.Nearest(verb.text, slices.Values(sets)) != "" {
		p.lost = err != nil
	} else {
		p.idleTime, p.idleScope = 0, 0 // also for a broken line: one mistake is enough
	}
}

func (p *parser) setTime(c *cursor) error {
	w, ok := c.next()
	switch {
	case !ok:
		return errors.New("the day is missing: write it here, as in at 2027-01-31")
	case w.is("least"):
		return errors.New(`"at least" is within a line: write "sees SUBJECT at least" and the ids`)
	case len(c.rest) == 1 && strings.Contains(c.rest[0].text, ":"):
		return fmt.Errorf("a time is one word: write it as in at %sT09:00:00Z", w.text)
	case len(c.rest) > 0:
		return errors.New("a day or a time is one word: write it as in at 2027-01-31, or at 2027-01-31T09:00:00Z")
	}
	p.settle(&p.idleTime)
	at, err := parseDay(w.text)
	if err != nil {
		return err
	}
	if at.Equal(p.at) {
		return errors.New("the lines above have that time already: remove this line")
	}
	p.at, p.idleTime = at, p.no
	return nil
}

// setTeam reads the rest of a team, which sets the scope, or says what a team sees.
func (p *parser) setTeam(c *cursor) error {
	const usage = "team TEAM, or team TEAM sees ACCOUNT..."
	w, ok := c.next()
	switch {
	case !ok:
		return lacks("the team", usage)
	case len(c.rest) > 0 && c.rest[0].is("sees"):
		c.next()
		return p.teamSees(w.text, c)
	case len(c.rest) > 0 && c.rest[0].is("opens"):
		return fmt.Errorf("a team opens no reports, its members do: write \"opens SUBJECT REPORT...\" under the line \"team %s\"", w.text)
	}
	if len(c.rest) > 0 {
		if text.Nearest(c.rest[0].text, slices.Values([]string{"sees"})) != "" {
			return fmt.Errorf(`a team cannot have %q; did you mean "sees"?`, c.rest[0].text)
		}
		p.scope, p.idleScope = &w.text, 0
		return fmt.Errorf("a team has a line of its own: write \"team %s\", and the rest in lines below it", w.text)
	}
	return p.setScope(&w.text)
}

// setScope sets the team of the following lines, nil for company level.
func (p *parser) setScope(team *string) error {
	p.settle(&p.idleScope)
	if team == p.scope || team != nil && p.scope != nil && *team == *p.scope {
		return errors.New("the lines above are asked in that scope already: remove this line")
	}
	p.scope, p.idleScope = team, p.no
	return nil
}

// claim reads the rest of an allow or a deny.
func (p *parser) claim(allow bool, c *cursor) error {
	usage := "deny SUBJECT ACTION RESOURCE, as in deny tom account.view account:us-1"
	if allow {
		usage = "allow SUBJECT ACTION RESOURCE, as in allow tom account.view account:us-1"
	}
	subject, err := c.subject(p.scope, usage)
	if err != nil {
		return err
	}
	action, ok := c.next()
	switch {
	case !ok, action.is("because"):
		return lacks("the action", usage)
	case len(c.rest) == 0 && action.quoted && strings.Contains(action.text, " "):
		return fmt.Errorf("%q is one word, as the quotes have it: write each word in quotes of its own, or without", action.text)
	case action.is("in") && len(c.rest) > 1:
		return fmt.Errorf("a session is set in a line of its own: write team %s above, and leave out \"in %s\" here", c.rest[0].text, c.rest[0].text)
	case len(c.rest) == 0 && (strings.Contains(action.text, ":") || action.is("company")):
		return lacks("the action before "+action.text, usage)
	case len(c.rest) == 0:
		return lacks("the resource", usage)
	}
	before := c.rest
	resource, err := c.resource(usage)
	if err != nil {
		if user := subject.User(); user == "user" || user == "team" || user == "not" {
			err = fmt.Errorf("%q is read as the id of a user: write %s alone", user, action.text)
		}
		return err
	}
	q := question{p.at, subject, access.Action(action.text), resource}
	read := &claim{question: q, no: p.no, allow: allow}
	if read.because, err = c.because(allow); err != nil {
		return err
	}
	if len(c.rest) > 0 {
		return extra(c.rest[0], before[len(before)-len(c.rest)-1], usage)
	}
	p.add(read)
	return nil
}

// add adds what a line asserts, unless it is not known when or in what scope.
func (p *parser) add(a assertion) {
	if !p.lost {
		p.story.assertions = append(p.story.assertions, a)
	}
}
