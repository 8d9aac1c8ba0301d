package access_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// reasonWorld has one user for each way to be turned away. At the instant of
// the questions, 2026-06-01, what ends on 2026-01-01 has ended.
const reasonWorld = `{
  "catalog": {"roles": [
    {"name": "boss", "data": "all", "minHolders": 1, "manages": ["boss", "keeper", "single", "clerk"], "capabilities": [
      "account.view", "team.edit", "datagroup.edit", "user.remove", "user.set-role", "role.grant", "owner.transfer", "budget.edit"]},
    {"name": "hr", "data": "all", "manages": ["clerk", "keeper"], "capabilities": ["user.remove", "role.grant"]},
    {"name": "trustee", "data": "all", "manages": ["clerk", "keeper"], "capabilities": ["owner.transfer", "user.edit"]},
    {"name": "keeper", "minHolders": 1},
    {"name": "single", "maxHolders": 1},
    {"name": "clerk", "offered": true, "default": true, "capabilities": ["account.view", "recording.view", "budget.edit"]}],
   "kinds": [
    {"name": "campaign", "in": "account", "actions": ["recording.view", "budget.edit"], "link": "recording.view"},
    {"name": "page", "in": "company", "actions": ["recording.view", "budget.edit"], "link": "recording.view"},
    {"name": "report", "actions": ["budget.edit"]}]},
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "all", "filter": "everything"}],
  "teams": [
    {"id": "americas", "groups": ["us"], "members": [{"user": "ann"}, {"user": "sue"}, {"user": "eve", "until": "2027-01-01T00:00:00Z"}]},
    {"id": "emea", "groups": ["all"], "members": [{"user": "old", "until": "2026-01-01T00:00:00Z"}]},
    {"id": "zeta", "groups": ["all", "us"], "members": [{"user": "zoe"}]},
    {"id": "empty", "members": [{"user": "zoe"}]}],
  "users": [
    {"id": "bea", "email": "bea@example.com", "role": "boss"},
    {"id": "hal", "email": "hal@example.com", "role": "hr"},
    {"id": "tom", "email": "tom@example.com", "role": "trustee"},
    {"id": "kim", "email": "kim@example.com", "role": "keeper"},
    {"id": "kit", "email": "kit@example.com", "role": "keeper", "until": "2027-01-01T00:00:00Z"},
    {"id": "sam", "email": "sam@example.com", "role": "single", "suspended": true},
    {"id": "ann", "email": "ann@example.com"},
    {"id": "eve", "email": "eve@example.com"},
    {"id": "old", "email": "old@example.com"},
    {"id": "zoe", "email": "zoe@example.com"},
    {"id": "sue", "email": "sue@example.com", "suspended": true, "until": "2026-01-01T00:00:00Z"},
    {"id": "end", "email": "end@example.com", "until": "2026-06-01T00:00:00Z"}],
  "reports": [
    {"id": "q3", "grants": [{"user": "zoe", "level": "creator"}, {"user": "ann", "level": "viewer"}, {"team": "americas", "level": "explorer"},
                            {"user": "kim", "level": "editor"}, {"user": "old", "level": "creator", "until": "2026-06-01T00:00:00Z"}]},
    {"id": "q4", "grants": [{"user": "zoe", "level": "creator"}, {"team": "zeta", "level": "viewer"}, {"team": "empty", "level": "viewer"}]},
    {"id": "q5", "grants": [{"team": "zeta", "level": "viewer", "until": "2026-06-01T00:00:00Z"}]}],
  "links": [
    {"id": "live", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2026-06-01T00:00:01Z"},
    {"id": "row", "maker": "eve", "session": "americas", "action": "recording.view", "resource": {"kind": "campaign", "id": "c1", "account": "us-1"}},
    {"id": "wide", "maker": "eve", "action": "recording.view", "resource": {"kind": "page", "id": "p1"}},
    {"id": "over", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2026-06-01T00:00:00Z"},
    {"id": "gone", "maker": "left", "action": "report.view", "resource": {"kind": "report", "id": "lost"}, "until": "2026-01-01T00:00:00Z", "ended": true},
    {"id": "sued", "maker": "sue", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "lost", "maker": "ann", "session": "zeta", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "idle", "maker": "kim", "action": "recording.view", "resource": {"kind": "page", "id": "p1"}},
    {"id": "none", "maker": "hal", "action": "report.view", "resource": {"kind": "report", "id": "q3"}},
    {"id": "dead", "maker": "ann", "action": "leaf.view", "resource": {"kind": "leaf", "id": "p1", "account": "us-1"}, "ended": true},
    {"id": "far", "maker": "ann", "action": "recording.view", "resource": {"kind": "campaign", "id": "c1", "account": "de-1"}}]
}`

