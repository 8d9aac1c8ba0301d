package filelog

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// Keeper keeps a checkpoint in a file of its own. It is an [audit.Keeper]. Put the
// file on another disk than the log, or at least into another directory: what
// restores one of them must not restore the other.
type Keeper struct {
	path string
	disk disk
	turn chan struct{}
}

// NewKeeper returns a keeper with its file at a path, which need not be there yet.
// The file with the same name and ".lock" is made beside it.
func NewKeeper(path string) *Keeper {
	return &Keeper{path: path, disk: osDisk{}, turn: make(chan struct{}, 1)}
}

// Kept implements [audit.Keeper]. The error is an [*Error] that wraps
// [audit.ErrDamaged] if the file has no checkpoint.
func (k *Keeper) Kept(context.Context) (audit.Checkpoint, error) {
	f, err := k.disk.open(k.path, false, false)
	if errors.Is(err, fs.ErrNotExist) {
		return audit.Checkpoint{}, nil
	}
	if err != nil {
		return audit.Checkpoint{}, &Error{Op: "keep", Path: k.path, Err: err}
	}
	defer f.Close()
	const most = 200 // bytes of a checkpoint
	text, err := io.ReadAll(io.NewSectionReader(f, 0, most))
	if err != nil {
		return audit.Checkpoint{}, &Error{Op: "keep", Path: k.path, Err: err}
	}
	c, err := audit.ParseCheckpoint(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		return audit.Checkpoint{}, &Error{Op: "keep", Path: k.path, Text: "it has no checkpoint", Err: audit.ErrDamaged}
	}
	return c, nil
}

// Keep implements [audit.Keeper]. It writes a file beside the old one and puts it
// in its place, so that there always is one. It costs two syncs.
func (k *Keeper) Keep(ctx context.Context, c audit.Checkpoint) error {
	err := k.keep(ctx, c)
	if err != nil {
		if _, ok := errors.AsType[*Error](err); !ok {
			err = &Error{Op: "keep", Path: k.path, Err: err}
		}
	}
	return err
}

func (k *Keeper) keep(ctx context.Context, c audit.Checkpoint) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case k.turn <- struct{}{}:
		defer func() { <-k.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	f, err := k.disk.open(k.path+".lock", true, true)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := (&Log{file: f}).lock(ctx); err != nil {
		return err
	}
	defer func() { _ = f.Unlock() }()
	kept, err := k.Kept(ctx)
	if err != nil {
		return err
	}
	if kept.Seq >= c.Seq {
		return k.disk.syncDir(dirOf(k.path)) // whoever kept it may have failed to
	}
	next, err := k.disk.open(k.path+".new", true, true)
	if err != nil {
		return err
	}
	text := c.String() + "\n"
	_, err = next.WriteAt([]byte(text), 0)
	if err == nil {
		err = next.Truncate(int64(len(text)))
	}
	if err == nil {
		err = next.Sync()
	}
	if err := errors.Join(err, next.Close()); err != nil {
		return err
	}
	if err := k.disk.rename(k.path+".new", k.path); err != nil {
		return err
	}
	return k.disk.syncDir(dirOf(k.path))
}
