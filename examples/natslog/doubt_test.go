package natslog

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TestDoubtfulAnswers appends while every other answer is neither yes nor no, before or
// after the message is stored. Every event is confirmed, and stored once.
func TestDoubtfulAnswers(t *testing.T) {
	t.Parallel()
	real := connect(t, need(t, alone).nodes...)
	o := &Options{Stream: "DOUBT", Replicas: 1}
	create(t, real, o)
	for i, answer := range []error{
		&jetstream.APIError{Code: 400, ErrorCode: 10164}, &jetstream.APIError{Code: 503, ErrorCode: 10008},
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrNoStreamResponse,
	} {
		for _, stored := range []bool{false, true} {
			var n atomic.Int64
			f := flaw{publish: func(js jetstream.JetStream, ctx context.Context, subject string, data []byte, po []jetstream.PublishOpt) (*jetstream.PubAck, error) {
				if n.Add(1)%2 == 0 {
					return js.Publish(ctx, subject, data, po...)
				}
				if stored {
					_, _ = js.Publish(ctx, subject, data, po...)
				}
				return nil, answer
			}}
			s, err := Open(t.Context(), brokenJetStream{real, f}, o)
			if err != nil {
				t.Fatal(err)
			}
			log, _ := s.Log(t.Context(), strconv.Itoa(i)+strconv.FormatBool(stored))
			head := audit.Checkpoint{}
			for range 5 {
				e := newEvent(head, "e")
				if err := log.Append(t.Context(), e); err != nil {
					t.Fatalf("%v, stored %v: %v", answer, stored, err)
				}
				head = e.Checkpoint()
			}
			if err := audit.Verify(log.Events(t.Context(), 0), head); err != nil {
				t.Errorf("%v, stored %v: %v", answer, stored, err)
			}
		}
	}
}
