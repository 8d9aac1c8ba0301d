package console

import (
	"sync"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

func lintRoutes() []route {
	return []route{{Path: "/lint", Menu: say("Findings"), Under: oversightSection, Rights: []access.Action{access.ViewDirectory, access.ReadAudit}, All: true, Show: showLint}}
}

// findings keeps what looked wrong in a company as it was last looked at. It is
// the same for all who may read it, and takes longer than a page may.
type findings struct {
	mu     sync.Mutex
	seq    uint64
	day    string
	result lint.Result
}

// of returns what looks wrong at the moment of a visit.
func (f *findings) of(v *visit) lint.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	seq, today := v.moment.Checkpoint().Seq, day(v.moment.Time())
	if f.seq != seq || f.day != today {
		f.result = lint.Check(v.policy, &lint.Config{Invited: v.rolesInvited()})
		f.seq, f.day = seq, today
	}
	return f.result
}

// rolesInvited returns the roles that invitations offer which can be accepted.
func (v *visit) rolesInvited() []role.Name {
	var roles []role.Name
	for i := range v.console.company.Invitations() {
		if i.StateAt(v.moment.Time()) == invite.Pending {
			roles = append(roles, i.Terms.Role)
		}
	}
	return roles
}

// lintPage is what looks wrong, by code.
type lintPage struct{ Groups []findingGroup }

// findingGroup is what was found of one code.
type findingGroup struct {
	Severity               lint.Severity
	Means, Matters, Remedy phrase
	Found                  int
	AtLeast                bool // there may be more
	Rows                   []findingRow
	Left                   int // that are not named
}

// findingRow is one finding.
type findingRow struct{ Text, Link string }

// showLint answers with what looks wrong.
func showLint(v *visit) (*answer, error) {
	result := v.console.findings.of(v)
	rows := map[lint.Code][]findingRow{}
	for _, f := range result.Findings {
		rows[f.Code] = append(rows[f.Code], findingRow{sentence(f.Text), v.pageOf(f.Resource)})
	}
	rules := map[lint.Code]lint.Rule{}
	for _, r := range lint.Rules() {
		rules[r.Code] = r
	}
	var p lintPage
	for _, c := range result.Counts {
		named, rule := rows[c.Code], rules[c.Code]
		p.Groups = append(p.Groups, findingGroup{rule.Severity, ruleText(rule.Means), ruleText(rule.Matters), ruleText(rule.Remedy), c.Found, c.AtLeast, named, c.Found - len(named)})
	}
	return &answer{Template: "lint.html", Title: say("Findings"), Data: p}, nil
}

// ruleText is a sentence of a rule of the lint: they are among the texts of the
// pages, as they are.
func ruleText(english string) phrase { return phrase{English: english} }

// Level is what a severity is called.
func (g findingGroup) Level() phrase {
	switch g.Severity {
	case lint.Error:
		return say("error")
	case lint.Warning:
		return say("warning")
	case lint.Note:
		return say("note")
	}
	return named(g.Severity.String())
}

// pageOf returns the link to the page of a resource, "" for one without.
func (v *visit) pageOf(r access.Resource) string {
	switch r.Kind() {
	case access.KindUser:
		return v.link("/person", "id", r.ID())
	case access.KindTeam, access.KindGroup, access.KindAccount, access.KindReport, access.KindLink:
		return v.link("/"+string(r.Kind()), "id", r.ID())
	}
	return ""
}
