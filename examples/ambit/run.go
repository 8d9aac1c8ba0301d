package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"syscall"
)

// The exit statuses.
const (
	statusYes    = 0 // allowed, in order, no difference
	statusNo     = 1 // the answer to the question is no
	statusFailed = 2 // wrong usage, or input or output that does not work
	statusOpen   = 3 // nothing speaks against it, but nothing proves it: verify
)

// call is one run of a command.
type call struct {
	environment
	options
	command command
	args    []string // without flags
	out     *output
}

// run is the program. It returns its exit status.
func run(args []string, env environment) int {
	out := newOutput(env.stdout, env.color())
	status, err := dispatch(args, env, out)
	if full := out.flush(); full != nil && !errors.Is(full, syscall.EPIPE) { // who reads may have enough
		status, err = statusFailed, errors.Join(err, fmt.Errorf("ambit: %w", full))
	}
	if err == nil {
		return status
	}
	tell(env.stderr, err)
	if status == statusYes {
		return statusFailed
	}
	return status
}

// dispatch finds the command, reads its flags and runs it.
func dispatch(args []string, env environment, out *output) (int, error) {
	if len(args) == 0 {
		return statusFailed, usageError{"", errors.New("no command is given")}
	}
	name := args[0]
	if name == "-h" || name == "-help" || name == "--help" {
		name, args = "help", args[:1]
	}
	cmd, ok := find(name)
	if !ok {
		return statusFailed, usageError{"", fmt.Errorf("there is no command %q%s", name, suggestion(name))}
	}
	opts, rest, err := parse(cmd, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		cmd.help(out)
		return statusYes, nil
	}
	if err != nil {
		return statusFailed, usageError{cmd.name, err}
	}
	return cmd.run(&call{environment: env, options: opts, command: cmd, args: rest, out: out})
}

// suggestion names the commands that begin as an unknown one does, or the one that
// is nearest.
func suggestion(name string) string {
	var near, all []string
	for _, c := range commands() {
		all = append(all, c.name)
		if n := min(2, len(name)); n > 0 && strings.HasPrefix(c.name, name[:n]) {
			near = append(near, c.name)
		}
	}
	if meant := nearest(name, all); meant != "" {
		near = []string{meant}
	}
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// usageError is a command line that is wrong.
type usageError struct {
	command string // "" is none
	error
}

func (e usageError) Error() string {
	see := "ambit help"
	if e.command != "" {
		see += " " + e.command
	}
	return fmt.Sprintf("ambit: %v; see %s", e.error, see)
}

func (e usageError) Unwrap() error { return e.error }

// tell writes what is wrong, each thing on a line.
func tell(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(w, logged(strings.TrimRight(line, "\n")))
	}
}
