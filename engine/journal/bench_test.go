package journal

import (
	"fmt"
	"testing"
)

// payload256 is about the size of an order as JSON.
var payload256 = make([]byte, 256)

func benchOpen(b *testing.B) *Journal {
	b.Helper()
	j, _ := onDisk(b, b.TempDir(), Options{})
	b.Cleanup(func() {
		if err := j.Close(); err != nil {
			b.Error(err)
		}
	})
	return j
}

// BenchmarkAppend is the cost of a record without waiting for the disk; the
// writes to the file every 256 KiB are in it.
func BenchmarkAppend(b *testing.B) {
	j := benchOpen(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(payload256)))
	for b.Loop() {
		if _, err := j.Append(1, payload256); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommit is the cost of making 1, 8 or 64 records durable at once.
func BenchmarkCommit(b *testing.B) {
	for _, group := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("records=%d", group), func(b *testing.B) {
			j := benchOpen(b)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for range group {
					if _, err := j.Append(1, payload256); err != nil {
						b.Fatal(err)
					}
				}
				if err := j.Commit(); err != nil {
					b.Fatal(err)
				}
				n += group
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkCommitParallel is 64 writers that each wait for their own record.
func BenchmarkCommitParallel(b *testing.B) {
	j := benchOpen(b)
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			_, err := j.Append(1, payload256)
			if err == nil {
				err = j.Commit()
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkReplay is how fast a restart reads a journal of 100,000 records.
func BenchmarkReplay(b *testing.B) {
	const records = 100_000
	dir := b.TempDir()
	j, _ := onDisk(b, dir, Options{})
	for range records {
		if _, err := j.Append(1, payload256); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := Verify(dir); err != nil || r.Head.Seq != records {
			b.Fatal(r, err)
		}
	}
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
}

// TestAppendAllocatesNothing: it is on the way of every order.
func TestAppendAllocatesNothing(t *testing.T) {
	j := mustOpen(t, Options{FS: newMemFS(nil)})
	fill := func() {
		for range 100 {
			if _, err := j.Append(1, payload256); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 { // both buffers grow to their size
		fill()
		if err := j.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(5, func() {
		j.pending.restart(j.pending.before)
		fill()
	}); n != 0 {
		t.Errorf("%v allocations in 100 appends, want 0", n)
	}
}
