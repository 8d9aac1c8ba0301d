package accesstest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/accesstest"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

// newService stands for your service. It is given its policy, and the function
// that authenticates.
func newService(source live.Source, subject func(*http.Request) (access.Subject, error)) (http.Handler, error) {
	guard, err := accesshttp.New(accesshttp.Config{Source: source, Subject: subject})
	if err != nil {
		return nil, err
	}
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s reads %s, with %d accounts", admission.Subject(r.Context()), r.PathValue("report"), admission.View(r.Context()).Len())
	})
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", guard.Require(access.ViewReport, accesshttp.Path("report", access.Report))(show))
	return mux, nil
}

// cookieUser stands for your authentication.
func cookieUser(r *http.Request) (access.Subject, error) {
	user, err := r.Cookie("user")
	if err != nil {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	return access.User(user.Value), nil
}

// A test of your own handlers: a company in a few lines, at a time that stands
// still, and a subject for each request.
func Example() {
	var t testing.TB = reporter{} // in a test, the t of the test
	policy := accesstest.Company(t, &access.Config{Now: accesstest.Clock(t, "2026-06-01")}, `
		tom acts in team americas
		team americas sees us-1 us-2
		tom is viewer of report q3 until 2027-01-01
		mia is suspended
		mia is viewer of report q3
		report q4
	`)
	service, err := newService(live.New(policy), accesstest.Subject(cookieUser))
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string, s access.Subject) {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		service.ServeHTTP(w, r.WithContext(accesstest.SignIn(r.Context(), s)))
		fmt.Println(w.Code, w.Body)
	}
	get("/reports/q3", access.User("tom"))
	get("/reports/q3", access.Session("tom", "americas"))
	get("/reports/q4", access.User("tom"))
	get("/reports/q3", access.User("mia"))
	get("/reports/q3", access.Subject{})
	// Output:
	// 200 tom reads q3, with 2 accounts
	// 200 tom in team americas reads q3, with 2 accounts
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
	// 403 {"title":"Forbidden","status":403,"reason":"suspended"}
	// 401 {"title":"Unauthorized","status":401}
}
