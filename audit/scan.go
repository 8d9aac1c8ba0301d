package audit

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"time"
)

// scanner reads the line of an event: the one form that [appendLine] writes, and
// nothing else. After it failed, it reads nothing more.
type scanner struct {
	line   []byte
	at     int // how much is read
	failed bool
}

// event reads a whole line.
func (s *scanner) event() Event {
	var e Event
	s.expect(`{"v":`)
	if s.number() != lineVersion {
		s.failed = true
	}
	s.expect(`,"seq":`)
	e.Seq = s.number()
	e.ID = s.member(`,"id":`)
	s.expect(`,"time":`)
	e.Time = s.time()
	e.Company = s.member(`,"company":`)
	e.Actor.Kind = s.member(`,"actor":{"kind":`)
	e.Actor.ID = s.member(`,"id":`)
	e.Actor.Email = s.member(`,"email":`)
	e.Actor.Role = s.member(`,"role":`)
	s.expect(`},"changes":[`)
	for s.more(len(e.Changes), maxChanges) {
		e.Changes = append(e.Changes, s.change())
	}
	s.expect(`,"targets":[`)
	for s.more(len(e.Targets), maxTargets) {
		e.Targets = append(e.Targets, s.member(""))
	}
	e.Reason = s.member(`,"reason":`)
	e.Approval = s.member(`,"approval":`)
	e.Correlation = s.member(`,"correlation":`)
	e.Via = s.member(`,"via":`)
	s.expect(`,"prev":`)
	e.Prev = s.hash()
	s.expect(`,"hash":`)
	e.Hash = s.hash()
	s.expect(`}`)
	s.failed = s.failed || s.at < len(s.line)
	return e
}

func (s *scanner) change() Change {
	var c Change
	c.Type = s.member(`{"type":`)
	s.expect(`,"version":`)
	if n := s.number(); n <= maxVersion {
		c.Version = int(n)
	}
	s.expect(`,"data":`)
	if n := jsonLength(s.rest()); n > 0 {
		c.Data = bytes.Clone(s.line[s.at : s.at+n])
		s.at += n
	} else {
		s.failed = true
	}
	s.expect(`}`)
	return c
}

// rest returns what is not read yet; nothing after a failure.
func (s *scanner) rest() []byte {
	if s.failed {
		return nil
	}
	return s.line[s.at:]
}

// expect reads a text that must come next.
func (s *scanner) expect(text string) {
	if rest := s.rest(); len(rest) < len(text) || string(rest[:len(text)]) != text {
		s.failed = true
		return
	}
	s.at += len(text)
}

// more reports whether another item of a list comes, after n of at most so many,
// and reads what stands before it, or the end of the list.
func (s *scanner) more(n, most int) bool {
	switch rest := s.rest(); {
	case len(rest) == 0 || n > most:
		s.failed = true
		return false
	case rest[0] == ']':
		s.at++
		return false
	}
	if n > 0 {
		s.expect(",")
	}
	return !s.failed
}

// number reads a number as strconv writes it, 0 for one that is none.
func (s *scanner) number() uint64 {
	rest := s.rest()
	n := 0
	for n < len(rest) && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	value, err := strconv.ParseUint(string(rest[:min(n, 21)]), 10, 64)
	if err != nil || n > 1 && rest[0] == '0' {
		s.failed = true
		return 0
	}
	s.at += n
	return value
}

// member reads a name, which comes with its punctuation, and a string.
func (s *scanner) member(name string) string {
	s.expect(name)
	raw, escaped := s.quoted()
	if !escaped {
		return string(raw)
	}
	text := unescape(raw)
	if again := appendMember(nil, "", text); !bytes.Equal(again[1:len(again)-1], raw) {
		s.failed = true // it can be written in another way
	}
	return text
}

// quoted reads a string of JSON, and returns what is between its quotation marks,
// and whether something in it is escaped.
func (s *scanner) quoted() (raw []byte, escaped bool) {
	s.expect(`"`)
	rest := s.rest()
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			s.at += i + 1
			return rest[:i], escaped
		case c < ' ':
			s.failed = true
			return nil, false
		case c == '\\':
			escaped = true
			i++
		}
	}
	s.failed = true
	return nil, false
}

// unescape returns the text that a string of JSON stands for, if it is escaped as
// [appendMember] does it. Of any other it returns something else.
func unescape(raw []byte) string {
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			text = append(text, raw[i])
			continue
		}
		switch i++; raw[i] {
		case 'b':
			text = append(text, '\b')
		case 't':
			text = append(text, '\t')
		case 'n':
			text = append(text, '\n')
		case 'f':
			text = append(text, '\f')
		case 'r':
			text = append(text, '\r')
		case 'u':
			digits := raw[i+1 : min(i+5, len(raw))]
			n, err := strconv.ParseUint(string(digits), 16, 7)
			if err != nil {
				return ""
			}
			text = append(text, byte(n))
			i += len(digits)
		default:
			text = append(text, raw[i])
		}
	}
	return string(text)
}

// time reads an instant.
func (s *scanner) time() time.Time {
	raw, _ := s.quoted()
	t, err := time.Parse(time.RFC3339Nano, string(raw))
	var again [len(time.RFC3339Nano)]byte
	if err != nil || !bytes.Equal(t.AppendFormat(again[:0], time.RFC3339Nano), raw) {
		s.failed = true
	}
	return t
}

// hash reads a hash.
func (s *scanner) hash() Hash {
	var h Hash
	raw, _ := s.quoted()
	var again [2 * len(h)]byte
	if len(raw) != len(again) {
		s.failed = true
		return h
	}
	if _, err := hex.Decode(h[:], raw); err != nil || !bytes.Equal(hex.AppendEncode(again[:0], h[:]), raw) {
		s.failed = true // it has upper-case digits, or others
	}
	return h
}
