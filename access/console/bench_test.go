package console_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// large is a company of 10,000 people, 20,000 accounts, 1,000 data groups and 500
// teams.
func large() *document.Document {
	doc := &document.Document{Attributes: map[string]string{"country": "string", "spend": "number"}}
	for i := range 20_000 {
		doc.Accounts = append(doc.Accounts, document.Account{ID: fmt.Sprintf("a%05d", i), Source: []string{"google", "meta", "bing"}[i%3], Values: map[string]datagroup.Value{"country": datagroup.Text(fmt.Sprint("c", i%200))}})
	}
	for i := range 1000 {
		doc.Groups = append(doc.Groups, document.Group{ID: fmt.Sprint("g", i), Name: fmt.Sprint("Group ", i), Filter: fmt.Sprintf("country = 'c%d'", i%200)})
	}
	for i := range 500 {
		t := document.Team{ID: fmt.Sprint("t", i), Name: fmt.Sprint("Team ", i), Groups: []string{fmt.Sprint("g", 2*i), fmt.Sprint("g", 2*i+1)}}
		for j := range 20 {
			t.Members = append(t.Members, document.Member{User: fmt.Sprintf("u%05d", (i*20+j)%10_000)})
		}
		doc.Teams = append(doc.Teams, t)
	}
	for i := range 10_000 {
		id := fmt.Sprintf("u%05d", i)
		doc.Users = append(doc.Users, document.User{ID: id, Name: fmt.Sprint("Person ", i), Email: id + "@example.com", Role: "team-member"})
	}
	return doc
}

// BenchmarkPages shows pages of a large company to its admin.
func BenchmarkPages(b *testing.B) {
	s := newSiteOf(b, large())
	s.must("ann", company.OpenReview{Review: "q3"})
	for _, path := range []string{"/", "/people", "/people?find=person+99", "/people?state=ended", "/person?id=u00001", "/teams", "/team?id=t1", "/suggest?of=user&find=9", "/lint",
		"/change?do=team.add-member&team=t1", "/change?do=user.remove&user=u00001",
		"/register", "/register?find=person+99", "/access?id=u00001", "/due?days=120", "/history?actor=u00001", "/event?seq=1", "/review?id=q3", "/settings"} {
		b.Run(strings.TrimLeft(path, "/"), func(b *testing.B) {
			for b.Loop() {
				if p := s.get("ann", path); p.status != http.StatusOK {
					b.Fatal(p.status, p.text)
				}
			}
		})
	}
	for _, tt := range []struct {
		form string
		in   []string
		keys []string
	}{
		{"team.detach-group", nil, []string{"team", "t1", "group", "g2"}},
		{"datagroup.edit", []string{"filter", "everything"}, []string{"group", "g2"}},
		{"user.set-role", []string{"role", "admin", "reason", "x"}, []string{"user", "u00001"}},
		{"user.set-role", []string{"role", "viewer", "reason", "x"}, []string{"user", "u00001"}},
		{"team.create", []string{"name", "New"}, nil},
		{"user.remove", []string{"reason", "x"}, []string{"user", "u00001"}},
	} {
		form := s.fill("ann", tt.form, in(tt.in...), tt.keys...)
		b.Run(tt.form+strings.Join(tt.in, " "), func(b *testing.B) {
			for b.Loop() {
				if p := s.post("ann", "/change", form); p.status != http.StatusOK {
					b.Fatal(p.status, p.text)
				}
			}
		})
	}
}

// BenchmarkPastDay shows the register of a large company at the end of days that
// nobody asked for since a thousand changes were made, four a day.
func BenchmarkPastDay(b *testing.B) {
	const days = 250
	s := newSiteOf(b, large())
	s.must("ann", company.OpenReview{Review: "q3"})
	for i := range 4 * days {
		s.later = time.Duration(i) * 6 * time.Hour
		s.must("ann", company.EditUser{User: team.UserID(fmt.Sprintf("u%05d", i)), Name: company.To(fmt.Sprint("Renamed ", i))})
	}
	for i := 0; b.Loop(); i++ {
		day := today.AddDate(0, 0, i*67%days).Format(time.DateOnly)
		if p := s.get("ann", "/register?day="+day); p.status != http.StatusOK {
			b.Fatal(p.status, p.text)
		}
	}
}