// reasonTable has, for every reason: verdict, reason, and the step that denied;
// subject, action and resource; what the subject is shown; and the sentence,
// where * is any.
const reasonTable = `
allow role            | bea | account.view   | account:de-1                | allow | role boss
allow team            | ann | account.view   | account:us-1                | allow | team americas, data group us
allow team            | zoe | account.view   | account:us-1                | allow | team zeta, data group all
allow team            | eve | recording.view | campaign:c1 in account:us-1 | allow | team americas, data group us
allow role            | ann | recording.view | page:p1                     | allow | role clerk
allow grant           | zoe | report.delete  | report:q3                   | allow | creator of the report
allow grant           | ann | report.explore | report:q3                   | allow | explorer of the report, through team americas
allow grant           | zoe in team zeta | report.view | report:q4           | allow | creator of the report
allow grant           | ann | budget.edit    | report:q3                   | allow | explorer of the report, through team americas
allow maker           | ann | link.revoke    | link:over                   | allow | ann made the link
allow grant           | zoe | link.revoke    | link:live                   | allow | creator of the report
allow role            | bea | link.revoke    | link:row                    | allow | role boss
allow link            | link live | report.view    | report:q3                   | allow | link live is live
allow link            | link row  | recording.view | campaign:c1 in account:us-1 | allow | link row is live
allow link            | link wide | recording.view | page:p1                     | allow | link wide is live
allow role            | hal | link.revoke    | link:wide                   | allow | role hr
allow role            | bea | user.remove    | user:kit                    | allow | role boss
allow role            | hal | user.remove    | user:sue                    | allow | role hr
allow role            | bea | owner.transfer | user:ann                    | allow | role boss
allow role            | tom | user.edit      | user:kim                    | allow | role trustee

deny unavailable subject          | nobody              | frobnicate   | nothing      | unavailable  | there is no policy to ask now
deny unavailable subject          | ann                 | account.view | account:us-1 | unavailable  | there is no policy to ask now
deny unavailable subject          | ann in team emea    | report.view  | report:q3    | unavailable  | there is no policy to ask now
deny unavailable subject          | link live           | report.view  | report:q3    | unavailable  | there is no policy to ask now
deny no-subject subject           | nobody              | account.view | account:us-1 | no-subject   | nobody is asking
deny no-subject subject           | nobody              | frobnicate   | nothing      | no-subject   | nobody is asking
deny unknown-user subject         | bob                 | account.view | account:us-1 | unknown-user | there is no user bob
deny unknown-user subject         | bob in team nowhere | account.view | account:us-1 | unknown-user | there is no user bob
deny suspended subject            | sam                 | account.view | account:us-1 | suspended    | sam is suspended
deny suspended subject            | sue                 | account.view | account:us-1 | suspended    | sue is suspended
deny suspended subject            | sue in team nowhere | frobnicate   | nothing      | suspended    | sue is suspended
deny ended subject                | end                 | account.view | account:us-1 | ended        | the access of end has ended
deny ended subject                | end in team nowhere | frobnicate   | nothing      | ended        | the access of end has ended
deny unknown-session-team subject | ann in team nowhere | account.view | account:us-1 | not-a-member | there is no team "nowhere" to act within
deny unknown-session-team subject | ann in team         | account.view | account:us-1 | not-a-member | there is no team "" to act within
deny unknown-session-team subject | bea in team         | frobnicate   | nothing      | not-a-member | there is no team "" to act within
deny not-a-member subject         | ann in team emea    | account.view | account:us-1 | not-a-member | ann is not a current member of team emea
deny not-a-member subject         | bea in team emea    | account.view | account:us-1 | not-a-member | bea is not a current member of team emea
deny not-a-member subject         | old in team emea    | frobnicate   | nothing      | not-a-member | old is not a current member of team emea

deny unknown-link subject    | link l0   | report.view    | report:q3                   | link-ended   | there is no link l0
deny link-ended subject      | link gone | report.view    | report:lost                 | link-ended   | link gone was revoked, or its maker, report or kind is gone
deny link-ended subject      | link dead | leaf.view      | leaf:p1 in account:us-1     | link-ended   | link dead was revoked, or its maker, report or kind is gone
deny link-ended subject      | link gone | report.edit    | report:q3                   | link-ended   | link gone was revoked, or its maker, report or kind is gone
deny link-expired subject    | link over | report.view    | report:q3                   | link-expired | link over has expired
deny link-expired subject    | link over | report.edit    | report:q4                   | link-expired | link over has expired
deny link-scope subject      | link live | report.explore | report:q3                   | link-scope   | link live is for another action or another resource
deny link-scope subject      | link live | report.view    | report:q4                   | link-scope   | link live is for another action or another resource
deny link-scope subject      | link row  | recording.view | campaign:c1 in account:de-1 | link-scope   | link row is for another action or another resource
deny link-scope subject      | link row  | account.view   | account:us-1                | link-scope   | link row is for another action or another resource
deny link-scope subject      | link live | link.revoke    | link:live                   | link-scope   | link live is for another action or another resource
deny link-scope subject      | link sued | frobnicate     | nothing                     | link-scope   | link sued is for another action or another resource
deny link-paused subject     | link sued | report.view    | report:q3                   | link-paused  | the maker of link sued would be denied now, at the subject step
deny link-paused subject     | link lost | report.view    | report:q3                   | link-paused  | the maker of link lost would be denied now, at the subject step
deny link-paused capability  | link idle | recording.view | page:p1                     | link-paused  | the maker of link idle would be denied now, at the capability step
deny link-paused capability  | link none | report.view    | report:q3                   | link-paused  | the maker of link none would be denied now, at the capability step
deny link-paused reach       | link far  | recording.view | campaign:c1 in account:de-1 | link-paused  | the maker of link far would be denied now, at the reach step

deny unknown-action kind     | ann | frobnicate   | account:us-1            | unknown-action     | there is no action "frobnicate"
deny unknown-action kind     | ann | frobnicate   | nothing                 | unknown-action     | there is no action "frobnicate"
deny unknown-action kind     | ann | frobnicate   | leaf:p1 in account:us-1 | unknown-action     | there is no action "frobnicate"
deny no-resource kind        | ann | account.view | nothing                 | no-resource        | no resource is named
deny no-resource kind        | kim | team.edit    | nothing                 | no-resource        | no resource is named
deny unknown-kind kind       | ann | account.view | campagin:c1 in account:us-1 | unknown-kind   | the catalog declares no kind "campagin"
deny unknown-kind kind       | bea | budget.edit  | pages:p1                | unknown-kind       | the catalog declares no kind "pages"
deny unknown-kind kind       | ann | team.edit    | Page:p1 in account:us-1 | unknown-kind       | the catalog declares no kind "Page"
deny malformed-resource kind | ann | budget.edit  | page:p1 in account:us-1 | malformed-resource | things of kind page belong to no account
deny malformed-resource kind | kim | team.edit    | page:p1 in account:us-1 | malformed-resource | *
deny malformed-resource kind | ann | team.edit    | report:q3 in account:us-1 | malformed-resource | things of kind report belong to no account
deny malformed-resource kind | ann | account.view | account:us-1 in account:de-1 | malformed-resource | *
deny malformed-resource kind | bea | team.edit    | team:emea in account:us-1 | malformed-resource | *
deny malformed-resource kind | bea | team.create  | company:other           | malformed-resource | *
deny wrong-kind kind         | bea | team.edit    | company                 | wrong-kind         | team.edit cannot be asked of company
deny wrong-kind kind         | kim | team.edit    | account:us-1            | wrong-kind         | team.edit cannot be asked of account:us-1
deny wrong-kind kind         | ann | account.view | page:p1                 | wrong-kind         | account.view cannot be asked of page:p1
deny wrong-kind kind         | ann | budget.edit  | account:us-1            | wrong-kind         | budget.edit cannot be asked of account:us-1
deny wrong-kind kind         | ann | budget.edit  | company                 | wrong-kind         | budget.edit cannot be asked of company
deny wrong-kind kind         | ann | recording.view | company               | wrong-kind         | recording.view cannot be asked of company
deny wrong-kind kind         | kim | session.filter | page:p1               | wrong-kind         | session.filter cannot be asked of page:p1

deny no-capability capability | ann | team.edit      | team:emea    | no-capability | role clerk does not hold team.edit
deny no-capability capability | ann | team.edit      | team:nowhere | no-capability | role clerk does not hold team.edit
deny no-capability capability | kim | account.view   | account:de-1 | no-capability | role keeper does not hold account.view
deny no-capability capability | kim | budget.edit    | report:q3    | no-capability | role keeper does not hold budget.edit
deny no-capability capability | kim | budget.edit    | report:q9    | no-capability | role keeper does not hold budget.edit
deny no-capability capability | hal | owner.transfer | user:hal     | no-capability | role hr does not hold owner.transfer
deny no-level capability      | bea | report.view    | report:q3    | out-of-reach  | report q3 is not shared with bea
deny no-level capability      | old | report.view    | report:q3    | out-of-reach  | report q3 is not shared with old
deny no-level capability      | zoe | report.view    | report:q5    | out-of-reach  | report q5 is not shared with zoe
deny no-level capability      | bea | budget.edit    | report:q3    | out-of-reach  | report q3 is not shared with bea
deny no-level capability      | eve in team americas | report.view | report:q4 | out-of-reach | report q4 is not shared with eve
deny level-too-low capability | ann | report.edit    | report:q3    | level-too-low | level explorer does not hold report.edit

deny unknown-resource reach    | bea | account.view   | account:us-9                | out-of-reach | there is no account "us-9"
deny unknown-resource reach    | bea | account.view   | campaign:c1 in account:us-9 | out-of-reach | there is no account "us-9"
deny unknown-resource reach     | bea | user.remove    | user:bob                    | unknown-resource | there is no user "bob"
deny unknown-resource reach     | bea | owner.transfer | user:bob                    | unknown-resource | there is no user "bob"
deny unknown-resource reach       | bea | role.grant     | role:king                   | unknown-resource | there is no role "king"
deny unknown-resource reach       | bea | team.edit      | team:nowhere                | unknown-resource | there is no team "nowhere"
deny unknown-resource reach      | bea | datagroup.edit | group:uk                    | unknown-resource | there is no group "uk"
deny unknown-resource reach     | bea | report.view    | report:q9                   | out-of-reach | there is no report "q9"
deny unknown-resource reach     | bea | budget.edit    | report:q9                   | out-of-reach | there is no report "q9"
deny unknown-resource reach | ann | link.revoke    | link:l0                     | out-of-reach | there is no link "l0"
deny account-required reach   | bea | budget.edit    | campaign:c1                 | out-of-reach | campaign:c1 names no account
deny out-of-reach reach       | ann | account.view   | account:de-1                | out-of-reach | de-1 is in none of ann's data groups
deny out-of-reach reach       | old | account.view   | account:us-1                | out-of-reach | us-1 is in none of old's data groups
deny out-of-reach reach       | ann | budget.edit    | campaign:c1 in account:de-1 | out-of-reach | de-1 is in none of ann's data groups
deny out-of-reach reach       | zoe in team empty | account.view | account:us-1    | out-of-reach | us-1 is in none of the data groups of team empty
deny out-of-reach reach       | hal | link.revoke    | link:idle                   | out-of-reach | only the maker of link idle, a creator of its report, or someone who may remove the maker may do this
deny out-of-reach reach       | ann | link.revoke    | link:row                    | out-of-reach | only the maker of link row, a creator of its report, or someone who may remove the maker may do this
deny out-of-reach reach       | kim | link.revoke    | link:live                   | out-of-reach | only the maker of link live, a creator of its report, or someone who may remove the maker may do this
deny unknown-resource reach   | bea | link.revoke    | link:gone                   | out-of-reach | there is no link "gone"
deny above-ceiling reach      | hal | role.grant     | role:single                 | above-ceiling | role hr does not manage role single
deny above-ceiling reach      | hal | role.grant     | role:boss                   | above-ceiling | role hr does not manage role boss

deny self guard              | bea | user.remove    | user:bea    | self              | users may not do this to themselves
deny self guard              | hal | user.remove    | user:hal    | self              | users may not do this to themselves
deny above-ceiling guard     | hal | user.remove    | user:bea    | above-ceiling     | role hr does not manage the role of bea
deny last-holder guard       | hal | user.remove    | user:kim    | last-holder       | the role of kim would have too few holders left
deny ineligible-target guard | bea | owner.transfer | user:bea    | ineligible-target | bea cannot become owner: it must be another user, active, without an end of access, whose role boss manages
deny ineligible-target guard | bea | owner.transfer | user:kit    | ineligible-target | kit cannot become owner: it must be another user, active, without an end of access, whose role boss manages
deny ineligible-target guard | bea | owner.transfer | user:sam    | ineligible-target | sam cannot become owner: it must be another user, active, without an end of access, whose role boss manages
deny ineligible-target guard | tom | owner.transfer | user:bea    | ineligible-target | bea cannot become owner: it must be another user, active, without an end of access, whose role trustee manages
deny role-full guard         | bea | role.grant     | role:single | role-full         | role single has as many holders as it may have
`

