package configs

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
)

//go:embed *.yaml
var shipped embed.FS

const (
	defaultsFile = "defaults.yaml"
	envPrefix    = "GANNET__"
	envSeparator = "__"
)

// Override is a value given by a flag.
type Override struct {
	Path  string // keys with dots between them, such as live.arm
	Value string
	Flag  string // as the user wrote it, such as --arm
}

// Sources is where a configuration comes from, weakest first. Under all of
// them lie the defaults that the program ships.
type Sources struct {
	Builtin string   // name of a shipped configuration such as sim.yaml; only for mode sim
	Files   []string // paths; a later one wins
	Env     []string // os.Environ(); only GANNET__ variables are read
	Flags   []Override

	// Unarmed allows mode live without arming. For a caller that will not
	// trade: a check, a listing, a backtest.
	Unarmed bool
}

// Shipped lists the configurations inside the program.
func Shipped() []string {
	entries, err := shipped.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if e.Name() != defaultsFile {
			names = append(names, e.Name())
		}
	}
	return names
}

// Load reads, merges, decodes and validates. The error is Errors, with every
// mistake that could be found.
func Load(src Sources) (*Config, error) {
	l := loader{variables: map[string]string{}}
	l.embedded(Default, defaultsFile)
	if src.Builtin != "" {
		l.embedded(Builtin, src.Builtin)
	}
	for _, name := range src.Files {
		l.file(name)
	}
	l.environment(src.Env)
	for _, f := range src.Flags {
		l.override(Flag, f.Flag, strings.Split(f.Path, "."), f.Value)
	}
	if len(l.errs) > 0 {
		return nil, l.errs
	}
	cfg := &Config{tree: l.tree}
	var d decoder
	d.value(l.tree, reflect.ValueOf(cfg).Elem(), nil, false)
	errs := append(d.errs, unreported(cfg.Validate(), d.bad)...)
	errs = append(errs, cfg.checkSources(src)...)
	if len(errs) > 0 {
		slices.SortStableFunc(errs, byPlace)
		return nil, errs
	}
	return cfg, nil
}

// byPlace orders mistakes as a reader meets them.
func byPlace(a, b FieldError) int {
	return cmp.Or(cmp.Compare(a.Origin.Layer, b.Origin.Layer), cmp.Compare(a.Origin.Name, b.Origin.Name),
		cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Origin.Column, b.Origin.Column))
}

// unreported keeps those mistakes whose value could be decoded: what did not
// decode is zero and would be reported twice.
func unreported(found []FieldError, bad []string) []FieldError {
	return slices.DeleteFunc(found, func(f FieldError) bool {
		return slices.ContainsFunc(bad, func(p string) bool { return within(f.Path, p) })
	})
}

// within says whether p is the value at top or inside it.
func within(p, top string) bool {
	rest, inside := strings.CutPrefix(p, top)
	return inside && (top == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

type loader struct {
	tree      *node
	errs      Errors
	variables map[string]string // path set -> environment variable that set it
}

func (l *loader) embedded(layer Layer, name string) {
	text, err := shipped.ReadFile(name)
	if err != nil {
		hint := didYouMean(name, Shipped())
		l.errs = append(l.errs, FieldError{Message: fmt.Sprintf("no shipped configuration %q", name) + hint})
		return
	}
	l.lay(parse(layer, name, text))
}

func (l *loader) file(name string) {
	text, err := readFile(name)
	if err != nil {
		l.errs = append(l.errs, FieldError{Message: err.Error(), Origin: Origin{Layer: File, Name: name}})
		return
	}
	l.lay(parse(File, name, text))
}

// readFile reads no more than a configuration may have.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, cause(err)
	}
	return text, nil
}

// cause is a file error without the operation and the name.
func cause(err error) error {
	var located *fs.PathError
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}

func (l *loader) lay(tree *node, mistake *FieldError) {
	if mistake != nil {
		l.errs = append(l.errs, *mistake)
		return
	}
	l.tree = l.tree.merge(tree)
}

// environment lays the GANNET__ variables, in the order of their names.
func (l *loader) environment(env []string) {
	sorted := slices.Sorted(slices.Values(env))
	for _, entry := range sorted {
		name, value, _ := strings.Cut(entry, "=")
		if len(name) < len(envPrefix) || !strings.EqualFold(name[:len(envPrefix)], envPrefix) {
			continue
		}
		l.override(Env, name, strings.Split(name[len(envPrefix):], envSeparator), value)
	}
}

func (l *loader) override(layer Layer, name string, p path, text string) {
	fail := func(message string) {
		l.errs = append(l.errs, FieldError{Message: message, Origin: Origin{Layer: layer, Name: name}})
	}
	if slices.Contains(p, "") || len(p) > maxDepth {
		fail("names no key; want a name such as " + path{"risk", "max_order_qty"}.variable())
		return
	}
	value, mistake := parseValue(layer, name, text)
	if mistake != nil {
		l.errs = append(l.errs, *mistake)
		return
	}
	if l.tree == nil {
		return
	}
	meant, err := l.tree.put(p, value)
	if err != nil {
		fail(err.Error())
		return
	}
	if layer == Env {
		if other, taken := l.variables[meant.String()]; taken {
			fail("sets the same value as " + other)
		}
		l.variables[meant.String()] = name
	}
}
