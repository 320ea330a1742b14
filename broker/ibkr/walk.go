package ibkr

import (
	"bytes"
	"encoding/json"
)

// cursor walks over the members of an object or the elements of an array
// without copying. What it walks over has to be valid JSON.
type cursor struct {
	b []byte
	i int
}

// members walks over an object; over nothing when b is something else.
func members(b []byte) cursor { return walk(b, '{') }

// elements walks over an array; over nothing when b is something else.
func elements(b []byte) cursor { return walk(b, '[') }

func walk(b []byte, open byte) cursor {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != open {
		return cursor{}
	}
	return cursor{b, i + 1}
}

// element is the next value of an array.
func (c *cursor) element() (value []byte, ok bool) {
	c.i = skipSpace(c.b, c.i)
	if c.i < len(c.b) && c.b[c.i] == ',' {
		c.i = skipSpace(c.b, c.i+1)
	}
	if c.i >= len(c.b) || c.b[c.i] == ']' || c.b[c.i] == '}' {
		return nil, false
	}
	from := c.i
	c.i = valueEnd(c.b, from)
	return c.b[from:c.i], true
}

// member is the next key, without its quotes, and value of an object.
func (c *cursor) member() (key, value []byte, ok bool) {
	key, ok = c.element()
	if !ok || len(key) < 2 {
		return nil, nil, false
	}
	if bytes.IndexByte(key, '\\') >= 0 {
		text, err := scalarText(key)
		if err != nil {
			return nil, nil, false
		}
		key = []byte(text)
	} else {
		key = key[1 : len(key)-1]
	}
	if c.i = skipSpace(c.b, c.i); c.i < len(c.b) && c.b[c.i] == ':' {
		c.i++
	}
	value, ok = c.element()
	return key, value, ok
}

// valueEnd is where the value ends that begins at b[i].
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = quotedEnd(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
			i++
		case ',', ' ', '\n', '\t', '\r', ':':
			if depth == 0 {
				return i
			}
			i++
			continue
		default:
			i++
			continue
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// quotedEnd is the end of the string that begins with the quote at b[i].
func quotedEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// rows walks over args, which may be one object where a list is documented and
// a list where an object is.
func rows(args []byte) cursor {
	if c := elements(args); c.b != nil {
		return c
	}
	if len(args) == 0 {
		return cursor{}
	}
	return cursor{b: args}
}

// frame is a frame of the stream, in pieces. They point into it.
type frame struct {
	raw                                             []byte
	topic                                           string
	args, result, data, success, fail, serverID, hb []byte
}

// parseFrame takes a frame apart; ok is false for one that is no JSON object.
func parseFrame(b []byte) (f frame, ok bool) {
	if !json.Valid(b) {
		return f, false
	}
	all := members(b)
	if all.b == nil {
		return f, false
	}
	f.raw = b
	for key, value, more := all.member(); more; key, value, more = all.member() {
		switch string(key) {
		case "topic":
			if text, err := scalarText(value); err == nil {
				f.topic = text
			}
		case "args":
			f.args = value
		case "result":
			f.result = value
		case "data":
			f.data = value
		case "success":
			f.success = value
		case "error":
			f.fail = value
		case "serverId":
			f.serverID = value
		case "hb":
			f.hb = value
		}
	}
	return f, true
}
