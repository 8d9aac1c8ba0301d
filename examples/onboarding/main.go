// Onboarding follows people into a company, and one out of it.
//
// An admin invites a partner, the mail goes out, and it takes both the link in it and a proof of the very address it was sent to. What
// goes wrong on the way does here: another address, another provider, a lost mail, one that nobody answered, a sponsor who is
// demoted, a file in which half the rows are wrong. A trial ends by itself. A share link shows no more than its maker sees. Then a
// colleague leaves, and all that hung on him is handed over. From the top of the module:
//
//	go run ./examples/onboarding
//
// What a service writes around the package is in host.go: the configuration, a mailer, a sign-in, and the page behind the link in the
// mail. The story is told from top to bottom in story.go, file.go and leave.go.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "onboarding: %v\n", err)
		os.Exit(1)
	}
}

// run is the program: it tells the story and writes it to w.
func run(w io.Writer) error {
	s, err := tell()
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, s.String())
	return err
}

// tell tells the story, chapter by chapter.
func tell() (*story, error) {
	s, err := begin()
	if err != nil {
		return nil, err
	}
	for _, chapter := range []func() error{
		s.invite, s.welcome, s.byProvider, s.resend, s.expire, s.hold, s.try, s.plan, s.commit, s.share, s.leave, s.checkLog,
	} {
		if err := chapter(); err != nil {
			return nil, err
		}
	}
	return s, nil
}
