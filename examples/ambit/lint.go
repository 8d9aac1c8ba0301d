package main

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
)

// linted is what looks wrong in one policy, in JSON.
type linted struct {
	Policy string `json:"policy"`
	lint.Result
}

// lintPolicies says what looks wrong in policies: what is allowed, and probably
// not meant. It goes on after one that cannot be read.
func lintPolicies(c *call) (int, error) {
	config, err := c.lintConfig()
	if err != nil {
		return statusFailed, err
	}
	status := statusYes
	var problems []error
	all := []linted{}
	for _, arg := range c.args {
		result, err := c.lintOne(arg, config)
		if err != nil {
			problems, status = append(problems, err), statusFailed
			continue
		}
		if result.Worst() >= c.severity {
			status = max(status, statusNo)
		}
		all = append(all, result)
	}
	switch c.format {
	case "json":
		err = c.out.json(all)
	case "github":
		c.out.each(all, (*output).annotations)
	default:
		c.out.each(all, (*output).findings)
	}
	return status, errors.Join(append(problems, err)...)
}

func (c *call) lintOne(arg string, config *lint.Config) (linted, error) {
	from, err := c.open(arg)
	if err != nil {
		return linted{}, err
	}
	defer c.progress("looking at " + from.name)()
	if from.data == nil { // a log knows invitations, and has no lines that a finding could be at
		offered := *config
		for row := range from.moment.Register(company.RowQuery{}) {
			if row.State == audit.StateInvited {
				offered.Invited = append(offered.Invited, role.Name(row.Role))
			}
		}
		return linted{from.name, lint.Check(from.policy, &offered)}, nil
	}
	result := lint.Check(from.policy, config)
	err = result.Locate(from.data)
	if err != nil {
		err = from.located(err)
	}
	return linted{from.name, result}, err
}

// lintConfig returns what to look for.
func (c *call) lintConfig() (*lint.Config, error) {
	config := &lint.Config{Limit: c.most, Days: c.days}
	if c.most == 0 {
		config.Limit = math.MaxInt
	}
	if c.days == 0 {
		config.Days = -1
	}
	for code := range words(c.ignore) {
		if !isCode(lint.Code(code)) {
			return nil, c.wrong(fmt.Sprintf("-ignore: there is no code %q; ambit help lint has all of them", code))
		}
		config.Ignore = append(config.Ignore, lint.Code(code))
	}
	for action := range words(c.asked) {
		config.Asked = append(config.Asked, access.Action(action))
	}
	return config, nil
}

// words yields the words of a flag that takes several, separated by commas.
func words(text *string) func(func(string) bool) {
	return func(yield func(string) bool) {
		if text == nil {
			return
		}
		for word := range strings.SplitSeq(*text, ",") {
			if word = strings.TrimSpace(word); word != "" && !yield(word) {
				return
			}
		}
	}
}

func isCode(code lint.Code) bool {
	for _, rule := range lint.Rules() {
		if rule.Code == code {
			return true
		}
	}
	return false
}

// each writes the result of each policy.
func (o *output) each(all []linted, write func(*output, linted)) {
	for _, one := range all {
		write(o, one)
	}
}

// findings writes a line for each finding, and what is not named.
func (o *output) findings(l linted) {
	for _, f := range l.Findings {
		o.colored(severityColor(f.Severity), "%s: %v: %s (%s)", at(l.Policy, f.Line), f.Severity, f.Text, f.Code)
	}
	for _, rest := range l.unnamed() {
		o.line("%s: %s", l.Policy, rest)
	}
	if len(l.Counts) == 0 {
		o.line("%s: nothing looks wrong", l.Policy)
	}
}

// annotations writes the findings as commands that GitHub shows at the lines of a
// pull request. What ends a command or a field of it is escaped.
func (o *output) annotations(l linted) {
	field := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	text := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	level := map[lint.Severity]string{lint.Note: "notice", lint.Warning: "warning", lint.Error: "error"}
	for _, f := range l.Findings {
		fmt.Fprintf(o, "::%s file=%s,line=%d,title=%s::%s\n", level[f.Severity], field.Replace(logged(l.Policy)), max(f.Line, 1), f.Code, text.Replace(logged(f.Text)))
	}
}

// unnamed says what was found and is not named, a line for each code.
func (l linted) unnamed() (lines []string) {
	for _, n := range l.Counts {
		switch rest := n.Found - n.Named; {
		case n.AtLeast:
			lines = append(lines, fmt.Sprintf("and at least %d more (%s)", rest, n.Code))
		case rest > 0:
			lines = append(lines, fmt.Sprintf("and %d more (%s)", rest, n.Code))
		}
	}
	return lines
}

// at returns a place in a file.
func at(name string, line int) string {
	if line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d", name, line)
}

func severityColor(s lint.Severity) string {
	switch s {
	case lint.Error:
		return red
	case lint.Warning:
		return yellow
	}
	return plain
}

// lintCodes writes the table of codes, for the help of lint.
func lintCodes(o *output) {
	o.line("")
	o.line("Codes:")
	t := newTable()
	for _, r := range lint.Rules() {
		t.row("  "+string(r.Code), r.Severity.String(), r.Means)
	}
	o.lines(t.String())
}
