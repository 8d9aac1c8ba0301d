package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// validator checks values against a JSON Schema with the keywords of draft
// 2020-12 that the schema of the document uses. It stops at any other.
type validator struct {
	t    testing.TB
	root map[string]any
}

func newValidator(t testing.TB, schema []byte) validator {
	t.Helper()
	root, ok := parseJSON(t, string(schema)).(map[string]any)
	if !ok {
		t.Fatal("the schema is no object")
	}
	return validator{t, root}
}

// parseJSON reads a value, its numbers as they are written.
func parseJSON(t testing.TB, text string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// check returns where a value breaks the schema, nil if it does not.
func (v validator) check(value any) []string { return v.at("", value, v.root) }

func (v validator) at(path string, value any, schema map[string]any) (wrong []string) {
	for _, keyword := range slices.Sorted(maps.Keys(schema)) {
		if text := v.keyword(path, keyword, schema[keyword], value, schema); text != "" {
			wrong = append(wrong, text)
		}
	}
	return wrong
}

// keyword returns what is wrong by one keyword, "" if nothing is.
func (v validator) keyword(path, keyword string, arg, value any, schema map[string]any) string {
	text, isText := value.(string)
	list, isList := value.([]any)
	fields, isObject := value.(map[string]any)
	ok := true
	switch keyword {
	case "$schema", "$id", "$defs", "title", "description":
	case "$ref":
		name, found := strings.CutPrefix(arg.(string), "#/$defs/")
		to, there := v.root["$defs"].(map[string]any)[name].(map[string]any)
		if !found || !there {
			v.t.Fatalf("%s is nowhere", arg)
		}
		return strings.Join(v.at(path, value, to), "; ")
	case "type":
		ok = typeOf(value) == arg || arg == "number" && typeOf(value) == "integer"
	case "enum":
		ok = slices.ContainsFunc(arg.([]any), func(a any) bool { return a == value })
	case "minLength":
		ok = !isText || utf8.RuneCountInString(text) >= whole(v.t, arg)
	case "maxLength":
		ok = !isText || utf8.RuneCountInString(text) <= whole(v.t, arg)
	case "pattern":
		ok = !isText || regexp.MustCompile(arg.(string)).MatchString(text)
	case "minimum", "maximum":
		n, isNumber := value.(json.Number)
		if isNumber && typeOf(value) == "integer" {
			ok = keyword == "minimum" == (whole(v.t, n) >= whole(v.t, arg)) || whole(v.t, n) == whole(v.t, arg)
		}
	case "minItems":
		ok = !isList || len(list) >= whole(v.t, arg)
	case "uniqueItems":
		seen := map[string]bool{}
		for _, item := range list {
			ok = ok && !seen[fmt.Sprint(item)]
			seen[fmt.Sprint(item)] = true
		}
	case "items":
		var wrong []string
		for i, item := range list {
			wrong = append(wrong, v.at(fmt.Sprintf("%s[%d]", path, i), item, arg.(map[string]any))...)
		}
		return strings.Join(wrong, "; ")
	case "required":
		for _, name := range arg.([]any) {
			_, there := fields[name.(string)]
			ok = ok && (!isObject || there)
		}
	case "maxProperties":
		ok = !isObject || len(fields) <= whole(v.t, arg)
	case "propertyNames":
		for name := range fields {
			ok = ok && v.at("", name, arg.(map[string]any)) == nil
		}
	case "properties", "additionalProperties":
		return strings.Join(v.properties(path, keyword, fields, schema), "; ")
	case "anyOf", "oneOf":
		n := 0
		for _, option := range arg.([]any) {
			if len(v.at(path, value, option.(map[string]any))) == 0 {
				n++
			}
		}
		ok = n == 1 || n > 1 && keyword == "anyOf"
	default:
		v.t.Fatalf("%s: the validator has no keyword %s", path, keyword)
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%s: %s", path, keyword)
}

// properties checks the fields of an object that a schema names, or those that it
// does not name.
func (v validator) properties(path, keyword string, fields, schema map[string]any) (wrong []string) {
	named, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		to, there := named[name]
		switch {
		case there && keyword == "properties":
			wrong = append(wrong, v.at(path+"."+name, fields[name], to.(map[string]any))...)
		case there || keyword == "properties":
		case schema["additionalProperties"] == false:
			wrong = append(wrong, path+"."+name+": unknown")
		default:
			wrong = append(wrong, v.at(path+"."+name, fields[name], schema["additionalProperties"].(map[string]any))...)
		}
	}
	return wrong
}

func typeOf(value any) string {
	switch value := value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case json.Number:
		if !bytes.ContainsAny([]byte(value), ".eE") {
			return "integer"
		}
		return "number"
	}
	return "null"
}

// whole returns a number that has to be an integer.
func whole(t testing.TB, value any) int {
	n, err := value.(json.Number).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// TestValidator tries the validator itself: each keyword in both directions.
func TestValidator(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ schema, good, bad string }{
		{`{"type": "string"}`, `"a"`, `1`},
		{`{"type": "number"}`, `1`, `"1"`},
		{`{"type": "number"}`, `1.5`, `null`},
		{`{"type": "integer"}`, `1`, `1.5`},
		{`{"type": "boolean"}`, `true`, `"true"`},
		{`{"type": "array"}`, `[]`, `{}`},
		{`{"type": "object"}`, `{}`, `[]`},
		{`{"enum": ["a", "b"]}`, `"b"`, `"c"`},
		{`{"minLength": 1}`, `"a"`, `""`},
		{`{"maxLength": 1}`, `"é"`, `"ab"`},
		{`{"pattern": "^a"}`, `"ab"`, `"ba"`},
		{`{"minimum": 0}`, `0`, `-1`},
		{`{"maximum": 2}`, `2`, `3`},
		{`{"minimum": 0, "maximum": 2}`, `1`, `3`},
		{`{"minItems": 1}`, `[1]`, `[]`},
		{`{"uniqueItems": true}`, `["a", "b"]`, `["a", "a"]`},
		{`{"items": {"type": "string"}}`, `["a"]`, `["a", 1]`},
		{`{"required": ["a"]}`, `{"a": 1}`, `{"b": 1}`},
		{`{"maxProperties": 0}`, `{}`, `{"a": 1}`},
		{`{"propertyNames": {"pattern": "^a"}}`, `{"a": 1}`, `{"b": 1}`},
		{`{"properties": {"a": {"type": "string"}}}`, `{"a": "x", "b": 1}`, `{"a": 1}`},
		{`{"properties": {"a": {}}, "additionalProperties": false}`, `{"a": "x"}`, `{"A": 1}`},
		{`{"additionalProperties": {"type": "string"}}`, `{"a": "x"}`, `{"a": 1}`},
		{`{"anyOf": [{"enum": ["a"]}, {"minLength": 2}]}`, `"bb"`, `"b"`},
		{`{"oneOf": [{"enum": ["aa"]}, {"minLength": 2}]}`, `"bb"`, `"aa"`},
		{`{"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}`, `"a"`, `1`},
	} {
		v := newValidator(t, []byte(test.schema))
		if wrong := v.check(parseJSON(t, test.good)); wrong != nil {
			t.Errorf("%s refuses %s: %v", test.schema, test.good, wrong)
		}
		if v.check(parseJSON(t, test.bad)) == nil {
			t.Errorf("%s accepts %s", test.schema, test.bad)
		}
	}
}
