package strategy

import (
	"fmt"
	"slices"
	"strings"
)

// registered is a kind of strategy that can be made by its name.
type registered struct {
	name string
	make func() Strategy
}

// registry is sorted by name. It is written by init functions only.
var registry []registered

// Register makes a kind of strategy known under a name. fresh returns a new
// one with its default parameters set: a pointer to a struct whose exported
// fields are the parameters, named by their yaml tag. Call it in init. It
// panics when the name is empty, odd or taken, or when a field has a type that
// no parameter can have.
func Register(name string, fresh func() Strategy) {
	if !isToken(name) {
		panic(fmt.Sprintf("strategy: name %q: want letters, digits, - and _", name))
	}
	i, taken := find(name)
	if taken {
		panic(fmt.Sprintf("strategy: %s: registered twice", name))
	}
	if _, err := fieldsOf(fresh()); err != nil {
		panic(fmt.Sprintf("strategy: %s: %v", name, err))
	}
	registry = slices.Insert(registry, i, registered{name, fresh})
}

func find(name string) (int, bool) {
	return slices.BinarySearchFunc(registry, name, func(r registered, name string) int {
		return strings.Compare(r.name, name)
	})
}

// Names are the registered names in alphabetical order.
func Names() []string {
	names := make([]string, len(registry))
	for i, r := range registry {
		names[i] = r.name
	}
	return names
}

// New makes a strategy from its name and its parameters, a YAML mapping that
// may be empty. A parameter that is not given keeps its default. An unknown
// parameter, or one of the wrong type, is an error that names it and its line;
// a caller whose parameters are part of a larger file keeps the file's line
// numbers by putting blank lines before them.
func New(name string, params []byte) (Strategy, error) {
	return build(name, func(fields []field) error { return decodeYAML(params, fields) })
}

// NewFromPairs is New for parameters in the form of a command line: name=value.
// The elements of a list are separated by commas.
func NewFromPairs(name string, pairs []string) (Strategy, error) {
	return build(name, func(fields []field) error { return decodePairs(pairs, fields) })
}

func build(name string, decode func([]field) error) (Strategy, error) {
	s, err := fresh(name)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(s)
	if err == nil {
		err = decode(fields)
	}
	if err != nil {
		return nil, fmt.Errorf("strategy: %s: %w", name, err)
	}
	if v, ok := s.(Validator); ok {
		if err := v.Validate(); err != nil {
			return nil, fmt.Errorf("strategy: %s: %w", name, err)
		}
	}
	return s, nil
}

// fresh makes a strategy with its defaults.
func fresh(name string) (Strategy, error) {
	if i, ok := find(name); ok {
		return registry[i].make(), nil
	}
	return nil, fmt.Errorf("strategy: unknown strategy %q%s", name, hint(name, "strategies", Names()))
}

// Param describes a parameter of a strategy.
type Param struct {
	Name    string
	Type    string // for people: "quantity", "whole number", "list of texts"
	Default string // as it would be written; "" is none
	Help    string // of the struct tag help
}

// Describe lists the parameters of a strategy in the order of its fields.
func Describe(name string) ([]Param, error) {
	s, err := fresh(name)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(s)
	if err != nil {
		return nil, fmt.Errorf("strategy: %s: %w", name, err)
	}
	list := make([]Param, len(fields))
	for i, f := range fields {
		list[i] = Param{Name: f.name, Type: typeName(f.value.Type()), Default: textOf(f.value), Help: f.help}
	}
	return list, nil
}

// Sample returns the commented sample parameters of a strategy, nil when it
// has none.
func Sample(name string) ([]byte, error) {
	s, err := fresh(name)
	if err != nil {
		return nil, err
	}
	if sampler, ok := s.(Sampler); ok {
		return sampler.Sample(), nil
	}
	return nil, nil
}
