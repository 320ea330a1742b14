package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

const damageRecords = 300

// build writes a journal of 300 records and returns its segments by name.
func build(t testing.TB, segment int64) map[string][]byte {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	m := newMemFS(rng)
	j := mustOpen(t, Options{FS: m, SegmentSize: segment})
	for i := range damageRecords {
		if _, err := j.Append(byte(1+i%3), []byte(payloads[i])); err != nil {
			t.Fatal(err)
		}
		if rng.IntN(4) == 0 {
			if err := j.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for name, f := range m.files {
		files[name] = f.view
	}
	return files
}

// payloads are what build appends; no two are alike.
var payloads = func() (p [damageRecords]string) {
	for i := range p {
		p[i] = fmt.Sprintf("%d:%0*d", i, i%40, i*i)
	}
	return p
}()

// reopen reads the files as a journal and returns how many records came back.
// Any record that is not what was appended fails the test.
func reopen(t testing.TB, files map[string][]byte) (n int, torn int64, err error) {
	t.Helper()
	m := newMemFS(rand.New(rand.NewPCG(2, 2)))
	for name, data := range files {
		m.files[name] = &memFile{fs: m, view: data, disk: data}
	}
	j := mustOpenUnread(t, Options{FS: m})
	err = j.Read(func(r Record) error {
		if int(r.Seq) != n+1 || r.Type != byte(1+n%3) || string(r.Payload) != payloads[n] {
			t.Fatalf("record %d was replayed as something else: %q", n+1, r.Payload)
		}
		n++
		return nil
	})
	return n, j.Report().Torn, err
}

// TestCutAtEveryByte shows that a journal cut anywhere is a shorter journal,
// and that what is left of a cut record is reported and not replayed.
func TestCutAtEveryByte(t *testing.T) {
	files := build(t, 0)
	name := segmentName(1)
	whole := files[name]
	ends := recordEnds(whole)
	for cut := range whole {
		n, torn, err := reopen(t, map[string][]byte{name: slices.Clone(whole[:cut])})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		end, records := boundary(ends, cut)
		if n != records || torn != int64(cut-end) {
			t.Fatalf("cut at %d: %d records and %d torn bytes, want %d and %d", cut, n, torn, records, cut-end)
		}
	}
	t.Logf("%d cuts", len(whole))
}

// TestFlipInEveryByte shows that a flipped bit anywhere in a closed journal
// stops it from being used, except in the last sync mark, which is cut off
// and holds nothing.
func TestFlipInEveryByte(t *testing.T) {
	files := build(t, 0)
	name := segmentName(1)
	whole := files[name]
	lastMark := len(whole) - recordHeader
	for at := range whole {
		flipped := slices.Clone(whole)
		flipped[at] ^= 1 << (at % 8)
		n, torn, err := reopen(t, map[string][]byte{name: flipped})
		if at >= lastMark {
			if err != nil || n != damageRecords || torn != recordHeader {
				t.Fatalf("flip at %d in the last mark: %d records, %d torn, %v", at, n, torn, err)
			}
			continue
		}
		var damage *DamageError
		if !errors.As(err, &damage) || damage.Offset > int64(at) || damage.Seq > uint64(n+1) {
			t.Fatalf("flip at %d: %d records, %v", at, n, err)
		}
	}
	t.Logf("%d flips", len(whole))
}

// TestDamageInSegments does both, at every fifth byte, to a journal of many
// segments: whatever is
// missing or changed before the last segment stops it, unless no record is
// touched: a cut that takes just the last sync mark of a segment.
func TestDamageInSegments(t *testing.T) {
	files := build(t, 2000)
	if len(files) < 4 {
		t.Fatalf("%d segments, want a few", len(files))
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	})
	with := func(name string, data []byte) map[string][]byte {
		changed := map[string][]byte{}
		for n, d := range files {
			changed[n] = slices.Clone(d)
		}
		changed[name] = data
		if data == nil {
			delete(changed, name)
		}
		return changed
	}
	for _, name := range names[:len(names)-1] {
		data := files[name]
		mustBeDamage(t, with(name, nil), name+" removed")
		for at := 0; at < len(data); at += 5 {
			mustBeDamage(t, with(name, slices.Clone(data[:at])), fmt.Sprintf("%s cut at %d", name, at))
			flipped := slices.Clone(data)
			flipped[at] ^= 0x10
			mustBeDamage(t, with(name, flipped), fmt.Sprintf("%s flipped at %d", name, at))
		}
	}
	mustBeDamage(t, with(names[0], slices.Clone(files[names[1]])), "segments swapped")
	mustBeDamage(t, with("copy of "+names[0], slices.Clone(files[names[0]])), "copy in the folder")
}

func mustBeDamage(t *testing.T, files map[string][]byte, what string) {
	t.Helper()
	n, _, err := reopen(t, files)
	var damage *DamageError
	if !errors.As(err, &damage) && (err != nil || n != damageRecords) {
		t.Fatalf("%s: %d records and %v, want damage", what, n, err)
	}
}

// recordEnds lists where the records of a segment end and how many records,
// marks not counted, lie before.
func recordEnds(segment []byte) (ends [][2]int) {
	records := 0
	ends = append(ends, [2]int{0, 0}, [2]int{segmentHeader, 0})
	for off := segmentHeader; off < len(segment); {
		if segment[off+typeOffset] != markType {
			records++
		}
		off += recordHeader + int(payloadLen(segment[off:]))
		ends = append(ends, [2]int{off, records})
	}
	return ends
}

// boundary is the last end that is not behind at.
func boundary(ends [][2]int, at int) (end, records int) {
	for _, e := range ends {
		if e[0] <= at {
			end, records = e[0], e[1]
		}
	}
	return end, records
}

// TestReplacedRecord: a record that was changed together with its checksum
// still breaks the chain of hashes.
func TestReplacedRecord(t *testing.T) {
	m := newMemFS(nil)
	j := mustOpen(t, Options{FS: m})
	mustAppend(t, j, "buy 1")
	mustAppend(t, j, "buy 2")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	copy(m.files[segmentName(1)].view[segmentHeader:], appendRecord(nil, 1, Hash{}, 1, []byte("buy 9")))
	var damage *DamageError
	err := mustOpenUnread(t, Options{FS: m}).Read(func(Record) error { return nil })
	if !errors.As(err, &damage) || damage.Seq != 2 || damage.Offset != segmentHeader+recordHeader+5 {
		t.Errorf("read: %v, want damage at record 2", err)
	}
}
