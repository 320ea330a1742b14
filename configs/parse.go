package configs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of what is read as YAML.
const (
	maxFileSize = 256 << 10
	maxDepth    = 32
)

// source is one text to parse.
type source struct {
	layer Layer
	name  string
	lines []string
}

// parse reads one YAML document into a tree. An empty document is an empty
// mapping. Duplicate keys, anchors, aliases, tags and further documents are
// mistakes.
func parse(layer Layer, name string, text []byte) (tree *node, mistake *FieldError) {
	s := &source{layer: layer, name: name, lines: strings.Split(string(text), "\n")}
	for i := range s.lines {
		s.lines[i] = strings.TrimSuffix(s.lines[i], "\r")
	}
	defer func() {
		if recover() != nil { // the YAML parser met something it does not expect
			tree, mistake = nil, s.mistake(nil, "cannot be read as YAML")
		}
	}()
	if problem := unreadable(text); problem != "" {
		return nil, s.mistake(nil, problem)
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, s.syntax(err)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return nil, s.mistake(doc.Body.GetToken(), "only one YAML document is read")
		}
		body = doc.Body
	}
	if body == nil {
		return &node{kind: mapNode, at: Origin{Layer: layer, Name: name}}, nil
	}
	return s.convert(body, 0)
}

// unreadable refuses what would cost the YAML parser too much.
func unreadable(text []byte) string {
	switch {
	case len(text) > maxFileSize:
		return fmt.Sprintf("larger than %d KiB", maxFileSize>>10)
	case !utf8.Valid(text):
		return "not UTF-8 text"
	case bytes.IndexByte(text, 0) >= 0:
		return "not text: it has a zero byte"
	}
	depth := 0
	for _, c := range text {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		}
		if depth > 2*maxDepth {
			return "too many open brackets"
		}
	}
	for line := range bytes.Lines(text) {
		if bytes.Count(line, []byte("- ")) > 8*maxDepth || bytes.Count(line, []byte("? ")) > 8*maxDepth {
			return "nested too deeply"
		}
	}
	return ""
}

func (s *source) origin(tk *token.Token) Origin {
	o := Origin{Layer: s.layer, Name: s.name}
	if tk == nil || tk.Position == nil || s.layer >= Env {
		return o
	}
	o.Line, o.Column = tk.Position.Line, tk.Position.Column
	if o.Line >= 1 && o.Line <= len(s.lines) {
		o.source = s.lines[o.Line-1]
	}
	return o
}

func (s *source) mistake(tk *token.Token, message string) *FieldError {
	return &FieldError{Message: message, Origin: s.origin(tk)}
}

func (s *source) syntax(err error) *FieldError {
	var located yaml.Error
	if errors.As(err, &located) {
		return s.mistake(located.GetToken(), located.GetMessage())
	}
	return s.mistake(nil, err.Error())
}

func (s *source) convert(n ast.Node, depth int) (*node, *FieldError) {
	if depth > maxDepth {
		return nil, s.mistake(n.GetToken(), "nested too deeply")
	}
	out := &node{kind: scalarNode, at: s.origin(n.GetToken())}
	switch v := n.(type) {
	case ast.MapNode:
		return s.convertMap(out, v.MapRange(), depth)
	case *ast.SequenceNode:
		return s.convertList(out, v.Values, depth)
	case *ast.NullNode:
		out.kind = nullNode
	case *ast.LiteralNode:
		out.text, out.quoted = v.Value.Value, true
	case *ast.StringNode:
		out.text = v.Value
		kind := v.Token.Type
		out.quoted = kind == token.SingleQuoteType || kind == token.DoubleQuoteType || !printable(v.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.text = n.GetToken().Value
	default:
		return nil, s.mistake(n.GetToken(), "anchors, aliases and tags are not read here; write the value out")
	}
	return out, nil
}

func (s *source) convertMap(out *node, fields *ast.MapNodeIter, depth int) (*node, *FieldError) {
	out.kind = mapNode
	for fields.Next() {
		name, ok := fields.Key().(ast.ScalarNode)
		if _, isMerge := fields.Key().(*ast.MergeKeyNode); !ok || isMerge {
			return nil, s.mistake(fields.Key().GetToken(), "a key must be a plain word")
		}
		f := field{key: name.GetToken().Value, at: s.origin(name.GetToken())}
		if out.get(f.key) != nil {
			return nil, s.mistake(name.GetToken(), fmt.Sprintf("key %q is given twice", f.key))
		}
		var mistake *FieldError
		if f.value, mistake = s.convert(fields.Value(), depth+1); mistake != nil {
			return nil, mistake
		}
		if f.value.kind == mapNode { // a mapping's own token is its first colon
			f.value.at = f.at
		}
		out.set(f)
	}
	return out, nil
}

func (s *source) convertList(out *node, values []ast.Node, depth int) (*node, *FieldError) {
	out.kind = listNode
	for _, value := range values {
		item, mistake := s.convert(value, depth+1)
		if mistake != nil {
			return nil, mistake
		}
		if item.kind == mapNode && len(item.fields) > 0 {
			item.at = item.fields[0].at
		}
		out.items = append(out.items, item)
	}
	return out, nil
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError })
}

// parseValue reads the text of an environment variable or flag. A list or
// mapping is written in brackets; anything else is a single value.
func parseValue(layer Layer, name, text string) (*node, *FieldError) {
	s := &source{layer: layer, name: name}
	if !utf8.ValidString(text) || len(text) > maxFileSize {
		return nil, s.mistake(nil, "not UTF-8 text, or too long")
	}
	tree, mistake := parse(layer, name, []byte(text))
	if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		return tree, mistake
	}
	if mistake == nil && tree.kind == scalarNode && tree.text == text {
		return tree, nil
	}
	return &node{kind: scalarNode, text: text, quoted: true, at: s.origin(nil)}, nil
}
