package main

import (
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access"
)

// subject returns who asks, by the flags -as, -team and -link. A flag that is
// given and empty counts: an empty user is nobody, not everybody, and an empty
// team is not the company.
func (c *call) subject() (access.Subject, error) {
	switch {
	case c.as != nil && c.link != nil:
		return access.Subject{}, c.wrong("-as and -link both say who asks: give one of them")
	case c.team != nil && c.as == nil:
		return access.Subject{}, c.wrong("-team needs -as")
	case c.link != nil:
		return access.ViaLink(access.LinkID(*c.link)), nil
	case c.as == nil:
		return access.Subject{}, c.wrong("-as is missing: who asks?")
	case c.team != nil:
		return access.Session(*c.as, *c.team), nil
	}
	return access.User(*c.as), nil
}

// action returns what is asked, by the flag -do.
func (c *call) action() (access.Action, error) {
	if c.do == nil {
		return "", c.wrong("-do is missing: what do they want to do?")
	}
	return access.Action(*c.do), nil
}

// resource returns of what it is asked, by the flag -on.
func (c *call) resource() (access.Resource, error) {
	if c.on == nil {
		return access.Resource{}, c.wrong("-on is missing: on what?")
	}
	var r access.Resource
	if err := r.UnmarshalText([]byte(*c.on)); err != nil {
		return access.Resource{}, usageError{c.command.name, fmt.Errorf("-on: %w", err)}
	}
	return r, nil
}

// question returns the whole question.
func (c *call) question() (s access.Subject, a access.Action, r access.Resource, err error) {
	if s, err = c.subject(); err != nil {
		return
	}
	if a, err = c.action(); err != nil {
		return
	}
	r, err = c.resource()
	return
}

// wrong returns an error about the command line.
func (c *call) wrong(text string) error { return usageError{c.command.name, errors.New(text)} }
