package sqlfilters

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

// mutant is a dialect without one of its parts.
type mutant struct {
	row      string // of the dialect, one of rows
	old, new string // the part, "" is the whole row, and what stands there instead
	// shown is where something goes wrong without the part: the name of a set-up,
	// "odd" for TestOdd, "plan" for the test of plans.
	shown string
}

// mutants are all that are tried. The files of the databases add theirs.
var mutants []mutation

// mutation is the mutants of a dialect.
type mutation struct {
	dialect func() sqlfilter.Dialect
	rare    bool // whether they are tried with CI=true only
	// odd and plan return what the tests of that name find.
	odd, plan func(t testing.TB, d sqlfilter.Dialect) error
	mutants   []mutant
}

// rows are the templates of a dialect by their names.
var rows = map[string]func(*sqlfilter.Dialect) []*string{
	"Text":          func(d *sqlfilter.Dialect) []*string { return []*string{&d.Text} },
	"Literal":       func(d *sqlfilter.Dialect) []*string { return []*string{&d.Literal} },
	"Plain":         func(d *sqlfilter.Dialect) []*string { return []*string{&d.Plain} },
	"Connection":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.Connection} },
	"Prefix":        func(d *sqlfilter.Dialect) []*string { return []*string{&d.Prefix} },
	"Suffix":        func(d *sqlfilter.Dialect) []*string { return []*string{&d.Suffix} },
	"Contains":      func(d *sqlfilter.Dialect) []*string { return []*string{&d.Contains} },
	"Number":        func(d *sqlfilter.Dialect) []*string { return []*string{&d.Number} },
	"NumberLiteral": func(d *sqlfilter.Dialect) []*string { return []*string{&d.NumberLiteral} },
	"InList":        func(d *sqlfilter.Dialect) []*string { return []*string{&d.InList} },
	"PlainInList":   func(d *sqlfilter.Dialect) []*string { return []*string{&d.PlainInList} },
	"Uncached":      func(d *sqlfilter.Dialect) []*string { return []*string{&d.Uncached} },
	"JSON.Known":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.JSON.Known} },
	"JSON.From":     func(d *sqlfilter.Dialect) []*string { return []*string{&d.JSON.From} },
	"JSON.Where":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.JSON.Where} },
	"JSON.Value":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.JSON.Value} },
	"Array.Known":   func(d *sqlfilter.Dialect) []*string { return []*string{&d.Array.Known} },
	"Array.From":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.Array.From} },
	"Array.Value":   func(d *sqlfilter.Dialect) []*string { return []*string{&d.Array.Value} },
	// Several rows in which the same is said.
	"Prefix, Suffix, Contains": func(d *sqlfilter.Dialect) []*string { return []*string{&d.Prefix, &d.Suffix, &d.Contains} },
	"Text, Literal":            func(d *sqlfilter.Dialect) []*string { return []*string{&d.Text, &d.Literal} },
	"Number, NumberLiteral":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.Number, &d.NumberLiteral} },
	"JSON.Known, JSON.From":    func(d *sqlfilter.Dialect) []*string { return []*string{&d.JSON.Known, &d.JSON.From} },
}

// apply returns d without the part, or an error if there is no such part.
func (m mutant) apply(d sqlfilter.Dialect) (sqlfilter.Dialect, error) {
	changed := false
	for _, template := range rows[m.row](&d) {
		without := m.new
		if m.old != "" {
			without = strings.ReplaceAll(*template, m.old, m.new)
		}
		changed = changed || without != *template
		*template = without
	}
	if !changed {
		return d, fmt.Errorf("the row %s has no %s", m.row, m.old)
	}
	return d, nil
}

// TestEveryPartIsNeeded takes out of each dialect one part after the other: the
// accounts and filters of the set-up that is named show that it is missed. This is
// the list of what would go wrong.
func TestEveryPartIsNeeded(t *testing.T) {
	t.Parallel()
	for _, all := range mutants {
		t.Run(all.dialect().Name, func(t *testing.T) {
			t.Parallel()
			if all.rare && !ci {
				t.Skip("with CI=true only")
			}
			for _, m := range all.mutants {
				d, err := m.apply(all.dialect())
				if err != nil {
					t.Error(err)
					continue
				}
				if err := all.find(t, m, d); err == nil {
					t.Errorf("%s: %q instead of %q is not noticed in %s", m.row, m.new, m.old, m.shown)
				} else if testing.Verbose() {
					first, _, _ := strings.Cut(err.Error(), "\n")
					t.Logf("%s: %q instead of %q: %.300s", m.row, m.new, m.old, first)
				}
			}
		})
	}
}

// find returns what is found to be wrong with d.
func (all mutation) find(t *testing.T, m mutant, d sqlfilter.Dialect) error {
	switch m.shown {
	case "odd":
		return all.odd(t, d)
	case "plan":
		return all.plan(t, d)
	}
	i := slices.IndexFunc(setups, func(s setup) bool { return s.name == m.shown })
	if i < 0 {
		t.Fatalf("there is no set-up %s", m.shown)
	}
	return sqlfiltertest.TestDatabase(t.Context(), setups[i].open(t, d), &sqlfiltertest.Config{Random: 100, MostErrors: 1})
}
