package configs

import (
	"bytes"
	"slices"
	"strconv"
)

// Entry is one value with where it comes from.
type Entry struct {
	Path   string
	Value  string // secrets masked
	Origin Origin
}

// Entries lists every single value in the order of the configuration. It is
// empty for a Config built by hand.
func (c *Config) Entries() []Entry {
	var list []Entry
	if c.tree != nil {
		list = c.tree.entries(list, nil, "")
	}
	return list
}

func (n *node) entries(list []Entry, p path, key string) []Entry {
	for _, f := range n.fields {
		list = f.value.entries(list, p.with(f.key), f.key)
	}
	for i, item := range n.items {
		list = item.entries(list, p.with(strconv.Itoa(i)), key)
	}
	if n.kind == scalarNode || len(n.fields)+len(n.items) == 0 {
		value := (&writer{mask: true}).inline(&node{kind: n.kind, text: n.text}, key)
		if n.kind == scalarNode {
			value = masked(key, n.text)
		}
		list = append(list, Entry{Path: p.String(), Value: value, Origin: n.at})
	}
	return list
}

// YAML is the configuration after merging, with secrets masked, and with a
// comment behind each value on where it comes from if origin is true.
func (c *Config) YAML(origin bool) string {
	if c.tree == nil {
		return ""
	}
	w := writer{origin: origin, mask: true}
	w.fields(c.tree, "", "")
	return w.b.String()
}

// MarshalJSON is the configuration after merging, with secrets masked.
// Numbers keep the digits they were written with.
func (c *Config) MarshalJSON() ([]byte, error) {
	if c.tree == nil {
		return []byte("{}"), nil
	}
	var b bytes.Buffer
	c.tree.json(&b, "")
	return b.Bytes(), nil
}

// Variables lists the environment variables that were applied.
func (c *Config) Variables() []string {
	var names []string
	for _, e := range c.Entries() {
		if e.Origin.Layer == Env && !slices.Contains(names, e.Origin.Name) {
			names = append(names, e.Origin.Name)
		}
	}
	slices.Sort(names)
	return names
}

// ErrorAt is a mistake found by who uses the configuration, placed where the
// value at the given keys was written. List entries are numbered from 0.
func (c *Config) ErrorAt(message string, keys ...string) FieldError {
	e := FieldError{Path: path(keys).String(), Message: message}
	if c.tree != nil {
		n, _ := c.tree.find(keys)
		e.Origin = n.at
	}
	return e
}
