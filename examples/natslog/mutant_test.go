package natslog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/nats-io/nats.go/jetstream"
)

// flaw is what somebody who writes such a log may build in, as changes to what is asked
// of the servers and to what they answer.
type flaw struct {
	name    string
	rules   string // of which a check fails, "" for none
	publish func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error)
	last    func(s jetstream.Stream, ctx context.Context, subject string) (*jetstream.RawStreamMsg, error)
	info    func(i *jetstream.StreamInfo)
}

func isLog(subject string) bool { return strings.Contains(subject, ".log.") }

var flaws = []flaw{
	{name: "nothing"},
	{name: "stores without a condition", rules: "3 4", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, _ []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		return js.Publish(ctx, subject, data)
	}},
	{name: "confirms what it has not sent", rules: "1 6", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		if isLog(subject) {
			return &jetstream.PubAck{Sequence: 1}, nil
		}
		return js.Publish(ctx, subject, data, o...)
	}},
	{name: "confirms what was refused", rules: "2 3 4", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		ack, err := js.Publish(ctx, subject, data, o...)
		if isLog(subject) && wrongLast(err) {
			return &jetstream.PubAck{Sequence: 1}, nil
		}
		return ack, err
	}},
	{name: "waits for no answer", rules: "4 6 10 18", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		if isLog(subject) {
			go func() { _, _ = js.Publish(context.WithoutCancel(ctx), subject, data, o...) }()
			return &jetstream.PubAck{Sequence: 1}, nil
		}
		return js.Publish(ctx, subject, data, o...)
	}},
	{name: "cuts a line", rules: "6 9 17", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		return js.Publish(ctx, subject, data[:min(len(data), 4096)], o...)
	}},
	{name: "knows no upper case", rules: "18", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		stream, rest, _ := strings.Cut(subject, ".")
		return js.Publish(ctx, stream+"."+strings.ToLower(rest), data, o...)
	}},
	{name: "stores no keys", rules: "21", publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, o []jetstream.PublishOpt) (*jetstream.PubAck, error) {
		if strings.Contains(subject, ".key.") {
			return &jetstream.PubAck{Sequence: 1}, nil
		}
		return js.Publish(ctx, subject, data, o...)
	}},
	{name: "takes each log for empty", rules: "2 3 6", last: func(jetstream.Stream, context.Context, string) (*jetstream.RawStreamMsg, error) {
		return nil, jetstream.ErrMsgNotFound
	}},
	{name: "lists one log", rules: "20 21", info: func(i *jetstream.StreamInfo) {
		for subject := range i.State.Subjects {
			if len(i.State.Subjects) > 1 {
				delete(i.State.Subjects, subject)
			}
		}
	}},
}

// brokenJetStream and brokenStream are the servers seen through a flaw.
type brokenJetStream struct {
	jetstream.JetStream
	flaw flaw
}

func (b brokenJetStream) Publish(ctx context.Context, subject string, data []byte, o ...jetstream.PublishOpt) (*jetstream.PubAck, error) {
	if b.flaw.publish == nil {
		return b.JetStream.Publish(ctx, subject, data, o...)
	}
	return b.flaw.publish(b.JetStream, ctx, subject, data, o)
}

func (b brokenJetStream) Stream(ctx context.Context, name string) (jetstream.Stream, error) {
	s, err := b.JetStream.Stream(ctx, name)
	return brokenStream{s, b.flaw}, err
}

type brokenStream struct {
	jetstream.Stream
	flaw flaw
}

func (b brokenStream) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	if b.flaw.last == nil {
		return b.Stream.GetLastMsgForSubject(ctx, subject)
	}
	return b.flaw.last(b.Stream, ctx, subject)
}

func (b brokenStream) Info(ctx context.Context, o ...jetstream.StreamInfoOpt) (*jetstream.StreamInfo, error) {
	info, err := b.Stream.Info(ctx, o...)
	if err == nil && b.flaw.info != nil {
		b.flaw.info(info)
	}
	return info, err
}

