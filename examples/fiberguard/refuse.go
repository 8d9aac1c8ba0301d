package fiberguard

import (
	"cmp"

	"github.com/ambit-authz/ambit/access/admission"
	"github.com/gofiber/fiber/v3"
)

// answers is how a guard answers the requests that it does not admit. It is the
// Door of the guard, for [Refuse].
type answers struct {
	challenge   string
	problemType string
	notFound    fiber.Handler
}

func (c Config) answers() *answers {
	a := &answers{cmp.Or(c.Challenge, "Bearer"), c.ProblemType, c.NotFound}
	if a.notFound == nil {
		a.notFound = func(fiber.Ctx) error { return fiber.ErrNotFound }
	}
	return a
}

// Refuse answers a request from within a guarded handler as its guard would have,
// by admission.FailureOf. Return what it returns.
func Refuse(c fiber.Ctx, err error) error {
	a, ok := admission.Door(c.Context()).(*answers)
	if !ok {
		a = Config{}.answers()
	}
	return a.refuse(c, admission.FailureOf(c.Context(), err))
}

// refuse answers a failure. It touches no header of a 404, which is the app's.
func (a *answers) refuse(c fiber.Ctx, f admission.Failure) error {
	if f.Status == fiber.StatusNotFound {
		return a.notFound(c)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentType, "application/problem+json")
	switch f.Status {
	case fiber.StatusUnauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, a.challenge)
	case fiber.StatusServiceUnavailable:
		c.Set(fiber.HeaderRetryAfter, admission.RetryAfter)
	}
	return c.Status(f.Status).Send(f.Problem(a.problemType))
}
