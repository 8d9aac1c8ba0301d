package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// The people of Harbour Analytics who change something. Ruth Klein is an auditor from outside: a system with a person's name.
var (
	ada, ben = company.User("ada"), company.User("ben")
	ruth     = company.System("Ruth Klein, auditor")
)

// recorder lives through the year.
type recorder struct {
	*testing.T
	at      time.Time
	company *company.Company
	secret  invite.Secret // of the last message
}

// record returns the log of the year, and its checkpoint.
func record(t *testing.T) (log []byte, checkpoint string) {
	memory := audit.NewMemory()
	r := &recorder{T: t}
	r.found(memory)
	r.winter()
	r.spring()
	r.rest()
	var b bytes.Buffer
	if err := audit.WriteLines(&b, memory.Events(t.Context(), 0)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), r.company.Checkpoint().String() + "\n"
}

// found founds the company: ada, six accounts in four countries, three data groups and two teams.
func (r *recorder) found(log audit.Log) {
	account := func(id, country string) document.Account {
		return document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text(country)}}
	}
	r.on(time.January, 7)
	var err error
	r.company, err = company.Found(r.Context(), log, company.Founding{
		ID: "harbour", Name: "Harbour Analytics",
		Founder: team.User{ID: "ada", Name: "Ada Moor", Email: team.MustParseAddress("ada@harbour.example")},
		Document: &document.Document{
			Attributes: map[string]string{"country": "string"},
			Accounts: []document.Account{
				account("uk-search", "UK"), account("uk-social", "UK"), account("de-search", "DE"), account("fr-search", "FR"),
			},
			Groups: []document.Group{
				{ID: "uk", Filter: "country = 'UK'"}, {ID: "de", Filter: "country = 'DE'"}, {ID: "fr", Filter: "country = 'FR'"},
			},
			Teams: []document.Team{{ID: "europe", Groups: []string{"de", "uk"}}, {ID: "france", Groups: []string{"fr"}}},
		},
	}, &company.Config{
		Now: func() time.Time { return r.at }, Rand: new(counter), Origin: "https://reports.harbour.example",
		Deliver: func(_ context.Context, m invite.Message) error { r.secret = m.Secret; return nil },
		Systems: map[string]company.SystemConfig{"Ruth Klein, auditor": {Changes: []company.Change{company.DecideItem{}}}},
	})
	if err != nil {
		r.Fatal(err)
	}
}

// winter lets people in.
func (r *recorder) winter() {
	r.joins(ada, "ben", invite.Terms{Role: "user-manager"}, company.By{Reason: "looks after access"})
	r.joins(ada, "cleo", invite.Terms{Role: "data-manager"}, company.By{Reason: "sets up the data groups"})
	r.on(time.January, 20)
	r.joins(ben, "dan", invite.Terms{Role: "team-member", Teams: []team.ID{"europe"}}, company.By{Reason: "campaigns in Europe"})
	r.on(time.February, 3)
	r.joins(ben, "eva", invite.Terms{Role: "viewer", Teams: []team.ID{"france"}, ReviewDays: 30}, company.By{Reason: "a trial for sales"})
	r.on(time.March, 3)
	r.joins(ben, "gil", invite.Terms{Role: "team-member", Teams: []team.ID{"europe"}, Days: 90},
		company.By{Reason: "agency for the spring campaign", Approval: "PO-1187"})
	r.on(time.March, 10)
	r.joins(ada, "ivo", invite.Terms{Role: "editor"}, company.By{Reason: "builds the reports"})
}

