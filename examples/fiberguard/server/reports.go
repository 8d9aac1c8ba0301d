package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/gofiber/fiber/v3"
)

// session is a stub: the token is believed. Authenticate your users here.
func session(c fiber.Ctx) (access.Subject, error) {
	tokens := c.Request().Header.PeekAll("Authorization")
	if len(tokens) != 1 {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	user, ok := strings.CutPrefix(string(tokens[0]), "Bearer ")
	if !ok {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	return access.User(user), nil
}

func show(c fiber.Ctx) error {
	return c.SendString(admission.Decision(c.Context()).Resource.String() + "\n")
}

// events runs when show would have returned, so it takes nothing from c later.
func events(c fiber.Ctx) error {
	ctx := c.Context()
	c.Set(fiber.HeaderContentType, "text/event-stream")
	return c.SendStreamWriter(func(w *bufio.Writer) {
		ctx, stop := admission.Watch(ctx)
		defer stop()
		for ctx.Err() == nil {
			fmt.Fprintf(w, "data: %s is as it was\n\n", admission.Decision(ctx).Resource)
			if w.Flush() != nil {
				return // the client has gone
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
}
