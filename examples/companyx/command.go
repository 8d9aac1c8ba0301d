package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// The exit statuses, as usage promises them.
const (
	allowed = 0
	denied  = 1
	failed  = 2
)

const usage = `Companyx prints who sees what in a company, or answers one question about it.

Usage: go run ./examples/companyx [flags] [document]

The document is a policy in JSON; without one it is Company X, which is built in.
Flags come before it.

  -as USER        who asks
  -team TEAM      the one team they act within; without it they act at company level
  -do ACTION      what they want to do, such as account.view or report.edit
  -on RESOURCE    on what: company, or kind:id such as account:de-search, report:q3,
                  user:mia, team:uk, "campaign:c1 in account:us-app"
  -at TIME        as of when, such as 2099-01-01T00:00:00Z; the default is now

With -as, -do and -on it prints whether they may, and why; with -do and -on who may;
with -as and -on what they may do. With none of the three it prints everybody.

Exit status: 0 allowed; 1 denied, or nobody may, or they may do nothing; 2 wrong
usage, or a document with mistakes, which are all listed. (go run turns 2 into 1 and
says so; a built program does not.)

Examples:
  go run ./examples/companyx -as mia -do account.view -on account:de-search
  go run ./examples/companyx -do report.edit -on report:europe
  go run ./examples/companyx -at 2099-01-01T00:00:00Z
`

// command is what a command line asks for.
type command struct {
	path     string     // of the document; "" is the embedded one
	at       *time.Time // nil is now
	question *question  // nil is the tables
}

// run is the program: it writes the answer to stdout, or what is wrong to stderr, and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	text, status, err := answer(args)
	if err == nil {
		_, err = io.WriteString(stdout, text)
	}
	if err != nil {
		fmt.Fprintf(stderr, "companyx: %v\n", err)
		return failed
	}
	return status
}

// answer returns the answer to a command line, and the exit status.
func answer(args []string) (text string, status int, err error) {
	c, err := parseCommand(args)
	if errors.Is(err, flag.ErrHelp) {
		return usage, allowed, nil
	}
	if err != nil {
		return "", failed, fmt.Errorf("%w; see -h", err)
	}
	policy, err := c.load()
	if err != nil {
		return "", failed, err
	}
	now := time.Now()
	if c.at != nil {
		now = *c.at
	}
	policy = policy.At(now) // one instant for all questions
	if c.question == nil {
		return newCompany(policy, now).String(), allowed, nil
	}
	text, ok := c.question.answer(policy)
	if !ok {
		return text, denied, nil
	}
	return text, allowed, nil
}

// load compiles the document. The error names the document and lists everything that is wrong with it.
func (c command) load() (*access.Policy, error) {
	name, data := "companyx.json", companyx
	if c.path != "" {
		var err error
		if data, err = os.ReadFile(c.path); err != nil {
			return nil, err
		}
		name = c.path
	}
	policy, err := access.Load(data, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return policy, nil
}

// parseCommand reads a command line. The error is flag.ErrHelp if it asks for help.
func parseCommand(args []string) (command, error) {
	var c command
	var as, team, do, on *string // nil if not given, which differs from given and empty
	flags := flag.NewFlagSet("companyx", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // run reports the error, once
	for name, value := range map[string]**string{"as": &as, "team": &team, "do": &do, "on": &on} {
		flags.Func(name, "", func(text string) error {
			*value = &text
			return nil
		})
	}
	flags.Func("at", "", func(text string) error {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return errors.New("write it like 2027-03-01T00:00:00Z")
		}
		c.at = &at
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return command{}, err
	}
	if flags.NArg() > 1 {
		return command{}, fmt.Errorf("one document at most, and flags before it: %q", flags.Args())
	}
	c.path = flags.Arg(0)
	var err error
	c.question, err = newQuestion(as, team, do, on)
	return c, err
}
