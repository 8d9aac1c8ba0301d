package sqllogs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/audit/sqllog"
)

// BenchmarkAppend is the time of an append, beside that of a bare INSERT of the same
// bytes in the same run.
func BenchmarkAppend(b *testing.B) {
	for _, w := range worlds {
		p := w.place(b)
		db := p.db(b)
		s := p.store(b, db, &sqllog.Options{Keys: audittest.TargetKeys})
		bytes := map[sqllog.Dialect]string{sqllog.SQLite: "BLOB", sqllog.PostgreSQL: "bytea", sqllog.MariaDB: "LONGBLOB"}[w.dialect]
		if _, err := db.Exec("CREATE TABLE bare (id BIGINT PRIMARY KEY, line " + bytes + ")"); err != nil {
			b.Fatal(err)
		}
		line, err := audit.Encode(event(audit.Checkpoint{}, "x"))
		if err != nil {
			b.Fatal(err)
		}
		id := 0
		b.Run(w.name+"/bare", func(b *testing.B) {
			for b.Loop() {
				id++
				if _, err := db.Exec(w.marks("INSERT INTO bare (id, line) VALUES (?, ?)"), id, line); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, target := range []string{"", "user:x"} {
			l, head := named(b, s, "log "+target), audit.Checkpoint{}
			b.Run(w.name+"/append"+map[bool]string{true: " with a key"}[target != ""], func(b *testing.B) {
				for b.Loop() {
					e := event(head, "x")
					if e.Targets = nil; target != "" {
						e.Targets = []string{target}
					}
					e = e.Chain(head)
					if err := l.Append(context.Background(), e); err != nil {
						b.Fatal(err)
					}
					head = e.Checkpoint()
				}
			})
		}
	}
}

// BenchmarkWriters is how many events a second eight writers of eight logs append,
// in PostgreSQL with the trigger and without.
func BenchmarkWriters(b *testing.B) {
	for _, w := range []struct {
		name   string
		world  world
		notify bool
	}{{"SQLite", worlds[0], false}, {"PostgreSQL", worlds[1], false}, {"PostgreSQL notifying", worlds[1], true}, {"MariaDB", worlds[3], false}} {
		b.Run(w.name, func(b *testing.B) {
			p := w.world.place(b)
			db := p.db(b)
			db.SetMaxIdleConns(8)
			s := p.store(b, db, nil)
			if w.notify {
				if err := Notify(context.Background(), db); err != nil {
					b.Fatal(err)
				}
			}
			const writers = 8
			var group sync.WaitGroup
			b.ResetTimer()
			for i := range writers {
				l := named(b, s, "log "+strconv.Itoa(i))
				group.Go(func() {
					head := audit.Checkpoint{}
					for range b.N/writers + 1 {
						e := event(head, "x")
						if err := l.Append(context.Background(), e); err != nil {
							b.Error(err)
							return
						}
						head = e.Checkpoint()
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkReplay is how many events a second are read and verified.
func BenchmarkReplay(b *testing.B) {
	const events = 20_000
	for _, w := range worlds {
		p := w.place(b)
		db := p.db(b)
		s := p.store(b, db, nil)
		l := named(b, s, "acme")
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		head := audit.Checkpoint{}
		for range events {
			e := event(head, "replay")
			if err := l.Tx(tx).Append(context.Background(), e); err != nil {
				b.Fatal(err)
			}
			head = e.Checkpoint()
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
		b.Run(w.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				if err := audit.Verify(l.Events(context.Background(), 0), head); err != nil {
					b.Fatal(err)
				}
				n += events
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkWatch is how long after its append an event is with a follower: by
// polling every 100 ms, and in PostgreSQL by LISTEN.
func BenchmarkWatch(b *testing.B) {
	for _, w := range []struct {
		name   string
		world  world
		notify bool
	}{{"SQLite", worlds[0], false}, {"PostgreSQL", worlds[1], false}, {"PostgreSQL listening", worlds[1], true}, {"MariaDB", worlds[3], false}} {
		b.Run(w.name, func(b *testing.B) {
			p := w.world.place(b)
			l := named(b, p.store(b, p.db(b), nil), "acme")
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			var events <-chan audit.Event
			if w.notify {
				events = listen(b, ctx, p)
			} else {
				events = watch(ctx, named(b, p.store(b, p.db(b), nil), "acme"))
			}
			var late []time.Duration
			head := audit.Checkpoint{}
			for b.Loop() {
				e := event(head, "x")
				if err := l.Append(ctx, e); err != nil {
					b.Fatal(err)
				}
				appended := time.Now()
				if got := <-events; got.Seq != e.Seq {
					b.Fatal(errors.New(fmt.Sprint("got event ", got.Seq)))
				}
				late = append(late, time.Since(appended))
				head = e.Checkpoint()
			}
			slices.Sort(late)
			b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(late[len(late)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// watch follows a log until ctx ends.
func watch(ctx context.Context, l *sqllog.Log) <-chan audit.Event {
	events := make(chan audit.Event)
	go func() {
		defer close(events)
		for e, err := range l.Watch(ctx, 0) {
			if err != nil {
				return
			}
			events <- e
		}
	}()
	return events
}
