package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// verify checks the log against the checkpoint that was kept elsewhere, and prints it.
func (s *story) verify() error {
	s.heading("The log agrees with the checkpoint")
	if err := audit.Verify(s.log.Events(context.Background(), 0), s.checkpoint); err != nil {
		return err
	}
	for e, err := range s.log.Events(context.Background(), 0) {
		if err != nil {
			return err
		}
		var types []string
		for _, c := range e.Changes {
			types = append(types, c.Type)
		}
		s.row(fmt.Sprintf("%2d", e.Seq), date(e.Time), e.Actor.ID, strings.Join(types, ", "), strings.Join(e.Targets, ", "))
	}
	return nil
}

// tamper changes copies of the log, each in another way. Verify says which.
func (s *story) tamper() error {
	s.heading("Changed copies of the log are caught")
	log, err := readAll(s.log.Events(context.Background(), 0))
	if err != nil {
		return err
	}
	copies := []struct {
		how    string
		events []audit.Event
	}{
		{"event 5 gives another reason", edited(log, 5)},
		{"event 5 is removed", slices.Delete(slices.Clone(log), 4, 5)},
		{"events 5 and 6 change places", swapped(log, 5, 6)},
		{"the last event is cut off", log[:len(log)-1]},
		{"event 5 and all after it are rewritten", rewritten(log, 5)},
	}
	for _, c := range copies {
		err := audit.Verify(replay(c.events), s.checkpoint)
		if err == nil {
			return fmt.Errorf("%s, and Verify did not notice", c.how)
		}
		s.row(c.how, strings.TrimPrefix(err.Error(), "audit: verify: "))
	}
	return nil
}

// readAll reads a log to its end.
func readAll(events iter.Seq2[audit.Event, error]) ([]audit.Event, error) {
	var all []audit.Event
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// replay yields events as a log does.
func replay(events []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// edited returns a copy of a log in which an event gives another reason.
func edited(log []audit.Event, seq int) []audit.Event {
	log = slices.Clone(log)
	log[seq-1].Reason = "as the owner wished"
	return log
}

// swapped returns a copy of a log in which two events have changed places.
func swapped(log []audit.Event, a, b int) []audit.Event {
	log = slices.Clone(log)
	log[a-1], log[b-1] = log[b-1], log[a-1]
	return log
}

// rewritten returns a copy of a log in which an event gives another reason, and every hash from there on fits. Only the checkpoint
// shows it.
func rewritten(log []audit.Event, seq int) []audit.Event {
	log = edited(log, seq)
	for i := seq - 1; i < len(log); i++ {
		log[i] = log[i].Chain(log[i-1].Checkpoint())
	}
	return log
}

// lookBack asks the log who had access at earlier times.
func (s *story) lookBack() error {
	s.heading("The log knows who had access when")
	s.row("AS OF", "OWNER", "EDITS THE PROJECT", "SAVES SEGMENTS")
	for _, at := range []time.Time{start.Add(-time.Second), start, end.Add(-time.Second), end, s.clock.now()} {
		then, err := s.project.AsOf(context.Background(), at)
		if errors.Is(err, company.ErrBeforeFounding) {
			s.row(at.Format(time.DateTime), "", "", "")
			continue
		}
		if err != nil {
			return err
		}
		past := then.Policy()
		owner := ""
		for u := range past.Directory().Users() {
			if past.Directory().Catalog().Can(u.Role, access.TransferOwner) {
				owner = string(u.ID)
			}
		}
		s.row(at.Format(time.DateTime), owner, who(past, access.EditProject), who(past, access.SaveSegment))
	}
	return nil
}

// who lists the users who may take an action on the project.
func who(p *access.Policy, a access.Action) string {
	var names []string
	for u := range p.Who(a, access.Company()).All() {
		names = append(names, string(u))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
