package feed

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// What a zip may hold: more is taken for an attack on the disk or memory, or
// for a mistake. The ratio counts for files of more than 1 MiB; text of market
// data compresses 5 to 50 times.
const (
	maxUnzipped = 4 << 30
	maxRatio    = 400
)

// zipText is the one CSV file inside a zip.
type zipText struct {
	*lines
	archive *zip.ReadCloser
	entry   io.ReadCloser
}

func openZip(path string) (*zipText, error) {
	archive, err := zip.OpenReader(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("feed: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("feed: %s: not a readable zip (cut short?): %w", path, err)
	}
	z := &zipText{archive: archive}
	if err := z.open(path); err != nil {
		archive.Close()
		return nil, fmt.Errorf("feed: %s: %w", path, err)
	}
	return z, nil
}

func (z *zipText) open(path string) error {
	var found *zip.File
	for _, f := range z.archive.File {
		if !strings.HasSuffix(f.Name, ".csv") {
			continue
		}
		if found != nil {
			return errors.New("more than one csv inside: want one")
		}
		found = f
	}
	if found == nil {
		return errors.New("no csv inside")
	}
	if err := checkSize(found.UncompressedSize64, found.CompressedSize64); err != nil {
		return err
	}
	entry, err := found.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", clip([]byte(found.Name)), err)
	}
	z.entry = entry
	z.lines = newLines(path, &bounded{in: entry, left: found.UncompressedSize64})
	return nil
}

// checkSize looks at what the zip's directory says; bounded holds it to that.
func checkSize(size, packed uint64) error {
	switch {
	case size > maxUnzipped:
		return fmt.Errorf("%d bytes unpacked: want at most %d", size, int64(maxUnzipped))
	case size > 1<<20 && size/maxRatio > packed:
		return fmt.Errorf("%d bytes packed become %d: want at most %d times as many", packed, size, maxRatio)
	}
	return nil
}

// bounded refuses to give more than the zip's directory promised.
type bounded struct {
	in   io.Reader
	left uint64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if uint64(n) > b.left {
		return 0, errors.New("more data than the zip's directory says")
	}
	b.left -= uint64(n)
	return n, err
}

func (z *zipText) Close() error { return errors.Join(z.entry.Close(), z.archive.Close()) }
