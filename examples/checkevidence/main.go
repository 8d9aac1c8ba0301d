// Checkevidence checks the evidence bundle of a review of access, offline: a zip, or the directory that it was unpacked to.
//
//	go run ./examples/checkevidence bundle.zip
//	go run ./examples/checkevidence bundle.zip "ambit-checkpoint v1 31 4f2a…"
//
// The second argument is a checkpoint of the company's log, which was kept where the writer of the bundle could not write: in a
// mail, a ticket, on paper. Only with one that was kept after the review was closed, and no later than the bundle was written,
// is it certain that the bundle is of the real log.
//
// It checks what package evidence checks, and replays the events: the register, the review and the findings must follow from them.
// It says in plain words what was checked and what was not. The status is 0 if nothing is wrong, 1 if the bundle is refused, 2 if
// nothing could be checked (a mistake in the command, or no such file), and 3 if all fits together but may be made up, as no
// checkpoint proves that it is of the real log.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
)

const usage = `usage: checkevidence BUNDLE [CHECKPOINT]

BUNDLE is the zip of a review's evidence, or a directory with its files.
CHECKPOINT is one line, in quotes, that was kept outside: "ambit-checkpoint v1 31 4f2a…".
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program. It returns its status.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) < 1 || len(args) > 2 || args[0] == "-h" || args[0] == "-help" || args[0] == "--help" {
		fmt.Fprint(stderr, usage)
		return 2
	}
	var known audit.Checkpoint
	if len(args) == 2 {
		var err error
		if known, err = audit.ParseCheckpoint(args[1]); err != nil {
			fmt.Fprintf(stderr, "checkevidence: the second argument is no checkpoint: %v\n", err)
			return 2
		}
	}
	bundle, done, err := open(args[0])
	if _, wrong := errors.AsType[*evidence.Error](err); err != nil && !wrong {
		fmt.Fprintf(stderr, "checkevidence: %v\n", err)
		return 2
	}
	defer done()
	var report evidence.Report
	if err == nil {
		report, err = company.CheckEvidence(context.Background(), bundle, known)
	}
	out, status := page{w: stdout}, 0
	switch {
	case err != nil:
		out.refused(err)
		status = 1
	default:
		out.accepted(report)
		if !proved(report) {
			status = 3
		}
	}
	if out.err != nil {
		fmt.Fprintf(stderr, "checkevidence: %v\n", out.err)
		return 2
	}
	return status
}

// open opens a bundle: a directory or a zip. The caller calls done when it is
// through with it, also after an error.
func open(name string) (bundle fs.FS, done func(), err error) {
	done = func() {}
	info, err := os.Stat(name)
	if err != nil {
		return nil, done, err
	}
	if info.IsDir() {
		return os.DirFS(name), done, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, done, err
	}
	done = func() { _ = file.Close() } // it was read only
	z, err := evidence.OpenZip(file, info.Size())
	if err != nil {
		return nil, done, err
	}
	return z, done, nil
}
