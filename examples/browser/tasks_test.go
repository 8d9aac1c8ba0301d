package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/chromedp/chromedp"
)

// task is one of the tasks of a new administrator: what they do from their first
// page on, and what must be so afterwards. The README has how many clicks each
// takes; more is a failure.
type task struct {
	name   string
	clicks int
	do     func(w *worker)
	done   func(p *access.Policy, co *company.Company) bool
}

// worker does a task by what they read, and counts.
type worker struct {
	*tab
	clicks, fields int
}

// press clicks on a link or a button by its words.
func (w *worker) press(words string) {
	w.t.Helper()
	w.clicks++
	if status := w.click(words); status != 200 {
		w.t.Fatalf("%q leads to %d: %s", words, status, w.text())
	}
}

// fill gives a field, by its label, another value.
func (w *worker) fill(label, value string) {
	w.t.Helper()
	w.fields++
	id := eval[string](w.tab, fmt.Sprintf(`([...document.querySelectorAll("label")].find(l => l.textContent.trim() == %q) || {htmlFor: ""}).htmlFor`, label))
	if id == "" {
		w.t.Fatalf("there is no field %q: %s", label, w.text())
	}
	w.do(chromedp.SetValue(chromedp.CSS("#"+id), value))
}

// choose ticks one of a few, by its value.
func (w *worker) choose(name, value string) {
	w.t.Helper()
	w.clicks++
	w.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`[name=%s][value=%q]`, name, value))))
}

// confirm checks the form, reads what would happen, and confirms it.
func (w *worker) confirm(what string, reads ...string) {
	w.t.Helper()
	w.press("Check")
	w.want(append(reads, "What would happen")...)
	w.screenshot("task " + what)
	w.press("Confirm: " + what)
	w.want("Done: " + what)
}

