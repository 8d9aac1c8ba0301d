package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// verify says whether the log of a company is as it was written, and contains the
// state that a checkpoint stands for.
func verify(c *call) (int, error) {
	path, ok := strings.CutPrefix(c.args[0], logPrefix)
	if !ok {
		return statusFailed, c.wrong("only a log can be verified: name it as " + logPrefix + "PATH")
	}
	known, err := c.known()
	if err != nil {
		return statusFailed, err
	}
	file, err := os.Open(path)
	if err != nil {
		return statusFailed, fileError(err)
	}
	defer file.Close()
	whole, rest, err := wholeLines(file)
	if err != nil {
		return statusFailed, fileError(err)
	}
	var last audit.Event
	if err := c.chain(path, io.NewSectionReader(file, 0, whole), known, &last); err != nil {
		return statusNo, source{name: path}.located(err)
	}
	if _, err := c.openLog(path, place{}); err != nil {
		return statusNo, err
	}
	c.out.line("%s: %s, the last of %s", path, count(int(last.Seq), "event"), last.Time.Format("2006-01-02 15:04:05 MST"))
	c.out.line("The chain of hashes is in order, and every change follows from those before it.")
	if rest > 0 {
		c.out.line("%s after it are no whole line: an append that is under way, or was cut short. Nobody was told that it is stored.", count(int(rest), "byte"))
	}
	return c.proof(known, last.Checkpoint()), nil
}

// known returns the checkpoint of the flag -checkpoint: it is the checkpoint, or
// the path of a file that has it.
func (c *call) known() (audit.Checkpoint, error) {
	if c.checkpoint == nil {
		return audit.Checkpoint{}, nil
	}
	text := *c.checkpoint
	if !strings.HasPrefix(text, "ambit-checkpoint ") {
		data, err := os.ReadFile(text)
		if err != nil {
			return audit.Checkpoint{}, usageError{c.command.name, fmt.Errorf("-checkpoint takes one, such as %q, or a file that has it: %w", `ambit-checkpoint v1 31 4f2a…`, err)}
		}
		text = strings.TrimSpace(string(data))
	}
	known, err := audit.ParseCheckpoint(text)
	if err == nil && known.Seq == 0 {
		err = errors.New("that of an empty log proves nothing")
	}
	if err != nil {
		return audit.Checkpoint{}, usageError{c.command.name, fmt.Errorf("-checkpoint: %w", err)}
	}
	return known, nil
}

// chain checks the events of a log, and sets the last one.
func (c *call) chain(name string, lines io.Reader, known audit.Checkpoint, last *audit.Event) error {
	defer c.progress("verifying " + name)()
	return audit.Verify(noting(audit.ReadLines(lines), last), known)
}

// noting passes events on, and sets the last one.
func noting(events iter.Seq2[audit.Event, error], last *audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range events {
			if err == nil {
				*last = e
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// proof says what is proved, and returns the exit status.
func (c *call) proof(known, head audit.Checkpoint) int {
	switch {
	case known.Seq == 0:
		c.out.colored(yellow, "No checkpoint was given: a log whose end was cut off, or that was rewritten, looks the same.")
		c.out.line("This is the one to keep, where nobody can write who writes the log:")
		c.out.line("%v", head)
		return statusOpen
	case known == head:
		c.out.colored(green, "The checkpoint is its last event: nothing was cut off or rewritten.")
	default:
		c.out.colored(green, "The checkpoint is its event %d: nothing up to there was cut off or rewritten.", known.Seq)
		c.out.line("This is the one to keep now:")
		c.out.line("%v", head)
	}
	return statusYes
}

// wholeLines returns how many bytes of a file are lines with their line feed, and
// how many come after them.
func wholeLines(file *os.File) (whole, rest int64, err error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, 0, err
	}
	block := make([]byte, 64<<10)
	for end := size; end > 0; {
		begin := max(0, end-int64(len(block)))
		if _, err := file.ReadAt(block[:end-begin], begin); err != nil {
			return 0, 0, err
		}
		if i := bytes.LastIndexByte(block[:end-begin], '\n'); i >= 0 {
			whole = begin + int64(i) + 1
			break
		}
		end = begin
	}
	return whole, size - whole, nil
}
