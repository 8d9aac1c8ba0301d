package company_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// freeLog is a log that takes every event and keeps none, so that only the
// company is measured.
type freeLog struct{}

func (freeLog) Append(context.Context, audit.Event) error { return nil }

func (freeLog) Events(context.Context, uint64) iter.Seq2[audit.Event, error] {
	return func(func(audit.Event, error) bool) {}
}

const (
	corpUsers, corpAccounts = 10_000, 20_000
	corpGroups, corpTeams   = 1_000, 500
	corpReports             = 1_000 // the first is shared with every user directly
)

// corp is a document of a large company: one to three teams for a user, one to
// five groups for a team, groups of 0.05 % of the accounts and some of 4 %.
var corp = sync.OnceValue(func() *document.Document {
	r := rand.New(rand.NewPCG(1, 2))
	d := &document.Document{Attributes: map[string]string{"segment": "string", "region": "string"}}
	for i := range corpAccounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("account-%012d", i), Source: "google", Values: map[string]datagroup.Value{
			"segment": datagroup.Text(fmt.Sprint("s", r.IntN(2000))), "region": datagroup.Text(fmt.Sprint("r", r.IntN(25)))}})
	}
	for i := range corpGroups {
		filter := fmt.Sprintf("segment = 's%d'", r.IntN(2000))
		if i%20 == 0 {
			filter = fmt.Sprintf("region = 'r%d'", r.IntN(25))
		}
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprintf("group-%014d", i), Filter: filter})
	}
	for i := range corpTeams {
		t := document.Team{ID: corpTeam(i)}
		for _, g := range r.Perm(5)[:1+r.IntN(5)] {
			t.Groups = append(t.Groups, d.Groups[(i*7+g*131)%corpGroups].ID)
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range corpUsers {
		id := string(corpUser(i))
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@example.com", Role: "team-member"})
		first := r.IntN(corpTeams)
		for k := range 1 + r.IntN(3) {
			t := &d.Teams[(first+k*17)%corpTeams]
			t.Members = append(t.Members, document.Member{User: id})
		}
	}
	for i := range corpReports {
		d.Reports = append(d.Reports, document.Report{ID: string(corpReport(i)), Grants: []document.Grant{{User: string(corpUser(0)), Level: "creator"}}})
	}
	wide := &d.Reports[0]
	for i := 1; i < corpUsers; i++ {
		wide.Grants = append(wide.Grants, document.Grant{User: string(corpUser(i)), Level: "explorer", Until: "2026-01-01T10:00:00Z"})
	}
	return d
})

func corpUser(i int) team.UserID { return team.UserID(fmt.Sprintf("user-%015d", i)) }

func corpReport(i int) access.ReportID { return access.ReportID(fmt.Sprintf("report-%013d", i)) }

func corpTeam(i int) string { return fmt.Sprintf("team-%015d", i) }

// corpMemberEnd gives one membership after the other an end, each time another.
func corpMemberEnd(i int) company.Change {
	t := corp().Teams[i%corpTeams]
	m := t.Members[i/corpTeams%len(t.Members)]
	return company.SetMemberEnd{Team: team.ID(t.ID), User: team.UserID(m.User), Until: company.To(start.AddDate(1, 0, i))}
}

// corpOn founds that company on a log, with an admin.
func corpOn(b *testing.B, log audit.Log) *company.Company {
	b.Helper()
	co, err := company.Found(b.Context(), log, company.Founding{
		ID: "corp", Name: "Corp", Document: corp(), Founder: team.User{ID: "ann", Email: address(b, "ann@example.com")},
	}, newStoryHost().config())
	if err != nil {
		b.Fatal(err)
	}
	return co
}

// BenchmarkDo makes one change in a company of 10,000 users, on a log that
// costs nothing.
func BenchmarkDo(b *testing.B) {
	region := func(i int) string { return fmt.Sprintf("region = 'r%d'", i%25) }
	benchmarks := []struct {
		name   string
		by     team.UserID
		change func(i int) company.Change
	}{
		{"SetRole", "ann", func(i int) company.Change {
			return company.SetRole{User: corpUser(i % corpUsers), Role: []role.Name{"user", "team-member"}[i/corpUsers%2]}
		}},
		{"SetMemberEnd", "ann", corpMemberEnd},
		{"ShareReport", corpUser(0), func(i int) company.Change {
			return company.ShareReport{Report: corpReport(1 + i%(corpReports-1)), User: corpUser(1 + i%100), Until: company.To(start.Add(time.Hour + time.Duration(i)*time.Second))}
		}},
		{"ShareReportWithTheLastOf10000", corpUser(0), func(i int) company.Change {
			return company.ShareReport{Report: corpReport(0), User: corpUser(corpUsers - 1), Until: company.To(start.Add(2*time.Hour + time.Duration(i)*time.Second))}
		}},
		{"CreateTeam", "ann", func(int) company.Change { return company.CreateTeam{Name: "New"} }},
		{"UpdateAccounts", "ann", func(i int) company.Change {
			return company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: datagroup.AccountID(fmt.Sprintf("account-%012d", i%corpAccounts)), Source: "bing",
				Values: map[string]datagroup.Value{"segment": datagroup.Text(fmt.Sprint("s", i%1999)), "region": datagroup.Text(fmt.Sprint("r", i%23))}}}}
		}},
		{"EditGroup", "ann", func(i int) company.Change {
			return company.EditGroup{Group: "group-00000000000000", Name: company.To(fmt.Sprint(i)), Filter: company.To(region(i))}
		}},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			co := corpOn(b, freeLog{})
			by := company.By{Actor: company.User(bm.by), Reason: "as measured"}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := co.Do(context.Background(), by, bm.change(i)); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// BenchmarkOpen opens a company of 10,000 users, with its founding alone and
// with 10,000 events after it.
func BenchmarkOpen(b *testing.B) {
	for _, n := range []int{0, 10_000} {
		b.Run(fmt.Sprintf("%d events", n), func(b *testing.B) {
			log := audit.NewMemory()
			co := corpOn(b, log)
			by := company.By{Actor: company.User("ann"), Reason: "as measured"}
			for i := range n {
				if _, err := co.Do(b.Context(), by, corpMemberEnd(i)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := company.Open(b.Context(), log, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
