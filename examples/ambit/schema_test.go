package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

func TestSchemaCommand(t *testing.T) {
	t.Parallel()
	if got := program("schema"); got != (answered{stdout: string(documentSchema)}) {
		t.Errorf("got %d %q", got.status, got.stderr)
	}
}

// TestSchemaFields keeps the schema in step with the types of the document: each
// has exactly their fields, and each definition is of one of them or of a text.
func TestSchemaFields(t *testing.T) {
	t.Parallel()
	root := newValidator(t, documentSchema).root
	defs := root["$defs"].(map[string]any)
	types := map[string]reflect.Type{
		"group": reflect.TypeFor[document.Group](), "team": reflect.TypeFor[document.Team](), "member": reflect.TypeFor[document.Member](),
		"user": reflect.TypeFor[document.User](), "report": reflect.TypeFor[document.Report](), "grant": reflect.TypeFor[document.Grant](),
		"link": reflect.TypeFor[document.Link](), "resource": reflect.TypeFor[document.Resource](), "catalog": reflect.TypeFor[document.Catalog](),
		"kind": reflect.TypeFor[role.Kind](), "role": reflect.TypeFor[role.Role](),
	}
	for name, def := range defs {
		typ, known := types[name]
		if def := def.(map[string]any); known {
			sameFields(t, name, def, typ)
		} else if def["type"] == "object" && name != "account" {
			t.Errorf("the schema defines %s, which is no type of the document", name)
		}
	}
	for name := range types {
		if defs[name] == nil {
			t.Errorf("the schema does not define %s", name)
		}
	}
	sameFields(t, "document", root, reflect.TypeFor[document.Document]())
}

// sameFields compares the properties of a schema with the fields of a type, and
// their types. Every one has a description.
func sameFields(t *testing.T, name string, schema map[string]any, typ reflect.Type) {
	t.Helper()
	properties := schema["properties"].(map[string]any)
	var fields []string
	for i := range typ.NumField() {
		tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		fields = append(fields, tag)
		property, _ := properties[tag].(map[string]any)
		if property["type"] != nil && kindOf(typ.Field(i).Type) != property["type"] {
			t.Errorf("%s.%s is of type %v in the schema, and %v in Go", name, tag, property["type"], typ.Field(i).Type)
		}
	}
	slices.Sort(fields)
	if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, fields) {
		t.Errorf("%s has the fields %q in the schema, and %q in Go", name, got, fields)
	}
	if schema["additionalProperties"] != false {
		t.Errorf("the schema lets %s have other fields", name)
	}
}

func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Slice:
		return "array"
	case reflect.Map:
		return "object"
	}
	return "string"
}

// corpus returns the texts of the module that may be documents: its files of
// JSON, and the strings of its tests and examples.
var corpus = sync.OnceValues(func() ([]string, error) {
	seen := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == ".git" {
				return filepath.SkipDir
			}
			return err
		}
		switch filepath.Ext(path) {
		case ".json":
			data, err := os.ReadFile(path)
			seen[string(data)] = true
			return err
		case ".go":
			data, err := os.ReadFile(path)
			if err != nil || !bytes.Contains(data, []byte(`"users"`)) {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Contains(lit.Value, "{") {
					text, _ := strconv.Unquote(lit.Value)
					seen[text] = true
				}
				return true
			})
		}
		return nil
	})
	return slices.Sorted(maps.Keys(seen)), err
})

// eachText calls a function with each text of the corpus that is JSON.
func eachText(t *testing.T, visit func(text string)) {
	t.Helper()
	all, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range all {
		if json.Valid([]byte(text)) {
			visit(text)
		}
	}
}

// TestSchemaCorpus accepts every document that loads, and refuses those with
// structural errors.
func TestSchemaCorpus(t *testing.T) {
	t.Parallel()
	v := newValidator(t, documentSchema)
	good, bad := 0, 0
	eachText(t, func(text string) { judge(t, v, text, &good, &bad) })
	if good < 90 || bad < 50 {
		t.Errorf("%d documents that load, and %d that cannot be read: the corpus was not found", good, bad)
	}
}

