package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// upkeepRow is some steps from the company of newUpkeep, and what is told of a
// few of its things after them.
type upkeepRow struct {
	name  string
	steps []func(*upkept)
	want  string // as upkept.tell says it; see there
}

// runUpkeep takes the steps of each row twice, in an Edit each and all in one.
// Either way whatever is derived must be right, also after each step, and what is
// told must be what the row wants.
func runUpkeep(t *testing.T, rows []upkeepRow) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, way := range []string{"an Edit for each step", "all in one Edit"} {
				c := newUpkeep(t)
				for _, step := range row.steps {
					if step(c); way == "an Edit for each step" {
						c.freeze(way)
					}
				}
				t.Log(way)
				told(t, c.freeze(way), row.want)
			}
		})
	}
}

// told fails the test unless a State tells this of some things.
func told(t *testing.T, s *State, want string) {
	t.Helper()
	for _, want := range strings.Split(want, "; ") {
		of, _, _ := strings.Cut(want, ": ")
		of = strings.TrimSuffix(of, ":")
		if got := tell(s, of); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// upkept is a company that is changed step by step.
type upkept struct {
	*testing.T
	w *Writer
}

// newUpkeep returns the company of the tests: ten teams, of which t1 has both
// groups and t2 the second; two users in t1, who share an account of no group and
// one of both.
func newUpkeep(t *testing.T) *upkept {
	c := &upkept{t, NewWriter(new(State))}
	c.w.PutRoles([]role.Name{"r0", "r1", "r2"})
	c.attributes("n", "x", "y")
	c.account("a1", "x=x1 name=Ann n=1")
	c.account("a2", "x=x1 y=y1")
	c.account("a3", "x=x3 name=")
	c.group("g1", "x = 'x1'")
	c.group("g2", "y = 'y1'")
	for i := range 10 {
		c.team(fmt.Sprint("t", i))
	}
	c.team("t1", "g1", "g2")
	c.team("t2", "g2")
	c.user("u1", "r0 email=u1@x.test")
	c.user("u2", "r0 email=u2@x.test")
	c.member("u1", "t1")
	c.member("u2", "t1")
	c.w.PutReport("p1", "Q1", "")
	c.freeze("at first")
	return c
}

// freeze makes a State, checks it, and goes on from it.
func (c *upkept) freeze(when string) *State {
	c.Helper()
	s := c.w.Freeze()
	if err := check(s); err != nil {
		c.Fatalf("%s: %v", when, err)
	}
	c.w = NewWriter(s)
	return s
}

// fields reads "x=x1 name= suspended" as a map; what has no = is "yes".
func fields(text string) map[string]string {
	all := make(map[string]string)
	for _, f := range strings.Fields(text) {
		name, value, has := strings.Cut(f, "=")
		if all[name] = value; !has {
			all[name] = "yes"
		}
	}
	return all
}

var upkeepEnd = time.Unix(9, 0)

// user sets a user of a role: "r0 email=… name=… suspended until note".
func (c *upkept) user(id, text string) {
	f := fields(text)
	u := team.User{ID: team.UserID(id), Role: role.Name(text[:2]), Name: f["name"], Suspended: f["suspended"] != ""}
	if f["until"] != "" {
		u.Until = upkeepEnd
	}
	if f["note"] != "" {
		u.Note = "a note"
	}
	if f["email"] != "" {
		a, err := team.ParseAddress(f["email"])
		if err != nil {
			c.Fatal(err)
		}
		u.Email = a
	}
	c.w.PutUser(u, slices.IndexFunc(c.w.Roles, func(r *Role) bool { return r.Name == u.Role }))
}

func (c *upkept) noUser(id string) { c.w.RemoveUser(c.w.Users.Get(id).No) }

func (c *upkept) teamNo(id string) uint32 {
	no, _, found := c.w.Teams.Find(id)
	if !found {
		c.Fatalf("no team %s", id)
	}
	return no
}

func (c *upkept) groupNo(id string) uint32 {
	no, _, found := c.w.Groups.Find(id)
	if !found {
		c.Fatalf("no group %s", id)
	}
	return no
}

// member puts a user into some teams: "t1", or "t1 until" or "t1 note".
func (c *upkept) member(user string, teams ...string) {
	for _, text := range teams {
		in := Membership{Team: c.teamNo(text[:2])}
		if strings.HasSuffix(text, "until") {
			in.Until = upkeepEnd
		}
		if strings.HasSuffix(text, "note") {
			in.Note = "a note"
		}
		c.w.PutMember(c.w.Users.Get(user).No, in)
	}
}

// members puts some users into a team without members, as a load does.
func (c *upkept) members(t string, users ...string) {
	var claimed []Joining
	for _, u := range users {
		claimed = append(claimed, Joining{User: c.w.Claim(u)})
	}
	c.w.AddMembers(c.teamNo(t), claimed)
}

func (c *upkept) out(user, t string) { c.w.RemoveMember(c.teamNo(t), c.w.Users.Get(user).No) }

func (c *upkept) team(id string, groups ...string) {
	var numbers []uint32
	for _, g := range groups {
		numbers = append(numbers, c.groupNo(g))
	}
	c.w.PutTeam(team.Team{ID: team.ID(id)}, numbers)
}

func (c *upkept) noTeam(id string) { c.w.RemoveTeam(c.teamNo(id)) }

func (c *upkept) group(id, filter string) {
	f, err := c.w.Schema.Parse(filter)
	if err != nil {
		c.Fatal(err)
	}
	c.w.PutGroup(datagroup.Group{ID: datagroup.ID(id), Filter: f})
}

func (c *upkept) noGroup(id string) { c.w.RemoveGroup(c.groupNo(id)) }

// account sets an account: "x=x1 y=y1 n=3 name=Ann source=s".
func (c *upkept) account(id, text string) {
	source, values := "s", make(map[string]datagroup.Value)
	for name, value := range fields(text) {
		switch name {
		case "source":
			source = value
		case "n":
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				c.Fatal(err)
			}
			values[name] = datagroup.Number(n)
		default:
			values[name] = datagroup.Text(value)
		}
	}
	a, err := c.w.Schema.Account(datagroup.AccountID(id), source, values)
	if err != nil {
		c.Fatal(err)
	}
	c.w.PutAccount(rowOf(a, c.w.Schema.Len()))
}

func (c *upkept) noAccount(id string) { c.w.RemoveAccount(c.w.Accounts.Get(id).No) }

// many connects accounts m<from>, …, each of its own class.
func (c *upkept) many(from, to int) {
	for i := from; i < to; i++ {
		c.account(fmt.Sprint("m", i), fmt.Sprintf("x=m%d", i))
	}
}

// attributes declares attributes: n is a number, and the others are text.
func (c *upkept) attributes(names ...string) {
	var all []datagroup.Attribute
	for _, name := range names {
		kind := datagroup.StringType
		if name == "n" {
			kind = datagroup.NumberType
		}
		all = append(all, datagroup.Attribute{Name: name, Type: kind})
	}
	schema, err := datagroup.NewSchema(all...)
	if err == nil {
		err = c.w.PutSchema(schema)
	}
	if err != nil {
		c.Fatal(err)
	}
}

func (c *upkept) grant(user, report string) {
	no, _, _ := c.w.Reports.Find(report)
	c.w.PutUserGrant(c.w.Users.Get(user).No, Grant{Of: no, Level: 1})
}

func (c *upkept) grantTeam(t, report string) {
	no, _, _ := c.w.Reports.Find(report)
	c.w.PutTeamGrant(c.teamNo(t), Grant{Of: no, Level: 1})
}

// link makes a link of a user to a report, in the session of a team unless that
// is "".
func (c *upkept) link(id, user, in, report string) {
	c.w.PutLink(Link{ID: id, Maker: team.UserID(user), Session: team.ID(in), Kind: ReportKind, Item: report})
}

// tell says what a State has of something: of a user the role, whether they are
// plain and lasting, and their teams; of an account its values; of a group how
// wide it is and what it matches; of a team whom it has and what it sees; of a
// role its holders; of a report with whom it is shared; of a link whether it has
// ended; of an address whose it is.
func tell(s *State, id string) string {
	if strings.Contains(id, "@") {
		a, _ := team.ParseAddress(id)
		if no, found := s.Emails.Find(a.Key()); found {
			return id + ": " + s.Users.ID(no)
		}
		return id + ": nobody"
	}
	switch id[0] {
	case 'u':
		return id + ": " + tellUser(s, id)
	case 'a', 'm':
		return id + ": " + tellAccount(s, id)
	case 'g', 'h':
		_, g, found := s.Groups.Find(id)
		if !found {
			return id + ": gone"
		}
		sort := map[bool]string{true: "narrow", false: "wide"}[g.narrow()]
		if g.loose {
			sort = "loose"
		}
		return id + ": " + sort + few(s, func(a *Account) bool { return g.Matches(a) })
	case 't':
		no, t, found := s.Teams.Find(id)
		if !found {
			return id + ": gone"
		}
		var members string
		for i := range t.Members.All() {
			members += " " + s.Users.ID(i)
		}
		return id + ":" + members + " sees" + few(s, func(a *Account) bool { _, sees := s.See(no, a); return sees })
	case 'r':
		r := s.Roles[slices.IndexFunc(s.Roles, func(r *Role) bool { return string(r.Name) == id })]
		return fmt.Sprintf("%s: %d plain, %d others, %d lasting", id, r.Plain.Len(), r.Others.Len(), r.Lasting)
	case 'p':
		return id + ": " + tellReport(s, id)
	}
	_, l, _ := s.Links.Find(id)
	return fmt.Sprintf("%s: ended %t", id, l.Ended)
}

func tellUser(s *State, id string) string {
	u := s.Users.Get(id)
	if u == nil {
		return "gone"
	}
	rec, parts := s.User(u.No), []string{}
	add := func(part string, is bool) {
		if is {
			parts = append(parts, part)
		}
	}
	add(string(rec.Role), true)
	add(string(s.Roles[u.Role].Name), s.Roles[u.Role].Name != rec.Role)
	add("plain", u.Plain())
	add("lasting", u.Lasting())
	add("suspended", rec.Suspended)
	add("until", !rec.Until.IsZero())
	add("note", rec.Note != "")
	add(rec.Name, rec.Name != "")
	for m, t := range s.Memberships(u) {
		end := map[bool]string{true: "!"}[!m.Until.IsZero()]
		parts = append(parts, string(t.ID)+end+map[bool]string{true: "?"}[m.Note != ""])
	}
	return strings.Join(parts, " ")
}

func tellAccount(s *State, id string) string {
	at := s.Accounts.Get(id)
	if at == nil {
		return "gone"
	}
	a, parts := s.Account(at.No), []string{}
	for pos := sourcePosition; pos < len(s.columns); pos++ {
		v, name := a.At(pos), s.Schema.At(pos).Name
		switch {
		case v.IsMissing():
		case v.Type() == datagroup.StringType:
			parts = append(parts, name+"="+v.Text())
		default:
			parts = append(parts, name+"="+v.String())
		}
	}
	return strings.Join(parts, " ")
}

func tellReport(s *State, id string) string {
	_, r, found := s.Reports.Find(id)
	if !found {
		return "gone"
	}
	text := r.Name
	for i := range r.Users.All() {
		text += " " + s.Users.ID(i)
	}
	for i := range r.Teams.All() {
		text += " " + string(s.Teams.At(i).ID)
	}
	return text
}

// few says which accounts fit, or how many beyond five.
func few(s *State, fits func(*Account) bool) string {
	var ids []string
	for _, id := range persist.IDs(&s.Accounts) {
		if fits(s.Accounts.Get(id)) {
			ids = append(ids, id)
		}
	}
	if slices.Sort(ids); len(ids) > 5 {
		return fmt.Sprintf(" %d accounts", len(ids))
	}
	return strings.Join(append([]string{""}, ids...), " ")
}
