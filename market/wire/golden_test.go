package wire_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gannet/market"
	"gannet/market/wire"
	"gannet/market/wire/wiretest"
)

var update = flag.Bool("update", false, "rewrite testdata and the examples in docs/bus.md")

const docs = "../../docs/bus.md"

// goldens are the bytes of every sample by file name: the wire format as
// other programs rely on it.
func goldens(t *testing.T) map[string]string {
	files := map[string]string{}
	for form, codec := range codecs() {
		for _, ev := range wiretest.Events() {
			b, err := codec.AppendEvent(nil, &ev)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.ToLower(ev.Kind().String())
			switch {
			case b[0] == '{':
				files[name+".json"] = string(b) + "\n"
			case form == "bus":
				files[name+".hex"] = dump(b)
			default:
				files[name+"."+form+".hex"] = dump(b)
			}
		}
	}
	return files
}

// A change of these bytes breaks strategies in other languages and old
// journals: raise wire.Version instead.
func TestGolden(t *testing.T) {
	for name, got := range goldens(t) {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// The page that people program against shows the same bytes.
func TestDocsShowTheGoldens(t *testing.T) {
	page, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	for name, golden := range goldens(t) {
		open := "<!-- " + name + " -->\n```\n"
		before, rest, found := strings.Cut(text, open)
		shown, after, closed := strings.Cut(rest, "```\n")
		if !found || !closed {
			t.Errorf("%s: no block %q", docs, open)
			continue
		}
		if *update {
			text = before + open + golden + "```\n" + after
		} else if shown != golden {
			t.Errorf("%s: block %s: got\n%s\nwant\n%s", docs, name, shown, golden)
		}
	}
	if *update {
		if err := os.WriteFile(docs, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Old bytes stay readable: the files are what earlier runs wrote.
func TestGoldenJSONIsRead(t *testing.T) {
	for _, want := range wiretest.Events() {
		b, err := os.ReadFile(filepath.Join("testdata", strings.ToLower(want.Kind().String())+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var got market.Event
		if err := (wire.Codec{Instruments: wiretest.Instruments()}).Decode(b, &got, nil); err != nil {
			t.Errorf("%v: %v", want.Kind(), err)
		}
	}
}
