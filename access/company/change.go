package company

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Change is one change of a company. The types of this package are all there
// are. Pass them as values: nil and pointers are refused with [ErrInvalid].
//
// A Change is plain data; what is in its slices and maps is copied before it is
// looked at. Outcomes, which [Company.Do] fills in, are in an embedded struct
// with a name that ends in Outcome; whatever you put there does not matter. An id
// or role for which you pass "" is filled in where it stands.
type Change interface {
	// resolve applies the rules that need more than a question to Decide, and
	// returns the change as it is recorded, with its outcomes. It runs once,
	// when the change is proposed, and never in replay.
	//
	// It returns an error that wraps [ErrNoChange] if everything that the change
	// says is so already, and then only; see [proposal.repeated].
	resolve(p *proposal) (Change, error)

	// apply makes the recorded change on a state, at the time of its event. A
	// replay repeats it, so it has no clock, randomness or configuration in
	// reach. If it fails, the state must not be used any more.
	apply(s *state, at time.Time) error
}

// deriver is a change with outcomes that follow from what was there before.
type deriver interface {
	// derive fills in all of them. It runs before the change is applied, when it
	// is proposed and again in replay, where the outcome must be the recorded one:
	// what an event says follows from the state, or the event is refused. What was
	// chosen, such as a random id or the digest of a secret, is resolve's to fill
	// in, and stays as it is here; so does the impact.
	derive(s *state, o origin) (Change, error)
}

// origin is where a change comes from.
type origin struct {
	actor    audit.Actor
	at       time.Time // of the event
	seq      uint64    // of the event
	last     time.Time // the time of the event before; zero for the founding
	reason   string
	approval string
}

// derive returns a change with the outcomes that follow from the state before it.
func derive(c Change, s *state, o origin) (Change, error) {
	if d, ok := c.(deriver); ok {
		return d.derive(s, o)
	}
	return c, nil
}

// cloner is a change with slices or maps of its caller's.
type cloner interface {
	clone() Change // a copy that shares none of them
}

// completer is a change in which something may be left out that decides what is
// asked.
type completer interface {
	complete(s *state, at time.Time) Change // before anything is asked
}

// version is that of every change now. A type that comes to be stored in
// another form gets the next one, and its old form stays readable.
const version = 1

// encode returns the canonical form of a change, or of a part of one.
func encode(c any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// decode reads a change of one type back.
func decode[T Change](data []byte) (Change, error) {
	var c T
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, err
	}
	// What does not come out again as it went in was not written by this
	// program: a field is unknown, doubled or in the wrong case.
	again, err := encode(c)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(again, data) {
		return nil, fmt.Errorf("the data is not in canonical form")
	}
	return c, nil
}

// record returns a change as the log keeps it.
func record(c Change) (audit.Change, error) {
	data, err := encode(c)
	return audit.Change{Type: rowOf(c).name, Version: version, Data: data}, err
}

// parseRecord reads a change from the log. An unknown type or version is an
// error: skipping one would lose whatever it took away.
func parseRecord(c audit.Change) (Change, error) {
	row := rowNamed(c.Type)
	if row == nil || c.Version != version {
		return nil, fmt.Errorf("%w: a change is of unknown type %q, version %d", ErrBroken, c.Type, c.Version)
	}
	change, err := row.decode(c.Data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s, version %d: %w", ErrBroken, c.Type, c.Version, err)
	}
	return change, nil
}
