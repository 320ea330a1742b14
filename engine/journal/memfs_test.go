package journal

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
)

const sector = 512

// memFS is a disk in memory that forgets what was not synced and fails on
// request. It stands for the operating system's promises, no more: pages
// reach the disk in any order, a failed sync marks them clean, and a new name
// is safe only after SyncDir.
type memFS struct {
	rng    *rand.Rand
	files  map[string]*memFile
	named  map[string]bool // names that a power loss leaves
	locked bool
	syncs  int

	failSync, failWrite float64 // chance of EIO and of ENOSPC
	hits                map[string]int
}

// change is a write or, when data is nil, a truncation, that no sync covered.
type change struct {
	off  int64
	data []byte
}

type memFile struct {
	fs      *memFS
	view    []byte // what a reader sees
	disk    []byte // what a power loss leaves for sure
	pending []change
}

func newMemFS(rng *rand.Rand) *memFS {
	return &memFS{rng: rng, files: map[string]*memFile{}, named: map[string]bool{}, hits: map[string]int{}}
}

func (m *memFS) hit(what string, chance float64) bool {
	if chance == 0 || m.rng.Float64() >= chance {
		return false
	}
	m.hits[what]++
	return true
}

func (m *memFS) MkdirAll(string) error { return nil }

func (m *memFS) List(string) ([]string, error) {
	return slices.Sorted(maps.Keys(m.files)), nil
}

func (m *memFS) Open(path string, _ bool) (File, error) {
	f, ok := m.files[filepath.Base(path)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return f, nil
}

func (m *memFS) Create(path string) (File, error) {
	name := filepath.Base(path)
	if m.files[name] != nil {
		return nil, fs.ErrExist
	}
	if m.hit("ENOSPC at create", m.failWrite) {
		return nil, syscall.ENOSPC
	}
	m.files[name] = &memFile{fs: m}
	return m.files[name], nil
}

func (m *memFS) SyncDir(string) error {
	if m.hit("EIO at directory sync", m.failSync) {
		return syscall.EIO
	}
	for name := range m.files {
		m.named[name] = true
	}
	return nil
}

func (m *memFS) Lock(string) (io.Closer, error) {
	if m.locked {
		return nil, ErrLocked
	}
	m.locked = true
	return unlocker{m}, nil
}

type unlocker struct{ fs *memFS }

func (u unlocker) Close() error {
	u.fs.locked = false
	return nil
}

// kill is what kill -9 leaves: all that was written.
func (m *memFS) kill() { m.locked = false }

// powerLoss is what pulling the plug leaves: what was synced, and of the rest
// some sectors of some writes.
func (m *memFS) powerLoss() {
	m.locked = false
	keep := []float64{0, 0.5, 0.9, 1}[m.rng.IntN(4)]
	for _, name := range slices.Sorted(maps.Keys(m.files)) {
		if !m.named[name] && m.rng.IntN(2) == 0 {
			delete(m.files, name)
			continue
		}
		m.named[name] = true
		m.files[name].lose(keep)
	}
}

func (f *memFile) lose(keep float64) {
	for _, c := range f.pending {
		if c.data == nil {
			if f.fs.rng.Float64() < keep {
				f.disk = resize(f.disk, c.off)
			}
			continue
		}
		for at := c.off; at < c.off+int64(len(c.data)); {
			next := min((at/sector+1)*sector, c.off+int64(len(c.data)))
			if f.fs.rng.Float64() < keep {
				f.disk = patch(f.disk, at, c.data[at-c.off:next-c.off])
			}
			at = next
		}
	}
	if len(f.view) > len(f.disk) && f.fs.rng.IntN(4) == 0 {
		f.disk = resize(f.disk, int64(len(f.view))) // the length made it, the data did not
	}
	f.pending, f.view = nil, slices.Clone(f.disk)
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(f.view)) {
		return 0, io.EOF
	}
	n := copy(p, f.view[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	if f.fs.hit("ENOSPC at write", f.fs.failWrite) {
		n := f.fs.rng.IntN(len(p))
		f.write(p[:n], off)
		return n, syscall.ENOSPC
	}
	f.write(p, off)
	return len(p), nil
}

func (f *memFile) write(p []byte, off int64) {
	if len(p) > 0 {
		f.view = patch(f.view, off, p)
		f.pending = append(f.pending, change{off, slices.Clone(p)})
	}
}

func (f *memFile) Truncate(size int64) error {
	f.view = resize(f.view, size)
	f.pending = append(f.pending, change{off: size})
	return nil
}

func (f *memFile) Sync() error {
	f.fs.syncs++
	if f.fs.hit("EIO at sync", f.fs.failSync) {
		f.pending = nil // clean pages that never reached the disk
		return syscall.EIO
	}
	for _, c := range f.pending {
		if c.data == nil {
			f.disk = resize(f.disk, c.off)
		} else {
			f.disk = patch(f.disk, c.off, c.data)
		}
	}
	f.pending = nil
	return nil
}

func (f *memFile) Size() (int64, error) { return int64(len(f.view)), nil }
func (f *memFile) Close() error         { return nil }

func resize(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size]
	}
	return append(b, make([]byte, size-int64(len(b)))...)
}

func patch(b []byte, off int64, p []byte) []byte {
	if end := off + int64(len(p)); int64(len(b)) < end {
		b = resize(b, end)
	}
	copy(b[off:], p)
	return b
}

func isFault(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC)
}