// tasks are what a new administrator has to do in their first week.
func tasks() []task {
	return []task{
		{"invite somebody", 5, func(w *worker) {
			w.press("People")
			w.press("Invite somebody")
			w.fill("E-mail address", "kim@example.com")
			w.choose("role", "editor")
			w.fill("Reason", "starts on Monday")
			w.confirm("Invite somebody")
		}, func(_ *access.Policy, co *company.Company) bool {
			for i := range co.Invitations() {
				if i.Terms.Address.String() == "kim@example.com" {
					return i.Terms.Role == "editor"
				}
			}
			return false
		}},
		{"put somebody into a team", 5, func(w *worker) {
			w.press("People")
			w.press("Zed Nowhere")
			w.want("They are in no team.")
			w.press("Put into a team")
			w.fill("Team", "west")
			w.fill("Reason", "works on the west coast")
			w.confirm("Put into a team", "sees")
		}, func(p *access.Policy, _ *company.Company) bool { return sees(p, "zed", "us-search") }},
		{"find out why somebody sees nothing", 4, func(w *worker) {
			w.press("People")
			w.press("Nik Nothing")
			w.press("Why they may or may not")
			w.fill("Its id", "us-search")
			w.press("Explain")
			w.want("denied", "What would help")
			w.screenshot("task why")
		}, func(p *access.Policy, _ *company.Company) bool { return !sees(p, "nik", "us-search") }},
		{"narrow a filter, and see who loses what", 5, func(w *worker) {
			w.press("Data groups")
			w.press("United States")
			w.press("Edit the name or filter")
			w.fill("Filter", "country = 'US' and channel = 'search'")
			w.confirm("Edit the name or filter", "Lost", "Tom Team", "us-video")
		}, func(p *access.Policy, _ *company.Company) bool {
			return sees(p, "tom", "us-search") && !sees(p, "tom", "us-video")
		}},
		{"hand over and remove somebody", 5, func(w *worker) {
			w.press("People")
			w.press("Eve Editor")
			w.press("Remove for good")
			w.fill("Who becomes creator of their reports", "abe")
			w.fill("Reason", "left the company")
			w.confirm("Remove for good", "Abe Admin")
		}, func(p *access.Policy, _ *company.Company) bool {
			g, ok := p.Directory().UserGrant("q3", "abe")
			_, there := p.Directory().User("eve")
			return ok && g.Level == access.Creator && !there
		}},
		{"suspend somebody", 5, func(w *worker) {
			w.press("People")
			w.press("Tom Team")
			w.press("Suspend")
			w.fill("Reason", "a lost laptop")
			w.confirm("Suspend", "Lost")
		}, func(p *access.Policy, _ *company.Company) bool { u, _ := p.Directory().User("tom"); return u.Suspended }},
		{"share a report", 6, func(w *worker) {
			w.press("Reports")
			w.press("Board")
			w.press("Share it with a person")
			w.fill("Person", "mia")
			w.choose("level", "viewer")
			w.fill("Last day", "2026-10-31")
			w.confirm("Share it with a person", "Mia Viewer")
		}, func(p *access.Policy, _ *company.Company) bool {
			g, ok := p.Directory().UserGrant("board", "mia")
			return ok && g.Level == access.Viewer && !g.Until.IsZero()
		}},
		{"set an end of access", 5, func(w *worker) {
			w.press("People")
			w.press("Tom Team")
			w.press("Set or lift the end of access")
			w.fill("Last day", "2026-12-31")
			w.fill("Reason", "the contract ends")
			w.confirm("Set or lift the end of access", "2027-01-01")
		}, func(p *access.Policy, _ *company.Company) bool {
			u, _ := p.Directory().User("tom")
			return !u.Until.IsZero()
		}},
		{"make a data group, and give it to a team", 9, func(w *worker) {
			w.press("Data groups")
			w.press("Make a data group")
			w.fill("Name", "France")
			w.fill("Filter", "country = 'FR'")
			w.confirm("Make a data group")
			w.press("Teams")
			w.press("North")
			w.press("Give a data group")
			eval[string](w.tab, `(s => s.value = [...s.options].find(o => o.textContent.includes("France")).value)(document.querySelector("#group"))`)
			w.fields++
			w.confirm("Give a data group", "Nik Nothing", "fr-search")
		}, func(p *access.Policy, _ *company.Company) bool { return sees(p, "nik", "fr-search") }},
		{"decide about an item of a review", 4, func(w *worker) {
			w.press("Reviews")
			w.press("2026-q3")
			item := `form:has([name=row][value="user:tom"]) `
			w.clicks += 2
			w.fields++
			status := w.follow(chromedp.Click(chromedp.CSS(item+"[value=keep]")), chromedp.SendKeys(chromedp.CSS(item+"textarea"), "still needs it"), chromedp.Click(chromedp.CSS(item+"button")))
			if status != 200 {
				w.t.Fatalf("%d: %s", status, w.text())
			}
			w.want("Done: ")
		}, func(_ *access.Policy, co *company.Company) bool {
			for i := range co.Now().ReviewItems("2026-q3", company.RowQuery{}) {
				if i.Row.Key() == "user:tom" {
					return i.Decision == audit.Keep
				}
			}
			return false
		}},
		{"fill in a value of an account", 5, func(w *worker) {
			w.press("Accounts")
			w.press("us-video")
			w.want("without a value")
			w.press("Edit the values")
			w.fill("budget", "2500.5")
			w.confirm("Edit the values", "budget", "2500.5, and was without a value")
		}, func(p *access.Policy, _ *company.Company) bool {
			a, _ := p.Directory().Account("us-video")
			return a.Value("budget").Number() == 2500.5
		}},
	}
}

// sees reports whether somebody sees an account.
func sees(p *access.Policy, user, account string) bool {
	return p.Decide(access.User(user), access.ViewAccount, access.Account(account)).Allowed
}

// TestTasks does the tasks of a new administrator, each in a company of its own,
// and counts the clicks. Half of them without script.
func TestTasks(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	for i, task := range tasks() {
		co, base := startConsole(t)
		w := &worker{tab: signIn(t, base, "ann")}
		if i%2 == 1 {
			w.noScript()
		}
		task.do(w)
		if !task.done(co.Policy(), co) {
			t.Errorf("%s: it is not done", task.name)
		}
		if w.clicks > task.clicks {
			t.Errorf("%s takes %d clicks, and %d are said", task.name, w.clicks, task.clicks)
		}
		fmt.Fprintf(&table, "\n| %s | %d | %d |", task.name, w.clicks, w.fields)
	}
	t.Log("task, clicks, fields", table.String())
}
