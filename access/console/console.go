package console

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/team"
)

// Config is what a console takes from its host. User is required; the zero
// value of every other field is useful. All functions must be safe for
// concurrent use.
type Config struct {
	// User returns who is signed in, by the host's own session: the console
	// believes it. "" is nobody, and so is an error that wraps
	// [admission.ErrUnauthenticated]; [admission.ErrUnavailable] is answered 503,
	// and any other error is a failure of the program.
	User func(*http.Request) (team.UserID, error)

	// Prefix is the path that the console is mounted at, such as "/admin",
	// without a slash at its end. "" is the root of the host.
	Prefix string

	// SignIn is the path of the host's page where people sign in. Anyone who is not
	// signed in is sent there, with the page that they asked for in the query parameter
	// "next". "" answers 401 instead.
	SignIn string

	// SignOut is the path where the host ends a session: the pages have a button
	// that sends a POST there. "" shows no button.
	SignOut string

	// Templates has templates that take the place of the console's own ones, each
	// by the name of its file or of what it defines: the files at its top that end
	// in .html. Nil replaces none.
	Templates fs.FS

	// Texts has other words for those of the pages: each English text of the pages
	// that is a key here is shown as its value. Nil changes none.
	Texts map[string]string

	// Origins are further origins, such as "https://admin.example.com", that may
	// send the console's forms: where a proxy changes the host of a request. Nil
	// is none but the one that the request is for.
	Origins []string

	// ShareLink returns the address at which your program opens a share link, such
	// as "https://app.example.com/shared/" with both in it: it is shown once, to who
	// made the link. Nil shows the id and the secret themselves.
	ShareLink func(id access.LinkID, secret string) string

	// By completes who makes a change, for what only the host knows: Approval,
	// Correlation, Via. Actor, Reason and Since are the console's: what it makes of
	// them is not used. Nil leaves it as it is.
	By func(*http.Request, *company.By)

	// Observer receives every decision that admits or refuses a request. Nil
	// observes nothing. What a change asks is seen by that of [company.Config].
	Observer func(context.Context, access.Decision)

	// OnError receives what failed in the program, once each, with the context of
	// the request. Nil logs to [log/slog.Default].
	OnError func(context.Context, error)
}

// console is the handler that New returns. Nothing of it changes but what looked
// wrong last.
type console struct {
	Config
	company    *company.Company
	guard      *admission.Guard[*visit]
	protection *http.CrossOriginProtection
	templates  *template.Template
	texts      texts
	routes     map[string]*route
	menu       []*route
	forms      map[string]*form
	findings   findings
	offers     map[string][]*form // by what they are about, in the order of the table
}

// New returns the pages of a company as a handler to mount at Config.Prefix:
//
//	pages, err := console.New(acme, &console.Config{User: session.User, Prefix: "/admin"})
//	…
//	mux.Handle("/admin/", pages)
//
// It may be used by any number of goroutines at once. A later change of config
// changes nothing. It reads the templates, so make it once for a company.
//
// The error says which field of config is missing or malformed, which template
// cannot be parsed, or that a text is none of [Texts].
func New(c *company.Company, config *Config) (http.Handler, error) {
	if c == nil {
		return nil, errors.New("console: a company is required")
	}
	if config == nil || config.User == nil {
		return nil, errors.New("console: Config.User is required: it says who is signed in")
	}
	if p := config.Prefix; p != "" && (!strings.HasPrefix(p, "/") || strings.HasSuffix(p, "/")) {
		return nil, fmt.Errorf("console: Config.Prefix %q: begin with a slash, and do not end with one", p)
	}
	if p := config.Prefix; p != "" && (path.Clean(p) != p || (&url.URL{Path: p}).EscapedPath() != p) {
		return nil, fmt.Errorf("console: Config.Prefix %q is no plain path: leave out empty parts, dots, and what an address escapes", p)
	}
	for _, path := range []string{config.SignIn, config.SignOut} {
		if path != "" && !ofThisHost(path) {
			return nil, fmt.Errorf("console: %q is no path of this host: begin with a slash, and only one", path)
		}
	}
	made := &console{Config: *config, company: c, protection: http.NewCrossOriginProtection()}
	for _, origin := range config.Origins {
		if err := made.protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("console: Config.Origins: %w", err)
		}
	}
	var err error
	if made.texts, err = newTexts(config.Texts); err != nil {
		return nil, err
	}
	if made.templates, err = made.parse(config.Templates); err != nil {
		return nil, err
	}
	made.guard, err = admission.New((*visit).Context, admission.Config[*visit]{
		SourceOf: func(v *visit) (live.Source, error) { return v.moment, nil },
		Subject:  (*visit).subject,
		Observer: config.Observer,
		OnError:  config.OnError,
	})
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	made.tables()
	return made, nil
}

// ofThisHost reports whether a link leads to a page of this very host. A second
// slash or a backslash would begin the name of another one.
func ofThisHost(link string) bool {
	return strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//") && !strings.HasPrefix(link, `/\`)
}

// tables makes what finds the rows of the tables.
func (c *console) tables() {
	c.routes, c.forms, c.offers = map[string]*route{}, map[string]*form{}, map[string][]*form{}
	for _, r := range routes() {
		c.routes[r.Path] = &r
		if r.Menu.is() {
			c.menu = append(c.menu, &r)
		}
	}
	for _, f := range forms() {
		c.forms[f.Name] = &f
		c.offers[f.About] = append(c.offers[f.About], &f)
	}
}
