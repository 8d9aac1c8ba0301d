package access_test

import (
	"bytes"
	"errors"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const modulePath = "github.com/ambit-authz/ambit"

// house says which packages of the module each one may import, in test files as
// well. A package that is not in it is refused. "internal" stands for the
// packages below access/internal that access stands on. Every package may
// import internal/text: no rule for text may have a copy.
var house = map[string]string{
	"internal/text":                     "",
	"internal/growth":                   "",
	"role":                              "",
	"datagroup":                         "",
	"datagroup/sqlfilter":               "datagroup internal",
	"datagroup/sqlfilter/sqlfiltertest": "datagroup datagroup/sqlfilter",
	"audit":                             "",
	"audit/audittest":                   "audit",
	"audit/evidence":                    "audit",
	"audit/filelog":                     "audit",
	"audit/sqllog":                      "audit",
	"team":                              "role datagroup",
	"invite":                            "role team",
	"access/internal/persist":           "",
	"access/internal/store":             "role datagroup team access/internal/persist",
	"access/internal/strictjson":        "",
	// What a policy is read from and edited with, as plain text: below access, so
	// that a document can be read without one.
	"access/document": "role datagroup team internal",
	"access":          "role datagroup team internal access/document",
	// A policy that changes while it is asked, and where the doors get it from.
	"access/live": "access access/document",
	// A comparison asks two policies, so it is above access. Below company, which
	// counts with it what a change touches, and below accesstest, so that a page
	// can have what a test reports.
	"access/diff": "role datagroup team access access/document",
	// Pages to mount: they stand on a company and what may be told of it, and know
	// no other door.
	"access/console": "role datagroup team internal access access/document access/live access/admission access/diff access/lint access/picture access/company invite audit",
	// Who gets which data from where, as a drawing.
	"access/picture": "role datagroup team internal access",
	"access/lint":    "role datagroup team internal access access/document",
	"access/company": "role datagroup team internal access access/document access/diff invite audit audit/evidence access/company/internal/journal access/company/internal/ordered access/company/internal/image",
	// Many companies of one store, which stand above the company and hand its policy
	// to the doors.
	"access/companies": "team internal access access/live access/admission access/company invite audit",
	// The fold of a log and its one writer: below company, as access must not
	// know audit, and of audit alone, so that faults are tested without a company.
	"access/company/internal/journal": "audit",
	"access/company/internal/ordered": "",
	// The form of snapshots, apart from what is in them.
	"access/company/internal/image": "access/internal/persist access/company/internal/ordered",
	// What a host writes of decisions, apart from making them: access needs no
	// log/slog.
	"access/decisionlog":             "access",
	"access/accesshttp":              "role datagroup team internal access access/document access/live access/admission",
	"access/admission/admissiontest": "role datagroup team access access/document access/live access/admission",
	"access/authzen":                 "role datagroup team internal access access/document access/live access/admission",
	// What a door does, whatever its transport: below the doors, so that each only
	// translates requests and answers.
	"access/admission": "internal access access/live",
	// Story files as data, above access and below accesstest, so that whatever
	// else reads stories one day need not import testing.
	"access/internal/story": "role datagroup team access access/document",
	"access/accesstest":     "datagroup access access/document access/diff access/internal/story",
	// What the tests compare access and company with: see testCode.
	"access/internal/model":         "role datagroup team access access/document",
	"access/company/internal/model": "role datagroup team internal access access/document invite audit audit/evidence access/company",
}

// internals are where packages may stand that hosts cannot import.
var internals = []string{"internal/", "access/internal/", "access/company/internal/"}

// houseTests says what test files may import besides.
var houseTests = map[string]string{
	"access/admission/admissiontest":  "access/accesshttp",                                   // an adapter that passes its table
	"access/accesshttp":               "access/decisionlog",                                  // an example of an observer
	"access/admission":                "access/document",                                     // its tests edit policies
	"access/live":                     "datagroup team",                                      // an example of tables
	"access/diff":                     "access/internal/story",                               // its mutants must change a story or the description
	"access/picture":                  "access/document",                                     // its tests make a large company
	"access/accesstest":               "role access/accesshttp access/admission access/live", // an example of a host that tests its handlers
	"audit":                           "audit/audittest",
	"audit/filelog":                   "audit/audittest",
	"audit/sqllog":                    "audit/audittest",
	"access/company":                  "audit/audittest access/company/internal/model",
	"access/companies":                "audit/audittest access/accesshttp access/document",
	"access/company/internal/image":   "audit",           // a hash to write
	"access/company/internal/journal": "audit/audittest", // its tests need a log that fails
}

// built are the packages that must be there, and whose API is settled: it is
// compared with testdata/api and must be documented. The others join one by
// one.
var built = []string{
	"role", "datagroup", "datagroup/sqlfilter", "datagroup/sqlfilter/sqlfiltertest", "team", "invite", "audit", "audit/audittest", "audit/evidence", "audit/filelog", "audit/sqllog", "access", "access/document", "access/decisionlog", "access/company", "access/companies", "access/live", "access/admission", "access/admission/admissiontest", "access/accesshttp", "access/authzen", "access/diff", "access/lint", "access/picture", "access/accesstest", "access/console",
}

// goFile is a Go file of the module, without the modules nested in it.
type goFile struct {
	name string // relative to the root, with slashes
	text []byte
	ast  *ast.File
}

func (f goFile) dir() string  { return path.Dir(f.name) }
func (f goFile) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// testCode reports whether f is compiled for tests only: a test file, or a
// file of a naive model or of what measures growth. A model is a package of its own so that it cannot use
// what it is compared with, and so that another model can build on it. Only
// test code may import it, so it may draw random worlds with rapid.
func (f goFile) testCode() bool {
	return f.isTest() || isModel(f.dir()) || f.dir() == "internal/growth"
}

// isModel reports whether a package is a naive model.
func isModel(dir string) bool { return strings.HasSuffix(dir, "/internal/model") }

// moduleFiles returns every Go file of the module, and the set that has their
// positions. The tests share them, and must not change them.
func moduleFiles(t *testing.T) (*token.FileSet, []goFile) {
	t.Helper()
	parsed, err := parseModule()
	if err != nil {
		t.Fatal(err)
	}
	return parsed.fset, parsed.files
}

type goModule struct {
	fset  *token.FileSet
	files []goFile
}

// parseModule parses every Go file of the module, once.
var parseModule = sync.OnceValues(func() (goModule, error) {
	m := goModule{fset: token.NewFileSet()}
	root := filepath.Join("..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == root {
				return nil
			}
			_, nested := os.Stat(filepath.Join(name, "go.mod"))
			if nested == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(m.fset, name, text, parser.ParseComments)
		rel, relErr := filepath.Rel(root, name)
		m.files = append(m.files, goFile{filepath.ToSlash(rel), text, parsed})
		return errors.Join(err, relErr)
	})
	return m, err
})

