package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// answers are the types of all recorded answers, each once, in a fixed order,
// so that a byte can choose one.
func answers() []func() any {
	byType := map[string]func() any{}
	for _, newValue := range recordedTypes {
		byType[reflect.TypeOf(newValue()).String()] = newValue
	}
	list := make([]func() any, 0, len(byType))
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		list = append(list, byType[name])
	}
	return list
}

// allocated is how many bytes f takes from the heap in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// room is what reading n bytes may take.
func room(n int) uint64 { return 16*uint64(n) + maxFree + 64<<10 }

// FuzzAnswers reads anything as any answer: no panic, no loss of what was read,
// and no more memory than 16 times the input, even when it comes in bulk.
func FuzzAnswers(f *testing.F) {
	kinds := answers()
	dir := recordingsDir(f)
	for path, file := range readRecordings(f, dir) {
		if newValue := recordedTypes[path]; newValue != nil {
			i := slices.IndexFunc(kinds, func(k func() any) bool { return reflect.TypeOf(k()) == reflect.TypeOf(newValue()) })
			f.Add(byte(i), []byte(file.Response.Body))
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		newValue := kinds[int(kind)%len(kinds)]
		v := newValue()
		if Decode(data, v) == nil {
			back, err := Encode(reflect.ValueOf(v).Elem().Interface())
			if err != nil || !json.Valid(back) {
				t.Fatalf("%s written as %s, %v", data, back, err)
			}
			if again := newValue(); Decode(back, again) != nil {
				t.Fatalf("%s written as %s, which cannot be read", data, back)
			}
		}
		if int(kind) < 3*len(kinds) {
			return // measuring is slow: one kind in three
		}
		bulk := inBulk(data)
		if n := allocated(func() { _ = Decode(bulk, newValue()) }); n > room(len(bulk)) {
			t.Errorf("%d bytes of %.80s took %d", len(bulk), bulk, n)
		}
	})
}

// inBulk is a large list of copies of data, or an object of them.
func inBulk(data []byte) []byte {
	copies := 1 + 1<<16/(len(data)+1)
	if len(data) > 0 && data[0] == '{' {
		var b bytes.Buffer
		b.WriteByte('{')
		for i := range copies {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `"%d":%s`, i, data)
		}
		b.WriteByte('}')
		return b.Bytes()
	}
	return slices.Concat([]byte{'['}, bytes.Repeat(append(bytes.Clone(data), ','), copies-1), data, []byte{']'})
}

// TestMemoryIsBounded: many tiny rows for a large type do not fill the memory.
func TestMemoryIsBounded(t *testing.T) {
	const size = 256 << 10
	hostile := map[string]string{
		"empty rows":    "[" + strings.Repeat("{},", size/3) + "{}]",
		"empty lists":   "[" + strings.Repeat("[],", size/3) + "[]]",
		"one field":     "[" + strings.Repeat(`{"a":1},`, size/8) + "{}]",
		"conids":        "[" + strings.Repeat(`{"conid":1},`, size/12) + "{}]",
		"numbers":       `{"call":[` + strings.Repeat("1,", size/2) + "1]}",
		"texts":         `{"accounts":[` + strings.Repeat(`"",`, size/3) + `""]}`,
		"bars":          `{"data":[` + strings.Repeat(`{"o":1},`, size/8) + "{}]}",
		"one name":      "{" + strings.Repeat(`"a":{},`, size/7) + `"b":{}}`,
		"nested":        strings.Repeat("[", size) + strings.Repeat("]", size),
		"deep objects":  strings.Repeat(`{"locations":[`, 1<<12),
		"deep location": `{"location_tree":` + strings.Repeat(`[{"locations":`, 1000) + "[]" + strings.Repeat("}]", 1000) + "}",
	}
	var names strings.Builder
	for i := range size / 10 {
		fmt.Fprintf(&names, `"%x":{},`, i)
	}
	hostile["many names"] = "{" + names.String() + `"z":{}}`
	hostile["many unknown"] = "{" + strings.ReplaceAll(names.String(), "{}", "1") + `"z":{}}`
	for name, body := range hostile {
		data := []byte(body)
		for _, newValue := range answers() {
			v := newValue()
			if n := allocated(func() { _ = Decode(data, v) }); n > room(len(body)) {
				t.Errorf("%s as %T: %d bytes took %d", name, v, len(body), n)
			}
		}
	}
}

// TestNestedListsShareTheMemory: a list that can be an object has no budget of
// its own, so that many of them do not add up.
func TestNestedListsShareTheMemory(t *testing.T) {
	markets := "[" + strings.Repeat("{},", 1999) + "{}]"
	var body strings.Builder
	for i := range 100 {
		fmt.Fprintf(&body, `,"g%d":{"markets":%s}`, i, markets)
	}
	text := []byte(`{"categories":{` + body.String()[1:] + `}}`)
	used := allocated(func() {
		var out ForecastCategories
		if err := Decode(text, &out); !errors.Is(err, errBudget) {
			t.Errorf("read, error %v", err)
		}
	})
	if most := room(len(text)); used > most {
		t.Errorf("%d bytes took %d, want at most %d", len(text), used, most)
	}
}

// TestBudgetLetsRealAnswersThrough: the rows that IBKR sends in numbers fit.
func TestBudgetLetsRealAnswersThrough(t *testing.T) {
	first := `{"conid":265598,"conidEx":"265598"}`
	var rows []Snapshot
	if err := Decode([]byte("["+strings.Repeat(first+",", 99)+first+"]"), &rows); err != nil || len(rows) != 100 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	bar := `{"o":1,"c":1,"h":1,"l":1,"v":1,"t":1775136600000}`
	var h History
	if err := Decode([]byte(`{"data":[`+strings.Repeat(bar+",", 999)+bar+"]}"), &h); err != nil || len(h.Data) != 1000 {
		t.Errorf("%d bars, %v", len(h.Data), err)
	}
	conid := `{"ticker":"ADI","conid":4157,"exchange":"NMS"}`
	var all []ExchangeConid
	if err := Decode([]byte("["+strings.Repeat(conid+",", 99_999)+conid+"]"), &all); err != nil || len(all) != 100_000 {
		t.Errorf("%d contracts, %v", len(all), err)
	}
}
