package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// register writes who has access, since when, given by whom and why.
func register(c *call) (int, error) {
	if !strings.HasPrefix(c.args[0], logPrefix) {
		return statusFailed, c.wrong("only a log knows who gave access and why: name it as " + logPrefix + "PATH")
	}
	from, err := c.open(c.args[0])
	if err != nil {
		return statusFailed, err
	}
	list := audit.RegisterList(from.moment.Register(company.RowQuery{Removed: c.removed}))
	list.Title += fmt.Sprintf(" as of %s, event #%d", from.moment.Time().UTC().Format("2006-01-02 15:04:05 MST"), from.moment.Checkpoint().Seq)
	if !c.removed {
		list.Columns = slices.DeleteFunc(list.Columns, isOfRemoval)
	}
	write := list.WriteMarkdown
	switch c.format {
	case "csv":
		write = list.WriteCSV
	case "lines":
		write = list.WriteLines
	case "html":
		write = list.WriteHTML
	}
	if err := write(c.out); err != nil {
		return statusFailed, fmt.Errorf("%s: %w", from.name, err)
	}
	return statusYes, nil
}

// isOfRemoval reports whether a column is about people who were removed.
func isOfRemoval(c audit.Column[audit.RegisterRow]) bool {
	return strings.Contains(strings.ToLower(c.Name), "remov")
}
