package persist

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// versions checks persistence: it keeps values that are frozen and edits that
// are open, each with a model of what it must hold, and compares all of them
// with their models after every step. So a write that shows anywhere but in its
// own edit is found at once.
type versions[V, M any] struct {
	frozen []version[V, M]
	open   []transient[V, M]
	copy   func(M) M
	check  func(t *rapid.T, v *V, m M)
}

// version is a value with its model.
type version[V, M any] struct {
	value V
	model M
}

// transient is a version that its token may still change.
type transient[V, M any] struct {
	token *Token
	version[V, M]
}

// step changes the value of an edit and its model alike.
type step[V, M any] func(t *rapid.T, tok *Token, v *V, m M)

// branches counts what a property went through.
type branches map[string]int

// check checks a property, and again as long as one of the branches was never taken,
// which is seldom. It fails the test if one still was not.
func (b branches) check(t *testing.T, property func(*rapid.T), names ...string) {
	t.Helper()
	never := func() []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b[name] > 0 })
	}
	for range 20 {
		rapid.Check(t, property)
		if testing.Short() || t.Failed() || len(never()) == 0 {
			return // if short, there are too few checks to count on any branch
		}
	}
	t.Errorf("branches never taken: %q", never())
}

// run performs random steps of random edits from random bases. The first frozen
// version is the zero V, for which empty is the model.
func (w *versions[V, M]) run(t *rapid.T, empty M, steps map[string]step[V, M]) {
	var zero V
	w.frozen = []version[V, M]{{zero, empty}}
	w.open = nil
	begin := func(t *rapid.T) {
		base := w.frozen[rapid.IntRange(0, len(w.frozen)-1).Draw(t, "base")]
		if len(w.open) == 3 {
			w.open = w.open[1:] // abandoned
		}
		w.open = append(w.open, transient[V, M]{NewToken(), version[V, M]{base.value, w.copy(base.model)}})
	}
	actions := map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			for k := range w.frozen {
				w.check(t, &w.frozen[k].value, w.frozen[k].model)
			}
			for k := range w.open {
				w.check(t, &w.open[k].value, w.open[k].model)
			}
		},
		"begin": begin,
		"freeze": func(t *rapid.T) {
			if len(w.open) == 0 {
				begin(t) // not to skip: rapid gives up after many skips in a row
			}
			if len(w.frozen) == 5 {
				w.frozen = w.frozen[1:]
			}
			w.frozen = append(w.frozen, w.open[0].version)
			w.open = w.open[1:]
		},
	}
	for name, do := range steps {
		actions[name] = func(t *rapid.T) {
			if len(w.open) == 0 {
				begin(t) // not to skip: rapid gives up after many skips in a row
			}
			e := &w.open[rapid.IntRange(0, len(w.open)-1).Draw(t, "edit")]
			do(t, e.token, &e.value, e.model)
		}
	}
	t.Repeat(actions)
}

// boundaries are the indexes on either side of every level and form.
var boundaries = []uint32{
	0, 1, 63, 64, 2047, 2048, 4095, 4096, 65535, 65536,
	1<<18 - 1, 1 << 18, 1 << 20, 1<<31 - 1, 1 << 31, 1<<32 - 2, 1<<32 - 1,
}
