package accesstest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

const (
	// maxListed is how many facts of one kind about one subject a lock file lists
	// one by one. Of more than these it has their number and a hash.
	maxListed = 50

	// maxDifference is how many lines of a difference are shown.
	maxDifference = 50
)

const lockHead = `# Who may do what, as the policy decides it: one fact on a line, sorted.
# accesstest.Lock writes this file and compares it. Nobody edits it; to rewrite
# it, run the test with AMBIT_UPDATE=1. What changes here, changes for somebody.
#
# A fact with an end is over then. Without one it ends with what it is part of:
# the access of the user, or his time in the team. Who acts in a team sees there
# what the team sees, and no more. More than 50 facts of a kind about one subject
# are counted, and a hash changes when one of them does.
`

// Lock compares what a policy decides with the file at path, which a repository
// keeps beside the policy, so that whoever reviews a change of the policy reads
// whose access changes. It fails if there is any difference, and shows the facts
// that appear and disappear.
//
// The file has what the policy answers, and by which routes. It does not depend
// on the order and layout of the document, on what things are called, or on the
// day. Two policies that differ in any answer, at any time, have different files.
// Where somebody sees more than fifty accounts by his teams, or has levels at more
// than fifty reports, his line has their number and a hash in place of them, and
// no routes; [NoNewAccess] names what he gains.
//
// With the environment variable AMBIT_UPDATE=1 the file is written instead, and
// the test passes. So it is with -update, if the test has declared that flag; this
// package declares none, because two declarations of one flag panic. Where the
// variable CI says true as well, a file that had to change fails the test: no CI
// passes because somebody left the other one set.
//
// A missing file and a nil policy fail.
func Lock(t testing.TB, policy *access.Policy, path string) {
	t.Helper()
	if policy == nil {
		t.Fatal("the policy is nil: there is nothing to lock")
	}
	update, err := updating()
	if err != nil {
		t.Fatal(err)
	}
	text := lockText(policy)
	old, err := os.ReadFile(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	case err == nil && sameText(string(old), text):
	case update:
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if ci, _ := strconv.ParseBool(os.Getenv("CI")); ci {
			t.Errorf("wrote %s, which is not what the commit has: CI is set, and where it is, a lock is compared", path)
			return
		}
		t.Logf("wrote %s", path)
	case err != nil:
		t.Fatalf("there is no %s yet; run the test with AMBIT_UPDATE=1 to write it, then read it and commit it", path)
	default:
		t.Errorf("%s\nIf that is meant, run the test with AMBIT_UPDATE=1 and commit the file.", lockDifference(path, string(old), text))
	}
}

// updating reports whether lock files are to be written.
func updating() (bool, error) {
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		return true, nil
	}
	text := os.Getenv("AMBIT_UPDATE")
	if text == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("AMBIT_UPDATE is %q: set it to 1, or not at all", text)
	}
	return on, nil
}

// sameText reports whether two texts are equal but for line ends, which a
// checkout may have changed.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// lockDifference says what facts are only in the old text or only in the new.
func lockDifference(path, old, text string) string {
	was, is := lockFacts(old), lockFacts(text)
	var lines []string
	for line := range was {
		if !is[line] {
			lines = append(lines, line+"-")
		}
	}
	for line := range is {
		if !was[line] {
			lines = append(lines, line+"+")
		}
	}
	if len(lines) == 0 {
		return path + " has all facts, but not as Lock writes them."
	}
	slices.Sort(lines) // what is about one user stands together
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not what the policy decides (- in the file only, + decided now):\n", path)
	for i, line := range lines {
		if i == maxDifference {
			fmt.Fprintf(&b, "  and %d lines more\n", len(lines)-i)
			break
		}
		sign := len(line) - 1
		fmt.Fprintf(&b, "  %s %s\n", line[sign:], line[:sign])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// lockFacts returns the lines of a lock file that are facts.
func lockFacts(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
			all[line] = true
		}
	}
	return all
}

// lockText returns what the lock file of a policy should be.
func lockText(p *access.Policy) string {
	w := &lockWriter{facts: newFacts(p)}
	w.WriteString(lockHead)
	w.section("What there is", w.inventory)
	w.section("Roles that somebody has", w.roles)
	w.section("Users", w.users)
	w.section("Teams that somebody is in", w.teams)
	w.section("Share links", w.links)
	return w.String()
}

