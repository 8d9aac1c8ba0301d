package story

import (
	"io/fs"
	"strings"
	"unicode"

	"github.com/ambit-authz/ambit/access"
)

// Suite is the stories of a file system, checked against one policy.
type Suite struct {
	// Stories are in the order of the files' names, and of a file in the order
	// of its lines.
	Stories []*Story
	// Failures are the mistakes that belong to no story, ordered by file: a file
	// that cannot be read, or lines before the first story.
	Failures []Failure
}

// Read reads the story files of fsys, those in directories below it included,
// and checks them against the policy. Everything wrong with them is in the
// result.
//
// It costs some look-ups and a decision or two for each line, however large the
// policy is. Only a line that says everything counts what there is, once.
func Read(policy *access.Policy, fsys fs.FS) *Suite {
	stories, failures := readFiles(fsys)
	check(policy, stories)
	return &Suite{stories, failures}
}

// orEmpty returns a policy, that of an empty company in place of none: it says
// what a name is missing from.
func orEmpty(p *access.Policy) *access.Policy {
	if p.IsZero() {
		return access.MustLoad("{}")
	}
	return p
}

// Story is what a file says under one title.
type Story struct {
	File  string
	Line  int // of its title, from 1
	Title string

	mistakes   []Failure
	matrices   []*matrix // until they are claims
	assertions []assertion
}

// Failures returns what is wrong with the story, or if nothing is, the lines
// that do not hold of the policy. They are in the order of the lines.
//
// A claim costs a decision, and a listing a look-up for each id that it names: two
// if no time is given. A listing of accounts costs what [access.View.Len] does as
// well, and one of reports a decision for each report shared with the subject.
func (s *Story) Failures(policy *access.Policy) []Failure {
	if len(s.mistakes) > 0 {
		return s.mistakes
	}
	policy = orEmpty(policy)
	var failures []Failure
	for _, a := range s.assertions {
		if !holds(a, policy) {
			failures = append(failures, Failure{s.File, a.line(), departure{a, policy}})
		}
	}
	return failures
}

// testName returns the title as the name of a subtest, which has no spaces.
func (s *Story) testName() string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, s.Title)
}

// fail records a mistake. A story with a mistake is not compared with a policy.
func (s *Story) fail(line int, err error) {
	s.mistakes = append(s.mistakes, Failure{s.File, line, err})
}
