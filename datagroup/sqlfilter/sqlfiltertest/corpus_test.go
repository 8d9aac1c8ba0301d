package sqlfiltertest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

// seeds returns how many corpora a test looks at.
func seeds() uint64 {
	switch {
	case os.Getenv("AMBIT_LONG") != "":
		return 200
	case os.Getenv("CI") != "":
		return 5
	}
	return 1
}

// TestCorpus makes corpora, which panics if one has an account or a filter that
// is out of its limits, and looks at what they must have.
func TestCorpus(t *testing.T) {
	t.Parallel()
	for seed := range seeds() {
		c := &Config{Seed: seed}
		accounts, filters := Accounts(c), Filters(c)
		if len(accounts) < 500 {
			t.Errorf("seed %d: %d accounts", seed, len(accounts))
		}
		if len(filters) < 4000 {
			t.Errorf("seed %d: %d filters", seed, len(filters))
		}
		ids := make(map[datagroup.AccountID]bool)
		withNUL := 0
		for _, a := range accounts {
			if ids[a.ID()] {
				t.Errorf("seed %d: two accounts are called %q", seed, a.ID())
			}
			ids[a.ID()] = true
			if strings.Contains(printed(a), "\x00") {
				withNUL++
			}
		}
		if withNUL == 0 || withNUL > len(accounts)/20 {
			t.Errorf("seed %d: %d of %d accounts have the character NUL", seed, withNUL, len(accounts))
		}
		if err := strength(accounts, filters).weak(func(kind) bool { return false }); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// TestPartOfCorpus: a part of the hostile filters is about as large as it should be
// and has each kind of comparison, and the parts of many seeds have all of them.
func TestPartOfCorpus(t *testing.T) {
	t.Parallel()
	const oneIn = 5
	whole := len(Filters(&Config{Random: -1}))
	for seed := range 2 * seeds() {
		c := &Config{Seed: seed, Random: -1, OneIn: oneIn}
		part := Filters(c)
		if n := len(part); n < whole/oneIn || n > whole/2 {
			t.Errorf("seed %d: %d of %d filters", seed, n, whole)
		}
		if err := strength(Accounts(c), part).weak(func(kind) bool { return false }); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
	parts := make(map[string]bool)
	for seed := range uint64(200) {
		w := &writer{draw: newDraw(seed), oneIn: oneIn}
		for _, n := range w.part(textLeaves()) {
			parts[written(n)] = true
		}
	}
	for _, n := range textLeaves() {
		if !parts[written(n)] {
			t.Errorf("no part has %.100s", written(n))
		}
	}
}

// strength counts what the filters say of the accounts.
func strength(accounts []datagroup.Account, filters []datagroup.Filter) coverage {
	c := make(coverage)
	for _, f := range filters {
		if f.Size() > 1000 {
			continue
		}
		truths := make([]datagroup.Truth, len(accounts))
		for i, a := range accounts {
			truths[i] = f.Match(a)
		}
		c.count(f.Root(), truths)
	}
	return c
}

// printed returns an account with all its values.
func printed(a datagroup.Account) string {
	s := string(a.ID()) + a.Source()
	for _, v := range a.Values() {
		s += v.String()
	}
	return s
}

// TestCorpusOfASeed repeats a corpus, and makes another one.
func TestCorpusOfASeed(t *testing.T) {
	t.Parallel()
	accounts := func(seed uint64) string {
		var all []string
		for _, a := range Accounts(&Config{Seed: seed}) {
			all = append(all, printed(a))
		}
		return strings.Join(all, "\n")
	}
	filters := func(seed uint64) string {
		var all []string
		c := &Config{Seed: seed}
		for _, n := range newWriter(c, Accounts(c)).all(50) {
			all = append(all, written(n))
		}
		return strings.Join(all, "\n")
	}
	for name, of := range map[string]func(uint64) string{"accounts": accounts, "filters": filters} {
		if once, again := of(7), of(7); once != again {
			t.Errorf("the %s of a seed differ", name)
		}
		if of(7) == of(8) {
			t.Errorf("the %s do not depend on the seed", name)
		}
	}
}

// TestEveryText looks for each hostile text in each attribute that is one.
func TestEveryText(t *testing.T) {
	t.Parallel()
	has := make(map[string]map[string]bool)
	for _, a := range attributes {
		has[a.Name] = make(map[string]bool)
	}
	for _, account := range Accounts(nil) {
		for name, v := range account.Values() {
			has[name][v.Text()] = v.Type() == datagroup.StringType || has[name][v.Text()]
			for l := range v.Labels() {
				has[name][l] = true
			}
		}
	}
	for _, name := range []string{"name", "country", "note", "labels", "tags"} {
		for _, s := range hostile() {
			if !has[name][s] {
				t.Errorf("no account has %.50q for %s", s, name)
			}
		}
	}
	for i, s := range texts {
		if slices.Contains(texts[:i], s) {
			t.Errorf("text %q stands there twice", s)
		}
	}
}

// TestWritten reads filters back that were written from their nodes.
func TestWritten(t *testing.T) {
	t.Parallel()
	w := newWriter(nil, Accounts(nil))
	for i, n := range w.all(100) {
		if i%5 != 0 { // one in five is enough
			continue
		}
		f, err := Schema().Parse(written(n))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Schema().Parse(written(f.Root()))
		if err != nil || !f.Equal(again) {
			t.Fatalf("%.200s is written as %.200s (%v)", f, again, err)
		}
		if c, ok := n.(datagroup.Comparison); ok {
			if diff := cmp.Diff(c, f.Root()); diff != "" {
				t.Errorf("%v: %s", f, diff)
			}
		}
	}
}