// allReasons is the closed set.
const allReasons = `role team grant maker link
unavailable no-subject unknown-user suspended ended unknown-session-team not-a-member
unknown-link link-ended link-expired link-scope link-paused
unknown-action no-resource unknown-kind malformed-resource wrong-kind no-capability no-level level-too-low
unknown-resource
account-required out-of-reach above-ceiling self last-holder ineligible-target role-full`

func TestReasons(t *testing.T) {
	p := access.MustLoad(reasonWorld).At(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	names, reasons := make(map[string]bool), make(map[string]bool)
	for line := range strings.Lines(strings.TrimSpace(reasonTable)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) == 1 {
			continue // between two steps
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		verdict, public, sentence := strings.Fields(cells[0]), cells[4], cells[5]
		name := strings.Join(cells[:4], "  ")
		if names[name] {
			t.Fatalf("two rows are called %q", name)
		}
		names[name], reasons[verdict[1]] = true, true
		t.Run(name, func(t *testing.T) {
			p := p
			if verdict[1] == "unavailable" {
				p = nil
			}
			d := p.Decide(subjectCalled(cells[1]), access.Action(cells[2]), resourceCalled(t, cells[3]))
			text, got := "allow: "+sentence, "allow "+string(d.Reason)
			if !d.Allowed {
				got = verdictOf(d)
			}
			if got != strings.Join(verdict, " ") {
				t.Errorf("it is %s", got)
			}
			if verdict[0] == "deny" {
				text, public = "deny "+verdict[1]+": "+sentence, "deny "+public
			}
			if sentence == "*" {
				text = d.String()
			}
			if got := d.String(); got != text || strings.HasSuffix(got, ": ") {
				t.Errorf("String() = %q\n          want %q", got, text)
			}
			if got := d.Public().String(); got != public {
				t.Errorf("Public() = %q, want %q", got, public)
			}
			checkErr(t, d, strings.TrimPrefix(public, "deny "))
		})
	}
	for _, r := range strings.Fields(allReasons) {
		if !reasons[r] {
			t.Errorf("no row has the reason %s", r)
		}
	}
	if len(reasons) != len(strings.Fields(allReasons)) {
		t.Errorf("the rows have %d reasons, want %d", len(reasons), len(strings.Fields(allReasons)))
	}
}

// TestUnheardOfReason prints what Decide does not say.
func TestUnheardOfReason(t *testing.T) {
	d := access.Decision{Reason: "bad-weather", Subject: access.User("ann")}
	if got := d.String(); got != "deny bad-weather: bad-weather" {
		t.Errorf("String() = %q", got)
	}
}

// checkErr looks at d as an error, which must say only what is public.
func checkErr(t *testing.T, d access.Decision, public string) {
	t.Helper()
	err := d.Err()
	if d.Allowed {
		if err != nil {
			t.Errorf("Err() of an allowance = %v", err)
		}
		return
	}
	var denied *access.DeniedError
	if !errors.Is(err, access.ErrDenied) || !errors.As(err, &denied) || denied.Decision != d {
		t.Fatalf("Err() = %v, want a DeniedError of the decision", err)
	}
	if got, want := err.Error(), "access: denied: "+public; got != want {
		t.Errorf("Err() = %q, want %q", got, want)
	}
}

// TestClock counts how often a decision reads the clock: never where nothing
// about the subject ends, and once where several things do.
func TestClock(t *testing.T) {
	reads := 0
	p, err := access.Load([]byte(reasonWorld), &access.Config{Now: func() time.Time {
		reads++
		return time.Date(2026, 6, 1, 0, 0, 0, reads, time.UTC)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		subject, action, resource string
		want                      int
	}{
		{"ann", "account.view", "account:us-1", 0},
		{"bea", "link.revoke", "link:row", 0},
		{"bea", "user.remove", "user:kit", 0},
		{"eve", "account.view", "account:us-1", 1},
		{"eve in team americas", "account.view", "account:us-1", 1},
		{"kit", "report.view", "report:q3", 1},
		{"old", "link.revoke", "link:live", 1},
		{"link live", "report.view", "report:q3", 1},
	} {
		reads = 0
		d := p.Decide(subjectCalled(tt.subject), access.Action(tt.action), resourceCalled(t, tt.resource))
		if reads != tt.want {
			t.Errorf("%s %s %s (%s): the clock was read %d times, want %d", tt.subject, tt.action, tt.resource, d.Reason, reads, tt.want)
		}
	}
}

// TestReasonNames: the name of a reason's constant is Reason and its code in
// camel case, so that one can be guessed from the other; and the closed set of
// the table is that of the constants.
func TestReasonNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Reason" {
			return true
		}
		code := strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`)
		want := "Reason"
		for word := range strings.SplitSeq(code, "-") {
			want += strings.ToUpper(word[:1]) + word[1:]
		}
		if got := spec.Names[0].Name; got != want {
			t.Errorf("the constant of %q is %s, want %s", code, got, want)
		}
		codes = append(codes, code)
		return true
	})
	want := strings.Fields(allReasons)
	slices.Sort(want)
	slices.Sort(codes)
	if !slices.Equal(codes, want) {
		t.Errorf("the constants have the codes\n%s\nthe table has\n%s", codes, want)
	}
}
