package test

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"gannet/broker/ibkr"
	"gannet/broker/ibkr/ibkrsim"
	"gannet/bus/natsbus"
	"gannet/engine"
	"gannet/engine/journal"
	"gannet/market"
	"gannet/oms"
	"gannet/risk"
	"gannet/strategy"
)

// BenchmarkTickToPost is the whole live path: from a raw tick at the feed over
// the embedded NATS server to the strategy, over it again to the desk, the
// journal, and the first byte of the order's POST at the gateway's socket. It
// reports the median and the 99th percentile, with and without the journal's
// sync of the disk.
func BenchmarkTickToPost(b *testing.B) {
	for _, bench := range []struct {
		name string
		fs   journal.FS
	}{{"fsync", nil}, {"nosync", noSync{journal.Disk()}}} {
		b.Run(bench.name, func(b *testing.B) { benchTickToPost(b, bench.fs) })
	}
}

func benchTickToPost(b *testing.B, fs journal.FS) {
	rig := newLatencyRig(b, fs)
	var took []time.Duration
	px := market.MustPrice("100")
	b.ResetTimer()
	for range b.N {
		px = market.MustPrice("200") - px // 100 and back: the tick always changes something
		raw := market.Tick{Instrument: 1, Mask: market.HasBid | market.HasAsk | market.HasLast, Bid: px, Ask: px + 10_000_000, Last: px,
			TsInit: market.NanosOf(time.Now())}
		rig.strategy.armed <- struct{}{}
		begin := time.Now()
		rig.engine.Feed().OnTick(&raw)
		took = append(took, (<-rig.posts).Sub(begin))
		<-rig.done
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
	rig.stop()
}

// onEveryTick sends one order for every tick that it is armed for.
type onEveryTick struct {
	armed chan struct{}
	side  market.Side
}

func (s *onEveryTick) OnTick(ctx strategy.Context, t market.Tick) {
	select {
	case <-s.armed:
	default:
		return
	}
	ticket := market.BuyMarket(t.Instrument, market.Shares(1))
	if s.side == market.Sell {
		ticket = market.SellMarket(t.Instrument, market.Shares(1))
	}
	s.side = 3 - max(s.side, market.Buy)
	ctx.Submit(ticket)
}

// latencyRig is an engine on a simulator behind a proxy that sees the POSTs.
type latencyRig struct {
	engine   *engine.Engine
	strategy *onEveryTick
	posts    chan time.Time
	done     chan struct{} // an order was filled
	stop     func()
}

func newLatencyRig(b *testing.B, fs journal.FS) *latencyRig {
	b.Helper()
	rig := &latencyRig{strategy: &onEveryTick{armed: make(chan struct{}, 1)}, posts: make(chan time.Time, 16), done: make(chan struct{}, 16)}
	sim, err := ibkrsim.Start(ibkrsim.Options{PlainHTTP: true, Manual: true})
	check(b, err)
	check(b, sim.SetPrice("SPY.ARCA", ibkrsim.Quote{Bid: market.MustPrice("100"), Ask: market.MustPrice("100.01"),
		BidSize: market.Shares(1_000_000), AskSize: market.Shares(1_000_000), Last: market.MustPrice("100"), LastSize: market.Shares(100)}))
	table, err := market.NewInstruments(market.Instrument{Name: "SPY.ARCA", Conid: 756733, LotSize: market.Shares(1), Multiplier: 1})
	check(b, err)
	adapter, err := ibkr.New(ibkr.Config{
		BaseURL: "http://" + rig.proxy(b, sim.URL()), Account: "DU1000001", Paper: true, Compete: true, Instruments: table,
		Pacing: ibkr.Pacing{PerSecond: 1e6, Burst: 1e6, Poll: time.Millisecond},
	})
	check(b, err)
	server, err := natsbus.StartServer(natsbus.ServerOptions{Log: zerolog.Nop()})
	check(b, err)
	bus, err := server.Connect(natsbus.EngineUser, natsbus.Options{Instruments: table})
	check(b, err)
	gate, err := risk.NewGate(risk.AccountLimits{Account: "DU1000001", Paper: true, MaxSubmitsPerSecond: 1e6, MaxSubmitsPerMinute: 1e6},
		risk.Limits{MaxOrderQty: market.Shares(100), MaxOrderNotional: market.MustMoney("1000000"), PriceCollarPercent: market.MustMoney("50"),
			MaxDataAge: market.Hour, MaxPositionQty: market.Shares(1000)})
	check(b, err)
	rig.engine, err = engine.Open(engine.Config{
		Instruments: table, Session: engine.Session{Account: "DU1000001", Mode: "sim", Run: "bench"},
		JournalDir: filepath.Join(b.TempDir(), "journal"), Journal: journal.Options{FS: fs},
		Desk:       oms.Config{Instruments: table, Gate: gate, CashFromBroker: true},
		Strategies: []strategy.Instance{{ID: "bench", Strategy: rig.strategy, Instruments: []market.InstrumentID{1}}},
		Broker:     adapter, Bus: bus, Clock: engine.NewSystemClock(), ReconcileEvery: time.Hour,
		Observe: rig.observe, Log: zerolog.Nop(),
	})
	check(b, err)
	rig.run(b)
	stop := rig.stop
	rig.stop = func() {
		stop()
		check(b, bus.Close())
		server.Close()
		check(b, sim.Close())
	}
	return rig
}

// run starts the engine and waits until its strategy may trade.
func (r *latencyRig) run(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { _, err := r.engine.Run(ctx); ended <- err }()
	r.stop = func() { cancel(); check(b, <-ended) }
	for deadline := time.Now().Add(20 * time.Second); !r.engine.Reconcile(ctx); {
		if time.Now().After(deadline) {
			b.Fatal("engine was not ready in 20 s")
		}
	}
}

func (r *latencyRig) observe(body market.Body) {
	if o, ok := body.(*market.Order); ok && o.Status.Terminal() {
		r.done <- struct{}{}
	}
}

// proxy passes bytes on and notes when an order's POST arrives.
func (r *latencyRig) proxy(b *testing.B, target string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	b.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", target[len("http://"):])
			if err != nil {
				client.Close()
				continue
			}
			go r.pass(server, client)
			go func() { io.Copy(client, server); client.Close() }()
		}
	}()
	return listener.Addr().String()
}

func (r *latencyRig) pass(server, client net.Conn) {
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if bytes.HasPrefix(buf[:n], []byte("POST ")) && bytes.Contains(buf[:min(n, 100)], []byte("/orders ")) {
			r.posts <- time.Now()
		}
		if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// noSync is a disk that says it is done without having written.
type noSync struct{ journal.FS }

func (d noSync) Create(path string) (journal.File, error) { return wrapNoSync(d.FS.Create(path)) }

func (d noSync) Open(path string, write bool) (journal.File, error) {
	return wrapNoSync(d.FS.Open(path, write))
}

func wrapNoSync(f journal.File, err error) (journal.File, error) { return noSyncFile{f}, err }

type noSyncFile struct{ journal.File }

func (noSyncFile) Sync() error { return nil }
