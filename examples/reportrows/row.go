package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
)

// row is a row of the report, as your service stores it for all readers.
type row struct {
	day     time.Time
	account datagroup.AccountID // "" for a row without account, NULL in the database
	clicks  int64
	spend   int64 // in cents
}

// newReport returns n rows about accounts. One of a hundred has no account, and one
// an account that the company no longer has: nobody sees these.
func newReport(n, accounts int) []row {
	r := rand.New(rand.NewPCG(17, 2))
	report := make([]row, n)
	for i := range report {
		account := fmt.Sprintf("account-%05d", r.IntN(accounts))
		switch i % 100 {
		case 98:
			account = ""
		case 99:
			account = "gone-" + account
		}
		report[i] = row{
			day: now.Truncate(24*time.Hour).AddDate(0, 0, -r.IntN(90)), account: datagroup.AccountID(account),
			clicks: r.Int64N(1_000), spend: r.Int64N(100_000),
		}
	}
	return report
}
