package natsbus_test

import (
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"gannet/bus/natsbus"
	"gannet/market"
	"gannet/market/wire/wiretest"
)

// sink is the least that looks like a NATS server: it greets and then throws
// away what it gets, so that what remains to be measured is the publisher.
func sink(t testing.TB) *natsbus.Bus {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, `INFO {"server_id":"sink","version":"2.15.2","max_payload":1048576,"headers":true}`+"\r\nPONG\r\n")
		_, _ = io.Copy(io.Discard, conn)
	}()
	url := "nats://" + listener.Addr().String()
	b, err := natsbus.Connect(natsbus.Options{URL: url, Instruments: wiretest.Instruments()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// A tick on its way out costs no garbage.
func TestPublishTickDoesNotAllocate(t *testing.T) {
	b := sink(t)
	ev := wiretest.Events()[0]
	allocs := testing.AllocsPerRun(10_000, func() {
		if err := b.Publish(&ev); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for a tick, want 0", allocs)
	}
}

// The server in the same process allocates once for each message.
func BenchmarkPublishTick(b *testing.B) {
	b.Run("client", func(b *testing.B) { publishTicks(b, sink(b)) })
	b.Run("client and server", func(b *testing.B) {
		publishTicks(b, connect(b, startServer(b), natsbus.EngineUser, natsbus.Options{}))
	})
}

func publishTicks(b *testing.B, m *natsbus.Bus) {
	ev := wiretest.Events()[0]
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Publish(&ev); err != nil {
			b.Fatal(err)
		}
	}
}

// Latency from Publish to the handler, one tick at a time.
func BenchmarkTickLatency(b *testing.B) {
	s := startServer(b)
	b.Run("inproc", func(b *testing.B) {
		latency(b, connect(b, s, natsbus.EngineUser, natsbus.Options{}))
	})
	b.Run("tcp", func(b *testing.B) { latency(b, dial(b, s, natsbus.EngineUser)) })
}

func latency(b *testing.B, m *natsbus.Bus) {
	arrived := make(chan time.Time, 1)
	stop, err := m.Subscribe(market.KindTick, func(*market.Event) { arrived <- time.Now() })
	if err != nil {
		b.Fatal(err)
	}
	defer stop()
	ev := wiretest.Events()[0]
	var spans []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		begin := time.Now()
		if err := m.Publish(&ev); err != nil {
			b.Fatal(err)
		}
		spans = append(spans, (<-arrived).Sub(begin))
	}
	slices.Sort(spans)
	b.ReportMetric(float64(spans[len(spans)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(spans[len(spans)*99/100].Nanoseconds()), "p99-ns")
}
