package company_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// workExample founds the company of the examples and does some work in it.
func workExample() *company.Company {
	acme := foundExample(&company.Config{})
	do := func(by company.By, changes ...company.Change) {
		if _, err := acme.Do(context.Background(), by, changes...); err != nil {
			panic(err)
		}
	}
	do(company.By{Actor: company.User("uma"), Reason: "new task"},
		company.SetRole{User: "tom", Role: "user"}, company.CreateTeam{Team: "east"}, company.AddMember{Team: "east", User: "tom"})
	do(company.By{Actor: company.User("tom")}, company.CreateReport{Report: "q4", Name: "Fourth quarter"})
	return acme
}

// Tell everything that happened to tom.
func ExampleCompany_History() {
	acme := workExample()
	for e, err := range acme.History(context.Background(), company.HistoryQuery{Target: access.TargetUser("tom")}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, change := range e.Changes {
			switch c := change.(type) {
			case company.SetRole:
				fmt.Println(e.Seq, e.Actor, "made", c.User, c.Role, "instead of", c.From)
			case company.AddMember:
				fmt.Println(e.Seq, e.Actor, "added", c.User, "to", c.Team)
			}
		}
	}
	// Output:
	// 2 uma made tom user instead of team-member
	// 2 uma added tom to east
}

// Tell everything that tom did, by the names of the log.
func ExampleCompany_History_actor() {
	acme := workExample()
	for e, err := range acme.History(context.Background(), company.HistoryQuery{Actor: company.User("tom")}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Seq, e.Event.Changes[0].Type, e.Targets)
	}
	// Output:
	// 3 report.create [report:q4]
}

// List what is due within a month, as for a mail that reminds of it.
func ExampleMoment_Due() {
	acme := workExample()
	end := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	_, err := acme.Do(context.Background(), company.By{Actor: company.User("uma"), Reason: "ends with the campaign"},
		company.SetMemberEnd{Team: "west", User: "tom", Until: company.To(end)})
	fmt.Println(err)
	for _, row := range acme.Now().Due(30) {
		fmt.Println(row.Kind, row.At.Format(time.DateOnly), row.User, row.Team)
	}
	// Output:
	// <nil>
	// membership-ends 2026-03-20 tom west
}
