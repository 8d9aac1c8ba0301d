package lint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// Config says what [Check] looks for. Nil is the zero Config.
type Config struct {
	// Limit is how many findings of each code are named; how many there are is
	// counted. 0 means 20; below 0 none is named.
	Limit int

	// Days is up to how many days from now an end is soon. 0 means 30; below 0
	// no end is.
	Days int

	// Asked are the actions that the host's code asks. A capability that is not
	// among them is a finding, and so is one of them that the catalog does not
	// have. Nil means that this is not known, and not looked
	// at. Name those that package company asks as well, if you use it.
	Asked []access.Action

	// Invited are the roles that pending invitations offer, in any order, which a
	// policy does not know. They count as used.
	Invited []role.Name

	// Ignore are the codes that are not looked for.
	Ignore []Code

	// Budget is how many steps it may take to prove what filters mean, whatever
	// accounts there are. A pair of short filters takes some hundred steps, and any
	// pair up to 250,000. 0 means 50,000,000, about a second's worth; below 0 nothing
	// is proved. Where the search ends at it, the [Count] says so.
	Budget int
}

const (
	defaultLimit  = 20
	defaultDays   = 30
	defaultBudget = 50_000_000
)

// Finding is one thing that looks wrong in a policy.
type Finding struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`

	// Path and ID are the entry, as a [document.Problem] and a [document.Entry]
	// have them: in the document that the policy gives, or after [Result.Locate]
	// in the one that was read.
	Path string `json:"path"`
	ID   string `json:"id,omitempty"`

	// Line is where the entry begins in the text, from 1. It is 0 before
	// [Result.Locate], and if the text does not have the entry.
	Line int `json:"line,omitempty"`

	// Text is one sentence for people, without a full stop. It names what it is
	// about, and shows outside text so that it can mislead nobody.
	Text string `json:"text"`

	// Resource is what it is about: a user, team, data group, account, report,
	// share link or role; the company for what belongs to the catalog.
	Resource access.Resource `json:"resource"`

	// Others are further things that it is about, the first few of them: the
	// member of a team, whom a report is shared with, other data groups,
	// accounts.
	Others []access.Resource `json:"others,omitempty"`

	at place
}

// String returns a finding on one line:
//
//	line 7: warning: team "west" has no data group, so its members see nothing by it (team-without-groups)
func (f Finding) String() string {
	s := fmt.Sprintf("%v: %s (%s)", f.Severity, f.Text, f.Code)
	if f.Line > 0 {
		s = fmt.Sprintf("line %d: %s", f.Line, s)
	}
	return s
}

// Count is how many findings of a code there are.
type Count struct {
	Code  Code `json:"code"`
	Found int  `json:"found"`
	Named int  `json:"named"` // how many of them the Result has; the others are left out

	// AtLeast is whether the search ended at its budget, so that there may be more.
	AtLeast bool `json:"atLeast,omitempty"`
}

// Result is what looks wrong in a policy.
type Result struct {
	// Findings are in the order of [Rules], so the worst come first, and those of
	// one code in the order of the document.
	Findings []Finding `json:"findings"`

	// Counts has each code of which something was found or may be, in the order
	// of [Rules].
	Counts []Count `json:"counts"`
}

// Worst returns the highest severity of what was found, also of what is not
// named, and the zero Severity if nothing was.
func (r Result) Worst() Severity {
	for _, c := range r.Counts {
		if n := c.Code.number(); n >= 0 && c.Found > 0 {
			return rules[n].Severity
		}
	}
	return 0
}

// String returns a line for each finding, and one for each code that has more.
// It says "nothing looks wrong" if there is none.
func (r Result) String() string {
	var lines []string
	for _, f := range r.Findings {
		lines = append(lines, f.String())
	}
	for _, c := range r.Counts {
		if more := c.Found - c.Named; more > 0 {
			lines = append(lines, fmt.Sprintf("and %d more (%s)", more, c.Code))
		}
		if c.AtLeast {
			lines = append(lines, fmt.Sprintf("the search ended at its budget: there may be more (%s)", c.Code))
		}
	}
	if len(lines) == 0 {
		return "nothing looks wrong"
	}
	return strings.Join(lines, "\n")
}

// Check looks for what seems wrong in a policy, at the time of its clock. The
// result depends on what the document of the policy says, the time and c only: not
// on how the policy came about. A nil and a zero policy are those of an empty
// company.
//
// It costs a look at every user, membership, account, data group, team, report,
// grant and link, and the comparisons of filters that the budget of c allows.
func Check(p *access.Policy, c *Config) Result {
	return newChecker(p, c).check()
}

// check looks at everything. What it finds about members and data groups needs the
// teams before, and about data groups the accounts.
func (k *checker) check() Result {
	k.checkRoles()
	k.checkAsked()
	k.checkCapabilities()
	k.checkTeams()
	k.checkUsers()
	k.checkReports()
	k.checkLinks()
	k.checkAccounts()
	k.checkGroups()
	k.checkSubsumed()
	return k.result()
}

// checker finds what seems wrong in one policy.
type checker struct {
	Config
	policy *access.Policy
	d      access.Directory
	now    time.Time
	soon   time.Time // what ends up to then ends soon
	budget int

	found    [len(rules)]candidates
	ignored  [len(rules)]bool
	teamSize map[string]int          // how many data groups each team has
	attached map[datagroup.ID]bool   // the data groups that some team has
	values   valueBook               // of the accounts
	distinct map[string]known        // the values of attributes, as far as they were needed
	looked   int                     // how many characters of them were compared
	walked   int                     // how many accounts were visited to describe findings
	accounts int                     // how many there are
	groups   map[datagroup.ID]extent // the data groups
}

// candidates are the findings of one code: how many there are, and the first ones
// in the order of the document, among others.
type candidates struct {
	found   int
	atLeast bool
	some    []candidate
}

// candidate is a finding that is described only if it is among the first.
type candidate struct {
	place
	describe func(*Finding)
}

func newChecker(p *access.Policy, c *Config) *checker {
	k := &checker{policy: p, d: p.Directory(), now: p.Now(), teamSize: make(map[string]int), attached: make(map[datagroup.ID]bool), distinct: make(map[string]known)}
	if c != nil {
		k.Config = *c
	}
	if k.Limit == 0 {
		k.Limit = defaultLimit
	}
	k.Limit = min(max(k.Limit, 0), 1<<30) // twice of which is no overflow
	if k.Days == 0 {
		k.Days = defaultDays
	}
	if k.budget = k.Budget; k.budget == 0 {
		k.budget = defaultBudget
	}
	k.soon = k.now.UTC().AddDate(0, 0, max(k.Days, 0))
	for _, code := range k.Ignore {
		if n := code.number(); n >= 0 {
			k.ignored[n] = true
		}
	}
	return k
}

// wants reports whether a code is looked for.
func (k *checker) wants(code Code) bool { return !k.ignored[code.number()] }

// add counts a finding, and keeps it if it may be one to name. What it says is
// made later.
func (k *checker) add(code Code, at place, describe func(*Finding)) {
	if !k.wants(code) {
		return
	}
	c := &k.found[code.number()]
	c.found++
	c.some = append(c.some, candidate{at, describe})
	if len(c.some) > 2*k.Limit+16 {
		c.cut(k.Limit)
	}
}

// cut leaves the first candidates.
func (c *candidates) cut(limit int) {
	slices.SortFunc(c.some, func(a, b candidate) int { return a.compare(b.place) })
	if len(c.some) > limit {
		clear(c.some[limit:])
		c.some = c.some[:limit]
	}
}

// result describes the findings to be named.
func (k *checker) result() (r Result) {
	for n := range k.found {
		c := &k.found[n]
		if c.cut(k.Limit); c.found > 0 || c.atLeast {
			r.Counts = append(r.Counts, Count{rules[n].Code, c.found, len(c.some), c.atLeast})
		}
		for _, some := range c.some {
			f := Finding{Code: rules[n].Code, Severity: rules[n].Severity, ID: some.entryID(), at: some.place}
			f.Resource, f.Others = some.resources()
			some.describe(&f)
			r.Findings = append(r.Findings, f)
		}
	}
	setPaths(k.d, r.Findings)
	return r
}

// sayf returns what sets the text of a finding. Ids in args are to be quoted.
func sayf(format string, args ...any) func(*Finding) {
	return func(f *Finding) { f.Text = fmt.Sprintf(format, args...) }
}

// maxWalked is how many accounts Check visits to describe findings, besides those
// that it visits to find them: a few seconds of work.
const maxWalked = 20_000_000

// walks reports whether all accounts may be looked at once more.
func (k *checker) walks() bool {
	k.walked += k.accounts
	return k.walked <= maxWalked
}

// maxNamed is how many things one sentence names.
const maxNamed = 3

// listed returns the first few of some ids in quotes, and how many more there
// are: "a", "b" and 3 more.
func listed[ID ~string](ids []ID, n int) string {
	var b strings.Builder
	for i, id := range ids[:min(len(ids), maxNamed)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(text.Quote(id))
	}
	if more := n - min(len(ids), maxNamed); more > 0 {
		fmt.Fprintf(&b, " and %d more", more)
	}
	return b.String()
}

// plural returns a number with a noun: "1 account", "2 accounts".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
