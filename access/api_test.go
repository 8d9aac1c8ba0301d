package access_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// publicFiles returns the files that make the API of the built packages.
func publicFiles(t *testing.T) map[string][]goFile {
	t.Helper()
	public := make(map[string][]goFile)
	_, files := moduleFiles(t)
	for _, f := range files {
		if !f.isTest() && slices.Contains(built, f.dir()) {
			public[f.dir()] = append(public[f.dir()], f)
		}
	}
	return public
}

// TestAPI compares what each package exports with testdata/api. Whatever
// changes there, changes for every user of the module.
func TestAPI(t *testing.T) {
	t.Parallel()
	packages := publicFiles(t)
	dir := filepath.Join("testdata", "api")
	var want []string
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		golden := strings.ReplaceAll(name, "/", "_") + ".txt"
		want = append(want, golden)
		api := exportedAPI(t, packages[name])
		file := filepath.Join(dir, golden)
		if *update {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(api), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		old, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%v; go test ./access -update writes it", err)
			continue
		}
		if string(old) != api {
			t.Errorf("package %s exports something else than %s says; go test ./access -update rewrites it\n%s", name, file, lineDifference(string(old), api))
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(want, e.Name()) {
			t.Errorf("%s is of no package", filepath.Join(dir, e.Name()))
		}
	}
}

// lineDifference returns the lines that only one of two sorted texts has.
func lineDifference(before, after string) string {
	var b strings.Builder
	old, now := strings.Split(before, "\n"), strings.Split(after, "\n")
	for _, line := range old {
		if !slices.Contains(now, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range now {
		if !slices.Contains(old, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}

// exportedAPI returns the exported declarations of a package, without comments
// and function bodies, sorted.
func exportedAPI(t *testing.T, files []goFile) string {
	t.Helper()
	fset := token.NewFileSet()
	var all []string
	for _, f := range files {
		file, err := parser.ParseFile(fset, f.name, f.text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if !ast.FileExports(file) {
			continue
		}
		for _, d := range file.Decls {
			for _, node := range declarations(d) {
				var b bytes.Buffer
				if err := printer.Fprint(&b, fset, node); err != nil {
					t.Fatal(err)
				}
				all = append(all, b.String())
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n") + "\n"
}

// declarations returns what a declaration exports, one node for each spec.
func declarations(d ast.Decl) []ast.Node {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil && !ast.IsExported(receiver(d)) {
			return nil
		}
		d.Body = nil
		return []ast.Node{d}
	case *ast.GenDecl:
		var all []ast.Node
		for _, s := range d.Specs {
			if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.VAR {
				v.Values = nil // an error's text is no promise
			}
			if d.Tok != token.IMPORT {
				all = append(all, &ast.GenDecl{Tok: d.Tok, Specs: []ast.Spec{s}})
			}
		}
		return all
	}
	return nil
}

// receiver returns the name of the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	x := f.Recv.List[0].Type
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if index, ok := x.(*ast.IndexExpr); ok {
		x = index.X
	}
	return x.(*ast.Ident).Name
}

// TestNumberOfNames keeps the index of a package to what can be read in one
// go. Not counted are constants, error values, and the types of changes with
// their outcomes and what only these are made of: a host uses one at a time.
func TestNumberOfNames(t *testing.T) {
	t.Parallel()
	const most = 40
	packages := publicFiles(t)
	for _, name := range []string{"access", "access/company"} {
		counted := countedNames(packages[name])
		if len(counted) == 0 || len(counted) > most {
			t.Errorf("package %s exports %d names, at most %d: %s", name, len(counted), most, strings.Join(counted, " "))
		}
	}
}

// countedNames returns the exported functions, variables and types of a
// package, sorted, without those that [TestNumberOfNames] does not count.
func countedNames(files []goFile) []string {
	var all, ofChange []string
	methods := make(map[string][]string) // by type
	for _, f := range files {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					methods[receiver(d)] = append(methods[receiver(d)], d.Name.Name)
				} else if d.Name.IsExported() {
					all = append(all, d.Name.Name)
				}
			case *ast.GenDecl:
				all = append(all, exportedNames(d)...)
				ofChange = append(ofChange, methodsOfChange(d)...)
			}
		}
	}
	change := func(name string) bool {
		return len(ofChange) > 0 && !slices.ContainsFunc(ofChange, func(m string) bool { return !slices.Contains(methods[name], m) })
	}
	ofChanges := func(name string) bool {
		of, outcome := strings.CutSuffix(name, "Outcome")
		return change(name) || outcome && change(of)
	}
	parts := partsOf(ofChanges, files)
	all = slices.DeleteFunc(all, func(name string) bool { return ofChanges(name) || parts[name] })
	slices.Sort(all)
	return all
}

// partsOf returns the exported types of a package that are in the fields of some
// types, or of parts of them, and nowhere else in its API.
func partsOf(whole func(name string) bool, files []goFile) map[string]bool {
	uses := make(map[string]map[string]bool) // by type, the names in its fields; "" is those in signatures
	note := func(by string, n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.IsExported() {
				if uses[by] == nil {
					uses[by] = make(map[string]bool)
				}
				uses[by][id.Name] = true
			}
			return true
		})
	}
	for _, f := range files {
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() {
					note("", d.Type)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() {
						note(s.Name.Name, s.Type)
					}
				}
			}
		}
	}
	parts := make(map[string]bool)
	for again := true; again; {
		again = false
		for name := range uses {
			by := func(of func(string) bool) bool {
				return slices.ContainsFunc(slices.Collect(maps.Keys(uses)), func(user string) bool { return user != name && uses[user][name] && of(user) })
			}
			within := func(user string) bool { return whole(user) || parts[user] }
			if name != "" && !parts[name] && by(within) && !by(func(user string) bool { return !within(user) }) {
				parts[name], again = true, true
			}
		}
	}
	return parts
}

