package sqlfiltertest

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

type editor func(*sqlfilter.Dialect, map[string]sqlfilter.Column)

// database returns a toy with a flaw, or with none.
func database(t testing.TB, flaw string, edit editor) Database {
	t.Helper()
	d, columns := toyDialect(), toyColumns()
	if edit != nil {
		edit(&d, columns)
	}
	table, err := sqlfilter.NewTable(d, "a", columns)
	if err != nil {
		t.Fatal(err)
	}
	db := &toy{flaw: flaw}
	return Database{Table: table, Store: db.store, Select: db.find}
}

// TestMain lets garbage pile up: each query makes values that are used once.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

// skipMost skips two in three subtests if the tests are short, others each time:
// each asks a database thousands of questions, which the race detector makes slow.
func skipMost(t *testing.T) {
	t.Helper()
	if testing.Short() && rand.IntN(3) > 0 {
		t.Skip("of these, a third is tried with -short")
	}
}

// TestToy passes databases that are in order.
func TestToy(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		if err := small(database(t, "", nil), nil); err != nil {
			t.Error(err)
		}
		return
	}
	random := 50
	if thorough() {
		random = 2000
	}
	for seed := range max(seeds()/10, 1) {
		if err := TestDatabase(context.Background(), database(t, "", nil), &Config{Seed: seed, Random: random}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// corpus is the accounts and the hostile filters of the default seed.
var corpus = sync.OnceValues(func() ([]datagroup.Account, []datagroup.Node) {
	accounts := Accounts(nil)
	return accounts, newWriter(nil, accounts).all(0)
})

// first returns the first thing that is wrong with a database.
func first(db Database) error {
	accounts, filters := corpus()
	return newTester(context.Background(), db, &Config{MostErrors: 1}).run(accounts, filters)
}

// hidden are flaws that few filters find.
var hidden = []string{"finds no mark", "takes NULL for ''", "reads at most 8 items"}

// thorough reports whether tests may take their time.
func thorough() bool { return os.Getenv("CI") != "" || os.Getenv("AMBIT_LONG") != "" }

// leaf is what the text of an error begins with that is about one comparison, or
// about a list of ids.
const leaf = "^sqlfiltertest: (filter|ids: .*) "

// TestFlaws finds each flaw of a database, and tells of it by a small filter.
func TestFlaws(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ flaw, want string }{
		{"folds case", leaf},
		{"folds the case of every language", leaf},
		{"ignores spaces at the end", leaf},
		{"ignores spaces at the beginning", leaf},
		{"ignores what cannot be seen", leaf},
		{"ignores width", leaf},
		{"ignores combining characters", leaf},
		{"has no character of four bytes", leaf},
		{"cuts texts", leaf},
		{"normalizes texts", leaf},
		{"ends texts at NUL", leaf},
		{"escapes arguments", leaf},
		{"cuts arguments", "^sqlfiltertest: filter .*…: account "},
		{"stores '' as NULL", leaf},
		{"takes '' for NULL", leaf},
		{"takes NULL for ''", " with .* missing: it must be unknown, and the database says "},
		{"takes NULL for another value", " with .* missing: it must be unknown, and the database says true"},
		{"takes NULL for a small number", " with (rate|spend) missing: it must be unknown, and the database says true"},
		{"takes NULL for no item", " with .* missing: it must be unknown, and the database says "},
		{"finds nothing in NULL", "contains ''.* with .* missing: it must be unknown, and the database says false"},
		{"has two truths", " with .* missing: it must be unknown, and the database says false"},
		{"negates NULL", " with .* missing: it must be unknown, and the database says "},
		{"compares numbers as texts", " [<>]=? "},
		{"forgets a condition", "^sqlfiltertest: beside another condition: filter everything: account .*: 1 = 0 AND .*1 = 1.*$"},
		{"leaves out the last item", ` \('.*', '.*'\): account`},
		{"reads at most 8 items", leaf},
		{"takes an id for another in a list", "^sqlfiltertest: ids: "},
		{"leaves out items that are quoted", leaf},
		{"takes the empty list for all", "^sqlfiltertest: ids: no "},
		{"finds no mark", ` '{\?}': account `},
		{"says NULL as well", "prefix .* the database says .*NULL and true"},
		{"finds no empty text", "(prefix|suffix|contains) '': "},
		{"does not know the empty text", "(prefix|suffix|contains) '': .* and the database says NULL"},
		{"does not know parts of the empty text", "it must be .*, and the database says NULL"},
		{"has float32", leaf},
		{"has integers", leaf},
		{"has no small numbers", leaf},
		{"has six digits after the point", leaf},
		{"has no numbers beyond 2^31", leaf},
		{"compares numbers with a tolerance", "<= "},
		{"stores the empty set as NULL", `filter labels .* with labels \(\): .*NULL`},
		{"takes a set without rows for missing", `filter tags .* with tags \(\): `},
		{"takes every set for known", "filter tags .* with tags missing: "},
		{"leaves out the empty label", `filter labels has .*with labels \(''`},
		{"splits labels at commas", "filter labels has "},
		{"cuts long sets", "filter labels has "},
		{"joins labels", "filter tags .*: it is selected twice"},
		{"forgets a row", "contains .* neither true, nor false, nor NULL"},
		{"loses an account", "^sqlfiltertest: store: account \"acc-101\""},
		{"fails to store", "^sqlfiltertest: store: account .*: the disk is full$"},
		{"holds few accounts", "^sqlfiltertest: store: the database cannot hold "},
		{"invents a row", "^sqlfiltertest: store: it selects \"nobody\", which was not stored"},
		{"fails", "^sqlfiltertest: filter .* contains '': it broke: "},
	} {
		t.Run(tt.flaw, func(t *testing.T) {
			t.Parallel()
			skipMost(t)
			if !thorough() && slices.Contains(hidden, tt.flaw) {
				t.Skip("it takes a second: set CI or AMBIT_LONG")
			}
			err := first(database(t, tt.flaw, nil))
			wrong(t, err, tt.want)
			if e := (*Error)(nil); tt.want == leaf && errors.As(err, &e) && e.Filter != "" {
				f, err := Schema().Parse(e.Filter)
				if _, ok := f.Root().(datagroup.Comparison); !ok {
					t.Errorf("%v (%v) is not one comparison", e, err)
				}
			}
		})
	}
}

// TestDialects finds what is wrong in a dialect or in the description of a table.
func TestDialects(t *testing.T) {
	t.Parallel()
	type columns = map[string]sqlfilter.Column
	for name, edit := range map[string]editor{
		"a text by its collation":      func(d *sqlfilter.Dialect, _ columns) { d.Text, d.Literal = "{column}", "?" },
		"a text in lower case":         func(d *sqlfilter.Dialect, _ columns) { d.Text, d.Literal = "lower({column})", "lower(?)" },
		"a text without spaces":        func(d *sqlfilter.Dialect, _ columns) { d.Text = "trim({column})" },
		"a literal by its collation":   func(d *sqlfilter.Dialect, _ columns) { d.Literal = "?" },
		"a literal escaped":            func(d *sqlfilter.Dialect, _ columns) { d.Literal = "bytes(escaped(?))" },
		"a plain literal escaped":      func(d *sqlfilter.Dialect, _ columns) { d.Plain = "escaped(?)" },
		"a plain literal by byte":      func(d *sqlfilter.Dialect, _ columns) { d.Plain = "bytes(?)" },
		"a prefix by a pattern":        func(d *sqlfilter.Dialect, _ columns) { d.Prefix = "like({text}, {literal})" },
		"a prefix in place of a part":  func(d *sqlfilter.Dialect, _ columns) { d.Contains = d.Prefix },
		"a suffix the wrong way round": func(d *sqlfilter.Dialect, _ columns) { d.Suffix = "suffix({literal}, {text})" },
		"a part of a text by case":     func(d *sqlfilter.Dialect, _ columns) { d.Contains = "contains(lower({column}), lower(?))" },
		"a number as float32":          func(d *sqlfilter.Dialect, _ columns) { d.Number = "float32({column})" },
		"a number rounded":             func(d *sqlfilter.Dialect, _ columns) { d.Number = "round({column})" },
		"a literal number as float32":  func(d *sqlfilter.Dialect, _ columns) { d.NumberLiteral = "float32(?)" },
		"a list by the collation":      func(d *sqlfilter.Dialect, _ columns) { d.InList = d.PlainInList },
		"labels by their collation": func(d *sqlfilter.Dialect, _ columns) {
			d.JSON.Value = "same(ambit_label.value)"
			d.Text = "same({column})"
			d.Literal = "same(?)"
		},
		"labels always known":          func(d *sqlfilter.Dialect, _ columns) { d.JSON.Known = "1 = 1" },
		"labels known if not empty":    func(d *sqlfilter.Dialect, _ columns) { d.JSON.Known = "known({column})" },
		"rows always known":            func(_ *sqlfilter.Dialect, c columns) { c["tags"].Rows.Known = "1 = 1" },
		"another text column":          func(_ *sqlfilter.Dialect, c columns) { c["country"] = sqlfilter.Column{Text: "note"} },
		"another number column":        func(_ *sqlfilter.Dialect, c columns) { c["rate"] = sqlfilter.Column{Number: "spend"} },
		"another column with labels":   func(_ *sqlfilter.Dialect, c columns) { c["labels"] = c["tags"] },
		"a column that does not exist": func(_ *sqlfilter.Dialect, c columns) { c["note"] = sqlfilter.Column{Text: "notes"} },
		"an id in lower case": func(_ *sqlfilter.Dialect, c columns) {
			c["id"] = sqlfilter.Column{Text: `same(lower("a"."id"))`, Expression: true}
		},
		"a name or an empty one": func(_ *sqlfilter.Dialect, c columns) {
			c["name"] = sqlfilter.Column{Text: `filled("a"."name")`, Expression: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipMost(t)
			wrong(t, first(database(t, "", edit)), "^sqlfiltertest: ")
		})
	}
}

// wrong fails unless err is an [*Error] with a text that matches a pattern.
func wrong(t *testing.T, err error, want string) {
	t.Helper()
	if e := (*Error)(nil); !errors.As(err, &e) || !regexp.MustCompile(want).MatchString(err.Error()) {
		t.Errorf("the error is %.2000v, want one with %q", err, want)
	}
}

// small tests a database with the accounts of the corpus and only some of its
// filters.
func small(db Database, c *Config) error {
	accounts := Accounts(c)
	return newTester(context.Background(), db, c).run(accounts, newWriter(c, accounts).combined())
}

// TestAllErrors tells what is wrong by kind, up to a limit.
func TestAllErrors(t *testing.T) {
	t.Parallel()
	err := small(database(t, "finds nothing in NULL", nil), nil)
	if n := strings.Count(err.Error(), "sqlfiltertest: "); n != 3 {
		t.Errorf("%d errors, want one for each of name, country and note: %v", n, err)
	}
	if !strings.Contains(err.Error(), " more of this kind)") {
		t.Errorf("the error does not say how many there are: %v", err)
	}
	err = small(database(t, "folds case", nil), &Config{MostErrors: 5})
	if n := strings.Count(err.Error(), "sqlfiltertest: "); n != 5 {
		t.Errorf("%d errors, want 5: %v", n, err)
	}
}

// TestWithout leaves out columns and accounts as the database says.
func TestWithout(t *testing.T) {
	t.Parallel()
	lacking := func(_ *sqlfilter.Dialect, c map[string]sqlfilter.Column) {
		delete(c, "rate")
		delete(c, "labels")
	}
	db := database(t, "cannot hold NUL", lacking)
	db.Without = []string{"labels", "rate"}
	if err := small(db, nil); err != nil {
		t.Error(err)
	}
	db = database(t, "", lacking)
	db.Without = []string{"labels"}
	wrong(t, small(db, nil), "filter rate present: the error is .*, and Without has rate: false")
	db = database(t, "", nil)
	db.Without = []string{"note"}
	wrong(t, small(db, nil), "filter note present: the error is <nil>, and Without has note: true")
}

// TestWithoutIDs passes a table that has no column for ids.
func TestWithoutIDs(t *testing.T) {
	t.Parallel()
	db := database(t, "", func(_ *sqlfilter.Dialect, c map[string]sqlfilter.Column) {
		delete(c, "id")
		delete(c, "tags") // which refer to it
	})
	db.Without = []string{"id", "tags"}
	if err := small(db, nil); err != nil {
		t.Error(err)
	}
}

// TestNumbered gives a database numbers in the place of each ?.
func TestNumbered(t *testing.T) {
	t.Parallel()
	db := database(t, "", nil)
	db.Numbered = true
	find := db.Select
	db.Select = func(ctx context.Context, where string, args []any) ([]datagroup.AccountID, error) {
		if strings.Contains(where, "?") || strings.Contains(where, "$1") != (len(args) > 0) {
			return nil, errors.New("it has no numbers")
		}
		return find(ctx, where, args)
	}
	if err := small(db, nil); err != nil {
		t.Error(err)
	}
}

// TestTooLong takes it that long ids are refused, and no others.
func TestTooLong(t *testing.T) {
	t.Parallel()
	limited := func(most int) editor {
		return func(d *sqlfilter.Dialect, _ map[string]sqlfilter.Column) { d.LongestItem = most }
	}
	if err := small(database(t, "", limited(300)), nil); err != nil {
		t.Error(err)
	}
	wrong(t, small(database(t, "", limited(20)), nil), "^sqlfiltertest: ids: .*: sqlfilter: list: ")
}

// TestTooWeak finds that filters show nothing of an operator.
func TestTooWeak(t *testing.T) {
	t.Parallel()
	accounts := Accounts(nil)
	filters := slices.DeleteFunc(newWriter(nil, accounts).combined(), func(n datagroup.Node) bool {
		c, ok := n.(datagroup.Comparison)
		return ok && c.Operator == datagroup.HasAll
	})
	err := newTester(context.Background(), database(t, "", nil), nil).run(accounts, filters)
	wrong(t, err, "^sqlfiltertest: strength: .* labels has all was true")
}

// TestIncomplete refuses a database that lacks something.
func TestIncomplete(t *testing.T) {
	t.Parallel()
	for _, edit := range []func(*Database){
		func(db *Database) { db.Table = nil }, func(db *Database) { db.Store = nil }, func(db *Database) { db.Select = nil },
	} {
		db := database(t, "", nil)
		edit(&db)
		wrong(t, TestDatabase(context.Background(), db, nil), "give it a Table, Store and Select")
	}
}

// TestEnd ends a test with its context.
func TestEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	db := database(t, "", nil)
	find, calls := db.Select, 0
	db.Select = func(ctx context.Context, where string, args []any) ([]datagroup.AccountID, error) {
		if calls++; calls == 100 {
			cancel()
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return find(ctx, where, args)
	}
	if err := TestDatabase(ctx, db, nil); !errors.Is(err, context.Canceled) || calls > 103 {
		t.Errorf("after %d calls the error is %v", calls, err)
	}
}
