package company_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// foreseen is what a company said would come of a request.
type foreseen struct {
	company.WhatIf
	err error
}

// whatIf asks what would come of a request, and checks that asking changes nothing.
func (m *machine) whatIf(t *rapid.T, r model.Request) foreseen {
	before, underway, read := m.state(), m.company.Underway(), m.random.n
	var whole []byte
	if read%5 == 0 {
		whole = snapshotOf(t, m.company)
	}
	w, err := m.company.WhatIfWith(context.Background(), &hashRand{n: read}, by(r), r.Changes...)
	if m.company.Policy() != before.policy || m.company.Checkpoint() != before.checkpoint || len(events(t, m.log)) != len(m.moments) ||
		len(m.mail) > 0 || m.company.Underway() != underway || m.random.n != read {
		t.Fatalf("asked what if %#v, the company changed", r.Changes)
	}
	if whole != nil {
		m.hits.Hit("asked, and compared whole")
		if after := snapshotOf(t, m.company); !bytes.Equal(whole, after) {
			t.Fatalf("asked what if %#v, the state changed:\n%s", r.Changes, snapshotDifference(whole, after))
		}
	}
	if err == nil && w.Before != before.policy || err != nil && !reflect.DeepEqual(w, company.WhatIf{}) {
		t.Fatalf("what if %#v: %v, and the result is %+v", r.Changes, err, w)
	}
	return foreseen{w, err}
}

// compare compares what was foreseen with what a Do returned.
func (f foreseen) compare(t *rapid.T, m *machine, receipt company.Receipt, err error) {
	var foretold, happened *company.Error
	if errors.As(f.err, &foretold) != errors.As(err, &happened) || (f.err != nil) != (err != nil) {
		t.Fatalf("foreseen was %v, and it is %v", f.err, err)
	}
	if err != nil {
		if foretold.Error() != happened.Error() || foretold.Detail() != happened.Detail() || errorName(f.err) != errorName(err) || foretold.Refused() != happened.Refused() ||
			foretold.Op != happened.Op || foretold.Index != happened.Index || foretold.Change != happened.Change || foretold.Seq != happened.Seq {
			t.Fatalf("foreseen was\n%s\nand it is\n%s", foretold.Detail(), happened.Detail())
		}
		m.hits.Hit("foreseen: refused")
		return
	}
	if diff := cmp.Diff(receipt.Changes, f.Changes, sameRecord); diff != "" || !slices.Equal(receipt.Repeated, f.Repeated) {
		t.Fatalf("repeated %v, foreseen was %v (-happened +foreseen):\n%s", receipt.Repeated, f.Repeated, diff)
	}
	for _, c := range f.Changes {
		if drawnIn(c) {
			t.Fatalf("foreseen has a secret or its digest: %#v", c)
		}
	}
	m.hits.Hit("foreseen: made")
}

// drawnIn reports whether a change has a secret or the digest of one. It looks at
// every field, so that it knows of a change that is added later.
func drawnIn(c company.Change) bool {
	return slices.ContainsFunc(reflect.VisibleFields(reflect.TypeOf(c)), func(f reflect.StructField) bool {
		is := f.Type == reflect.TypeFor[invite.Digest]() || f.Type == reflect.TypeFor[invite.Secret]()
		return is && !reflect.ValueOf(c).FieldByIndex(f.Index).IsZero()
	})
}