// exportedNames returns the exported types and variables of a declaration,
// without error values.
func exportedNames(d *ast.GenDecl) []string {
	var all []string
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				all = append(all, s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, id := range s.Names {
				if d.Tok == token.VAR && id.IsExported() && !strings.HasPrefix(id.Name, "Err") {
					all = append(all, id.Name)
				}
			}
		}
	}
	return all
}

// methodsOfChange returns the methods of the interface Change, if it is
// declared here. A type that has them all is a change.
func methodsOfChange(d *ast.GenDecl) []string {
	var all []string
	for _, s := range d.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "Change" {
			continue
		}
		if i, ok := spec.Type.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				for _, id := range m.Names {
					all = append(all, id.Name)
				}
			}
		}
	}
	return all
}

// TestDocumented wants a comment at every exported function, method and type,
// and at every exported constant or variable, or the block it stands in.
func TestDocumented(t *testing.T) {
	t.Parallel()
	fset, _ := moduleFiles(t)
	for name, files := range publicFiles(t) {
		packageDoc, exported := 0, 0
		for _, f := range files {
			if f.ast.Doc != nil {
				packageDoc++
			}
			for _, d := range f.ast.Decls {
				for _, id := range undocumented(d) {
					t.Errorf("%s: %s has no comment", fset.Position(id.Pos()), id.Name)
				}
				exported++
			}
		}
		if packageDoc != 1 || exported == 0 {
			t.Errorf("package %s has %d package comments and %d declarations", name, packageDoc, exported)
		}
	}
}

// undocumented returns the exported names of a declaration that lack a comment.
func undocumented(d ast.Decl) []*ast.Ident {
	var bare []*ast.Ident
	check := func(id *ast.Ident, docs ...*ast.CommentGroup) {
		if id.IsExported() && !slices.ContainsFunc(docs, func(c *ast.CommentGroup) bool { return c != nil }) {
			bare = append(bare, id)
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || ast.IsExported(receiver(d)) {
			check(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				check(s.Name, s.Doc, d.Doc)
			case *ast.ValueSpec:
				for _, id := range s.Names {
					check(id, s.Doc, s.Comment, d.Doc)
				}
			}
		}
	}
	return bare
}
