package company_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// secretive is a company in which names tell something. The clerks may do all
// that an admin may, except read the directory.
func secretive(t *testing.T) *testCompany {
	t.Helper()
	roles := role.CompanyCatalog().Roles()
	clerk := roles[0]
	clerk.Name, clerk.Title, clerk.MinHolders, clerk.Capabilities = "clerk", "Clerk", 0, nil
	for _, a := range roles[0].Capabilities {
		if a != access.ViewDirectory {
			clerk.Capabilities = append(clerk.Capabilities, a)
		}
	}
	for i := range roles {
		if i == 0 || roles[i].Name == "user-manager" {
			roles[i].Manages = append(roles[i].Manages, "clerk")
		}
	}
	clerk.Manages = append(clerk.Manages, "clerk")
	c := newCompany(t, "ann admin; cleo clerk; tom team-member; victoria-cfo user; victor-ceo user-manager", options{
		roles: append(roles, clerk), attributes: "country string", accounts: "nda-1 country=US; nda-2 country=DE",
		groups: "merger country = 'US'; buyout nothing", teams: `layoffs-2027 merger: victoria-cfo; rehire`,
		reports: `rep-7f3a "Layoffs": victoria-cfo creator; mine "Mine": tom creator`,
	})
	c.must("ann", company.Invite{Invitation: "secret-hire", Terms: intoTeams(termsTo("new-cfo@x.test", "viewer"), "layoffs-2027")})
	c.must("victor-ceo", company.Invite{Invitation: "another-hire", Terms: intoTeams(termsTo("new-ceo@x.test", "viewer"), "rehire")})
	return c
}

