package console_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// A service of your own with its own login mounts the pages in three lines. They
// take from it who is signed in.
func Example() {
	acme, err := company.Found(context.Background(), audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Name: "Ann", Email: team.MustParseAddress("ann@example.com")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	// Your session says who is signed in, "" for nobody. This one believes a
	// cookie, which yours must not.
	signedIn := func(r *http.Request) (team.UserID, error) {
		cookie, err := r.Cookie("session")
		if err != nil {
			return "", nil
		}
		return team.UserID(cookie.Value), nil
	}
	mux := http.NewServeMux()

	// The three lines.
	pages, err := console.New(acme, &console.Config{User: signedIn, Prefix: "/admin", SignIn: "/login"})
	if err != nil {
		log.Fatal(err)
	}
	mux.Handle("/admin/", pages)

	// What browsers get: http.ListenAndServe("localhost:8080", mux) serves them.
	stranger := httptest.NewRequest("GET", "/admin/people", nil)
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, stranger)
	fmt.Println(answer.Code, answer.Header().Get("Location"))

	ann := httptest.NewRequest("GET", "/admin/people", nil)
	ann.AddCookie(&http.Cookie{Name: "session", Value: "ann"})
	answer = httptest.NewRecorder()
	mux.ServeHTTP(answer, ann)
	fmt.Println(answer.Code, strings.Contains(answer.Body.String(), "ann@example.com"))
	// Output:
	// 303 /login?next=%2Fadmin%2Fpeople
	// 200 true
}
