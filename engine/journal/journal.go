package journal

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"
)

const (
	defaultSegment = 256 << 20
	// flushAt bounds the memory of what is appended and not written.
	flushAt = 256 << 10
)

// Options of Open. The zero value is what a live engine uses.
type Options struct {
	// SegmentSize is the length in bytes from which on a new segment is
	// begun; 0 is 256 MiB. A segment can be longer by one write.
	SegmentSize int64
	// FS is the disk; nil is the operating system's.
	FS FS
}

// Journal is an open journal.
type Journal struct {
	dir   string
	fs    FS
	limit int64
	lock  io.Closer

	mu      sync.Mutex // guards pending, spare and err
	pending *batch
	spare   *batch
	err     error // why nothing can be appended

	disk    sync.Mutex // guards what follows; taken before mu
	out     segment
	durable uint64 // the last record known to be on stable storage
	markBuf []byte
	report  Report
}

// batch is records that were appended and not written yet.
type batch struct {
	before Head // the record before the first
	last   Head
	data   []byte
}

// restart empties the batch; its first record will follow head.
func (b *batch) restart(head Head) { b.before, b.last, b.data = head, head, b.data[:0] }

// Open opens the journal in dir, making it if need be, and locks it. Before
// anything can be appended, Read must have read it.
func Open(dir string, opt Options) (*Journal, error) {
	if opt.FS == nil {
		opt.FS = diskFS{}
	}
	if opt.SegmentSize <= 0 {
		opt.SegmentSize = defaultSegment
	}
	if err := opt.FS.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	lock, err := opt.FS.Lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	return &Journal{
		dir: dir, fs: opt.FS, limit: opt.SegmentSize, lock: lock,
		pending: new(batch), spare: new(batch), err: ErrNotRead,
	}, nil
}

// Append puts a record behind the last one, in memory, and returns its
// number. A type of 0 or a payload over MaxPayload is ErrRecord; any other
// error means that the journal has failed. The payload is copied.
func (j *Journal) Append(typ byte, payload []byte) (seq uint64, err error) {
	if typ == markType || len(payload) > MaxPayload {
		return 0, fmt.Errorf("journal: %w: type %d with %d bytes: want type 1 to 255 and at most %d bytes",
			ErrRecord, typ, len(payload), MaxPayload)
	}
	j.mu.Lock()
	if j.err != nil {
		defer j.mu.Unlock()
		return 0, j.err
	}
	b, start := j.pending, len(j.pending.data)
	b.data = appendRecord(b.data, b.last.Seq+1, b.last.Hash, typ, payload)
	b.last = Head{Seq: b.last.Seq + 1, Hash: hashOf(b.data[start:])}
	seq, full := b.last.Seq, len(b.data) >= flushAt
	j.mu.Unlock()
	if full {
		err = j.Flush()
	}
	return seq, err
}

// Head is the last appended record. It is zero before Read and in an empty
// journal.
func (j *Journal) Head() Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.pending.last
}

// Flush writes what was appended to the file without waiting for the disk.
// A crash of the process does not lose it then; a power loss may.
func (j *Journal) Flush() error {
	j.disk.Lock()
	defer j.disk.Unlock()
	return j.write()
}

// Commit returns when every record appended before the call is on stable
// storage. Calls at the same time share one sync. After an error the records
// since the last good Commit may be there or not, and the journal has failed.
func (j *Journal) Commit() error {
	want := j.Head().Seq
	j.disk.Lock()
	defer j.disk.Unlock()
	if err := j.failure(); err != nil {
		return err
	}
	if j.durable >= want {
		return nil
	}
	return j.commit()
}

// Close commits what was appended and unlocks the directory. It returns the
// failure of a failed journal. Closing twice is safe.
func (j *Journal) Close() error {
	j.disk.Lock()
	defer j.disk.Unlock()
	err := j.failure()
	switch {
	case errors.Is(err, ErrClosed):
		return nil
	case errors.Is(err, ErrNotRead):
		err = nil
	case err == nil:
		if err = j.commit(); err == nil {
			err = j.sync() // the mark too
		}
	}
	j.mu.Lock()
	j.err = ErrClosed
	j.mu.Unlock()
	return errors.Join(err, j.out.close(), j.lock.Close())
}

// failure is why nothing can be appended, nil when it can.
func (j *Journal) failure() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// fail makes err the answer to everything from now on.
func (j *Journal) fail(err error) error {
	err = fmt.Errorf("journal: %s: %w", j.out.path, err)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.err = err
	return err
}
