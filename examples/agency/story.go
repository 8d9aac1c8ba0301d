package main

import (
	"context"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// story is the project and what was told of it so far.
type story struct {
	page
	clock   clock
	log     *audit.Memory // a host has one that lasts
	project *company.Company
	kept    audit.Checkpoint // of the log, kept where nobody who can write the log can write
}

var (
	start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)
	end   = start.AddDate(0, 3, 0) // of the agency's time
)

// The people: olga and sue of the client, abe of the agency, and fay, whom abe works with. The directory is a system of the client's.
var (
	olga, abe = company.User("olga"), company.User("abe")
	directory = company.System("directory")
)

// begin founds the project. Its owner is the first user.
func begin() (*story, error) {
	s := &story{log: audit.NewMemory()}
	s.clock.set(start)
	email, err := team.ParseAddress("olga@client.example")
	if err != nil {
		return nil, err
	}
	s.project, err = company.Found(context.Background(), s.log, company.Founding{
		ID: "shop", Name: "The shop", Catalog: role.ProjectCatalog(),
		Founder: team.User{ID: "olga", Email: email},
	}, &company.Config{
		Now: s.clock.now, Rand: new(numbers),
		Systems: map[string][]string{"directory": {"user.add", "user.remove"}},
	})
	return s, err
}

// admit lets everybody in: the agency until an end.
func (s *story) admit() error {
	s.heading("The client owns the project, and lets the agency in for three months")
	err := s.done(directory, "add abe of the agency as admin until "+date(end),
		company.AddUser{User: "abe", Email: "abe@agency.example", Role: "admin", Until: end})
	if err != nil {
		return err
	}
	err = s.done(directory, "add sam and sue as members",
		company.AddUser{User: "sam", Email: "sam@client.example"}, company.AddUser{User: "sue", Email: "sue@client.example"})
	if err != nil {
		return err
	}
	err = s.done(directory, "add fay as member for two weeks",
		company.AddUser{User: "fay", Email: "fay@example.com", Until: start.AddDate(0, 0, 14)})
	s.people()
	return err
}

// work has the agency give what it may give: nothing that outlasts it.
func (s *story) work() error {
	s.clock.pass(7)
	s.heading("The agency lets fay stay, but no longer than it stays itself")
	later := end.AddDate(0, 0, 1)
	if err := s.refused(abe, "fay stays until "+date(later), company.SetEnd{User: "fay", Until: later}); err != nil {
		return err
	}
	if err := s.refused(abe, "fay stays for good", company.SetEnd{User: "fay"}); err != nil {
		return err
	}
	if err := s.done(abe, "fay stays until "+date(end), company.SetEnd{User: "fay", Until: end}); err != nil {
		return err
	}
	if err := s.done(abe, "create the report launch", company.CreateReport{Report: "launch", Name: "Launch"}); err != nil {
		return err
	}
	if err := s.refused(abe, "share it with sam for good", company.ShareReport{Report: "launch", User: "sam"}); err != nil {
		return err
	}
	return s.done(abe, "share it with sam until "+date(end), company.ShareReport{Report: "launch", User: "sam", Until: end})
}

// provoke has the agency, and a system that is not asked by whose leave it acts, try to get rid of the owner.
func (s *story) provoke() error {
	s.clock.pass(30)
	s.heading("Nobody gets rid of the owner meanwhile, and the agency does not raise itself")
	attempts := []struct {
		by     company.Actor
		what   string
		change company.Change
	}{
		{abe, "remove olga", company.RemoveUser{User: "olga"}},
		{abe, "demote olga", company.SetRole{User: "olga", Role: "member"}},
		{abe, "suspend olga", company.SuspendUser{User: "olga"}},
		{abe, "give olga an end", company.SetEnd{User: "olga", Until: end}},
		{abe, "make sam the owner", company.SetRole{User: "sam", Role: "owner"}},
		{abe, "hand the project over to sam", company.TransferOwnership{To: "sam"}},
		{abe, "stay for good", company.SetEnd{User: "abe"}},
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

// wait lets the time pass and nobody act.
func (s *story) wait() error {
	s.heading("The three months pass, and nobody acts")
	for _, at := range []time.Time{end.Add(-time.Second), end} {
		s.clock.set(at)
		s.ask("abe", access.EditProject, access.Company())
		s.ask("fay", access.ViewRecording, access.Company())
		s.ask("sam", access.ExploreReport, access.Report("launch"))
		s.ask("olga", access.EditProject, access.Company())
	}
	return nil
}

// handOver gives the project to another owner.
func (s *story) handOver() error {
	s.clock.pass(10)
	s.heading("The owner hands over, to somebody who stays")
	if err := s.refused(olga, "hand the project over to abe", company.TransferOwnership{To: "abe"}); err != nil {
		return err
	}
	if err := s.done(olga, "hand the project over to sue", company.TransferOwnership{To: "sue"}); err != nil {
		return err
	}
	err := s.done(company.User("sue"), "remove abe, and give olga his report", company.RemoveUser{User: "abe", Successor: "olga"})
	s.people()
	s.kept = s.project.Checkpoint()
	return err
}
