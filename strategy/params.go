package strategy

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// field is a parameter: an exported field of a strategy's struct.
type field struct {
	name  string
	help  string
	value reflect.Value
}

// fieldsOf lists the parameters of a strategy. One that is no pointer to a
// struct has none.
func fieldsOf(s Strategy) ([]field, error) {
	v := reflect.ValueOf(s)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, nil
	}
	v = v.Elem()
	var fields []field
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		if typeName(f.Type) == "" {
			return nil, fmt.Errorf("field %s: a parameter cannot be of type %s", f.Name, f.Type)
		}
		fields = append(fields, field{name, f.Tag.Get("help"), v.Field(i)})
	}
	return fields, nil
}

func lookup(fields []field, name string) (field, error) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i >= 0 {
		return fields[i], nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return field{}, fmt.Errorf("unknown parameter %q%s", name, hint(name, "parameters", names))
}

// set gives the parameter a value in text form.
func (f field) set(text string) error {
	if err := setText(f.value, text); err != nil {
		return f.wrong(err)
	}
	return nil
}

func (f field) wrong(err error) error {
	if want := wanted(f.value.Type()); want != "" {
		return fmt.Errorf("%s: want %s: %w", f.name, want, err)
	}
	return fmt.Errorf("%s: %w", f.name, err)
}

func decodePairs(pairs []string, fields []field) error {
	seen := make([]string, 0, len(pairs))
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return fmt.Errorf("parameter %q: want name=value", pair)
		}
		if slices.Contains(seen, name) {
			return fmt.Errorf("parameter %s is given twice", name)
		}
		seen = append(seen, name)
		f, err := lookup(fields, name)
		if err != nil {
			return err
		}
		if isList(f.value.Type()) {
			err = f.setList(strings.Split(text, ","))
		} else {
			err = f.set(text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setList gives a parameter that is a list its elements; no text is no element.
func (f field) setList(texts []string) error {
	if len(texts) == 1 && texts[0] == "" {
		texts = nil
	}
	list := reflect.MakeSlice(f.value.Type(), len(texts), len(texts))
	for i, text := range texts {
		if err := setText(list.Index(i), strings.TrimSpace(text)); err != nil {
			return f.wrong(err)
		}
	}
	f.value.Set(list)
	return nil
}

// decodeYAML reads the mapping itself rather than through reflection of the
// library, so that the text of a number reaches its type as it was written.
func decodeYAML(params []byte, fields []field) error {
	file, err := parser.ParseBytes(params, 0)
	if err != nil {
		return syntaxError(err)
	}
	if len(file.Docs) > 1 {
		return errors.New("parameters: want one YAML document")
	}
	if len(file.Docs) == 0 || isNothing(file.Docs[0].Body) {
		return nil
	}
	mapping, ok := file.Docs[0].Body.(ast.MapNode)
	if !ok {
		return fmt.Errorf("line %d: parameters: want lines of the form name: value", lineOf(file.Docs[0].Body))
	}
	for pairs := mapping.MapRange(); pairs.Next(); {
		if err := decodePair(pairs.Key(), pairs.Value(), fields); err != nil {
			return fmt.Errorf("line %d: %w", lineOf(pairs.Key()), err)
		}
	}
	return nil
}

func decodePair(key, value ast.Node, fields []field) error {
	name, ok := scalarText(key)
	if !ok {
		return errors.New("want the name of a parameter")
	}
	f, err := lookup(fields, name)
	if err != nil {
		return err
	}
	if isNothing(value) {
		return nil
	}
	if sequence, ok := value.(*ast.SequenceNode); ok && isList(f.value.Type()) {
		return f.setSequence(sequence)
	}
	text, ok := scalarText(value)
	if !ok || isList(f.value.Type()) {
		return f.wrong(fmt.Errorf("got %s", value))
	}
	return f.set(text)
}

func (f field) setSequence(sequence *ast.SequenceNode) error {
	texts := make([]string, len(sequence.Values))
	for i, element := range sequence.Values {
		text, ok := scalarText(element)
		if !ok {
			return f.wrong(fmt.Errorf("got %s", element))
		}
		texts[i] = text
	}
	return f.setList(texts)
}

// scalarText is what was written for a scalar, quotes taken off.
func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// isNothing says that a value was left out: the default stays.
func isNothing(n ast.Node) bool {
	return n == nil || n.Type() == ast.NullType || n.Type() == ast.CommentType
}

func lineOf(n ast.Node) int { return n.GetToken().Position.Line }

// syntaxError is the library's error in one line.
func syntaxError(err error) error {
	var detail yaml.Error
	if errors.As(err, &detail) && detail.GetToken() != nil {
		return fmt.Errorf("line %d: %s", detail.GetToken().Position.Line, detail.GetMessage())
	}
	return err
}
