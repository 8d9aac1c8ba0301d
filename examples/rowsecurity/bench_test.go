package rowsecurity

import (
	"fmt"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
)

// large returns a company of 10,000 users in 500 teams, 20,000 accounts and 1,000
// data groups of 20 accounts: two teams a user, and five groups a team. One user in
// fifty sees all data.
func large() *document.Document {
	d := &document.Document{Attributes: map[string]string{"country": "string"}}
	for i := range 20_000 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: country(fmt.Sprint(i % 1000))})
	}
	for i := range 1000 {
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: fmt.Sprintf("country = '%d'", i)})
	}
	for i := range 500 {
		t := document.Team{ID: fmt.Sprint("t", i)}
		for j := range 5 {
			t.Groups = append(t.Groups, fmt.Sprint("g", (2*i+j)%1000))
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range 10_000 {
		u := document.User{ID: fmt.Sprint("u", i), Role: "team-member"}
		if i%50 == 0 {
			u.Role = "editor"
		}
		d.Users = append(d.Users, u)
		for _, t := range []int{i % 500, (i + 250) % 500} {
			d.Teams[t].Members = append(d.Teams[t].Members, document.Member{User: u.ID})
		}
	}
	return d
}

func BenchmarkKeeper(b *testing.B) {
	w := newWorld(b)
	w.log = audit.NewMemory()
	acme, err := company.Found(b.Context(), w.log, company.Founding{ID: "acme", Name: "Acme", Founder: team.User{ID: "ann"}, Document: large()}, config())
	if err != nil {
		b.Fatal(err)
	}
	w.company = acme
	k, begin := w.keeper(b, nil), time.Now()
	catchUp(b, k)
	b.Logf("filled in %s", time.Since(begin))
	either := func(first, second company.Change) func() company.Change {
		return func() company.Change {
			first, second = second, first
			return second
		}
	}
	n := 0
	for _, tt := range []struct {
		name   string
		change func() company.Change
	}{
		{"Nothing", func() company.Change { n++; return company.SetCompanyName{Name: fmt.Sprint("name", n)} }},
		{"Membership", either(company.AddMember{Team: "t1", User: "u1000"}, company.RemoveMember{Team: "t1", User: "u1000"})},
		{"Suspension", either(company.SuspendUser{User: "u7"}, company.ReinstateUser{User: "u7"})},
		{"RoleThatSeesAll", either(company.SetRole{User: "u7", Role: "editor"}, company.SetRole{User: "u7", Role: "team-member"})},
		{"Account", either(company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "a1", Values: country("500")}}}, company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "a1", Values: country("1")}}})},
		{"FilterOfThreeTeams", either(company.EditGroup{Group: "g2", Filter: company.To("country = '700'")}, company.EditGroup{Group: "g2", Filter: company.To("country = '2'")})},
	} {
		b.Run(tt.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				do(b, acme, tt.change())
				b.StartTimer()
				catchUp(b, k)
			}
		})
	}
	rows := number(b, w.conn(b, "postgres"), "SELECT count(*) FROM ambit.visible")
	b.Logf("%d rows, %d MB", rows, number(b, w.conn(b, "postgres"), "SELECT pg_total_relation_size('ambit.visible') >> 20"))
}

// BenchmarkRead reads as users who see more or fewer of 20,000 accounts with 200,000
// rows, and as a superuser, who is not held.
func BenchmarkRead(b *testing.B) {
	w := newWorld(b)
	w.exec(b, "postgres", "TRUNCATE spend; INSERT INTO spend SELECT i, 'a' || i % 20000, '2026-01-01', i % 100 FROM generate_series(1, 200000) i")
	w.exec(b, "postgres", `INSERT INTO ambit.position (seq, hash, time) VALUES (1, '', '2026-01-01');
		INSERT INTO ambit.account SELECT 'a' || i FROM generate_series(0, 19999) i;
		INSERT INTO ambit.sees_all VALUES ('20000 by role', NULL);
		INSERT INTO ambit.visible SELECT n || ' by teams', 'a' || i * (20000 / n), NULL FROM unnest(ARRAY[20, 200, 10000]) n, generate_series(0, n - 1) i`)
	w.exec(b, "postgres", "VACUUM ANALYZE")
	app, super := w.conn(b, "ambit_app"), w.conn(b, "postgres")
	for _, query := range []string{"SELECT sum(amount)::int FROM spend", "SELECT count(*) FROM spend WHERE account_id = 'a0'"} {
		b.Run(query+"/superuser", func(b *testing.B) {
			for b.Loop() {
				number(b, super, query)
			}
		})
		for _, user := range []team.UserID{"nobody", "20 by teams", "200 by teams", "10000 by teams", "20000 by role"} {
			b.Run(query+"/"+string(user), func(b *testing.B) {
				for b.Loop() {
					err := ReadAs(b.Context(), app, user, func(tx pgx.Tx) error {
						var n *int
						return tx.QueryRow(b.Context(), query).Scan(&n)
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
