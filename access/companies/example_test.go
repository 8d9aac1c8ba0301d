package companies_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// An agency works for three clients, each with a company of its own: one has let it
// go, and one has only invited it yet. When somebody of the agency signs in, they
// see in one list which they are.
func Example() {
	ctx := context.Background()
	store := audit.NewMemoryStore(company.Keys) // yours is one that lasts, such as filelog.OpenDir
	all, err := companies.New(store, &companies.Config{
		Company: func(string) *company.Config {
			return &company.Config{
				Systems: map[string]company.SystemConfig{"host": {Changes: company.ChangeTypes()}},
				Deliver: func(context.Context, invite.Message) error { return nil }, // your mail
				Origin:  "https://app.example.com/join",
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer all.Close()

	abe := team.MustParseAddress("abe@agency.example")
	for _, name := range []string{"bakery", "florist", "shop", "unrelated"} {
		founding := company.Founding{ID: name, Name: "The " + name, Document: &document.Document{
			Users: []document.User{{ID: "owner", Email: "owner@" + name + ".example", Role: "admin"}},
		}}
		if name == "bakery" || name == "shop" {
			founding.Document.Users = append(founding.Document.Users, document.User{ID: "abe-of-" + name, Email: abe.String(), Role: "viewer"})
		}
		if _, err := all.Found(ctx, name, founding); err != nil {
			log.Fatal(err)
		}
	}
	change := func(name string, change company.Change) {
		co, err := all.Open(ctx, name)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := co.Do(ctx, company.By{Actor: company.System("host"), Reason: "the contract"}, change); err != nil {
			log.Fatal(err)
		}
	}
	change("bakery", company.SuspendUser{User: "abe-of-bakery"})
	change("florist", company.Invite{Terms: invite.Terms{Address: abe, Role: "viewer"}})

	// Your identity provider says that the address of who signs in is verified.
	proof, err := invite.Verified(abe, "https://id.example.com", "", time.Now())
	if err != nil {
		log.Fatal(err)
	}
	found, err := all.Find(ctx, proof)
	if err != nil {
		log.Fatal(err) // some company cannot be asked now: show what was found, and say so
	}
	for _, m := range found {
		fmt.Printf("%s: %s (%s)\n", m.Company, m.Standing, m.Name)
	}
	// Output:
	// The bakery: suspended (bakery)
	// The florist: invited (florist)
	// The shop: active (shop)
}

// Guard a route of many companies: each request is for the company in its path, by
// the policy of that company.
func ExampleCompanies_Source() {
	ctx := context.Background()
	all, err := companies.New(audit.NewMemoryStore(company.Keys), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer all.Close()
	for _, name := range []string{"bakery", "shop"} {
		_, err := all.Found(ctx, name, company.Founding{ID: name, Name: name, Founder: team.User{ID: team.UserID("owner-of-" + name)}})
		if err != nil {
			log.Fatal(err)
		}
	}

	guard, err := accesshttp.New(accesshttp.Config{
		SourceOf: func(r *http.Request) (live.Source, error) {
			return all.Source(r.Context(), r.PathValue("company"))
		},
		Subject: func(r *http.Request) (access.Subject, error) { // your authentication
			user, _, _ := r.BasicAuth()
			return access.User(user), nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	list := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "users of %s, for %s", r.PathValue("company"), admission.Subject(r.Context()))
	})
	mux := http.NewServeMux()
	mux.Handle("GET /{company}/users", guard.Require(access.ViewDirectory, accesshttp.Fixed(access.Company()))(list))

	for _, path := range []string{"/shop/users", "/bakery/users", "/none/users"} {
		r := httptest.NewRequest("GET", path, nil)
		r.SetBasicAuth("owner-of-shop", "")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 users of shop, for owner-of-shop
	// 403 {"title":"Forbidden","status":403,"reason":"unknown-user"}
	// 404 404 page not found
}
