package audit

import (
	"encoding/json"
	"math"
	"time"
	"unicode/utf8"
)

const (
	maxSize    = 16 << 20 // bytes of an event as hashed
	maxChanges = 10_000
	maxTargets = 100_000
	maxDepth   = 1_000 // of nested arrays and objects in Data
	maxVersion = math.MaxInt
)

// Check reports what is wrong with the form of e, apart from its hashes, as an
// error that wraps [ErrMalformed]. These are the rules:
//
//   - Seq is between 1 and 2^63-1, which a signed database column can hold;
//   - ID, Company, the type of each change and each target are not empty;
//   - Time is set, in UTC, and before the year 10000;
//   - the actor is of one of the three kinds, and has an ID or, if an invitee,
//     an e-mail;
//   - there are 1 to 10,000 changes and at most 100,000 targets;
//   - the version of each change is at least 1, and its data one value in JSON,
//     in UTF-8, without white space outside of strings, nested at most 1,000
//     deep;
//   - every text is UTF-8;
//   - the whole has at most 16 MiB in the encoding that is hashed.
//
// The cost is a pass or two over e.
func (e Event) Check() error {
	if text := e.flaw(); text != "" {
		return &Error{Op: "check", Seq: e.Seq, Text: text, Err: ErrMalformed}
	}
	return nil
}

// flaw returns the first thing wrong with the form of e, "" if nothing is.
func (e *Event) flaw() string {
	switch {
	case e.Seq == 0 || e.Seq > math.MaxInt64:
		return "the sequence is not between 1 and 2^63-1"
	case e.ID == "":
		return "there is no id"
	case e.Company == "":
		return "there is no company"
	case e.Time.IsZero():
		return "there is no time"
	case e.Time.Location() != time.UTC:
		return "the time is not in UTC"
	case e.Time.Year() < 0 || e.Time.Year() > 9999:
		return "the year has more than four digits"
	case len(e.Changes) == 0:
		return "there are no changes"
	case len(e.Changes) > maxChanges:
		return "there are more than 10,000 changes"
	case len(e.Targets) > maxTargets:
		return "there are more than 100,000 targets"
	case e.size() > maxSize:
		return "it is larger than 16 MiB"
	}
	for _, text := range []string{e.ID, e.Company, e.Reason, e.Approval, e.Correlation, e.Via} {
		if !utf8.ValidString(text) {
			return "a text is not UTF-8"
		}
	}
	if flaw := e.Actor.flaw(); flaw != "" {
		return flaw
	}
	for _, c := range e.Changes {
		if flaw := c.flaw(); flaw != "" {
			return flaw
		}
	}
	for _, target := range e.Targets {
		if target == "" || !utf8.ValidString(target) {
			return "a target is empty or not UTF-8"
		}
	}
	return ""
}

// flaw returns what is wrong with a, "" if nothing is.
func (a *Actor) flaw() string {
	switch a.Kind {
	case KindUser, KindSystem:
		if a.ID == "" {
			return "the actor has no id"
		}
	case KindInvitee:
		if a.Email == "" {
			return "the invitee has no e-mail"
		}
	default:
		return "the actor is of no known kind"
	}
	if !utf8.ValidString(a.ID) || !utf8.ValidString(a.Email) || !utf8.ValidString(a.Role) {
		return "the actor is not in UTF-8"
	}
	return ""
}

// flaw returns what is wrong with c, "" if nothing is.
func (c *Change) flaw() string {
	switch {
	case c.Type == "" || !utf8.ValidString(c.Type):
		return "the type of a change is empty or not UTF-8"
	case c.Version < 1:
		return "the version of a change is below 1"
	case len(c.Data) > 0 && jsonLength(c.Data) == len(c.Data) && utf8.Valid(c.Data):
		return ""
	case !json.Valid(c.Data) || !utf8.Valid(c.Data):
		return "the data of a change is not JSON in UTF-8"
	}
	return "the data of a change has white space or is nested more than 1,000 deep"
}
