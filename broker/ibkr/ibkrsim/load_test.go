package ibkrsim_test

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gannet/broker/ibkr/ibkrsim"
	"gannet/market"
)

// The load of TestLoad: sockets that each watch all instruments, and orders
// that are placed and filled all the while.
const (
	loadSockets     = 20
	loadInstruments = 100
	loadOrders      = 500 // a second
	loadWorkers     = 16
	renewAfter      = 10 * time.Minute
)

// spans collects delays; its methods may be called from any goroutine.
type spans struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *spans) add(d time.Duration) {
	s.mu.Lock()
	s.all = append(s.all, d)
	s.mu.Unlock()
}

// take returns count and percentiles of what was added since the last call.
func (s *spans) take() string {
	s.mu.Lock()
	all := s.all
	s.all = nil
	s.mu.Unlock()
	if len(all) == 0 {
		return "none"
	}
	slices.Sort(all)
	at := func(per int) time.Duration { return all[(len(all)-1)*per/1000].Round(10 * time.Microsecond) }
	return fmt.Sprintf("%d, p50 %v p99 %v p99.9 %v", len(all), at(500), at(990), at(999))
}

// TestLoad measures the simulator under load and prints what it saw every ten
// seconds: GANNET_SIM_LOAD=1m go test -v -timeout 0 -run TestLoad. It judges
// nothing but that all orders were filled: figures are of the machine.
func TestLoad(t *testing.T) {
	long, err := time.ParseDuration(os.Getenv("GANNET_SIM_LOAD"))
	if err != nil {
		t.Skip("set GANNET_SIM_LOAD to a duration to put load on the simulator")
	}
	c := start(t, ibkrsim.Options{Seed: 1, Instruments: crowd(), Updates: 5, Timing: ibkrsim.Timing{Bridge: -1, Cancel: -1, Quotes: -1},
		Cash: market.MustMoney("100000000000")}).login()
	c.web.Transport.(*http.Transport).MaxIdleConnsPerHost = loadWorkers
	eventually(t, "all are quoted", func() bool {
		for _, q := range c.srv.State().Quotes {
			if q.Ask == 0 {
				return false
			}
		}
		return true
	})
	var frames, answers spans
	var filled, sent atomic.Int64
	stop := make(chan struct{})
	var group sync.WaitGroup
	var sockets []*socket
	for i := range loadSockets {
		s := c.dial()
		sockets = append(sockets, s)
		watchAll(s)
		if i == 0 {
			s.send(`str+{"realtimeUpdatesOnly":true}`)
		}
		group.Go(func() { readAll(s.conn, &frames, &filled) })
		defer func() { _ = s.conn.Close() }()
	}
	group.Go(func() { placeAll(c, stop, &answers, &sent) })
	began, renewed := time.Now(), time.Now()
	for time.Since(began) < long {
		<-time.After(min(10*time.Second, long-time.Since(began)))
		if time.Since(renewed) > renewAfter {
			renewed = time.Now()
			for _, s := range sockets {
				watchAll(s)
			}
		}
		runtime.GC()
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		t.Logf("%v: frames %s; orders %s; filled %d of %d; heap %d MiB", time.Since(began).Round(time.Second),
			frames.take(), answers.take(), filled.Load(), sent.Load(), mem.HeapAlloc>>20)
	}
	close(stop)
	eventually(t, "all orders are filled", func() bool { return filled.Load() == sent.Load() })
	c.srv.DropSockets()
	group.Wait()
}

// crowd are as many made-up stocks as the load wants.
func crowd() []ibkrsim.Instrument {
	var list []ibkrsim.Instrument
	for i := range loadInstruments {
		list = append(list, ibkrsim.Instrument{Symbol: fmt.Sprintf("S%03d", i), Exchange: "NYSE", Conid: int64(1000 + i)})
	}
	return list
}

// watchAll asks for all quotes, and again before they end after fifteen minutes.
func watchAll(s *socket) {
	for i := range loadInstruments {
		s.send(fmt.Sprintf(`smd+%d+{"fields":["31","84","85","86","88","7059"]}`, 1000+i))
	}
}

// readAll measures how old each quote is when it arrives, from its _updated.
func readAll(conn *websocket.Conn, frames *spans, filled *atomic.Int64) {
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if strings.Contains(string(text), `"topic":"str"`) {
			filled.Add(int64(strings.Count(string(text), `"execution_id"`)))
			continue
		}
		var at int64
		_, after, ok := strings.Cut(string(text), `"_updated":`)
		if _, err := fmt.Sscanf(after, "%d", &at); ok && err == nil {
			frames.add(time.Since(time.UnixMilli(at)))
		}
	}
}

// placeAll sends market orders of one share at an even pace.
func placeAll(c *client, stop chan struct{}, answers *spans, sent *atomic.Int64) {
	due := make(chan int, loadOrders)
	var group sync.WaitGroup
	for range loadWorkers {
		group.Go(func() {
			for n := range due {
				side := []string{"BUY", "SELL"}[n/loadInstruments%2]
				body := fmt.Sprintf(`{"orders":[{"conid":%d,"cOID":"load-%d","orderType":"MKT","side":"%s","quantity":1,"tif":"DAY"}]}`,
					1000+n%loadInstruments, n, side)
				began := time.Now()
				if got, err := c.try("POST", placePath(), body); err == nil && got.status == 200 && strings.Contains(got.text, "order_id") {
					sent.Add(1)
					answers.add(time.Since(began))
				} else {
					c.t.Errorf("order %d: %v %s", n, err, got.text)
				}
			}
		})
	}
	ticker := time.NewTicker(time.Second / loadOrders)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			close(due)
			group.Wait()
			return
		case <-ticker.C:
			due <- n
		}
	}
}
