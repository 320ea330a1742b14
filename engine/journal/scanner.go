package journal

import (
	"errors"
	"fmt"
	"io"
)

// window is how much of a segment a scanner reads at a time.
const window = 256 << 10

// scanner reads one segment through a window of memory.
type scanner struct {
	file  File
	size  int64  // of the file
	off   int64  // of the next record
	buf   []byte // the window
	start int64  // where the window lies in the file
}

// peek returns the n bytes at off, nil when the file ends before them. They
// are valid until the next peek.
func (s *scanner) peek(n int) ([]byte, error) {
	if s.off+int64(n) > s.size {
		return nil, nil
	}
	if s.off < s.start || s.off+int64(n) > s.start+int64(len(s.buf)) {
		if err := s.fill(int(min(int64(max(n, window)), s.size-s.off))); err != nil {
			return nil, err
		}
	}
	from := int(s.off - s.start)
	return s.buf[from : from+n], nil
}

// fill moves the window to off.
func (s *scanner) fill(n int) error {
	if cap(s.buf) < n {
		s.buf = make([]byte, n)
	}
	s.buf, s.start = s.buf[:n], s.off
	if err := readFull(s.file, s.buf, s.off); err != nil {
		s.buf = s.buf[:0]
		return err
	}
	return nil
}

// readFull fills b from off. A file that ends before is an error.
func readFull(f File, b []byte, off int64) error {
	if n, err := f.ReadAt(b, off); n < len(b) {
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	return nil
}

// record returns the record at off, or what is wrong with the bytes there.
func (s *scanner) record() (rec []byte, wrong string, err error) {
	header, err := s.peek(recordHeader)
	if err != nil || header == nil {
		return nil, "the file ends inside a record header", err
	}
	n := payloadLen(header)
	if n > MaxPayload {
		return nil, fmt.Sprintf("payload of %d bytes is over the limit", n), nil
	}
	rec, err = s.peek(recordHeader + int(n))
	switch {
	case err != nil || rec == nil:
		return nil, "the file ends inside a record", err
	case !intact(rec):
		return nil, "checksum of the record differs", nil
	}
	return rec, "", nil
}

// markBehind looks behind off, byte by byte, for a sync mark of record seq or
// a later one. Finding one proves that what is wrong at off was once safe.
func (s *scanner) markBehind(seq uint64) (bool, error) {
	for s.off++; ; s.off++ {
		h, err := s.peek(recordHeader)
		if err != nil || h == nil {
			return false, err
		}
		if h[typeOffset] == markType && payloadLen(h) == 0 && seqOf(h) >= seq && intact(h) {
			return true, nil
		}
	}
}
