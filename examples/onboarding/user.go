package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

// ask asks whether a subject may take an action, and prints the answer.
func (s *story) ask(who access.Subject, a access.Action, r access.Resource) {
	s.row(s.clock.at.Format(time.DateTime), who.String(), string(a), r.String(), s.company.Decide(who, a, r).String())
}

// sees returns the accounts that a subject sees.
func (s *story) sees(who access.Subject) string {
	return cmp.Or(list(slices.Sorted(s.company.Policy().View(who).Accounts())), "nothing")
}

// users lists the users of the company, and what they see.
func (s *story) users() {
	s.space()
	s.row("USER", "ADDRESS", "ROLE", "UNTIL", "SEES")
	users := slices.SortedFunc(s.company.Policy().Directory().Users(), func(a, b team.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, u := range users {
		s.row(string(u.ID), u.Email.String(), string(u.Role), date(u.Until), s.sees(access.User(u.ID)))
	}
}

// list joins ids for a cell.
func list[ID ~string](ids []ID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, ", ")
}
