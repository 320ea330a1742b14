package ibkrsim_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recording is a stored answer of the real API.
type recording struct {
	Response struct {
		StatusCode int
		Headers    map[string]string
		Body       any
	}
}

// sharedFile is what lies beside the module, "" when nothing does.
func sharedFile(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path := filepath.Join(dir, "../shared/ibkr", name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no %s here", path)
	}
	return path
}

func loadRecording(t *testing.T, name string) recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sharedFile(t, "recordings"), name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r recording
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// Every recorded answer has its like: the same status, the same type of
// content, the same keys of the same JSON types, and no key more or less but
// those that are listed with a reason. A client built on the real thing would
// trip over any other.
func TestShapesOfRecordings(t *testing.T) {
	needed, ran := map[string]bool{}, 0
	for _, one := range recordings {
		t.Run(one.file, func(t *testing.T) {
			want := loadRecording(t, one.file)
			ran++
			c := shapeServer(t)
			if one.prepare != nil {
				one.prepare(c)
			}
			got := one.ask(c)
			kind := got.header.Get("Content-Type")
			if got.status != want.Response.StatusCode || kind != want.Response.Headers["Content-Type"] {
				t.Fatalf("%d %s %s, want %d %s", got.status, kind, got.text, want.Response.StatusCode, want.Response.Headers["Content-Type"])
			}
			var ours any
			if err := json.Unmarshal([]byte(got.text), &ours); err != nil {
				t.Fatal(err)
			}
			compareShapes(t, one.file, shapeOf(want.Response.Body), shapeOf(ours), needed)
		})
	}
	for _, one := range slices.Concat(without, beyond) {
		for key := range strings.FieldsSeq(one.keys) {
			if ran == len(recordings) && !needed[key+" "+one.reason] {
				t.Errorf("%s of %s does not differ any more", key, one.files)
			}
		}
	}
}

// Every recording that can be trusted is compared with something.
func TestEveryRecordingIsCompared(t *testing.T) {
	grades := gradesOf(t)
	tested := map[string]bool{}
	for _, one := range recordings {
		if tested[one.file] {
			t.Errorf("%s is in the table twice", one.file)
		}
		tested[one.file] = true
	}
	counts := map[string]int{}
	err := filepath.WalkDir(sharedFile(t, "recordings"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		file := filepath.Base(filepath.Dir(path)) + "/" + strings.TrimSuffix(filepath.Base(path), ".json")
		grade := grades[file]
		counts[grade]++
		if grade == "" {
			t.Errorf("%s is not in the index", file)
		} else if grade == "R" && !tested[file] {
			t.Errorf("%s is compared with nothing", file)
		}
		delete(tested, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for file := range tested {
		t.Errorf("%s is in the table, but there is no such recording", file)
	}
	t.Logf("recordings by grade: %v; compared here: %d", counts, len(recordings))
}

// gradesOf is how far each file of the index is to be trusted: R was recorded.
func gradesOf(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(sharedFile(t, "recordings.md"))
	if err != nil {
		t.Fatal(err)
	}
	grades := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| `([A-Za-z]+/[A-Za-z0-9-]+)\\.json` \\|.*\\| \\d+ \\| ([RWS]) \\|")
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		grades[m[1]] = m[2]
	}
	return grades
}

// All rows of an account's summary are like the recorded ones, of which one is
// a text and the others are amounts.
func TestSummaryRows(t *testing.T) {
	want := loadRecording(t, "Portfolio/GET-portfolio-summary").Response.Body.(map[string]any)
	c := shapeServer(t)
	bought(c)
	rows := asJSON(t, c.must("GET", "/portfolio/"+account+"/summary", "")).(map[string]any)
	for key, row := range rows {
		like := want["netliquidation"]
		if row.(map[string]any)["currency"] == nil {
			like = want["accountcode"]
		}
		if diff := cmp.Diff(shapeOf(like), shapeOf(row)); diff != "" {
			t.Errorf("%s: -recorded +served\n%s", key, diff)
		}
	}
	if len(rows) < 100 {
		t.Errorf("%d rows", len(rows))
	}
}

// shape is the JSON types at each path; a list's rows share one.
type shape map[string][]string

func shapeOf(v any) shape {
	s := shape{}
	s.take("", v)
	return s
}

// names stand for keys that are data: dates, accounts.
var names = []struct {
	key  *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`^20\d{6}$`), "DATE"},
	{regexp.MustCompile(`^(U1234567C?|DU1000001)$`), "ACCOUNT"},
	{regexp.MustCompile(`^g\d+$`), "CATEGORY"},
}

func (s shape) take(at string, v any) {
	if kind := kindOf(v); !slices.Contains(s[at], kind) {
		s[at] = append(s[at], kind)
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			s.take(at+"/*", one)
		}
	case map[string]any:
		for key, one := range v {
			for _, n := range names {
				if n.key.MatchString(key) {
					key = n.name
				}
			}
			s.take(at+"/"+key, one)
		}
	}
}

// compareShapes reports all differences but those that are listed, and notes
// which of those there are.
func compareShapes(t *testing.T, file string, want, got shape, needed map[string]bool) {
	t.Helper()
	for _, at := range slices.Sorted(maps.Keys(want)) {
		if got[at] == nil && !listed(without, file, at, needed) {
			t.Errorf("%s: missing, the API sends %v", at, want[at])
		}
	}
	for _, at := range slices.Sorted(maps.Keys(got)) {
		for _, kind := range got[at] {
			if slices.Contains(want[at], kind) || listed(beyond, file, at, needed) {
				continue
			}
			if want[at] == nil {
				t.Errorf("%s: %s, the API does not send it", at, kind)
			} else {
				t.Errorf("%s: %s, the API sends %v", at, kind, want[at])
			}
		}
	}
}

// difference is keys of recordings, * for all, that are served otherwise, and
// why.
type difference struct{ files, keys, reason string }

// listed says that a path is among the differences.
func listed(list []difference, file, at string, needed map[string]bool) bool {
	for _, one := range list {
		if !slices.Contains(strings.Fields(one.files), file) {
			continue
		}
		for key := range strings.FieldsSeq(one.keys) {
			if key == "*" || strings.Contains(at+"/", "/"+key+"/") {
				needed[key+" "+one.reason] = true
				return true
			}
		}
	}
	return false
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "list"
	}
	return "object"
}
