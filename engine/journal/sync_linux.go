package journal

import (
	"errors"
	"os"
	"syscall"
)

// Sync is fdatasync: data and length, but not the times of the file.
func (f diskFile) Sync() error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) { // interrupted before it began; not a failed sync
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

func syncDir(d *os.File) error { return d.Sync() }
