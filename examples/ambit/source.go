package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit/filelog"
)

// source is where a policy comes from: a document, or the log of a company.
type source struct {
	name   string         // for messages: the path, or "stdin"
	data   []byte         // of a document
	policy *access.Policy // its time is fixed
	moment company.Moment // of a log, zero otherwise
}

// place is which state of a log is asked about, and at what time.
type place struct {
	at   uint64    // an event; 0 is the last one
	asOf time.Time // zero is now, or the time of that event
}

// open reads the one policy of a command, as its flags ask for.
func (c *call) open(arg string) (source, error) {
	return c.openAt(arg, place{c.at, c.asOf})
}

// logPrefix marks the path of a log.
const logPrefix = "file:"

// openAt reads a policy: from a log if arg says so, from standard input if it is
// "-", and otherwise from a file. Its time is fixed, so that all questions are of
// one instant.
func (c *call) openAt(arg string, at place) (source, error) {
	if path, ok := strings.CutPrefix(arg, logPrefix); ok {
		return c.openLog(path, at)
	}
	if at.at > 0 {
		return source{}, usageError{c.command.name, fmt.Errorf("%s is a document and has no events: -at is for a log, file:PATH", arg)}
	}
	s, err := c.read(arg)
	if err != nil {
		return source{}, err
	}
	defer c.progress("loading " + s.name)()
	s.policy, err = access.Load(s.data, nil)
	if err != nil {
		return source{}, s.located(err)
	}
	if at.asOf.IsZero() {
		at.asOf = c.now()
	}
	s.policy = s.policy.At(at.asOf)
	return s, nil
}

// maxDocument is how large a document may be, unless the environment says
// otherwise.
const maxDocument = 4 << 30

// read reads a document without looking into it.
func (c *call) read(arg string) (source, error) {
	s, in := source{name: arg}, c.stdin
	if arg == "-" {
		s.name = "stdin"
	} else {
		file, err := os.Open(arg)
		if err != nil {
			return s, fileError(err)
		}
		defer file.Close()
		in = file
	}
	defer c.progress("reading " + s.name)()
	limit := c.maxBytes
	if limit == 0 {
		limit = maxDocument
	}
	var err error
	s.data, err = readAll(in, limit)
	if err != nil {
		return s, fmt.Errorf("%s: %w", s.name, err)
	}
	return s, nil
}

// readAll reads to the end. The data is not nil.
func readAll(in io.Reader, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if file, ok := in.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() && info.Size() < limit {
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	n, err := b.ReadFrom(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, errors.Unwrap(fileError(err))
	}
	if n > limit {
		return nil, fmt.Errorf("it has more than %d bytes: is this a policy document?", limit)
	}
	return append(b.Bytes(), "\n"...)[:n:n], nil
}

// openLog replays a log. It takes no lock, so it may be read while a company
// writes it.
func (c *call) openLog(path string, at place) (source, error) {
	if at.at > 0 && !at.asOf.IsZero() {
		return source{}, usageError{c.command.name, errors.New("-at and -asof both say when: give one of them")}
	}
	s := source{name: path}
	if _, err := os.Stat(path); err != nil { // a log that is not there would be an empty one
		return s, fileError(err)
	}
	defer c.progress("replaying " + path)()
	ctx := context.Background()
	if looksLikeDocument(path) {
		return s, s.located(fmt.Errorf("it looks like a document, not like the log of a company: write %s without %s", path, logPrefix))
	}
	log, err := filelog.Open(ctx, path, &filelog.Options{ReadOnly: true})
	if err != nil {
		return s, s.located(err)
	}
	defer log.Close()
	acme, err := company.Open(ctx, log, &company.Config{Now: c.now})
	if err != nil {
		return s, s.located(err)
	}
	switch {
	case at.at > 0:
		s.moment, err = acme.At(ctx, at.at)
	case !at.asOf.IsZero():
		s.moment, err = acme.AsOf(ctx, at.asOf)
	default:
		s.moment = acme.Now()
	}
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	s.policy = s.moment.Policy().At(s.moment.Time())
	return s, nil
}

// looksLikeDocument reports whether a file begins as documents do and logs do not.
func looksLikeDocument(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var begin [64]byte
	n, _ := io.ReadFull(file, begin[:])
	text := strings.TrimLeft(string(begin[:n]), "\ufeff \t\r\n")
	text, is := strings.CutPrefix(text, "{")
	text = strings.TrimLeft(text, " \t\r\n")
	return is && slices.ContainsFunc([]string{"catalog", "attributes", "accounts", "groups", "teams", "users", "reports", "links"},
		func(field string) bool { return strings.HasPrefix(text, `"`+field+`"`) })
}

// fileError says what to do about a file that cannot be opened.
func fileError(err error) error {
	var at *fs.PathError
	if !errors.As(err, &at) {
		return err
	}
	switch {
	case at.Path == "":
		return errors.New("ambit: the name of a policy is empty: name a document, file:PATH for a log, or - for standard input")
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w: name a policy document, file:PATH for a log, or - for standard input", at.Path, fs.ErrNotExist)
	default:
		return fmt.Errorf("%s: %w", at.Path, at.Err)
	}
}
