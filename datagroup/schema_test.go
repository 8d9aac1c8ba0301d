package datagroup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

func attribute(t testing.TB, text string) datagroup.Attribute {
	t.Helper()
	name, typ, _ := strings.Cut(text, " ")
	parsed, err := datagroup.ParseType(typ)
	if err != nil {
		t.Fatal(err)
	}
	return datagroup.Attribute{Name: name, Type: parsed}
}

func TestSchemaNames(t *testing.T) {
	long := strings.Repeat("n", 64)
	tests := []struct {
		want error
		name string
	}{
		{nil, "country"}, {nil, "_"}, {nil, "Country"}, {nil, "c-1_x"}, {nil, long}, {nil, "NAMES"}, {nil, "address"}, {nil, "paid"}, {nil, "load"},
		{nil, "campaign_type"}, {nil, "brand_name"}, {nil, "s"}, {nil, "ids"}, {nil, "advertiser_id"},
		{datagroup.ErrTooLong, long + "n"},
		{datagroup.ErrName, ""}, {datagroup.ErrName, "1st"}, {datagroup.ErrName, "-a"}, {datagroup.ErrName, "a b"}, {datagroup.ErrName, "größe"},
		{datagroup.ErrName, "a.b"}, {datagroup.ErrName, "a'"}, {datagroup.ErrName, "a\x00"}, {datagroup.ErrName, "a\xff"},
		{datagroup.ErrName, "id"}, {datagroup.ErrName, "source"}, {datagroup.ErrName, "name"}, {datagroup.ErrName, "ID"}, {datagroup.ErrName, "Name"},
		{datagroup.ErrName, "and"}, {datagroup.ErrName, "or"}, {datagroup.ErrName, "not"}, {datagroup.ErrName, "in"}, {datagroup.ErrName, "has"},
		{datagroup.ErrName, "any"}, {datagroup.ErrName, "all"}, {datagroup.ErrName, "everything"}, {datagroup.ErrName, "nothing"},
		{datagroup.ErrName, "missing"}, {datagroup.ErrName, "present"}, {datagroup.ErrName, "prefix"}, {datagroup.ErrName, "suffix"},
		{datagroup.ErrName, "contains"}, {datagroup.ErrName, "true"}, {datagroup.ErrName, "false"}, {datagroup.ErrName, "null"}, {datagroup.ErrName, "AND"},
		{datagroup.ErrBelowAccount, "campaign"}, {datagroup.ErrBelowAccount, "Campaigns"}, {datagroup.ErrBelowAccount, "campaign_id"},
		{datagroup.ErrBelowAccount, "CAMPAIGN-NAME"}, {datagroup.ErrBelowAccount, "campaignIds"}, {datagroup.ErrBelowAccount, "campaigns_names"},
		{datagroup.ErrBelowAccount, "ad_group"}, {datagroup.ErrBelowAccount, "adgroup"}, {datagroup.ErrBelowAccount, "ad-group"},
		{datagroup.ErrBelowAccount, "adGroups"}, {datagroup.ErrBelowAccount, "ad_group_id"}, {datagroup.ErrBelowAccount, "adset"},
		{datagroup.ErrBelowAccount, "ad_set_name"}, {datagroup.ErrBelowAccount, "ad"}, {datagroup.ErrBelowAccount, "ads"}, {datagroup.ErrBelowAccount, "ad_id"},
		{datagroup.ErrBelowAccount, "AdName"}, {datagroup.ErrBelowAccount, "keyword"}, {datagroup.ErrBelowAccount, "keywords"},
		{datagroup.ErrBelowAccount, "creative"}, {datagroup.ErrBelowAccount, "creative_names"}, {datagroup.ErrBelowAccount, "search-terms"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := datagroup.NewSchema(datagroup.Attribute{Name: test.name, Type: datagroup.StringType})
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil {
				if _, ok := s.Position(test.name); !ok {
					t.Error("declared, but has no position")
				}
			} else if e := problems(t, err)[0]; s != nil || e.Op != "schema" || e.ID != test.name || e.Line != 0 {
				t.Errorf("got schema %v, error %+v", s, e)
			}
		})
	}
}

func TestSchemaReportsAllProblemsInOrder(t *testing.T) {
	_, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "b", Type: datagroup.StringType},
		datagroup.Attribute{Name: "b", Type: datagroup.NumberType},
		datagroup.Attribute{Name: "a"},
		datagroup.Attribute{Name: "c", Type: 4},
		datagroup.Attribute{Name: "ads", Type: datagroup.LabelsType},
		datagroup.Attribute{Name: "B", Type: datagroup.StringType},
	)
	const want = `datagroup: schema: attribute "b": it is declared twice
datagroup: schema: attribute "a": its type is not string, number or labels
datagroup: schema: attribute "c": its type is not string, number or labels
datagroup: schema: attribute "ads": it is finer than an account; data groups work at account level
datagroup: schema: attribute "B": it differs from "b" in case only`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%v", err, want)
	}
	for _, sentinel := range []error{datagroup.ErrDuplicate, datagroup.ErrType, datagroup.ErrBelowAccount} {
		if !errors.Is(err, sentinel) {
			t.Errorf("is not %v", sentinel)
		}
	}
}

func TestSchemaLimit(t *testing.T) {
	var attrs []datagroup.Attribute
	for i := range 257 {
		attrs = append(attrs, datagroup.Attribute{Name: fmt.Sprintf("a%d", i), Type: datagroup.NumberType})
	}
	if _, err := datagroup.NewSchema(attrs[:256]...); err != nil {
		t.Errorf("256 attributes: %v", err)
	}
	if _, err := datagroup.NewSchema(attrs...); !errors.Is(err, datagroup.ErrTooLong) {
		t.Errorf("257 attributes: got %v", err)
	}
}

