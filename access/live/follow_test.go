package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
)

// text is a document in which ann has a role.
func text(role string) string {
	return fmt.Sprintf(`{"users": [{"id": "ann", "email": "ann@example.com", "role": %q}]}`, role)
}

// roleOf returns the role of ann, "" if there is no such user.
func roleOf(p *access.Policy) string {
	ann, _ := p.Directory().User("ann")
	return string(ann.Role)
}

// file is what a test has Follow read, and what Follow said. The test may look at
// it after synctest.Wait.
type file struct {
	mu       sync.Mutex
	text     string
	err      error
	panics   any
	reads    int
	told     []error
	replaced []string
}

func (f *file) read(context.Context) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.panics != nil {
		panic(f.panics)
	}
	return []byte(f.text), f.err
}

// set makes the file what a word says: a text in which ann has a role, or one of
// what can go wrong.
func (f *file) set(word string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text, f.err, f.panics = "", nil, nil
	switch word {
	case "gone":
		f.err = fs.ErrNotExist
	case "refused":
		f.err = fs.ErrPermission
	case "panic":
		f.panics = "at the disk"
	case "half":
		f.text = text("admin")[:40]
	case "empty":
	case "unknown":
		f.text = text("king")
	case "stranger": // as unknown, but not ann
		f.text = strings.Replace(text("king"), "ann", "ada", 1)
	default:
		f.text = text(word)
	}
}

func (f *file) config() live.Config {
	return live.Config{Read: f.read, Every: time.Minute,
		OnError: func(err error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.told = append(f.told, err)
		},
		OnReplace: func(before, after *access.Policy) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.replaced = append(f.replaced, roleOf(before)+">"+roleOf(after))
		},
	}
}

// following has rows of what the file is, minute by minute, and after a slash the
// role that ann then has; with "!" if an error is told.
var following = []struct{ name, minutes string }{
	{"a good text replaces", "viewer/viewer admin/admin viewer/viewer"},
	{"a bad one is told once", "viewer/viewer unknown/viewer! unknown/viewer unknown/viewer admin/admin"},
	{"and again after it changed", "viewer/viewer unknown/viewer! half/viewer! unknown/viewer! unknown/viewer"},
	{"and after a good one", "viewer/viewer unknown/viewer! admin/admin unknown/admin! unknown/admin"},
	{"a bad one is put right as it was", "viewer/viewer unknown/viewer! viewer/viewer unknown/viewer! viewer/viewer"},
	{"half written", "viewer/viewer half/viewer! admin/admin"},
	{"emptied first", "viewer/viewer empty/viewer! admin/admin"},
	{"vanishes and comes back", "viewer/viewer gone/viewer! gone/viewer gone/viewer viewer/viewer gone/viewer! admin/admin"},
	{"comes back as another", "viewer/viewer gone/viewer! admin/admin"},
	{"fails in two ways", "viewer/viewer gone/viewer! refused/viewer! refused/viewer gone/viewer!"},
	{"a bad one after it was gone is not told again", "viewer/viewer unknown/viewer! gone/viewer! unknown/viewer gone/viewer!"},
	{"the reader panics", "viewer/viewer panic/viewer! panic/viewer admin/admin panic/admin! viewer/viewer"},
}

// TestFollow reads a file minute by minute.
func TestFollow(t *testing.T) {
	for _, tt := range following {
		t.Run(tt.name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { follow(t, tt.minutes) }) })
	}
}

