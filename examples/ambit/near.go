package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

// absent returns the denial of any question about a thing that does not exist, or
// that names no account and has to. It is zero if the thing is there.
func absent(p *access.Policy, a access.Action, r access.Resource) access.Decision {
	d := access.Decision{Step: access.StepReach, Action: a, Resource: r}
	of := r
	if r.Account() != "" {
		of = access.Account(r.Account()) // what an item belongs to
	}
	declared, _ := p.Directory().Catalog().Kind(string(r.Kind()))
	switch {
	case r.Account() == "" && declared.In == role.InAccount:
		d.Reason = access.ReasonAccountRequired
	case slices.Contains(kinds[1:], string(of.Kind())) && !p.Directory().Has(of):
		d.Reason = access.ReasonUnknownResource
	default:
		return access.Decision{}
	}
	return d
}

// kinds are the built-in kinds. All but the first have ids.
var kinds = []string{
	string(access.KindCompany), string(access.KindAccount), string(access.KindUser), string(access.KindRole),
	string(access.KindTeam), string(access.KindGroup), string(access.KindReport), string(access.KindLink),
}

// meant returns the name that was probably meant by one that a decision says does
// not exist, and "" if none is near. Unlike an Explanation it names accounts, reports
// and links as well: who runs the program can read the policy.
func meant(p *access.Policy, d access.Decision) string {
	switch d.Reason {
	case access.ReasonUnknownUser:
		return nearest(string(d.Subject.User()), idsOf(p, access.KindUser))
	case access.ReasonUnknownLink:
		return nearest(string(d.Subject.Link()), idsOf(p, access.KindLink))
	case access.ReasonUnknownSessionTeam:
		scope, _ := d.Subject.Team()
		return nearest(string(scope), idsOf(p, access.KindTeam))
	case access.ReasonUnknownAction:
		return nearest(string(d.Action), texts(append(role.BuiltIn(), p.Directory().Catalog().Actions()...)))
	case access.ReasonUnknownKind:
		names := slices.Clone(kinds)
		for _, k := range p.Directory().Catalog().Kinds() {
			names = append(names, k.Name)
		}
		return nearest(string(d.Resource.Kind()), names)
	case access.ReasonUnknownResource:
		if account := d.Resource.Account(); account != "" {
			return nearest(string(account), idsOf(p, access.KindAccount))
		}
		return nearest(d.Resource.ID(), idsOf(p, d.Resource.Kind()))
	}
	return ""
}

// idsOf returns the ids of all things of a built-in kind.
func idsOf(p *access.Policy, kind access.Kind) (ids []string) {
	from := p.Directory()
	switch kind {
	case access.KindAccount:
		for a := range from.Accounts() {
			ids = append(ids, string(a.ID()))
		}
	case access.KindUser:
		for u := range from.Users() {
			ids = append(ids, string(u.ID))
		}
	case access.KindRole:
		return texts(slices.Collect(from.Catalog().Names()))
	case access.KindTeam:
		for t := range from.Teams() {
			ids = append(ids, string(t.ID))
		}
	case access.KindGroup:
		for g := range from.Groups() {
			ids = append(ids, string(g.ID))
		}
	case access.KindReport:
		for id := range from.Reports() {
			ids = append(ids, string(id))
		}
	case access.KindLink:
		for l := range from.Links() {
			ids = append(ids, string(l.ID))
		}
	}
	return ids
}

// withMeant returns a decision in words, with the name that was probably meant.
func withMeant(p *access.Policy, d access.Decision) string {
	if near := meant(p, d); near != "" {
		return fmt.Sprintf("%v; did you mean %q?", d, near)
	}
	return d.String()
}

// nearest returns the name that is nearest to a word, the first in byte order of
// several, and "" if none takes at most two edits, and fewer than half as many as
// the word has letters. Upper and lower case count as the same.
func nearest(word string, names []string) string {
	folded := []rune(strings.ToLower(word))
	most := min(2, (len(folded)-1)/2)
	best := ""
	for _, name := range names {
		letters := []rune(strings.ToLower(name))
		n := 0
		for n <= most && !reaches(folded, letters, n) {
			n++
		}
		if n < most || n == most && (best == "" || name < best) {
			best, most = name, n
		}
	}
	return best
}

// reaches reports whether so many edits turn one text into another: each inserts,
// deletes or replaces a letter, or swaps two neighbours.
func reaches(a, b []rune, edits int) bool {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case max(len(a)-len(b), len(b)-len(a)) > edits:
		return false
	case len(a) == 0 || len(b) == 0:
		return true
	case edits == 0:
		return false
	}
	edits--
	return reaches(a[1:], b, edits) || reaches(a, b[1:], edits) || reaches(a[1:], b[1:], edits) ||
		len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && reaches(a[2:], b[2:], edits)
}
