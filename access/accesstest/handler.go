package accesstest

import (
	"context"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/story"
)

// Company returns the policy of a small company, to test handlers of your own
// with. Its facts are lines in the words of a [Lock] file:
//
//	USER has role ROLE [until DAY]
//	USER is suspended
//	USER acts in team TEAM [until DAY]
//	USER is LEVEL of report REPORT [until DAY]
//	team TEAM is LEVEL of report REPORT [until DAY]
//	team TEAM sees ACCOUNT...    or nothing
//	account ACCOUNT...           there are these accounts
//	report REPORT...             there are these reports
//
// Whatever a fact names is there: a user has the default role of the catalog until
// a fact says another, and a team that sees accounts has a data group with its own
// id. Words are quoted as in story files; a day is as in a document. The catalog
// and the clock are those of c; nil is the zero Config.
//
// It fails the test if a fact cannot be read. For more than this, as attributes,
// filters and share links, write a document and use [access.Load].
func Company(t testing.TB, c *access.Config, facts ...string) *access.Policy {
	t.Helper()
	if c == nil {
		c = new(access.Config)
	}
	d, err := story.Facts(c.Catalog, facts)
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.Compile(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Clock returns a clock that stands still, for [access.Config] and whatever else
// takes one: at a day, which begins in UTC, or at a time of RFC 3339, as the at of
// a story has it. A policy that is there already has [access.Policy.At]. It fails
// the test if the text is neither.
func Clock(t testing.TB, at string) (now func() time.Time) {
	t.Helper()
	instant, err := story.ParseDay(at)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return instant }
}

// signedIn is the key of a subject in a context.
type signedIn struct{}

// SignIn returns a context in which a test says who asks. Only the function that
// [Subject] returns looks there: on code that does not use it, as yours in
// production, it has no effect. The zero Subject is nobody. A context does not
// cross a network: before a server that listens, sign in within it, as by the
// BaseContext of an http.Server.
func SignIn(ctx context.Context, s access.Subject) context.Context {
	return context.WithValue(ctx, signedIn{}, s)
}

// Subject returns what takes the place of your function that authenticates, the
// Subject of a guard's Config, in the guard that a test makes. It returns who was
// signed in by [SignIn] in the context of the request; if that says nothing, it
// asks yours. A nil function is one that authenticates nobody.
//
// R is the type of requests, such as *http.Request.
func Subject[R interface{ Context() context.Context }](yours func(R) (access.Subject, error)) func(R) (access.Subject, error) {
	return func(r R) (access.Subject, error) {
		if s, ok := r.Context().Value(signedIn{}).(access.Subject); ok {
			return s, nil
		}
		if yours == nil {
			return access.Subject{}, nil
		}
		return yours(r)
	}
}
