package journal

import (
	"errors"
	"path/filepath"
)

// segment is the file that is being written.
type segment struct {
	path  string
	file  File
	size  int64
	last  Head // the last record in it, or before it
	dirty bool // something was written since the last sync
}

func (s *segment) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

func (s *segment) append(b []byte) error {
	_, err := s.file.WriteAt(b, s.size)
	s.size += int64(len(b))
	s.dirty = true
	return err
}

// write takes what is pending and writes it. The caller holds j.disk.
func (j *Journal) write() error {
	j.mu.Lock()
	if j.err != nil {
		defer j.mu.Unlock()
		return j.err
	}
	b := j.pending
	j.spare.restart(b.last)
	j.pending, j.spare = j.spare, b
	j.mu.Unlock()
	if len(b.data) == 0 {
		return nil
	}
	if j.out.size >= j.limit {
		if err := j.rotate(b.before); err != nil {
			return err
		}
	}
	if err := j.out.append(b.data); err != nil {
		return j.fail(err)
	}
	j.out.last = b.last
	return nil
}

// commit writes and syncs what is pending and then marks it as safe. The mark
// reaches the disk with the next sync or when the system gets to it.
func (j *Journal) commit() error {
	if err := j.write(); err != nil {
		return err
	}
	if j.durable == j.out.last.Seq {
		return nil
	}
	if err := j.sync(); err != nil {
		return err
	}
	j.durable = j.out.last.Seq
	j.mark()
	return nil
}

func (j *Journal) sync() error {
	if !j.out.dirty {
		return nil
	}
	if err := j.out.file.Sync(); err != nil {
		return j.fail(err)
	}
	j.out.dirty = false
	return nil
}

// mark writes a sync mark. A failure is not one of the records before it,
// which are safe, but of all that come after.
func (j *Journal) mark() {
	j.markBuf = appendRecord(j.markBuf[:0], j.out.last.Seq, j.out.last.Hash, markType, nil)
	if err := j.out.append(j.markBuf); err != nil {
		_ = j.fail(err) // kept for the next call
	}
}

// rotate makes the segment durable as it is and begins the next one, whose
// first record follows head.
func (j *Journal) rotate(head Head) error {
	if err := j.sync(); err != nil {
		return err
	}
	if err := j.out.close(); err != nil {
		return j.fail(err)
	}
	j.durable = head.Seq
	return j.begin(head)
}

// begin makes the segment whose first record follows head.
func (j *Journal) begin(head Head) error {
	path := filepath.Join(j.dir, segmentName(head.Seq+1))
	file, err := j.fs.Create(path)
	j.out = segment{path: path, file: file, last: head}
	if err != nil {
		j.out.file = nil
		return j.fail(err)
	}
	return j.writeHeader(head)
}

// writeHeader makes an empty segment durable, header and name.
func (j *Journal) writeHeader(head Head) error {
	err := j.out.append(encodeSegmentHeader(head))
	if err == nil {
		err = errors.Join(j.out.file.Sync(), j.fs.SyncDir(j.dir))
	}
	if err != nil {
		return j.fail(err)
	}
	j.out.dirty = false
	return nil
}
