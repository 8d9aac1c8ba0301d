package fiberguard

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/gofiber/fiber/v3"
)

// Path names the resource by one parameter of the route:
//
//	Path("report", access.Report) // for /reports/:report
//
// The guard must stand in the route, in front of its handler. In Use or Group, or
// as the last handler of a route, it may be asked about another id than that of
// the route whose handler runs, so that is a mistake of the program, 500.
func Path(name string, resource func(id string) access.Resource) func(fiber.Ctx) (access.Resource, error) {
	if name == "" || resource == nil {
		panic("fiberguard: Path needs the name of a parameter, and a function for the resource")
	}
	return func(c fiber.Ctx) (access.Resource, error) {
		if !c.Matched() || !c.IsMiddleware() {
			return access.Resource{}, fmt.Errorf("the guard of %q does not stand in front of the handler of a route; put it there", c.FullPath())
		}
		id := c.Params(name)
		if id == "" {
			return access.Resource{}, fmt.Errorf("%w: there is no parameter %q in %q", admission.ErrNotFound, name, c.FullPath())
		}
		return resource(id), nil
	}
}

// Query names the resource by one parameter of the URL's query. A query that
// cannot be read, lacks the parameter or has it twice is answered 400, so that
// the handler cannot act on another value than the one that was asked about.
func Query(name string, resource func(id string) access.Resource) func(fiber.Ctx) (access.Resource, error) {
	if name == "" || resource == nil {
		panic("fiberguard: Query needs the name of a parameter, and a function for the resource")
	}
	return func(c fiber.Ctx) (access.Resource, error) {
		query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
		if err != nil {
			return access.Resource{}, errors.Join(admission.BadRequest("the query cannot be read; escape its values"), err)
		}
		if n := len(query[name]); n != 1 {
			return access.Resource{}, admission.BadRequest(fmt.Sprintf("the query has %q %d times; write it once", name, n))
		}
		return resource(query.Get(name)), nil
	}
}

// JSON names the resource by a string member of the JSON object in the body:
// [Body] for up to 1 MiB with admission.JSONMember. What the request does not call
// application/json is answered 400: a body may be JSON and a form at once, and
// fiber's Bind reads it as what the request calls it.
func JSON(name string, resource func(id string) access.Resource) func(fiber.Ctx) (access.Resource, error) {
	if name == "" || resource == nil {
		panic("fiberguard: JSON needs the name of a member, and a function for the resource")
	}
	member := Body(1<<20, func(body []byte) (access.Resource, error) {
		id, err := admission.JSONMember(body, name)
		if err != nil {
			return access.Resource{}, err
		}
		return resource(id), nil
	})
	return func(c fiber.Ctx) (access.Resource, error) {
		media, _, err := mime.ParseMediaType(string(c.Request().Header.ContentType()))
		if err != nil || media != fiber.MIMEApplicationJSON {
			return access.Resource{}, admission.BadRequest("the body must be JSON; send it with the Content-Type application/json")
		}
		return member(c)
	}
}

// Body names the resource by the body of a request, which stays there for the
// handler. A body of more than limit bytes is answered 413, and a compressed one
// 400, since it could be read in two ways. Fiber itself answers what is larger
// than the BodyLimit of the app.
func Body(limit int, resource func(body []byte) (access.Resource, error)) func(fiber.Ctx) (access.Resource, error) {
	if limit <= 0 || resource == nil {
		panic("fiberguard: Body needs a positive limit, and a function for the resource")
	}
	return func(c fiber.Ctx) (access.Resource, error) {
		body, err := readBody(c, limit)
		if err != nil {
			return access.Resource{}, err
		}
		return resource(body)
	}
}

func readBody(c fiber.Ctx, limit int) ([]byte, error) {
	request := c.Request()
	tooLarge := fmt.Errorf("the body is %w: at most %d bytes are read", admission.ErrTooLarge, limit)
	switch {
	case len(request.Header.ContentEncoding()) > 0:
		return nil, admission.BadRequest("the body must not be compressed: leave out Content-Encoding")
	case request.Header.ContentLength() > limit:
		return nil, tooLarge
	case request.IsBodyStream(): // the app has StreamRequestBody
		body, err := io.ReadAll(io.LimitReader(request.BodyStream(), int64(limit)+1))
		if err != nil {
			return nil, errors.Join(admission.BadRequest("the body breaks off"), err)
		}
		if len(body) <= limit {
			request.SetBodyRaw(body)
			return body, nil
		}
	case len(request.Body()) <= limit:
		return request.Body(), nil
	}
	return nil, tooLarge
}
