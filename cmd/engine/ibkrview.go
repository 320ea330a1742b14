package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gannet/broker/ibkr/api"
)

// column shows one field of an answer's rows as text.
type column struct {
	head   string
	fields []string // the first that a row has counts
	show   func(string) string
}

// columns reads "HEAD=field|other HEAD=field:ms": ms and s are times in
// milliseconds and seconds since 1970.
func columns(spec string) []column {
	var list []column
	for _, one := range strings.Fields(spec) {
		head, rest, _ := strings.Cut(one, "=")
		fields, form, _ := strings.Cut(rest, ":")
		c := column{head: head, fields: strings.Split(fields, "|"), show: shortText}
		switch form {
		case "ms":
			c.show = func(v string) string { return timeText(v, 1000) }
		case "s":
			c.show = func(v string) string { return timeText(v, 1) }
		}
		list = append(list, c)
	}
	return list
}

func heads(list []column) string {
	var words []string
	for _, c := range list {
		words = append(words, c.head)
	}
	return strings.Join(words, " ")
}

// cell is the column of a row; "-" when the row does not have it.
func (c *column) cell(row map[string]json.RawMessage) string {
	for _, field := range c.fields {
		if text := scalar(row[field]); text != "" {
			return c.show(text)
		}
	}
	return "-"
}

// timeText is a time since 1970 in UTC, or the text when it is none.
func timeText(text string, perSecond int64) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	at := time.Unix(n/perSecond, n%perSecond*(int64(time.Second)/perSecond)).UTC()
	return at.Format("2006-01-02T15:04:05Z")
}

// scalar is the text of a JSON scalar with exactly its digits, of a list of
// them, or of anything else its JSON. null and absent are "". What could
// command a terminal is taken out.
func scalar(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var text string
	if raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		return plain(text)
	}
	var list []json.RawMessage
	if raw[0] == '[' && json.Unmarshal(raw, &list) == nil {
		var words []string
		for _, one := range list {
			words = append(words, scalar(one))
		}
		return strings.Join(words, ",")
	}
	return plain(string(raw))
}

// plain makes a server's text one line that a terminal can print.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == '\u200b' }), " ")
}

// longestCell is how much of a text a table shows.
const longestCell = 60

func shortText(text string) string {
	if runes := []rune(text); len(runes) > longestCell {
		return string(runes[:longestCell-3]) + "..."
	}
	return text
}

// secretFields are fields of answers that let whoever has them act as the
// user. They are never printed.
var secretFields = regexp.MustCompile(`"(session|sessionId|access_token|refresh_token|oauth_token|oauth_token_secret|` +
	`diffie_hellman_response|diffie_hellman_challenge|live_session_token|live_session_token_signature|client_assertion)"(\s*:\s*)"(?:[^"\\]|\\.)*"`)

// unsecret masks secret fields of a JSON text.
func unsecret(data []byte) []byte { return secretFields.ReplaceAll(data, []byte(`"$1"$2"***"`)) }

// raw is an answer as JSON on one line, with its numbers as they came.
func raw(v any) (json.RawMessage, error) {
	data, err := api.Encode(v)
	if err != nil {
		return nil, err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, data); err != nil {
		return nil, fmt.Errorf("the answer is not JSON: %w", err)
	}
	return unsecret(line.Bytes()), nil
}

// show prints an answer: as it came with -o json, else as a table of its rows.
// Rows are the answer's list, the list or map under its field at, or the
// values of its own map when at is "*"; the map's key is the field "".
func (a *app) show(v any, at, spec, none string) error {
	data, err := raw(v)
	if err != nil {
		return err
	}
	if a.json() {
		_, err := fmt.Fprintf(a.out, "%s\n", data)
		return err
	}
	return a.showRows(rowsOf(data, at), spec, none)
}

func (a *app) showRows(rows []map[string]json.RawMessage, spec, none string) error {
	list := columns(spec)
	return listing(a, none, heads(list), rows, func(row map[string]json.RawMessage) []string {
		var cells []string
		for i := range list {
			cells = append(cells, list[i].cell(row))
		}
		return cells
	})
}

// rowsOf finds the rows of an answer.
func rowsOf(data json.RawMessage, at string) []map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if at != "" && at != "*" && json.Unmarshal(data, &object) == nil {
		data = object[at]
	}
	var rows []map[string]json.RawMessage
	if json.Unmarshal(data, &rows) == nil {
		return slices.DeleteFunc(rows, func(row map[string]json.RawMessage) bool { return row == nil })
	}
	var byKey map[string]map[string]json.RawMessage
	if json.Unmarshal(data, &byKey) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		if row := byKey[key]; row != nil {
			row[""] = json.RawMessage(strconv.Quote(key))
			rows = append(rows, row)
		}
	}
	return rows
}

// showObject prints an object: as it came with -o json, else its scalars line
// by line, the named ones first and those of nested objects with a dot.
func (a *app) showObject(v any, first ...string) error {
	data, err := raw(v)
	if err != nil {
		return err
	}
	if a.json() {
		_, err := fmt.Fprintf(a.out, "%s\n", data)
		return err
	}
	var rows [][2]string
	flatten("", data, &rows)
	rank := func(row [2]string) int {
		if i := slices.Index(first, row[0]); i >= 0 {
			return i - len(first)
		}
		return 0
	}
	slices.SortStableFunc(rows, func(x, y [2]string) int { return rank(x) - rank(y) })
	return pairs(a.out, rows...)
}

// flatten lists the scalars of an object by name.
func flatten(name string, data json.RawMessage, rows *[][2]string) {
	var object map[string]json.RawMessage
	if bytes.HasPrefix(data, []byte("{")) && json.Unmarshal(data, &object) == nil {
		for _, key := range slices.Sorted(maps.Keys(object)) {
			flatten(strings.TrimPrefix(name+"."+key, "."), object[key], rows)
		}
		return
	}
	if text := scalar(data); text != "" {
		*rows = append(*rows, [2]string{name, text})
	}
}

// showAny prints any answer: on one line with -o json, else indented.
func (a *app) showAny(body []byte) error {
	var text bytes.Buffer
	body = unsecret(body)
	err := json.Indent(&text, bytes.TrimSpace(body), "", "  ")
	if a.json() {
		text.Reset()
		err = json.Compact(&text, body)
	}
	if err != nil { // not JSON
		_, err = a.out.Write(body)
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s\n", text.Bytes())
	return err
}
