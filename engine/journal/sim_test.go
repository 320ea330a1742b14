package journal

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"testing"
)

var seeds = flag.Uint64("seeds", 500, "number of simulated histories")

// life is a journal and what a perfect one would hold.
type life struct {
	t       *testing.T
	fs      *memFS
	written [][]byte // everything appended and possibly kept, in order
	safe    int      // how many of them were acknowledged as durable
	torn    int
}

// TestSimPowerLoss lives through crashes, power losses, full disks and
// failed syncs. It would fail if a record whose Commit succeeded were missing
// or changed afterwards, or if such a crash were taken for damage.
func TestSimPowerLoss(t *testing.T) {
	total := map[string]int{}
	for seed := range *seeds {
		rng := rand.New(rand.NewPCG(seed, 7))
		l := &life{t: t, fs: newMemFS(rng)}
		for range 6 {
			l.live()
		}
		l.fs.failSync, l.fs.failWrite = 0, 0
		if !l.read(l.open()) {
			t.Fatalf("seed %d: journal cannot be read after the faults have ended", seed)
		}
		for what, n := range l.fs.hits {
			total[what] += n
		}
		total["torn tail"] += l.torn
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, what := range []string{
		"EIO at sync", "EIO at directory sync", "ENOSPC at write", "ENOSPC at create", "power loss", "kill", "torn tail",
	} {
		if total[what] < int(*seeds/20) {
			t.Errorf("%s happened %d times in %d runs: the test shows nothing about it", what, total[what], *seeds)
		}
	}
	t.Logf("%d runs: %v", *seeds, total)
}

// live is one life of the process, from start to crash.
func (l *life) live() {
	l.fs.failSync, l.fs.failWrite = 0, 0
	if l.fs.rng.IntN(2) == 0 {
		l.fs.failSync = l.fs.rng.Float64() / 8
	}
	if l.fs.rng.IntN(2) == 0 {
		l.fs.failWrite = l.fs.rng.Float64() / 16
	}
	if j := l.open(); l.read(j) {
		l.work(j)
	}
	switch l.fs.rng.IntN(3) {
	case 0:
		l.fs.hits["kill"]++
		l.fs.kill()
	default:
		l.fs.hits["power loss"]++
		l.fs.powerLoss()
	}
}

func (l *life) open() *Journal {
	l.t.Helper()
	j, err := Open("j", Options{FS: l.fs, SegmentSize: 4 << 10})
	if err != nil {
		l.t.Fatal(err)
	}
	return j
}

// read replays and compares; false when an injected fault ended it.
func (l *life) read(j *Journal) bool {
	l.t.Helper()
	n := 0
	err := j.Read(func(r Record) error {
		if n >= len(l.written) || !bytes.Equal(r.Payload, l.written[n]) || r.Seq != uint64(n+1) {
			l.t.Errorf("record %d is not what was appended", n+1)
		}
		n++
		return nil
	})
	if err != nil {
		if !isFault(err) {
			l.t.Errorf("read after a crash: %v", err)
		}
		return false
	}
	if n < l.safe {
		l.t.Errorf("%d records, want at least the %d that were committed", n, l.safe)
	}
	if j.Report().Torn > 0 {
		l.torn++
	}
	l.written, l.safe = l.written[:n], n
	return true
}

// work appends and commits until enough is done or something fails.
func (l *life) work(j *Journal) {
	for range l.fs.rng.IntN(60) {
		var err error
		switch l.fs.rng.IntN(6) {
		case 0:
			err = j.Flush()
		case 1, 2:
			if err = j.Commit(); err == nil {
				l.safe = len(l.written)
			}
		default:
			p := make([]byte, l.fs.rng.IntN(900))
			for i := range p {
				p[i] = byte(l.fs.rng.Uint32())
			}
			l.written = append(l.written, p)
			_, err = j.Append(1, p)
		}
		if err != nil {
			l.failed(j, err)
			return
		}
	}
	if l.fs.rng.IntN(3) == 0 && j.Close() == nil {
		l.safe = len(l.written)
	}
}

// failed checks that a journal that failed once stays so.
func (l *life) failed(j *Journal, err error) {
	l.t.Helper()
	if !isFault(err) {
		l.t.Errorf("unexpected error: %v", err)
	}
	syncs := l.fs.syncs
	if _, again := j.Append(1, nil); !isFault(again) {
		l.t.Errorf("append after %v: %v", err, again)
	}
	if again := j.Commit(); !isFault(again) {
		l.t.Errorf("commit after %v: %v", err, again)
	}
	if l.fs.syncs != syncs {
		l.t.Errorf("a sync was tried again after %v", err)
	}
}

// TestFailedStart: the first start could not sync, the second could. What the
// second committed must outlive a power loss, the file's name included.
func TestFailedStart(t *testing.T) {
	for seed := range uint64(20) {
		l := &life{t: t, fs: newMemFS(rand.New(rand.NewPCG(seed, 3)))}
		l.fs.failSync = 1
		if l.read(l.open()) {
			t.Fatal("read succeeded without a working sync")
		}
		l.fs.kill()
		l.fs.failSync = 0
		j := l.open()
		l.read(j)
		l.written = append(l.written, []byte("order"))
		mustAppend(t, j, "order")
		if err := j.Commit(); err != nil {
			t.Fatal(err)
		}
		l.safe = 1
		l.fs.powerLoss()
		l.read(l.open())
	}
}
