package console_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// A service of your own with its own login. The pages are mounted in three lines,
// and take from you who is signed in.
func Example() {
	acme, err := company.Found(context.Background(), audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Name: "Ann", Email: team.MustParseAddress("ann@example.com")},
	}, nil)
	if err != nil {
		panic(err)
	}

	// Your session: this one believes a cookie, which yours must not.
	signedIn := func(r *http.Request) (team.UserID, error) {
		cookie, err := r.Cookie("session")
		if err != nil {
			return "", nil // nobody
		}
		return team.UserID(cookie.Value), nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: r.FormValue("user"), HttpOnly: true, SameSite: http.SameSiteLaxMode})
		http.Redirect(w, r, "/admin/", http.StatusSeeOther)
	})

	// The three lines.
	pages, err := console.New(acme, &console.Config{User: signedIn, Prefix: "/admin", SignIn: "/login"})
	if err != nil {
		panic(err)
	}
	mux.Handle("/admin/", pages)

	server := httptest.NewServer(mux)
	defer server.Close()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	answer, err := browser.PostForm(server.URL+"/login", url.Values{"user": {"ann"}})
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Request.URL.Path, answer.StatusCode, strings.Contains(string(body), "Invite somebody") || strings.Contains(string(body), "People"))
	// Output: /admin/ 200 true
}
