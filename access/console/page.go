package console

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

//go:embed pages
var pageFiles embed.FS

// page is what every template gets.
type page struct {
	Title   phrase
	Company string // "" for nobody
	Menu    []menuGroup
	Reader  string // how the reader is named, "" for nobody
	SignOut string
	Home    string
	Done    phrase // what was just done; none is nothing
	Data    any
}

// menuGroup is a part of the navigation.
type menuGroup struct {
	Name    phrase // none has no heading
	Entries []menuEntry
}

// menuEntry is a link of the navigation.
type menuEntry struct {
	Name phrase
	Link string
	Here bool
}

// page returns what the template of an answer gets. The navigation only offers:
// what it leaves out is refused by the routes as well.
func (c *console) page(v *visit, a *answer) page {
	p := page{Title: a.Title, Home: c.link("/"), Data: a.Data}
	if v.reader == "" {
		return p // a stranger is not told whose pages these are
	}
	p.Company = v.moment.Name()
	p.Reader, p.SignOut = v.userName(v.reader), c.SignOut
	p.Menu = v.menu()
	p.Done = v.done()
	return p
}

// fewEntries are so few that they need no headings.
const fewEntries = 5

// menu returns what the reader may open, by the sections of the navigation. A
// section without a page for them is not there.
func (v *visit) menu() []menuGroup {
	var groups []menuGroup
	var all []menuEntry
	for under, name := range sections() {
		g := menuGroup{Name: name}
		for _, r := range v.console.menu {
			if r.Under == section(under) && v.mayOpen(r) {
				g.Entries = append(g.Entries, menuEntry{r.Menu, v.link(r.Path), r == v.route})
			}
		}
		if len(g.Entries) > 0 {
			groups, all = append(groups, g), append(all, g.Entries...)
		}
	}
	if len(all) <= fewEntries {
		return []menuGroup{{Entries: all}}
	}
	return groups
}

// done says what the reader has just done, of the event that the link names. It
// asks the log, so that nobody is told by a forged link that they did something.
func (v *visit) done() phrase {
	f := v.console.forms[v.asked("done")]
	seq, err := strconv.ParseUint(v.asked("event"), 10, 63)
	if f == nil || err != nil || seq == 0 || seq > v.moment.Checkpoint().Seq {
		return phrase{}
	}
	query := company.HistoryQuery{After: seq - 1, Before: seq + 1, Actor: company.User(v.reader)}
	for e, err := range v.console.company.History(v.Context(), query) {
		if err == nil && slices.ContainsFunc(e.Event.Changes, func(c audit.Change) bool { return c.Type == f.logged() }) {
			return say("Done: %s. It is event %s of the log.", f.Title, seq)
		}
	}
	return phrase{}
}

// ours are our templates, parsed once for all consoles. Their functions are none of
// a console: those of the console that they are cloned for take their place.
var ours = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Funcs(new(console).functions()).ParseFS(pageFiles, "pages/*.html")
})

// functions returns what the templates may call.
func (c *console) functions() template.FuncMap {
	return template.FuncMap{
		"t":       func(english string, args ...any) template.HTML { return c.texts.html(phrase{english, args}) },
		"say":     c.texts.html,
		"plain":   c.texts.plain,
		"link":    c.link,
		"day":     day,
		"lastday": lastDay,
		"until":   until,
		"minute":  minute,
		"list":    list,
		"anchor":  anchor,
		"cut":     cut,
	}
}

// parse returns the templates, with those of the host in the place of ours.
// html/template escapes whatever they show for the place where it stands, so a
// name is text, whatever is in it.
func (c *console) parse(host fs.FS) (*template.Template, error) {
	all, err := ours()
	if err == nil {
		all, err = all.Clone()
	}
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	all.Funcs(c.functions())
	if host == nil {
		return all, nil
	}
	names, err := fs.Glob(host, "*.html")
	if err == nil && len(names) > 0 {
		all, err = all.ParseFS(host, "*.html")
	}
	if err != nil {
		return nil, fmt.Errorf("console: Config.Templates: %w", err)
	}
	return all, nil
}

// serveAsset answers with the stylesheet, the script or the icon of all pages,
// which tell nobody anything, and reports whether the path is one of them.
func (c *console) serveAsset(w http.ResponseWriter, r *http.Request, path string) bool {
	if path != "/style.css" && path != "/console.js" && path != "/icon.svg" {
		return false
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, pageFiles, "pages"+path)
	return true
}

// disposition makes a browser save an answer under a name.
func disposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
