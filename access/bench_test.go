package access_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// size is how large a company the benchmarks run on.
type size struct {
	users, accounts, groups, teams, classes int
}

var (
	small = size{users: 10_000, accounts: 20_000, groups: 1_000, teams: 500, classes: 4_000}
	large = size{users: 1_000_000, accounts: 1_000_000, groups: 50_000, teams: 20_000, classes: 20_000}
)

// benchCompany is a synthetic company: one to three teams for a user, one to
// five groups for a team, 95 % of the groups matching 0.05 % of the classes and
// 5 % matching 4 %; ids of 20 bytes.
type benchCompany struct {
	size
	doc    *document.Document
	policy *access.Policy
}

func (c *benchCompany) user(i int) string    { return fmt.Sprintf("user-%015d", i) }
func (c *benchCompany) account(i int) string { return fmt.Sprintf("account-%012d", i) }
func (c *benchCompany) teamID(i int) string  { return fmt.Sprintf("team-%015d", i) }
func (c *benchCompany) group(i int) string   { return fmt.Sprintf("group-%014d", i) }

var benchCompanies sync.Map // size -> func() *benchCompany

// newBenchCompany makes the company of a size, once for all benchmarks. The
// large one is made only if AMBIT_LONG is set: it takes its time.
func newBenchCompany(tb testing.TB, s size) *benchCompany {
	if s == large && os.Getenv("AMBIT_LONG") == "" {
		tb.Skip("set AMBIT_LONG=1 for the company of a million users")
	}
	build, _ := benchCompanies.LoadOrStore(s, sync.OnceValue(func() *benchCompany { return buildBenchCompany(s) }))
	c := build.(func() *benchCompany)()
	runtime.GC()
	return c
}

func buildBenchCompany(s size) *benchCompany {
	r := rand.New(rand.NewPCG(1, 2))
	c := &benchCompany{size: s}
	// A class is a segment and a region: each segment has as many classes as
	// a narrow group matches, and a region is 4 % of them.
	segments := s.classes / max(1, s.classes/2000)
	d := &document.Document{Attributes: map[string]string{"segment": "string", "region": "string", "cell": "string"}}
	for i := range s.accounts {
		class := r.IntN(s.classes)
		d.Accounts = append(d.Accounts, document.Account{ID: c.account(i), Source: "google", Values: map[string]datagroup.Value{
			"segment": datagroup.Text(fmt.Sprint("s", class%segments)),
			"region":  datagroup.Text(fmt.Sprint("r", class%25)),
			"cell":    datagroup.Text(fmt.Sprint("c", class/segments)),
		}})
	}
	for i := range s.groups {
		filter := fmt.Sprintf("segment = 's%d'", r.IntN(segments))
		if i%20 == 0 {
			filter = fmt.Sprintf("region = 'r%d'", r.IntN(25))
		}
		d.Groups = append(d.Groups, document.Group{ID: c.group(i), Filter: filter})
	}
	for i := range s.teams {
		t := document.Team{ID: c.teamID(i)}
		for _, g := range r.Perm(5)[:1+r.IntN(5)] {
			t.Groups = append(t.Groups, c.group((i*7+g*131)%s.groups))
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range s.users {
		id := c.user(i)
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@example.com", Role: "team-member"})
		first := r.IntN(s.teams)
		for k := range 1 + r.IntN(3) {
			t := &d.Teams[(first+k*17)%s.teams]
			t.Members = append(t.Members, document.Member{User: id})
		}
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		panic(err)
	}
	c.doc, c.policy = d, p
	return c
}

// benchIDs are the users, actions and accounts of a company, kept as a policy keeps
// them. BenchmarkDecide is measured against looking one of each up, which no
// Decide about an account can do without.
type benchIDs struct {
	users    persist.Roll[store.User]
	accounts persist.Roll[store.Account]
	actions  map[access.Action]int
}

func (c *benchCompany) ids() *benchIDs {
	all, t := &benchIDs{actions: map[access.Action]int{}}, persist.NewToken()
	for i := range uint32(c.users) {
		all.users.Enroll(t, i, c.user(int(i)), store.User{No: i})
	}
	for i := range uint32(c.accounts) {
		all.accounts.Enroll(t, i, c.account(int(i)), store.Account{No: i})
	}
	for i, a := range role.BuiltIn() {
		all.actions[a] = i
	}
	return all
}

func (all *benchIDs) lookUp(user string, a access.Action, account string) bool {
	_, held := all.actions[a]
	return all.users.Get(user) != nil && held && all.accounts.Get(account) != nil
}

// pair is a question whether a user sees an account.
type pair struct {
	user, account string
}

// questions returns random pairs, a third of them allowed.
func (c *benchCompany) questions(n int) []pair {
	r := rand.New(rand.NewPCG(3, 4))
	pairs := make([]pair, 0, n)
	for allowed := 0; len(pairs) < n; {
		q := pair{c.user(r.IntN(c.users)), c.account(r.IntN(c.accounts))}
		if 3*allowed <= len(pairs) {
			if v := c.policy.View(access.User(q.user)); v.Len() > 0 && len(pairs) < 1000 {
				skip := r.IntN(v.Len())
				for a := range v.Accounts() {
					if skip--; skip < 0 {
						q.account = string(a)
						break
					}
				}
			} else {
				for range 400 {
					if v.Sees(datagroup.AccountID(q.account)) {
						break
					}
					q.account = c.account(r.IntN(c.accounts))
				}
			}
		}
		if c.policy.Decide(access.User(q.user), access.ViewAccount, access.Account(q.account)).Allowed {
			allowed++
		}
		pairs = append(pairs, q)
	}
	return pairs
}

func bySize(b *testing.B, run func(b *testing.B, c *benchCompany)) {
	for _, s := range []size{small, large} {
		b.Run(fmt.Sprintf("%dx%d", s.users, s.accounts), func(b *testing.B) { run(b, newBenchCompany(b, s)) })
	}
}

const working = 1 << 16 // questions asked in turn

func BenchmarkDecide(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		pairs := c.questions(working)
		b.Run("decide", func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				q := pairs[i%working]
				i++
				c.policy.Decide(access.User(q.user), access.ViewAccount, access.Account(q.account))
			}
		})
		b.Run("baseline", func(b *testing.B) {
			i, known := 0, c.ids()
			for b.Loop() {
				q := pairs[i%working]
				i++
				known.lookUp(q.user, access.ViewAccount, q.account)
			}
		})
	})
}

