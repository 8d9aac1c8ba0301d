package company

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/ambit-authz/ambit/access/company/internal/image"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/internal/persist"
)

// snapshotHead begins every snapshot.
const snapshotHead = "ambit-snapshot\n"

// maxSnapshot is how many bytes of a snapshot are read.
const maxSnapshot int64 = 4 << 30

// What keeps a snapshot from being used.
var (
	// ErrSnapshot: a snapshot was cut, changed, or is none.
	ErrSnapshot = errors.New("the snapshot is damaged")
	// ErrSnapshotVersion: a snapshot was written by another version of this package.
	ErrSnapshotVersion = errors.New("the snapshot is of another version")
)

// Snapshot writes the company as it is now, so that [Open] need not replay the
// events up to here; see [Config.Snapshot]. A snapshot is disposable: it is read by
// the version of this package that wrote it, and passed over by any other. It has
// the whole company in it, personal data and the digests of secrets included, and
// anyone who can change it can change who may do what: keep it as safe as the log.
//
// It costs time in proportion to the company and its history, holds up nobody, and
// writes as it goes. Write into a new file, and put that into the place of the old
// one when Snapshot returned nil.
func (c *Company) Snapshot(w io.Writer) error {
	if err := writeSnapshot(w, c.journal.Point()); err != nil {
		return wrap("snapshot", err)
	}
	return nil
}

func writeSnapshot(w io.Writer, p journal.Point[*published]) error {
	sum := sha256.New()
	c := coder{image.NewWriter(io.MultiWriter(w, sum))}
	version := uint64(foldVersion)
	c.snapshot(&version, &p)
	if err := c.Flush(); err != nil {
		return err
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// snapshot is what is in a snapshot, before the sum of it. Of another version only
// that is read.
func (c coder) snapshot(version *uint64, p *journal.Point[*published]) {
	head := snapshotHead
	if image.Text(c.Coder, &head); head != snapshotHead {
		c.Fail(ErrSnapshot)
	}
	c.Uint(version)
	if *version != foldVersion {
		c.Fail(ErrSnapshotVersion)
		return
	}
	c.Uint(&p.Head.Seq)
	image.Marshaled(c.Coder, &p.Head.Hash)
	c.Time(&p.Time)
	c.state(&p.State.state)
}

// readSnapshot returns the point that a snapshot has.
func (c *Company) readSnapshot(r io.Reader) (*journal.Point[*published], error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSnapshot+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > maxSnapshot {
		return nil, fmt.Errorf("%w: it has more than %d bytes", ErrSnapshot, maxSnapshot)
	}
	body, ok := cutSum(sha256.New(), b)
	if !ok {
		return nil, ErrSnapshot
	}
	p := &journal.Point[*published]{State: new(published)}
	in := coder{image.NewReader(body, persist.NewToken())}
	var version uint64
	in.snapshot(&version, p)
	switch err := in.End(); {
	case errors.Is(err, ErrSnapshotVersion):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	p.State = c.settle(p.State)
	return p, nil
}

// cutSum returns what b is without the sum at its end, and whether that is the sum
// of it.
func cutSum(h hash.Hash, b []byte) ([]byte, bool) {
	n := len(b) - h.Size()
	if n < 0 {
		return nil, false
	}
	h.Write(b[:n])
	return b[:n], bytes.Equal(h.Sum(nil), b[n:])
}

// fromSnapshot returns the point at which the replay of the log can begin, nil for
// its beginning. A snapshot that cannot be used is passed over, and why is noted.
func (c *Company) fromSnapshot(ctx context.Context) *journal.Point[*published] {
	if c.config.Snapshot == nil {
		return nil
	}
	r, err := c.config.Snapshot(ctx)
	if err != nil || r == nil {
		c.passedOver = err
		return nil
	}
	p, err := c.readSnapshot(r)
	if err = errors.Join(err, r.Close()); err != nil {
		c.passedOver = err
		return nil
	}
	return p
}
