// Companyx prints who sees what in a company: its users with the accounts they
// see, its reports with who may open them, and its share links.
//
// The company comes from a policy document: the path given as argument, or else
// the embedded companyx.json, a company with accounts in six countries, a data
// group for each country, and nine teams that hold them. From the top of the
// module:
//
//	go run ./examples/companyx
//	go run ./examples/companyx -at 2099-01-01T00:00:00Z
//
// It shows how a service loads a policy from a file: access.Load reports all that
// is wrong with the document at once, Policy.Document lists what exists, and the
// policy gives every answer in the output. The command in examples/ambit answers
// single questions.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ambit-authz/ambit/access"
)

//go:embed companyx.json
var companyx []byte

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it writes the tables to stdout, or what is wrong to stderr.
// It returns the exit status: 0, or 2 if something is wrong.
func run(args []string, stdout, stderr io.Writer) int {
	now := time.Now()
	flags := flag.NewFlagSet("companyx [flags] [document]", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Func("at", "as of when, such as 2099-01-01T00:00:00Z; the default is now", func(text string) (err error) {
		now, err = time.Parse(time.RFC3339, text)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return 2 // the flags have said why
	}
	policy, err := load(flags.Args())
	if err == nil {
		_, err = io.WriteString(stdout, newCompany(policy.At(now), now).String())
	}
	if err != nil {
		fmt.Fprintf(stderr, "companyx: %v\n", err)
		return 2
	}
	return 0
}

// load compiles the document at a path, or the embedded one if there is none. The
// error names the document and lists everything that is wrong with it.
func load(paths []string) (policy *access.Policy, err error) {
	name, data := "companyx.json", companyx
	switch len(paths) {
	case 0:
	case 1:
		name = paths[0]
		if data, err = os.ReadFile(name); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("one document at most, and flags before it: %q", paths)
	}
	if policy, err = access.Load(data, nil); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return policy, nil
}
