package journal

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("JOURNAL_TEST_CHILD"); dir != "" {
		appendForever(dir)
	}
	goleak.VerifyTestMain(m)
}

func mustOpenUnread(t testing.TB, opt Options) *Journal {
	t.Helper()
	j, err := Open("j", opt)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func mustOpen(t testing.TB, opt Options) *Journal {
	t.Helper()
	j := mustOpenUnread(t, opt)
	if err := j.Read(func(Record) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return j
}

// onDisk opens the journal in dir, reads it and returns what it held.
func onDisk(t testing.TB, dir string, opt Options) (*Journal, []string) {
	t.Helper()
	j, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := j.Read(func(r Record) error {
		got = append(got, string(r.Payload))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return j, got
}

func mustAppend(t testing.TB, j *Journal, payload string) {
	t.Helper()
	if _, err := j.Append(1, []byte(payload)); err != nil {
		t.Fatal(err)
	}
}

// TestReopen: what an engine wrote yesterday is there today, across segments,
// and goes on where it stopped.
func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "journal")
	opt := Options{SegmentSize: 300}
	var want []string
	for day := range 5 {
		j, got := onDisk(t, dir, opt)
		if strings.Join(got, ",") != strings.Join(want, ",") {
			t.Fatalf("day %d: got %q, want %q", day, got, want)
		}
		for i := range 7 {
			want = append(want, strings.Repeat("x", i)+strconv.Itoa(day))
			mustAppend(t, j, want[len(want)-1])
			if i%3 == 0 {
				if err := j.Commit(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if j.Head().Seq != uint64(len(want)) {
			t.Errorf("head is %d, want %d", j.Head().Seq, len(want))
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	report, err := Verify(dir)
	if err != nil || report.Head.Seq != uint64(len(want)) || report.Segments < 3 || report.Torn != 0 {
		t.Errorf("verify: %v, %v", report, err)
	}
}

// TestPrivate: positions and orders are nobody else's business.
func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file modes mean nothing on Windows")
	}
	dir := filepath.Join(t.TempDir(), "var", "journal")
	j, _ := onDisk(t, dir, Options{})
	defer j.Close()
	err := filepath.WalkDir(filepath.Dir(dir), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", d.Name(), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSecondEngineIsRefused: two engines on one account would trade twice.
func TestSecondEngineIsRefused(t *testing.T) {
	dir := t.TempDir()
	first, _ := onDisk(t, dir, Options{})
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Fatalf("second open: %v, want ErrLocked with the holder's process id", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, _ := onDisk(t, dir, Options{})
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// TestMisuse: calls out of order are refused with words, not with a panic.
func TestMisuse(t *testing.T) {
	j := mustOpenUnread(t, Options{FS: newMemFS(nil)})
	if _, err := j.Append(1, nil); !errors.Is(err, ErrNotRead) {
		t.Errorf("append before read: %v", err)
	}
	if err := j.Commit(); !errors.Is(err, ErrNotRead) {
		t.Errorf("commit before read: %v", err)
	}
	nothing := func(Record) error { return nil }
	if err := j.Read(nothing); err != nil {
		t.Fatal(err)
	}
	if err := j.Read(nothing); err == nil {
		t.Error("second read succeeded")
	}
	if _, err := j.Append(0, nil); !errors.Is(err, ErrRecord) {
		t.Errorf("type 0: %v", err)
	}
	if _, err := j.Append(1, make([]byte, MaxPayload+1)); !errors.Is(err, ErrRecord) {
		t.Errorf("payload over the limit: %v", err)
	}
	if seq, err := j.Append(255, make([]byte, MaxPayload)); seq != 1 || err != nil {
		t.Errorf("payload at the limit: seq %d, %v", seq, err)
	}
	if err := errors.Join(j.Close(), j.Close()); err != nil {
		t.Errorf("close: %v", err)
	}
	if _, err := j.Append(1, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}

// TestReaderRefuses: if the engine cannot apply a record it must not trade on
// the rest.
func TestReaderRefuses(t *testing.T) {
	m := newMemFS(nil)
	j := mustOpen(t, Options{FS: m})
	mustAppend(t, j, "a")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = mustOpenUnread(t, Options{FS: m})
	cause := errors.New("unknown order")
	if err := j.Read(func(Record) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("read: %v", err)
	}
	if _, err := j.Append(1, nil); !errors.Is(err, cause) {
		t.Errorf("append after a failed read: %v", err)
	}
}

// TestGroupCommit: orders of one burst pay for one sync, and a commit with
// nothing new for none.
func TestGroupCommit(t *testing.T) {
	m := newMemFS(nil)
	j := mustOpen(t, Options{FS: m})
	before := m.syncs
	for range 64 {
		mustAppend(t, j, "order")
	}
	for range 3 {
		if err := j.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.syncs - before; got != 1 {
		t.Errorf("%d syncs for 64 records, want 1", got)
	}
}

// TestConcurrentCommit: each writer's own commit covers its own record.
func TestConcurrentCommit(t *testing.T) {
	const writers, each = 16, 40
	dir := t.TempDir()
	j, _ := onDisk(t, dir, Options{SegmentSize: 8 << 10})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if _, err := j.Append(1, []byte{byte(w), byte(i)}); err != nil {
					t.Error(err)
				}
				if err := j.Commit(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, got := onDisk(t, dir, Options{})
	defer j.Close()
	var next [writers]byte
	for _, p := range got {
		if p[1] != next[p[0]] {
			t.Fatalf("writer %d: record %d came before %d", p[0], p[1], next[p[0]])
		}
		next[p[0]]++
	}
	if len(got) != writers*each {
		t.Errorf("%d records, want %d", len(got), writers*each)
	}
}

// TestVerifyReports: the operator is told what and where, and nothing is
// changed by asking.
func TestVerifyReports(t *testing.T) {
	dir := t.TempDir()
	j, _ := onDisk(t, dir, Options{})
	mustAppend(t, j, "one")
	mustAppend(t, j, "two")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, segmentName(1))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rewrite := func(b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(data[:len(data)-recordHeader-1])
	report, err := Verify(dir)
	want := "1 records in 1 segments, 107 bytes; an unfinished write of 35 bytes at the end"
	if err != nil || report.String() != want {
		t.Errorf("torn: %v, %v, want %s", report, err, want)
	}
	bad := bytes.Replace(data, []byte("two"), []byte("too"), 1)
	rewrite(bad)
	_, err = Verify(dir)
	var damage *DamageError
	if !errors.As(err, &damage) || damage.File != path || damage.Offset != 72 || damage.Seq != 2 {
		t.Errorf("damaged: %v", err)
	}
	if now, _ := os.ReadFile(path); !bytes.Equal(now, bad) {
		t.Error("verify changed the file")
	}
}

// TestKill kills a process that appends and checks that all it had committed
// is there.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	last := 0
	for round := range 5 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "JOURNAL_TEST_CHILD="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		committed := lastLine(t, out, 20+13*round)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // killed: says so
		j, got := onDisk(t, dir, Options{SegmentSize: 2 << 10})
		if len(got) < committed || committed <= last {
			t.Fatalf("round %d: %d records, %d were committed, %d before", round, len(got), committed, last)
		}
		last = len(got)
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// lastLine reads n lines and returns the number in the last.
func lastLine(t *testing.T, r interface{ Read([]byte) (int, error) }, n int) int {
	t.Helper()
	var line, b []byte
	for b = make([]byte, 1); n > 0; {
		if _, err := r.Read(b); err != nil {
			t.Fatalf("child ended: %v (%s)", err, line)
		}
		if b[0] != '\n' {
			line = append(line, b[0])
			continue
		}
		if n--; n > 0 {
			line = line[:0]
		}
	}
	v, err := strconv.Atoi(string(line))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// appendForever is the child of TestKill: it prints the number of each record
// once it is committed.
func appendForever(dir string) {
	fatal := func(err error) {
		if err != nil {
			os.Stdout.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
	}
	j, err := Open(dir, Options{SegmentSize: 2 << 10})
	fatal(err)
	fatal(j.Read(func(Record) error { return nil }))
	for {
		seq, err := j.Append(1, []byte(strings.Repeat("r", 100)))
		fatal(err)
		fatal(j.Commit())
		_, err = os.Stdout.WriteString(strconv.FormatUint(seq, 10) + "\n")
		fatal(err)
	}
}
