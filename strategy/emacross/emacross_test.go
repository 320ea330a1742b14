package emacross_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gannet/market"
	"gannet/strategy"
	"gannet/strategy/emacross"
	"gannet/strategy/strategytest"
)

func decode(t testing.TB, params ...string) strategy.Strategy {
	t.Helper()
	s, err := strategy.NewFromPairs("emacross", params)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sides are the signals since the last look as "BUY 3 SELL 1".
func sides(h *strategytest.Host) string {
	var words []string
	for _, s := range h.Signals() {
		words = append(words, fmt.Sprint(s.Ticket.Side, " ", s.Ticket.OrderQty))
	}
	return strings.Join(words, " ")
}

// closes sends bars that close at the given prices and that moved.
func closes(h *strategytest.Host, prices ...string) {
	for _, p := range prices {
		h.Minute(p, "1000", "1", p)
	}
}

func Example() {
	s, err := strategy.New("emacross", []byte("fast: 1\nslow: 2\nqty: 10\nbar: 1m"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.(*emacross.EMACross).Bars()[0].Duration())
	// Output: 1m0s
}

func TestCross(t *testing.T) {
	cases := []struct {
		name   string
		params []string
		steps  [][]string // closes, then what they must cause
	}{
		{"waits for the slow average", []string{"fast=1", "slow=3", "qty=5"},
			[][]string{{"10", "11", ""}, {"12", "BUY 5"}, {"13", ""}}},
		{"closes, then opens the other side", []string{"fast=1", "slow=2", "qty=5"},
			[][]string{{"10", "11", "BUY 5"}, {"9", "SELL 5 SELL 5"}, {"8", ""}, {"12", "BUY 5 BUY 5"}}},
		{"only closes", []string{"fast=1", "slow=2", "qty=5", "short=false"},
			[][]string{{"10", "11", "BUY 5"}, {"9", "SELL 5"}, {"8", ""}, {"12", "BUY 5"}}},
		{"equal averages buy", []string{"fast=1", "slow=2", "qty=5"}, [][]string{{"10", "10", "BUY 5"}}},
		{"sells first", []string{"fast=1", "slow=2", "qty=0.5"}, [][]string{{"10", "9", "SELL 0.5"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := strategytest.New(t, decode(t, c.params...), "SPY.ARCA")
			for i, step := range c.steps {
				last := len(step) - 1
				closes(h, step[:last]...)
				if got := sides(h); got != step[last] {
					t.Fatalf("step %d: got %q, want %q", i, got, step[last])
				}
				h.FillAll("10")
			}
		})
	}
}

// While an order works a second one would double the position.
func TestWaitsForItsOrder(t *testing.T) {
	h := strategytest.New(t, decode(t, "fast=1", "slow=2", "qty=5"), "SPY.ARCA")
	closes(h, "10", "11")
	id := h.Signal().ID
	closes(h, "12", "3", "15")
	h.Fill(id, market.Shares(2), "11")
	closes(h, "3", "15")
	if got := sides(h); got != "" {
		t.Errorf("sent %s while its order works", got)
	}
	h.Status(id, market.Canceled, "")
	closes(h, "1")
	if got := sides(h); got != "SELL 2 SELL 5" {
		t.Errorf("got %q, want it to close what it holds, and the other side", got)
	}
}

// Bars without a movement count for the averages, not for acting.
func TestFlatBars(t *testing.T) {
	h := strategytest.New(t, decode(t, "fast=1", "slow=2", "qty=5"), "SPY.ARCA")
	h.Minute("10", "10", "10", "10")
	h.Minute("11", "11", "11", "11")
	if got := sides(h); got != "" {
		t.Errorf("sent %s on a flat bar", got)
	}
	h.Minute("11", "11", "10", "11")
	if got := sides(h); got != "BUY 5" {
		t.Errorf("got %q after flat bars, want BUY 5", got)
	}
}

func TestWhichPricesCount(t *testing.T) {
	bar := func(source market.BarSource, interval market.Nanos, closing int64) market.Bar {
		return market.Bar{Instrument: 1, Source: source, Interval: interval, Open: 1, High: 2, Low: 1, Close: market.Price(closing)}
	}
	trade := func(last int64) market.Tick {
		return market.Tick{Instrument: 1, Mask: market.HasLast, Last: market.Price(last)}
	}
	quote := func(bid int64) market.Tick {
		return market.Tick{Instrument: 1, Mask: market.HasBid, Bid: market.Price(bid), Ask: market.Price(bid + 2)}
	}
	later := trade(9)
	later.Mask = market.HasBid
	close9 := trade(9)
	close9.Flags = market.FlagLastClose
	cases := []struct {
		name   string
		params string
		events []any
		want   string
	}{
		{"trades", "", []any{trade(8), trade(9)}, "BUY 5"},
		{"quotes", "", []any{quote(8), quote(9)}, "BUY 5"},
		{"no price", "", []any{market.Tick{Instrument: 1}, quote(8)}, ""},
		{"a quote between trades", "", []any{trade(8), later}, ""},
		{"the close of yesterday", "", []any{close9, trade(8)}, ""},
		{"ticks after bars", "", []any{bar(0, market.Minute, 8), trade(9)}, ""},
		{"bars after ticks begin anew", "", []any{trade(8), bar(0, market.Minute, 9)}, ""},
		{"ticks beside an interval", "bar=1m", []any{trade(8), trade(9)}, ""},
		{"bars of another interval", "bar=1m", []any{bar(0, market.Hour, 8), bar(0, market.Hour, 9)}, ""},
		{"bars of the interval", "bar=1m", []any{bar(0, market.Minute, 8), bar(0, market.Minute, 9)}, "BUY 5"},
		{"two intervals", "", []any{bar(0, market.Minute, 8), bar(0, market.Hour, 9)}, ""},
		{"two kinds", "", []any{bar(market.BidBar, market.Minute, 8), bar(market.AskBar, market.Minute, 9)}, ""},
		{"the kind that came first", "", []any{bar(market.BidBar, market.Minute, 8), bar(market.BidBar, market.Minute, 9)}, "BUY 5"},
		{"the kind that was chosen", "price=ask", []any{bar(market.BidBar, market.Minute, 5), bar(market.AskBar, market.Minute, 8),
			bar(market.AskBar, market.Minute, 9)}, "BUY 5"},
		{"no close", "", []any{bar(0, market.Minute, 8), bar(0, market.Minute, 0)}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			params := []string{"fast=1", "slow=2", "qty=5"}
			if c.params != "" {
				params = append(params, c.params)
			}
			h := strategytest.New(t, decode(t, params...), "SPY.ARCA")
			for _, ev := range c.events {
				switch ev := ev.(type) {
				case market.Tick:
					h.Tick(ev)
				case market.Bar:
					h.Bar(ev)
				}
			}
			if got := sides(h); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Two instruments of one strategy have averages of their own.
func TestInstrumentsAreApart(t *testing.T) {
	h := strategytest.New(t, decode(t, "fast=1", "slow=2", "qty=5"), "SPY.ARCA", "QQQ.NASDAQ")
	for _, id := range []market.InstrumentID{1, 2} {
		h.Bar(market.Bar{Instrument: id, Interval: market.Minute, Open: 1, High: 2, Low: 1, Close: market.Price(10 - 5*id)})
	}
	if got := sides(h); got != "" {
		t.Errorf("sent %s after one bar of each instrument", got)
	}
}

func TestParameters(t *testing.T) {
	cases := map[string]string{
		"fast: 5\nslow: 5\nqty: 1":   "strategy: emacross: fast, slow: want 0 < fast < slow, got 5 and 5",
		"fast: 0\nqty: 1":            "strategy: emacross: fast, slow: want 0 < fast < slow, got 0 and 20",
		"":                           "strategy: emacross: qty: want more than 0, got 0",
		"qty: 1\nprice: mid":         `strategy: emacross: price: want trade, bid, ask or nothing, got "mid"`,
		"qty: 1\nbar: -1m":           `strategy: emacross: line 2: bar: want a duration such as 90s, 1m or 1h30m, or a time such as 2026-01-02T15:04:05Z: got "-1m"`,
		"fast: 1\nslow: 2\nqty: 0.1": "",
	}
	for params, want := range cases {
		got := ""
		if _, err := strategy.New("emacross", []byte(params)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", params, got, want)
		}
	}
}

// shared finds a file that several projects test against, beside this one.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", name))
	if err != nil {
		t.Skipf("the published data is not here: %v", err)
	}
	return data
}

// NautilusTrader publishes each fill of its EMA-cross test over 10,000
// one-minute bid bars of BTC/USDT. The rule must give the same orders, all but
// the last, which closes the position at the end of the data.
func TestPublishedFills(t *testing.T) {
	var published struct{ Fills [][]any }
	if err := json.Unmarshal(shared(t, "conformance/nautilus_btcusdt_fills.json"), &published); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(shared(t, "market/nautilus/btc-perp-1m.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	h := strategytest.New(t, decode(t, "qty=0.001", "bar=1m", "price=bid"), "BTCUSDT.BINANCE")
	var got []string
	for _, row := range rows[1:] {
		h.Bar(market.Bar{
			Instrument: 1, Source: market.BidBar, Interval: market.Minute, TsEvent: h.Now() + market.Minute,
			Open: market.MustPrice(row[1]), High: market.MustPrice(row[2]), Low: market.MustPrice(row[3]), Close: market.MustPrice(row[4]),
		})
		for _, s := range h.Signals() {
			got = append(got, fmt.Sprint(row[0], s.Ticket.Side.Sign(), row[4]))
			h.Fill(s.ID, s.Ticket.OrderQty, row[4])
		}
	}
	var want []string
	for _, f := range published.Fills[:len(published.Fills)-1] {
		want = append(want, fmt.Sprint(f[0], int64(f[2].(float64)), f[3]))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fills instead of the published ones (-want +got):\n%s", diff)
	}
	if h.Position(1).Qty == 0 {
		t.Error("nothing is left for the order that closes at the end")
	}
}