func TestHouse(t *testing.T) {
	t.Parallel()
	_, files := moduleFiles(t)
	packages := make(map[string]bool)
	for _, f := range files {
		packages[f.dir()] = true
		if f.dir() == "." {
			t.Errorf("%s: no Go file stands at the root", f.name)
		}
		if slices.Contains(strings.Split(f.dir(), "/"), "internal") && !slices.ContainsFunc(internals, func(i string) bool { return strings.HasPrefix(f.dir(), i) }) {
			t.Errorf("%s: internal stands at the root, below access and below company only", f.name)
		}
		allowed, known := house[f.dir()]
		example := f.dir() == "examples" || strings.HasPrefix(f.dir(), "examples/")
		if !known && !example && f.dir() != "." {
			t.Errorf("%s: package %s has no place in the house", f.name, f.dir())
		}
		for _, spec := range f.ast.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			may := strings.Fields(allowed)
			if f.isTest() {
				may = append(may, strings.Fields(houseTests[f.dir()])...)
			}
			if why := refuseImport(f, imported, may, example); why != "" {
				t.Errorf("%s imports %s: %s", f.name, imported, why)
			}
		}
	}
	for _, p := range built {
		if !packages[p] {
			t.Errorf("package %s was not found", p)
		}
	}
}

// refuseImport says why a file must not import a package, and "" if it may.
func refuseImport(f goFile, imported string, allowed []string, example bool) string {
	ours, inModule := strings.CutPrefix(imported, modulePath+"/")
	switch {
	case inModule:
		internal := strings.HasPrefix(ours, "access/internal/") && ours != "access/internal/story" && slices.Contains(allowed, "internal")
		if example && slices.Contains(strings.Split(ours, "/"), "internal") {
			return "a host could not"
		}
		if ours == "internal/text" {
			return ""
		}
		if ours == "internal/growth" && f.isTest() {
			return ""
		}
		if isModel(ours) && !f.testCode() {
			return "only tests may compare with a model"
		}
		if !example && !internal && !slices.Contains(allowed, ours) && !(f.isTest() && ours == f.dir()) {
			return "it does not stand below"
		}
		if strings.HasPrefix(ours, "examples") {
			return "nothing imports an example"
		}
	case strings.Contains(strings.SplitN(imported, "/", 2)[0], "."):
		testing := []string{"github.com/google/go-cmp/cmp", "github.com/google/go-cmp/cmp/cmpopts", "pgregory.net/rapid"}
		if !f.testCode() || !slices.Contains(testing, imported) {
			return "not of the standard library"
		}
	case imported == "testing" || strings.HasPrefix(imported, "testing/"):
		if !f.testCode() && f.dir() != "access/accesstest" {
			return "only tests and accesstest may"
		}
	case imported == "unsafe" || imported == "reflect" || imported == "C":
		if !f.isTest() && f.dir() != "internal/growth" {
			return "not in this house"
		}
	case slices.Contains(outside, imported) || strings.HasPrefix(imported, "os/"):
		if !example && !f.testCode() && !slices.Contains(doors, f.dir()) {
			return "only doors reach files, networks and databases"
		}
	}
	return ""
}

