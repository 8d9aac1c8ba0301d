package admissiontest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Server is how the cases reach the [App] that an adapter has mounted. Set URL or
// Ask.
type Server struct {
	// URL is where the service listens, as "http://127.0.0.1:8080".
	URL string

	// Ask asks a case over another wire, such as that of an RPC, and returns how
	// it was answered. Its error is that there was no answer to read. The cases
	// that only HTTP has are skipped.
	Ask func(context.Context, Case) (Answer, error)

	// Skip has the names of cases that this adapter cannot be asked, each with the
	// reason.
	Skip map[string]string
}

// Count says how many cases were asked.
type Count struct {
	Passed, Failed int
	Skipped        int // that only HTTP has, or that [Server.Skip] names
}

// Error is a case that failed.
type Error struct {
	Case string
	Err  error
}

// Error returns the case and what was seen.
func (e *Error) Error() string { return "admissiontest: " + e.Case + ": " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// Check asks the whole table, one case after the other, and returns nil or an
// [*Error] for each case that failed, joined. An app is checked by one caller at a
// time, and afterwards it is as before. A case takes at most ten seconds, which
// only one that hangs does; if ctx ends, so does Check.
func (a *App) Check(ctx context.Context, s Server) (Count, error) {
	c := checker{app: a, ask: s.Ask, skip: s.Skip, unmatched: make(map[bool]string)}
	if s.Ask == nil {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "http" || u.Host == "" {
			return c.count, fmt.Errorf("admissiontest: Server.URL %q is not the http URL of a server", s.URL)
		}
		c.overHTTP, c.ask = true, wire{u.Host}.ask
	}
	all := cases()
	var errs []error
	for name := range s.Skip {
		if !slices.ContainsFunc(all, func(c Case) bool { return c.Name == name }) {
			errs = append(errs, fmt.Errorf("admissiontest: Server.Skip names %q, which is no case", name))
		}
	}
	for _, one := range all {
		if err := c.check(ctx, one); err != nil {
			c.count.Failed++
			errs = append(errs, &Error{one.Name, err})
		}
		if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
			<-ctx.Done() // at once; a connection may notice first
		}
		if ctx.Err() != nil {
			errs = append(errs, context.Cause(ctx))
			break
		}
	}
	return c.count, errors.Join(errs...)
}

// checker is a run of the table.
type checker struct {
	app       *App
	ask       func(context.Context, Case) (Answer, error)
	overHTTP  bool
	skip      map[string]string
	count     Count
	unmatched map[bool]string // how what is not there is answered, to HEAD and to the rest
}

func (c *checker) check(ctx context.Context, one Case) error {
	if err := one.fill(c.app.Routes()); err != nil {
		return err
	}
	if _, skipped := c.skip[one.Name]; skipped || one.http && !c.overHTTP {
		c.count.Skipped++
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, deadline)
	defer stop()
	switch {
	case one.then != nothing:
		one.Opened = func() error { return c.app.apply(one.then, false) }
		defer c.app.apply(one.then, true)
	case one.form != Unary:
		one.Opened = c.app.end
	}
	answer, err := c.ask(ctx, one)
	seen, late := c.app.take(ctx)
	if err := errors.Join(err, late); err != nil {
		return fmt.Errorf("%s: %w", one.line(), err)
	}
	var whys []string
	for _, want := range one.want {
		why := want.accepts(one, answer, seen, c.overHTTP)
		if why == "" {
			why = c.compareUnmatched(ctx, one, answer)
		}
		if why == "" {
			c.count.Passed++
			return nil
		}
		whys = append(whys, fmt.Sprintf("want %s, but %s", want, why))
	}
	return fmt.Errorf("%s is answered %d, %s: %s", one.line(), answer.Status, ranList(seen.runs), strings.Join(whys, "; or "))
}

// compareUnmatched says how an answer with status 404 differs from that to what
// is not there, and "" if it does not.
func (c *checker) compareUnmatched(ctx context.Context, one Case, a Answer) string {
	if a.Status != 404 {
		return ""
	}
	head := one.request.method == "HEAD"
	want, known := c.unmatched[head]
	if !known {
		want = a.Raw
		if c.overHTTP {
			method := "GET"
			if head {
				method = "HEAD"
			}
			own, err := c.ask(ctx, raw("unmatched", method+" /no/such/route"))
			if err != nil || own.Status != 404 {
				return fmt.Sprintf("a path without a route is answered %d, %v", own.Status, err)
			}
			want = own.Raw
		}
		c.unmatched[head] = want
	}
	if a.Raw != want {
		return fmt.Sprintf("the answer %q can be told from that to what is not there, %q", a.Raw, want)
	}
	return ""
}

// line is the request of a case for a person.
func (c Case) line() string {
	who := strings.Join(c.Authorization, " and ")
	if who == "" {
		who = "nobody"
	}
	return fmt.Sprintf("%s %.80s of %s", c.request.method, c.request.target, who)
}

func ranList(runs []string) string {
	if len(runs) == 0 {
		return "no handler runs"
	}
	return strings.Join(runs, ", ") + " runs"
}
