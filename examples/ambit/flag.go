package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/lint"
)

// options is what flags say. A flag means the same in every command that has it.
type options struct {
	as, team, link, do, on *string // nil if not given, which differs from given and empty
	at, oldAt              uint64  // a sequence; 0 if not given
	asOf, oldAsOf          time.Time
	format                 string
	most                   int
	within                 time.Duration // 0 is as long as it takes
	write, showDiff, list  bool
	exitCode, removed      bool
	strangers              bool
	checkpoint, file       *string
	severity               lint.Severity
	ignore, asked          *string // words, separated by commas
	days                   int
}

// flagRow is one row of the table of flags.
type flagRow struct {
	name, value string // an empty value is a flag that is there or not
	about       string
	choices     []string // of the value, for completion
	set         func(o *options, text string) error
}

// flagRows returns the table of flags.
func flagRows() []flagRow {
	return []flagRow{
		{"as", "USER", "who asks", nil, text(func(o *options) **string { return &o.as })},
		{"team", "TEAM", "the one team they act within; without it they act at company level", nil, text(func(o *options) **string { return &o.team })},
		{"link", "LINK", "the share link that asks, in the place of a user", nil, text(func(o *options) **string { return &o.link })},
		{"do", "ACTION", "the action, such as account.view or report.edit", nil, text(func(o *options) **string { return &o.do })},
		{"on", "RESOURCE", `of what: company, or kind:id such as account:de-search, report:q3, user:mia, team:uk, "campaign:c1 in account:us-app"`, nil, text(func(o *options) **string { return &o.on })},
		{"at", "EVENT", "the company after that event of its log", nil, number(func(o *options) *uint64 { return &o.at })},
		{"asof", "TIME", "as of when, such as 2027-03-01T00:00:00Z or 2027-03-01; without it, now", nil, instant(func(o *options) *time.Time { return &o.asOf })},
		{"old-at", "EVENT", "as -at, for OLD", nil, number(func(o *options) *uint64 { return &o.oldAt })},
		{"old-asof", "TIME", "as -asof, for OLD", nil, instant(func(o *options) *time.Time { return &o.oldAsOf })},
		{"checkpoint", "TEXT", `a checkpoint that was kept elsewhere, as "ambit-checkpoint v1 31 4f2a…", or a file that has it`, nil, text(func(o *options) **string { return &o.checkpoint })},
		{"removed", "", "also people who were removed", nil, yes(func(o *options) *bool { return &o.removed })},
		{"most", "N", "list at most so many of each sort; 0 is all of them", nil, natural(func(o *options) *int { return &o.most })},
		{"within", "DURATION", "look for so long at most, such as 30s; without it, to the end", nil, setWithin},
		{"severity", "SEVERITY", "the exit status is 1 if something is as bad as note, warning or error; warning by default", severities, setSeverity},
		{"ignore", "CODE,…", "codes that are not looked for", nil, text(func(o *options) **string { return &o.ignore })},
		{"asked", "ACTION,…", "the actions that your code asks: others that a role holds are findings", nil, text(func(o *options) **string { return &o.asked })},
		{"days", "N", "an end within so many days is soon; 30 by default, 0 is none", nil, natural(func(o *options) *int { return &o.days })},
		{"o", "FILE", "write to a file in the place of standard output", nil, text(func(o *options) **string { return &o.file })},
		{"w", "", "write the result back to the file", nil, yes(func(o *options) *bool { return &o.write })},
		{"d", "", "show what would change; the exit status is 1 if anything would", nil, yes(func(o *options) *bool { return &o.showDiff })},
		{"l", "", "list the files that would change; the exit status is 1 if there are any", nil, yes(func(o *options) *bool { return &o.list })},
		{"strangers", "", "compare policies of two companies all the same, by the ids in them", nil, yes(func(o *options) *bool { return &o.strangers })},
		{"exit-code", "", "the exit status is 1 if there is a difference", nil, yes(func(o *options) *bool { return &o.exitCode })},
	}
}

// text sets a flag that is a text.
func text(of func(*options) **string) func(*options, string) error {
	return func(o *options, value string) error {
		*of(o) = &value
		return nil
	}
}

