package natslog

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go/jetstream"
)

// TestSettings opens streams that somebody made in another way than Create does.
func TestSettings(t *testing.T) {
	t.Parallel()
	js := connect(t, need(t, alone).nodes...)
	create(t, js, &Options{Stream: "READY", Replicas: 1})
	for _, c := range []struct {
		name string
		set  func(c *jetstream.StreamConfig)
		want error
	}{
		{"GOOD", func(*jetstream.StreamConfig) {}, nil},
		{"OTHER-SUBJECTS", func(c *jetstream.StreamConfig) { c.Subjects = []string{c.Name + ".log.>"} }, ErrForeign},
		{"NO-FORM", func(c *jetstream.StreamConfig) { c.Metadata = nil }, ErrForeign},
		{"NEXT-FORM", func(c *jetstream.StreamConfig) { c.Metadata = map[string]string{formKey: "2"} }, audit.ErrVersion},
		{"AGE", func(c *jetstream.StreamConfig) { c.MaxAge = 1000 * time.Hour }, audit.ErrWeak},
		{"MESSAGES", func(c *jetstream.StreamConfig) { c.MaxMsgs = 1e9 }, audit.ErrWeak},
		{"BYTES", func(c *jetstream.StreamConfig) { c.MaxBytes = 1 << 30 }, audit.ErrWeak},
		{"PER-SUBJECT", func(c *jetstream.StreamConfig) { c.MaxMsgsPerSubject = 1e9 }, audit.ErrWeak},
		{"SIZE", func(c *jetstream.StreamConfig) { c.MaxMsgSize = 1 << 20 }, audit.ErrWeak},
		{"INTEREST", func(c *jetstream.StreamConfig) { c.Retention = jetstream.InterestPolicy }, audit.ErrWeak},
		{"QUEUE", func(c *jetstream.StreamConfig) { c.Retention = jetstream.WorkQueuePolicy }, audit.ErrWeak},
		{"MEMORY", func(c *jetstream.StreamConfig) { c.Storage = jetstream.MemoryStorage }, audit.ErrWeak},
		{"OLD", func(c *jetstream.StreamConfig) { c.Discard = jetstream.DiscardOld }, audit.ErrWeak},
		{"DELETE", func(c *jetstream.StreamConfig) { c.DenyDelete = false }, audit.ErrWeak},
		{"PURGE", func(c *jetstream.StreamConfig) { c.DenyPurge = false }, audit.ErrWeak},
		{"ROLLUP", func(c *jetstream.StreamConfig) { c.DenyPurge, c.AllowRollup = false, true }, audit.ErrWeak},
		{"SOURCES", func(c *jetstream.StreamConfig) { c.Sources = []*jetstream.StreamSource{{Name: "GOOD"}} }, audit.ErrWeak},
		{"TRANSFORM", func(c *jetstream.StreamConfig) {
			c.SubjectTransform = &jetstream.SubjectTransformConfig{Source: c.Name + ".a", Destination: c.Name + ".b"}
		}, audit.ErrWeak},
		{"NO-ACK", func(c *jetstream.StreamConfig) { c.NoAck = true }, audit.ErrWeak},
		{"DIRECT", func(c *jetstream.StreamConfig) { c.AllowDirect = true }, audit.ErrWeak},
		{"ASYNC", func(c *jetstream.StreamConfig) { c.PersistMode = jetstream.AsyncPersistMode }, audit.ErrWeak},
		{"NO-TTL", func(c *jetstream.StreamConfig) { c.AllowMsgTTL = false }, audit.ErrWeak},
	} {
		o := Options{Stream: c.name, Replicas: 1}
		settings := config(o)
		c.set(&settings)
		if _, err := js.CreateStream(t.Context(), settings); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if _, err := Open(t.Context(), js, &o); !errors.Is(err, c.want) {
			t.Errorf("%s: Open returns %v, want %v", c.name, err, c.want)
		}
		if _, err := Create(t.Context(), js, &o); !errors.Is(err, c.want) {
			t.Errorf("%s: Create returns %v, want %v", c.name, err, c.want)
		}
	}
	for stream, want := range map[string]error{"NOWHERE": ErrNoStream, "a.b": ErrUnsuitable, "*": ErrUnsuitable, strings.Repeat("x", 101): ErrUnsuitable} {
		if _, err := Open(t.Context(), js, &Options{Stream: stream}); !errors.Is(err, want) {
			t.Errorf("stream %q: Open returns %v, want %v", stream, err, want)
		}
	}
	if _, err := Open(t.Context(), js, &Options{Stream: "READY"}); !errors.Is(err, audit.ErrWeak) {
		t.Errorf("one replica where three are asked for: Open returns %v, want %v", err, audit.ErrWeak)
	}
}

// TestPurged opens a stream that was purged, and may not be any more.
func TestPurged(t *testing.T) {
	t.Parallel()
	js := connect(t, need(t, alone).nodes...)
	o := Options{Stream: "PURGED", Replicas: 1}
	for _, keep := range []uint64{0, 1} {
		settings := config(o)
		settings.DenyPurge = false
		stream, err := js.CreateStream(t.Context(), settings)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := js.Publish(t.Context(), "PURGED.begin", nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.Purge(t.Context(), jetstream.WithPurgeKeep(keep)); err != nil {
			t.Fatal(err)
		}
		settings.DenyPurge = true
		if _, err := js.UpdateStream(t.Context(), settings); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), js, &o); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("%d messages kept: Open returns %v, want %v", keep, err, audit.ErrDamaged)
		}
		if err := js.DeleteStream(t.Context(), o.Stream); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMonitors asks nodes whether they sync.
