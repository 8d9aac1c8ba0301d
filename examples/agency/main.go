// Agency gives an agency access to a client's project for three months. The access ends by itself.
//
// The client owns the project; the agency is its admin until an end; people of the client are members. The agency cannot let anyone
// stay longer than it stays itself, and cannot touch the owner. After three months the agency is out, and so is everyone who was there
// through it. The owner hands the project over. Then the log is verified against a checkpoint, changed copies of it are caught, and it
// says who had access when. From the top of the module:
//
//	go run ./examples/agency
//
// Read story.go from top to bottom, then log.go.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "agency: %v\n", err)
		os.Exit(1)
	}
}

// run writes the story to w, chapter by chapter.
func run(w io.Writer) error {
	s, err := begin()
	if err != nil {
		return err
	}
	for _, chapter := range []func() error{s.admit, s.work, s.provoke, s.wait, s.handOver, s.verify, s.tamper, s.lookBack} {
		if err := chapter(); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, s.String())
	return err
}
