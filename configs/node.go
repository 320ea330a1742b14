package configs

import (
	"fmt"
	"strconv"
	"strings"
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	listNode
	mapNode
)

var nodeKindNames = [...]string{"nothing", "a single value", "a list", "a mapping"}

// node is a value of any layer, with where it was written.
type node struct {
	kind   nodeKind
	text   string // of a scalar
	quoted bool   // scalar in quotes or a block: text, whatever it looks like
	fields []field
	items  []*node
	at     Origin
}

// field is one key of a mapping.
type field struct {
	key   string
	at    Origin // of the key
	value *node
}

func (n *node) get(key string) *node {
	for i := range n.fields {
		if n.fields[i].key == key {
			return n.fields[i].value
		}
	}
	return nil
}

// set puts value under key; a new key goes to the end.
func (n *node) set(f field) {
	for i := range n.fields {
		if n.fields[i].key == f.key {
			n.fields[i] = f
			return
		}
	}
	n.fields = append(n.fields, f)
}

// find walks down p and returns the deepest node there is, and whether it is
// the one asked for.
func (n *node) find(p path) (*node, bool) {
	for _, segment := range p {
		next := n.get(segment)
		if i, err := strconv.Atoi(segment); n.kind == listNode && err == nil && i >= 0 && i < len(n.items) {
			next = n.items[i]
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// merge lays over on top of n: mappings are merged key by key, anything else
// is replaced.
func (n *node) merge(over *node) *node {
	if n == nil || n.kind != mapNode || over.kind != mapNode {
		return over
	}
	n.at = over.at
	for _, f := range over.fields {
		n.set(field{key: f.key, at: f.at, value: n.get(f.key).merge(f.value)})
	}
	return n
}

// keyEqual compares a key with the way an environment variable can write it.
func keyEqual(key, segment string) bool {
	plain := strings.NewReplacer(".", "_", "-", "_")
	return strings.EqualFold(plain.Replace(key), plain.Replace(segment))
}

// put sets the value at p, making mappings where there is nothing. Segments
// are matched with the keys that are there; it returns the path that was meant.
func (n *node) put(p path, value *node) (path, error) {
	meant := make(path, 0, len(p))
	for i, segment := range p {
		last := i == len(p)-1
		next := &node{kind: mapNode, at: value.at}
		if last {
			next = value
		}
		if n.kind == listNode {
			at, err := strconv.Atoi(segment)
			if err != nil || at < 0 || at > len(n.items) {
				return meant, fmt.Errorf("%q is not a place in a list of %d; count from 0", segment, len(n.items))
			}
			meant = meant.with(strconv.Itoa(at))
			if at == len(n.items) {
				n.items = append(n.items, next)
			} else if last {
				n.items[at] = next
			}
			n = n.items[at]
			continue
		}
		if n.kind != mapNode {
			*n = node{kind: mapNode, at: value.at}
		}
		key := n.keyFor(segment)
		meant = meant.with(key)
		if old := n.get(key); old == nil || last {
			n.set(field{key: key, at: value.at, value: next})
		}
		n = n.get(key)
	}
	return meant, nil
}

// keyFor is the key of n that a segment means, or the segment in lower case.
func (n *node) keyFor(segment string) string {
	for i := range n.fields {
		if keyEqual(n.fields[i].key, segment) {
			return n.fields[i].key
		}
	}
	return strings.ToLower(segment)
}