// outside are the packages by which a program reaches what is outside of it. A
// policy and a company are values in memory: what they need from outside, the
// host hands in.
var outside = []string{"os", "net", "net/http", "database/sql"}

// doors are the packages that may reach outside: requests, the lock file, and
// logs that last.
var doors = []string{"audit/filelog", "audit/sqllog", "access/accesshttp", "access/admission/admissiontest", "access/authzen", "access/accesstest", "access/console"}

// TestRefuseImport breaks each rule of the house once.
func TestRefuseImport(t *testing.T) {
	for _, tt := range []struct {
		want, name, file, imported, allowed string
		example                             bool
	}{
		{"allow", "a package below", "team/team.go", modulePath + "/role", "role datagroup", false},
		{"allow", "the standard library", "team/team.go", "time", "", false},
		{"allow", "its own internal", "access/load.go", modulePath + "/access/internal/strictjson", "internal", false},
		{"allow", "itself in a test", "team/team_test.go", modulePath + "/team", "", false},
		{"allow", "text in the lowest package", "role/check.go", modulePath + "/internal/text", "", false},
		{"allow", "text in an internal package", "access/internal/strictjson/reader.go", modulePath + "/internal/text", "", false},
		{"allow", "testing in a test", "team/team_test.go", "testing/quick", "", false},
		{"allow", "testing in accesstest", "access/accesstest/case.go", "testing", "", false},
		{"allow", "rapid in a test", "team/team_test.go", "pgregory.net/rapid", "", false},
		{"allow", "growth in a test", "role/load_test.go", modulePath + "/internal/growth", "", false},
		{"deny", "growth", "role/check.go", modulePath + "/internal/growth", "", false},
		{"allow", "a model in a test", "access/load_test.go", modulePath + "/access/internal/model", "internal", false},
		{"allow", "a model in a model", "access/company/internal/model/x.go", modulePath + "/access/internal/model", "internal", false},
		{"allow", "rapid in a model", "access/internal/model/draw.go", "pgregory.net/rapid", "", false},
		{"allow", "testing in a model", "access/internal/model/draw.go", "testing", "", false},
		{"allow", "all in an example", "examples/x/main.go", modulePath + "/access", "", true},
		{"deny", "a package above", "role/role.go", modulePath + "/team", "", false},
		{"deny", "a package above in a test", "role/role_test.go", modulePath + "/team", "", false},
		{"deny", "access in its internal", "access/internal/store/state.go", modulePath + "/access", "datagroup team", false},
		{"deny", "internal of a stranger", "team/team.go", modulePath + "/access/internal/strictjson", "role datagroup", false},
		{"deny", "stories in another package", "access/lint/lint.go", modulePath + "/access/internal/story", "internal", false},
		{"deny", "testing in a package", "access/load.go", "testing", "", false},
		{"deny", "rapid in a package", "access/load.go", "pgregory.net/rapid", "", false},
		{"deny", "another module in a test", "access/load_test.go", "example.com/x", "", false},
		{"deny", "a model in a package", "access/load.go", modulePath + "/access/internal/model", "internal", false},
		{"deny", "a model in a package that lists it", "access/company/do.go", modulePath + "/access/company/internal/model", "access/company/internal/model", false},
		{"deny", "a model in an example", "examples/x/main.go", modulePath + "/access/internal/model", "", true},
		{"deny", "another module in a model", "access/internal/model/draw.go", "example.com/x", "", false},
		{"deny", "unsafe in a model", "access/internal/model/draw.go", "unsafe", "", false},
		{"deny", "rapid in another internal package", "access/internal/persist/set.go", "pgregory.net/rapid", "", false},
		{"deny", "unsafe", "access/load.go", "unsafe", "", false},
		{"allow", "HTTP in a door", "access/accesshttp/guard.go", "net/http", "", false},
		{"allow", "files in a test", "access/load_test.go", "os", "", false},
		{"allow", "addresses of the web", "access/company/company.go", "net/url", "", false},
		{"deny", "files in a policy", "access/load.go", "os", "", false},
		{"deny", "programs in a role", "role/role.go", "os/exec", "", false},
		{"deny", "HTTP in a company", "access/company/do.go", "net/http", "", false},
		{"deny", "a database in a log", "audit/log.go", "database/sql", "", false},
		{"deny", "a package in text", "internal/text/line.go", modulePath + "/role", "", false},
		{"deny", "another package beside text", "role/check.go", modulePath + "/internal/other", "", false},
		{"deny", "text in an example", "examples/x/main.go", modulePath + "/internal/text", "", true},
		{"deny", "an example in an example", "examples/x/main.go", modulePath + "/examples/y", "", true},
	} {
		why := refuseImport(goFile{name: tt.file}, tt.imported, strings.Fields(tt.allowed), tt.example)
		if (why == "") != (tt.want == "allow") {
			t.Errorf("%s: refused with %q, want %s", tt.name, why, tt.want)
		}
	}
}

