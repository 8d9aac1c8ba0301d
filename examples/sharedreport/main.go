// Sharedreport opens one report for three readers, who each see other rows of it, and shows it through a share link.
//
// Team a has the data groups 1, 2, 3 and 5, team b has 4, 5 and 6; xan is in a, yve in b, zoe in both. The report is shared with both
// teams. Sharing gives nobody data: in the report readers find the rows that they see anyway, each row once, however many of their
// teams see it. A share link shows what its maker sees, as long as the maker may open the report. From the top of the module:
//
//	go run ./examples/sharedreport
//
// Copy the function open in report.go to your service.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/ambit-authz/ambit/access"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "sharedreport: %v\n", err)
		os.Exit(1)
	}
}

// run writes to w what each reader sees, under changing policies.
func run(w io.Writer) error {
	policy := access.MustLoad(company).At(today)
	visitor := access.ViaLink("l1")
	var out page

	out.heading("One report of %d rows, shared with teams a and b", len(q3.rows))
	for _, reader := range []string{"xan", "yve", "zoe", "wim"} {
		out.show(policy, access.User(reader), q3)
	}

	policy, err := makeLink(policy, "l1", "xan", q3.id)
	if err != nil {
		return err
	}
	out.heading("xan makes a share link: it shows a visitor the rows of xan")
	out.show(policy, visitor, q3)

	without, err := leave(policy, "xan", "a")
	if err != nil {
		return err
	}
	out.heading("xan leaves team a: the report is no longer shared with xan")
	out.show(without, visitor, q3)

	without, err = suspend(policy, "xan", "xan@example.com")
	if err != nil {
		return err
	}
	out.heading("or xan is suspended")
	out.show(without, visitor, q3)

	out.heading("or xan stays, and %d days pass", linkDays)
	out.show(policy.At(today.AddDate(0, 0, linkDays)), visitor, q3)

	_, err = io.WriteString(w, out.String())
	return err
}
