package sqlfilter_test

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// view is a view that says about itself what a test wants.
type view struct {
	all    bool
	length int
	size   int
	filter datagroup.Filter
}

func (v view) Empty() bool                             { return v.length == 0 }
func (v view) SeesAll() bool                           { return v.all }
func (v view) Len() int                                { return v.length }
func (v view) Accounts() iter.Seq[datagroup.AccountID] { return ids("a") }
func (v view) FilterSize() int                         { return v.size }
func (v view) Filter() datagroup.Filter                { return v.filter }

func TestView(t *testing.T) {
	country, city := parse(t, "country = 'US'"), parse(t, "city = 'US'")
	for _, tt := range []struct {
		name  string
		view  view
		shape sqlfilter.Shape
		sql   string // contained
	}{
		{"nobody", view{}, sqlfilter.Nothing, "1 = 0"},
		{"nothing, of a small filter", view{size: 1, filter: country}, sqlfilter.Nothing, "1 = 0"},
		{"all", view{all: true, length: 5, size: 1, filter: parse(t, "everything")}, sqlfilter.Everything, `("a"."id" IS NOT NULL AND 1 = 1)`},
		{"all of no accounts", view{all: true, size: 1}, sqlfilter.Nothing, "1 = 0"},
		{"few", view{length: 100, size: 1, filter: country}, sqlfilter.ByIDs, "json_each"},
		{"many of a small filter", view{length: 101, size: 1, filter: country}, sqlfilter.ByFilter, `"country"`},
		{"more than it takes", view{length: 501, size: 5, filter: country}, sqlfilter.ByFilter, `"country"`},
		{"as many as it takes", view{length: 500, size: 5, filter: country}, sqlfilter.ByIDs, "json_each"},
		{"many of the largest filter", view{length: 20_001, size: 200, filter: country}, sqlfilter.ByFilter, `"country"`},
		{"many of a large filter", view{length: 30_000, size: 201, filter: country}, sqlfilter.ByIDs, "json_each"},
		{"many without a column", view{length: 101, size: 1, filter: city}, sqlfilter.ByFilter, "json_each"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := table(t, sqlfilter.SQLite()).View(tt.view)
			if shape := sqlfilter.ShapeOf(tt.view); shape != tt.shape || !strings.Contains(p.String(), tt.sql) || err != nil {
				t.Errorf("it is %v %v, %v", shape, p, err)
			}
		})
	}
	if p, err := table(t, sqlfilter.SQLite()).View(nil); p.String() != "1 = 0" || err != nil {
		t.Errorf("no view: %v, %v", p, err)
	}
	if p, err := new(sqlfilter.Table).View(view{length: 5, size: 1}); !errors.Is(err, sqlfilter.ErrNoColumn) || p.String() != "1 = 0" {
		t.Errorf("without a column of id: %v, %v", p, err)
	}
}

func TestShapeString(t *testing.T) {
	for shape, want := range []string{"nothing", "everything", "by filter", "by ids", "invalid"} {
		if got := sqlfilter.Shape(shape).String(); got != want {
			t.Errorf("%d is %q, not %q", shape, got, want)
		}
	}
}
