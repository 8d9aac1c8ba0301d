package console_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/lint"
)

var update = flag.Bool("update", false, "write words.txt again")

// TestTexts compares the list of all texts with those that the templates and the
// code show, so that a host finds all of them in one place.
func TestTexts(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	templates, err := filepath.Glob("pages/*.html")
	if err != nil || len(templates) == 0 {
		t.Fatal(templates, err)
	}
	inTemplate := regexp.MustCompile(`\bt ("(?:[^"\\]|\\.)*")`)
	for _, name := range templates {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inTemplate.FindAllStringSubmatch(string(text), -1) {
			english, err := strconv.Unquote(m[1])
			if err != nil {
				t.Errorf("%s: %s: %v", name, m[1], err)
			}
			found[english] = true
		}
	}
	addSaid(t, found)
	for _, rule := range lint.Rules() {
		found[rule.Means], found[rule.Matters], found[rule.Remedy] = true, true, true
	}
	want := strings.Join(slices.Sorted(maps.Keys(found)), "\n") + "\n"
	if *update {
		if err := os.WriteFile("words.txt", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got := strings.Join(console.Texts(), "\n") + "\n"; got != want {
		t.Error("words.txt is not what the pages say: go test ./access/console -run TestTexts -update")
	}
}

// addSaid adds the texts that the code shows: the first argument of say, which
// must be a literal.
func addSaid(t *testing.T, found map[string]bool) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "say" {
				return true
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: a text that is said must be a literal", name)
				return true
			}
			english, _ := strconv.Unquote(literal.Value)
			if n := strings.Count(english, "%s"); n != len(call.Args)-1 {
				t.Errorf("%s: %q has %d places for %d arguments", name, english, n, len(call.Args)-1)
			}
			found[english] = true
			return true
		})
	}
}

// TestDefines finds templates of one name in two files: the later one would take
// the place of the other.
func TestDefines(t *testing.T) {
	t.Parallel()
	where := map[string]string{}
	templates, _ := filepath.Glob("pages/*.html")
	define := regexp.MustCompile(`\{\{-? ?define "([^"]*)"`)
	for _, name := range templates {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range define.FindAllStringSubmatch(string(text), -1) {
			if where[m[1]] != "" {
				t.Errorf("%s is defined in %s and in %s", m[1], where[m[1]], name)
			}
			where[m[1]] = name
		}
	}
}
