package company_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"pgregory.net/rapid"
)

// snapshotOf returns a snapshot of a company.
func snapshotOf(t rapid.TB, c *company.Company) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readerOf is a Config.Snapshot that has a snapshot.
func readerOf(b []byte) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// readLog tells each event that is read.
type readLog struct {
	audit.Log
	read func(audit.Event)
}

func (l *readLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for e, err := range l.Log.Events(ctx, after) {
			if l.read(e); !yield(e, err) {
				return
			}
		}
	}
}

// TestSnapshotSavesReplay: with a snapshot, Open reads the events after it only,
// and the one at it.
func TestSnapshotSavesReplay(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t"})
	for range 5 {
		c.must("ann", company.AddMember{Team: "t", User: "bob"})
		c.must("ann", company.RemoveMember{Team: "t", User: "bob"})
	}
	snapshot := snapshotOf(t, c.Company)
	c.must("ann", company.SuspendUser{User: "bob"})
	reads := 0
	log := &readLog{Log: c.log, read: func(audit.Event) { reads++ }}
	config := c.config
	config.Snapshot = readerOf(snapshot)
	restored, err := company.Open(t.Context(), log, &config)
	if err != nil || restored.Checkpoint() != c.Checkpoint() || reads != 2 {
		t.Errorf("%v, at %v after %d events; want %v after 2", err, restored.Checkpoint(), reads, c.Checkpoint())
	}
	if _, err := restored.At(t.Context(), 3); err != nil {
		t.Errorf("the past of a company from a snapshot: %v", err)
	}
	by := company.By{Actor: company.User("ann"), Reason: "needed"}
	if _, err := restored.Do(t.Context(), by, company.ReinstateUser{User: "bob"}); err != nil {
		t.Error(err)
	}
	c.second(&c.config).checkReplay()
}

// TestSnapshotOfAnother: a snapshot that is newer than its log, or of another one,
// means that the log lost something.
func TestSnapshotOfAnother(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	c.must("ann", company.SuspendUser{User: "bob"})
	snapshot := snapshotOf(t, c.Company)
	short := audit.NewMemory()
	if err := short.Append(t.Context(), events(t, c.log)[0]); err != nil {
		t.Fatal(err)
	}
	other := newCompany(t, "ann admin; eve viewer", options{id: "other"})
	other.must("ann", company.SuspendUser{User: "eve"})
	for name, tt := range map[string]struct {
		log  audit.Log
		want error
	}{
		"newer than the log": {short, audit.ErrTruncated},
		"of another log":     {other.log, audit.ErrRewritten},
		"of an empty log":    {audit.NewMemory(), audit.ErrTruncated},
	} {
		_, err := company.Open(t.Context(), tt.log, &company.Config{Snapshot: readerOf(snapshot)})
		if !errors.Is(err, company.ErrDiverged) || !errors.Is(err, tt.want) {
			t.Errorf("%s: Open = %v, want %v", name, err, tt.want)
		}
	}
}

// failingSnapshot fails when it is read or closed.
type failingSnapshot struct {
	io.Reader
	close error
}

func (f failingSnapshot) Close() error { return f.close }

// TestSnapshotPassedOver cuts and changes a snapshot at every place, or at a few, and
// fails to read it: the log is replayed, and the host can see why.
func TestSnapshotPassedOver(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{teams: "t: bob"})
	c.must("ann", company.SuspendUser{User: "bob"})
	whole := snapshotOf(t, c.Company)
	open := func(what string, snapshot func(context.Context) (io.ReadCloser, error), want error) {
		t.Helper()
		co, err := company.Open(t.Context(), c.log, &company.Config{Snapshot: snapshot})
		if err != nil {
			t.Fatalf("%s: Open = %v", what, err)
		}
		if err := co.Health().Snapshot; !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Fatalf("%s: passed over for %v, want %v", what, err, want)
		}
		if co.Checkpoint() != c.Checkpoint() || !bytes.Equal(snapshotOf(t, co), whole) {
			t.Fatalf("%s: another company", what)
		}
	}
	open("as it is", readerOf(whole), nil)
	for _, n := range few(4, 20, upTo(len(whole))) {
		open(fmt.Sprint("cut at ", n), readerOf(whole[:n]), company.ErrSnapshot)
		bad := slices.Clone(whole)
		bad[n] ^= 1
		open(fmt.Sprint("changed at ", n), readerOf(bad), company.ErrSnapshot)
	}
	open("more after it", readerOf(append(slices.Clone(whole), 0)), company.ErrSnapshot)
	open("none", func(context.Context) (io.ReadCloser, error) { return nil, nil }, nil)
	open("not there", func(context.Context) (io.ReadCloser, error) { return nil, errAway }, errAway)
	open("not to be read", func(context.Context) (io.ReadCloser, error) {
		return failingSnapshot{io.MultiReader(bytes.NewReader(whole[:20]), readError{}), nil}, nil
	}, errAway)
	open("not to be closed", func(context.Context) (io.ReadCloser, error) {
		return failingSnapshot{bytes.NewReader(whole), errAway}, nil
	}, errAway)
	open("of another version", readerOf(company.Resummed(whole, func(b []byte) []byte {
		i := bytes.IndexByte(b, '\n') + 1
		b[i]++
		return b
	})), company.ErrSnapshotVersion)
	open("of another form", readerOf(company.Resummed(whole, func(b []byte) []byte { return b[:len(b)-3] })), company.ErrSnapshot)
	if err := c.Snapshot(writeError{}); !errors.Is(err, errAway) {
		t.Errorf("Snapshot = %v", err)
	}
}

