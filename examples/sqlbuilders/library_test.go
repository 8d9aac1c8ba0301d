package sqlbuilders

import (
	"database/sql"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// library runs queries of the host by a library, on one database.
type library struct {
	name string
	// rows returns the ids of the visits that a query selects, in order, and the SQL
	// that was sent.
	rows func(question) (ids []int64, sql string, err error)

	textual  bool // writes values into the SQL
	noNUL    bool // refuses a text with a byte 0
	listOnly bool // takes no conditions, only lists of ids
}

// question is a query of the host with a condition in it.
type question struct {
	shape   shape
	visible sqlfilter.Predicate
	ids     iter.Seq[datagroup.AccountID] // the same as a list, nil for a condition
}

// shape is where a query has the condition.
type shape int

const (
	// between has arguments of the host's before and after the condition, all
	// joined with AND.
	between shape = iota
	// either joins the condition with OR, inside of what it joins with AND.
	either
	// not has the condition after NOT.
	not
	// joined has the condition at the JOIN, and conditions of the host's after it
	// that OR joins without parentheses.
	joined
)

// selects is whether a query of that shape selects a row, by what the condition
// says about its account. A comparison with NULL is Unknown, as for a filter.
func (s shape) selects(v visit, visible datagroup.Truth) bool {
	in := first <= v.day && v.day < until
	switch s {
	case between:
		return in && visible == datagroup.True
	case either:
		return in && (v.day == first || visible == datagroup.True)
	case not:
		return in && visible == datagroup.False
	default:
		return visible == datagroup.True && (v.day == first || v.day == until)
	}
}

// query returns the text of the host's query in SQL, for libraries that take it so;
// %s stands for the condition. It has the arguments first and until.
func (s shape) query() string {
	const from = "SELECT v.id FROM visit v JOIN account a ON a.id = v.account"
	switch s {
	case between:
		return from + " WHERE v.day >= ? AND %s AND v.day < ? ORDER BY v.id"
	case either:
		return from + " WHERE v.day >= ? AND (v.day = 2 OR %s) AND v.day < ? ORDER BY v.id"
	case not:
		return from + " WHERE v.day >= ? AND NOT %s AND v.day < ? ORDER BY v.id"
	default:
		return strings.Replace(from, "ON ", "ON ? < 9 AND ", 1) + " AND %s WHERE v.day = 2 OR v.day = ? ORDER BY v.id"
	}
}

// wanted is a condition, and what it says about each account.
type wanted struct {
	name    string
	visible sqlfilter.Predicate
	truth   func(datagroup.AccountID) datagroup.Truth
	ids     iter.Seq[datagroup.AccountID]

	form    string // filters of the same form differ in the literal only; "" for lists
	literal string
}

func truth(b bool) datagroup.Truth {
	if b {
		return datagroup.True
	}
	return datagroup.False
}

// listed is a list of ids as wanted. Only accounts of the company are asked about.
func listed(t *testing.T, name string, table *sqlfilter.Table, ids iter.Seq[datagroup.AccountID]) wanted {
	listed := make(map[datagroup.AccountID]bool)
	for id := range ids {
		listed[id] = true
	}
	visible, err := table.IDs(ids)
	if err != nil {
		t.Fatal(err)
	}
	_, args, _ := visible.ToSql()
	for _, arg := range args {
		if _, ok := arg.(sqlfilter.List); !ok || len(args) > 2 { // the second for an index
			t.Errorf("%s: %d arguments, with a %T", name, len(args), arg)
		}
	}
	return wanted{name: name, visible: visible, ids: ids, truth: func(id datagroup.AccountID) datagroup.Truth { return truth(listed[id]) }}
}

// views are what the readers see, in each of the forms that a View has.
func (w *world) views(t *testing.T, table *sqlfilter.Table) []wanted {
	var all []wanted
	for _, reader := range readers {
		view := w.policy.View(access.User(reader))
		filter := view.Filter()
		where, err := table.Where(filter)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all,
			wanted{name: string(reader) + " by filter", visible: where, truth: func(id datagroup.AccountID) datagroup.Truth { return filter.Match(w.of[id]) }},
			listed(t, string(reader)+" by list", table, view.Accounts()))
	}
	return append(all, wanted{name: "zero", truth: func(datagroup.AccountID) datagroup.Truth { return datagroup.False }})
}