func follow(t *testing.T, minutes string) {
	var f file
	var current *live.Policy
	for i, minute := range strings.Fields(minutes) {
		word, want, _ := strings.Cut(minute, "/")
		want, tells := strings.CutSuffix(want, "!")
		told, replaced, before := len(f.told), len(f.replaced), ""
		f.set(word)
		if current == nil {
			var err error
			if current, err = live.Follow(t.Context(), f.config()); err != nil {
				t.Fatal(err)
			}
		} else {
			before = roleOf(current.Policy())
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		if got := roleOf(current.Policy()); got != want || f.reads != i+1 {
			t.Errorf("minute %d, %s: ann is %q after %d reads, want %q", i, word, got, f.reads, want)
		}
		if tells != (len(f.told) == told+1) || len(f.told) > told+1 {
			t.Errorf("minute %d, %s: told %v", i, word, f.told[told:])
		}
		// The first text replaces nothing. The same text again, after a bad one,
		// makes another policy, which is the same.
		if len(f.replaced) > replaced && (tells || i == 0 || len(f.replaced) != replaced+1 || f.replaced[replaced] != before+">"+want) {
			t.Errorf("minute %d, %s: replaced %q", i, word, f.replaced[replaced:])
		}
		if before != want && i > 0 && len(f.replaced) == replaced {
			t.Errorf("minute %d, %s: nobody was told of the new policy", i, word)
		}
	}
}

// TestFollowTells what was wrong: each error is the one that a host can ask for.
func TestFollowTells(t *testing.T) {
	for _, tt := range []struct {
		word string
		is   func(error) bool
		text string
	}{
		{"gone", func(err error) bool { return errors.Is(err, fs.ErrNotExist) }, "live: the document cannot be read: file does not exist"},
		{"unknown", isDocumentError, `role "king" does not exist`},
		{"half", isDocumentError, "line 1"},
		{"empty", isDocumentError, "line 1"},
		{"panic", func(err error) bool { return strings.Contains(err.Error(), "follow_test.go") }, "live: the document cannot be read: panic: at the disk"},
	} {
		t.Run(tt.word, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := file{text: text("viewer")}
				if _, err := live.Follow(t.Context(), f.config()); err != nil {
					t.Fatal(err)
				}
				f.set(tt.word)
				time.Sleep(time.Minute)
				if synctest.Wait(); len(f.told) != 1 || !tt.is(f.told[0]) || !strings.Contains(f.told[0].Error(), tt.text) {
					t.Errorf("told %v", f.told)
				}
			})
			f := file{}
			f.set(tt.word)
			p, err := live.Follow(t.Context(), f.config())
			if p != nil || err == nil || !tt.is(err) || !strings.Contains(err.Error(), tt.text) || f.told != nil {
				t.Errorf("at the beginning: %v, %v, told %v", p, err, f.told)
			}
		})
	}
}

func isDocumentError(err error) bool {
	_, is := errors.AsType[*document.Error](err)
	return is
}

// TestFollowEnds with its context, at once, and tells nothing after it: synctest
// waits for its goroutine.
func TestFollowEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := file{text: text("viewer")}
		current, err := live.Follow(ctx, f.config())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second)
		f.set("admin")
		cancel()
		time.Sleep(time.Hour)
		if f.reads != 2 || f.told != nil || roleOf(current.Policy()) != "viewer" {
			t.Errorf("%d reads, told %v, ann is %s", f.reads, f.told, roleOf(current.Policy()))
		}
	})
}

// TestFollowEndsInRead: a context that ends while Read waits ends Read, which has
// it, and what that returns then is neither taken nor told.
func TestFollowEndsInRead(t *testing.T) {
	for name, last := range map[string]*file{"error": {err: context.Canceled}, "text": {text: text("admin")}, "bad text": {text: "{"}, "panic": {panics: "canceled"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				f := file{text: text("viewer")}
				config := f.config()
				config.Read = func(ctx context.Context) ([]byte, error) {
					if f.reads > 0 {
						<-ctx.Done()
						f.text, f.err, f.panics = last.text, last.err, last.panics
					}
					return f.read(ctx)
				}
				current, err := live.Follow(ctx, config)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				cancel()
				if synctest.Wait(); f.reads != 2 || f.told != nil || f.replaced != nil || roleOf(current.Policy()) != "viewer" {
					t.Errorf("%d reads, told %v, replaced %v, ann is %s", f.reads, f.told, f.replaced, roleOf(current.Policy()))
				}
			})
		})
	}
}

