package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
)

// pageRights are what each page needs at the company, all of them, by its path or
// the path that it is below. Nothing is every active user.
var pageRights = map[string][]access.Action{
	"/": nil, "/accounts": nil, "/attributes": {access.AddSource}, "/reports": nil, "/links": nil, "/picture": {access.ViewDirectory}, "/picture.svg": {access.ViewDirectory}, "/suggest": {access.ViewDirectory},
	"/people": {access.ViewDirectory}, "/person": {access.ViewDirectory}, "/teams": {access.ViewDirectory}, "/team": {access.ViewDirectory},
	"/groups": {access.ViewDirectory}, "/group": {access.ViewDirectory}, "/invitations": {access.ViewDirectory}, "/invitation": {access.ViewDirectory},
	"/lint":     {access.ViewDirectory, access.ReadAudit},
	"/register": {access.ReadAudit}, "/access": {access.ReadAudit}, "/due": {access.ReadAudit}, "/history": {access.ReadAudit}, "/event": {access.ReadAudit},
	"/why": {access.ReadAudit}, "/view-as": {access.ReadAudit}, "/who": {access.ReadAudit},
	"/reviews": {access.RunReview}, "/review": {access.RunReview}, "/settings": {access.EditCompany},
}

// pageQuery is what a page must be asked about.
var pageQuery = map[string]string{
	"/person": "id=tom", "/team": "id=west", "/group": "id=us", "/invitation": "id=i1", "/access": "id=tom", "/event": "seq=2", "/review": "id=may",
	"/review/evidence": "id=jan", "/view-as": "user=tom", "/suggest": "of=user&find=t",
}

// TestPagesByHand: every page, asked for by hand by everybody, answers as the
// policy decides, and says so in public words.
func TestPagesByHand(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	for _, path := range console.RoutePaths() {
		rights, ok := rightsOf(path)
		if !ok || path == "/change" {
			continue // of one thing: see TestThingsByHand and TestFormsByHand
		}
		for _, as := range lawRoles {
			link := path + "?" + queryOf(path)
			p, want := s.get(as, link), s.denied(as, rights)
			switch {
			case as == "":
				p.want(t, http.StatusUnauthorized, "You are not signed in")
			case want != "":
				p.want(t, http.StatusForbidden, console.DenialWords(want))
			case p.status != http.StatusOK:
				t.Errorf("%s as %s: %d %s", link, as, p.status, p.text)
			}
			if !active(as) {
				p.lacks(t, "Acme", "Ann", "West", "<nav")
			}
		}
	}
}

// rightsOf returns what a page needs.
func rightsOf(path string) ([]access.Action, bool) {
	if rights, ok := pageRights[path]; ok {
		return rights, true
	}
	rights, ok := pageRights[path[:max(strings.LastIndex(path, "/"), 0)]]
	return rights, ok
}

// queryOf returns what a page must be asked about.
func queryOf(path string) string {
	if query, ok := pageQuery[path]; ok {
		return query
	}
	return pageQuery[path[:max(strings.LastIndex(path, "/"), 0)]]
}

// denied returns the public reason for which somebody has not all of some rights
// at the company.
func (s *site) denied(as string, rights []access.Action) access.Reason {
	if d := s.company.Policy().Active(access.User(as)); !d.Allowed {
		return d.Public().Reason
	}
	for _, a := range rights {
		if d := s.company.Decide(access.User(as), a, access.Company()); !d.Allowed {
			return d.Public().Reason
		}
	}
	return ""
}

// formAsks are the questions about each form, as SPEC §7 has them, each with the
// parameter that says of what; "" is the company, and "role" that of the
// invitation.
var formAsks = map[string]string{
	"user.edit": "user.edit user", "user.set-role": "user.set-role user", "user.set-expiry": "user.set-expiry user", "user.suspend": "user.suspend user",
	"user.reinstate": "user.suspend user", "user.remove": "user.remove user", "owner.transfer": "owner.transfer user",
	"team.create": "team.create", "team.edit": "team.edit team", "team.delete": "team.delete team", "team.attach-group": "team.set-datagroups team", "team.detach-group": "team.set-datagroups team",
	"team.add-member": "team.set-members team", "team.set-member-end": "team.set-members team", "team.remove-member": "team.set-members team", "user.add-to-team": "team.set-members any; exists user",
	"invitation.send": "user.invite", "invitation.resend": "user.invite; exists invitation; role.grant role; team.set-members any", "invitation.amend": "user.invite; exists invitation; role.grant role; team.set-members any",
	"invitation.revoke": "user.invite; exists invitation; role.grant role",
	"datagroup.create":  "datagroup.create", "datagroup.edit": "datagroup.edit group", "datagroup.delete": "datagroup.delete group", "datagroup.attach": "team.set-datagroups any",
	"source.add": "source.add", "source.edit": "source.edit account", "source.remove": "source.remove account",
	"attribute.declare": "source.add", "attribute.retype": "source.add; exists attribute", "attribute.drop": "source.add; exists attribute",
	"report.create": "report.create", "report.set": "report.set report", "report.unshare-team": "report.unshare report", "report.share-team": "report.share-viewer report", "report.delete": "report.delete report", "report.unshare": "report.unshare report", "report.share": "report.share-viewer report",
	"report.name-creator": "audit.read; exists report", "link.make": "report.share-viewer report", "link.revoke": "link.revoke link",
	"review.open": "review.run", "review.decide": "review.run; exists review; exists row", "review.close": "review.run; exists review", "review.schedule": "company.edit",
	"company.set-name": "company.edit", "company.set-limits": "company.edit",
}

