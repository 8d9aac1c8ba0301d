// Onboarding brings people into a company, and one out of it.
//
// An admin invites a partner and the mail goes out. Accepting takes both the link in the mail and a proof of the address that it was
// sent to. Everything that can go wrong does: another address, another provider, a lost mail, a mail without an answer, a sponsor who
// changes jobs, a file in which half the rows are wrong. A trial ends by itself. A share link shows only what its maker sees. Then a
// colleague leaves, and what they were responsible for is handed over. From the top of the module:
//
//	go run ./examples/onboarding
//
// What your service has to write is in host.go: the configuration, a mailer, the sign-in, and the page that the link in the mail opens.
// Read the story from top to bottom in story.go, file.go and departure.go.
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

// run writes the story to w.
func run(w io.Writer) error {
	s, err := play()
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, s.String())
	return err
}

// play plays the story, chapter by chapter.
func play() (*story, error) {
	s, err := begin()
	if err != nil {
		return nil, err
	}
	for _, chapter := range []func() error{
		s.invite, s.welcome, s.byProvider, s.resend, s.expire, s.hold, s.try, s.plan, s.send, s.share, s.leave, s.checkLog,
	} {
		if err := chapter(); err != nil {
			return nil, err
		}
	}
	return s, nil
}
