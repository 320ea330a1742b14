//go:build unix

package ibkr

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner refuses a file that others than the user of this program own or
// may read.
func checkOwner(path string, info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s: has mode %04o, others can read or change it; chmod 600 %s", path, mode, path)
	}
	return checkUser(path, info, os.Geteuid())
}

func checkUser(path string, info fs.FileInfo, user int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != user {
		return fmt.Errorf("%s: belongs to user %d, want %d, who runs this program", path, stat.Uid, user)
	}
	return nil
}