// TestTold: what an actor is told names what they may know of. The detail has it
// in any case.
func TestTold(t *testing.T) {
	c := secretive(t)
	for _, tt := range []struct {
		name, by string
		change   company.Change
		told     string // the text of the error
		rest     string // what the detail has besides
	}{
		{"a name that is taken", "tom", company.CreateReport{Report: "x", Name: "Layoffs"},
			`report.create: set report "x": name "Layoffs" is already taken`, `by report "rep-7f3a"`},
		{"a name that is taken, by renaming", "tom", company.RenameReport{Report: "mine", Name: company.To("Layoffs")},
			`report.set: set report "mine": name "Layoffs" is already taken`, `by report "rep-7f3a"`},
		{"a name that is taken, to an admin", "ann", company.CreateReport{Report: "x", Name: "Layoffs"},
			`report.create: set report "x": name "Layoffs" is already taken`, `by report "rep-7f3a"`},
		{"a near miss of a user", "tom", company.ShareReport{Report: "mine", User: "victoria-cf", Level: access.Viewer},
			`report.share: user "victoria-cf" does not exist`, `did you mean "victoria-cfo"?`},
		{"a near miss of a team", "tom", company.ShareReport{Report: "mine", Team: "layoffs-202", Level: access.Viewer},
			`report.share: team "layoffs-202" does not exist`, `did you mean "layoffs-2027"?`},
		{"an address that is taken", "cleo", company.Invite{Terms: termsTo("victoria-cfo@x.test", "viewer")},
			`invitation.send: e-mail address victoria-cfo@x.test is already taken`, `by user "victoria-cfo"`},
		{"an address that is taken, to an admin", "ann", company.Invite{Terms: termsTo("victoria-cfo@x.test", "viewer")},
			`invitation.send: e-mail address victoria-cfo@x.test is already taken by user "victoria-cfo"`, ""},
		{"an attribute that is read", "cleo", company.DropAttribute{Attribute: "country"},
			`attribute.drop: a filter reads the attribute`, `data group "merger"`},
		{"an attribute that is read, to an admin", "ann", company.DropAttribute{Attribute: "country"},
			`attribute.drop: a filter reads the attribute: data group "merger"`, ""},

		{"a user of a clerk's", "cleo", company.SuspendUser{User: "victor-ce"},
			`user.suspend: user "victor-ce" does not exist`, `did you mean "victor-ceo"?: deny unknown-resource: there is no user "victor-ce"`},
		{"a user", "ann", company.SuspendUser{User: "victor-ce"},
			`user.suspend: user "victor-ce" does not exist; did you mean "victor-ceo"?`, `deny unknown-resource: there is no user "victor-ce"`},
		{"a user, to a user manager", "victor-ceo", company.SuspendUser{User: "tim"},
			`user.suspend: user "tim" does not exist; did you mean "tom"?`, `deny unknown-resource: there is no user "tim"`},
		{"a user, to somebody who may not", "tom", company.SuspendUser{User: "victor-ce"},
			`user.suspend: denied: no-capability`, `deny no-capability`},
		{"a role", "ann", company.SetRole{User: "tom", Role: "edtor"},
			`user.set-role: role "edtor" does not exist; did you mean "editor"?`, `deny unknown-resource: there is no role "edtor"`},
		{"a role, to a clerk", "cleo", company.SetRole{User: "tom", Role: "edtor"},
			`user.set-role: role "edtor" does not exist; did you mean "editor"?`, `deny unknown-resource: there is no role "edtor"`},
		{"a team", "ann", company.AddMember{Team: "layoff-2027", User: "tom"},
			`team.add-member: team "layoff-2027" does not exist; did you mean "layoffs-2027"?`, `deny unknown-resource`},
		{"a member", "ann", company.AddMember{Team: "layoffs-2027", User: "tim"},
			`team.add-member: user "tim" does not exist; did you mean "tom"?`, ""},
		{"a data group", "ann", company.EditGroup{Group: "buyuot", Name: company.To("x")},
			`datagroup.edit: data group "buyuot" does not exist; did you mean "buyout"?`, `deny unknown-resource`},
		{"a data group of a team's", "ann", company.AttachGroup{Team: "layoffs-2027", Group: "merge"},
			`team.attach-group: data group "merge" does not exist; did you mean "merger"?`, ""},
		{"a user, to a system", "system ops", company.SetRole{User: "tim", Role: "viewer"},
			`user.set-role: user "tim" does not exist; did you mean "tom"?`, ""},
		{"nothing near", "ann", company.SuspendUser{User: "somebody-else"},
			`user.suspend: user "somebody-else" does not exist`, `deny unknown-resource: there is no user "somebody-else"`},
		{"no id", "ann", company.AttachGroup{Team: "layoffs-2027"},
			`team.attach-group: data group "" does not exist: name one`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.do(tt.by, tt.change)
			told := "company: do: change 1, " + tt.told
			if err == nil || err.Error() != told {
				t.Fatalf("told\n%v, want\n%s", err, told)
			}
			e, _ := errors.AsType[*company.Error](err)
			if got := e.Detail(); !strings.Contains(got, tt.rest) || tt.rest == "" && got != told {
				t.Errorf("the detail is %s, want %s in it", got, tt.rest)
			}
			unknown := strings.Contains(tt.told, "does not exist")
			if errors.Is(err, company.ErrUnknown) != unknown || errors.Is(err, access.ErrDenied) != strings.Contains(tt.rest, "deny ") {
				t.Errorf("unknown %t, denied %t: %v", errors.Is(err, company.ErrUnknown), errors.Is(err, access.ErrDenied), err)
			}
		})
	}
}

// TestToldOfTerms: what an invitation names is not named to somebody who gave the id of
// the invitation alone.
func TestToldOfTerms(t *testing.T) {
	c := secretive(t)
	c.must("ann", company.DeleteTeam{Team: "layoffs-2027"})
	c.pass(2 * time.Hour)
	const bare = "a team does not exist"
	for by, told := range map[string]string{"cleo": bare, "ann": bare + `: team "layoffs-2027" does not exist`} {
		for _, change := range []company.Change{
			company.ResendInvitation{Invitation: "secret-hire"},
			company.AmendInvitation{Invitation: "secret-hire", ReviewDays: company.To(30)},
		} {
			_, err := c.do(by, change)
			if err == nil || !strings.HasSuffix(err.Error(), ": "+told) {
				t.Errorf("%s is told %v, want %s", by, err, told)
			}
			if e, _ := errors.AsType[*company.Error](err); e == nil || !strings.Contains(e.Detail(), `team "layoffs-2027" does not exist`) {
				t.Errorf("the detail is %v", err)
			}
		}
	}
	c.must("ann", company.DeleteTeam{Team: "rehire"})
	_, err := c.do("cleo", company.RemoveUser{User: "victor-ceo", TakeOver: "cleo"})
	if err == nil || strings.Contains(err.Error(), "another-hire") || strings.Contains(err.Error(), "rehire") {
		t.Errorf("cleo is told %v", err)
	}
	_, err = c.do("ann", company.RemoveUser{User: "victor-ceo", TakeOver: "cleo"})
	if err == nil || !strings.Contains(err.Error(), "another-hire") {
		t.Errorf("ann is told %v", err)
	}
}

