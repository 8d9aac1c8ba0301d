package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/ambit-authz/ambit/access"
)

// page collects what the program prints.
type page struct {
	strings.Builder
}

func (p *page) heading(format string, args ...any) {
	if p.Len() > 0 {
		p.WriteString("\n")
	}
	fmt.Fprintf(p, "# "+format+"\n", args...)
}

// show opens the report for a reader and prints what they see. After a denial it prints the full reason, which only your log may
// have.
func (p *page) show(policy *access.Policy, reader access.Subject, r report) {
	rows, err := open(policy, reader, r)
	if err != nil {
		fmt.Fprintf(p, "\n%v: %v\n", reader, err)
		if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
			fmt.Fprintf(p, "  log: %v\n", denied.Decision)
		}
		return
	}
	fmt.Fprintf(p, "\n%v:\n", reader)
	t := tabwriter.NewWriter(p, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  ACCOUNT\tCAMPAIGN\tCLICKS\tSPEND")
	clicks, spend := 0, 0
	for _, row := range rows {
		fmt.Fprintf(t, "  %s\t%s\t%6d\t%5d\n", row.account, row.campaign, row.clicks, row.spend)
		clicks += row.clicks
		spend += row.spend
	}
	fmt.Fprintf(t, "  TOTAL\t%d rows\t%6d\t%5d\n", len(rows), clicks, spend)
	t.Flush() // into a strings.Builder, which takes everything
}
