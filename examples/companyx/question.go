package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// question is one question to the policy: whether and why, or with one of subject and action left open, who or what.
type question struct {
	subject  *access.Subject // nil asks who may
	action   *access.Action  // nil asks what they may do
	resource access.Resource
}

// newQuestion returns the question that the flags ask, nil if they ask none. A nil flag was not given. A flag that is given and
// empty counts: an empty user is nobody, not everybody, and an empty team is not the company.
func newQuestion(as, team, do, on *string) (*question, error) {
	switch {
	case as == nil && team != nil:
		return nil, errors.New("-team needs -as")
	case on == nil && (as != nil || do != nil):
		return nil, errors.New("-as and -do need -on")
	case on == nil:
		return nil, nil
	case as == nil && do == nil:
		return nil, errors.New("-on needs -as, -do or both")
	}
	var resource access.Resource
	if err := resource.UnmarshalText([]byte(*on)); err != nil {
		return nil, fmt.Errorf("-on: %w", err)
	}
	q := &question{resource: resource}
	if as != nil {
		subject := access.User(*as)
		if team != nil {
			subject = access.Session(*as, *team)
		}
		q.subject = &subject
	}
	if do != nil {
		action := access.Action(*do)
		q.action = &action
	}
	return q, nil
}

// answer returns the answer in lines, and whether it is allowed, or anybody may, or they may do anything.
func (q *question) answer(p *access.Policy) (text string, ok bool) {
	switch {
	case q.subject == nil:
		return q.who(p)
	case q.action == nil:
		return q.what(p)
	}
	e := p.Explain(*q.subject, *q.action, q.resource)
	return e.String() + "\n", e.Decision.Allowed
}

// who lists who may, each with the reason.
func (q *question) who(p *access.Policy) (text string, ok bool) {
	t := newTable()
	for _, user := range slices.Sorted(p.Who(*q.action, q.resource).All()) {
		t.row(string(user), p.Decide(access.User(user), *q.action, q.resource).String())
		ok = true
	}
	if !ok {
		return fmt.Sprintf("nobody may take %s on %v\n", *q.action, q.resource), false
	}
	return t.String(), true
}

// what lists what the subject may do.
func (q *question) what(p *access.Policy) (text string, ok bool) {
	var b strings.Builder
	for action := range p.Actions(*q.subject, q.resource) {
		fmt.Fprintln(&b, action)
		ok = true
	}
	if !ok {
		return fmt.Sprintf("%v may do nothing on %v\n", *q.subject, q.resource), false
	}
	return b.String(), true
}
