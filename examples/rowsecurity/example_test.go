package rowsecurity_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/examples/rowsecurity"
	"github.com/ambit-authz/ambit/team"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// One table, three readers, and one query that forgot its WHERE.
func Example() {
	ctx := context.Background()
	acme, err := company.Found(ctx, audit.NewMemory(), company.Founding{ // yours is opened from a log that lasts
		ID: "acme", Name: "Acme", Founder: team.User{ID: "ann"},
		Document: &document.Document{
			Accounts: []document.Account{{ID: "us-1", Source: "google"}, {ID: "de-1", Source: "google"}},
			Groups:   []document.Group{{ID: "us", Filter: "id prefix 'us-'"}},
			Teams:    []document.Team{{ID: "americas", Groups: []string{"us"}, Members: []document.Member{{User: "tom"}}}},
			Users:    []document.User{{ID: "tom", Role: "team-member"}},
		},
	}, nil)
	check(err)
	database, err := rowsecurity.DatabaseOfExample() // with the tables of sql, and in spend 10 for us-1 and 5 for de-1
	check(err)

	// The keeper runs where the company is: once is enough, and more do no harm.
	writes, err := pgxpool.New(ctx, database("ambit_keeper"))
	check(err)
	defer writes.Close()
	keeper := rowsecurity.New(writes, acme, &rowsecurity.Config{MaxAge: time.Minute})
	keeping, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- keeper.Keep(keeping) }()

	// What reads is another role, and may be another service. This is the pool of all
	// requests: its connections have a user during a transaction only.
	reads, err := pgxpool.New(ctx, database("ambit_app"))
	check(err)
	defer reads.Close()
	total := func(user team.UserID) (sum int) {
		check(rowsecurity.ReadAs(ctx, reads, user, func(tx pgx.Tx) error {
			return tx.QueryRow(ctx, "SELECT coalesce(sum(amount), 0)::int FROM spend").Scan(&sum)
		}))
		return sum
	}
	check(rowsecurity.WaitFor(ctx, reads, acme.Checkpoint().Seq, time.Millisecond))
	fmt.Println("ann:", total("ann"), "tom:", total("tom"), "nobody:", total(""))

	receipt, err := acme.Do(ctx, company.By{Actor: company.User("ann"), Reason: "left"}, company.RemoveMember{Team: "americas", User: "tom"})
	check(err)
	check(rowsecurity.WaitFor(ctx, reads, receipt.Seq, time.Millisecond))
	fmt.Println("tom, out of the team:", total("tom"))
	stop()
	<-ended
	// Output:
	// ann: 15 tom: 10 nobody: 0
	// tom, out of the team: 0
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
