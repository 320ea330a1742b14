package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// texts calls fn with every text file of the project.
func texts(t *testing.T, fn func(path, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); slices.Contains([]string{".git", "var", "node_modules"}, name) {
				return fs.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".md", ".yaml", ".yml", ".sh", ".txt"}, filepath.Ext(path)) && d.Name() != "Makefile" && d.Name() != "run" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil {
			n++
			fn(strings.TrimPrefix(filepath.ToSlash(path), "../"), string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 50 {
		t.Fatalf("only %d files found: the test would show nothing", n)
	}
}

// TestSelfContained: a clone has nothing beside it. Only tests look there for
// optional data, and skip without it; one document says so.
func TestSelfContained(t *testing.T) {
	beside := "../" + "shared"
	for _, name := range []string{beside, "/work/" + "shared", "/work/" + "main", "WEB_" + "API.md"} {
		texts(t, func(path, text string) {
			n := strings.Count(text, name)
			switch {
			case name == beside && strings.HasSuffix(path, "_test.go"):
			case name == beside && path == "docs/architecture.md" && n <= 1:
			case n > 0:
				t.Errorf("%s mentions %s, which a clone does not have", path, name)
			}
		})
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// TestLinks: a link in the documentation leads to a file that is there.
func TestLinks(t *testing.T) {
	texts(t, func(path, text string) {
		if filepath.Ext(path) != ".md" {
			return
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(path), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	})
}

// TestDependenciesExplained: every direct dependency has its line that says
// what it is for, and no line is left of one that is gone.
func TestDependenciesExplained(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	require := regexp.MustCompile(`(?m)^(?:require )?\s*([a-z]\S*\.\S+/\S+) (v\S+)( // indirect)?$`)
	required := map[string]bool{}
	explained := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(string(doc), -1) {
		explained[m[1]] = true
	}
	for _, m := range require.FindAllStringSubmatch(string(mod), -1) {
		required[m[1]] = true
		if direct := m[3] == ""; direct && !explained[m[1]] {
			t.Errorf("docs/dependencies.md does not explain %s", m[1])
		}
	}
	for name := range explained {
		if !required[name] {
			t.Errorf("docs/dependencies.md explains %s, which go.mod does not require", name)
		}
	}
	if len(required) < 5 {
		t.Errorf("%d requirements read from go.mod", len(required))
	}
}

// TestDocumented: a newcomer finds in each package what it is for, and one
// example of its use that is known to work.
func TestDocumented(t *testing.T) {
	for _, p := range ours(t) {
		if len(p.GoFiles) == 0 && p.path() != "test" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "doc.go"), nil, parser.ParseComments)
		if err != nil || f.Doc.Text() == "" {
			t.Errorf("%s has no doc.go with a package comment", p.path())
		}
		if p.Name != "main" && !strings.HasSuffix(p.path(), "test") && exports(t, p) && !hasExample(t, p) {
			t.Errorf("%s has no Example in its tests", p.path())
		}
	}
}

// exports says whether the package has an exported function or type.
func exports(t *testing.T, p *goPackage) bool {
	t.Helper()
	return slices.ContainsFunc(parse(t, p.Dir, p.GoFiles), func(f *ast.File) bool {
		return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
			fun, ok := d.(*ast.FuncDecl)
			return ok && fun.Name.IsExported()
		})
	})
}

func hasExample(t *testing.T, p *goPackage) bool {
	t.Helper()
	return slices.ContainsFunc(parse(t, p.Dir, slices.Concat(p.TestGoFiles, p.XTestGoFiles)), func(f *ast.File) bool {
		return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
			fun, ok := d.(*ast.FuncDecl)
			return ok && strings.HasPrefix(fun.Name.Name, "Example")
		})
	})
}

func parse(t *testing.T, dir string, names []string) (files []*ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// Sizes that code here stays within. They are a reader's, not a compiler's.
const (
	maxFile      = 500 // lines; what is generated may be longer
	maxFunction  = 70  // lines; a test's table of cases may be longer
	maxInterface = 8   // methods
)

// TestSizes keeps files, functions and interfaces small enough to be read at
// one sitting.
func TestSizes(t *testing.T) {
	for _, p := range ours(t) {
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Errorf("%s: %v", p.path(), err)
				continue
			}
			lines := func(n ast.Node) int { return fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1 }
			if n := fset.File(f.Pos()).LineCount(); n > maxFile && !strings.HasSuffix(name, "_gen.go") {
				t.Errorf("%s/%s has %d lines, want at most %d", p.path(), name, n, maxFile)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if got := lines(n); got > maxFunction && !strings.HasSuffix(name, "_test.go") {
						t.Errorf("%s/%s: %s has %d lines, want at most %d", p.path(), name, n.Name.Name, got, maxFunction)
					}
				case *ast.InterfaceType:
					if got := n.Methods.NumFields(); got > maxInterface {
						t.Errorf("%s/%s: an interface of %d methods, want at most %d", p.path(), name, got, maxInterface)
					}
				}
				return true
			})
		}
	}
}
