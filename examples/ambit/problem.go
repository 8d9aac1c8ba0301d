package main

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
)

// contentError is what is wrong with the content of a source, as opposed to its
// not being there.
type contentError struct{ error }

func (e contentError) Unwrap() error { return e.error }

// located returns what is wrong with the content of a source. Each line begins
// with the file and the line, as compilers have them, so that editors find the
// place.
func (s source) located(err error) error { return contentError{s.atLine(err)} }

func (s source) atLine(err error) error {
	if wrong, ok := errors.AsType[*document.Error](err); ok && s.data != nil {
		return s.problems(wrong)
	}
	// A log has an event on each line, from the first on.
	if damaged, ok := errors.AsType[*filelog.Error](err); ok && damaged.Seq > 0 {
		return oneLine(at(s.name, int(damaged.Seq)), err)
	}
	if wrong, ok := errors.AsType[*audit.Error](err); ok && wrong.Seq > 0 {
		return oneLine(at(s.name, int(wrong.Seq)), err)
	}
	return oneLine(s.name, err)
}

// oneLine returns an error as one line, whatever is in its text: in the log of a
// workflow of GitHub, a line that begins with :: would be a command.
func oneLine(place string, err error) error {
	return errors.New(place + ": " + shown(err.Error()))
}

// problems returns the problems of a document, one on each line.
func (s source) problems(wrong *document.Error) error {
	if len(bytes.TrimSpace(bytes.TrimPrefix(s.data, []byte("\ufeff")))) == 0 {
		return fmt.Errorf("%s: it is empty: a policy document is at least {}, and ambit schema writes what may be in it", s.name)
	}
	var all []error
	for _, p := range wrong.Problems {
		place := at(s.name, p.Line)
		p.Line = 0 // it stands in the place
		all = append(all, oneLine(place, p))
	}
	if wrong.Untold > 0 {
		all = append(all, fmt.Errorf("%s: and %s more: correct these first", s.name, count(wrong.Untold, "mistake")))
	}
	if bytes.HasPrefix(s.data, []byte(`{"v":`)) {
		all = append(all, fmt.Errorf("%s: it looks like the log of a company: write %s%s", s.name, logPrefix, s.name))
	}
	return errors.Join(all...)
}
