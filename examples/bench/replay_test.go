package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/filelog"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// unsynced writes a log as a file, as fast as a disk takes it: only to make a long
// one to be read.
type unsynced struct {
	audit.Log
	w *bufio.Writer
}

func (u unsynced) Append(_ context.Context, e audit.Event) error {
	line, err := audit.Encode(e)
	if err == nil {
		_, err = u.w.Write(append(line, '\n'))
	}
	return err
}

func (unsynced) Events(context.Context, uint64) iter.Seq2[audit.Event, error] {
	return func(func(audit.Event, error) bool) {}
}

// people is how many users the company of the replay has.
const people = 50_000

// history writes a log of so many events, of a company with 50,000 users in 500
// teams, and returns a snapshot of it as it was 1,000 events before its end.
func history(b *testing.B, path string, events int) *bytes.Buffer {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	d := &document.Document{Groups: []document.Group{{ID: "all", Filter: "everything"}}}
	for i := range 500 {
		d.Teams = append(d.Teams, document.Team{ID: fmt.Sprint("team", i), Groups: []string{"all"}})
	}
	for i := range people {
		d.Users = append(d.Users, document.User{ID: fmt.Sprint("user", i), Email: fmt.Sprintf("user%d@example.com", i), Role: "team-member"})
	}
	d.Reports = []document.Report{{ID: "r", Name: "R", Grants: []document.Grant{{User: "user0", Level: "creator"}}}}
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	config := &company.Config{Now: func() time.Time { return now }, Systems: map[string]company.SystemConfig{"sync": {
		Changes: []company.Change{company.AddMember{}, company.RemoveMember{}, company.SetMemberEnd{}, company.SetRole{}, company.ShareReport{}, company.SuspendUser{}, company.ReinstateUser{}},
		Roles:   []role.Name{"team-member", "user", "viewer"},
	}}}
	c, err := company.Found(b.Context(), unsynced{w: w}, company.Founding{
		ID: "acme", Name: "Acme", Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")}, Document: d,
	}, config)
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	by := company.By{Actor: company.System("sync"), Reason: "as the directory has it"}
	snapshot := new(bytes.Buffer)
	for n := 1; n < events; {
		now = now.Add(time.Minute)
		u := team.UserID(fmt.Sprint("user", random.IntN(people)))
		t := team.ID(fmt.Sprint("team", random.IntN(500)))
		var change company.Change
		switch random.IntN(10) {
		case 0, 1, 2, 3:
			change = company.AddMember{Team: t, User: u}
		case 4, 5:
			change = company.RemoveMember{Team: t, User: u}
		case 6:
			change = company.SetRole{User: u, Role: []role.Name{"team-member", "user", "viewer"}[random.IntN(3)]}
		case 7:
			change = company.ShareReport{Report: "r", User: u, Level: access.Viewer}
		case 8:
			change = company.SuspendUser{User: u}
		default:
			change = company.ReinstateUser{User: u}
		}
		if _, err := c.Do(b.Context(), by, change); err != nil {
			continue // it is so already
		}
		if n++; n == events-1000 {
			if err := c.Snapshot(snapshot); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return snapshot
}

// BenchmarkReplay opens a company from a file with a long log, by all its events and
// by a snapshot and the last 1,000 of them. EVENTS says how many there are.
func BenchmarkReplay(b *testing.B) {
	events := 5_000
	if n, err := strconv.Atoi(os.Getenv("EVENTS")); err == nil {
		events = n
	}
	path := filepath.Join(b.TempDir(), "log")
	snapshot := history(b, path, events)
	open := func(b *testing.B, config *company.Config) {
		log, err := filelog.Open(b.Context(), path, nil)
		if err != nil {
			b.Fatal(err)
		}
		c, err := company.Open(b.Context(), log, config)
		if err != nil || int(c.Checkpoint().Seq) != events || c.Health().Snapshot != nil {
			b.Fatal(err, c.Checkpoint().Seq, c.Health().Snapshot)
		}
		if b.StopTimer(); b.Elapsed() > 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB")
		}
		runtime.KeepAlive(c)
		_ = log.Close()
		b.StartTimer()
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			open(b, nil)
		}
		b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
	b.Run("snapshot", func(b *testing.B) {
		config := &company.Config{Snapshot: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(snapshot.Bytes())), nil
		}}
		b.SetBytes(int64(snapshot.Len()))
		for b.Loop() {
			open(b, config)
		}
	})
}
