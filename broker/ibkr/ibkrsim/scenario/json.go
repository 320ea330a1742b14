package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// parseJSON reads one JSON value. Keys that come twice are a mistake.
func parseJSON(text []byte) (*node, error) {
	if len(text) > maxText {
		return nil, mistake(0, "larger than %d KiB", maxText>>10)
	}
	j := &jsonReader{text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	j.dec.UseNumber()
	n, err := j.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, mistake(j.line(), "more than one JSON value")
	}
	return n, nil
}

type jsonReader struct {
	text []byte
	dec  *json.Decoder
	seen int // line feeds before at
	at   int
}

// line is where the reader is.
func (j *jsonReader) line() int {
	to := min(int(j.dec.InputOffset()), len(j.text))
	j.seen += bytes.Count(j.text[j.at:to], []byte("\n"))
	j.at = to
	return j.seen + 1
}

func (j *jsonReader) token() (json.Token, error) {
	t, err := j.dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, mistake(j.line(), "not JSON: %v", err)
	}
	return t, nil
}

func (j *jsonReader) value(depth int) (*node, error) {
	if depth > maxNodes {
		return nil, mistake(j.line(), "nested too deeply")
	}
	t, err := j.token()
	if err != nil {
		return nil, err
	}
	n := &node{kind: scalarNode, line: j.line(), plain: true}
	switch t := t.(type) {
	case json.Delim:
		return n, j.inside(n, t, depth)
	case string:
		n.text, n.plain = t, false
	case json.Number:
		n.text = t.String()
	case bool:
		n.text = "false"
		if t {
			n.text = "true"
		}
	default:
		n.kind = nullNode
	}
	return n, nil
}

// inside reads a list or an object up to its end.
func (j *jsonReader) inside(n *node, open json.Delim, depth int) error {
	n.kind = listNode
	if open == '{' {
		n.kind = mapNode
	}
	for j.dec.More() {
		if err := j.element(n, depth); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

func (j *jsonReader) element(n *node, depth int) error {
	if n.kind == listNode {
		item, err := j.value(depth + 1)
		n.items = append(n.items, item)
		return err
	}
	t, err := j.token()
	if err != nil {
		return err
	}
	key, _ := t.(string) // the decoder takes no other key
	line := j.line()
	if len(n.fields) >= maxKeys {
		return mistake(line, "more than %d keys", maxKeys)
	}
	value, err := j.value(depth + 1)
	if err != nil {
		return err
	}
	return n.add(key, line, value)
}
