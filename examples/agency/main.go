// Agency lets an agency into a client's project for three months, and out again without anybody acting.
//
// The client owns the project; the agency is its admin until an end; client stakeholders are members. The agency lets others stay no
// longer than it stays itself, and cannot touch the owner. When its time is over it is out, and so is who was there through it. The
// owner hands over. Then the log is checked against a checkpoint, copies of it are tampered with and caught, and it is asked who had
// access back then. From the top of the module:
//
//	go run ./examples/agency
//
// The story is told from top to bottom in story.go, and the log examined in log.go.
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

// run is the program: it tells the story to w, chapter by chapter.
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