func yes(of func(*options) *bool) func(*options, string) error {
	return func(o *options, value string) (err error) {
		*of(o), err = strconv.ParseBool(value)
		return err
	}
}

func number(of func(*options) *uint64) func(*options, string) error {
	return func(o *options, value string) error {
		n, err := strconv.ParseUint(value, 10, 63)
		if err != nil || n == 0 {
			return errors.New("write the number of an event, from 1")
		}
		*of(o) = n
		return nil
	}
}

func instant(of func(*options) *time.Time) func(*options, string) error {
	return func(o *options, value string) error {
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, value); err == nil && !t.IsZero() {
				*of(o) = t.UTC()
				return nil
			}
		}
		return errors.New("write it like 2027-03-01T00:00:00Z or 2027-03-01")
	}
}

func natural(of func(*options) *int) func(*options, string) error {
	return func(o *options, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return errors.New("write a number from 0")
		}
		*of(o) = n
		return nil
	}
}

func setSeverity(o *options, value string) error {
	if !slices.Contains(severities, value) {
		return errors.New("write " + choice(severities))
	}
	return o.severity.UnmarshalText([]byte(value))
}

// severities are the words of a severity.
var severities = []string{lint.Note.String(), lint.Warning.String(), lint.Error.String()}

func setWithin(o *options, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return errors.New("write it like 30s or 2m")
	}
	o.within = d
	return nil
}

// rows returns the flags of a command, in the order of its row.
func (c command) rows() []flagRow {
	var rows []flagRow
	all := flagRows()
	for _, name := range strings.Fields(c.flags) {
		i := slices.IndexFunc(all, func(r flagRow) bool { return r.name == name })
		rows = append(rows, all[i])
	}
	if len(c.formats) > 0 {
		rows = append(rows, flagRow{"format", "FORMAT", "of the answer: " + choice(c.formats), c.formats, c.setFormat})
	}
	return rows
}

func (c command) setFormat(o *options, value string) error {
	if !slices.Contains(c.formats, value) {
		return errors.New("write " + choice(c.formats))
	}
	o.format = value
	return nil
}

// choice returns words as a choice among them.
func choice(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// parse reads the flags of a command, which may come before and after its
// arguments, and returns the arguments. What comes after -- is no flag. The error
// is flag.ErrHelp if it asks for help.
func parse(c command, args []string) (options, []string, error) {
	o := options{most: 50, days: 30, severity: lint.Warning}
	if len(c.formats) > 0 {
		o.format = c.formats[0]
	}
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error is told once, by run
	for _, row := range c.rows() {
		if set := func(value string) error { return row.set(&o, value) }; row.value == "" {
			flags.BoolFunc(row.name, "", set)
		} else {
			flags.Func(row.name, "", set)
		}
	}
	var rest []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return options{}, nil, err
		}
		left := flags.Args()
		if read := len(args) - len(left); read > 0 && args[read-1] == "--" {
			rest = append(rest, left...)
			break
		}
		if len(left) == 0 {
			break
		}
		rest, args = append(rest, left[0]), left[1:]
	}
	switch n := len(rest); {
	case n < c.min:
		return options{}, nil, fmt.Errorf("it takes %s: %s is missing", c.args, strings.TrimSuffix(strings.Fields(c.args)[n], "…"))
	case c.max >= 0 && n > c.max:
		return options{}, nil, c.tooMuch(rest[c.max])
	}
	return o, rest, nil
}

// tooMuch says that an argument is one too many, and which flags there are for what
// else there is to say.
func (c command) tooMuch(arg string) error {
	takes := cmp.Or(c.args, "no arguments")
	var flags []string
	for _, row := range c.rows() {
		switch {
		case slices.Contains(strings.Fields(c.needs), row.name):
			flags = append(flags, "-"+row.name+" "+row.value)
		case c.needs == "": // otherwise those that it needs show how
			flags = append(flags, "-"+row.name)
		}
	}
	if len(flags) == 0 {
		return fmt.Errorf("it takes %s: %q is too much", takes, arg)
	}
	return fmt.Errorf("it takes %s: %q is too much; all else is said by flags: %s", takes, arg, strings.Join(flags, " "))
}