// TestFollowOnes who panic when they are told: the following goes on.
func TestFollowOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := file{text: text("viewer")}
		config := f.config()
		config.OnError = func(error) { panic("told") }
		config.OnReplace = func(_, _ *access.Policy) { panic("told") }
		current, err := live.Follow(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields("unknown admin panic unknown viewer") {
			f.set(word)
			time.Sleep(time.Minute)
		}
		if synctest.Wait(); f.reads != 6 || roleOf(current.Policy()) != "viewer" {
			t.Errorf("%d reads, ann is %s", f.reads, roleOf(current.Policy()))
		}
	})
}

// TestFollowDefaults: five seconds, a log, and nobody who hears of a new policy.
func TestFollowDefaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		before := slog.Default()
		defer slog.SetDefault(before)
		slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
		f := file{text: text("viewer")}
		current, err := live.Follow(t.Context(), live.Config{Read: f.read})
		if err != nil {
			t.Fatal(err)
		}
		f.set("gone")
		time.Sleep(11 * time.Second)
		f.set("admin")
		time.Sleep(5 * time.Second)
		if synctest.Wait(); f.reads != 4 || roleOf(current.Policy()) != "admin" {
			t.Errorf("%d reads, ann is %s", f.reads, roleOf(current.Policy()))
		}
		if got := logged.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `level=ERROR msg="the policy stays as it was" error="live: the document cannot be read: file does not exist"`) {
			t.Errorf("logged %s", got)
		}
	})
}

// TestFollowLoads with the configuration of access.Load: here what has no problem,
// by a clock, and a panic of the one who hears of the problems.
func TestFollowLoads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := file{text: text("viewer")}
		config, parts := f.config(), 0
		config.Load = &access.Config{Partial: func(*document.Error) {
			if parts++; parts == 2 {
				panic("in part")
			}
		}}
		current, err := live.Follow(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"", "", "viewer"} {
			f.set([]string{"unknown", "stranger", "viewer"}[i])
			time.Sleep(time.Minute)
			if synctest.Wait(); roleOf(current.Policy()) != want {
				t.Errorf("after %d: ann is %q", i, roleOf(current.Policy()))
			}
		}
		if parts != 2 || len(f.told) != 1 || !strings.Contains(f.told[0].Error(), "panic: in part") {
			t.Errorf("loaded in part %d times, told %v", parts, f.told)
		}
	})
}

// TestFollowNothing: a failure without a text, and a panic without a value in a
// program that recovers nothing then, are told as well.
func TestFollowNothing(t *testing.T) {
	t.Setenv("GODEBUG", "panicnil=1")
	for want, fail := range map[string]func() ([]byte, error){
		"live: the document cannot be read: ":             func() ([]byte, error) { return nil, errors.New("") },
		"live: the document cannot be read: panic: <nil>": func() ([]byte, error) { panic(nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			var fails atomic.Bool
			fails.Store(true)
			f := file{text: text("viewer")}
			config := f.config()
			config.Read = func(ctx context.Context) ([]byte, error) {
				if fails.Load() {
					return fail()
				}
				return f.read(ctx)
			}
			if p, err := live.Follow(t.Context(), config); p != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("at the beginning: %v, %v, want %s", p, err, want)
			}
			fails.Store(false)
			if _, err := live.Follow(t.Context(), config); err != nil {
				t.Fatal(err)
			}
			fails.Store(true)
			time.Sleep(3 * time.Minute)
			if synctest.Wait(); len(f.told) != 1 || !strings.HasPrefix(f.told[0].Error(), want) {
				t.Errorf("told %q, want %s once", f.told, want)
			}
		})
	}
}

// TestFollowRefuses a configuration that cannot be meant.
func TestFollowRefuses(t *testing.T) {
	f := file{text: text("viewer")}
	for want, c := range map[string]live.Config{
		"live: Config.Read is nil; set the function that reads the document":     {},
		"live: Config.Every is -1s; write how long to wait before reading again": {Read: f.read, Every: -time.Second},
	} {
		if p, err := live.Follow(t.Context(), c); p != nil || err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
