package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Report is what a walk over a whole journal found.
type Report struct {
	Segments int
	Bytes    int64 // of all segments, what is torn included
	Head     Head  // the last whole record; its Seq is their number
	Torn     int64 // bytes of an unfinished write at the very end
}

// String is one line for people.
func (r Report) String() string {
	text := fmt.Sprintf("%d records in %d segments, %d bytes", r.Head.Seq, r.Segments, r.Bytes)
	if r.Torn > 0 {
		text += fmt.Sprintf("; an unfinished write of %d bytes at the end", r.Torn)
	}
	return text
}

// tail is the last segment as a walk left it.
type tail struct {
	path string
	file File
	size int64 // of the file
	good int64 // end of what is whole; 0 when not even the header is
	safe int64 // end of what the last sync mark in it speaks for: its own start
	mark bool  // the last whole record is a sync mark
}

// walker reads the segments of a journal in order and checks everything.
type walker struct {
	fs     FS
	dir    string
	write  bool // open the segments for writing too
	fn     func(Record) error
	report Report
}

// walk reads the whole journal. The file of the last segment stays open in
// the returned tail, whose file is nil when there is none.
func (w *walker) walk() (t tail, err error) {
	names, err := w.fs.List(w.dir)
	if err != nil {
		return tail{}, fmt.Errorf("journal: %w", err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasSuffix(n, suffix) })
	for i, name := range names {
		if t.file != nil {
			if err := t.file.Close(); err != nil {
				return tail{}, fmt.Errorf("journal: %w", err)
			}
		}
		if t, err = w.segment(name, i == len(names)-1); err != nil {
			return tail{}, err
		}
	}
	return t, nil
}

// segment reads one segment. Only the last may end in an unfinished write.
func (w *walker) segment(name string, last bool) (t tail, err error) {
	t.path = filepath.Join(w.dir, name)
	if first, ok := parseSegmentName(name); !ok || first != w.report.Head.Seq+1 {
		return tail{}, w.damage(t.path, 0, "the segment expected here is "+segmentName(w.report.Head.Seq+1))
	}
	if t.file, err = w.fs.Open(t.path, w.write); err != nil {
		return tail{}, fmt.Errorf("journal: %w", err)
	}
	if t.size, err = t.file.Size(); err == nil {
		err = w.scan(&t, last)
	}
	if err != nil {
		return tail{}, errors.Join(err, t.file.Close())
	}
	w.report.Segments++
	w.report.Bytes += t.size
	w.report.Torn = t.size - t.good
	return t, nil
}

// scan reads the header and the records of a segment and finds where what is
// whole ends.
func (w *walker) scan(t *tail, last bool) error {
	s := &scanner{file: t.file, size: t.size}
	if started, err := w.header(s, t, last); err != nil || !started {
		return err
	}
	for s.off = segmentHeader; s.off < s.size; s.off = t.good {
		rec, wrong, err := s.record()
		if err != nil {
			return fmt.Errorf("journal: %s: %w", t.path, err)
		}
		if wrong != "" {
			return w.torn(s, t, last, wrong)
		}
		if err := w.accept(t, rec); err != nil {
			return err
		}
	}
	return nil
}

// header checks the segment header. It returns false when the segment ends
// where its writer was still making it.
func (w *walker) header(s *scanner, t *tail, last bool) (started bool, err error) {
	b, err := s.peek(int(min(s.size, segmentHeader)))
	if err != nil {
		return false, fmt.Errorf("journal: %s: %w", t.path, err)
	}
	wrong, unfinished := checkSegmentHeader(b, w.report.Head)
	switch {
	case wrong == "":
		t.good = segmentHeader
		return true, nil
	case last && unfinished && s.size <= segmentHeader:
		return false, nil
	}
	return false, w.damage(t.path, 0, wrong)
}

// torn decides about bytes that are no whole record: an unfinished write at
// the end of the journal if nothing behind them says that they were once safe.
func (w *walker) torn(s *scanner, t *tail, last bool, wrong string) error {
	proof := !last
	if last {
		found, err := s.markBehind(w.report.Head.Seq)
		if err != nil {
			return fmt.Errorf("journal: %s: %w", t.path, err)
		}
		proof = found
	}
	if proof {
		return w.damage(t.path, t.good, wrong)
	}
	return nil
}

// accept takes a whole record: a sync mark must repeat the record before it,
// any other must follow it.
func (w *walker) accept(t *tail, rec []byte) error {
	head := &w.report.Head
	seq, before, typ := seqOf(rec), hashBefore(rec), rec[typeOffset]
	end := t.good + int64(len(rec))
	switch {
	case typ == markType && (seq != head.Seq || before != head.Hash || len(rec) != recordHeader):
		return w.damage(t.path, t.good, fmt.Sprintf("a sync mark of record %d", seq))
	case typ == markType:
		t.good, t.safe, t.mark = end, t.good, true
		return nil
	case seq != head.Seq+1:
		return w.damage(t.path, t.good, fmt.Sprintf("record %d", seq))
	case before != head.Hash:
		return w.damage(t.path, t.good, "the record follows another one than that before it")
	}
	if err := w.fn(Record{Seq: seq, Type: typ, Payload: rec[recordHeader:]}); err != nil {
		return fmt.Errorf("journal: record %d: %w", seq, err)
	}
	*head = Head{Seq: seq, Hash: hashOf(rec)}
	t.good, t.mark = end, false
	return nil
}

func (w *walker) damage(path string, off int64, what string) error {
	return &DamageError{File: path, Offset: off, Seq: w.report.Head.Seq + 1, What: what}
}

// Verify is Walk without looking at the records.
func Verify(dir string) (Report, error) { return Walk(dir, func(Record) error { return nil }) }

// Walk calls fn for every record of the journal in dir without changing it or
// taking its lock, and checks every byte. A journal that is being written to
// may show an unfinished write at its end. Damage is a *DamageError; the
// Report then covers what came before it. A record's payload is valid until fn
// returns; an error of fn ends the walk.
func Walk(dir string, fn func(Record) error) (Report, error) {
	w := &walker{fs: diskFS{}, dir: dir, fn: fn}
	t, err := w.walk()
	if t.file != nil {
		err = errors.Join(err, t.file.Close())
	}
	return w.report, err
}
