package feed

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gannet/market"
)

// shared is a path under the shared data folder beside the project; the test
// is skipped where that is absent.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(append([]string{dir, "..", "shared", "market"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no shared market data: %v", err)
	}
	return path
}

func table(t testing.TB, names ...string) *market.Instruments {
	t.Helper()
	var list []market.Instrument
	for _, name := range names {
		list = append(list, market.Instrument{Name: name})
	}
	instruments, err := market.NewInstruments(list...)
	if err != nil {
		t.Fatal(err)
	}
	return instruments
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// each calls fn for every value of src, checks the order of time, and closes src.
func each(t testing.TB, src Source, fn func(market.Body)) {
	t.Helper()
	var last market.Nanos
	for {
		body, err := src.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if at := TsEvent(body); at < last {
			t.Fatalf("time went back from %s to %s", last, at)
		} else {
			last = at
		}
		fn(body)
	}
	if err := src.Close(); err != nil {
		t.Fatal(err)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
