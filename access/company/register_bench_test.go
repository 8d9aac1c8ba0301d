package company_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// longHistory is a log of the large company of the benchmarks with as many events
// again as it is told: three in five of memberships, one in five of reports, the
// rest of roles, ends, accounts, data groups and filters.
func longHistory(b *testing.B, n int) (*audit.Memory, *company.Config) {
	b.Helper()
	at := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	config := &company.Config{
		Now:     func() time.Time { return at },
		Systems: map[string]company.SystemConfig{"sync": {Changes: company.ChangeTypes(), Roles: nil}},
	}
	log := audit.NewMemory()
	c, err := company.Found(b.Context(), log, company.Founding{ID: "corp", Name: "Corp", Document: corp()}, config)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		at = at.Add(time.Minute)
		by := company.By{Actor: company.System("sync"), Reason: fmt.Sprint("ticket ", i)}
		// What meets something that is so already is drawn again.
		for {
			if _, err := c.Do(b.Context(), by, anyHistory(r, i)); err == nil {
				break
			}
		}
	}
	return log, config
}

func anyHistory(r *rand.Rand, i int) company.Change {
	u, t := corpUser(r.IntN(corpUsers)), team.ID(corpTeam(r.IntN(corpTeams)))
	group := datagroup.ID(fmt.Sprintf("group-%014d", r.IntN(corpGroups)))
	account := datagroup.AccountID(fmt.Sprintf("account-%012d", r.IntN(corpAccounts)))
	switch i % 20 {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return company.AddMember{Team: t, User: u}
	case 8, 9, 10, 11:
		return company.RemoveMember{Team: t, User: u}
	case 12, 13, 14, 15:
		return company.ShareReport{Report: corpReport(1 + r.IntN(corpReports-1)), User: u, Level: access.Explorer}
	case 16:
		return company.SetRole{User: u, Role: []role.Name{"team-member", "user", "editor"}[r.IntN(3)]}
	case 17:
		return company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: account, Values: map[string]datagroup.Value{"segment": datagroup.Text(fmt.Sprint("s", r.IntN(2000)))}}}}
	case 18:
		if r.IntN(2) == 0 {
			return company.AttachGroup{Team: t, Group: group}
		}
		return company.DetachGroup{Team: t, Group: group}
	}
	if r.IntN(4) == 0 {
		return company.EditGroup{Group: group, Filter: company.To(fmt.Sprintf("segment = 's%d'", r.IntN(2000)))}
	}
	return company.ConnectAccounts{Accounts: []document.Account{{ID: fmt.Sprint("new-", i), Source: "meta", Values: map[string]datagroup.Value{"segment": datagroup.Text(fmt.Sprint("s", r.IntN(2000)))}}}}
}

// history is that of the benchmarks: 100,000 events, fewer with -short.
var history = struct {
	sync.Once
	log    *audit.Memory
	config *company.Config
}{}

func benchHistory(b *testing.B) (*audit.Memory, *company.Config) {
	b.Helper()
	history.Do(func() {
		n := 100_000
		if testing.Short() {
			n = 1000
		}
		history.log, history.config = longHistory(b, n)
	})
	return history.log, history.config
}

func benchMoment(b *testing.B) company.Moment {
	log, config := benchHistory(b)
	c, err := company.Open(b.Context(), log, config)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	return c.Now()
}

func BenchmarkRegister(b *testing.B) {
	m := benchMoment(b)
	for b.Loop() {
		n := 0
		for range m.Register(company.RowQuery{}) {
			n++
		}
		if n != corpUsers {
			b.Fatal(n)
		}
	}
}

func BenchmarkPieces(b *testing.B) {
	m := benchMoment(b)
	rows := slices.Collect(m.Register(company.RowQuery{}))
	i, n := 0, 0
	for b.Loop() {
		pieces, _ := m.Pieces(team.UserID(rows[i%len(rows)].User))
		n += len(pieces)
		i++
	}
	b.ReportMetric(float64(n)/float64(i), "pieces")
}

func BenchmarkOpenHistory(b *testing.B) {
	log, config := benchHistory(b)
	for _, kept := range []bool{true, false} {
		b.Run(fmt.Sprintf("register=%v", kept), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				open := company.Open
				if !kept {
					open = company.OpenWithoutLedger
				}
				if _, err := open(b.Context(), log, config); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSnapshot writes a snapshot of the large company and its long history, and
// opens from it.
func BenchmarkSnapshot(b *testing.B) {
	log, config := benchHistory(b)
	c, err := company.Open(b.Context(), log, config)
	if err != nil {
		b.Fatal(err)
	}
	var snapshot bytes.Buffer
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			snapshot.Reset()
			if err := c.Snapshot(&snapshot); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(snapshot.Len()))
	})
	from := *config
	from.Snapshot = readerOf(snapshot.Bytes())
	b.Run("open", func(b *testing.B) {
		b.SetBytes(int64(snapshot.Len()))
		for b.Loop() {
			if c, err := company.Open(b.Context(), log, &from); err != nil || c.Health().Snapshot != nil {
				b.Fatal(err, c.Health().Snapshot)
			}
		}
	})
}
