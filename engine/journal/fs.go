package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// FS is the journal's only door to the disk. The zero Options use the
// operating system's; tests bring one that fails.
type FS interface {
	// MkdirAll makes the directory and those above it if need be, durably and
	// open to their owner only.
	MkdirAll(dir string) error
	// List returns the names in dir, sorted.
	List(dir string) ([]string, error)
	// Open opens an existing file for reading, and for writing too if write.
	Open(path string, write bool) (File, error)
	// Create makes a file that must not exist, readable by its owner only.
	Create(path string) (File, error)
	// SyncDir makes the names in dir durable.
	SyncDir(dir string) error
	// Lock takes the exclusive lock at path until the result is closed. It
	// fails with ErrLocked when another has it.
	Lock(path string) (io.Closer, error)
}

// File is an open file of an FS.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Size is the length in bytes.
	Size() (int64, error)
	// Truncate cuts the file to size bytes.
	Truncate(size int64) error
	// Sync returns when data and length are on stable storage.
	Sync() error
}

// Disk is the operating system's file system, for an FS that wraps it.
func Disk() FS { return diskFS{} }

// diskFS is the operating system's file system.
type diskFS struct{}

type diskFile struct{ *os.File }

// MkdirAll makes the names that it adds durable, too.
func (d diskFS) MkdirAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := d.MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return d.SyncDir(parent)
}

func (diskFS) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

func (diskFS) Open(path string, write bool) (File, error) {
	flag := os.O_RDONLY
	if write {
		flag = os.O_RDWR
	}
	return openFile(path, flag)
}

func (diskFS) Create(path string) (File, error) {
	return openFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
}

func openFile(path string, flag int) (File, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return diskFile{f}, nil
}

func (diskFS) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(syncDir(d), d.Close())
}

// Lock holds the lock in one file and the holder's name in another, because
// some systems do not let a locked file be read.
func (diskFS) Lock(path string) (io.Closer, error) {
	lock := flock.New(path)
	ok, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	holder := path + ".holder"
	if !ok {
		if who, err := os.ReadFile(holder); err == nil {
			return nil, fmt.Errorf("%w by %s", ErrLocked, who)
		}
		return nil, ErrLocked
	}
	host, _ := os.Hostname() // a nameless host only makes the text shorter
	who := fmt.Sprintf("process %d on %s (%s)", os.Getpid(), host, filepath.Base(os.Args[0]))
	if err := os.WriteFile(holder, []byte(who), 0o600); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

func (f diskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
