package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// story is the project and what is printed about it.
type story struct {
	page
	clock      clock
	log        *audit.Memory // yours outlives the program
	project    *company.Company
	checkpoint audit.Checkpoint // of the log; keep it where those who write the log cannot write
}

var (
	start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
	end   = start.AddDate(0, 3, 0) // of the agency's time
)

// The people are olga, sam and sue of the client, abe of the agency, and fay, who works with abe. The directory is a system of the
// client.
var (
	olga, abe = company.User("olga"), company.User("abe")
	directory = company.System("directory")
)

// begin founds the project. Its owner is the first user.
func begin() (*story, error) {
	s := &story{log: audit.NewMemory()}
	s.clock.set(start)
	var err error
	s.project, err = company.Found(context.Background(), s.log, company.Founding{
		ID: "shop", Name: "The shop", Catalog: role.ProjectCatalog(),
		Founder: team.User{ID: "olga", Email: team.MustParseAddress("olga@client.example")},
	}, &company.Config{
		Now: s.clock.now, Rand: new(counter),
		Systems: map[string]company.SystemConfig{"directory": {Changes: []company.Change{company.AddUser{}, company.RemoveUser{}}}},
	})
	return s, err
}

// admit adds the users: those of the agency until an end.
func (s *story) admit() error {
	s.heading("The client owns the project, and adds the agency for three months")
	err := s.change(directory, "add abe of the agency as admin until "+date(end),
		company.AddUser{User: "abe", Person: company.Person{Email: "abe@agency.example"}, Role: "admin", Until: end})
	if err != nil {
		return err
	}
	err = s.change(directory, "add sam and sue as members",
		company.AddUser{User: "sam", Person: company.Person{Email: "sam@client.example"}}, company.AddUser{User: "sue", Person: company.Person{Email: "sue@client.example"}})
	if err != nil {
		return err
	}
	err = s.change(directory, "add fay as member for two weeks",
		company.AddUser{User: "fay", Person: company.Person{Email: "fay@example.com"}, Until: start.AddDate(0, 0, 14)})
	s.users()
	return err
}

// work lets the agency give what it may give: nothing that outlasts it.
func (s *story) work() error {
	s.clock.pass(7)
	s.heading("The agency lets fay stay, but at most as long as it stays itself")
	later := end.AddDate(0, 0, 1)
	if err := s.refused(abe, "fay stays until "+date(later), company.SetEnd{User: "fay", Until: company.To(later)}); err != nil {
		return err
	}
	if err := s.refused(abe, "fay stays without an end", company.SetEnd{User: "fay", Until: company.None[time.Time]()}); err != nil {
		return err
	}
	if err := s.change(abe, "fay stays until "+date(end), company.SetEnd{User: "fay", Until: company.To(end)}); err != nil {
		return err
	}
	if err := s.change(abe, "create the report launch", company.CreateReport{Report: "launch", Name: "Launch"}); err != nil {
		return err
	}
	if err := s.refused(abe, "share it with sam without an end", company.ShareReport{Report: "launch", User: "sam"}); err != nil {
		return err
	}
	return s.change(abe, "share it with sam until "+date(end), company.ShareReport{Report: "launch", User: "sam", Until: company.To(end)})
}

// provoke lets the agency, and a system that needs no permission, try to remove the owner.
func (s *story) provoke() error {
	s.clock.pass(30)
	s.heading("Nobody can remove the owner, and the agency cannot extend its own access")
	attempts := []struct {
		by     company.Actor
		what   string
		change company.Change
	}{
		{abe, "remove olga", company.RemoveUser{User: "olga"}},
		{abe, "demote olga", company.SetRole{User: "olga", Role: "member"}},
		{abe, "suspend olga", company.SuspendUser{User: "olga"}},
		{abe, "give olga an end", company.SetEnd{User: "olga", Until: company.To(end)}},
		{abe, "make sam the owner", company.SetRole{User: "sam", Role: "owner"}},
		{abe, "transfer the project to sam", company.TransferOwnership{To: "sam"}},
		{abe, "stay without an end", company.SetEnd{User: "abe", Until: company.None[time.Time]()}},
		{directory, "remove olga", company.RemoveUser{User: "olga"}},
		{olga, "leave", company.RemoveUser{User: "olga"}},
	}
	for _, a := range attempts {
		if err := s.refused(a.by, a.what, a.change); err != nil {
			return err
		}
	}
	return nil
}

// wait lets the time pass. Nobody acts.
func (s *story) wait() error {
	s.heading("The three months pass, and nobody acts")
	for _, at := range []time.Time{end.Add(-time.Second), end} {
		s.clock.set(at)
		s.ask("abe", access.EditProject, access.Company())
		s.ask("fay", access.SaveSegment, access.Company())
		s.ask("sam", access.ExploreReport, access.Report("launch"))
		s.ask("olga", access.EditProject, access.Company())
	}
	return nil
}

// handOver makes another user the owner.
func (s *story) handOver() error {
	s.clock.pass(10)
	s.heading("The owner transfers the project to a user who stays")
	if err := s.refused(olga, "transfer the project to abe", company.TransferOwnership{To: "abe"}); err != nil {
		return err
	}
	if err := s.change(olga, "transfer the project to sue", company.TransferOwnership{To: "sue"}); err != nil {
		return err
	}
	err := s.change(company.User("sue"), "remove abe, and give their report to olga", company.RemoveUser{User: "abe", Successor: "olga"})
	s.users()
	s.checkpoint = s.project.Checkpoint()
	return err
}

// ask asks whether a user may take an action, and prints the answer.
func (s *story) ask(user team.UserID, a access.Action, r access.Resource) {
	d := s.project.Decide(access.User(user), a, r)
	s.row(s.clock.at.Format(time.DateTime), string(user), string(a), d.String())
}

// users lists the users of the project.
func (s *story) users() {
	s.space()
	s.row("USER", "ROLE", "UNTIL", "EDITS THE PROJECT")
	users := slices.SortedFunc(s.project.Policy().Directory().Users(), func(a, b team.User) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, u := range users {
		until := ""
		if !u.Until.IsZero() {
			until = date(u.Until)
		}
		s.row(string(u.ID), string(u.Role), until, s.project.Decide(access.User(u.ID), access.EditProject, access.Company()).Public().String())
	}
}
