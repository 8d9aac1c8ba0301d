package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// now is the time of all decisions, so that the totals are the same on any day.
var now = time.Date(2026, time.September, 1, 9, 0, 0, 0, time.UTC)

var (
	sources   = []string{"google-ads", "meta-ads", "tiktok-ads", "app-store", "play-store"}
	countries = []string{"AT", "AU", "BE", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IN", "IT", "JP", "NL", "NO", "NZ", "PL", "PT", "SE", "US", "ZA"}
	labels    = []string{"brand", "vip", "test", "agency", "O'Neill & Söhne", `50 % \ off`}
)

// newDocument returns the document of a company with n accounts: five sources in
// 24 countries, with some values missing. Each country is a team with five data
// groups. Tom is in a team that sees little, mia in the teams of eight countries,
// and eve in one that sees a source in all but one. Ada sees everything.
func newDocument(n int) *document.Document {
	r := rand.New(rand.NewPCG(17, 1))
	d := &document.Document{
		Attributes: map[string]string{"country": "string", "spend": "number", "labels": "labels"},
		Accounts:   make([]document.Account, n),
		Users: []document.User{
			{ID: "tom", Email: "tom@example.com", Role: "team-member"},
			{ID: "mia", Email: "mia@example.com", Role: "team-member"},
			{ID: "eve", Email: "eve@example.com", Role: "team-member"},
			{ID: "ada", Email: "ada@example.com", Role: "admin"},
		},
		Groups: []document.Group{
			{ID: "brand-ie", Filter: "country = 'IE' and labels has 'brand' and spend >= 60000"},
			{ID: "google", Filter: "source = 'google-ads' and country != 'US'"},
		},
		Teams: []document.Team{
			{ID: "brand", Groups: []string{"brand-ie"}, Members: []document.Member{{User: "tom"}}},
			{ID: "search", Groups: []string{"google"}, Members: []document.Member{{User: "eve"}}},
		},
		Reports: []document.Report{{ID: "q3", Grants: []document.Grant{
			{User: "ada", Level: "creator"}, {User: "eve", Level: "viewer"}, {User: "mia", Level: "explorer"}, {User: "tom", Level: "viewer"},
		}}},
		Links: []document.Link{{
			ID: "press", Maker: "mia", Session: "DE", Action: string(access.ViewReport),
			Resource: document.Resource{Kind: "report", ID: "q3"}, Until: document.End(now.AddDate(0, 0, 30)),
		}},
	}
	for i := range d.Accounts {
		d.Accounts[i] = newAccount(r, i)
	}
	for i, country := range countries {
		t := document.Team{ID: country}
		for _, g := range groupsOf(country) {
			d.Groups = append(d.Groups, g)
			t.Groups = append(t.Groups, g.ID)
		}
		if i%3 == 0 {
			t.Members = append(t.Members, document.Member{User: "mia"})
		}
		d.Teams = append(d.Teams, t)
	}
	return d
}

// newAccount returns the account with a number. One of ten has no country, two of
// ten no spend, and half of them no labels.
func newAccount(r *rand.Rand, number int) document.Account {
	a := document.Account{
		ID: fmt.Sprintf("account-%05d", number), Source: sources[r.IntN(len(sources))], Values: make(map[string]datagroup.Value),
	}
	if r.IntN(10) >= 1 {
		a.Values["country"] = datagroup.Text(countries[r.IntN(len(countries))])
	}
	if r.IntN(10) >= 2 {
		a.Values["spend"] = datagroup.Number(float64(r.IntN(10_000_000)) / 100)
	}
	if r.IntN(2) == 0 {
		a.Values["labels"] = datagroup.Labels(slices.DeleteFunc(slices.Clone(labels), func(string) bool { return r.IntN(3) > 0 })...)
	}
	return a
}

// groupsOf returns the data groups of a country.
func groupsOf(country string) []document.Group {
	var all []document.Group
	for i, source := range sources[:len(sources)-1] {
		filter := fmt.Sprintf("country = '%s' and source = '%s'", country, source)
		switch i {
		case 0:
			filter += " and not (labels has 'test')"
		case 1:
			filter += " and spend < 80000"
		case 2:
			filter += " and (labels missing or labels has any ('vip', 'O''Neill & Söhne'))"
		}
		all = append(all, document.Group{ID: country + "-" + source, Filter: filter})
	}
	return append(all, document.Group{
		ID: country + "-key", Filter: fmt.Sprintf(`country = '%s' and (spend >= 95000 or labels has all ('vip', '50 %% \ off'))`, country),
	})
}

// readers are those whose totals the program compares.
var readers = []access.Subject{access.User("tom"), access.User("mia"), access.User("eve"), access.User("ada"), access.Session("mia", "DE"), access.ViaLink("press")}

// world is a company, one report about its accounts, and what each reader sees.
type world struct {
	document *document.Document
	policy   *access.Policy
	report   []row
	want     []total // of each of the readers
}

// newWorld returns a world with so many accounts and rows. The error wraps
// access.ErrDenied if a reader may not open the report.
func newWorld(accounts, rows int) (*world, error) {
	w := &world{document: newDocument(accounts), report: newReport(rows, accounts)}
	policy, err := access.Compile(w.document, nil)
	if err != nil {
		return nil, err
	}
	w.policy = policy.At(now)
	for _, reader := range readers {
		view, err := open(w.policy, reader)
		if err != nil {
			return nil, err
		}
		w.want = append(w.want, w.sees(view))
	}
	return w, nil
}

// open returns whose rows of the report a reader sees: one decision for the report,
// and one view. The error wraps access.ErrDenied if they may not open it.
func open(p *access.Policy, reader access.Subject) (access.View, error) {
	if err := p.Decide(reader, access.ViewReport, access.Report("q3")).Err(); err != nil {
		return access.View{}, err
	}
	return p.View(reader), nil
}

// sees computes the total of a view by a look-up for each row.
func (w *world) sees(v access.View) (sum total) {
	for _, r := range w.report {
		if v.Sees(r.account) {
			sum.add(r.clicks, r.spend)
		}
	}
	return sum
}
