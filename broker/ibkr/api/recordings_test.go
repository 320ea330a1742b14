package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/broker/ibkr"
)

// unnamed are the fields of a recording that its type leaves to Extra, with
// the reason why. Nothing else may be left.
var unnamed = map[string]map[string]string{}

// leave puts a field on that list, such as ".rows[].x".
func leave(path, field, reason string) {
	if unnamed[path] == nil {
		unnamed[path] = make(map[string]string)
	}
	unnamed[path][field] = reason
}

// recordingFile is a recording as it is kept.
type recordingFile struct {
	Request struct {
		Path    string
		Methods []string
	}
	Response struct {
		StatusCode int
		Headers    map[string]string
		Body       json.RawMessage
	}
}

// TestRecordings: what IBKR's servers were seen to answer is read without a
// loss: every field has a name or a reason, and every digit comes back.
func TestRecordings(t *testing.T) {
	dir := recordingsDir(t)
	seen := 0
	for path, file := range readRecordings(t, dir) {
		seen++
		t.Run(path, func(t *testing.T) { checkRecording(t, path, file) })
	}
	for path := range recordedTypes {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Errorf("%s is mapped and not there", path)
		}
	}
	t.Logf("%d recordings read", seen)
}

func checkRecording(t *testing.T, path string, file recordingFile) {
	newValue := recordedTypes[path]
	if newValue == nil {
		t.Fatal("no type is mapped to this recording")
	}
	body, err := throughClient(t, file)
	if _, bare := newValue().(*Text); bare {
		body, err = file.Response.Body, nil // text where others have JSON, see plainText
	}
	if status := file.Response.StatusCode; status >= 300 {
		var e *ibkr.Error
		if !errors.As(err, &e) || e.Kind == 0 || e.Status != status {
			t.Errorf("read as %v, want an error", err)
		}
		return
	}
	if err != nil {
		t.Fatalf("a good answer was read as %v", err)
	}
	v := newValue()
	if err := Decode(body, v); err != nil {
		t.Fatal(err)
	}
	back, err := Encode(reflect.ValueOf(v).Elem().Interface())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exact(t, body), exact(t, back)); diff != "" {
		t.Errorf("not as it came (-want +got):\n%s", diff)
	}
	left := extras(reflect.ValueOf(v), "")
	for name := range unnamed[path] {
		if !slices.Contains(left, name) {
			t.Errorf("%s: %s has a name after all", path, name)
		}
	}
	for _, name := range left {
		if reason := unnamed[path][name]; reason == "" {
			t.Errorf("%s: %s has no name and no reason", path, name)
		} else {
			t.Logf("%s: %s is left unnamed: %s", path, name, reason)
		}
	}
}

// throughClient serves a recording on loopback and reads it with the client,
// which tells good answers from errors.
func throughClient(t *testing.T, file recordingFile) ([]byte, error) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range file.Response.Headers {
			w.Header().Set(name, value)
		}
		w.WriteHeader(file.Response.StatusCode)
		w.Write(file.Response.Body)
	}))
	defer server.Close()
	method := http.MethodGet
	if len(file.Request.Methods) > 0 {
		method = file.Request.Methods[0]
	}
	resp, err := clientOf(t, server.URL).Call(t.Context(), ibkr.Call{
		Method: method, Path: strings.TrimPrefix(file.Request.Path, "/v1/api"), Urgency: ibkr.Write, MayBeEmpty: true,
	})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// exact reads JSON with its numbers as they are written.
func exact(t *testing.T, b []byte) (v any) {
	t.Helper()
	if len(b) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return v
}

// extras lists the fields at any depth that went to Extra, with "[]" for rows
// and "*" for the keys of a map.
func extras(v reflect.Value, at string) (names []string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return extras(v.Elem(), at)
		}
	case reflect.Slice:
		for i := range v.Len() {
			names = append(names, extras(v.Index(i), at+"[]")...)
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			one := reflect.New(v.Type().Elem()).Elem()
			one.Set(each.Value())
			names = append(names, extras(one, at+"*")...)
		}
	case reflect.Struct:
		names = structExtras(v, at)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func structExtras(v reflect.Value, at string) (names []string) {
	if !v.CanAddr() {
		return nil
	}
	if k, ok := v.Addr().Interface().(keeper); ok {
		named := planOf(v.Type()).byName
		for _, name := range slices.Collect(maps.Keys(k.extra().fields)) {
			if _, is := named[name]; !is || string(k.extra().fields[name]) != "null" {
				names = append(names, at+"."+name)
			}
		}
	}
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() && !f.Anonymous {
			names = append(names, extras(v.Field(i), at+"."+f.Name)...)
		}
	}
	return names
}

func recordingsDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	dir = filepath.Join(dir, "..", "shared", "ibkr", "recordings")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("IBKR's recorded answers are not at hand")
	}
	return dir
}

func readRecordings(t testing.TB, dir string) map[string]recordingFile {
	t.Helper()
	files := make(map[string]recordingFile)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		var file recordingFile
		if err := json.Unmarshal(b, &file); err != nil {
			return err
		}
		files[path] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
