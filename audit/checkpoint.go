package audit

import (
	"strconv"
	"strings"
)

// Checkpoint is the state of a log: the Seq and Hash of its last event, and
// through the Hash all events before. Kept in another place than the log, it
// exposes later that the log was shortened or rewritten; see [Verify].
//
// Checkpoints are equal if ==. The zero Checkpoint is the state of an empty
// log.
type Checkpoint struct {
	Seq  uint64
	Hash Hash
}

const checkpointPrefix = "ambit-checkpoint v1 "

// String returns c as one line without the line feed, for example
// "ambit-checkpoint v1 42 " and the 64 digits of the hash. [ParseCheckpoint]
// reads it.
func (c Checkpoint) String() string {
	return checkpointPrefix + strconv.FormatUint(c.Seq, 10) + " " + c.Hash.String()
}

// ParseCheckpoint returns the checkpoint with that text, exactly as
// [Checkpoint.String] writes it. The error of any other text wraps
// [ErrMalformed]; so does that of a checkpoint no log can have, with one of Seq
// and Hash zero and the other not.
func ParseCheckpoint(text string) (Checkpoint, error) {
	var c Checkpoint
	rest, ok := strings.CutPrefix(text, checkpointPrefix)
	seq, hash, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(seq, 10, 64)
	if !ok || err != nil {
		return c, &Error{Op: "checkpoint", Text: "write " + checkpointPrefix + "<sequence> <hash>", Err: ErrMalformed}
	}
	if err := c.Hash.UnmarshalText([]byte(hash)); err != nil {
		return Checkpoint{}, err
	}
	c.Seq = n
	if c.String() != text {
		return Checkpoint{}, &Error{Op: "checkpoint", Text: "the sequence is not in its shortest form", Err: ErrMalformed}
	}
	if err := c.check(); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

// check reports a checkpoint no log can have.
func (c Checkpoint) check() error {
	if (c.Seq == 0) != c.Hash.IsZero() {
		return &Error{Op: "checkpoint", Text: "one of sequence and hash is zero and the other is not", Err: ErrMalformed}
	}
	return nil
}