// judge compares what the schema says of a text with what the reader does. What
// is taken twice is an error that no schema finds.
func judge(t *testing.T, v validator, text string, good, bad *int) {
	t.Helper()
	wrong := v.check(parseJSON(t, text))
	_, err := access.Load([]byte(text), nil)
	if err == nil {
		if *good++; wrong != nil {
			t.Errorf("the schema refuses %v in\n%s", wrong, text)
		}
		return
	}
	_, problems := document.ParsePart([]byte(text))
	structural := slices.ContainsFunc(problems, func(p document.Problem) bool { return !seesNoSchema(p) })
	if structural {
		if *bad++; wrong == nil {
			t.Errorf("the schema accepts\n%s\nthough %v", text, err)
		}
	}
}

// seesNoSchema reports whether a problem is one that no schema can find.
func seesNoSchema(p document.Problem) bool {
	for _, text := range []string{"already", "duplicate", "surrogate", "float64 does not hold", "UTF-8", "64 bits"} {
		if strings.Contains(p.Err.Error(), text) {
			return true
		}
	}
	return false
}

// TestSchemaMutants changes one thing in documents that load, and compares again.
func TestSchemaMutants(t *testing.T) {
	t.Parallel()
	const seed = 1
	mutants := 2000
	if os.Getenv("AMBIT_LONG") != "" {
		mutants = 200_000
	}
	random := rand.New(rand.NewPCG(seed, seed))
	v := newValidator(t, documentSchema)
	var documents []string
	eachText(t, func(text string) {
		if _, err := access.Load([]byte(text), nil); err == nil && len(text) < 20_000 {
			documents = append(documents, text)
		}
	})
	good, bad := 0, 0
	for range mutants {
		value := parseJSON(t, documents[random.IntN(len(documents))])
		text, err := json.Marshal(mutate(random, value))
		if err != nil {
			t.Fatal(err)
		}
		if judge(t, v, string(text), &good, &bad); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if good < mutants/20 || bad < mutants/5 {
		t.Errorf("of %d mutants, %d load and %d cannot be read", mutants, good, bad)
	}
}

// mutate changes one thing in a value.
func mutate(random *rand.Rand, value any) any {
	others := []any{nil, true, json.Number("7"), json.Number("1.5"), "", "x", []any{}, []any{"x"}, map[string]any{}}
	switch v := value.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 || random.IntN(12) == 0 {
			v[[]string{"x", "ID", "Users", "until"}[random.IntN(4)]] = others[random.IntN(len(others))]
			return v
		}
		name := names[random.IntN(len(names))]
		switch random.IntN(8) {
		case 0:
			delete(v, name)
		case 1:
			v[strings.ToUpper(name[:min(1, len(name))])+name[min(1, len(name)):]] = v[name]
			delete(v, name)
		default:
			v[name] = mutate(random, v[name])
		}
		return v
	case []any:
		if len(v) > 0 && random.IntN(8) > 0 {
			i := random.IntN(len(v))
			v[i] = mutate(random, v[i])
			return v
		}
	}
	return others[random.IntN(len(others))]
}

// TestSchemaNames keeps its lists of words those of the module.
func TestSchemaNames(t *testing.T) {
	t.Parallel()
	defs := newValidator(t, documentSchema).root["$defs"].(map[string]any)
	levels := defs["grant"].(map[string]any)["properties"].(map[string]any)["level"].(map[string]any)["enum"]
	var want []any
	for l := access.Viewer; l <= access.Creator; l++ {
		want = append(want, l.String())
	}
	if fmt.Sprint(levels) != fmt.Sprint(want) {
		t.Errorf("levels %v, want %v", levels, want)
	}
}
