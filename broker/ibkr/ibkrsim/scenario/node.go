package scenario

import (
	"fmt"
	"strings"
)

// Limits of what is read.
const (
	maxText  = 256 << 10
	maxNodes = 32 // depth
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	listNode
	mapNode
)

// node is a part of a YAML or JSON text.
type node struct {
	kind   nodeKind
	line   int
	text   string // of a scalar, as it was written, quotes taken off
	plain  bool   // a scalar without quotes
	items  []*node
	fields []pair
}

// pair is a key and its value, in the order of the text.
type pair struct {
	key   string
	line  int
	value *node
}

func (n *node) get(key string) *node {
	for _, f := range n.fields {
		if f.key == key {
			return f.value
		}
	}
	return nil
}

// mistake is an error with its line.
func mistake(line int, format string, args ...any) error {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; ")
	if line <= 0 {
		return fmt.Errorf("scenario: %s", text)
	}
	return fmt.Errorf("scenario: line %d: %s", line, text)
}

// add puts a pair in, once.
func (n *node) add(key string, line int, value *node) error {
	if n.get(key) != nil {
		return mistake(line, "key %q is given twice", clip(key))
	}
	n.fields = append(n.fields, pair{key, line, value})
	return nil
}

// maxKeys is how many keys a mapping may have.
const maxKeys = 100

// clip shortens what is repeated in a message.
func clip(text string) string {
	if len(text) > 64 {
		return strings.ToValidUTF8(text[:64], "") + "..."
	}
	return text
}
