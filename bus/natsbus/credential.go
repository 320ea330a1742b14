package natsbus

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Credential is what a user needs to connect: where, and the secret seed of
// its nkey. It prints without the seed.
type Credential struct {
	URL  string
	Seed string
}

// String is the URL with the seed masked.
func (c Credential) String() string { return c.URL + " seed ***" }

// GoString is String, so that %#v does not show the seed either.
func (c Credential) GoString() string { return c.String() }

// maxCredential is far more than a URL and a seed need.
const maxCredential = 4096

// WriteCredential writes c to path, readable by the owner only. A reader sees
// the old file or the new one, never a part. The file's lines are the URL and
// the seed; `nats --nkey <path>` reads it too.
func WriteCredential(path string, c Credential) error {
	if strings.ContainsAny(c.URL+c.Seed, "\r\n") {
		return fmt.Errorf("natsbus: credential %s: line break in the URL or seed", path)
	}
	if err := writeAtomic(path, c.URL+"\n"+c.Seed+"\n"); err != nil {
		return fmt.Errorf("natsbus: credential: %w", err)
	}
	return nil
}

func writeAtomic(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".credential-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// ReadCredential reads what WriteCredential wrote, or a file that holds a
// user's seed alone. It refuses a file that others can read or write.
func ReadCredential(path string) (Credential, error) {
	f, err := os.Open(path)
	if err != nil {
		return Credential{}, fmt.Errorf("natsbus: credential: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Credential{}, fmt.Errorf("natsbus: credential: %w", err)
	}
	if mode := info.Mode(); mode&0o077 != 0 || !mode.IsRegular() {
		return Credential{}, fmt.Errorf("natsbus: credential %s: mode %v: want a file that only its owner "+
			"can read (chmod 600 %s)", path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxCredential))
	if err != nil {
		return Credential{}, fmt.Errorf("natsbus: credential %s: %w", path, err)
	}
	return parseCredential(path, string(text))
}

func parseCredential(path, text string) (c Credential, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "SU"):
			c.Seed = line
		case strings.Contains(line, "://"):
			c.URL = line
		}
	}
	if c.Seed == "" {
		return Credential{}, fmt.Errorf("natsbus: credential %s: no line with a user's seed (SU...)", path)
	}
	return c, nil
}
