package sqlfilters

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

var sqliteMutants = []mutant{
	// The collation of the column, and of an expression.
	{"Text, Literal", "CAST({column} AS BLOB)", "{column}", "SQLite NOCASE"},
	{"Text", "CAST({column} AS BLOB)", "CAST({column} AS TEXT)", "SQLite RTRIM"},
	{"Text, Literal", " AS BLOB", " AS TEXT", "SQLite RTRIM"},
	// A text is never equal to bytes.
	{"Literal", "CAST(? AS BLOB)", "?", "SQLite"},
	// Blobs and integers in a column without a type, and the index.
	{"Plain", ", CAST(? AS BLOB)", "", "SQLite without types"},
	{"Plain", ", CAST(? AS NUMERIC)", "", "SQLite without types"},
	{"Plain", "CAST(? AS TEXT), ", "", "SQLite"},
	{"Plain", "CAST(? AS TEXT)", "?", "SQLite without types"},
	{"Plain", "", "", "plan"},
	{"PlainInList", "", "", "plan"},
	{"PlainInList", "WHEN 2 THEN CAST(value AS BLOB) ", "", "SQLite without types"},
	{"PlainInList", "CAST(value AS NUMERIC)", "NULL", "SQLite without types"},
	{"PlainInList", "CASE form WHEN 1 THEN value ", "CASE form ", "SQLite"},
	{"InList", "CAST(value AS BLOB)", "value", "SQLite"},
	// Bytes of UTF-16 across characters.
	{"Contains", "instr({column}, ?)", "instr({text}, {literal})", "SQLite UTF-16"},
	// An empty text or needle, a needle that is longer, and NULL.
	{"Suffix", "coalesce(substr({text}, -length({literal}), length({literal})), {text})", "substr({text}, -length({literal}), length({literal}))", "SQLite"},
	{"Suffix", ", {text}) = ", ", X'') = ", "SQLite"},
	{"Suffix", ", length({literal})), ", "), ", "SQLite"},
	// What is no number, or none an account has.
	{"Number", "", "+{column}", "odd"},
	{"Number", "WHEN +{column}", "WHEN {column}", "odd"},
	// A text that is no JSON, JSON that is none of strings, and JSONB.
	{"JSON.Known", "CASE WHEN json_valid({column}, 9) THEN {column} END", "{column}", "odd"},
	{"JSON.Known", "json_valid({column}, 9)", "json_valid({column})", "odd"},
	{"JSON.Known", " = 'array'", " IS NOT NULL", "odd"},
	{"JSON.Known", "ambit_label.type <> 'text'", "1 = 0", "odd"},
	// A column that json_each has as well.
	{"JSON.Known, JSON.From", "(SELECT {column} AS labels) AS ambit_set, json_each(ambit_set.labels)", "json_each({column})", "SQLite without types"},
}

// TestSQLitePlan: an index helps comparisons by = and in, and lists of ids.
func TestSQLitePlan(t *testing.T) {
	t.Parallel()
	if err := sqlitePlan(t, sqlfilter.SQLite()); err != nil {
		t.Error(err)
	}
}

// sqlitePlan returns an error for each condition that SQLite looks at all rows for.
func sqlitePlan(t testing.TB, d sqlfilter.Dialect) error {
	k := sqliteKind{text: "TEXT COLLATE NOCASE", number: "REAL", labels: labelsRows, tags: tagsRows}
	table := table(t, d, withLabels(k.labels, k.tags))
	db := k.connect(t)
	conditions := make(map[string]sqlfilter.Predicate)
	for _, text := range []string{
		"country = 'US'", "country in ('US', 'CA')", "country = 'US' and spend > 5", "country = 'US' or id = 'a'", "country in ('US', 'CA') or (id = 'a' and labels has 'a')",
	} {
		filter, err := sqlfiltertest.Schema().Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if conditions[text], err = table.Where(filter); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{1, 100, 1000} {
		ids := slices.Repeat([]datagroup.AccountID{"a"}, n)
		var err error
		if conditions[fmt.Sprint(n, " ids")], err = table.IDs(slices.Values(ids)); err != nil {
			t.Fatal(err)
		}
	}
	var errs []error
	for name, p := range conditions {
		where, args, _ := p.ToSql()
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN SELECT sum(spend) FROM accounts AS a WHERE "+where, args...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused, detail any
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, fmt.Sprint(detail))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(plan, func(s string) bool { return s == "SCAN a" || s == "SCAN ambit_label" }) {
			errs = append(errs, fmt.Errorf("%s: %s", name, strings.Join(plan, "; ")))
		}
	}
	return errors.Join(errs...)
}
