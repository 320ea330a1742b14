package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "gannet"

// goPackage is what `go list -json` tells about a package.
type goPackage struct {
	ImportPath   string
	Dir          string
	Name         string
	Export       string // file with the types it exports
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	Standard     bool
	Error        *struct{ Err string }
}

// path is the package's path below the module.
func (p *goPackage) path() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

func (p *goPackage) ours() bool { return strings.HasPrefix(p.ImportPath, module+"/") }

// packages lists ours and all they import. It runs once for all tests.
var packages = sync.OnceValues(func() (map[string]*goPackage, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-export",
		"-json=ImportPath,Dir,Name,Export,GoFiles,TestGoFiles,XTestGoFiles,Imports,Standard,Error", "./...")
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	all := map[string]*goPackage{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(goPackage)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all[p.ImportPath] = p
	}
})

// ours returns the packages of this module, in order.
func ours(t *testing.T) []*goPackage {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	var list []*goPackage
	for _, p := range all {
		if p.ours() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *goPackage) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	if len(list) < 10 {
		t.Fatalf("only %d packages found: the test would show nothing", len(list))
	}
	return list
}

// covers says whether a pattern of the table covers a package path.
func covers(pattern, path string) bool {
	prefix, all := strings.CutSuffix(pattern, "...")
	if !all {
		return pattern == path
	}
	return strings.HasPrefix(path+"/", prefix)
}

// rowOf is the row for a package: its own, or that of the nearest folder above.
func rowOf(path string) (best row, ok bool) {
	depth := -1
	for _, r := range table {
		if n := len(strings.TrimSuffix(r.pkg, "/...")); covers(r.pkg, path) && n > depth {
			best, ok, depth = r, true, n
		}
	}
	return best, ok
}

func anyCovers(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, path) })
}

// TestImports holds the packages to the table. An import that breaks it puts
// a decision where it does not belong, or couples what must stay apart.
func TestImports(t *testing.T) {
	for _, p := range ours(t) {
		r, ok := rowOf(p.path())
		if !ok {
			t.Errorf("%s has no row in the table of arch_table_test.go", p.path())
			continue
		}
		if p.Error != nil {
			t.Errorf("%s: %s", p.path(), p.Error.Err)
		}
		for _, imp := range p.Imports {
			if path, mine := strings.CutPrefix(imp, module+"/"); mine {
				if !anyCovers(r.may, path) {
					t.Errorf("%s imports %s; it is: %s", p.path(), path, r.job)
				}
				continue
			}
			checkLibrary(t, p.path(), imp, r)
		}
	}
}

// checkLibrary checks an import from outside the module.
func checkLibrary(t *testing.T, path, imp string, r row) {
	t.Helper()
	for prefix, home := range homes {
		if strings.HasPrefix(imp+"/", prefix) && !anyCovers(home, path) {
			t.Errorf("%s imports %s, whose home is %v", path, imp, home)
		}
	}
	if !r.pure || slices.Contains(pureStd, imp) {
		return
	}
	if !slices.ContainsFunc(pureLibraries, func(l string) bool { return strings.HasPrefix(imp+"/", l+"/") }) {
		t.Errorf("%s imports %s; it is pure: what it needs from there comes in as an argument", path, imp)
	}
}
