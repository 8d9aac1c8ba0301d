package company_test

import (
	"context"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// joinPage is what a link opens. Browsers send what stands after the # of a link
// to no server, so a line of script puts it into the form.
const joinPage = `<!doctype html><title>Invitation</title>
<form method="post"><input type="hidden" name="secret"><button>See the invitation</button></form>
<script>document.forms[0].secret.value = location.hash.slice(1)</script>`

// offerPage asks whether the person accepts. Opening a link accepts nothing.
var offerPage = template.Must(template.New("").Parse(`<!doctype html><title>Invitation</title>
<p>{{.Offer.Inviter}} invites you to {{.Offer.Company}} as {{.Offer.RoleTitle}}.
<form method="post"><input type="hidden" name="secret" value="{{.Secret}}"><button name="accept" value="yes">Accept</button></form>`))

// join serves the page of a company where people accept. The proof of their
// address comes from your sign-in.
func join(acme *company.Company, signIn func(*http.Request) (invite.Proof, error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /join/{invitation}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, joinPage) })
	mux.HandleFunc("POST /join/{invitation}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		id := invite.ID(r.PathValue("invitation"))
		secret, _ := invite.ParseSecret(r.PostFormValue("secret")) // the zero Secret proves nothing
		offer, err := acme.Offer(id, secret)
		if err != nil { // one answer, whatever is wrong
			http.Error(w, "This invitation cannot be accepted.", http.StatusNotFound)
			return
		}
		if r.PostFormValue("accept") == "" {
			offerPage.Execute(w, map[string]any{"Offer": offer, "Secret": secret.Reveal()})
			return
		}
		proof, err := signIn(r)
		if err != nil {
			http.Error(w, "Sign in, and open the link again.", http.StatusUnauthorized)
			return
		}
		receipt, err := acme.Do(r.Context(), company.By{Actor: company.Invitee(proof)}, company.AcceptInvitation{Invitation: id, Secret: secret})
		if err != nil {
			http.Error(w, "This invitation cannot be accepted.", http.StatusForbidden)
			return
		}
		accepted, _ := company.Outcome[company.AcceptInvitation](receipt)
		fmt.Fprint(w, "Welcome, you are ", accepted.Role) // accepted.User is their id from now on
	})
	return mux
}

// The page that the link of an invitation leads to, at Config.Origin: it shows the
// offer, and accepts it at the press of a button.
func Example_joinPage() {
	var mail []invite.Message
	acme, err := company.Found(context.Background(), audit.NewMemory(), company.Founding{
		ID: "acme", Name: "Acme",
		Founder: team.User{ID: "ann", Name: "Ann", Email: team.MustParseAddress("ann@example.com")},
	}, &company.Config{
		Origin:  "https://app.example.com/join", // where the page is
		Deliver: func(_ context.Context, m invite.Message) error { mail = append(mail, m); return nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = acme.Do(context.Background(), company.By{Actor: company.User("ann"), Reason: "new in sales"},
		company.Invite{Terms: invite.Terms{Address: team.MustParseAddress("bob@example.com"), Role: "user"}})
	if err != nil {
		log.Fatal(err)
	}
	signedIn := "eve@example.com"
	page := join(acme, func(*http.Request) (invite.Proof, error) {
		return invite.Verified(team.MustParseAddress(signedIn), "https://id.example.com", "", time.Now())
	})

	// What Bob's browser does with the link.
	path, secret, _ := strings.Cut(strings.TrimPrefix(mail[0].Link(), "https://app.example.com"), "#")
	send := func(form url.Values) {
		r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		line, _, _ := strings.Cut(strings.TrimPrefix(w.Body.String(), "<!doctype html><title>Invitation</title>\n"), "\n")
		fmt.Println(w.Code, line)
	}
	send(url.Values{"secret": {"guessed"}})
	send(url.Values{"secret": {secret}})
	send(url.Values{"secret": {secret}, "accept": {"yes"}}) // somebody else is signed in
	signedIn = "bob@example.com"
	send(url.Values{"secret": {secret}, "accept": {"yes"}})
	send(url.Values{"secret": {secret}, "accept": {"yes"}})
	// Output:
	// 404 This invitation cannot be accepted.
	// 200 <p>Ann invites you to Acme as User.
	// 403 This invitation cannot be accepted.
	// 200 Welcome, you are user
	// 404 This invitation cannot be accepted.
}
