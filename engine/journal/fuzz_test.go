package journal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// FuzzRead: whatever the file holds, the reader ends with records or an
// error, and a journal that it accepts can be written and read again.
func FuzzRead(f *testing.F) {
	whole := build(f, 0)[segmentName(1)]
	f.Add([]byte(nil))
	f.Add(whole[:segmentHeader])
	f.Add(whole[:segmentHeader+200])
	f.Add(append(slices.Clone(whole[:500]), make([]byte, 100)...))
	f.Add(encodeSegmentHeader(Head{Seq: 7}))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := newMemFS(rand.New(rand.NewPCG(1, 1)))
		m.files[segmentName(1)] = &memFile{fs: m, view: slices.Clone(data), disk: data}
		first, err := readAll(m)
		if err != nil {
			var damage *DamageError
			if !errors.As(err, &damage) || damage.Offset > int64(len(data)) {
				t.Fatalf("want damage inside the file, got %v", err)
			}
			return
		}
		m.powerLoss()
		second, err := readAll(m)
		if err != nil || !slices.EqualFunc(append(first, []byte("more")), second, bytes.Equal) {
			t.Fatalf("read %q, then %q, %v", first, second, err)
		}
	})
}

// readAll reads the journal, appends one record and closes it.
func readAll(m *memFS) (payloads [][]byte, err error) {
	j, err := Open("j", Options{FS: m})
	if err != nil {
		return nil, err
	}
	err = j.Read(func(r Record) error {
		payloads = append(payloads, slices.Clone(r.Payload))
		return nil
	})
	if err == nil {
		_, err = j.Append(1, []byte("more"))
	}
	return payloads, errors.Join(err, j.Close())
}
