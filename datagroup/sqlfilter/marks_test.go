package sqlfilter_test

import (
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// What the host writes may have the marks of templates, such as the paths of
// PostgreSQL: they mean nothing there.
func TestMarksOfTheHost(t *testing.T) {
	t.Parallel()
	const path = `a.data #>> '{text}'`
	for _, d := range dialects {
		table, err := sqlfilter.NewTable(d, "a", map[string]sqlfilter.Column{
			"id":      {Text: path, Expression: true},
			"country": {Text: path, Expression: true},
			"spend":   {Number: path, Expression: true},
			"json":    {JSON: path, Expression: true},
			"rows":    {Rows: &sqlfilter.Rows{Table: "{column}", Account: "{literal}", Label: "{list}", Known: "a.data #>> '{column}' = 'yes'"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]string{
			"id = 'a'": path, "country prefix 'a'": path, "spend > 3": path, "json has 'a'": path,
			"rows has 'a'": path, "rows has any ('a', 'b')": "#>> '{column}' = 'yes'", "rows has all ('a', 'b')": "{list}",
		} {
			p, err := table.Where(parse(t, text))
			if err != nil {
				t.Fatal(err)
			}
			sql, args, _ := p.ToSql()
			if !strings.Contains(sql, want) || strings.Contains(sql, "'CAST(") || strings.Contains(sql, "'encode(") || strings.Count(sql, "?") != len(args) {
				t.Errorf("%s: %s: the condition is %s, with %d arguments", d.Name, text, sql, len(args))
			}
		}
	}
}
