package filelog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
)

const sector = 512

var (
	errDisk  = errors.New("simulated: input/output error")
	errFull  = errors.New("simulated: no space left on the disk")
	errDead  = errors.New("simulated: the process is dead")
	errPower = errors.New("simulated: the power is off")
)

// simulated is a disk with a cache: what is not synced may be lost when the power
// is, sector by sector, in any order, with the size before the data. Processes may
// die at any call, and calls may fail.
type simulated struct {
	random *rand.Rand
	files  map[string]*inode
	off    bool
	faults faults
	failAt int    // the number of the call that fails, counted down; 0 is none
	onLock func() // called before a lock is taken
	flaw   flaw
	counts struct{ powerLosses, ioErrors, deaths, syncs int }
}

// flaw is what a disk leaves out, as a log would that forgot a step.
type flaw int

const (
	sound       flaw = iota
	noSync           // nothing is synced
	lazySync         // every other sync does nothing
	noDirSync        // names of files are not synced
	noRewrite        // what is there is not written again
	noCut            // nothing is cut off
	syncAgain        // a sync that fails is tried again, and believed
	deafToWrite      // a write that fails is taken for one that did not
	flaws
)

func (f flaw) String() string {
	return [...]string{"sound", "noSync", "lazySync", "noDirSync", "noRewrite", "noCut", "syncAgain", "deafToWrite"}[f]
}

// faults are how often something goes wrong, in calls out of a thousand.
type faults struct{ power, death, write, sync, truncate int }

// inode is a file: what is on the disk, and what programs see.
type inode struct {
	disk, seen []byte
	dirty      []change // what the disk does not have yet
	named      bool     // the directory on the disk has its name
	locked     *handle
}

// change is a write, or a truncation if data is nil.
type change struct {
	at   int64
	data []byte
}

// handle is an open file of a process.
type handle struct {
	disk *simulated
	node *inode
	proc *process
}

// process is who opens files.
type process struct{ dead bool }

func newSimulated(seed uint64, f faults) *simulated {
	return &simulated{random: rand.New(rand.NewPCG(seed, 1)), files: make(map[string]*inode), faults: f}
}

func (d *simulated) happens(perMille int) bool { return d.random.IntN(1000) < perMille }

// call says what every call of a process may come to.
func (d *simulated) call(p *process) error {
	switch {
	case d.off:
		return errPower
	case p.dead:
		return errDead
	case d.failAt > 0:
		if d.failAt--; d.failAt == 0 {
			return errDisk
		}
	case d.happens(d.faults.power):
		d.off = true
		d.counts.powerLosses++
		return errPower
	case d.happens(d.faults.death):
		p.dead = true
		d.counts.deaths++
		return errDead
	}
	return nil
}

// restart turns the power on again: the disk has what it had, and of the rest some.
func (d *simulated) restart() {
	for path, n := range d.files {
		if !n.named && d.random.IntN(2) == 0 {
			delete(d.files, path)
			continue
		}
		n.flush(d.random, true)
		n.seen, n.locked = slices.Clone(n.disk), nil
	}
	d.off = false
}

// flush makes some of what is dirty part of the disk: all, or if only some is, each
// sector or not, and truncations wholly, half or not.
func (n *inode) flush(random *rand.Rand, some bool) {
	for _, c := range n.dirty {
		if c.data == nil {
			switch half := c.at + (int64(len(n.disk))-c.at)/2; {
			case !some || random.IntN(3) == 0:
				n.disk = resized(n.disk, c.at)
			case half > c.at && random.IntN(2) == 0:
				n.disk = resized(n.disk, half)
			}
			continue
		}
		if end := c.at + int64(len(c.data)); end > int64(len(n.disk)) && (!some || random.IntN(2) == 0) {
			n.disk = resized(n.disk, end)
		}
		for at := c.at; at < c.at+int64(len(c.data)); {
			to := min((at/sector+1)*sector, c.at+int64(len(c.data)))
			if !some || random.IntN(2) == 0 {
				if to > int64(len(n.disk)) {
					n.disk = resized(n.disk, to)
				}
				copy(n.disk[at:to], c.data[at-c.at:])
			}
			at = to
		}
	}
	n.dirty = nil
}

func resized(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size:size]
	}
	return append(slices.Clip(b), make([]byte, size-int64(len(b)))...)
}