func BenchmarkViewSees(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		pairs := c.questions(working)
		view := c.policy.View(access.User(pairs[0].user))
		i := 0
		for b.Loop() {
			view.Sees(datagroup.AccountID(pairs[i%working].account))
			i++
		}
	})
}

func BenchmarkView(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		pairs := c.questions(working)
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			q := pairs[i%working]
			i++
			c.policy.View(access.User(q.user)).Sees(datagroup.AccountID(q.account))
		}
	})
}

func BenchmarkAccounts(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		view := c.policy.View(access.User(c.user(0)))
		for b.Loop() {
			for range view.Accounts() {
			}
		}
		b.ReportMetric(float64(c.accounts)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Maccounts/s")
	})
}

func BenchmarkWho(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		for b.Loop() {
			for range c.policy.Who(access.ViewAccount, access.Account(c.account(7))).All() {
			}
		}
	})
}

// BenchmarkEdit makes one change, and asks Decide about it.
func BenchmarkEdit(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		const (
			wide   = "region = 'r1' and not segment = 's1'"
			byName = "name prefix 'a' or region = 'r1'"
		)
		known := c.doc.Accounts[1].Values
		changes := []struct {
			name   string
			change func(e *access.Edit, i int)
		}{
			{"member", func(e *access.Edit, i int) {
				e.SetMember(team.ID(c.teamID(i%c.teams)), document.Member{User: c.user(i % c.users)})
			}},
			{"user", func(e *access.Edit, i int) {
				e.SetUser(document.User{ID: "someone", Email: "someone@example.com", Role: "viewer"})
			}},
			{"account", func(e *access.Edit, i int) {
				e.SetAccount(document.Account{ID: c.account(i % c.accounts), Source: "google", Values: known})
			}},
			{"report", func(e *access.Edit, i int) {
				e.SetReport(document.Report{ID: "r", Name: "name"})
				e.SetGrant("r", document.Grant{User: c.user(i % c.users), Level: "viewer"})
			}},
			{"attach", func(e *access.Edit, i int) {
				e.SetTeam(document.Team{ID: c.teamID(i % c.teams), Groups: []string{c.group(1), c.group(20)}})
			}},
			{"filter", func(e *access.Edit, i int) {
				e.SetGroup(document.Group{ID: c.group(3), Filter: wide})
			}},
			{"filter-name", func(e *access.Edit, i int) {
				e.SetGroup(document.Group{ID: c.group(3), Filter: byName})
			}},
		}
		for _, change := range changes {
			b.Run(change.name, func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					e := c.policy.Edit()
					change.change(e, i*7919)
					i++
					p, err := e.Policy()
					if err != nil {
						b.Fatal(err)
					}
					p.Decide(access.User(c.user(0)), access.ViewAccount, access.Account(c.account(0)))
				}
			})
		}
	})
}

func BenchmarkPreview(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		f, err := c.policy.Directory().Schema().Parse("region = 'r1' and not segment = 's1'")
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			c.policy.Preview(f)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		text, err := c.doc.JSON()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := access.Load(text, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkHeap reports the live heap for each user and account, the document
// not counted.
func BenchmarkHeap(b *testing.B) {
	bySize(b, func(b *testing.B, c *benchCompany) {
		var before, after runtime.MemStats
		var p *access.Policy
		for b.Loop() {
			runtime.GC()
			runtime.ReadMemStats(&before)
			p, _ = access.Compile(c.doc, nil)
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(c.users+c.accounts), "B/entry")
		runtime.KeepAlive(p)
	})
}
