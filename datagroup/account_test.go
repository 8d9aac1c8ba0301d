package datagroup_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

func TestValues(t *testing.T) {
	tests := []struct {
		want string
		v    datagroup.Value
		typ  datagroup.Type
	}{
		{"''", datagroup.Text(""), datagroup.StringType},
		{"'it''s'", datagroup.Text("it's"), datagroup.StringType},
		{"''''", datagroup.Text("'"), datagroup.StringType},
		{"0", datagroup.Number(0), datagroup.NumberType},
		{"0", datagroup.Number(math.Copysign(0, -1)), datagroup.NumberType},
		{"-1.5", datagroup.Number(-1.5), datagroup.NumberType},
		{"0.000001", datagroup.Number(1e-6), datagroup.NumberType},
		{"1e-7", datagroup.Number(1e-7), datagroup.NumberType},
		{"1.5e-10", datagroup.Number(1.5e-10), datagroup.NumberType},
		{"1e+21", datagroup.Number(1e21), datagroup.NumberType},
		{"5000000", datagroup.Number(5e6), datagroup.NumberType},
		{"()", datagroup.Labels(), datagroup.LabelsType},
		{"('')", datagroup.Labels(""), datagroup.LabelsType},
		{"('a', 'b')", datagroup.Labels("b", "a", "b"), datagroup.LabelsType},
		{"missing", datagroup.Value{}, 0},
	}
	for i, test := range tests {
		if got := test.v.String(); got != test.want {
			t.Errorf("%d: got %s, want %s", i, got, test.want)
		}
		if test.v.Type() != test.typ || test.v.IsMissing() != (test.typ == 0) {
			t.Errorf("%s: type %v, missing %v", test.want, test.v.Type(), test.v.IsMissing())
		}
		for j, other := range tests {
			same := i == j || test.want == "0" && other.want == "0"
			if got := test.v.Equal(other.v); got != same {
				t.Errorf("%s (%d) Equal %s (%d) = %v", test.want, i, other.want, j, got)
			}
		}
	}
	if math.Signbit(datagroup.Number(math.Copysign(0, -1)).Number()) {
		t.Error("negative zero survived")
	}
	given := []string{"b", "a"}
	v := datagroup.Labels(given...)
	given[0] = "changed"
	if got := slices.Collect(v.Labels()); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("labels %q", got)
	}
}