// of returns the disk as a process sees it.
func (d *simulated) of(p *process) disk { return processDisk{d, p} }

type processDisk struct {
	*simulated
	proc *process
}

func (d processDisk) open(path string, _, create bool) (file, error) {
	if err := d.call(d.proc); err != nil {
		return nil, err
	}
	n := d.files[path]
	if n == nil {
		if !create {
			return nil, fs.ErrNotExist
		}
		n = new(inode)
		d.files[path] = n
	}
	return &handle{d.simulated, n, d.proc}, nil
}

func (d processDisk) isAt(path string, f file) (bool, error) {
	return d.files[path] == f.(*handle).node, d.call(d.proc)
}

func (d processDisk) rename(from, to string) error {
	if err := d.call(d.proc); err != nil {
		return err
	}
	d.files[to] = d.files[from]
	delete(d.files, from)
	return nil
}

func (d processDisk) syncDir(string) error {
	if err := d.call(d.proc); err != nil {
		return err
	}
	for _, n := range d.files {
		n.named = n.named || d.flaw != noDirSync
	}
	return nil
}

func (h *handle) ReadAt(p []byte, at int64) (int, error) {
	if err := h.disk.call(h.proc); err != nil {
		return 0, err
	}
	if at >= int64(len(h.node.seen)) {
		return 0, io.EOF
	}
	n := copy(p, h.node.seen[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(p []byte, at int64) (int, error) {
	err := h.disk.call(h.proc)
	if errors.Is(err, errPower) {
		return 0, err
	}
	if err == nil && h.disk.happens(h.disk.faults.write) {
		h.disk.counts.ioErrors++
		err = errFull
	}
	if err != nil {
		p = p[:h.disk.random.IntN(len(p)+1)] // so much was written before it failed
	}
	if h.disk.flaw == noRewrite && at < int64(len(h.node.seen)) {
		return len(p), err
	}
	h.node.dirty = append(h.node.dirty, change{at, slices.Clone(p)})
	if end := at + int64(len(p)); end > int64(len(h.node.seen)) {
		h.node.seen = resized(h.node.seen, end)
	}
	if h.disk.flaw == deafToWrite && errors.Is(err, errFull) {
		err = nil
	}
	return copy(h.node.seen[at:], p), err
}

func (h *handle) Truncate(size int64) error {
	if err := h.disk.call(h.proc); err != nil {
		return err
	}
	if h.disk.flaw == noCut {
		return nil
	}
	if h.disk.happens(h.disk.faults.truncate) {
		h.disk.counts.ioErrors++
		return errDisk
	}
	h.node.dirty = append(h.node.dirty, change{at: size})
	h.node.seen = resized(h.node.seen, size)
	return nil
}

// Sync puts everything on the disk. If it fails, only some is there, and nothing is
// tried again: the cache believes that it is clean.
func (h *handle) Sync() error {
	if err := h.disk.call(h.proc); err != nil {
		return err
	}
	if h.disk.happens(h.disk.faults.sync) {
		h.disk.counts.ioErrors++
		h.node.flush(h.disk.random, true)
		if h.disk.flaw == syncAgain {
			return nil
		}
		return errDisk
	}
	h.disk.counts.syncs++
	if h.disk.flaw == noSync || h.disk.flaw == lazySync && h.disk.counts.syncs%2 == 0 {
		return nil
	}
	h.node.flush(h.disk.random, false)
	return nil
}

func (h *handle) Size() (int64, error) { return int64(len(h.node.seen)), h.disk.call(h.proc) }

func (h *handle) Lock() error {
	if err := h.disk.call(h.proc); err != nil {
		return err
	}
	if by := h.node.locked; by != nil && by != h && !by.proc.dead {
		return errLocked
	}
	if h.disk.onLock != nil {
		h.disk.onLock()
	}
	h.node.locked = h
	return nil
}

func (h *handle) Unlock() error {
	if h.node.locked == h {
		h.node.locked = nil
	}
	return nil
}

func (h *handle) Close() error { return h.Unlock() }

func (c change) String() string {
	if c.data == nil {
		return fmt.Sprintf("truncate to %d", c.at)
	}
	return fmt.Sprintf("%d bytes at %d", len(c.data), c.at)
}
