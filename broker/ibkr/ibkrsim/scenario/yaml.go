package scenario

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parseYAML reads one YAML document. Anchors, aliases, tags, merge keys and
// keys that come twice are mistakes.
func parseYAML(text []byte) (n *node, err error) {
	defer func() {
		if recover() != nil { // the library met something that it does not expect
			n, err = nil, mistake(0, "cannot be read as YAML")
		}
	}()
	if err := readable(text); err != nil {
		return nil, err
	}
	// Keys that come twice are left to node.add, which says so for JSON too.
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntax(err)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			return nil, mistake(lineOf(doc.Body), "more than one YAML document")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return nil, mistake(0, "an empty file")
	}
	return convert(body, 0)
}

// readable refuses what would cost the YAML library too much.
func readable(text []byte) error {
	switch {
	case len(text) > maxText:
		return mistake(0, "larger than %d KiB", maxText>>10)
	case !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0:
		return mistake(0, "not UTF-8 text")
	}
	depth, number := 0, 0
	for line := range bytes.Lines(text) {
		number++
		if depth = deepest(line, depth); depth > 2*maxNodes ||
			bytes.Count(line, []byte("- "))+bytes.Count(line, []byte("? ")) > 8*maxNodes {
			return mistake(number, "nested too deeply")
		}
	}
	return nil
}

// deepest is how many brackets are open after the line, or more than twice
// maxNodes when there were so many on the way.
func deepest(line []byte, depth int) int {
	for i := 0; i < len(line) && depth <= 2*maxNodes; i++ {
		switch line[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return depth
}

func lineOf(n ast.Node) int {
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return tk.Position.Line
	}
	return 0
}

// syntax is the library's error in one line.
func syntax(err error) error {
	var located yaml.Error
	if !errors.As(err, &located) {
		return mistake(0, "%v", err)
	}
	line := 0
	if tk := located.GetToken(); tk != nil && tk.Position != nil {
		line = tk.Position.Line
	}
	return mistake(line, "%s", located.GetMessage())
}

func convert(in ast.Node, depth int) (*node, error) {
	if depth > maxNodes {
		return nil, mistake(lineOf(in), "nested too deeply")
	}
	n := &node{kind: scalarNode, line: lineOf(in)}
	switch v := in.(type) {
	case ast.MapNode:
		return n, convertMap(n, v.MapRange(), depth)
	case *ast.SequenceNode:
		n.kind = listNode
		for _, value := range v.Values {
			item, err := convert(value, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
	case *ast.NullNode:
		n.kind = nullNode
	case *ast.LiteralNode:
		n.text = v.Value.Value
	case *ast.StringNode:
		n.text = v.Value
		n.plain = v.Token.Type != token.SingleQuoteType && v.Token.Type != token.DoubleQuoteType
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		n.text, n.plain = in.GetToken().Value, true
	default:
		return nil, mistake(n.line, "anchors, aliases and tags are not read here; write the value out")
	}
	return n, nil
}

func convertMap(n *node, fields *ast.MapNodeIter, depth int) error {
	n.kind = mapNode
	for fields.Next() {
		name, ok := fields.Key().(ast.ScalarNode)
		if _, merge := fields.Key().(*ast.MergeKeyNode); !ok || merge {
			return mistake(lineOf(fields.Key()), "a key must be a plain word")
		}
		line := lineOf(name)
		if len(n.fields) >= maxKeys {
			return mistake(line, "more than %d keys", maxKeys)
		}
		value, err := convert(fields.Value(), depth+1)
		if err != nil {
			return err
		}
		if err := n.add(name.GetToken().Value, line, value); err != nil {
			return err
		}
	}
	if len(n.fields) > 0 {
		n.line = n.fields[0].line // its own token is the first colon
	}
	return nil
}
