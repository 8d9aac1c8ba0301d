package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// change makes changes, which must succeed.
func (s *story) change(by company.Actor, what string, changes ...company.Change) error {
	_, err := s.project.Do(context.Background(), company.By{Actor: by, Reason: what}, changes...)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", by, what, err)
	}
	s.row(date(s.clock.at), by.String(), what, "done")
	return nil
}

// refused tries to make a change, which must be refused, and prints why.
func (s *story) refused(by company.Actor, what string, change company.Change) error {
	_, err := s.project.Do(context.Background(), company.By{Actor: by, Reason: what}, change)
	if err == nil || errors.Is(err, company.ErrUncertain) {
		return fmt.Errorf("%s: %s: got %v, want a refusal", by, what, err)
	}
	s.row(date(s.clock.at), by.String(), what, "refused: "+fullReason(err))
	return nil
}

// fullReason returns the full reason of a refusal, for those who may know everything. The text of the error is for the actor.
func fullReason(err error) string {
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		return strings.TrimPrefix(denied.Decision.String(), "deny ")
	}
	if e, ok := errors.AsType[*company.Error](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
