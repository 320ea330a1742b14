package test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestPure looks into every pure package for what would make a replay differ
// from the run it repeats: clocks, goroutines, channels, map order, output,
// and, where money is counted, floats.
func TestPure(t *testing.T) {
	fset := token.NewFileSet()
	imp := exportImporter(t, fset)
	checked := 0
	for _, p := range ours(t) {
		r, _ := rowOf(p.path())
		if !r.pure {
			continue
		}
		c, err := load(fset, imp, p)
		if err != nil {
			t.Errorf("%s does not compile: %v", p.path(), err)
			continue
		}
		c.money = r.money
		c.check()
		for _, found := range c.found {
			t.Errorf("%s: %s", p.path(), found)
		}
		checked++
	}
	if checked < 5 {
		t.Errorf("only %d pure packages: the test would show nothing", checked)
	}
}

// checker finds banned things in one package.
type checker struct {
	fset  *token.FileSet
	files []*ast.File
	info  types.Info
	pkg   string
	money bool
	fun   string // the function that is being visited
	found []string
}

// exportImporter reads the types of imported packages from the build cache.
func exportImporter(t *testing.T, fset *token.FileSet) types.Importer {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		p := all[path]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no types of %s", path)
		}
		return os.Open(p.Export)
	})
}

// load parses and type-checks a package without its tests.
func load(fset *token.FileSet, imp types.Importer, p *goPackage) (*checker, error) {
	c := newChecker(fset, p.path())
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.files = append(c.files, f)
	}
	_, err := (&types.Config{Importer: imp}).Check(p.ImportPath, fset, c.files, &c.info)
	return c, err
}

func newChecker(fset *token.FileSet, pkg string) *checker {
	return &checker{fset: fset, pkg: pkg, info: types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
	}}
}

// check goes through all declarations.
func (c *checker) check() {
	for _, f := range c.files {
		for _, d := range f.Decls {
			c.fun = c.nameOf(d)
			ast.Inspect(d, c.visit)
		}
	}
}

// visit is called for every node of a declaration.
func (c *checker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		c.report(n, "a goroutine")
	case *ast.ChanType, *ast.SendStmt, *ast.SelectStmt:
		c.report(n, "a channel")
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			c.report(n, "a channel")
		}
	case *ast.RangeStmt:
		c.checkRange(n)
	case *ast.Ident:
		c.checkName(n)
	}
	if e, ok := n.(ast.Expr); ok && c.money {
		c.checkFloat(e)
	}
	return true
}

// nameOf is pkg.Func or pkg.Type.Method, and pkg for what is no function.
func (c *checker) nameOf(d ast.Decl) string {
	f, ok := d.(*ast.FuncDecl)
	if !ok {
		return c.pkg
	}
	name := c.pkg + "."
	if f.Recv != nil {
		recv := f.Recv.List[0].Type
		if star, ok := recv.(*ast.StarExpr); ok {
			recv = star.X
		}
		if id, ok := recv.(*ast.Ident); ok {
			name += id.Name + "."
		}
	}
	return name + f.Name.Name
}

func (c *checker) report(n ast.Node, what string) {
	pos := c.fset.Position(n.Pos())
	c.found = append(c.found, fmt.Sprintf("%s:%d: %s", filepath.Base(pos.Filename), pos.Line, what))
}

func (c *checker) checkRange(n *ast.RangeStmt) {
	typ := c.info.TypeOf(n.X)
	if typ == nil {
		return
	}
	switch typ.Underlying().(type) {
	case *types.Map:
		c.report(n, "range over a map: its order differs from run to run")
	case *types.Chan:
		c.report(n, "a channel")
	}
}

func (c *checker) checkName(id *ast.Ident) {
	switch obj := c.info.Uses[id].(type) {
	case *types.Func:
		if why := banned[obj.FullName()]; why != "" {
			c.report(id, obj.FullName()+" is "+why)
		}
	case *types.Var:
		if obj.Pkg() == nil {
			return
		}
		if name := obj.Pkg().Path() + "." + obj.Name(); banned[name] != "" {
			c.report(id, name+" is "+banned[name])
		}
	case *types.Builtin:
		if why := banned[obj.Name()]; why != "" {
			c.report(id, obj.Name()+" is "+why)
		}
	}
}

func (c *checker) checkFloat(e ast.Expr) {
	basic, ok := c.info.TypeOf(e).(*types.Basic)
	if !ok || basic.Kind() != types.Float32 && basic.Kind() != types.Float64 {
		return
	}
	if floats[c.fun] == "" {
		c.report(e, "a float in "+c.fun+": money is exact")
	}
}

// TestPureFindsThem shows that each rule can fail.
func TestPureFindsThem(t *testing.T) {
	for name, body := range map[string]string{
		"goroutine":   `func f() { go f() }`,
		"channel":     `var c chan int`,
		"receive":     `func f(c interface{ C() <-chan int }) { <-c.C() }`,
		"map":         `func f(m map[int]int) { for range m {} }`,
		"named map":   `type m map[int]int; func f(x m) { for range x {} }`,
		"clock":       `import "time"; var _ = time.Now`,
		"local time":  `import "time"; var _ = time.Local`,
		"timer":       `import "time"; func f() { time.AfterFunc(0, nil) }`,
		"output":      `import "fmt"; func f() { fmt.Println() }`,
		"println":     `func f() { println() }`,
		"reflect":     `import "reflect"; func f(v reflect.Value) { v.MapKeys() }`,
		"float":       `func f(a int64) int64 { return int64(float64(a) * 1.5) }`,
		"float field": `type t struct { price float64 }`,
		"float const": `var x = 1.5`,
	} {
		t.Run(name, func(t *testing.T) {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, "x.go", "package x\n"+body, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			c := newChecker(fset, "x")
			c.money, c.files = true, []*ast.File{f}
			if _, err := (&types.Config{Importer: exportImporter(t, fset)}).Check("x", fset, c.files, &c.info); err != nil {
				t.Fatal(err)
			}
			if c.check(); len(c.found) == 0 {
				t.Errorf("nothing found in: %s", body)
			}
		})
	}
}