func TestSchemaPositions(t *testing.T) {
	attrs := []datagroup.Attribute{{Name: "spend", Type: datagroup.NumberType}, {Name: "Zone", Type: datagroup.StringType}, {Name: "a-b", Type: datagroup.LabelsType}}
	s, err := datagroup.NewSchema(attrs...)
	if err != nil {
		t.Fatal(err)
	}
	declared := []datagroup.Attribute{{Name: "Zone", Type: datagroup.StringType}, {Name: "a-b", Type: datagroup.LabelsType}, {Name: "spend", Type: datagroup.NumberType}}
	if diff := cmp.Diff(declared, s.Attributes()); diff != "" {
		t.Errorf("Attributes (-want +got):\n%s", diff)
	}
	s.Attributes()[0].Name, attrs[0].Name = "changed", "changed"
	all := []string{"id", "source", "name", "Zone", "a-b", "spend"}
	if s.Len() != len(all) {
		t.Fatalf("Len is %d, want %d", s.Len(), len(all))
	}
	for want, name := range all {
		if got, ok := s.Position(name); got != want || !ok || s.At(want).Name != name {
			t.Errorf("Position(%q) = %d, %v; At(%d) = %v", name, got, ok, want, s.At(want))
		}
	}
	for _, name := range []string{"", "zone", "changed", "zz"} {
		if pos, ok := s.Position(name); pos != 0 || ok {
			t.Errorf("Position(%q) = %d, %v; want none", name, pos, ok)
		}
	}
	for _, pos := range []int{-1, 6} {
		if got := s.At(pos); got != (datagroup.Attribute{}) {
			t.Errorf("At(%d) = %v, want the zero Attribute", pos, got)
		}
	}
}

func TestTypes(t *testing.T) {
	tests := []struct {
		want datagroup.Type
		text string
	}{{datagroup.StringType, "string"}, {datagroup.NumberType, "number"}, {datagroup.LabelsType, "labels"}}
	for _, test := range tests {
		if got, err := datagroup.ParseType(test.text); got != test.want || err != nil || test.want.String() != test.text {
			t.Errorf("ParseType(%q) = %v, %v", test.text, got, err)
		}
	}
	for text, suggestion := range map[string]string{"": "", "String": "string", "lables": "labels", "int": "", "invalid": ""} {
		got, err := datagroup.ParseType(text)
		if got != 0 || !errors.Is(err, datagroup.ErrType) || problems(t, err)[0].Suggestion != suggestion {
			t.Errorf("ParseType(%q) = %v, %v", text, got, err)
		}
	}
	if got := datagroup.Type(9).String(); got != "invalid" {
		t.Errorf("Type(9) prints %q", got)
	}
}

func TestZeroValues(t *testing.T) {
	for name, s := range map[string]*datagroup.Schema{"nil": nil, "zero": {}} {
		if got := s.Len(); got != 3 {
			t.Errorf("%s Schema: Len %d, want 3", name, got)
		}
		if got := s.Attributes(); len(got) != 0 {
			t.Errorf("%s Schema: Attributes %v", name, got)
		}
		if _, ok := s.Position("country"); ok {
			t.Errorf("%s Schema knows country", name)
		}
		f := parse(t, s, "name = 'x' and source = 'google' and id = 'acc-1'")
		if got := f.Match(account(t, s, row{"name": "x"})); got != datagroup.True {
			t.Errorf("%s Schema: match %v", name, got)
		}
		if _, err := s.Parse("country = 'x'"); !errors.Is(err, datagroup.ErrUnknownAttribute) {
			t.Errorf("%s Schema: parse: %v", name, err)
		}
	}

	var f datagroup.Filter
	a := account(t, world(t), row{"country": "US"})
	if f.String() != "nothing" || !f.IsNothing() || f.IsEverything() || f.Match(a) != datagroup.False || len(f.Reads()) != 0 {
		t.Errorf("the zero Filter is %v, matches %v", f, f.Match(a))
	}
	if g, err := f.Bind(nil); err != nil || !g.IsNothing() || !g.Equal(parse(t, nil, "nothing")) {
		t.Errorf("Bind of nothing: %v, %v", g, err)
	}

	var v datagroup.Value
	if !v.IsMissing() || v.Type() != 0 || v.Text() != "" || v.Number() != 0 || len(slices.Collect(v.Labels())) != 0 || v.String() != "missing" {
		t.Errorf("the zero Value is %v", v)
	}

	var none datagroup.Account
	if none.ID() != "" || none.Source() != "" || !none.Value("id").IsMissing() || !none.At(0).IsMissing() || !none.At(1).IsMissing() || !none.At(2).IsMissing() {
		t.Errorf("the zero Account is %v", none)
	}
	for _, text := range []string{"everything", "nothing", "id missing", "not id present", "name missing"} {
		if got := parse(t, nil, text).Match(none); got != datagroup.False {
			t.Errorf("%s over the zero Account: %v", text, got)
		}
		if got := parse(t, nil, text).Explain(none); got != nil {
			t.Errorf("%s explained over the zero Account: %v", text, got)
		}
	}
	if got, err := none.Rebind(world(t)); err != nil || got.ID() != "" {
		t.Errorf("Rebind of the zero Account: %v, %v", got, err)
	}

	var truth datagroup.Truth
	if truth != datagroup.False || truth.String() != "false" {
		t.Errorf("the zero Truth is %v", truth)
	}
	var typ datagroup.Type
	if typ.String() != "invalid" {
		t.Errorf("the zero Type is %v", typ)
	}
	if p := datagroup.NewPreview(f.Truths(nil)); p.Matches != 0 || p.Unknown != 0 || p.Sources != nil {
		t.Errorf("the preview of nothing over nil is %v", p)
	}
}