type readError struct{}

func (readError) Read([]byte) (int, error) { return 0, errAway }

type writeError struct{}

func (writeError) Write([]byte) (int, error) { return 0, errAway }

// TestSnapshotIsComplete: every field that a state has is written, or is named here
// with the reason why not.
func TestSnapshotIsComplete(t *testing.T) {
	source, err := os.ReadFile("snapshot_state.go")
	if err != nil {
		t.Fatal(err)
	}
	not := map[string]string{
		"state.begun":             "a company that is open has none",
		"state.replaying":         "none is being replayed",
		"invitations.open":        "made again",
		"invitations.undelivered": "made again",
		"invitations.bySponsor":   "made again",
		"invitations.byMailbox":   "made again",
		"invitations.byExpiry":    "made again",
	}
	seen := make(map[reflect.Type]bool)
	fields := 0
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			look(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		own := strings.HasSuffix(typ.PkgPath(), "/access/company")
		written := own || slices.Contains([]string{"User", "Invitation", "Terms", "Sponsor", "Limits"}, typ.Name())
		if strings.Contains(typ.Name(), "[") {
			for i := range typ.NumField() {
				look(typ.Field(i).Type) // a collection, which has what it is of somewhere
			}
			return
		}
		if !written {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := typ.Name() + "." + f.Name
			if fields++; not[name] != "" {
				delete(not, name)
				continue
			}
			if !strings.Contains(string(source), "."+f.Name) {
				t.Errorf("%s is not in a snapshot", name)
			}
			look(f.Type)
		}
	}
	look(company.StateType)
	for name := range not {
		t.Errorf("there is no %s", name)
	}
	if fields < 60 {
		t.Errorf("only %d fields were looked at", fields)
	}
}

// FuzzSnapshot reads anything as a snapshot: there is an error or a company, and no
// more memory than it is long.
func FuzzSnapshot(f *testing.F) {
	c := newCompany(f, "ann admin; bob viewer", options{teams: "t: bob"})
	c.invite("i", termsTo("new@x.test", "viewer"))
	f.Add(snapshotOf(f, c.Company))
	log := c.log
	f.Fuzz(func(t *testing.T, b []byte) {
		snapshot := company.Resummed(append(b, make([]byte, 32)...), func(b []byte) []byte { return b })
		_, _ = company.Open(t.Context(), log, &company.Config{Snapshot: readerOf(snapshot)})
	})
}

// TestSnapshotOnlyReads: snapshots are written while others read the company, and
// write snapshots of it, which the race detector watches.
func TestSnapshotOnlyReads(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{seats: 9})
	c.must("ann", company.SuspendUser{User: "bob"})
	c.must("ann", company.RemoveUser{User: "bob"}) // whose departure is kept
	want := snapshotOf(t, c.Company)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			var b bytes.Buffer
			if err := c.Snapshot(&b); err != nil || c.Limits().Seats != 9 || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("another snapshot, %v", err)
			}
		})
	}
	all.Wait()
}

// recordedSnapshot is the sum of the snapshot of the recorded history, in version 1
// of the fold.
const recordedSnapshot = "b48353b04e217e6384e90e921acd214eb76ed1062bf332f3b1e1b49ad49a3413"

// TestFoldVersion: what events come to, or the form of a snapshot, does not change
// without its version: an older snapshot would be taken for what replay makes.
func TestFoldVersion(t *testing.T) {
	_, history, _ := recorded(t)
	c, err := company.Open(t.Context(), fixedLog(history), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(snapshotOf(t, c))); got != recordedSnapshot || company.FoldVersion != 1 {
		t.Errorf("the snapshot of the recorded history has the sum %s, in version %d: raise foldVersion, and write both down here", got, company.FoldVersion)
	}
}
