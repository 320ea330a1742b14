package configs

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decoder fills a Config from a tree and collects every mistake on the way.
type decoder struct {
	errs Errors
	bad  []string // paths that have no value now
}

func (d *decoder) fail(n *node, p path, limit bool, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	if limit {
		message += noUnlimited
	}
	d.errs = append(d.errs, FieldError{Path: p.String(), Message: message, Origin: n.at})
	d.bad = append(d.bad, p.String())
}

// noUnlimited ends every message about a limit.
const noUnlimited = "; no value stands for unlimited"

// value decodes n into v.
func (d *decoder) value(n *node, v reflect.Value, p path, limit bool) {
	switch target := v.Addr().Interface().(type) {
	case *Params:
		if d.is(n, mapNode, "a mapping", p, limit) {
			*target = Params(n.yaml())
		}
		return
	case *time.Duration:
		d.duration(n, target, p, limit)
		return
	case *Decimal:
		d.decimal(n, target, p, limit)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, p)
	case reflect.Map:
		d.mapping(n, v, p)
	case reflect.Slice:
		d.list(n, v, p)
	case reflect.String:
		if d.is(n, scalarNode, "a text", p, limit) {
			v.SetString(n.text)
		}
	case reflect.Bool:
		d.boolean(n, v, p)
	default:
		d.integer(n, v, p, limit)
	}
}

// is reports a mistake unless n is of the kind.
func (d *decoder) is(n *node, kind nodeKind, want string, p path, limit bool) bool {
	if n.kind == kind {
		return true
	}
	if n.kind == nullNode {
		d.fail(n, p, limit, "has no value; want %s", want)
	} else {
		d.fail(n, p, limit, "want %s, got %s", want, nodeKindNames[n.kind])
	}
	return false
}

func (d *decoder) structure(n *node, v reflect.Value, p path) {
	if !d.is(n, mapNode, "a mapping", p, false) {
		return
	}
	known := keysOf(v.Type())
	for _, f := range n.fields {
		if !slices.Contains(known, f.key) {
			d.unknown(f, known, p)
		}
	}
	var missing []string
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		key := tag.Get("yaml")
		if key == "" {
			continue
		}
		if child := n.get(key); child != nil {
			d.value(child, v.Field(i), p.with(key), tag.Get("limit") != "")
		} else if tag.Get("optional") == "" {
			missing = append(missing, key)
		}
	}
	if len(missing) > 0 {
		d.missing(n, missing, p, v.Type() == reflect.TypeFor[Risk]())
	}
}

// unknown reports a key that is not known. Its suggestion is written the way
// the key was: for a variable, the variable's name.
func (d *decoder) unknown(f field, known []string, p path) {
	hint := didYouMean(f.key, known)
	if near := Nearest(f.key, known); near != "" && f.at.Layer == Env {
		hint = "; did you mean " + p.with(near).variable() + "?"
	}
	where := FieldError{Path: p.String(), Message: fmt.Sprintf("unknown key %q", f.key) + hint, Origin: f.at}
	d.errs = append(d.errs, where)
}

// missing reports required keys in one mistake, at the mapping they should be in.
func (d *decoder) missing(n *node, keys []string, p path, limits bool) {
	message := "missing: " + strings.Join(keys, ", ")
	if limits {
		message += "; every limit must be given" + noUnlimited
	}
	d.errs = append(d.errs, FieldError{Path: p.String(), Message: message, Origin: n.at})
	for _, key := range keys {
		d.bad = append(d.bad, p.with(key).String())
	}
}

// keysOf lists the keys of a struct in their order.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func (d *decoder) mapping(n *node, v reflect.Value, p path) {
	if !d.is(n, mapNode, "a mapping", p, false) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, f := range n.fields {
		one := reflect.New(v.Type().Elem()).Elem()
		d.value(f.value, one, p.with(f.key), false)
		v.SetMapIndex(reflect.ValueOf(f.key), one)
	}
}

func (d *decoder) list(n *node, v reflect.Value, p path) {
	if !d.is(n, listNode, "a list", p, false) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.value(item, v.Index(i), p.with(strconv.Itoa(i)), false)
	}
}

func (d *decoder) boolean(n *node, v reflect.Value, p path) {
	const want = "true or false"
	if !d.is(n, scalarNode, want, p, false) {
		return
	}
	if n.quoted || n.text != "true" && n.text != "false" {
		d.fail(n, p, false, "want %s, got %s", want, n.shown())
		return
	}
	v.SetBool(n.text == "true")
}

var integerForm = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func (d *decoder) integer(n *node, v reflect.Value, p path, limit bool) {
	const want = "a whole number"
	if !d.is(n, scalarNode, want, p, limit) {
		return
	}
	number, err := strconv.ParseInt(n.text, 10, 64)
	if n.quoted || err != nil || !integerForm.MatchString(n.text) {
		d.fail(n, p, limit, "want %s, got %s", want, n.shown())
		return
	}
	v.SetInt(number)
}

func (d *decoder) decimal(n *node, target *Decimal, p path, limit bool) {
	const want = "a number such as 12.5"
	if !d.is(n, scalarNode, want, p, limit) {
		return
	}
	if !Decimal(n.text).Valid() {
		d.fail(n, p, limit, "want %s, got %s", want, n.shown())
		return
	}
	*target = Decimal(n.text)
}

func (d *decoder) duration(n *node, target *time.Duration, p path, limit bool) {
	const want = "a time with its unit such as 500ms, 5s or 1m30s"
	if !d.is(n, scalarNode, want, p, limit) {
		return
	}
	span, err := time.ParseDuration(n.text)
	if err != nil {
		d.fail(n, p, limit, "want %s, got %s", want, n.shown())
		return
	}
	if limit && span <= 0 {
		d.fail(n, p, limit, "must be greater than 0, got %s", span)
		return
	}
	*target = span
}

// shown is a scalar as a message names it.
func (n *node) shown() string {
	const most = 60
	if len(n.text) > most {
		return strconv.Quote(n.text[:most]) + "..."
	}
	if n.quoted {
		return strconv.Quote(n.text) + " in quotes"
	}
	return strconv.Quote(n.text)
}
