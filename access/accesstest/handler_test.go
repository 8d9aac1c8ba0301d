package accesstest

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

// TestCompanyIsDescribed: the facts of a company are facts of its lock file, word
// for word.
func TestCompanyIsDescribed(t *testing.T) {
	facts := []string{
		"ada has role admin", "bo has role viewer until 2027-01-01T00:00:00Z", `"sam s" has role team-member`,
		"bo acts in team us", `"sam s" acts in team us until 2026-07-01T00:00:00Z`, "team us sees us-1", `team us sees "us 2"`,
		"ada is creator of report q3", "bo is viewer of report q3 until 2026-06-01T00:00:00Z", "account de-1", "team lab sees nothing",
	}
	lock := lockText(Company(t, nil, facts...))
	for _, fact := range facts {
		fact = strings.TrimSuffix(fact, " sees nothing")
		if !strings.Contains(lock, "\n"+fact+"\n") && !strings.Contains(lock, "\n"+fact+" (") {
			t.Errorf("%q is not in\n%s", fact, lock)
		}
	}
}

// TestCompany takes the catalog and the clock from its Config, and refuses what is
// no policy.
func TestCompany(t *testing.T) {
	catalog, err := role.NewCatalog([]role.Role{{Name: "reader", Default: true, Offered: true, Capabilities: []role.Action{"account.view"}}})
	if err != nil {
		t.Fatal(err)
	}
	c := &access.Config{Catalog: catalog, Now: Clock(t, "2026-06-01")}
	p := Company(t, c, "ann acts in team us until 2026-06-01T00:00:00.000000001Z\nbob acts in team us until 2026-06-01", "team us sees a")
	for user, want := range map[string]bool{"ann": true, "bob": false, "eve": false} {
		if d := p.Decide(access.User(user), access.ViewAccount, access.Account("a")); d.Allowed != want {
			t.Errorf("%v, want allowed: %t", d, want)
		}
	}
	if d := Company(t, nil).Decide(access.User("ann"), access.ViewAccount, access.Account("a")); d.Reason != access.ReasonUnknownUser {
		t.Errorf("in an empty company: %v", d)
	}
	for facts, want := range map[string]string{
		"ann is":                                "ann is: the level is missing: write USER is LEVEL of report REPORT [until DAY]",
		"ann has role viewer until tomorrow":    `users[0] "ann".until`,
		"ann acts in team us\nteam us sees a b": "pass",
		"team us is creator of report q3":       "level creator",
	} {
		got := mocked(func(t testing.TB) { Company(t, nil, facts) })
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", facts, got, want)
		}
	}
}

func TestClock(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-06-01":                time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		"2026-06-01T09:30:00+02:00": time.Date(2026, 6, 1, 7, 30, 0, 0, time.UTC),
	} {
		now := Clock(t, text)
		if at := now(); !at.Equal(want) || !now().Equal(want) {
			t.Errorf("%s is %v", text, at)
		}
	}
	for _, text := range []string{"", "yesterday", "0001-01-01"} {
		if got := mocked(func(t testing.TB) { Clock(t, text) }); !strings.Contains(got, "2027-01-31") {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// TestSubject: a subject is signed in only where a test makes the guard with
// Subject.
func TestSubject(t *testing.T) {
	errAbsent := errors.New("absent")
	yours := func(r *http.Request) (access.Subject, error) {
		if r.Header.Get("User") == "" {
			return access.Subject{}, errAbsent
		}
		return access.User(r.Header.Get("User")), nil
	}
	request := func(user string, ctx context.Context) *http.Request {
		r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
		r.Header.Set("User", user)
		return r
	}
	none := context.Background()
	tom := SignIn(none, access.Session("tom", "us"))
	for name, tt := range map[string]struct {
		subject func(*http.Request) (access.Subject, error)
		r       *http.Request
		want    access.Subject
		err     error
	}{
		"signed in":                     {Subject(yours), request("", tom), access.Session("tom", "us"), nil},
		"signed in, as another as well": {Subject(yours), request("ann", tom), access.Session("tom", "us"), nil},
		"signed in as nobody":           {Subject(yours), request("ann", SignIn(tom, access.Subject{})), access.Subject{}, nil},
		"signed in twice":               {Subject(yours), request("", SignIn(tom, access.User("mia"))), access.User("mia"), nil},
		"not signed in":                 {Subject(yours), request("ann", none), access.User("ann"), nil},
		"nobody":                        {Subject(yours), request("", none), access.Subject{}, errAbsent},
		"in production":                 {yours, request("", tom), access.Subject{}, errAbsent},
		"without yours":                 {Subject[*http.Request](nil), request("ann", none), access.Subject{}, nil},
		"without yours, signed in":      {Subject[*http.Request](nil), request("", tom), access.Session("tom", "us"), nil},
	} {
		if s, err := tt.subject(tt.r); s != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, %v; want %v, %v", name, s, err, tt.want, tt.err)
		}
	}
}