// TestManyNamesNoSuggestion: among very many names none is looked for, and the
// message is the same in all else.
func TestManyNamesNoSuggestion(t *testing.T) {
	notIfShort(t)
	c := newCompany(t, "ann admin", options{document: func(d *document.Document) {
		for i := range 60_000 {
			d.Teams = append(d.Teams, document.Team{ID: fmt.Sprintf("team%06d", i)})
		}
	}})
	_, err := c.do("ann", company.DeleteTeam{Team: "team00001x"})
	if want := `company: do: change 1, team.delete: team "team00001x" does not exist`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// guesses fills changes with ids and names: the right ones, and near misses.
type guesses struct {
	*rand.Rand
	words []string
}

func (g guesses) word() string {
	w := g.words[g.IntN(len(g.words))]
	if g.IntN(4) == 0 {
		return w
	}
	i := g.IntN(len(w)) // a near miss
	return w[:i] + w[i+1:]
}

// fill fills v and what is in it.
func (g guesses) fill(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *team.Address:
		*x, _ = team.ParseAddress(strings.TrimSuffix(g.word(), "@x.test") + "@x.test")
		return
	case *time.Time:
		if g.IntN(3) == 0 {
			*x = start.AddDate(1+g.IntN(3), 0, 0)
		}
		return
	case *access.Resource:
		*x = []access.Resource{access.Report(g.word()), access.Account(g.word()), access.Team(g.word())}[g.IntN(3)]
		return
	case json.Unmarshaler: // an optional value, for one
		for _, data := range []string{fmt.Sprintf("%q", g.word()), fmt.Sprintf("[%q]", g.word()), `"2028-01-01T00:00:00Z"`, "30"} {
			if g.IntN(2) == 0 && x.UnmarshalJSON([]byte(data)) == nil {
				return
			}
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		if g.IntN(5) > 0 {
			v.SetString(g.word())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				g.fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), g.IntN(3), 2))
		for i := range v.Len() {
			g.fill(v.Index(i))
		}
	case reflect.Int, reflect.Uint8:
		if v.CanInt() {
			v.SetInt(int64(g.IntN(90)))
		} else {
			v.SetUint(uint64(g.IntN(5)))
		}
	}
}

// TestNothingHiddenIsTold: whatever an actor without the directory tries, the
// refusal names nothing that they did not name.
func TestNothingHiddenIsTold(t *testing.T) {
	c := secretive(t)
	hidden := strings.Fields("victoria-cfo victor-ceo layoffs-2027 rehire merger buyout rep-7f3a secret-hire another-hire " +
		"new-cfo@x.test new-ceo@x.test victoria-cfo@x.test victor-ceo@x.test Layoffs nda-1 nda-2")
	g := guesses{rand.New(rand.NewPCG(1, 2)), append(strings.Fields("mine tom cleo viewer clerk editor country"), hidden...)}
	types := company.ChangeTypes()
	refused, suggested := 0, 0
	rounds := 4_000
	if long {
		rounds = 100_000
	}
	for round := range rounds {
		v := reflect.New(reflect.TypeOf(types[round%len(types)])).Elem()
		g.fill(v)
		change := v.Interface().(company.Change)
		by := []string{"tom", "cleo", "invitee new-cfo@x.test"}[g.IntN(3)]
		before := c.Checkpoint().Seq
		_, err := c.do(by, change)
		if err == nil {
			if c.Checkpoint().Seq-before > 0 {
				c = secretive(t) // the next one begins with all of it there
			}
			continue
		}
		refused++
		named := fmt.Sprintf("%+v", change)
		for _, id := range hidden {
			if strings.Contains(err.Error(), id) && !strings.Contains(named, id) {
				t.Fatalf("%s tries %s, and is told of %s:\n%v", by, named, id, err)
			}
		}
		if e, _ := errors.AsType[*company.Error](err); strings.Contains(e.Detail(), "did you mean") {
			suggested++
		}
	}
	if refused < rounds/2 || suggested < 10 {
		t.Errorf("%d refusals, %d with a suggestion in the detail", refused, suggested)
	}
}