func TestMonitors(t *testing.T) {
	t.Parallel()
	lazy, err := newCluster(1, "2m", "")
	if err != nil {
		t.Fatal(err)
	}
	defer lazy.stop()
	js := connect(t, lazy.nodes...)
	create(t, js, &Options{Replicas: 1})
	if _, err := Open(t.Context(), js, &Options{Replicas: 1, Monitors: lazy.monitors()}); !errors.Is(err, audit.ErrWeak) {
		t.Errorf("a node that does not sync: Open returns %v, want %v", err, audit.ErrWeak)
	}
	c := need(t, shared)
	js = connect(t, c.nodes...)
	create(t, js, &Options{Stream: "MONITORS"})
	monitors := c.monitors()
	for _, m := range []struct {
		monitors []string
		want     error
	}{
		{monitors, nil},
		{monitors[:2], audit.ErrWeak},
		{append(lazy.monitors(), monitors...), audit.ErrWeak},
		{[]string{"http://127.0.0.1:1"}, ErrNoAnswer},
	} {
		if _, err := Open(t.Context(), js, &Options{Stream: "MONITORS", Monitors: m.monitors}); !errors.Is(err, m.want) {
			t.Errorf("%v: Open returns %v, want %v", m.monitors, err, m.want)
		}
	}
}

// TestTooLarge appends an event that another server takes and this one does not: it is
// refused, and nothing is in doubt.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	small, err := newCluster(1, "always", "max_payload: 32KB")
	if err != nil {
		t.Fatal(err)
	}
	defer small.stop()
	if _, err := Create(t.Context(), connect(t, small.nodes...), &Options{Replicas: 1}); !errors.Is(err, ErrUnsuitable) {
		t.Errorf("max_payload of 32 KiB: Create returns %v, want %v", err, ErrUnsuitable)
	}
	s := create(t, connect(t, need(t, alone).nodes...), &Options{Stream: "LARGE", Replicas: 1})
	if s.longest != 1<<20-headers {
		t.Errorf("the longest line is of %d bytes, want %d", s.longest, 1<<20-headers)
	}
	log, err := s.Log(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	e := newEvent(audit.Checkpoint{}, "e")
	e.Changes[0].Data = []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	e = e.Chain(audit.Checkpoint{})
	if err := log.Append(t.Context(), e); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("Append returns %v, want %v", err, audit.ErrTooLarge)
	}
	s.longest = 1 << 30 // as another server may have said
	if err := log.Append(t.Context(), e); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("Append returns %v, want %v", err, audit.ErrTooLarge)
	}
	if err := log.Append(t.Context(), newEvent(audit.Checkpoint{}, "e")); err != nil {
		t.Error(err)
	}
}

// TestDamage reads logs with messages in them that Append did not write.
func TestDamage(t *testing.T) {
	t.Parallel()
	js := connect(t, need(t, alone).nodes...)
	s := create(t, js, &Options{Stream: "DAMAGE", Replicas: 1, Patience: 3 * time.Second})
	one := newEvent(audit.Checkpoint{}, "one")
	two := newEvent(one.Checkpoint(), "two")
	line := func(e audit.Event) string { l, _ := audit.Encode(e); return string(l) }
	edited := strings.Replace(line(two), "bob", "eve", 1)
	for name, c := range map[string]struct {
		messages []string
		want     error
	}{
		"no line":           {[]string{line(one), "hello"}, audit.ErrDamaged},
		"edited":            {[]string{line(one), edited}, audit.ErrEdited},
		"edited before":     {[]string{line(one), edited, line(newEvent(two.Checkpoint(), "three"))}, audit.ErrEdited},
		"a gap":             {[]string{line(one), line(newEvent(two.Checkpoint(), "three"))}, audit.ErrMissing},
		"no beginning":      {[]string{line(two)}, audit.ErrMissing},
		"twice":             {[]string{line(one), line(two), line(two)}, audit.ErrDamaged},
		"another chain":     {[]string{line(one), line(newEvent(audit.Checkpoint{Seq: 1, Hash: two.Hash}, "x"))}, audit.ErrEdited},
		"another version":   {[]string{line(one), strings.Replace(line(two), `{"v":1,`, `{"v":2,`, 1)}, audit.ErrVersion},
		"an empty message":  {[]string{""}, audit.ErrDamaged},
		"a later beginning": {[]string{line(two), line(newEvent(two.Checkpoint(), "three"))}, audit.ErrMissing},
	} {
		for _, m := range c.messages {
			if _, err := js.Publish(t.Context(), s.logSubject(name), []byte(m)); err != nil {
				t.Fatal(err)
			}
		}
		log, _ := s.Log(t.Context(), name)
		_, err := end(t.Context(), log)
		for begun := time.Now(); errors.Is(err, ErrNoAnswer) && time.Since(begun) < hang; {
			_, err = end(t.Context(), log) // patience ended in the middle of an attempt
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: Events ends with %v, want %v", name, err, c.want)
		}
		ctx, cancel := context.WithTimeout(t.Context(), hang)
		for _, err := range log.(audit.Watcher).Watch(ctx, 0) {
			if err != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: Watch ends with %v, want %v", name, err, c.want)
			}
		}
		cancel()
		if err := log.Append(t.Context(), newEvent(one.Checkpoint(), "instead")); err == nil {
			t.Errorf("%s: an event is stored in place of what is damaged", name)
		}
	}
	fleeting, _ := s.Log(t.Context(), "fleeting")
	if _, err := js.Publish(t.Context(), s.logSubject("fleeting"), []byte(line(one)), jetstream.WithMsgTTL(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := end(t.Context(), fleeting); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("an event that goes after an hour: Events ends with %v, want %v", err, audit.ErrDamaged)
	}
}