// lockWriter writes the facts of a policy down.
type lockWriter struct {
	*facts
	bytes.Buffer
	lines []string // of the section
}

// section writes the lines that list adds, each once.
func (w *lockWriter) section(title string, list func()) {
	if list(); len(w.lines) == 0 {
		return
	}
	slices.Sort(w.lines)
	fmt.Fprintf(w, "\n# %s\n", title)
	for _, line := range slices.Compact(w.lines) {
		w.WriteString(line + "\n")
	}
	w.lines = nil
}

func (w *lockWriter) add(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// many adds a line for each of several facts about one subject, or if they are
// too many, one for all that changes with any of them.
func (w *lockWriter) many(subject, what string, facts []string) {
	if len(facts) > maxListed {
		sum := sha256.Sum256([]byte(strings.Join(facts, "\n")))
		w.add("%s %s %d, sha256 %x", subject, what, len(facts), sum[:16])
		return
	}
	for _, fact := range facts {
		w.add("%s %s", subject, fact)
	}
}

func (w *lockWriter) inventory() {
	var accounts []string
	for _, id := range w.accounts {
		accounts = append(accounts, name(id))
	}
	w.many("account", "ids:", accounts)
	for _, g := range w.doc.Groups {
		w.add("data group %s", name(g.ID))
	}
	for _, t := range w.doc.Teams {
		w.add("team %s", name(t.ID))
	}
}

func (w *lockWriter) roles() {
	for r, d := range w.duties {
		at := map[access.Action][]string{}
		for place, actions := range d {
			if place == atRole || place == atUser {
				continue
			}
			for _, a := range actions {
				at[a] = append(at[a], probes[place].name)
			}
		}
		for a, names := range at {
			w.add("role %s may %s at %s", name(r), a, strings.Join(names, ", "))
		}
		w.grantable(r, d[atRole])
		w.manageable(r, d[atUser])
	}
}

// grantable adds the roles at which holders of a role may take which actions.
func (w *lockWriter) grantable(r role.Name, actions []access.Action) {
	for _, to := range w.start.Directory().Catalog().Roles() {
		if may := w.allowed(w.actors[r][0], actions, access.Role(to.Name)); may != "" {
			w.add("role %s may %s at role %s", name(r), may, name(to.Name))
		}
	}
}

// manageable adds the users at whom holders of a role may take which actions, by
// their standing, or by their role if that is all. Nobody is his own target.
func (w *lockWriter) manageable(r role.Name, actions []access.Action) {
	may := map[standing]string{}
	for _, s := range w.standings {
		if actor, target := pair(w.actors[r], w.standing[s]); actor != nil {
			may[s] = w.allowed(actor, actions, access.TargetUser(target.ID))
		}
	}
	for s, what := range may {
		which := " with an end, or suspended"
		if s.lasting {
			which = " without an end"
		}
		if other, asked := may[standing{s.role, !s.lasting}]; !asked || other == what {
			which = ""
		}
		if what != "" {
			w.add("role %s may %s at user with role %s%s", name(r), what, name(s.role), which)
		}
	}
}

// allowed returns which of the actions a user may take, in words.
func (w *lockWriter) allowed(h *holder, actions []access.Action, of access.Resource) string {
	return join(slices.DeleteFunc(slices.Clone(actions), func(a access.Action) bool {
		return !w.start.Decide(access.User(h.ID), a, of).Allowed
	}))
}

func (w *lockWriter) users() {
	for _, h := range w.holders {
		who := name(h.ID)
		suspended := ""
		if h.Suspended {
			suspended = ", suspended"
		}
		w.add("%s has role %s%s%s", who, name(h.Role), suspended, until(optional(h.Until), time.Time{}))
		phases := w.phases(h)
		user := access.User(h.ID)
		last, end := lasting(phases, func(p *access.Policy) bool { return active(p, user) })
		if last == nil {
			continue
		}
		w.many(who, "levels at reports:", w.levels(user, phases, end))
		w.reaches(h, phases, end)
		for _, t := range h.teams {
			session := access.Session(h.ID, t)
			_, over := lasting(phases, func(p *access.Policy) bool { return active(p, session) })
			w.add("%s acts in team %s%s", who, name(t), until(over, end))
			w.many(who+" in team "+name(t), "levels at reports:", w.levels(session, phases, over))
		}
	}
}

// levels returns what levels a subject has at reports.
func (w *lockWriter) levels(s access.Subject, phases []phase, end time.Time) []string {
	return ids(w.shares(s, phases), func(x share) string { return x.text(end) })
}

// reaches adds what accounts a user reaches.
func (w *lockWriter) reaches(h *holder, phases []phase, end time.Time) {
	who, d := name(h.ID), w.duties[role.Name(h.Role)]
	if w.seesAll(w.start, access.User(h.ID), d) {
		w.add("%s %s every account", who, verb(d))
		return
	}
	a, at := d.reaching()
	var all []string
	sights := w.sights(h, phases)
	for _, g := range sights {
		fact := fmt.Sprintf("%s %s%s", verb(d), name(g.account), until(g.until, end))
		if len(sights) <= maxListed { // otherwise nobody reads it
			by := g.last.Decide(access.User(h.ID), a, at(g.account))
			fact += fmt.Sprintf(" (team %s, data group %s)", name(by.Team), name(by.Group))
		}
		all = append(all, fact)
	}
	w.many(who, verb(d)+" accounts:", all)
}

// verb returns what holders of a role do with the accounts they reach.
func verb(d *duties) string {
	if slices.Contains(d[atAccount], access.ViewAccount) {
		return "sees"
	}
	return "reaches"
}

// teams adds what is seen in the sessions of each team.
func (w *lockWriter) teams() {
	members := map[string][]*holder{}
	for _, h := range w.holders {
		for _, t := range h.teams {
			if !h.Suspended {
				members[t] = append(members[t], h)
			}
		}
	}
	for t, holders := range members {
		for _, h := range holders {
			list := w.reach(t, h)
			if len(list) == 0 {
				continue
			}
			a, at := w.duties[role.Name(h.Role)].reaching()
			w.many("team "+name(t), "sees accounts:", ids(list, func(id datagroup.AccountID) string {
				group := w.start.Decide(access.Session(h.ID, t), a, at(id)).Group
				return fmt.Sprintf("sees %s (data group %s)", name(id), name(group))
			}))
			break
		}
	}
}

func (w *lockWriter) links() {
	for _, l := range w.doc.Links {
		s, a, of := shown(l)
		last, end := lasting(w.linkPhases(l), func(p *access.Policy) bool { return p.Decide(s, a, of).Allowed })
		if last != nil {
			w.add("link %s may %s at %s%s, as %s", name(l.ID), a, name(of.String()), until(end, time.Time{}), linkMaker(l))
		}
		concerned := w.concerned(l)
		for r := range w.duties {
			h := w.revoker(r, concerned)
			if h != nil && w.start.Decide(access.User(h.ID), access.RevokeLink, access.Link(l.ID)).Allowed {
				w.add("role %s may %s at link %s", name(r), access.RevokeLink, name(l.ID))
			}
		}
		w.revokers(l, concerned)
	}
}

// linkMaker names who made a link, in the scope he made it in.
func linkMaker(l document.Link) string {
	if l.Session != "" {
		return name(l.Maker) + " in team " + name(l.Session)
	}
	return name(l.Maker)
}

// revokers adds who of those concerned by a link may revoke it.
func (w *lockWriter) revokers(l document.Link, concerned map[string]bool) {
	for id := range concerned {
		h := w.byID[id]
		if h == nil {
			continue
		}
		phases, s := w.phases(h), access.User(id)
		_, over := lasting(phases, func(p *access.Policy) bool { return active(p, s) })
		last, end := lasting(phases, func(p *access.Policy) bool {
			return p.Decide(s, access.RevokeLink, access.Link(l.ID)).Allowed
		})
		if last != nil {
			w.add("%s may %s at link %s%s", name(id), access.RevokeLink, name(l.ID), until(end, over))
		}
	}
}

// optional reads an end that a policy wrote, which may be none.
func optional(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	return parseTime(text)
}

// until says when something ends, if it does not do so with what it is part of.
func until(end, whole time.Time) string {
	if end.IsZero() || end.Equal(whole) {
		return ""
	}
	return " until " + end.Format(time.RFC3339Nano)
}

// name writes an id as it is if it looks like one, and in quotes otherwise.
func name[S ~string](id S) string {
	for _, r := range string(id) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@+/:", r) {
			return strconv.Quote(string(id))
		}
	}
	return string(id)
}
