package journal

import "errors"

// Read calls fn for every record from the first on. It must be called once,
// before anything is appended. An unfinished write at the end is then cut off
// (see Report), and what was read is on stable storage. Damage is a
// *DamageError and leaves the disk as it is. An error of fn ends the reading
// and is returned, wrapped. After any error the journal has failed.
func (j *Journal) Read(fn func(Record) error) error {
	j.disk.Lock()
	defer j.disk.Unlock()
	switch err := j.failure(); {
	case err == nil:
		return errors.New("journal: already read")
	case !errors.Is(err, ErrNotRead):
		return err
	}
	w := &walker{fs: j.fs, dir: j.dir, write: true, fn: fn}
	t, err := w.walk()
	j.report = w.report
	j.mu.Lock()
	j.err = err
	j.pending.restart(w.report.Head)
	j.mu.Unlock()
	if err != nil {
		return err
	}
	return j.resume(t, w.report.Head)
}

// Report is what Read found, Torn being what it cut off.
func (j *Journal) Report() Report {
	j.disk.Lock()
	defer j.disk.Unlock()
	return j.report
}

// resume makes the last segment ready to be written, and durable.
func (j *Journal) resume(t tail, head Head) error {
	if t.file == nil {
		return j.begin(head)
	}
	j.out = segment{path: t.path, file: t.file, size: t.good, last: head}
	if t.good == 0 {
		return j.writeHeader(head)
	}
	if err := j.secure(t); err != nil {
		return j.fail(err)
	}
	j.durable = head.Seq
	if !t.mark {
		j.mark()
	}
	return j.failure()
}

// secure cuts off what is torn and writes again, in place, what no sync mark
// speaks for, the last mark itself included: if a sync failed in an earlier
// life, only pages that are written anew are sure to reach the disk.
func (j *Journal) secure(t tail) error {
	if t.good < t.size {
		if err := t.file.Truncate(t.good); err != nil {
			return err
		}
	}
	buf := make([]byte, min(window, t.good-t.safe))
	for off := t.safe; off < t.good; off += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), t.good-off)]
		if err := readFull(t.file, buf, off); err != nil {
			return err
		}
		if _, err := t.file.WriteAt(buf, off); err != nil {
			return err
		}
	}
	return errors.Join(t.file.Sync(), j.fs.SyncDir(j.dir))
}