// lists are long and hostile lists of ids.
func (w *world) lists(t *testing.T, table *sqlfilter.Table) []wanted {
	long := make([]datagroup.AccountID, 10_000)
	for i := range long {
		long[i] = datagroup.AccountID(fmt.Sprint("other-", i))
	}
	long[7], long[9_999] = "de-1", "zz-2"
	var strange []datagroup.AccountID
	for _, text := range hostile {
		strange = append(strange, datagroup.AccountID(text))
	}
	for i, a := range w.accounts {
		if i%2 == 0 {
			strange = append(strange, datagroup.AccountID(a.ID))
		}
	}
	withNUL := listed(t, "strange ids", table, slices.Values(strange))
	withNUL.literal = "\x00" // some have it
	return []wanted{
		listed(t, "10,000 ids", table, slices.Values(long)),
		withNUL,
		listed(t, "no ids", table, slices.Values([]datagroup.AccountID(nil))),
		listed(t, "no account", table, func(func(datagroup.AccountID) bool) {}),
	}
}

// filters are all operators with hostile literals, each also within not, and some
// that join them with and and or.
func (w *world) filters(t *testing.T, table *sqlfilter.Table) []wanted {
	var all []wanted
	add := func(literal, form string) {
		text := strings.ReplaceAll(form, "%s", datagroup.Text(literal).String())
		filter, err := w.policy.Directory().Schema().Parse(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		visible, err := table.Where(filter)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		all = append(all, wanted{name: text, visible: visible, form: form, literal: literal, truth: func(id datagroup.AccountID) datagroup.Truth { return filter.Match(w.of[id]) }})
	}
	for _, form := range []string{
		"name = %s", "name != %s", "name in (%s, 'other')", "name not in (%s)", "name prefix %s", "name suffix %s", "name contains %s", "id contains %s",
		"labels has %s", "labels has all (%s, 'vip')", "labels has any ('vip', %s) or country = %s and spend < 1000 or name = %s",
	} {
		for _, literal := range hostile {
			add(literal, form)
			add(literal, "not ("+form+")")
		}
	}
	for _, form := range []string{
		"everything", "nothing", "spend >= 1000", "spend = 999.5", "spend != 9007199254740991", "country missing or name present and spend < -1e15",
	} {
		add("", form)
	}
	return all
}

// check runs queries of all shapes with all conditions by all libraries, and
// compares the rows with what the conditions say row by row. Of the many hostile
// filters each library gets an eighth in each shape, with AMBIT_LONG all.
func (w *world) check(t *testing.T, table *sqlfilter.Table, libraries []library) {
	few := slices.Concat(w.views(t, table), w.lists(t, table))
	many := w.filters(t, table)
	for i, l := range libraries {
		t.Run(l.name, func(t *testing.T) {
			long := os.Getenv("AMBIT_LONG") != ""
			random := rand.New(rand.NewPCG(uint64(i), 17))
			forms := make(map[string]string)
			for s := between; s <= joined && (s == between || !l.listOnly); s++ {
				for _, c := range few {
					w.checkOne(t, l, s, c, forms)
				}
				for _, c := range many {
					if !l.listOnly && (long || random.IntN(8) == 0) {
						w.checkOne(t, l, s, c, forms)
					}
				}
			}
		})
	}
}

// checkOne also checks that filters of one form are one text of SQL, so that no
// literal can be in it.
func (w *world) checkOne(t *testing.T, l library, s shape, c wanted, forms map[string]string) {
	t.Helper()
	if l.listOnly && c.ids == nil {
		return
	}
	var want []int64
	for _, v := range w.rows {
		if _, ok := w.of[v.account]; ok && s.selects(v, c.truth(v.account)) {
			want = append(want, v.id)
		}
	}
	got, text, err := l.rows(question{shape: s, visible: c.visible, ids: c.ids})
	switch {
	case err != nil && l.noNUL && strings.ContainsRune(c.literal, 0):
	case err != nil:
		t.Errorf("shape %d, %s: %v\n%s", s, c.name, err, text)
	case !slices.Equal(got, want):
		t.Errorf("shape %d, %s: shows %v and not %v\n%s", s, c.name, without(got, want), without(want, got), text)
	}
	form := fmt.Sprint(s, c.form)
	if other, ok := forms[form]; ok && c.form != "" && !l.textual && other != text {
		t.Errorf("shape %d, %s: the SQL depends on the literal:\n%s\n%s", s, c.name, text, other)
	}
	forms[form] = text
}

func without(all, some []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return slices.Contains(some, id) })
}

// ids reads the rows of a query, whose error it takes as well.
func ids(rows *sql.Rows, err error) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
