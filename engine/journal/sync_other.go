//go:build !linux

package journal

import (
	"os"
	"runtime"
)

// Sync is the system's fsync.
func (f diskFile) Sync() error { return f.File.Sync() }

// syncDir does nothing on Windows, which keeps names without being asked.
func syncDir(d *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return d.Sync()
}
