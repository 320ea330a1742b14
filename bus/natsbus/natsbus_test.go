package natsbus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"gannet/bus"
	"gannet/bus/bustest"
	"gannet/bus/natsbus"
	"gannet/market"
	"gannet/market/wire"
	"gannet/market/wire/wiretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// startServer starts a listening server that ends with the test.
func startServer(t testing.TB, strategies ...market.StrategyID) *natsbus.Server {
	t.Helper()
	s, err := natsbus.StartServer(natsbus.ServerOptions{Listen: "127.0.0.1:0", Strategies: strategies})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// connect connects without a socket, until the end of the test.
func connect(t testing.TB, s *natsbus.Server, user string, o natsbus.Options) *natsbus.Bus {
	t.Helper()
	o.Instruments = wiretest.Instruments()
	b, err := s.Connect(user, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// dial connects by TCP.
func dial(t testing.TB, s *natsbus.Server, user string) *natsbus.Bus {
	t.Helper()
	c, err := s.Credential(user)
	if err != nil {
		t.Fatal(err)
	}
	b, err := natsbus.Connect(natsbus.Options{URL: c.URL, Seed: c.Seed, Instruments: wiretest.Instruments()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// collect subscribes and returns a channel of copies.
func collect(t testing.TB, b bus.Bus, kinds ...market.Kind) <-chan market.Event {
	t.Helper()
	in := make(chan market.Event, 100_000)
	if _, err := b.SubscribeMany(kinds, func(ev *market.Event) { in <- bus.Clone(ev) }); err != nil {
		t.Fatal(err)
	}
	return in
}

func take[T any](t testing.TB, in <-chan T) T {
	t.Helper()
	select {
	case v := <-in:
		return v
	case <-time.After(patience):
		t.Fatal("nothing arrived")
		panic("unreachable")
	}
}

func publish(t testing.TB, b bus.Bus, seq uint64, body market.Body) {
	t.Helper()
	if err := b.Publish(&market.Event{Seq: seq, Body: body}); err != nil {
		t.Fatal(err)
	}
}

func flush(t testing.TB, b bus.Bus) {
	t.Helper()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestInProcess(t *testing.T) {
	bustest.Run(t, func(t *testing.T) bus.Bus {
		s, err := natsbus.StartServer(natsbus.ServerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		if s.URL() != "" || s.Operator().URL != "" {
			t.Errorf("a server that does not listen has the URL %q", s.URL())
		}
		return connect(t, s, natsbus.EngineUser, natsbus.Options{})
	})
}

func TestTCP(t *testing.T) {
	bustest.Run(t, func(t *testing.T) bus.Bus { return dial(t, startServer(t), natsbus.EngineUser) })
}

// Stages on several connections and goroutines: nothing is lost, and each
// publisher's events keep their order.
func TestManyPublishers(t *testing.T) {
	const publishers, each = 4, 500
	s := startServer(t)
	in := collect(t, dial(t, s, natsbus.ObserverUser), market.KindTick, market.KindOrder, market.KindFill)
	shared := connect(t, s, natsbus.EngineUser, natsbus.Options{})
	own := dial(t, s, natsbus.EngineUser)
	var group sync.WaitGroup
	for p := range uint64(publishers) {
		b := []*natsbus.Bus{shared, own}[p%2]
		group.Go(func() {
			bodies := []market.Body{&market.Tick{Instrument: 1}, &market.Order{Strategy: "a"}, &market.Fill{Strategy: "b"}}
			for i := range uint64(each) {
				if err := b.Publish(&market.Event{Seq: p*each + i, Body: bodies[i%3]}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	var next [publishers]uint64
	for range publishers * each {
		seq := take(t, in).Seq
		if p := seq / each; seq%each != next[p] {
			t.Fatalf("publisher %d: got event %d, want %d", p, seq%each, next[p])
		}
		next[seq/each]++
	}
}

// A handler that falls behind loses ticks, which the next tick makes up for,
// and never an order.
func TestSlowHandlerPassesOverTicksOnly(t *testing.T) {
	b := connect(t, startServer(t), natsbus.EngineUser, natsbus.Options{Backlog: 64})
	began, release := make(chan bool), make(chan bool)
	got := make(chan market.Event, 100)
	_, err := b.SubscribeMany(nil, func(ev *market.Event) {
		if ev.Seq == 0 {
			began <- true
			<-release
		}
		got <- bus.Clone(ev)
	})
	if err != nil {
		t.Fatal(err)
	}
	publish(t, b, 0, &market.Alert{})
	take(t, began)
	for seq := uint64(1); seq <= 60; seq++ {
		if seq%10 == 0 {
			publish(t, b, seq, &market.Order{Strategy: "dip"})
		} else {
			publish(t, b, seq, &market.Tick{Instrument: 1})
		}
	}
	flush(t, b) // the answer comes behind the events, so all wait at the handler
	close(release)
	var seqs []uint64
	ticks := uint64(0)
	for len(seqs) == 0 || seqs[len(seqs)-1] != 60 {
		ev := take(t, got)
		seqs = append(seqs, ev.Seq)
		if ev.Kind() == market.KindTick {
			ticks++
		}
	}
	if !slices.IsSorted(seqs) || len(seqs) != int(ticks)+7 {
		t.Errorf("got %v, want the alert and all six orders in order", seqs)
	}
	if dropped := b.Dropped(market.KindTick); dropped == 0 || ticks+dropped != 54 {
		t.Errorf("%d ticks delivered and %d counted as passed over, want both together 54", ticks, dropped)
	}
}

// Orders that had to be dropped are a fault that the engine hears of.
func TestLostOrdersAreReported(t *testing.T) {
	type loss struct {
		kind market.Kind
		n    uint64
	}
	losses := make(chan loss, 100)
	b := connect(t, startServer(t), natsbus.EngineUser, natsbus.Options{
		Backlog: 8, OnDrop: func(kind market.Kind, n uint64) { losses <- loss{kind, n} },
	})
	release := make(chan bool)
	if _, err := b.Subscribe(market.KindOrder, func(*market.Event) { <-release }); err != nil {
		t.Fatal(err)
	}
	for seq := range uint64(50) {
		publish(t, b, seq, &market.Order{Strategy: "dip"})
	}
	if got := take(t, losses); got.kind != market.KindOrder || got.n == 0 {
		t.Errorf("got %+v, want orders", got)
	}
	if b.Dropped(market.KindOrder) == 0 {
		t.Error("the loss is not counted")
	}
	close(release)
}

// A command whose sender gave up must not be carried out later.
func TestLateRequestIsPassedOver(t *testing.T) {
	s := startServer(t)
	engine, operator := connect(t, s, natsbus.EngineUser, natsbus.Options{}), dial(t, s, natsbus.OperatorUser)
	asked, release := make(chan string, 10), make(chan bool)
	_, err := engine.Serve("ctl.flatten", func(request []byte) []byte {
		asked <- string(request)
		<-release
		return []byte("done")
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	first := make(chan error, 1)
	go func() {
		_, err := operator.Request(ctx, "ctl.flatten", []byte("first"))
		first <- err
	}()
	if got := take(t, asked); got != "first" {
		t.Errorf("carried out %q, want the first", got)
	}
	short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
	defer stop()
	if _, err := operator.Request(short, "ctl.flatten", []byte("late")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want DeadlineExceeded", err)
	}
	close(release)
	if err := take(t, first); err != nil {
		t.Error(err)
	}
	if answer, err := operator.Request(ctx, "ctl.flatten", []byte("last")); string(answer) != "done" || err != nil {
		t.Errorf("got %q, %v", answer, err)
	}
	if got := take(t, asked); got != "last" || len(asked) != 0 {
		t.Errorf("carried out %q, and %d more; want the last only", got, len(asked))
	}
}

// external is a NATS server of its own, which can be stopped and started.
func external(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(patience) {
		t.Fatal("server is not ready")
	}
	return s
}

// While the link is down nothing is taken, and nothing arrives late: an order
// of three seconds ago is not an order any more.
func TestNothingIsSentLate(t *testing.T) {
	first := external(t, server.RANDOM_PORT)
	links := make(chan bool, 10)
	b, err := natsbus.Connect(natsbus.Options{
		URL: first.ClientURL(), Instruments: wiretest.Instruments(), OnLink: func(up bool) { links <- up },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	in := collect(t, b, market.KindAlert)
	address := first.Addr().String()
	var port int
	if _, err := fmt.Sscanf(address, "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	first.Shutdown()
	first.WaitForShutdown()
	if take(t, links) {
		t.Fatal("the link is up, want it down")
	}
	checkDown(t, b)
	external(t, port)
	if !take(t, links) {
		t.Fatal("the link is down, want it up")
	}
	publish(t, b, 2, &market.Alert{})
	if got := take(t, in).Seq; got != 2 {
		t.Errorf("got event %d, want only the one that was published after the link was up", got)
	}
}

func checkDown(t *testing.T, b *natsbus.Bus) {
	t.Helper()
	_, requested := b.Request(t.Context(), "ctl.flatten", nil)
	_, subscribed := b.Subscribe(market.KindTick, func(*market.Event) {})
	_, served := b.Serve("ctl.x", func([]byte) []byte { return nil })
	for name, err := range map[string]error{
		"Publish": b.Publish(&market.Event{Seq: 1, Body: &market.Alert{}}), "Request": requested,
		"Subscribe": subscribed, "Serve": served, "Flush": b.Flush(t.Context()),
	} {
		if !errors.Is(err, bus.ErrDisconnected) {
			t.Errorf("%s: got %v, want ErrDisconnected", name, err)
		}
	}
}

// Odd bytes on a subject of ours neither stop nor confuse the subscriber.
func TestOddMessagesArePassedOver(t *testing.T) {
	s := external(t, server.RANDOM_PORT)
	b, err := natsbus.Connect(natsbus.Options{URL: s.ClientURL(), Instruments: wiretest.Instruments()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	raw, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	in := collect(t, b)
	fill := wiretest.Events()[5]
	forged, err := wire.Codec{Instruments: wiretest.Instruments()}.AppendEvent(nil, &fill)
	if err != nil {
		t.Fatal(err)
	}
	for subject, data := range map[string]string{
		"md.tick.SPY.ARCA": "G\x01", "md.tick.TSLA.NASDAQ": "", "signal.dip": string(forged),
		"fill.other": string(forged), "order.dip": `{"v":1,"kind":"Order"`, "alert": "\xff\xfe",
	} {
		if err := raw.Publish(subject, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Publish("fill.dip-spy", forged); err != nil {
		t.Fatal(err)
	}
	if got := take(t, in); got.Kind() != market.KindFill || got.Seq != fill.Seq {
		t.Errorf("got %v %d, want the fill under its own subject", got.Kind(), got.Seq)
	}
}

func TestConnectErrors(t *testing.T) {
	s := startServer(t)
	table := wiretest.Instruments()
	for name, o := range map[string]natsbus.Options{
		"no instruments": {URL: s.URL(), Seed: s.Operator().Seed},
		"no URL":         {Seed: s.Operator().Seed, Instruments: table},
		"no server":      {URL: "nats://127.0.0.1:1", Instruments: table},
		"no key":         {URL: s.URL(), Instruments: table},
		"bad seed":       {URL: s.URL(), Seed: "SUX", Instruments: table},
		"bad file":       {URL: s.URL(), NkeyFile: "testdata/absent", Instruments: table},
	} {
		if b, err := natsbus.Connect(o); err == nil {
			t.Errorf("%s: connected", name)
			_ = b.Close()
		}
	}
	if _, err := s.Connect("nobody", natsbus.Options{Instruments: table}); err == nil {
		t.Error("an unknown user is connected")
	}
}

func TestServerErrors(t *testing.T) {
	for name, o := range map[string]natsbus.ServerOptions{
		"every interface": {Listen: "0.0.0.0:0"}, "another machine": {Listen: "192.0.2.1:4222"},
		"a name": {Listen: "example.com:4222"}, "no port": {Listen: "127.0.0.1"}, "bad port": {Listen: "127.0.0.1:70000"},
		"no host": {Listen: ":4222"}, "two of a name": {Strategies: []market.StrategyID{"a", "a"}},
		"no name": {Strategies: []market.StrategyID{""}},
	} {
		if s, err := natsbus.StartServer(o); err == nil {
			t.Errorf("%s: started", name)
			s.Close()
		}
	}
}

// An occupied port is an error, not an engine that nobody can reach.
func TestPortInUse(t *testing.T) {
	taken := startServer(t)
	address := taken.URL()[len("nats://"):]
	s, err := natsbus.StartServer(natsbus.ServerOptions{Listen: address})
	if err == nil {
		s.Close()
		t.Fatal("two servers on one port")
	}
	if !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("got %v, want the reason", err)
	}
}

func Example() {
	server, err := natsbus.StartServer(natsbus.ServerOptions{Log: zerolog.Nop()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	table := wiretest.Instruments()
	b, err := server.Connect(natsbus.EngineUser, natsbus.Options{Instruments: table})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Close()
	done := make(chan bool)
	_, _ = b.Subscribe(market.KindTick, func(ev *market.Event) {
		tick := ev.Body.(*market.Tick)
		fmt.Println(table.Name(tick.Instrument), tick.Last)
		close(done)
	})
	_ = b.Publish(&market.Event{Body: &market.Tick{Instrument: 1, Last: market.MustPrice("450.12")}})
	<-done
	// Output: SPY.ARCA 450.12
}
