package configs

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// writer prints a tree as YAML.
type writer struct {
	b      strings.Builder
	origin bool // with a comment on where each value comes from
	mask   bool // secrets
}

// yaml is n, a mapping, as YAML text.
func (n *node) yaml() string {
	var w writer
	w.fields(n, "", "")
	return w.b.String()
}

// fields writes a mapping. first is what stands before its first key.
func (w *writer) fields(n *node, first, indent string) {
	for i, f := range n.fields {
		if i == 0 {
			w.b.WriteString(first)
		} else {
			w.b.WriteString(indent)
		}
		w.b.WriteString(scalarText(f.key, false) + ":")
		w.value(f.value, f.key, indent)
	}
}

// value writes what stands behind "key:".
func (w *writer) value(n *node, key, indent string) {
	switch {
	case n.kind == mapNode && len(n.fields) > 0:
		w.b.WriteString("\n")
		w.fields(n, indent+"  ", indent+"  ")
	case n.kind == listNode && !n.flat():
		w.b.WriteString("\n")
		for _, item := range n.items {
			if item.kind == mapNode && len(item.fields) > 0 {
				w.fields(item, indent+"  - ", indent+"    ")
				continue
			}
			w.line(indent+"  - "+w.inline(item, key), item)
		}
	default:
		w.line(" "+w.inline(n, key), n)
	}
}

func (w *writer) line(text string, n *node) {
	w.b.WriteString(text)
	if w.origin {
		w.b.WriteString("  # " + n.at.String())
	}
	w.b.WriteString("\n")
}

// flat says that a list fits on one line: single values only.
func (n *node) flat() bool {
	for _, item := range n.items {
		if item.kind != scalarNode && item.kind != nullNode {
			return false
		}
	}
	return true
}

// inline is n in flow style.
func (w *writer) inline(n *node, key string) string {
	parts := make([]string, 0, len(n.items)+len(n.fields))
	switch n.kind {
	case listNode:
		for _, item := range n.items {
			parts = append(parts, w.inline(item, key))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapNode:
		for _, f := range n.fields {
			parts = append(parts, scalarText(f.key, false)+": "+w.inline(f.value, f.key))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case nullNode:
		return "null"
	}
	text := n.text
	if w.mask {
		text = masked(key, text)
	}
	return scalarText(text, n.quoted)
}

var plainForm = regexp.MustCompile(`^[A-Za-z0-9_./+-][A-Za-z0-9_./+:-]*$`)

// scalarText is a value as YAML, in quotes where it needs them.
func scalarText(text string, quoted bool) string {
	safe := plainForm.MatchString(text) && !strings.HasSuffix(text, ":") && text != "-" && text != "---"
	if safe && (!quoted || looksLikeText(text)) {
		return text
	}
	return strconv.Quote(text)
}

// looksLikeText says that YAML reads the text as nothing but text.
func looksLikeText(text string) bool {
	if strings.Contains("0123456789.+-", text[:1]) {
		return false
	}
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	return true
}

// json writes n as JSON. A number keeps the digits it was written with.
func (n *node) json(b *bytes.Buffer, key string) {
	switch n.kind {
	case mapNode:
		open := "{"
		for _, f := range n.fields {
			b.WriteString(open + jsonText(f.key) + ":")
			f.value.json(b, f.key)
			open = ","
		}
		if open == "{" {
			b.WriteString(open)
		}
		b.WriteString("}")
	case listNode:
		b.WriteString("[")
		for i, item := range n.items {
			if i > 0 {
				b.WriteString(",")
			}
			item.json(b, key)
		}
		b.WriteString("]")
	case nullNode:
		b.WriteString("null")
	default:
		b.WriteString(n.jsonScalar(key))
	}
}

func (n *node) jsonScalar(key string) string {
	text := masked(key, n.text)
	if !n.quoted && (text == "true" || text == "false" || Decimal(text).Valid()) {
		return text
	}
	return jsonText(text)
}

func jsonText(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s)
	}
	return string(b)
}

var secretForm = regexp.MustCompile(`(?i)(^|_)(password|passwd|secret|api_?key|private_?key|(access|auth|bearer|refresh)_token)$`)

// userInfo is what stands before the host of an address.
var userInfo = regexp.MustCompile(`://[^/,]*@`)

// isSecret says that what stands under the key must not be shown, nor be
// written in a file.
func isSecret(key string) bool { return secretForm.MatchString(key) }

const mask = "***"

// masked hides a secret, and the user information of an address.
func masked(key, text string) string {
	if text == "" {
		return text
	}
	if isSecret(key) {
		return mask
	}
	return userInfo.ReplaceAllString(text, "://"+mask+"@")
}
