package live_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/team"
)

// TestNone: without a policy everybody is denied, and what is edited begins
// empty.
func TestNone(t *testing.T) {
	replaced := live.New(access.MustLoad(text("admin")))
	replaced.Replace(nil)
	for name, l := range map[string]*live.Policy{"zero": {}, "new": live.New(nil), "replaced": replaced} {
		if p := l.Policy(); p != nil || p.Decide(access.User("ann"), access.CreateReport, access.Company()).Allowed {
			t.Errorf("%s: the policy is %v", name, p)
		}
		err := l.Edit(func(e *access.Edit) error { e.SetUser(annAs("editor")); return nil })
		if err != nil || !l.Policy().Decide(access.User("ann"), access.CreateReport, access.Company()).Allowed {
			t.Errorf("%s: edited to %v, %v", name, l.Policy(), err)
		}
	}
}

func annAs(role string) document.User {
	return document.User{ID: "ann", Email: "ann@example.com", Role: role}
}

// TestEdit: what goes wrong keeps the policy, the very same one, and the next Edit
// is made.
func TestEdit(t *testing.T) {
	mine := errors.New("my table says no")
	for _, tt := range []struct {
		name, panics string
		is           error
		change       func(*access.Edit) error
	}{
		{"its error", "", mine, func(e *access.Edit) error { e.SetUser(annAs("admin")); return mine }},
		{"a change that cannot be made", "", access.ErrUnknown, func(e *access.Edit) error { e.SetUser(annAs("admin")); e.RemoveUser("bob"); return nil }},
		{"spent by itself", "", access.ErrSpent, func(e *access.Edit) error { e.SetUser(annAs("admin")); _, err := e.Policy(); return err }},
		{"a panic", "no such row", nil, func(e *access.Edit) error { e.SetUser(annAs("admin")); panic("no such row") }},
		{"no function", "runtime error: invalid memory address or nil pointer dereference", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := access.MustLoad(text("viewer"))
			l := live.New(before)
			panicked, err := edit(l, tt.change)
			if panicked != tt.panics || !errors.Is(err, tt.is) || l.Policy() != before {
				t.Errorf("Edit = %v, panic %q; the same policy: %t", err, panicked, l.Policy() == before)
			}
			err = l.Edit(func(e *access.Edit) error { e.SetUser(annAs("editor")); return nil })
			if err != nil || roleOf(l.Policy()) != "editor" || roleOf(before) != "viewer" {
				t.Errorf("the next Edit = %v: ann is %s, and was %s", err, roleOf(l.Policy()), roleOf(before))
			}
		})
	}
}

// edit makes an Edit, and says what it panicked with.
func edit(l *live.Policy, change func(*access.Edit) error) (panicked string, err error) {
	defer func() {
		if v := recover(); v != nil {
			panicked = fmt.Sprint(v)
		}
	}()
	return "", l.Edit(change)
}

// TestManyEdits at once, while others ask: none is lost, and everybody who asks
// finds all that they found before.
func TestManyEdits(t *testing.T) {
	const writers, edits = 8, 50
	l := live.New(nil)
	var write, read sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		read.Go(func() {
			for had := 0; ; {
				has := 0
				for range l.Policy().Directory().Users() {
					has++
				}
				if has < had {
					t.Errorf("%d users after %d", has, had)
				}
				had = has
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for w := range writers {
		write.Go(func() {
			for i := range edits {
				id := fmt.Sprintf("u%d-%d", w, i)
				if err := l.Edit(func(e *access.Edit) error { e.SetUser(document.User{ID: id, Role: "viewer"}); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	write.Wait()
	close(done)
	read.Wait()
	for w := range writers {
		for i := range edits {
			if _, is := l.Policy().Directory().User(team.UserID(fmt.Sprintf("u%d-%d", w, i))); !is {
				t.Errorf("edit %d of %d is lost", i, w)
			}
		}
	}
}

// TestReplaceWaits for an Edit that is running, so that the Edit does not undo it;
// who asks does not wait.
func TestReplaceWaits(t *testing.T) {
	viewer, admin := access.MustLoad(text("viewer")), access.MustLoad(text("admin"))
	for range 200 {
		l := live.New(viewer)
		var replace sync.WaitGroup
		err := l.Edit(func(e *access.Edit) error {
			e.SetUser(annAs("editor"))
			started := make(chan struct{})
			replace.Go(func() { close(started); l.Replace(admin) })
			<-started
			for range 100 {
				if l.Policy() != viewer {
					t.Error("within Edit, the policy was replaced")
					break
				}
			}
			return nil
		})
		replace.Wait()
		if err != nil || l.Policy() != admin {
			t.Fatalf("Edit = %v, and ann is %s after Replace", err, roleOf(l.Policy()))
		}
	}
}
