package console

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// maxBody is how many bytes a form may send.
const maxBody = 256 << 10

// contentPolicy lets a page load its stylesheet and its script and send forms,
// all only to this very host, and nothing else: no script or style runs that
// somebody got into a page. No other site may frame it.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// setHeaders is for everything that a browser shows or saves. A page may not be
// stored: it is for one reader at one moment.
func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// answer is what a page answers with: a template, a file, or another page.
type answer struct {
	Status   int    // 0 is 200
	Template string // the name of the file
	Title    phrase
	Data     any
	Goto     string // another page, without anything else
	File     *file
}

// file is an answer that is saved, or shown in a page.
type file struct {
	Name string // "" is not saved
	Type string // such as "text/csv; charset=utf-8"
	Data []byte

	Policy string // its content policy in the place of that of the pages; "" is that
}

// ServeHTTP answers one request.
func (c *console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{Request: r, console: c, moment: c.company.Now()}
	v.policy = v.moment.Policy()
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			c.refuse(w, v, v.failure(fmt.Errorf("page %s: panic: %v\n%s", r.URL.Path, p, debug.Stack())))
		}
	}()
	path, below := strings.CutPrefix(r.URL.Path, c.Prefix)
	if below && path == "" {
		http.Redirect(w, r, c.Prefix+"/", http.StatusSeeOther)
		return
	}
	if below && c.serveAsset(w, r, path) {
		return
	}
	setHeaders(w.Header())
	if err := c.protection.Check(r); err != nil {
		c.refuseOrigin(w, v, err)
		return
	}
	ctx, refused := c.guard.RequireUser().Admit(v)
	if refused != nil {
		c.refuse(w, v, *refused)
		return
	}
	v.Request = r.WithContext(ctx)
	v.reader = admission.Subject(ctx).User()
	if !below {
		path = "" // no page is mounted there
	}
	c.servePage(w, v, path)
}

// servePage answers an active user.
func (c *console) servePage(w http.ResponseWriter, v *visit, path string) {
	v.route = c.routes[path]
	if v.route == nil {
		c.refuse(w, v, v.failure(admission.ErrNotFound))
		return
	}
	if v.Method != http.MethodGet && v.Method != http.MethodHead && (v.Method != http.MethodPost || !v.route.Posts) {
		allow := "GET, HEAD"
		if v.route.Posts {
			allow += ", POST"
		}
		w.Header().Set("Allow", allow)
		c.refuse(w, v, admission.Failure{Status: http.StatusMethodNotAllowed})
		return
	}
	if err := v.admit(v.route); err != nil {
		c.refuse(w, v, v.failure(err))
		return
	}
	v.Body = http.MaxBytesReader(w, v.Body, maxBody)
	a, err := v.route.Show(v)
	if plain, ok := errors.AsType[*plainError](err); ok {
		c.write(w, v, plain.page())
		return
	}
	if err != nil {
		c.refuse(w, v, v.failure(err))
		return
	}
	c.write(w, v, a)
}

// admit asks for the rights of a page, and returns the first denial that keeps
// the reader from it.
func (v *visit) admit(r *route) error {
	if err := v.requireSome(r.Rights, r.All); err != nil {
		return err
	}
	return v.requireSome(r.Also, false)
}

// requireSome asks for one of some rights, or for all of them.
func (v *visit) requireSome(rights []access.Action, all bool) error {
	var denial error
	for _, action := range rights {
		err := v.require(action, access.Company())
		if err == nil && !all {
			return nil
		}
		if denial == nil {
			denial = err
		}
	}
	return denial
}

// failure is how an error of a page is answered.
func (v *visit) failure(err error) admission.Failure {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		err = admission.ErrTooLarge
	}
	if denied, ok := errors.AsType[*access.DeniedError](err); ok && hidden(denied.Decision) {
		err = admission.ErrNotFound
	}
	return admission.FailureOf(v.Context(), err)
}

// hidden reports whether a denial must not tell an unknown thing from one that
// is out of reach, and is answered as if there were none. What does not exist is
// not found in any case.
func hidden(d access.Decision) bool {
	switch d.Resource.Kind() {
	case access.KindAccount, access.KindReport, access.KindLink:
		return true
	}
	return d.Reason == access.ReasonUnknownResource
}

// refusal is what the page of a failure shows.
type refusal struct {
	Status int
	Text   phrase
	Detail string // of what cannot be understood
	SignIn string // where to sign in, "" for nowhere
}

// refuse answers with the page of a failure.
func (c *console) refuse(w http.ResponseWriter, v *visit, f admission.Failure) {
	if f.Status == http.StatusUnauthorized && c.SignIn != "" && (v.Method == http.MethodGet || v.Method == http.MethodHead) {
		http.Redirect(w, v.Request, c.signIn(v.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	if f.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", admission.RetryAfter)
	}
	shown := refusal{Status: f.Status, Text: refusalText(f), Detail: f.Detail}
	if f.Status == http.StatusUnauthorized && c.SignIn != "" {
		shown.SignIn = c.signIn(v.typedAgain())
	}
	c.write(w, v, &answer{Status: f.Status, Template: "refused.html", Title: refusalTitle(f.Status), Data: shown})
}

// signIn returns the link to the page where people sign in, and back: to a page
// of the console, so that no link through it leads a host to somewhere else.
func (c *console) signIn(next string) string {
	if !strings.HasPrefix(next, c.Prefix+"/") || !ofThisHost(next) {
		next = c.link("/")
	}
	separator := "?"
	if strings.Contains(c.SignIn, "?") {
		separator = "&"
	}
	return c.SignIn + separator + url.Values{"next": {next}}.Encode()
}

// typedAgain returns the address of the form that was sent, with all that was
// typed, so that nothing is lost if a session is over.
func (v *visit) typedAgain() string {
	v.Body = http.MaxBytesReader(nil, v.Body, maxBody)
	if v.ParseForm() != nil {
		return v.console.link("/")
	}
	typed := maps.Clone(v.PostForm)
	for _, name := range []string{"step", "since", "for"} {
		typed.Del(name)
	}
	return v.console.address("/change", typed)
}

// write sends an answer. A page is made as a whole before its first byte is
// sent, so that one that fails is not shown in part.
func (c *console) write(w http.ResponseWriter, v *visit, a *answer) {
	switch {
	case a.Goto != "":
		http.Redirect(w, v.Request, a.Goto, http.StatusSeeOther)
		return
	case a.File != nil:
		w.Header().Set("Content-Type", a.File.Type)
		if a.File.Policy != "" {
			w.Header().Set("Content-Security-Policy", a.File.Policy)
		}
		if a.File.Name != "" {
			w.Header().Set("Content-Disposition", disposition(a.File.Name))
		}
		w.Write(a.File.Data) // a client that is gone needs no answer
		return
	}
	var body bytes.Buffer
	if err := c.templates.ExecuteTemplate(&body, a.Template, c.page(v, a)); err != nil {
		v.failure(fmt.Errorf("page %s: %w", a.Template, err)) // tells Config.OnError
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(max(a.Status, http.StatusOK))
	w.Write(body.Bytes())
}