// TestFileSize keeps every file to what can be read in one go.
func TestFileSize(t *testing.T) {
	t.Parallel()
	const most = 600
	_, files := moduleFiles(t)
	for _, f := range files {
		if n := bytes.Count(f.text, []byte("\n")); n > most {
			t.Errorf("%s has %d lines, at most %d", f.name, n, most)
		}
	}
}

// TestReadme keeps every Go block of the README a whole file of an example, so
// that it compiles as it stands, and the first one equal to func Example.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]bool)
	_, all := moduleFiles(t)
	for _, f := range all {
		if strings.HasPrefix(f.name, "examples/") {
			files[string(f.text)] = true
		}
	}
	blocks := strings.Split(string(readme), "\n```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("README.md has no Go block")
	}
	for i, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		if !files[block] {
			t.Errorf("no example is this Go block of README.md:\n%s", block)
		}
		if i == 0 {
			_, body, _ := strings.Cut(block, "func main() {\n")
			body = strings.Replace(body, "}\n\n// It prints:", "\t// Output:", 1)
			body = strings.ReplaceAll(body, "\n// ", "\n\t// ")
			if got, want := unindent(strings.TrimSpace(body)), unindent(strings.TrimSpace(exampleBody(t))); got != want {
				t.Errorf("the first Go block of README.md does\n%s\nfunc Example does\n%s", got, want)
			}
		}
	}
	if n := strings.Count(string(readme), "\n"); n > 150 {
		t.Errorf("README.md has %d lines, at most 150", n)
	}
}

// TestReadmePrograms keeps what README.md links to for each way of adopting Ambit
// a whole program: a file with one example, which needs no other file, so that it
// can be pasted into a main.go.
func TestReadmePrograms(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, ways, _ := strings.Cut(string(readme), "\n## Three ways to adopt it\n")
	ways, _, _ = strings.Cut(ways, "\n## ")
	links := regexp.MustCompile(`\]\((\S+_test\.go)\)`).FindAllStringSubmatch(ways, -1)
	if len(links) != 3 {
		t.Fatalf("README.md links to %d programs for its three ways", len(links))
	}
	for _, link := range links {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join("..", filepath.FromSlash(link[1])), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all := doc.Examples(file)
		if len(all) != 1 || all[0].Play == nil || all[0].Play.Name.Name != "main" || all[0].Output == "" {
			t.Errorf("%s is not one example with its output, which could be a main.go", link[1])
			continue
		}
		imported := make(map[string]bool)
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imported[path.Base(name)] = true
		}
		// The parser resolves names too, so that go/types need not be compiled for
		// this test alone.
		for _, name := range file.Unresolved {
			if !imported[name.Name] && !doc.IsPredeclared(name.Name) {
				t.Errorf("%v: another file declares %s", fset.Position(name.Pos()), name.Name)
			}
		}
	}
}

// TestGuaranteeNames keeps the tests that CONTRIBUTING.md names to those there
// are.
func TestGuaranteeNames(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool)
	_, files := moduleFiles(t)
	for _, f := range files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				there[fn.Name.Name] = true
			}
		}
	}
	nested, err := filepath.Glob(filepath.Join("..", "examples", "*", "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range nested {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, fn := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(code, -1) {
			there[string(fn[1])] = true
		}
	}
	named := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(string(text), -1)
	for _, name := range named {
		if !there[name] {
			t.Errorf("CONTRIBUTING.md names %s, which is not there", name)
		}
	}
	if len(named) == 0 {
		t.Error("CONTRIBUTING.md names no test")
	}
}

// exampleBody returns what stands between the braces of func Example.
func exampleBody(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "example_test.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Example" {
			return string(text[fset.Position(f.Body.Lbrace).Offset+1 : fset.Position(f.Body.Rbrace).Offset])
		}
	}
	t.Fatal("there is no func Example")
	return ""
}

// unindent returns the lines without indentation and without the word that
// makes go test compare what follows.
func unindent(text string) string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		if line = strings.TrimSpace(line); line != "// Output:" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