func TestAccount(t *testing.T) {
	s := schema(t, "country string", "spend number", "labels labels", "zone string")
	a, err := s.Account("us-1", "google", map[string]datagroup.Value{
		"spend": datagroup.Number(5), "country": datagroup.Text(""), "name": datagroup.Text("US 1"), "labels": datagroup.Labels(), "zone": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a.ID() != "us-1" || a.Source() != "google" {
		t.Errorf("id %q, source %q", a.ID(), a.Source())
	}
	var got []string
	for name, v := range a.Values() {
		got = append(got, name+" "+v.String())
	}
	if want := []string{"name 'US 1'", "country ''", "labels ()", "spend 5"}; !slices.Equal(got, want) {
		t.Errorf("Values: %q, want %q", got, want)
	}
	for range a.Values() { // stops when told to
		break
	}
	for name, want := range map[string]string{
		"id": "'us-1'", "source": "'google'", "name": "'US 1'", "country": "''", "labels": "()", "spend": "5", "zone": "missing", "none": "missing",
	} {
		if got := a.Value(name).String(); got != want {
			t.Errorf("Value(%q) = %s, want %s", name, got, want)
		}
		if pos, ok := s.Position(name); ok && a.At(pos).String() != want {
			t.Errorf("At(%d) = %s, want %s", pos, a.At(pos), want)
		}
	}
	for _, pos := range []int{-1, 7, 99} {
		if got := a.At(pos); !got.IsMissing() {
			t.Errorf("At(%d) = %s, want missing", pos, got)
		}
	}
}

func TestAccountErrors(t *testing.T) {
	s := world(t)
	tests := []struct {
		want       error
		text       string
		name       string
		v          datagroup.Value
		suggestion string
	}{
		{nil, "", "country", datagroup.Text(strings.Repeat("x", 4096)), ""},
		{nil, "", "country", datagroup.Text("\x00 \uFFFD"), ""},
		{nil, "", "spend", datagroup.Number(1 << 53), ""},
		{nil, "", "spend", datagroup.Number(-1 << 53), ""},
		{nil, "", "labels", datagroup.Labels(numbered(1000)...), ""},
		{nil, "", "labels", datagroup.Labels(append(numbered(1000), numbered(1000)...)...), ""},
		{nil, "", "name", datagroup.Value{}, ""},
		{datagroup.ErrTooLong, `attribute "country": the text is longer than 4096 bytes`, "country", datagroup.Text(strings.Repeat("x", 4097)), ""},
		{datagroup.ErrText, `attribute "country": the text is not valid UTF-8`, "country", datagroup.Text("a\xff"), ""},
		{datagroup.ErrNumber, `attribute "spend": the number is not finite, or beyond ±2^53`, "spend", datagroup.Number(math.NaN()), ""},
		{datagroup.ErrNumber, `attribute "spend": the number is not finite, or beyond ±2^53`, "spend", datagroup.Number(math.Inf(-1)), ""},
		{datagroup.ErrNumber, `attribute "spend": the number is not finite, or beyond ±2^53`, "spend", datagroup.Number(1<<53 + 2), ""},
		{datagroup.ErrTooLong, `attribute "labels": 1001 labels are more than the 1000 allowed`, "labels", datagroup.Labels(numbered(1001)...), ""},
		{datagroup.ErrText, `attribute "labels": label "a\xff": the text is not valid UTF-8`, "labels", datagroup.Labels("ok", "a\xff"), ""},
		{datagroup.ErrTooLong, `attribute "labels": label "` + strings.Repeat("x", 80) + `"…: the text is longer than 4096 bytes`, "labels", datagroup.Labels(strings.Repeat("x", 4097)), ""},
		{datagroup.ErrType, `attribute "name": it is of type string, and the value of type number`, "name", datagroup.Number(1), ""},
		{datagroup.ErrType, `attribute "labels": it is of type labels, and the value of type string`, "labels", datagroup.Text("vip"), ""},
		{datagroup.ErrType, `attribute "spend": it is of type number, and the value of type labels`, "spend", datagroup.Labels(), ""},
		{datagroup.ErrUnknownAttribute, `attribute "contry": it does not exist`, "contry", datagroup.Text("US"), "country"},
		{datagroup.ErrUnknownAttribute, `attribute "Spend": it does not exist`, "Spend", datagroup.Value{}, "spend"},
		{datagroup.ErrUnknownAttribute, `attribute "xyz": it does not exist`, "xyz", datagroup.Value{}, ""},
		{datagroup.ErrBelowAccount, `attribute "campaign_id": it is finer than an account; data groups work at account level`, "campaign_id", datagroup.Text("7"), ""},
		{datagroup.ErrName, `attribute "id": pass it beside the values, not among them`, "id", datagroup.Text("7"), ""},
		{datagroup.ErrName, `attribute "source": pass it beside the values, not among them`, "source", datagroup.Value{}, ""},
	}
	for i, test := range tests {
		t.Run(fmt.Sprint(i, " ", test.name), func(t *testing.T) {
			a, err := s.Account("acc-1", "google", map[string]datagroup.Value{test.name: test.v})
			if _, e := s.Row(nil, "acc-1", "google", map[string]datagroup.Value{test.name: test.v}); fmt.Sprint(e) != fmt.Sprint(err) {
				t.Errorf("Row says %v, Account %v", e, err)
			}
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil {
				if !a.Value(test.name).Equal(test.v) {
					t.Errorf("got %v, want %v", a.Value(test.name), test.v)
				}
				return
			}
			e := problems(t, err)[0]
			if a.ID() != "" || e.Op != "account" || e.ID != "acc-1" || e.Text != test.text || e.Suggestion != test.suggestion {
				t.Errorf("got %q, %+v", a.ID(), e)
			}
		})
	}
}

func TestAccountReportsAllProblemsInOrder(t *testing.T) {
	for range 5 { // maps have no order
		_, err := world(t).Account("", "\xff", map[string]datagroup.Value{
			"spend": datagroup.Text("5"), "country": datagroup.Number(5), "lables": datagroup.Text(""), "labels": datagroup.Labels("vip"),
		})
		const want = `datagroup: account: attribute "country": it is of type string, and the value of type number
datagroup: account: attribute "id": it is empty
datagroup: account: attribute "lables": it does not exist; did you mean labels?
datagroup: account: attribute "source": the text is not valid UTF-8
datagroup: account: attribute "spend": it is of type number, and the value of type string`
		if err == nil || err.Error() != want {
			t.Fatalf("got\n%v\nwant\n%v", err, want)
		}
	}
	if _, err := world(t).Account("a", "", nil); !errors.Is(err, datagroup.ErrRequired) {
		t.Errorf("no source: %v", err)
	}
	many := make(map[string]datagroup.Value)
	for _, name := range numbered(7) {
		many[name] = datagroup.Text("")
	}
	if _, err := world(t).Account("a", "google", many); !errors.Is(err, datagroup.ErrTooLong) {
		t.Errorf("more values than attributes: %v", err)
	}
}

// TestRow: a row has what an account has, and no more, whatever was in its space.
func TestRow(t *testing.T) {
	many := []string{"country string", "spend number", "labels labels"}
	for _, name := range numbered(20) {
		many = append(many, name+" string")
	}
	for _, s := range []*datagroup.Schema{world(t), schema(t, many...)} {
		row := make([]datagroup.Value, 0, s.Len())
		for i, values := range []map[string]datagroup.Value{
			{"spend": datagroup.Number(5), "country": datagroup.Text("US"), "name": datagroup.Text("US 1"), "labels": datagroup.Labels("vip")},
			{"spend": datagroup.Number(6), "country": {}},
			{"spend": {}, "name": datagroup.Text("")},
			nil,
		} {
			id := datagroup.AccountID(fmt.Sprint("us-", i))
			a, err := s.Account(id, "google", values)
			if err != nil {
				t.Fatal(err)
			}
			if row, err = s.Row(row, id, "google", values); err != nil {
				t.Fatal(err)
			}
			if last := len(row) - 1; row[last].IsMissing() {
				t.Errorf("%v: the row ends with no value", values)
			}
			for pos := range s.Len() {
				got := datagroup.Value{}
				if pos < len(row) {
					got = row[pos]
				}
				if want := a.At(pos); !got.Equal(want) {
					t.Errorf("%v: the row has %v at %d, the account %v", values, got, pos, want)
				}
			}
		}
	}
}

// TestAccountAllocatesOnce: once, and a row in a space of its own not at all; the
// walk over the map takes one more with the race detector.
func TestAccountAllocatesOnce(t *testing.T) {
	s := world(t)
	values := map[string]datagroup.Value{"spend": datagroup.Number(5), "country": datagroup.Text("US"), "name": datagroup.Text("US 1"), "labels": datagroup.Labels("vip")}
	if n := testing.AllocsPerRun(100, func() { _, _ = s.Account("us-1", "google", values) }); n > 2 {
		t.Errorf("an account takes %v allocations", n)
	}
	row, _ := s.Row(nil, "us-1", "google", values)
	if n := testing.AllocsPerRun(100, func() { row, _ = s.Row(row, "us-1", "google", values) }); n > 1 {
		t.Errorf("a row takes %v allocations", n)
	}
}

func TestRebind(t *testing.T) {
	old := world(t)
	a := account(t, old, row{"name": "US 1", "country": "US", "spend": 5.0})
	wider := schema(t, "aaa string", "country string", "labels string", "spend number")
	b, err := a.Rebind(wider)
	if err != nil {
		t.Fatalf("to a wider schema, labels missing: %v", err)
	}
	want := map[string]string{"id": "'acc-1'", "source": "'google'", "name": "'US 1'", "country": "'US'", "spend": "5", "aaa": "missing", "labels": "missing"}
	got := make(map[string]string)
	for pos := range wider.Len() {
		got[wider.At(pos).Name] = b.At(pos).String()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := a.Value("aaa"); !got.IsMissing() {
		t.Errorf("the original has %v", got)
	}
	if _, err := a.Rebind(old); err != nil {
		t.Errorf("to its own schema: %v", err)
	}
	_, err = a.Rebind(schema(t, "spend string"))
	const problem = `datagroup: account "acc-1": attribute "country": it does not exist
datagroup: account "acc-1": attribute "spend": it is of type string, and the value of type number`
	if err == nil || err.Error() != problem || !errors.Is(err, datagroup.ErrUnknownAttribute) || !errors.Is(err, datagroup.ErrType) {
		t.Errorf("got\n%v\nwant\n%v", err, problem)
	}
}

// numbered returns n distinct strings.
func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("label-%04d", i)
	}
	return list
}
