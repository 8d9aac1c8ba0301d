package companies

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/live"
)

// Source opens a company for a door: a guard whose requests are for many companies
// calls it in its SourceOf.
//
//	SourceOf: func(r *http.Request) (live.Source, error) {
//		return all.Source(r.Context(), r.PathValue("company"))
//	},
//
// A name that no company has is answered like a thing that is not there, by
// [admission.ErrNotFound], and any other error like a policy that is not there
// now, by [admission.ErrUnavailable]. The error wraps one of these and that of
// Open. The source brings the company up to date as Open does, also for
// [admission.Watch].
func (c *Companies) Source(ctx context.Context, name string) (live.Source, error) {
	co, err := c.Open(ctx, name)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil, fmt.Errorf("%w: %w", admission.ErrNotFound, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", admission.ErrUnavailable, err)
	}
	return &source{c, name, co}, nil
}

// source has the policy of a company.
type source struct {
	companies *Companies
	name      string
	company   *company.Company
}

// Policy implements [live.Source].
func (s *source) Policy() *access.Policy {
	if s.company.Health().Behind {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if _, err := s.companies.open(ctx, s.name); err != nil {
			return nil
		}
	}
	return s.company.Policy()
}
