package company_test

import (
	"encoding/json"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
)

// TestOptional writes the three things a field can say, and reads them back.
func TestOptional(t *testing.T) {
	type edit struct {
		Name company.Optional[string] `json:"name,omitzero"`
	}
	for _, tt := range []struct {
		name  string
		field company.Optional[string]
		json  string
	}{
		{"left out", company.Optional[string]{}, `{}`},
		{"set", company.To("x"), `{"name":"x"}`},
		{"set to nothing", company.To(""), `{"name":""}`},
		{"taken away", company.None[string](), `{"name":null}`},
	} {
		data, err := json.Marshal(edit{tt.field})
		if err != nil || string(data) != tt.json {
			t.Errorf("%s: %s, %v, want %s", tt.name, data, err, tt.json)
		}
		var back edit
		if err := json.Unmarshal(data, &back); err != nil || back.Name != tt.field {
			t.Errorf("%s: read back as %+v, %v", tt.name, back, err)
		}
		v, given := tt.field.Get()
		if given != (tt.name == "set" || tt.name == "set to nothing") || !given && v != "" ||
			tt.field.IsZero() != (tt.name == "left out") || tt.field.IsNone() != (tt.name == "taken away") {
			t.Errorf("%s: Get %q, %t; IsZero %t, IsNone %t", tt.name, v, given, tt.field.IsZero(), tt.field.IsNone())
		}
	}
}