// TestBroken runs the contract on flaws. Each has to be found, by a check of one of
// its rules, and the log without a flaw has none.
func TestBroken(t *testing.T) {
	t.Parallel()
	real := connect(t, need(t, alone).nodes...)
	for i, f := range flaws {
		t.Run(f.name, func(t *testing.T) {
			o := &Options{Stream: fmt.Sprint("BROKEN-", i), Replicas: 1, Keys: audittest.TargetKeys}
			create(t, real, o)
			if f.rules != "" {
				o.Patience = 200 * time.Millisecond // some flaws leave a question without an answer
			}
			ctx, cancel := context.WithTimeout(t.Context(), hang)
			defer cancel()
			err := audittest.TestStore(ctx, audittest.StoreTest{
				Open: func(ctx context.Context) (audit.Store, error) { return Open(ctx, brokenJetStream{real, f}, o) },
			})
			if s, failure := Open(ctx, brokenJetStream{real, f}, o); failure == nil && f.rules != "" && ctx.Err() == nil {
				var n atomic.Int64
				err = errors.Join(err, audittest.TestLog(ctx, func() (audit.Log, error) { return s.Log(ctx, fmt.Sprint(n.Add(1))) }))
			}
			if f.rules == "" {
				if err != nil {
					t.Errorf("the log without a flaw fails: %v", err)
				}
				return
			}
			if !caught(err, strings.Fields(f.rules)) {
				t.Errorf("found by no check of the rules %s: %v", f.rules, err)
			}
		})
	}
}

// caught reports whether one of the joined errors is of a check of the rules.
func caught(err error, rules []string) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), func(err error) bool { return caught(err, rules) })
	}
	e, ok := errors.AsType[*audittest.Error](err)
	return ok && slices.Contains(rules, strconv.Itoa(e.Rule))
}

// oldStream answers every other question as a node that was stopped for a while, and
// does not know yet that the others have gone on.
type oldStream struct {
	jetstream.Stream
	has   uint64 // the last place it has
	asked atomic.Int64
}

func (s *oldStream) old() bool { return s.asked.Add(1)%2 == 1 }

func (s *oldStream) GetMsg(ctx context.Context, at uint64, o ...jetstream.GetMsgOpt) (*jetstream.RawStreamMsg, error) {
	m, err := s.Stream.GetMsg(ctx, at, o...)
	if err == nil && m.Sequence > s.has && s.old() {
		return nil, jetstream.ErrMsgNotFound
	}
	return m, err
}

func (s *oldStream) GetLastMsgForSubject(ctx context.Context, subject string) (*jetstream.RawStreamMsg, error) {
	m, err := s.Stream.GetLastMsgForSubject(ctx, subject)
	if err == nil && m.Sequence > s.has && s.old() {
		return nil, jetstream.ErrMsgNotFound
	}
	return m, err
}

func (s *oldStream) Info(ctx context.Context, o ...jetstream.StreamInfoOpt) (*jetstream.StreamInfo, error) {
	info, err := s.Stream.Info(ctx, o...)
	if err == nil && info.State.LastSeq > s.has && s.old() {
		info.State.LastSeq, info.State.Subjects = s.has, nil
	}
	return info, err
}

// TestOldAnswers reads while two nodes answer, one of which has nothing of the log: as
// when the barrier was confirmed by the new leader and the next question is answered by
// an old one. Nothing is missing, and nothing refused that is the next event.
func TestOldAnswers(t *testing.T) {
	t.Parallel()
	s := create(t, connect(t, need(t, alone).nodes...), &Options{Stream: "ANSWERS", Replicas: 1, Keys: audittest.TargetKeys})
	s.handle = &oldStream{Stream: s.handle, has: 1}
	writer, _ := s.Log(t.Context(), "acme")
	head := audit.Checkpoint{}
	for n := range 40 {
		e := newEvent(head, strconv.Itoa(n))
		if err := writer.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		head = e.Checkpoint()
		reader, _ := s.Log(t.Context(), "acme")
		for after := range uint64(2) {
			got := after
			for e, err := range reader.Events(t.Context(), after) {
				if err != nil {
					t.Fatal(err)
				}
				got = e.Seq
			}
			if got != max(head.Seq, after) {
				t.Fatalf("after event %d was confirmed, a read ends with event %d", head.Seq, got)
			}
		}
		if err := reader.Append(t.Context(), e); err != nil {
			t.Fatalf("an event that is stored: %v", err)
		}
		writer, _ = s.Log(t.Context(), "acme") // which has to ask
	}
	for range 3 {
		names := 0
		for name, err := range s.Names(t.Context()) {
			if err != nil || name != "acme" {
				t.Fatal(name, err)
			}
			names++
		}
		for range s.Find(t.Context(), "bob") {
			names++
		}
		if names != 2 {
			t.Fatalf("%d of 2 names are there", names)
		}
	}
}