// spring reviews everybody. Nobody decides about themselves, or about somebody whom they let in.
func (r *recorder) spring() {
	r.on(time.April, 7)
	r.do(ada, "the first quarter", company.OpenReview{Review: "spring"})
	r.on(time.April, 9)
	r.decide(ben, "ada", audit.Keep, "runs the company's account")
	r.decide(ruth, "ben", audit.Keep, "let in three people, each with a reason")
	r.decide(ben, "cleo", audit.Reduce, "the data groups are done")
	r.decide(ada, "dan", audit.Keep, "works on Europe alone")
	r.decide(ada, "eva", audit.Revoke, "the trial is over")
	r.decide(ada, "gil", audit.Keep, "until the campaign is over")
	r.decide(ben, "ivo", audit.Keep, "builds reports every week")
	r.on(time.April, 10)
	r.do(ben, "review of the spring", company.SetRole{User: "cleo", Role: "user"})
	r.do(ben, "review of the spring", company.RemoveUser{User: "eva"})
	r.on(time.April, 22)
	r.do(ben, "covers for a colleague in Paris", company.AddMember{Team: "france", User: "dan"})
	r.on(time.May, 20)
	r.do(ada, "closed late: nobody looked at dan again", company.CloseReview{Review: "spring"})
}

// rest is the rest of the year: the agency's time ends by itself, others get more data, ivo leaves, and somebody does not answer.
func (r *recorder) rest() {
	r.on(time.August, 12)
	r.do(ben, "one team for the continent", company.AttachGroup{Team: "europe", Group: "fr"})
	r.on(time.September, 2)
	r.do(ada, "Ireland belongs to the UK desk", company.EditGroup{Group: "uk", Filter: company.To("country in ('IE', 'UK')")})
	r.on(time.September, 5)
	r.do(ada, "new market", company.ConnectAccounts{Accounts: []document.Account{
		{ID: "ie-search", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("IE")}},
	}})
	r.on(time.October, 31)
	r.do(ben, "left the company", company.RemoveUser{User: "ivo"})
	r.on(time.December, 15)
	r.do(ben, "starts in January", company.Invite{Invitation: "hana", Terms: r.terms("hana", invite.Terms{Role: "team-member", Teams: []team.ID{"france"}})})
	r.on(time.December, 29)
	r.do(ada, "freelance, until the site is rebuilt", company.SetEnd{User: "dan", Until: company.To(time.Date(2026, time.January, 15, 0, 0, 0, 0, time.UTC))})
}

// on makes it nine in the morning of a day of the year.
func (r *recorder) on(month time.Month, day int) {
	r.at = time.Date(2025, month, day, 9, 0, 0, 0, time.UTC)
}

// joins invites somebody, who accepts an hour later.
func (r *recorder) joins(by company.Actor, who string, terms invite.Terms, why company.By) {
	r.Helper()
	why.Actor = by
	r.doBy(why, company.Invite{Invitation: invite.ID(who), Terms: r.terms(who, terms)})
	r.at = r.at.Add(time.Hour)
	proof, err := invite.Verified(r.terms(who, terms).Address, "https://login.example", "", r.at)
	if err != nil {
		r.Fatal(err)
	}
	r.doBy(company.By{Actor: company.Invitee(proof)}, company.AcceptInvitation{Invitation: invite.ID(who), Secret: r.secret, User: team.UserID(who)})
}

// terms returns terms for somebody at their address.
func (r *recorder) terms(who string, terms invite.Terms) invite.Terms {
	terms.Address = team.MustParseAddress(who + "@harbour.example")
	return terms
}

func (r *recorder) decide(by company.Actor, who, decision, why string) {
	r.Helper()
	r.do(by, why, company.DecideItem{Review: "spring", Row: "user:" + who, Decision: decision})
}

func (r *recorder) do(by company.Actor, why string, change company.Change) {
	r.Helper()
	r.doBy(company.By{Actor: by, Reason: why}, change)
}

func (r *recorder) doBy(by company.By, change company.Change) {
	r.Helper()
	if _, err := r.company.Do(r.Context(), by, change); err != nil {
		r.Fatal(err)
	}
}

// counter counts in place of crypto/rand, so that every recording is the same.
type counter uint64

// Read fills p with the next number.
func (c *counter) Read(p []byte) (int, error) {
	*c++
	clear(p)
	binary.BigEndian.PutUint64(p[len(p)-8:], uint64(*c))
	return len(p), nil
}
