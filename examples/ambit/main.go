// Ambit reads a policy and answers questions about it: from a document, or from
// the log of a company.
//
//	go install github.com/ambit-authz/ambit/examples/ambit@latest
//	ambit help
//	ambit why -as mia -do account.view -on account:de-search policy.json
//	ambit diff old.json new.json
//
// README.md shows a session, and says what the exit statuses mean. The folder
// workflow has a workflow for GitHub that comments on a pull request whose access
// it changes.
//
// The table of commands is in table.go: what a command is called, what it takes
// and what it does. Help and completion are made from it.
package main

import (
	"os"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], environment{
		stdin:          os.Stdin,
		stdout:         os.Stdout,
		stderr:         os.Stderr,
		getenv:         os.Getenv,
		now:            time.Now,
		stdoutTerminal: isTerminal(os.Stdout),
		stderrTerminal: isTerminal(os.Stderr),
	}))
}