// questionOf returns what is asked about a form with its parameters.
func questionOf(text string, keys url.Values) (access.Action, access.Resource) {
	action, of, _ := strings.Cut(text, " ")
	switch id := keys.Get(of); of {
	case "user":
		return access.Action(action), access.TargetUser(id)
	case "team":
		return access.Action(action), access.Team(id)
	case "group":
		return access.Action(action), access.Group(id)
	case "report":
		return access.Action(action), access.Report(id)
	case "account":
		return access.Action(action), access.Account(id)
	case "link":
		return access.Action(action), access.Link(id)
	case "any":
		return access.Action(action), access.Team("west")
	case "role":
		return access.Action(action), access.Role("viewer")
	}
	return access.Action(action), access.Company()
}

// TestFormsByHand: every form, asked for and sent by hand by everybody, about what
// is there and what is not, opens if the policy allows what the form asks, and is
// refused otherwise: with the public reason, or as if there were no such thing. A
// form that is refused is refused however it is sent.
func TestFormsByHand(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	counts := map[int]int{}
	for _, name := range few(t, 10, console.FormNames()) {
		asks, ok := formAsks[name]
		if !ok {
			t.Errorf("form %s: say in formAsks what it asks", name)
		}
		for _, keys := range keysFor(name) {
			for _, as := range lawRoles {
				want, words := s.wantForm(as, name, asks, keys)
				counts[want]++
				p := s.get(as, "/change?do="+name+"&"+keys.Encode())
				if p.status != want || !strings.Contains(p.text, words) {
					t.Errorf("%s %v as %s: %d, want %d %q: %s", name, keys, as, p.status, want, words, p.text)
				}
				if want != http.StatusOK {
					s.refusesSent(as, name, keys, want, words)
				}
			}
		}
	}
	for _, status := range []int{200, 401, 403, 404} {
		if counts[status] == 0 && !testing.Short() { // too few forms to count on each
			t.Errorf("no form answers %d", status)
		}
	}
}

// wantForm returns how a form must answer, and the words that must be in it.
func (s *site) wantForm(as, name, asks string, keys url.Values) (int, string) {
	if as == "" {
		return http.StatusUnauthorized, "You are not signed in"
	}
	if reason := s.denied(as, nil); reason != "" {
		return http.StatusForbidden, console.DenialWords(reason)
	}
	if name == "user.edit" && keys.Get("user") == as {
		return http.StatusOK, ""
	}
	for ask := range strings.SplitSeq(asks, "; ") {
		if of, ok := strings.CutPrefix(ask, "exists "); ok {
			if !s.has(of, keys.Get(of)) {
				return http.StatusNotFound, "It does not exist, or it is not for you to see."
			}
			continue
		}
		action, r := questionOf(ask, keys)
		d := s.company.Decide(access.User(as), action, r)
		switch kind := r.Kind(); {
		case d.Allowed:
		case d.Reason == access.ReasonUnknownResource, kind == access.KindReport, kind == access.KindAccount, kind == access.KindLink:
			return http.StatusNotFound, "It does not exist, or it is not for you to see."
		default:
			return http.StatusForbidden, console.DenialWords(d.Public().Reason)
		}
	}
	return http.StatusOK, ""
}

// has reports whether there is something that is no resource, or may not be asked
// about.
func (s *site) has(what, id string) bool {
	switch what {
	case "invitation":
		_, ok := s.company.Invitation(invite.ID(id))
		return ok
	case "report":
		return s.company.Policy().Directory().Has(access.Report(id))
	case "attribute":
		return slices.ContainsFunc(s.company.Policy().Directory().Schema().Attributes(), func(a datagroup.Attribute) bool { return a.Name == id })
	case "review":
		_, ok := s.company.Now().Review(id)
		return ok
	case "row":
		for item := range s.company.Now().ReviewItems("may", company.RowQuery{}) {
			if item.Row.Key() == id {
				return true
			}
		}
		return false
	}
	return s.company.Policy().Directory().Has(access.TargetUser(id))
}

// keysFor returns the parameters of a form: each thing that there is, and one
// that is not there.
func keysFor(name string) []url.Values {
	all := []url.Values{{}}
	for _, key := range console.KeysOf(name) {
		var next []url.Values
		for _, keys := range all {
			for _, value := range append(slices.Clone(keyValues[key]), "nothing") {
				more := url.Values{key: {value}}
				for k, v := range keys {
					more[k] = v
				}
				next = append(next, more)
			}
		}
		all = next
	}
	return all
}

// refusesSent sends a form by hand that somebody may not open.
func (s *site) refusesSent(as, name string, keys url.Values, want int, words string) {
	s.t.Helper()
	before := s.company.Checkpoint()
	for _, step := range []string{"check", "do"} {
		form := url.Values{"do": {name}, "for": {as}, "since": {strconv.FormatUint(before.Seq, 10)}, "step": {step}, "new": {"made"}}
		for field, typed := range typedBy {
			form.Set(field, typed)
		}
		for key, value := range keys {
			form[key] = value
		}
		p := s.post(as, "/change", form)
		if p.status != want || !strings.Contains(p.text, words) || s.company.Checkpoint() != before {
			s.t.Errorf("%s %v as %s, sent: %d, want %d %q: %s", name, keys, as, p.status, want, words, p.text)
		}
	}
}
